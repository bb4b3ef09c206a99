//! Vectors on disk, so that a text is embedded once in a machine's life.
//!
//! A folder for each model (its fingerprint, device and precision), in it segments that are written once and never
//! changed: beside, then renamed, under the hash of what they hold. So a kill at any moment leaves whole segments only,
//! two processes do not meet, and a damaged segment is passed over and its texts embedded anew. When all models'
//! segments grow beyond a limit, those used longest ago go; a process that counted on one embeds its texts again.
//!
//! A segment is: eight bytes of name and version; dimension and count as little-endian `u32`; the keys of its texts; a
//! BLAKE3 hash of everything so far; the rows as little-endian `f32`; a BLAKE3 hash of everything before it. Only the
//! part before the rows is held in memory.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use atomic_write_file::AtomicWriteFile;

use super::tokens::{KEY, Key};
use crate::observe::{Cancelled, Watch};

const MAGIC: &[u8; 8] = b"drftvec2";
const HEAD: usize = 16;
const HASH: usize = 32;
const ENDING: &str = "seg";
/// What a process left half written is removed after this time.
const STALE: Duration = Duration::from_secs(3600);

/// Vectors on their way to disk.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub keys: Vec<Key>,
    pub rows: Vec<f32>,
}

/// The kept vectors of one model.
#[derive(Debug)]
pub(super) struct Store {
    /// Where all models' vectors are.
    root: PathBuf,
    path: PathBuf,
    dim: usize,
    /// Bytes that all models' vectors may take up.
    limit: u64,
    segments: Vec<PathBuf>,
    /// Where a text's vector is: segment and row.
    index: HashMap<Key, (u32, u32)>,
}

impl Store {
    /// Opens the folder `model` below `root`. What is not there or not whole is no error.
    pub fn open(root: &Path, model: &str, dim: usize, limit: u64) -> Self {
        let path = root.join(model);
        let mut found = fs::read_dir(&path).map_or_else(|_| Vec::new(), |entries| segments(entries).collect());
        // In order of name, so that a text kept twice always gives the same vector.
        found.sort();
        let mut store = Self { root: root.to_owned(), path, dim, limit, segments: Vec::new(), index: HashMap::new() };
        for path in found {
            if let Ok(keys) = store.keys(&path) {
                store.add(path, &keys);
            }
        }
        store
    }

