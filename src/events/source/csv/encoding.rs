//! What encoding a file is in: by its mark, by its bytes, or by what is likely where bytes allow several.
//!
//! A file whose first pieces are UTF-8 is read as such. At the first byte that is none, wherever it lies, the whole file
//! is gone through once, and all its letters together decide; so it does not matter which pieces were looked at first.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::stream::{HEAD_BYTES, bytes_of};
use crate::events::EventsError;
use crate::events::dialect::DialectChoice;

/// A large file is looked at in so many places.
const SAMPLES: u64 = 8;
/// So many bytes of lines that are not plain ASCII tell one encoding from another.
const TELLING: usize = 1 << 20;
/// A file is in UTF-8 if it has at least one letter of several bytes to so many bytes that are none.
const STRAY: u64 = 3;

/// What a whole file said, by its path, size and time of change.
type Known = HashMap<(PathBuf, u64, Option<SystemTime>), (&'static Encoding, String)>;
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// The encoding of a file that begins so, and why; `plain` if it is not packed.
pub fn encoding(
    path: &Path,
    head: &[u8],
    plain: bool,
    size: u64,
    choice: &DialectChoice,
) -> Result<(&'static Encoding, String), EventsError> {
    if let Some(name) = &choice.encoding {
        let found = Encoding::for_label(name.trim().as_bytes());
        let unknown =
            || EventsError::BadDialect { why: format!("`{name}` is no encoding known here, as `gb18030` is") };
        return Ok((found.ok_or_else(unknown)?, "the encoding was given".to_owned()));
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok((encoding, format!("a mark at the file's beginning says {}", encoding.name())));
    }
    if let Some(encoding) = wide(head) {
        return Ok((encoding, format!("zeros between its letters say {}", encoding.name())));
    }
    if let Some(known) = known(path) {
        return Ok(known);
    }
    let mut samples = vec![head.to_vec()];
    if plain {
        samples.extend(later(path, size));
    }
    let mut whole = samples.iter().enumerate().map(|(at, sample)| whole_lines(sample, at == 0));
    if whole.all(|sample| !str::from_utf8(sample).is_err_and(|error| error.error_len().is_some())) {
        return Ok((UTF_8, String::new()));
    }
    Ok(of_whole(path).unwrap_or_else(|_| {
        // What cannot be read now will be told when it is read in order.
        let mut letters = Letters::default();
        letters.read(head);
        letters.verdict()
    }))
}

/// The encoding that all letters of a file together say; gone through once as long as the file does not change.
///
/// # Errors
/// What opening, unpacking and reading may meet.
pub fn of_whole(path: &Path) -> Result<(&'static Encoding, String), EventsError> {
    if let Some(known) = known(path) {
        return Ok(known);
    }
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut bytes = bytes_of(path)?;
    let (mut letters, mut piece) = (Letters::default(), vec![0; 1 << 18]);
    loop {
        let read = bytes.read(&mut piece).map_err(refused)?;
        if read == 0 {
            break;
        }
        letters.read(&piece[..read]);
    }
    let verdict = letters.verdict();
    if let Some(key) = key(path) {
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(key, verdict.clone());
    }
    Ok(verdict)
}

fn known(path: &Path) -> Option<(&'static Encoding, String)> {
    let key = key(path)?;
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
}

fn key(path: &Path) -> Option<(PathBuf, u64, Option<SystemTime>)> {
    let about = path.metadata().ok()?;
    Some((path.to_owned(), about.len(), about.modified().ok()))
}

/// Counts letters of several bytes, and bytes that are none in UTF-8.
#[derive(Default)]
struct Letters {
    valid: u64,
    stray: u64,
    /// The beginning of a letter whose rest is still to come.
    open: Vec<u8>,
    /// A line while it is read, and the first lines that are not plain ASCII.
    line: Vec<u8>,
    telling: Vec<u8>,
}

impl Letters {
    fn read(&mut self, piece: &[u8]) {
        if self.telling.len() < TELLING {
            for part in piece.split_inclusive(|byte| *byte == b'\n' || *byte == b'\r') {
                self.line.extend(part);
                let ended = part.ends_with(b"\n") || part.ends_with(b"\r");
                if ended || self.line.len() > HEAD_BYTES {
                    self.end_line();
                }
            }
        }
        let joined;
        let mut bytes = if self.open.is_empty() {
            piece
        } else {
            joined = [&self.open, piece].concat();
            joined.as_slice()
        };
        self.open.clear();
        loop {
            let ascii = bytes.iter().position(|byte| *byte >= 0x80).unwrap_or(bytes.len());
            bytes = &bytes[ascii..];
            if bytes.is_empty() {
                return;
            }
            match letter(bytes) {
                Some(0) => {
                    self.open = bytes.to_vec();
                    return;
                }
                Some(length) => {
                    self.valid += 1;
                    bytes = &bytes[length..];
                }
                None => {
                    self.stray += 1;
                    bytes = &bytes[1..];
                }
            }
        }
    }

    fn end_line(&mut self) {
        if !self.line.is_ascii() {
            self.telling.append(&mut self.line);
        }
        self.line.clear();
    }

    fn verdict(mut self) -> (&'static Encoding, String) {
        self.end_line();
        let (valid, stray) = (self.valid, self.stray + self.open.len() as u64);
        if stray == 0 || valid * STRAY >= stray {
            let why =
                format!("letters in UTF-8: {valid}, bytes that are none: {stray}; the rows with these are left out");
            return (UTF_8, if stray == 0 { String::new() } else { why });
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.telling, true);
        let guess = detector.guess(None, Utf8Detection::Deny);
        // GB18030 has all of GBK, and what it adds is in use.
        let guess = if guess == GBK { GB18030 } else { guess };
        (guess, format!("it is not in UTF-8; its letters are most likely in {}", guess.name()))
    }
}

/// The length of the letter of several bytes that a text begins with: 0 if it may go on behind the text, none if it is
/// no letter.
fn letter(bytes: &[u8]) -> Option<usize> {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    match str::from_utf8(&bytes[..length.min(bytes.len())]) {
        Ok(_) => Some(length),
        Err(error) => error.error_len().is_none().then_some(0),
    }
}

/// A piece of a file without the lines that it holds in part, where letters of several bytes may be cut through.
fn whole_lines(piece: &[u8], first: bool) -> &[u8] {
    let from = if first { 0 } else { memchr::memchr(b'\n', piece).map_or(0, |end| end + 1) };
    // What is shorter than a piece ends where its file does.
    let to = if piece.len() < HEAD_BYTES {
        piece.len()
    } else {
        memchr::memrchr(b'\n', piece).map_or(piece.len(), |end| end + 1)
    };
    piece.get(from..to).unwrap_or(piece)
}

/// UTF-16 without a mark: nearly every other byte is zero; or some are, all of them on one side, as among Chinese
/// letters, and it makes sense so.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let sense = |encoding: &'static Encoding| {
        let (text, broken) = encoding.decode_without_bom_handling(&head[..pairs * 2]);
        // The last letter may be cut through.
        let whole = !broken || text.trim_end_matches('\u{fffd}').find('\u{fffd}').is_none();
        whole && text.contains(['\n', '\r'])
    };
    let one_sided = |zeros: usize, other: usize| zeros * 20 > pairs && other * 4 < zeros;
    if pairs < 4 {
        None
    } else if odd * 10 > pairs * 7 && even * 10 < pairs || one_sided(odd, even) && sense(UTF_16LE) {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 7 && odd * 10 < pairs || one_sided(even, odd) && sense(UTF_16BE) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// A few pieces from further back in a large file.
fn later(path: &Path, size: u64) -> Vec<Vec<u8>> {
    let piece = |at: u64| -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(size / SAMPLES * at))?;
        let mut bytes = Vec::new();
        file.take(HEAD_BYTES as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    if size <= HEAD_BYTES as u64 {
        return Vec::new();
    }
    // What cannot be read now will be told when it is read in order.
    (1..SAMPLES).filter_map(|at| piece(at).ok()).collect()
}
