//! What can be wrong with a project file.

use std::io;
use std::path::PathBuf;

use super::BadSetting;

/// Why a project or a settings file could not be read or saved.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// It could not be read.
    #[error("cannot open the project: {why}: {}", path.display())]
    Read {
        /// Why.
        why: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error("this is no Driftline project; open a .ron file that Driftline saved: {}", path.display())]
    NotAProject {
        /// The file.
        path: PathBuf,
    },
    /// A newer Driftline wrote it.
    #[error(
        "a newer Driftline saved this project (version {found}, this one reads up to {known}); update Driftline: {}",
        path.display()
    )]
    Newer {
        /// The file's version.
        found: u32,
        /// The newest version known here.
        known: u32,
        /// The file.
        path: PathBuf,
    },
    /// It cannot be understood.
    #[error("line {line}, column {column} cannot be read: {why}; mend it or open the copy beside it (.bak): {}", path.display())]
    Broken {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// Nothing can be kept under such a name.
    #[error(
        "nothing can be kept under the name `{name}`; use up to 64 letters, digits, `-`, `_` and `.`, not a `.` first, and \
         neither `window` nor `remembered`, which name what is kept for a log's columns"
    )]
    NoName {
        /// The name.
        name: String,
    },
    /// A setting in it cannot be.
    #[error("{bad}: {}", path.display())]
    Setting {
        /// Which, and what it may be.
        bad: BadSetting,
        /// The file.
        path: PathBuf,
    },
    /// It could not be saved.
    #[error("cannot save the project: {0}")]
    Save(#[from] crate::report::ReportError),
    /// Its content could not be put into words.
    #[error("cannot save the project: {0}")]
    Compose(#[from] ron::Error),
}
