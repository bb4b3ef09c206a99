//! A file's text, unpacked and in UTF-8.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

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
        let mut bytes = unpacked(path, Counted { file, read: read.clone() })?;
        let mut head = Vec::new();
        bytes.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| torn(path, &error))?;
        let (encoding, why) = encoding(&head, choice);
        let whole = Cursor::new(head).chain(bytes);
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .bom_override(true)
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
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The file's bytes, unpacked if they are packed.
fn unpacked(path: &Path, mut file: Counted) -> Result<Box<dyn Read + Send>, EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut mark = Vec::new();
    file.by_ref().take(4).read_to_end(&mut mark).map_err(refused)?;
    let packing = mark.clone();
    let file = Cursor::new(mark).chain(file);
    Ok(match packing.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(HEAD_BYTES, file))),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(file).map_err(refused)?),
        _ => Box::new(file),
    })
}

fn encoding(head: &[u8], _choice: &DialectChoice) -> (&'static Encoding, String) {
    match std::str::from_utf8(head) {
        Ok(_) => (UTF_8, String::new()),
        Err(error) if error.error_len().is_none() => (UTF_8, String::new()),
        Err(_) => (WINDOWS_1252, String::new()),
    }
}
