//! What can go wrong while results are written.

use std::io;
use std::path::{Path, PathBuf};

use polars::error::PolarsError;

/// Why a table, chart or folder could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The system refused.
    #[error("cannot write the results: {why}: {}", path.display())]
    Write {
        /// Why, and what to do.
        why: String,
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A table could not be put together.
    #[error("cannot write the table: {why}: {}", path.display())]
    Table {
        /// What was said about it.
        why: String,
        /// What was to be written.
        path: PathBuf,
    },
    /// A chart could not be drawn.
    #[error("cannot draw the chart: {0}")]
    Chart(String),
}

impl ReportError {
    /// The system's refusal in words a person can act on.
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { why: reason(&source), path: path.to_owned(), source }
    }

    /// A failure of the table writer itself.
    pub(crate) fn table(path: &Path, error: PolarsError) -> Self {
        Self::Table { why: error.to_string(), path: path.to_owned() }
    }
}

/// What happened and what to do, for the refusals that people meet.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full; free some space or choose another place".into()
        }
        io::ErrorKind::PermissionDenied => "no permission to write there; choose another place".into(),
        io::ErrorKind::ReadOnlyFilesystem => "that file system is read-only; choose another place".into(),
        io::ErrorKind::NotADirectory => "a part of the path is a file, not a folder; choose another place".into(),
        io::ErrorKind::IsADirectory => "a folder has that name; choose another name".into(),
        io::ErrorKind::NotFound => "there is no such folder; make it or choose another place".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_what_to_do_and_the_path_last() {
        for (kind, words) in [
            (io::ErrorKind::StorageFull, "the disk is full; free some space"),
            (io::ErrorKind::PermissionDenied, "no permission to write there"),
            (io::ErrorKind::ReadOnlyFilesystem, "read-only; choose another place"),
        ] {
            let told = ReportError::write(Path::new("out/forecast.parquet"), kind.into()).to_string();
            assert!(told.contains(words) && told.ends_with("out/forecast.parquet"), "{told}");
        }
    }
}
