//! Vectors kept on disk, so that a text is embedded once in a machine's life.
//!
//! A folder for each model (by fingerprint), in it segments that are written once and never changed: beside, then
//! renamed, under the hash of what they hold. So a kill at any moment leaves whole segments only, two processes do not
//! meet, and a damaged segment is passed over and its texts embedded anew.
//!
//! A segment is: eight bytes of name and version; dimension and count as little-endian `u32`; a BLAKE3 hash of each
//! text; the rows as little-endian `f32`; a BLAKE3 hash of everything before it.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;

use super::encoder::BATCH_TOKENS;
use super::folder::ModelFolder;
use super::{Device, Encoder, LanguageError, Vectors};
use crate::observe::{Stage, Watch};

const MAGIC: &[u8; 8] = b"drftvec1";
const KEY: usize = 32;
const HEAD: usize = 16;
/// Vectors gathered before they go to disk.
const SEGMENT_ROWS: usize = 8192;

type Key = [u8; KEY];

/// The vectors of texts by the model in `dir`, in the order of the texts. What the folder `cache` has of that model is
/// taken from there; only for the rest is the model loaded, and the rest is then kept, also when the work is stopped.
///
/// # Errors
/// As of [`Encoder::load`] and [`Encoder::embed`]. A cache that cannot be read or written is no error: the texts are
/// embedded, and a note says that they could not be kept.
pub fn embed_cached(
    dir: &Path,
    cache: &Path,
    device: Device,
    texts: &[String],
    watch: &Watch,
) -> Result<Vectors, LanguageError> {
    let folder = ModelFolder::read(dir)?;
    let dim = folder.info.dim;
    // Batches of another size give vectors that differ in their last bits, so they are not taken for these.
    let name = format!("{}-f32-{BATCH_TOKENS}", folder.info.fingerprint);
    let store = Store { path: cache.join("vectors").join(name), dim };

    let mut data = vec![0.0; texts.len() * dim];
    let mut wanted: HashMap<Key, Vec<usize>> = HashMap::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        wanted.entry(*blake3::hash(text.as_bytes()).as_bytes()).or_default().push(at);
    }
    let mut fill = |places: &[usize], row: &[f32]| {
        for place in places {
            data[place * dim..(place + 1) * dim].copy_from_slice(row);
        }
    };
    let distinct = wanted.len() as u64;
    store.read(watch, |key, row| {
        if let Some(places) = wanted.remove(key) {
            fill(&places, row);
        }
    })?;
    let mut meter = watch.meter(Stage::Embed, "texts", Some(distinct));
    meter.advance(distinct - wanted.len() as u64)?;
    if wanted.is_empty() {
        return Ok(Vectors { dim, data });
    }

    let encoder = Encoder::from_folder(folder, device)?;
    let mut missing: Vec<(Key, Vec<usize>)> = wanted.into_iter().collect();
    missing.sort_by_key(|(_, places)| places[0]);
    let words: Vec<&str> = missing.iter().map(|(_, places)| texts[places[0]].as_str()).collect();
    let mut segment = Segment::default();
    let mut kept = Ok(());
    let mut keep = |segment: &mut Segment| {
        let written = store.write(&std::mem::take(segment));
        if kept.is_ok() {
            kept = written;
        }
    };
    let embedded = encoder.embed_distinct(&words, watch, &mut meter, |batch, rows| {
        for (text, row) in batch.iter().zip(rows.chunks_exact(dim)) {
            let (key, places) = &missing[*text];
            fill(places, row);
            segment.keys.push(*key);
            segment.rows.extend_from_slice(row);
        }
        if segment.keys.len() >= SEGMENT_ROWS {
            keep(&mut segment);
        }
    });
    keep(&mut segment);
    if let Err(error) = kept {
        watch.note(format!("The vectors could not be kept for next time: {error}: {}", store.path.display()));
    }
    embedded?;
    Ok(Vectors { dim, data })
}

/// Vectors on their way to disk.
#[derive(Debug, Default)]
struct Segment {
    keys: Vec<Key>,
    rows: Vec<f32>,
}

/// The kept vectors of one model.
#[derive(Debug)]
struct Store {
    path: PathBuf,
    dim: usize,
}

