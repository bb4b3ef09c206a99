//! A project on disk: versioned, written whole, the former kept as `.bak`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Named, ProjectError, Settings};
use crate::report::write_file;

/// No project is larger; what is larger is something else and is not read into memory.
const MOST_BYTES: u64 = 16 << 20;

/// What the analyst saves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The version of the file's layout.
    pub version: u32,
    /// What to read and how.
    #[serde(default)]
    pub settings: Settings,
    /// What is looked at.
    #[serde(default)]
    pub selection: Selection,
}

/// What the window shows of the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// The user, as the log spells it.
    pub user: Option<String>,
    /// The interests drawn, by number; empty for those the window chooses.
    pub interests: Vec<u16>,
    /// The level of the band drawn, percent; none for no band.
    pub level: Option<u8>,
}

impl Default for Selection {
    fn default() -> Self {
        Self { user: None, interests: Vec::new(), level: Some(80) }
    }
}

impl Default for Project {
    fn default() -> Self {
        Self { version: Self::VERSION, settings: Settings::default(), selection: Selection::default() }
    }
}

/// Enough to know what a file is.
#[derive(Deserialize)]
struct Header {
    version: Option<u32>,
}

/// The names of the settings in a project.
#[derive(Deserialize)]
struct Within {
    #[serde(default)]
    settings: Named,
}

impl Project {
    /// The version of the layout that this Driftline writes.
    pub const VERSION: u32 = 1;

    /// Reads a project. Relative paths in it are taken from the project's folder.
    ///
    /// # Errors
    /// If the file cannot be read, is no project, was saved by a newer Driftline, cannot be understood, or holds settings
    /// that cannot be.
    pub fn load(path: &Path) -> Result<Self, ProjectError> {
        let text = read(path)?;
        match parse::<Header>(&text, path)?.version {
            None => {
                return Err(ProjectError::NotAProject { path: path.to_owned() });
            }
            Some(found) if found > Self::VERSION => {
                return Err(ProjectError::Newer { found, known: Self::VERSION, path: path.to_owned() });
            }
            Some(_) => {}
        }
        let mut project: Self = parse(&text, path)?;
        project.settings.checked(path)?;
        project.settings.move_paths(|inside| resolve(inside, &folder(path)));
        Ok(project)
    }

    /// Saves the project whole or not at all; what was there before stays beside it as `.bak`. Paths of files below the
    /// project's folder are written relative to it, so that both can move together.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ProjectError> {
        let mut written = Self { version: Self::VERSION, ..self.clone() };
        written.settings.move_paths(|inside| shorten(inside, &folder(path)));
        let layout = PrettyConfig::new().new_line("\n").extensions(Extensions::IMPLICIT_SOME);
        let mut text = ron::ser::to_string_pretty(&written, layout)?;
        text.push('\n');
        if let Ok(former) = std::fs::read(path)
            && former != text.as_bytes()
        {
            write_file(&backup(path), &former)?;
        }
        Ok(write_file(path, text.as_bytes())?)
    }
}

impl Settings {
    /// Reads settings from a file that holds only them, or from a project. Relative paths are taken from the file's
    /// folder.
    ///
    /// # Errors
    /// If the file cannot be read or understood, a newer Driftline saved it, or it holds settings that cannot be.
    pub fn load(path: &Path) -> Result<Self, ProjectError> {
        Ok(Self::load_named(path)?.0)
    }

    /// Like [`Self::load`], with the names of the settings that the file holds.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_named(path: &Path) -> Result<(Self, Named), ProjectError> {
        let text = read(path)?;
        if parse::<Header>(&text, path)?.version.is_some() {
            let named: Within = parse(&text, path)?;
            return Ok((Project::load(path)?.settings, named.settings));
        }
        let mut settings: Self = parse(&text, path)?;
        settings.checked(path)?;
        settings.move_paths(|inside| resolve(inside, &folder(path)));
        Ok((settings, parse(&text, path)?))
    }

    /// Holds the settings of a file to what they may be.
    fn checked(&self, path: &Path) -> Result<(), ProjectError> {
        self.validate().map_err(|bad| ProjectError::Setting { bad, path: path.to_owned() })
    }

    /// Changes every path in the settings.
    fn move_paths(&mut self, change: impl Fn(&Path) -> PathBuf) {
        for path in self.inputs.iter_mut().chain(&mut self.language_model) {
            *path = change(path);
        }
    }
}

