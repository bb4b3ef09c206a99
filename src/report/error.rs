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

    /// A failure of the table writer; a refusal of the system inside it is told as such.
    pub(crate) fn table(path: &Path, error: PolarsError) -> Self {
        match &error {
            PolarsError::IO { error, .. } => {
                let source = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
                Self::write(path, source)
            }
            _ => Self::Table { why: error.to_string(), path: path.to_owned() },
        }
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
    #[cfg(unix)]
    fn a_full_disk_is_told_as_such_wherever_it_was_met() {
        let enospc = || io::Error::from_raw_os_error(28);
        let path = Path::new("out/forecast.parquet");
        let plain = ReportError::write(path, enospc()).to_string();
        let inside = ReportError::table(path, PolarsError::IO { error: enospc().into(), msg: None }).to_string();
        assert!(plain.contains("the disk is full"), "{plain}");
        assert!(plain.ends_with("out/forecast.parquet"), "the path comes last: {plain}");
        assert_eq!(plain, inside);
    }
}
