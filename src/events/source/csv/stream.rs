//! A file's text, unpacked and in UTF-8.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::encoding::encoding;
use super::torn;
use crate::events::EventsError;
use crate::events::dialect::DialectChoice;

/// How much of a file is looked at to find out how it is written.
pub const HEAD_BYTES: usize = 1 << 16;

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
    /// Whether a mark at its beginning says so.
    pub marked: bool,
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
        let marked = Encoding::for_bom(&head).is_some();
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
        Ok(Self { text, head, encoding, why, marked, size, read })
    }
}

/// The bytes of a file, unpacked.
///
/// # Errors
/// A file that cannot be opened or unpacked.
pub fn bytes_of(path: &Path) -> Result<Box<dyn Read + Send>, EventsError> {
    let file = File::open(path).map_err(|source| EventsError::Io { path: path.to_owned(), source })?;
    Ok(unpacked(path, Counted { file, read: Arc::default() })?.0)
}

/// A text behind so many lines.
///
/// # Errors
/// What the text says.
pub fn past_lines(mut text: Box<dyn Read + Send>, end: u8, lines: u32) -> std::io::Result<Box<dyn Read + Send>> {
    let (mut left, mut piece) = (lines, vec![0; HEAD_BYTES]);
    while left > 0 {
        let read = text.read(&mut piece)?;
        if read == 0 {
            break;
        }
        for at in memchr::memchr_iter(end, &piece[..read]) {
            left -= 1;
            if left == 0 {
                return Ok(Box::new(Cursor::new(piece[at + 1..read].to_vec()).chain(text)));
            }
        }
    }
    Ok(text)
}

/// A text without its NUL bytes.
pub struct WithoutZeros<R> {
    pub text: R,
    /// How many there were.
    pub zeros: Arc<AtomicU64>,
}

impl<R: Read> Read for WithoutZeros<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.text.read(into)?;
            let mut kept = 0;
            for at in 0..read {
                into[kept] = into[at];
                kept += usize::from(into[at] != 0);
            }
            self.zeros.fetch_add((read - kept) as u64, Ordering::Relaxed);
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
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