impl Store {
    /// Hands every kept vector to `take`. Segments that are not whole are passed over.
    fn read(&self, watch: &Watch, mut take: impl FnMut(&Key, &[f32])) -> Result<(), LanguageError> {
        let Ok(entries) = fs::read_dir(&self.path) else { return Ok(()) };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "seg"));
        // In order of name, so that a text kept twice always gives the same vector.
        paths.sort();
        let mut row = vec![0.0; self.dim];
        for path in paths {
            watch.check()?;
            let Ok(bytes) = fs::read(&path) else { continue };
            let Some((keys, rows)) = self.parse(&bytes) else { continue };
            for (key, numbers) in keys.as_chunks::<KEY>().0.iter().zip(rows.chunks_exact(4 * self.dim)) {
                for (value, number) in row.iter_mut().zip(numbers.as_chunks::<4>().0) {
                    *value = f32::from_le_bytes(*number);
                }
                take(key, &row);
            }
        }
        Ok(())
    }

    /// The keys and rows of a whole segment of this dimension.
    fn parse<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(KEY)?)?;
        let (head, body_rest) = body.split_at_checked(HEAD)?;
        let number = |at: usize| Some(u32::from_le_bytes(*head.get(at..at + 4)?.first_chunk()?) as usize);
        let (dim, count) = (number(8)?, number(12)?);
        let whole = head.starts_with(MAGIC)
            && dim == self.dim
            && body_rest.len() == count.checked_mul(KEY + 4 * dim)?
            && blake3::hash(body).as_bytes() == checksum;
        whole.then(|| body_rest.split_at(count * KEY))
    }

    fn write(&self, segment: &Segment) -> io::Result<()> {
        if segment.keys.is_empty() {
            return Ok(());
        }
        fs::create_dir_all(&self.path)?;
        let too_large = |_| io::Error::other("too many vectors for one segment");
        let mut bytes = Vec::with_capacity(HEAD + segment.keys.len() * KEY + segment.rows.len() * 4 + KEY);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&u32::try_from(self.dim).map_err(too_large)?.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(segment.keys.len()).map_err(too_large)?.to_le_bytes());
        segment.keys.iter().for_each(|key| bytes.extend_from_slice(key));
        segment.rows.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
        let checksum = blake3::hash(&bytes);
        bytes.extend_from_slice(checksum.as_bytes());
        let mut file = AtomicWriteFile::open(self.path.join(format!("{}.seg", &checksum.to_hex()[..32])))?;
        file.write_all(&bytes)?;
        file.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(first: u8, rows: &[f32]) -> Segment {
        Segment { keys: (0..rows.len() as u8 / 2).map(|n| [first + n; KEY]).collect(), rows: rows.to_vec() }
    }

    fn kept(store: &Store) -> Vec<(u8, Vec<f32>)> {
        let mut found = Vec::new();
        store.read(&Watch::silent(), |key, row| found.push((key[0], row.to_vec()))).unwrap();
        found.sort_by_key(|(key, _)| *key);
        found
    }

    #[test]
    fn segments_come_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { path: folder.path().join("model"), dim: 2 };
        assert!(kept(&store).is_empty(), "nothing was kept yet");
        store.write(&segment(1, &[0.1, -0.2, 1e-30, f32::MAX])).unwrap();
        store.write(&segment(7, &[5.0, 6.0])).unwrap();
        store.write(&segment(7, &[5.0, 6.0])).unwrap();
        assert_eq!(kept(&store), [(1, vec![0.1, -0.2]), (2, vec![1e-30, f32::MAX]), (7, vec![5.0, 6.0])]);
    }

    #[test]
    fn a_broken_segment_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { path: folder.path().to_owned(), dim: 2 };
        store.write(&segment(1, &[1.0, 2.0])).unwrap();
        let whole = fs::read(fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path()).unwrap();
        for cut in 0..whole.len() {
            assert!(store.parse(&whole[..cut]).is_none(), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut spoilt = whole.clone();
            spoilt[at] ^= 4;
            assert!(store.parse(&spoilt).is_none(), "byte {at}");
        }
        fs::write(folder.path().join("torn.seg"), &whole[..40]).unwrap();
        assert_eq!(kept(&store), [(1, vec![1.0, 2.0])]);
    }

    #[test]
    fn another_dimension_is_another_models() {
        let folder = tempfile::tempdir().unwrap();
        Store { path: folder.path().to_owned(), dim: 2 }.write(&segment(1, &[1.0, 2.0])).unwrap();
        assert!(kept(&Store { path: folder.path().to_owned(), dim: 1 }).is_empty());
    }
}