    /// Where the model's vectors are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn add(&mut self, path: PathBuf, keys: &[Key]) {
        let number = self.segments.len() as u32;
        for (row, key) in keys.iter().enumerate() {
            self.index.entry(*key).or_insert((number, row as u32));
        }
        self.segments.push(path);
    }

    /// Hands the vectors that are there to `take`, by the places of their keys.
    pub fn fetch(&self, keys: &[Key], watch: &Watch, mut take: impl FnMut(usize, &[f32])) -> Result<(), Cancelled> {
        let known = |(at, key): (usize, &Key)| self.index.get(key).map(|(segment, row)| (*segment, *row, at));
        let mut wanted: Vec<(u32, u32, usize)> = keys.iter().enumerate().filter_map(known).collect();
        wanted.sort_unstable();
        let mut row = vec![0.0; self.dim];
        for of_one in wanted.chunk_by(|a, b| a.0 == b.0) {
            watch.check()?;
            let path = &self.segments[of_one[0].0 as usize];
            let Ok(bytes) = fs::read(path) else { continue };
            let Some(rows) = self.rows(&bytes) else { continue };
            for (_, number, at) in of_one {
                let from = *number as usize * 4 * self.dim;
                let Some(numbers) = rows.get(from..from + 4 * self.dim) else { continue };
                for (value, number) in row.iter_mut().zip(numbers.as_chunks::<4>().0) {
                    *value = f32::from_le_bytes(*number);
                }
                take(*at, &row);
            }
            // Only for the order in which segments go.
            let _ = File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
        }
        Ok(())
    }

    /// The keys of a segment of this dimension.
    fn keys(&self, path: &Path) -> io::Result<Vec<Key>> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut bytes = vec![0; HEAD];
        file.read_exact(&mut bytes)?;
        let count = self.count(&bytes).ok_or_else(damaged)?;
        if size != (HEAD + HASH + HASH) as u64 + count as u64 * (KEY + 4 * self.dim) as u64 {
            return Err(damaged());
        }
        bytes.resize(HEAD + count * KEY, 0);
        file.read_exact(&mut bytes[HEAD..])?;
        let mut hash = [0; HASH];
        file.read_exact(&mut hash)?;
        if *blake3::hash(&bytes).as_bytes() != hash {
            return Err(damaged());
        }
        Ok(bytes[HEAD..].as_chunks::<KEY>().0.to_vec())
    }

    /// How many rows the head of a segment promises.
    fn count(&self, head: &[u8]) -> Option<usize> {
        let number = |at: usize| Some(u32::from_le_bytes(*head.get(at..at + 4)?.first_chunk()?) as usize);
        let fits = head.starts_with(MAGIC) && number(8)? == self.dim;
        fits.then(|| number(12)).flatten()
    }

    /// The rows of a whole segment.
    fn rows<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let count = self.count(bytes)?;
        let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
        let rows = body.get(HEAD + count.checked_mul(KEY)? + HASH..)?;
        (rows.len() == count.checked_mul(4 * self.dim)? && blake3::hash(body).as_bytes() == hash).then_some(rows)
    }

    /// Keeps more vectors, and lets the oldest go if there is no room.
    pub fn write(&mut self, segment: &Segment) -> io::Result<()> {
        if segment.keys.is_empty() {
            return Ok(());
        }
        fs::create_dir_all(&self.path)?;
        let too_large = |_| io::Error::other("too many vectors for one segment");
        let mut bytes = Vec::with_capacity(HEAD + segment.keys.len() * KEY + segment.rows.len() * 4 + 2 * HASH);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&u32::try_from(self.dim).map_err(too_large)?.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(segment.keys.len()).map_err(too_large)?.to_le_bytes());
        segment.keys.iter().for_each(|key| bytes.extend_from_slice(key));
        let keys = blake3::hash(&bytes);
        bytes.extend_from_slice(keys.as_bytes());
        segment.rows.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
        let all = blake3::hash(&bytes);
        bytes.extend_from_slice(all.as_bytes());
        let path = self.path.join(format!("{}.{ENDING}", &all.to_hex()[..32]));
        let mut file = AtomicWriteFile::open(&path)?;
        file.write_all(&bytes)?;
        file.commit()?;
        self.add(path, &segment.keys);
        prune(&self.root, self.limit)
    }
}

fn damaged() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}

fn segments(entries: fs::ReadDir) -> impl Iterator<Item = PathBuf> {
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
}

