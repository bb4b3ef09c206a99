//! Output appears whole or not at all: it is written beside its place and brought there at once.

mod folder;
mod manifest;
mod replace;
mod survey;
mod swap;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;

use super::ReportError;

pub use folder::OutputFolder;
pub use manifest::{Results, of_one_run};

/// How the names of folders of results in the making begin.
const MARK: &str = ".driftline-";

/// Writes one file, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write_file(path: &Path, contents: &[u8]) -> Result<(), ReportError> {
    write_whole(path, |mut file| file.write_all(contents).map_err(|error| ReportError::write(path, error)))
}

/// Has one file written, and lets it appear if that went well.
pub(super) fn write_whole<T, E: From<ReportError>>(
    path: &Path,
    write: impl FnOnce(&File) -> Result<T, E>,
) -> Result<T, E> {
    let fail = |error| ReportError::write(path, error);
    if path.is_dir() {
        return Err(fail(io::ErrorKind::IsADirectory.into()).into());
    }
    let file = AtomicWriteFile::open(path).map_err(fail)?;
    let told = write(file.as_file())?;
    file.commit().map_err(fail)?;
    Ok(told)
}

/// Makes renames in a folder last through a power cut, where the system can.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
