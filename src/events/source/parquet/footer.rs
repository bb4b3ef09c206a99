//! The table of contents at the end of a Parquet file, held against the file before anything of it is believed.

use super::schema::{Column, Element, Schema};
use super::thrift::{Kind, Malformed, Read, Reader};

/// What stands at both ends of a Parquet file.
pub const MARK: [u8; 4] = *b"PAR1";

/// A file of so few rows may have any size: values that are all alike take hardly a byte.
const FEW_ROWS: u64 = 1 << 21;
/// A row group has at most so many rows for each of its bytes; rows that differ at all take far more.
const ROWS_PER_BYTE: u64 = 256;
/// The same for a whole file, in which each row group may hold few rows of equal values.
const ROWS_PER_BYTE_OF_FILE: u64 = 4096;

/// A file's table of contents.
#[derive(Debug)]
pub struct Footer {
    pub rows: u64,
    pub columns: Vec<Column>,
    pub groups: Vec<RowGroup>,
}

#[derive(Debug, Default)]
pub struct RowGroup {
    pub rows: u64,
    /// Column by column, those within groups too.
    pub chunks: Vec<Chunk>,
}

impl RowGroup {
    pub fn bytes(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.length).sum()
    }
}

/// Where the values of a column lie that are in a row group.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chunk {
    pub start: u64,
    pub length: u64,
    /// How it is compressed, by the number that the format gives it.
    pub codec: i32,
}

/// A chunk as it is written.
#[derive(Debug, Default)]
struct Written {
    physical: i32,
    codec: i32,
    values: i64,
    unpacked: i64,
    packed: i64,
    data: i64,
    dictionary: Option<i64>,
    described: bool,
    elsewhere: bool,
    encrypted: bool,
}

