//! What was said about a log once, kept for the next one with the same header.
//!
//! Kept only when the analyst says so or trains in the window, never taken without a word, and nothing depends on it: a
//! preset can be deleted at any time. One file each in `presets/` of the cache folder: by the header's fingerprint, apart
//! for the window and the command line, so that no click changes what a script reads; or by a name, taken where it is said.

use std::fs;
use std::path::{Path, PathBuf};

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use super::{ProjectError, Settings};
use crate::events::{DialectChoice, Role};
use crate::report::write_file;

/// How a kind of log is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The header that it is for, sorted: the order of columns does not matter.
    pub columns: Vec<String>,
    /// Settings of which only those that concern reading are said.
    pub reading: Settings,
}

/// Who keeps a preset for a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// The command line, where `--remember` asks for it.
    CommandLine,
    /// The window, where it trains.
    Window,
}

impl Keeper {
    /// The folder of its presets, and the name by which `--preset` takes what it kept for a header.
    fn folder(self) -> (&'static str, &'static str) {
        match self {
            Self::CommandLine => ("command-line", Preset::REMEMBERED),
            Self::Window => ("window", Preset::WINDOW),
        }
    }
}

/// The presets of this machine.
#[derive(Clone, Debug)]
pub struct Presets {
    folder: PathBuf,
}

impl Settings {
    /// What of these settings says how a log is read; all else as when nothing is said. The files are no part of it.
    pub fn reading(&self) -> Self {
        let mut reading = Self::default();
        reading.read_as(self);
        reading
    }

    /// Takes over from other settings how a log is read, and from where they have it; but not where it begins and ends,
    /// which differs from log to log.
    pub fn read_as(&mut self, other: &Self) {
        // A new setting is to be thought of here too, so all are named.
        let Self {
            inputs: _,
            mapping,
            time_format,
            returns_prefix,
            dialect,
            time_zone,
            skip_broken: _,
            filters,
            kind_weights,
            keep_called_off,
            first: _,
            last: _,
            keep_duplicates,
            period: _,
            interests: _,
            vectors: _,
            model: _,
            network: _,
            horizon: _,
            levels: _,
            joint: _,
            language_model: _,
            device: _,
            precision: _,
            seed: _,
            preset,
            tables: _,
        } = other;
        self.preset.clone_from(preset);
        self.mapping.clone_from(mapping);
        self.time_format.clone_from(time_format);
        self.returns_prefix.clone_from(returns_prefix);
        self.dialect.clone_from(dialect);
        self.time_zone.clone_from(time_zone);
        self.filters.clone_from(filters);
        self.kind_weights.clone_from(kind_weights);
        self.keep_called_off = *keep_called_off;
        self.keep_duplicates = *keep_duplicates;
    }

    /// Whether anything is said about how to read.
    pub fn says_how_to_read(&self) -> bool {
        Self { preset: None, ..self.reading() } != Self::default()
    }
}

impl Presets {
    /// The presets in a cache folder.
    pub fn within(cache: &Path) -> Self {
        Self { folder: cache.join("presets") }
    }

    /// The presets in the product's own cache folder.
    pub fn open_default() -> Self {
        Self::within(&crate::language::cache_dir())
    }

    /// Whether nothing was ever kept.
    pub fn is_empty(&self) -> bool {
        !self.folder.is_dir()
    }

    /// Where the preset of a header lies, or would.
    pub fn place<'a>(&self, keeper: Keeper, header: impl IntoIterator<Item = &'a str>) -> PathBuf {
        self.folder.join(keeper.folder().0).join(file_name(header))
    }

    /// What somebody kept for a header. A file that cannot be understood counts as none.
    pub fn find<'a>(&self, keeper: Keeper, header: impl IntoIterator<Item = &'a str> + Clone) -> Option<Preset> {
        let preset = read(&self.place(keeper, header.clone()), keeper.folder().1)?;
        (preset.columns == sorted(header)).then_some(preset)
    }

    /// What the window takes for a header: what it kept itself, else what was kept before it was told by whom, else what
    /// the command line kept.
    pub fn find_for_window<'a>(&self, header: impl IntoIterator<Item = &'a str> + Clone) -> Option<Preset> {
        let by_anybody = || {
            let preset = read(&self.folder.join(file_name(header.clone())), Preset::WINDOW)?;
            (preset.columns == sorted(header.clone())).then_some(preset)
        };
        let own = self.find(Keeper::Window, header.clone());
        own.or_else(by_anybody).or_else(|| self.find(Keeper::CommandLine, header.clone()))
    }

    /// What was kept under a name, whatever the header.
    pub fn named(&self, name: &str) -> Option<Preset> {
        is_name(name).then(|| read(&self.folder.join("named").join(format!("{name}.ron")), name)).flatten()
    }

    /// The names that something was kept under.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("named")).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".ron").map(str::to_owned))
            .filter(|name| is_name(name))
            .collect();
        names.sort();
        names
    }

    /// Keeps how a log with this header is read, in place of what was kept before. Answers where.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep<'a>(
        &self,
        keeper: Keeper,
        header: impl IntoIterator<Item = &'a str> + Clone,
        settings: &Settings,
    ) -> Result<PathBuf, ProjectError> {
        write(self.place(keeper, header.clone()), header, settings)
    }

    /// Keeps how a log is read under a name, in place of what was kept under it before. Answers where.
    ///
    /// # Errors
    /// If that can be no name, or the file cannot be written.
    pub fn keep_named<'a>(
        &self,
        name: &str,
        header: impl IntoIterator<Item = &'a str> + Clone,
        settings: &Settings,
    ) -> Result<PathBuf, ProjectError> {
        if !is_name(name) {
            return Err(ProjectError::NoName { name: name.to_owned() });
        }
        write(self.folder.join("named").join(format!("{name}.ron")), header, settings)
    }

    /// Forgets what was kept for a header. Answers whether there was anything.
    pub fn forget<'a>(&self, keeper: Keeper, header: impl IntoIterator<Item = &'a str> + Clone) -> bool {
        let before = keeper == Keeper::Window && fs::remove_file(self.folder.join(file_name(header.clone()))).is_ok();
        fs::remove_file(self.place(keeper, header)).is_ok() || before
    }
}

