//! The tables in a zip archive: which there are says the crate `zip`; their bytes are unpacked as they are read.
//!
//! Nothing is ever written where an archive says, and no more is unpacked than it says: names only choose and order the
//! tables, and a table that goes on behind its stated length is refused.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use zip::{CompressionMethod, ZipArchive};

use super::stream::{Counted, HEAD_BYTES};
use crate::events::EventsError;

const DAMAGED: &str = "this zip archive is damaged or cut off";
/// No table shrinks to so small a part of itself: deflate cannot go below a thousandth.
const DENSEST: u64 = 1100;

/// A file in the archive.
#[derive(Debug)]
struct Entry {
    name: String,
    encrypted: bool,
    packing: CompressionMethod,
    check: u32,
    /// Bytes in the archive, and unpacked.
    size: u64,
    unpacked: u64,
    start: u64,
}

/// Unpacks the tables in an archive one behind the other, as they are read. They must have the same header, which stays
/// the first one's alone; of the others an empty line is left, so that the lines count on.
///
/// # Errors
/// An archive that is damaged, encrypted, or has no table or several of different columns.
pub fn entry(path: &Path, mut file: Counted) -> Result<Box<dyn Read + Send>, EventsError> {
    let broken = |why: String| EventsError::BrokenFile { path: path.to_owned(), why };
    let damaged = || broken(DAMAGED.to_owned());
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut tables = entries(File::open(path).map_err(refused)?).ok_or_else(damaged)?;
    tables.retain(|entry| is_table(&entry.name));
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let Some(first) = tables.first() else {
        return Err(broken("no file in this zip archive ends in .csv, .tsv or .txt; unpack it".to_owned()));
    };
    if tables.iter().any(|table| table.encrypted) {
        return Err(broken("this zip archive is encrypted; unpack it".to_owned()));
    }
    if tables.iter().any(|table| ![CompressionMethod::Stored, CompressionMethod::Deflated].contains(&table.packing)) {
        return Err(broken("this zip archive is packed in a way not known here; unpack it".to_owned()));
    }
    if tables.len() > 1 {
        let headers = tables
            .iter()
            .map(|table| Ok(split_header(&mut unpacked(table, file.again(path)?)?)?.0))
            .collect::<std::io::Result<Vec<_>>>()
            .map_err(|error| broken(format!("the tables of this zip archive cannot be unpacked ({error})")))?;
        let count = tables.len();
        if headers[0].contains(&0) {
            return Err(broken(format!(
                "this zip archive holds {count} tables in UTF-16; unpack it into a folder and name that"
            )));
        }
        if let Some(other) = headers.iter().position(|header| *header != headers[0]) {
            let (one, other) = (&first.name, &tables[other].name);
            let why = format!(
                "this zip archive holds {count} tables, and `{other}` does not begin with the header of `{one}`; unpack it \
                 and name those that belong together"
            );
            return Err(broken(why));
        }
        file = file.again(path).map_err(refused)?;
    }
    let bytes = unpacked(first, file.again(path).map_err(refused)?).map_err(|_| damaged())?;
    tables.remove(0);
    Ok(Box::new(Joined { path: path.to_owned(), file, bytes, later: tables.into() }))
}

/// The bytes of an entry.
fn unpacked(table: &Entry, mut file: Counted) -> std::io::Result<Box<dyn Read + Send>> {
    file.seek(SeekFrom::Start(table.start))?;
    let packed = BufReader::new(file.take(table.size));
    let bytes: Box<dyn Read + Send> = if table.packing == CompressionMethod::Stored {
        Box::new(packed)
    } else {
        Box::new(flate2::read::DeflateDecoder::new(packed))
    };
    Ok(Box::new(Checked { bytes: flate2::CrcReader::new(bytes), check: table.check, left: table.unpacked }))
}

/// Reads the first line of a table, without a mark before it; and with it what was read of the rest.
fn split_header(bytes: &mut impl Read) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    bytes.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let end = memchr::memchr2(b'\n', b'\r', &head).unwrap_or(head.len());
    let rest = head.split_off(end);
    Ok((head.strip_prefix(b"\xef\xbb\xbf").map_or_else(|| head.clone(), <[u8]>::to_vec), rest))
}

/// Tables one behind the other.
struct Joined {
    path: PathBuf,
    file: Counted,
    bytes: Box<dyn Read + Send>,
    later: VecDeque<Entry>,
}

impl Read for Joined {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.bytes.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Some(next) = self.later.pop_front() else { return Ok(0) };
            let mut bytes = unpacked(&next, self.file.again(&self.path)?)?;
            let (_, rest) = split_header(&mut bytes)?;
            self.bytes = Box::new(Cursor::new(rest).chain(bytes));
        }
    }
}

/// The archive's entries; none if it makes no sense.
fn entries(file: File) -> Option<Vec<Entry>> {
    let length = file.metadata().ok()?.len();
    let mut archive = ZipArchive::new(BufReader::new(file)).ok()?;
    let count = archive.len();
    let entry = |at: usize| {
        let entry = archive.by_index_raw(at).ok()?;
        let (size, unpacked, start) = (entry.compressed_size(), entry.size(), entry.data_start()?);
        let inside = start.checked_add(size).is_some_and(|end| end <= length);
        let packing = entry.compression();
        let dense = packing == CompressionMethod::Deflated && unpacked > size.saturating_mul(DENSEST);
        (inside && !dense).then(|| Entry {
            name: String::from_utf8_lossy(entry.name_raw()).into_owned(),
            encrypted: entry.encrypted(),
            packing,
            check: entry.crc32(),
            size,
            unpacked,
            start,
        })
    };
    (0..count).map(entry).collect()
}

fn is_table(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let hidden = name.starts_with("__MACOSX") || file.starts_with(['.', '_']);
    !hidden && [".csv", ".tsv", ".txt"].iter().any(|ending| file.ends_with(ending))
}

/// Refuses bytes that do not add up to the archive's checksum, or are more than it says.
struct Checked<R> {
    bytes: flate2::CrcReader<R>,
    check: u32,
    left: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(into)?;
        if read == 0 && !into.is_empty() && (self.bytes.crc().sum() != self.check || self.left > 0) {
            return Err(std::io::Error::other("the checksum of the archive does not fit"));
        }
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| std::io::Error::other("it goes on behind the length that the archive says"))?;
        Ok(read)
    }
}
