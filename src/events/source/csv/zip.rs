//! The tables in a zip archive (PKWARE's APPNOTE 6.3; entries stored or deflated).

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::stream::{Counted, HEAD_BYTES};
use crate::events::EventsError;

/// The end of the list of entries stands within so many bytes of the end of the file.
const LAST_BYTES: u64 = 66_000;
/// Stands for a number that is written elsewhere, in eight bytes.
const ELSEWHERE: u64 = u32::MAX as u64;
/// A list of entries longer than this is none.
const LONGEST_LIST: u64 = 1 << 26;

/// How entries are packed.
const STORED: u64 = 0;
const DEFLATED: u64 = 8;
const DAMAGED: &str = "this zip archive is damaged or cut off";

/// A file in the archive.
#[derive(Debug)]
struct Entry {
    name: String,
    encrypted: bool,
    packing: u64,
    check: u32,
    size: u64,
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
    if tables.iter().any(|table| ![STORED, DEFLATED].contains(&table.packing)) {
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
    let damaged = || std::io::Error::other(DAMAGED);
    let mut local = [0; 30];
    file.seek(SeekFrom::Start(table.start))?;
    file.read_exact(&mut local)?;
    let behind = number(&local, 26, 2).zip(number(&local, 28, 2)).map(|(name, extra)| name + extra);
    let start = behind.filter(|_| local.starts_with(b"PK\x03\x04")).ok_or_else(damaged)? + table.start + 30;
    file.seek(SeekFrom::Start(start))?;
    let packed = BufReader::new(file.take(table.size));
    let bytes: Box<dyn Read + Send> =
        if table.packing == STORED { Box::new(packed) } else { Box::new(flate2::read::DeflateDecoder::new(packed)) };
    Ok(Box::new(Checked { bytes: flate2::CrcReader::new(bytes), check: table.check }))
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

/// The archive's list of entries; none if it makes no sense.
fn entries(mut file: File) -> Option<Vec<Entry>> {
    let length = file.metadata().ok()?.len();
    let tail = part(&mut file, length.saturating_sub(LAST_BYTES), length.min(LAST_BYTES))?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06")?;
    let (mut size, mut from) = (number(&tail, end + 12, 4)?, number(&tail, end + 16, 4)?);
    if size == ELSEWHERE || from == ELSEWHERE {
        let locator = end.checked_sub(20)?;
        let wide = part(&mut file, number(&tail, locator + 8, 8)?, 56)?;
        (size, from) = (number(&wide, 40, 8)?, number(&wide, 48, 8)?);
    }
    let list = part(&mut file, from, Some(size).filter(|size| *size <= LONGEST_LIST)?)?;
    let (mut entries, mut at) = (Vec::new(), 0);
    while list.get(at..at + 4) == Some(b"PK\x01\x02") {
        let lengths = [28, 30, 32].map(|place| number(&list, at + place, 2).unwrap_or_default() as usize);
        let name = list.get(at + 46..at + 46 + lengths[0])?;
        let mut extra = list.get(at + 46 + lengths[0]..at + 46 + lengths[0] + lengths[1])?;
        let mut wide = Vec::new();
        while let (Some(kind), Some(length)) = (number(extra, 0, 2), number(extra, 2, 2)) {
            let content = extra.get(4..4 + length as usize)?;
            if kind == 1 {
                wide = (0..content.len() / 8).filter_map(|at| number(content, at * 8, 8)).collect();
            }
            extra = &extra[4 + length as usize..];
        }
        // Only those numbers stand there that had no place in four bytes, in this order.
        let mut wide = wide.into_iter();
        let mut sized = |place: usize| -> Option<u64> {
            let value = number(&list, at + place, 4)?;
            if value == ELSEWHERE { wide.next() } else { Some(value) }
        };
        let (_, size, start) = (sized(24)?, sized(20)?, sized(42)?);
        entries.push(Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            encrypted: number(&list, at + 8, 2)? & 1 == 1,
            packing: number(&list, at + 10, 2)?,
            check: number(&list, at + 16, 4)? as u32,
            size,
            start,
        });
        at += 46 + lengths.iter().sum::<usize>();
    }
    Some(entries)
}

fn part(file: &mut File, from: u64, length: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

/// A number of so many bytes, the least first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn is_table(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let hidden = name.starts_with("__MACOSX") || file.starts_with(['.', '_']);
    !hidden && [".csv", ".tsv", ".txt"].iter().any(|ending| file.ends_with(ending))
}

/// Refuses bytes that do not add up to the archive's checksum.
struct Checked<R> {
    bytes: flate2::CrcReader<R>,
    check: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(into)?;
        if read == 0 && !into.is_empty() && self.bytes.crc().sum() != self.check {
            return Err(std::io::Error::other("the checksum of the archive does not fit"));
        }
        Ok(read)
    }
}