/// Lets the segments of all models that were used longest ago go, until the rest fits into so many bytes.
fn prune(root: &Path, limit: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for model in fs::read_dir(root)?.flatten() {
        let Ok(entries) = fs::read_dir(model.path()) else { continue };
        for entry in entries.flatten() {
            let Ok(about) = entry.metadata() else { continue };
            files.push((about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len(), entry.path()));
        }
    }
    files.sort();
    let mut size: u64 = files.iter().map(|(_, size, _)| size).sum();
    // The newest stays, whatever the limit: it was written just now.
    files.pop();
    for (used, bytes, path) in files {
        let whole = path.extension().is_some_and(|ending| ending == ENDING);
        let stale = !whole && used.elapsed().is_ok_and(|age| age > STALE);
        // Another process may have been quicker, which is as well.
        if stale || (whole && size > limit) {
            let _ = fs::remove_file(path);
            size -= bytes;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMY: u64 = 1 << 30;

    fn segment(first: u8, rows: &[f32]) -> Segment {
        Segment { keys: (0..rows.len() as u8 / 2).map(|n| [first + n; KEY]).collect(), rows: rows.to_vec() }
    }

    fn open(root: &Path) -> Store {
        Store::open(root, "model", 2, ROOMY)
    }

    fn kept(store: &Store) -> Vec<(u8, Vec<f32>)> {
        let keys: Vec<Key> = (0..=255).map(|n| [n; KEY]).collect();
        let mut found = Vec::new();
        store.fetch(&keys, &Watch::silent(), |at, row| found.push((at as u8, row.to_vec()))).unwrap();
        found.sort_by_key(|(key, _)| *key);
        found
    }

    fn files(root: &Path) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = segments(fs::read_dir(root.join("model")).unwrap()).collect();
        paths.sort();
        paths
    }

    #[test]
    fn vectors_come_back_bit_for_bit_in_this_run_and_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        assert!(kept(&store).is_empty(), "nothing was kept yet");
        store.write(&segment(1, &[0.1, -0.2, 1e-30, f32::MAX])).unwrap();
        store.write(&segment(7, &[5.0, 6.0])).unwrap();
        store.write(&segment(7, &[5.0, 6.0])).unwrap();
        let expected = [(1, vec![0.1, -0.2]), (2, vec![1e-30, f32::MAX]), (7, vec![5.0, 6.0])];
        assert_eq!(kept(&store), expected);
        assert_eq!(kept(&open(folder.path())), expected);
    }

    #[test]
    fn a_broken_segment_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).write(&segment(1, &[1.0, 2.0])).unwrap();
        let path = files(folder.path()).remove(0);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(kept(&open(folder.path())).is_empty(), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 4;
            fs::write(&path, &spoilt).unwrap();
            assert!(kept(&open(folder.path())).is_empty(), "byte {at}");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(kept(&open(folder.path())), [(1, vec![1.0, 2.0])]);
    }

    #[test]
    fn another_dimension_is_another_models() {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).write(&segment(1, &[1.0, 2.0])).unwrap();
        assert!(kept(&Store::open(folder.path(), "model", 1, ROOMY)).is_empty());
    }

    #[test]
    fn beyond_the_limit_what_was_used_longest_ago_goes() {
        let folder = tempfile::tempdir().unwrap();
        let one = (HEAD + KEY + 8 + 2 * HASH) as u64;
        let mut store = Store::open(folder.path(), "model", 2, 2 * one);
        let age = |store: &Store, segment: usize, secs: u64| {
            let file = File::options().append(true).open(&store.segments[segment]).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(secs)).unwrap();
        };
        store.write(&segment(1, &[1.0, 2.0])).unwrap();
        age(&store, 0, 100);
        store.write(&segment(2, &[3.0, 4.0])).unwrap();
        age(&store, 1, 50);
        store.fetch(&[[1; KEY]], &Watch::silent(), |_, _| ()).unwrap();
        store.write(&segment(3, &[5.0, 6.0])).unwrap();
        let left = [(1, vec![1.0, 2.0]), (3, vec![5.0, 6.0])];
        assert_eq!(kept(&store), left, "the second was used longest ago");
        assert_eq!(kept(&open(folder.path())), left);
    }

    #[test]
    fn what_a_kill_left_half_written_goes_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        store.write(&segment(1, &[1.0, 2.0])).unwrap();
        let (old, new) = (store.path().join(".old.tmp"), store.path().join(".new.tmp"));
        fs::write(&new, b"half").unwrap();
        fs::write(&old, b"half").unwrap();
        File::options().append(true).open(&old).unwrap().set_modified(SystemTime::now() - 2 * STALE).unwrap();
        store.write(&segment(2, &[1.0, 2.0])).unwrap();
        assert!(!old.exists() && new.exists());
        assert_eq!(kept(&open(folder.path())).len(), 2);
    }

    #[test]
    fn segments_that_another_process_clears_away_count_as_absent() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        store.write(&segment(1, &[1.0, 2.0])).unwrap();
        fs::remove_dir_all(folder.path()).unwrap();
        assert!(kept(&store).is_empty());
        store.write(&segment(1, &[1.0, 2.0])).unwrap();
    }
}
