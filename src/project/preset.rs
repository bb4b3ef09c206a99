//! What was said about a log once, kept for the next one with the same header.
//!
//! Kept only when the analyst says so or trains in the window, never taken without a word, and nothing depends on it: a preset can be deleted at
//! any time. One file each, by the header's fingerprint, in `presets/` of the cache folder.

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

    /// Takes over from other settings how a log is read.
    pub fn read_as(&mut self, other: &Self) {
        self.mapping.clone_from(&other.mapping);
        self.time_format.clone_from(&other.time_format);
        self.returns_prefix.clone_from(&other.returns_prefix);
        self.dialect.clone_from(&other.dialect);
        self.time_zone.clone_from(&other.time_zone);
        self.filters.clone_from(&other.filters);
        self.kind_weights.clone_from(&other.kind_weights);
        self.keep_called_off = other.keep_called_off;
    }

    /// Whether anything is said about how to read.
    pub fn says_how_to_read(&self) -> bool {
        self.reading() != Self::default()
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
    pub fn place<'a>(&self, header: impl IntoIterator<Item = &'a str>) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        for name in sorted(header) {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
        self.folder.join(format!("{}.ron", &hasher.finalize().to_hex()[..32]))
    }

    /// What was kept for a header. A file that cannot be understood counts as none.
    pub fn find<'a>(&self, header: impl IntoIterator<Item = &'a str> + Clone) -> Option<Preset> {
        let text = fs::read_to_string(self.place(header.clone())).ok()?;
        let reader = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
        let preset: Preset = reader.from_str(&text).ok()?;
        (preset.columns == sorted(header)).then_some(preset)
    }

    /// Keeps how a log with this header is read, in place of what was kept before. Answers where.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep<'a>(
        &self,
        header: impl IntoIterator<Item = &'a str> + Clone,
        settings: &Settings,
    ) -> Result<PathBuf, ProjectError> {
        let place = self.place(header.clone());
        let preset = Preset { columns: sorted(header), reading: settings.reading() };
        let layout = PrettyConfig::new().new_line("\n").extensions(Extensions::IMPLICIT_SOME);
        let text = ron::ser::to_string_pretty(&preset, layout)?;
        fs::create_dir_all(&self.folder).map_err(|source| ProjectError::Read {
            why: format!("the folder for presets cannot be made: {source}"),
            path: self.folder.clone(),
            source,
        })?;
        write_file(&place, text.as_bytes())?;
        Ok(place)
    }

    /// Forgets what was kept for a header. Answers whether there was anything.
    pub fn forget<'a>(&self, header: impl IntoIterator<Item = &'a str>) -> bool {
        fs::remove_file(self.place(header)).is_ok()
    }
}

impl Preset {
    /// What it says, in a sentence.
    pub fn words(&self) -> String {
        let reading = &self.reading;
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
        format!("Read as last time, for it has the same columns: {}.", said.join(", "))
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
        assert_eq!(presets.find(HEADER), None);
        presets.keep(HEADER, &settings()).unwrap();
        let found = presets.find(["what", "who", "when"]).unwrap();
        let mut next = Settings { inputs: vec!["april.csv".into()], ..Settings::default() };
        assert!(!next.says_how_to_read());
        next.read_as(&found.reading);
        assert!(next.says_how_to_read());
        assert_eq!(next, Settings { horizon: 3, inputs: next.inputs.clone(), ..settings() });
        assert_eq!(presets.find(["who", "when"]), None, "another header");
        let words = found.words();
        for said in ["as last time", "text is `what`", "no column is the item", "what!=test", "view=0.5", "%d/%m/%Y"] {
            assert!(words.contains(said), "{said}: {words}");
        }
    }

    #[test]
    fn what_is_forgotten_or_broken_is_not_there() {
        let cache = tempfile::tempdir().unwrap();
        let presets = Presets::within(cache.path());
        assert!(!presets.forget(HEADER));
        let place = presets.keep(HEADER, &settings()).unwrap();
        assert!(presets.forget(HEADER) && presets.find(HEADER).is_none());
        presets.keep(HEADER, &settings()).unwrap();
        fs::write(place, "(columns: [").unwrap();
        assert_eq!(presets.find(HEADER), None);
    }
}
