//! The pages of a column within a row group, walked through before they are unpacked.
//!
//! What a page's head claims (its size, packed and unpacked, how many values it has) is held against the bytes there
//! are and against what the footer says, and its checksum is verified where it has one. What reads the values then
//! meets no size that is not true.

use polars_parquet::parquet::compression::Compression;

use super::codec::{plausible, unpack};
use super::delta;
use super::schema::Stored;
use super::thrift::{Kind, Read, Reader};

/// What is known of a chunk before its pages are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    pub codec: Compression,
    pub stored: Stored,
    /// Whether values may be absent.
    pub optional: bool,
    /// How many values there are, absent ones among them.
    pub values: u64,
}

/// How far a walk has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Bytes of whole pages.
    pub bytes: usize,
    pub values: u64,
}

const DATA: i32 = 0;
const DICTIONARY: i32 = 2;
const DATA_V2: i32 = 3;

/// The head of a page.
#[derive(Debug, Default)]
struct Head {
    kind: i32,
    unpacked: i32,
    packed: i32,
    crc: Option<i32>,
    values: i32,
    encoding: i32,
    /// Of the newer pages: rows, and the bytes of levels before the values.
    rows: Option<i32>,
    levels: [i32; 2],
    /// Whether its values are compressed.
    compressed: bool,
    described: bool,
}

impl Head {
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut head = Self { compressed: true, ..Self::default() };
        reader.fields(|reader, field, kind| {
            match (field, kind) {
                (1, Kind::Whole) => head.kind = reader.int()?,
                (2, Kind::Whole) => head.unpacked = reader.int()?,
                (3, Kind::Whole) => head.packed = reader.int()?,
                (4, Kind::Whole) => head.crc = Some(reader.int()?),
                (5 | 7, Kind::Struct) => head.describe(reader)?,
                (8, Kind::Struct) => head.describe_v2(reader)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(head)
    }

    fn describe(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        self.described = true;
        reader.fields(|reader, field, kind| {
            match (field, kind) {
                (1, Kind::Whole) => self.values = reader.int()?,
                (2, Kind::Whole) => self.encoding = reader.int()?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    fn describe_v2(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        self.described = true;
        reader.fields(|reader, field, kind| {
            match (field, kind) {
                (1, Kind::Whole) => self.values = reader.int()?,
                (3, Kind::Whole) => self.rows = Some(reader.int()?),
                (4, Kind::Whole) => self.encoding = reader.int()?,
                (5, Kind::Whole) => self.levels[0] = reader.int()?,
                (6, Kind::Whole) => self.levels[1] = reader.int()?,
                (7, Kind::Truth(truth)) => {
                    self.compressed = truth;
                }
                _ => return Ok(false),
            }
            // A truth has no bytes of its own, so that nothing is to be passed over.
            Ok(true)
        })
    }
}

/// Walks through the pages of `bytes`, or so many as have `enough` values. With `whole`, the bytes are all there are;
/// without, a page that is not all there ends the walk.
///
/// # Errors
/// Why the pages cannot be true.
pub fn walk(bytes: &[u8], expected: &Expected, enough: u64, whole: bool) -> Result<Walked, String> {
    let mut walked = Walked { bytes: 0, values: 0 };
    while walked.bytes < bytes.len() && (whole || walked.values < enough) {
        let rest = &bytes[walked.bytes..];
        let all_read = walked.values == expected.values;
        if all_read && rest.iter().all(|byte| *byte == 0) {
            // Some writers fill up to a round place.
            break;
        }
        let mut reader = Reader::new(rest);
        let head = match Head::read(&mut reader) {
            Ok(head) => head,
            Err(_) if !whole => break,
            Err(_) => return Err("the head of a page is damaged".to_owned()),
        };
        let (Ok(packed), Ok(unpacked)) = (usize::try_from(head.packed), usize::try_from(head.unpacked)) else {
            return Err("a page is said to have a size below zero".to_owned());
        };
        let from = reader.at();
        let Some(page) = rest.get(from..).and_then(|rest| rest.get(..packed)) else {
            if !whole {
                break;
            }
            return Err("a page is said to be longer than its column".to_owned());
        };
        if head.crc.is_some_and(|crc| crc.cast_unsigned() != crc32fast::hash(page)) {
            return Err("a page does not agree with its checksum".to_owned());
        }
        check(&head, page, unpacked, expected, walked.bytes == 0)?;
        if head.kind != DICTIONARY {
            walked.values += u64::from(head.values.unsigned_abs());
        }
        if walked.values > expected.values {
            return Err(format!("its pages have more than the {} values it is said to have", expected.values));
        }
        walked.bytes += from + packed;
    }
    if whole && walked.values != expected.values {
        return Err(format!("its pages have {} of the {} values it is said to have", walked.values, expected.values));
    }
    Ok(walked)
}

fn check(head: &Head, page: &[u8], unpacked: usize, expected: &Expected, first: bool) -> Result<(), String> {
    let too_large = || Err(format!("a page of {} bytes is said to hold {unpacked}", page.len()));
    let Ok(values) = usize::try_from(head.values) else {
        return Err("a page is said to have fewer than no values".to_owned());
    };
    if !head.described {
        return Err("a page does not say what it is".to_owned());
    }
    match head.kind {
        DATA => {
            if !plausible(expected.codec, page, unpacked) {
                return too_large();
            }
        }
        DICTIONARY => {
            if !first {
                return Err("a dictionary stands behind values".to_owned());
            }
            if !plausible(expected.codec, page, unpacked) {
                return too_large();
            }
            let least = match expected.stored {
                Stored::Truth => return Err("truth values are said to have a dictionary".to_owned()),
                Stored::Int32 | Stored::Float | Stored::Bytes => 4,
                Stored::Int64 | Stored::Double => 8,
                Stored::Int96 => 12,
                Stored::Fixed(length) => length,
            };
            if values.saturating_mul(least) > unpacked {
                return Err(format!("a dictionary of {unpacked} bytes is said to have {values} values"));
            }
        }
        DATA_V2 => {
            let levels = head.levels.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
            let levels = levels[0].saturating_add(levels[1]);
            if levels > page.len() || levels > unpacked || head.rows.is_some_and(|rows| rows != head.values) {
                return Err("a page does not have the parts it is said to have".to_owned());
            }
            let codec = if head.compressed { expected.codec } else { Compression::Uncompressed };
            if !plausible(codec, &page[levels..], unpacked - levels) {
                return too_large();
            }
        }
        _ => return Err("a page is of a kind newer than this program".to_owned()),
    }
    // The one encoding in which a few bytes become many: each value begins as the last one did.
    if head.kind != DICTIONARY && head.encoding == delta::STRINGS {
        let (levels, codec) = match head.kind {
            DATA_V2 => {
                let levels = head.levels.iter().map(|length| length.unsigned_abs() as usize).sum();
                (levels, if head.compressed { expected.codec } else { Compression::Uncompressed })
            }
            _ => (0, expected.codec),
        };
        let body = unpack(codec, &page[levels..], unpacked - levels)?;
        let skipped = if head.kind == DATA && expected.optional { delta::levels(&body) } else { Some(0) };
        let sound = skipped.and_then(|skipped| delta::sound(body.get(skipped..)?, values));
        sound.ok_or_else(|| "a page's values do not fit together".to_owned())?;
    }
    Ok(())
}