impl Footer {
    /// Reads it. `begins` is where in the file the footer begins, so that everything else lies before it.
    ///
    /// # Errors
    /// Why it cannot be true.
    pub fn read(bytes: &[u8], begins: u64) -> Result<Self, String> {
        let mut elements = Vec::new();
        let mut written: Vec<(i64, Vec<Written>)> = Vec::new();
        let mut rows = None;
        let mut negative = false;
        let read = Reader::new(bytes).fields(|reader, field, kind| {
            match (field, kind) {
                (2, Kind::List) => reader.structs(|reader| {
                    elements.push(Element::read(reader)?);
                    Ok(())
                })?,
                (3, Kind::Whole) => rows = Some(reader.long()?),
                (4, Kind::List) => reader.structs(|reader| {
                    written.push(group(reader, &mut negative)?);
                    Ok(())
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        });
        let malformed = |Malformed| "its table of contents is damaged".to_owned();
        read.map_err(malformed)?;
        let Schema { mut columns, leaves } = Schema::of(&elements).map_err(malformed)?;
        let rows = rows.ok_or_else(|| malformed(Malformed))?;
        if negative {
            return Err("its table of contents gives a size below zero".to_owned());
        }
        let mut groups = Vec::with_capacity(written.len());
        for (at, (rows, chunks)) in written.iter().enumerate() {
            let group = checked(*rows, chunks, &columns, &leaves, begins);
            groups.push(group.map_err(|why| format!("{why} in row group {}", at + 1))?);
        }
        let held: u64 = groups.iter().map(|group| group.rows).sum();
        if u64::try_from(rows) != Ok(held) {
            return Err(format!("it says it has {rows} rows, but its row groups have {held}"));
        }
        if held > FEW_ROWS.saturating_add(begins.saturating_mul(ROWS_PER_BYTE_OF_FILE)) {
            return Err(format!("it says it has {held} rows, more than its {begins} bytes can hold"));
        }
        apart(&groups)?;
        for column in &mut columns {
            if let Some(why) = written.iter().find_map(|(_, chunks)| chunks[column.chunk].unreadable()) {
                column.values = Err(why);
            }
        }
        Ok(Self { rows: held, columns, groups })
    }
}

impl Written {
    /// Why the values cannot be read, whatever they mean.
    fn unreadable(&self) -> Option<&'static str> {
        match self.codec {
            _ if self.encrypted || !self.described => Some("encrypted"),
            _ if self.elsewhere => Some("kept in another file"),
            0 | 1 | 2 | 4..=7 => None,
            3 => Some("compressed by LZO"),
            _ => Some("compressed in a way newer than this program"),
        }
    }
}

fn group(reader: &mut Reader<'_>, negative: &mut bool) -> Read<(i64, Vec<Written>)> {
    let (mut rows, mut chunks) = (0, Vec::new());
    reader.fields(|reader, field, kind| {
        match (field, kind) {
            (1, Kind::List) => reader.structs(|reader| {
                chunks.push(chunk(reader)?);
                Ok(())
            })?,
            (2 | 6, Kind::Whole) => *negative |= reader.long()? < 0,
            (3, Kind::Whole) => rows = reader.long()?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    *negative |= rows < 0 || chunks.iter().any(|chunk| chunk.packed < 0 || chunk.unpacked < 0 || chunk.values < 0);
    Ok((rows, chunks))
}

fn chunk(reader: &mut Reader<'_>) -> Read<Written> {
    let mut chunk = Written::default();
    reader.fields(|reader, field, kind| {
        match (field, kind) {
            (1, Kind::Binary) => chunk.elsewhere = !reader.binary()?.is_empty(),
            (3, Kind::Struct) => {
                chunk.described = true;
                describe(&mut chunk, reader)?;
            }
            (8 | 9, _) => {
                chunk.encrypted = true;
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(chunk)
}

fn describe(chunk: &mut Written, reader: &mut Reader<'_>) -> Read<()> {
    reader.fields(|reader, field, kind| {
        match (field, kind) {
            (1, Kind::Whole) => chunk.physical = reader.int()?,
            (4, Kind::Whole) => chunk.codec = reader.int()?,
            (5, Kind::Whole) => chunk.values = reader.long()?,
            (6, Kind::Whole) => chunk.unpacked = reader.long()?,
            (7, Kind::Whole) => chunk.packed = reader.long()?,
            (9, Kind::Whole) => chunk.data = reader.long()?,
            (11, Kind::Whole) => chunk.dictionary = Some(reader.long()?),
            _ => return Ok(false),
        }
        Ok(true)
    })
}

/// A row group that fits the columns and the file.
fn checked(
    rows: i64,
    written: &[Written],
    columns: &[Column],
    leaves: &[i32],
    begins: u64,
) -> Result<RowGroup, String> {
    let rows = u64::try_from(rows).unwrap_or_default();
    if written.len() != leaves.len() {
        return Err(format!("there are {} columns instead of {}", written.len(), leaves.len()));
    }
    let mut chunks = Vec::with_capacity(written.len());
    for (at, (chunk, physical)) in written.iter().zip(leaves).enumerate() {
        let column = columns.iter().rfind(|column| column.chunk <= at);
        let name = column.map_or("", |column| column.name.as_str());
        if chunk.unreadable().is_some() {
            chunks.push(Chunk::default());
            continue;
        }
        if chunk.physical != *physical {
            return Err(format!("column `{name}` is stored as another type than it is said to have"));
        }
        // Some writers give a place of 0 to a dictionary that is not there.
        let dictionary = chunk.dictionary.filter(|place| *place > 0);
        let start = dictionary.map_or(chunk.data, |dictionary| dictionary.min(chunk.data));
        let (start, length) = (u64::try_from(start).unwrap_or(u64::MAX), chunk.packed.unsigned_abs());
        let inside = start >= MARK.len() as u64
            && start.checked_add(length).is_some_and(|end| end <= begins && chunk.data.unsigned_abs() < end);
        if !inside && (rows > 0 || length > 0) {
            return Err(format!("column `{name}` is said to lie where the file has no data"));
        }
        if column.is_some_and(|column| column.values.is_ok()) && chunk.values.unsigned_abs() != rows {
            return Err(format!("column `{name}` has {} values for {rows} rows", chunk.values));
        }
        chunks.push(Chunk { start, length, codec: chunk.codec });
    }
    let group = RowGroup { rows, chunks };
    let bytes = group.bytes();
    if rows > FEW_ROWS.saturating_add(bytes.saturating_mul(ROWS_PER_BYTE)) {
        return Err(format!("there are said to be {rows} rows, more than its {bytes} bytes can hold"));
    }
    Ok(group)
}

/// No two chunks share bytes; a place or a length that is wrong mostly shows by this.
fn apart(groups: &[RowGroup]) -> Result<(), String> {
    let chunks = groups.iter().flat_map(|group| &group.chunks).filter(|chunk| chunk.length > 0);
    let mut places: Vec<(u64, u64)> = chunks.map(|chunk| (chunk.start, chunk.start + chunk.length)).collect();
    if places.is_sorted() && places.windows(2).all(|two| two[0].1 <= two[1].0) {
        return Ok(());
    }
    places.sort_unstable();
    if places.windows(2).any(|two| two[1].0 < two[0].1) {
        return Err("two of its columns are said to lie in the same place".to_owned());
    }
    Ok(())
}
