//! Results kept on disk under the fingerprints of what made them.
//!
//! An entry is a hash and a body; one that does not match its hash, or no longer reads as what it should be, is treated
//! as absent and made anew. Entries are written beside and renamed, so a kill or a second process cannot spoil one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use atomic_write_file::AtomicWriteFile;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Fingerprint;
use crate::forecast::Checkpoints;

const HASH: usize = blake3::OUT_LEN;
/// Bytes kept at most; beyond, what was used longest ago goes first.
const MOST_BYTES: u64 = 2 << 30;
/// How long the checkpoints of a training that nobody took up again are kept.
const UNFINISHED_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in a cache folder.
    pub fn within(cache: &Path) -> Self {
        Self { folder: cache.join("stages") }
    }

    /// The store in the product's own cache folder.
    pub fn open_default() -> Self {
        Self::within(&crate::language::cache_dir())
    }

    fn path(&self, stage: &str, key: Fingerprint) -> PathBuf {
        self.folder.join(format!("{stage}-{key}"))
    }

    /// What is kept for a stage under a fingerprint.
    pub fn get<T: DeserializeOwned>(&self, stage: &str, key: Fingerprint) -> Option<T> {
        let path = self.path(stage, key);
        let entry = fs::read(&path).ok()?;
        let (hash, body) = entry.split_at_checked(HASH)?;
        if blake3::hash(body).as_bytes() != hash {
            return None;
        }
        // Being used keeps an entry young; on a read-only cache it merely ages.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        postcard::from_bytes(body).ok()
    }

    /// Keeps a result. A store that cannot be written to only costs time, so the answer says whether it was kept and
    /// nothing fails.
    pub fn put(&self, stage: &str, key: Fingerprint, value: &impl Serialize) -> bool {
        let Ok(body) = postcard::to_stdvec(value) else { return false };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let mut file = AtomicWriteFile::open(self.path(stage, key))?;
            file.write_all(blake3::hash(&body).as_bytes())?;
            file.write_all(&body)?;
            file.commit()
        };
        let kept = write().is_ok();
        self.shrink_to(MOST_BYTES);
        kept
    }

    /// Where a run keeps how far its training has come. Those of runs given up long ago are removed.
    pub fn checkpoints(&self, key: Fingerprint) -> Checkpoints {
        let folder = self.folder.with_file_name("training");
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let changed = entry.metadata().and_then(|about| about.modified()).ok();
            if changed.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > UNFINISHED_KEPT) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Checkpoints::within(folder.join(key.to_string()))
    }

    /// Removes the entries used longest ago until no more than `most` bytes are left.
    fn shrink_to(&self, most: u64) {
        let Ok(listing) = fs::read_dir(&self.folder) else { return };
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = listing
            .flatten()
            .filter_map(|entry| {
                let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((about.modified().ok()?, about.len(), entry.path()))
            })
            .collect();
        entries.sort();
        let mut kept: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in entries {
            if kept <= most {
                break;
            }
            if fs::remove_file(path).is_ok() {
                kept -= bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(of: u32) -> Fingerprint {
        Fingerprint::of(&of).unwrap()
    }

    #[test]
    fn what_is_put_can_be_got_under_its_own_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        assert!(store.put("forecast", key(1), &vec![1.5_f32, f32::NAN]));
        let got: Vec<f32> = store.get("forecast", key(1)).unwrap();
        assert!(got[0] == 1.5 && got[1].is_nan());
        assert_eq!(store.get::<Vec<f32>>("forecast", key(2)), None);
        assert_eq!(store.get::<Vec<f32>>("interests", key(1)), None);
    }

    #[test]
    fn a_damaged_entry_counts_as_absent_wherever_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        store.put("forecast", key(1), &"a forecast");
        let path = store.path("forecast", key(1));
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            assert_eq!(store.get::<String>("forecast", key(1)), None, "cut at {cut}");
            let mut flipped = whole.clone();
            flipped[cut] ^= 0x20;
            fs::write(&path, flipped).unwrap();
            assert_eq!(store.get::<String>("forecast", key(1)), None, "flipped at {cut}");
        }
    }

    #[test]
    fn the_oldest_entries_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        for entry in 0..4_u32 {
            store.put("stage", key(entry), &vec![0_u8; 100]);
            let age = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(entry));
            let file = fs::File::options().append(true).open(store.path("stage", key(entry))).unwrap();
            file.set_modified(age).unwrap();
        }
        store.shrink_to(300);
        let left: Vec<bool> = (0..4).map(|entry| store.get::<Vec<u8>>("stage", key(entry)).is_some()).collect();
        assert_eq!(left, [false, false, true, true]);
    }
}