/// The name of the file for a header.
fn file_name<'a>(header: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for name in sorted(header) {
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
    }
    format!("{}.ron", &hasher.finalize().to_hex()[..32])
}

/// A preset in a file; taken over, its settings say by which name.
fn read(place: &Path, name: &str) -> Option<Preset> {
    let text = fs::read_to_string(place).ok()?;
    let reader = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let mut preset: Preset = reader.from_str(&text).ok()?;
    preset.reading.preset = Some(name.to_owned());
    Some(preset)
}

fn write<'a>(
    place: PathBuf,
    header: impl IntoIterator<Item = &'a str>,
    settings: &Settings,
) -> Result<PathBuf, ProjectError> {
    let preset = Preset { columns: sorted(header), reading: Settings { preset: None, ..settings.reading() } };
    let layout = PrettyConfig::new().new_line("\n").extensions(Extensions::IMPLICIT_SOME);
    let text = ron::ser::to_string_pretty(&preset, layout)?;
    let folder = place.parent().unwrap_or(&place);
    fs::create_dir_all(folder).map_err(|source| ProjectError::Read {
        why: format!("the folder for presets cannot be made: {source}"),
        path: folder.to_owned(),
        source,
    })?;
    write_file(&place, text.as_bytes())?;
    Ok(place)
}

/// Whether something can be kept under a name: letters, digits and a few signs, so that it can be a file's anywhere.
fn is_name(name: &str) -> bool {
    let sign = |sign: char| sign.is_alphanumeric() || "-_.".contains(sign);
    let reserved = [Preset::WINDOW, Preset::REMEMBERED].contains(&name);
    !name.is_empty() && !name.starts_with('.') && name.chars().count() <= 64 && name.chars().all(sign) && !reserved
}

impl Preset {
    /// The name of what the window kept for a log's columns.
    pub const WINDOW: &str = "window";
    /// The name of what `--remember` kept for a log's columns.
    pub const REMEMBERED: &str = "remembered";

    /// What it says, in a sentence.
    pub fn words(&self) -> String {
        format!("Read as last time, for it has the same columns: {}.", self.reading.reading_words())
    }
}

impl Settings {
    /// How they say that a log is read, in words set apart by commas.
    pub fn reading_words(&self) -> String {
        let reading = self;
        let mut said: Vec<String> =
            reading.mapping.columns.iter().map(|(role, column)| format!("{role} is `{column}`")).collect();
        said.extend(reading.mapping.without.iter().map(|role: &Role| format!("no column is the {role}")));
        said.extend(reading.time_format.iter().map(|format| format!("times are written '{format}'")));
        said.extend(reading.returns_prefix.iter().map(|prefix| format!("baskets with {prefix} are returns")));
        said.extend(reading.time_zone.iter().map(|zone| format!("the time zone is {zone}")));
        if reading.dialect != DialectChoice::default() {
            said.push("the file is written as then".to_owned());
        }
        said.extend(reading.filters.iter().map(|filter| format!("only rows with {filter}")));
        if !reading.kind_weights.is_empty() {
            said.push(format!("kinds count {}", reading.kind_weights));
        }
        if reading.keep_called_off {
            said.push("what was called off stays".to_owned());
        }
        if reading.keep_duplicates {
            said.push("equal rows stay".to_owned());
        }
        said.join(", ")
    }
}

