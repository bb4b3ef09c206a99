//! What the window remembers between starts. Not the project: only the theme, the size and the files opened before.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use eframe::egui::ThemePreference;
use serde::{Deserialize, Serialize};

/// How many files are remembered.
const RECENT: usize = 8;

/// The theme asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl ThemeChoice {
    /// The next one round.
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

impl From<ThemeChoice> for ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Light => Self::Light,
            ThemeChoice::Dark => Self::Dark,
        }
    }
}

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The theme.
    pub theme: ThemeChoice,
    /// Logs and projects opened before, the latest first.
    pub recent: Vec<PathBuf>,
    /// Width and height of the window, in points.
    pub size: Option<(f32, f32)>,
}

impl Preferences {
    /// Where they lie on this machine.
    pub fn place() -> Option<PathBuf> {
        let folders = directories::ProjectDirs::from("", "", "Driftline")?;
        Some(folders.config_dir().join("window.ron"))
    }

    /// Reads them. A missing or broken file is none: nothing of worth is lost with it.
    pub fn load(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut read: Self = ron::from_str(&text).unwrap_or_default();
        read.recent.truncate(RECENT);
        read.size =
            read.size.filter(|(width, height)| (400.0..20_000.0).contains(width) && (300.0..20_000.0).contains(height));
        read
    }

    /// Writes them whole or not at all.
    ///
    /// # Errors
    /// If the folder cannot be made or written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let text =
            ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default()).map_err(std::io::Error::other)?;
        let mut file = atomic_write_file::AtomicWriteFile::open(path)?;
        file.write_all(text.as_bytes())?;
        file.commit()
    }

    /// Remembers a file as the latest.
    pub fn opened(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.recent.retain(|known| *known != path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/window.ron");
        let mut kept = Preferences { theme: ThemeChoice::Dark, size: Some((1200.0, 800.0)), ..Preferences::default() };
        kept.opened(Path::new("/logs/a.csv"));
        kept.save(&path).unwrap();
        assert_eq!(Preferences::load(&path), kept);
    }

    #[test]
    fn a_broken_file_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.ron");
        for broken in ["", "(theme: Purple)", "\u{0}\u{1}", "(size: Some((1.0, nan)))"] {
            std::fs::write(&path, broken).unwrap();
            assert_eq!(Preferences::load(&path), Preferences::default(), "{broken:?}");
        }
    }

    #[test]
    fn the_latest_file_stands_first_and_once() {
        let mut kept = Preferences::default();
        for name in ["/a", "/b", "/a"] {
            kept.opened(Path::new(name));
        }
        assert_eq!(kept.recent, [PathBuf::from("/a"), PathBuf::from("/b")]);
        for number in 0..20 {
            kept.opened(Path::new(&format!("/{number}")));
        }
        assert_eq!(kept.recent.len(), RECENT);
    }

    #[test]
    fn the_theme_goes_round() {
        let start = ThemeChoice::System;
        assert_eq!(start.next().next().next(), start);
    }
}
