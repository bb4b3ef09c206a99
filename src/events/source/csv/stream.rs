//! A file's text, unpacked and in UTF-8.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::torn;
use crate::events::EventsError;
use crate::events::dialect::DialectChoice;

/// How much of a file is looked at to find out how it is written.
pub const HEAD_BYTES: usize = 1 << 16;

/// A large file is looked at in so many places.
const SAMPLES: u64 = 8;

/// A file's text.
pub struct Stream {
    /// The text from its beginning, without a mark.
    pub text: Box<dyn Read + Send>,
    /// Its beginning.
    pub head: Vec<u8>,
    /// What the file is in.
    pub encoding: &'static Encoding,
    /// Why it is taken to be so.
    pub why: String,
    /// Bytes of the file.
    pub size: u64,
    /// How many of them were read.
    pub read: Arc<AtomicU64>,
}

impl Stream {
    /// # Errors
    /// A file that cannot be opened or unpacked, an unknown encoding.
    pub fn open(path: &Path, choice: &DialectChoice) -> Result<Self, EventsError> {
        let refused = |source| EventsError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(refused)?;
        let size = file.metadata().map_err(refused)?.len();
        let read = Arc::new(AtomicU64::new(0));
        let (bytes, packed) = unpacked(path, Counted { file, read: read.clone() })?;
        Self::of(path, bytes, !packed, size, read, choice)
    }

    /// A text from anywhere; `path` is what its errors name, and looked at in more places if it is `plain`.
    pub fn of(
        path: &Path,
        mut bytes: Box<dyn Read + Send>,
        plain: bool,
        size: u64,
        read: Arc<AtomicU64>,
        choice: &DialectChoice,
    ) -> Result<Self, EventsError> {
        let refused = |source| EventsError::Io { path: path.to_owned(), source };
        let mut head = Vec::new();
        bytes.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| torn(path, &error))?;
        let (encoding, why) = encoding(path, &head, plain, size, choice)?;
        let whole = Cursor::new(head).chain(bytes);
        let decoded = DecodeReaderBytesBuilder::new()
            // Bytes that are UTF-8 already are judged record by record.
            .encoding(Some(encoding).filter(|encoding| *encoding != UTF_8))
            .bom_override(choice.encoding.is_none())
            .strip_bom(true)
            .utf8_passthru(true)
            .build_with_buffer(whole, vec![0; HEAD_BYTES])
            .map_err(refused)?;
        let mut text: Box<dyn Read + Send> = Box::new(decoded);
        let mut head = Vec::new();
        text.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| torn(path, &error))?;
        let text = Box::new(Cursor::new(head.clone()).chain(text));
        Ok(Self { text, head, encoding, why, size, read })
    }
}

/// Counts what is read of a file.
pub struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Counted {
    /// The same file from its beginning, counted on.
    ///
    /// # Errors
    /// What the system says.
    pub fn again(&self, path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::open(path)?, read: self.read.clone() })
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The file's bytes, unpacked if they are packed; and whether they were.
fn unpacked(path: &Path, mut file: Counted) -> Result<(Box<dyn Read + Send>, bool), EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut mark = Vec::new();
    file.by_ref().take(4).read_to_end(&mut mark).map_err(refused)?;
    let packing = mark.clone();
    if packing == *b"PK\x03\x04" {
        return Ok((super::zip::entry(path, file)?, true));
    }
    let file = Cursor::new(mark).chain(file);
    Ok(match packing.as_slice() {
        [0x1f, 0x8b, ..] => {
            (Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(HEAD_BYTES, file))), true)
        }
        [0x28, 0xb5, 0x2f, 0xfd] => (Box::new(zstd::Decoder::new(file).map_err(refused)?), true),
        _ => (Box::new(file), false),
    })
}

/// The encoding of a file, by its mark, by its bytes, or by what is likely where bytes allow several.
fn encoding(
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
        return Ok((encoding, format!("every other byte is zero, as in {}", encoding.name())));
    }
    let mut samples = vec![head.to_vec()];
    if plain {
        samples.extend(later(path, size));
    }
    let samples: Vec<&[u8]> = samples.iter().enumerate().map(|(at, sample)| whole_lines(sample, at == 0)).collect();
    let broken = samples.iter().any(|sample| str::from_utf8(sample).is_err_and(|error| error.error_len().is_some()));
    if !broken {
        return Ok((UTF_8, String::new()));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for sample in &samples {
        detector.feed(sample, false);
    }
    detector.feed(b"", true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // GB18030 has all of GBK, and what it adds is in use.
    let guess = if guess == GBK { GB18030 } else { guess };
    Ok((guess, format!("it is not in UTF-8; its letters are most likely in {}", guess.name())))
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

/// UTF-16 without a mark: nearly every other byte is zero.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if pairs < 4 {
        None
    } else if odd * 10 > pairs * 7 && even * 10 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 7 && odd * 10 < pairs {
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
