//! Fingerprints: what a result was made of, in 32 bytes.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::observe::Watch;

/// So many bytes are read at once: enough for all cores to hash.
const PIECE: u64 = 1 << 23;

/// The hash of everything a result depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint([u8; 32]);

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Fingerprint {
    /// The fingerprint of anything that can be written down.
    ///
    /// # Errors
    /// When it cannot.
    pub fn of(parts: &impl Serialize) -> anyhow::Result<Self> {
        let written = postcard::to_stdvec(parts).context("Settings could not be written down for their fingerprint")?;
        Ok(Self(*blake3::hash(&written).as_bytes()))
    }

    /// The fingerprint of each file's content.
    ///
    /// # Errors
    /// When a file cannot be read, or somebody asked to stop.
    pub fn of_files(files: &[PathBuf], watch: &Watch) -> anyhow::Result<Vec<Self>> {
        let hash = |file: &PathBuf| {
            let read = || -> anyhow::Result<Self> {
                // Read piece by piece: a file mapped into memory ends the program where somebody cuts it meanwhile.
                let mut file = File::open(file)?;
                let mut hasher = blake3::Hasher::new();
                let mut piece = Vec::new();
                while {
                    watch.check()?;
                    piece.clear();
                    (&mut file).take(PIECE).read_to_end(&mut piece)? > 0
                } {
                    hasher.update_rayon(&piece);
                }
                Ok(Self(*hasher.finalize().as_bytes()))
            };
            read().with_context(|| format!("The log cannot be read: {}", file.display()))
        };
        files.iter().map(hash).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_parts_differ_and_equal_parts_agree() {
        let of = |parts: (&str, u64)| Fingerprint::of(&parts).unwrap();
        assert_eq!(of(("interests", 16)), of(("interests", 16)));
        assert_ne!(of(("interests", 16)), of(("interests", 17)));
        assert_eq!(of(("a", 1)).to_string().len(), 64);
    }

    #[test]
    fn a_file_is_known_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = [write("a", "one"), write("b", "one"), write("c", "two")];
        let prints = Fingerprint::of_files(&files, &Watch::silent()).unwrap();
        assert_eq!(prints[0], prints[1]);
        assert_ne!(prints[0], prints[2]);
        assert!(Fingerprint::of_files(&[folder.path().join("none")], &Watch::silent()).is_err());
    }
}