/// The file's text.
fn read(path: &Path) -> Result<String, ProjectError> {
    let fail = |source: io::Error| ProjectError::Read {
        why: match source.kind() {
            io::ErrorKind::NotFound => "there is no such file".into(),
            io::ErrorKind::PermissionDenied => "no permission to read it".into(),
            io::ErrorKind::IsADirectory => "this is a folder".into(),
            _ => source.to_string(),
        },
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(fail)?;
    let too_long = bytes.len() as u64 > MOST_BYTES;
    let text = String::from_utf8(bytes).ok().filter(|text| !too_long && !text.contains('\0'));
    text.ok_or_else(|| ProjectError::NotAProject { path: path.to_owned() })
}

fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, ProjectError> {
    // By hand, nobody should have to write `Some(…)`.
    let reader = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    reader.from_str(text).map_err(|error| ProjectError::Broken {
        line: error.span.start.line,
        column: error.span.start.col,
        why: error.code.to_string(),
        path: path.to_owned(),
    })
}

/// The folder a file lies in, from the root.
fn folder(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent().map(Path::to_owned).unwrap_or_default()
}

/// A path in a file, as seen from here.
fn resolve(path: &Path, folder: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { folder.join(path) }
}

/// A path as seen from a folder if it lies below that, else from the root; written with `/` so that it means the same
/// on every system.
fn shorten(path: &Path, folder: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Ok(below) = path.strip_prefix(folder) else {
        return path;
    };
    let parts = below.components().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    match parts.collect::<Vec<_>>().join("/") {
        here if here.is_empty() => PathBuf::from("."),
        below => PathBuf::from(below),
    }
}

/// Where the former file stays.
fn backup(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".bak");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::PeriodLength;
    use crate::events::Role;
    use crate::language::DeviceChoice;
    use crate::project::InterestCount;
    use std::fs;

    fn spring(folder: &Path) -> Project {
        let mut project = Project::default();
        project.settings.inputs = vec![folder.join("logs/a.csv"), PathBuf::from("/data/b.parquet")];
        project.settings.mapping.set(Role::User, Some("Customer \"ID\"".into()));
        project.settings.mapping.set(Role::Price, None);
        project.settings.period = Some(PeriodLength::Week);
        project.settings.interests = InterestCount::Fixed(24);
        project.settings.device = DeviceChoice::Cuda(1);
        project.settings.time_format = Some("%d/%m/%Y".into());
        project.selection = Selection { user: Some("Zoë".into()), interests: vec![3, 1], level: None };
        project
    }

    fn message(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.ron");
        fs::write(&path, text).unwrap();
        Project::load(&path).unwrap_err().to_string()
    }

    #[test]
    fn a_saved_project_is_the_one_that_opens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spring.ron");
        let project = spring(folder.path());
        project.save(&path).unwrap();
        assert_eq!(Project::load(&path).unwrap(), project);
        assert_eq!(Settings::load(&path).unwrap(), project.settings);
        Project::default().save(&path).unwrap();
        assert_eq!(Project::load(&path).unwrap(), Project::default());
    }

    #[test]
    fn project_and_log_can_move_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spring.ron");
        spring(folder.path()).save(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"logs/a.csv\"") && text.contains("\"/data/b.parquet\""), "{text}");
        let elsewhere = tempfile::tempdir().unwrap();
        let moved = elsewhere.path().join("renamed.ron");
        fs::rename(&path, &moved).unwrap();
        assert_eq!(Project::load(&moved).unwrap().settings.inputs[0], elsewhere.path().join("logs/a.csv"));
    }

    #[test]
    fn the_former_project_stays_as_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spring.ron");
        Project::default().save(&path).unwrap();
        assert!(!backup(&path).exists(), "there was nothing before");
        spring(folder.path()).save(&path).unwrap();
        assert_eq!(Project::load(&backup(&path)).unwrap(), Project::default());
        spring(folder.path()).save(&path).unwrap();
        assert_eq!(Project::load(&backup(&path)).unwrap(), Project::default(), "saving twice does not lose it");
    }

    #[test]
    fn what_is_no_project_is_told_as_such() {
        for text in ["(interests: auto)", "()", "\0\0PAR1", "(version: None)"] {
            assert!(message(text).contains("no Driftline project"), "{text}: {}", message(text));
        }
        let newer = message("(version: 9, brain: Neural(layers: [1, 2]), settings: (horizon: 3))");
        assert!(newer.contains("newer Driftline") && newer.contains("version 9"), "{newer}");
        assert!(Project::load(Path::new("/no/such.ron")).unwrap_err().to_string().contains("no such file"));
    }

    #[test]
    fn a_broken_project_says_where() {
        let broken = message("(\n    version: 1,\n    settings: (horizon: three),\n)");
        assert!(broken.contains("line 3, column"), "{broken}");
        let misspelt = message("(version: 1, settings: (horizons: 3))");
        assert!(misspelt.contains("horizons"), "{misspelt}");
        assert!(message("").contains("line 1"), "{}", message(""));
        assert!(message("(version: 1, settings: (seed: 7").contains("line 1"));
    }

    #[test]
    fn settings_alone_are_read_as_a_person_writes_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.ron");
        fs::write(&path, "(inputs: [\"log.csv\"], period: month, interests: fixed(16), horizon: 2, device: cuda(0))")
            .unwrap();
        let settings = Settings::load(&path).unwrap();
        assert_eq!(settings.inputs, [folder.path().join("log.csv")]);
        assert_eq!((settings.period, settings.interests), (Some(PeriodLength::Month), InterestCount::Fixed(16)));
        assert_eq!((settings.horizon, settings.seed), (2, Settings::default().seed));
        fs::write(&path, "(horizons: 2)").unwrap();
        assert!(Settings::load(&path).unwrap_err().to_string().contains("horizons"));
    }

    #[test]
    fn settings_that_cannot_be_are_refused_whatever_file_they_stand_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.ron");
        for (inside, says) in [
            ("levels: [90]", "`levels` is [90], and it has to be some of 50, 80 and 95"),
            ("network: (hidden: -5)", "`network.hidden` is -5, and it has to be from 1 to 4096"),
            ("horizon: 0", "`horizon` is 0, and it has to be from 1 to 120"),
            ("interests: fixed(1)", "`interests` is 1, and it has to be from 2 to 512"),
        ] {
            for text in [format!("({inside})"), format!("(version: 1, settings: ({inside}))")] {
                fs::write(&path, &text).unwrap();
                let told = Settings::load(&path).unwrap_err().to_string();
                assert!(told.contains(says) && told.ends_with("s.ron"), "{text}: {told}");
            }
            assert!(Project::load(&path).is_err());
        }
    }

    #[test]
    fn a_file_tells_which_settings_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.ron");
        let mut wanted = Named::default();
        ["horizon", "interests", "device"].into_iter().for_each(|field| wanted.add(field));
        for text in [
            "(horizon: 3, interests: fixed(9), device: cuda(0))",
            "(version: 1, settings: (horizon: 3, interests: auto, device: cpu))",
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(Settings::load_named(&path).unwrap().1, wanted, "{text}");
        }
    }

    #[test]
    fn the_sample_project_opens() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.ron");
        let project = Project::load(&sample).unwrap();
        assert_eq!(project.settings.inputs.len(), 1);
        assert!(project.settings.inputs[0].is_file(), "{:?}", project.settings.inputs);
        assert_eq!(project.settings.period, Some(PeriodLength::Month));
        assert_eq!(project.settings.interests, InterestCount::Fixed(16));
        assert_eq!((project.settings.horizon, project.settings.seed), (3, 7));
    }
}