fn sorted<'a>(header: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = header.into_iter().map(str::to_owned).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [&str; 3] = ["who", "when", "what"];

    fn settings() -> Settings {
        let mut settings = Settings { horizon: 9, inputs: vec!["march.csv".into()], ..Settings::default() };
        settings.mapping.set(Role::Text, Some("what".into()));
        settings.mapping.set(Role::Item, None);
        settings.time_format = Some("%d/%m/%Y".into());
        settings.filters = vec!["what!=test".parse().unwrap()];
        settings.kind_weights = "view=0.5".parse().unwrap();
        settings
    }

    #[test]
    fn the_same_header_is_read_as_last_time_whatever_the_order_of_its_columns() {
        let cache = tempfile::tempdir().unwrap();
        let presets = Presets::within(cache.path());
        for (keeper, name) in [(Keeper::CommandLine, "remembered"), (Keeper::Window, "window")] {
            assert_eq!(presets.find(keeper, HEADER), None);
            presets.keep(keeper, HEADER, &settings()).unwrap();
            let found = presets.find(keeper, ["what", "who", "when"]).unwrap();
            let mut next = Settings { inputs: vec!["april.csv".into()], ..Settings::default() };
            assert!(!next.says_how_to_read());
            next.read_as(&found.reading);
            assert!(next.says_how_to_read());
            let preset = Some(name.to_owned());
            assert_eq!(next, Settings { horizon: 3, inputs: next.inputs.clone(), preset, ..settings() });
            assert_eq!(presets.find(keeper, ["who", "when"]), None, "another header");
            let words = found.words();
            for said in
                ["as last time", "text is `what`", "no column is the item", "what!=test", "view=0.5", "%d/%m/%Y"]
            {
                assert!(words.contains(said), "{said}: {words}");
            }
        }
    }

    #[test]
    fn what_the_window_keeps_the_command_line_does_not_take() {
        let cache = tempfile::tempdir().unwrap();
        let presets = Presets::within(cache.path());
        presets.keep(Keeper::Window, HEADER, &settings()).unwrap();
        assert_eq!(presets.find(Keeper::CommandLine, HEADER), None);
        assert!(presets.find_for_window(HEADER).is_some());
        assert!(!presets.forget(Keeper::CommandLine, HEADER) && presets.find_for_window(HEADER).is_some());
        // The other way round the window takes what somebody said in so many words, and shows it.
        let other = tempfile::tempdir().unwrap();
        let presets = Presets::within(other.path());
        presets.keep(Keeper::CommandLine, HEADER, &settings()).unwrap();
        assert_eq!(presets.find_for_window(HEADER).unwrap().reading.preset.as_deref(), Some("remembered"));
        assert!(!presets.forget(Keeper::Window, HEADER) && presets.find(Keeper::CommandLine, HEADER).is_some());
    }

    #[test]
    fn what_earlier_versions_kept_for_anybody_is_the_windows() {
        let cache = tempfile::tempdir().unwrap();
        let presets = Presets::within(cache.path());
        let place = presets.keep(Keeper::Window, HEADER, &settings()).unwrap();
        fs::rename(&place, cache.path().join("presets").join(place.file_name().unwrap())).unwrap();
        assert_eq!(presets.find(Keeper::CommandLine, HEADER), None);
        assert!(presets.find_for_window(HEADER).is_some());
        assert!(presets.forget(Keeper::Window, HEADER) && presets.find_for_window(HEADER).is_none());
    }

    #[test]
    fn a_name_takes_what_was_kept_under_it_and_can_be_no_path() {
        let cache = tempfile::tempdir().unwrap();
        let presets = Presets::within(cache.path());
        presets.keep_named("orders-2024", HEADER, &settings()).unwrap();
        presets.keep_named("订单", HEADER, &settings()).unwrap();
        assert_eq!(presets.names(), ["orders-2024", "订单"]);
        assert_eq!(presets.named("orders-2024").unwrap().reading.preset.as_deref(), Some("orders-2024"));
        assert_eq!(presets.named("orders"), None);
        assert_eq!(presets.find(Keeper::CommandLine, HEADER), None, "a name is taken only where it is said");
        for name in ["", "..", "../x", "a/b", "a\\b", ".hidden", "window", "remembered", "a b", &"x".repeat(65)] {
            let error = presets.keep_named(name, HEADER, &settings()).unwrap_err().to_string();
            assert!(error.contains("letters, digits"), "{name}: {error}");
            assert_eq!(presets.named(name), None);
        }
    }

    #[test]
    fn what_is_forgotten_or_broken_is_not_there() {
        let cache = tempfile::tempdir().unwrap();
        let presets = Presets::within(cache.path());
        let keeper = Keeper::CommandLine;
        assert!(!presets.forget(keeper, HEADER));
        let place = presets.keep(keeper, HEADER, &settings()).unwrap();
        assert!(presets.forget(keeper, HEADER) && presets.find(keeper, HEADER).is_none());
        presets.keep(keeper, HEADER, &settings()).unwrap();
        fs::write(place, "(columns: [").unwrap();
        assert_eq!(presets.find(keeper, HEADER), None);
    }
}
