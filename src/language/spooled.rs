//! The vectors of a whole log: in memory while they are few, on disk when they are many.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{SpooledTempFile, spooled_tempfile_in};

use super::LanguageError;

/// Bytes held in memory at most; beyond, all go to disk.
const IN_MEMORY: usize = 256 << 20;
/// Vectors read at once.
const WINDOW: usize = 8192;

/// One vector a text, in the order of the texts, read from front to back as often as needed. A window of them is in
/// memory at a time. What lies on disk lies in a file without a name, which vanishes with the program however it ends.
#[derive(Debug)]
pub struct SpooledVectors {
    dim: usize,
    len: usize,
    file: SpooledTempFile,
    folder: PathBuf,
}

impl SpooledVectors {
    /// No vectors yet; where they become many, they go to disk in `folder`, which is made if need be.
    pub fn within(folder: &Path) -> Self {
        Self::holding(IN_MEMORY, folder)
    }

    fn holding(bytes: usize, folder: &Path) -> Self {
        // A folder that cannot be made is told of when something has to go there.
        let _ = std::fs::create_dir_all(folder);
        Self { dim: 0, len: 0, file: spooled_tempfile_in(bytes, folder), folder: folder.to_owned() }
    }

    /// No vectors yet, to be kept where these are.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::within(&self.folder)
    }

    /// Appends vectors of length `dim`, row by row.
    ///
    /// # Errors
    /// [`LanguageError::Spool`] if the disk does not take them.
    pub fn push(&mut self, dim: usize, rows: &[f32]) -> Result<(), LanguageError> {
        self.dim = dim;
        self.len += rows.len().checked_div(dim).unwrap_or(0);
        let bytes: Vec<u8> = rows.iter().flat_map(|value| value.to_le_bytes()).collect();
        let Self { file, folder, .. } = self;
        // Reading may have left the file anywhere.
        let wrote = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(&bytes));
        wrote.map_err(|source| LanguageError::Spool { source, folder: folder.clone() })
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Length of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Hands all vectors to `take`, window by window from the first on: the number of the first text, and rows.
    ///
    /// # Errors
    /// [`LanguageError::Spool`] if they cannot be read back, and what `take` reports.
    pub fn each<E: From<LanguageError>>(
        &mut self,
        mut take: impl FnMut(usize, &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = |source: io::Error, folder: &Path| LanguageError::Spool { source, folder: folder.to_owned() };
        self.file.seek(SeekFrom::Start(0)).map_err(|source| fault(source, &self.folder))?;
        let (mut bytes, mut rows) = (Vec::new(), Vec::new());
        for first in (0..self.len).step_by(WINDOW) {
            let window = WINDOW.min(self.len - first);
            bytes.resize(window * self.dim * size_of::<f32>(), 0);
            self.file.read_exact(&mut bytes).map_err(|source| fault(source, &self.folder))?;
            rows.clear();
            rows.extend(bytes.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)));
            take(first, &rows)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(vectors: &mut SpooledVectors) -> Vec<f32> {
        let mut read = Vec::new();
        vectors
            .each(|first, rows| {
                assert_eq!(first * 3, read.len());
                read.extend_from_slice(rows);
                Ok::<(), LanguageError>(())
            })
            .unwrap();
        read
    }

    proptest! {
        #[test]
        fn vectors_come_back_as_they_went_from_memory_and_from_disk(
            windows in proptest::collection::vec(1..9000_usize, 1..4), memory in 0..200_000_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut vectors = SpooledVectors::holding(memory, folder.path());
            let mut pushed = Vec::new();
            for rows in windows {
                let window: Vec<f32> = (0..rows * 3).map(|at| (pushed.len() + at) as f32 / 7.0).collect();
                vectors.push(3, &window).unwrap();
                pushed.extend_from_slice(&window);
                prop_assert_eq!(&all(&mut vectors), &pushed, "read between two windows");
            }
            prop_assert_eq!(vectors.len() * 3, pushed.len());
            prop_assert_eq!(all(&mut vectors), pushed, "and once more");
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing has a name");
        }
    }

    #[test]
    fn a_disk_that_takes_nothing_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let told = SpooledVectors::holding(4, file.path()).push(2, &[1.0, 2.0]).unwrap_err().to_string();
        assert!(told.contains("disk") && told.contains(&file.path().display().to_string()), "{told}");
    }
}
