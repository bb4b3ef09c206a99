//! Lines as Parquet: dictionaries and bit-packed codes, uncompressed, one row group after the other. As much of the
//! format (<https://parquet.apache.org/docs/file-format/>) as a log of this kind needs.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::Write;

use super::shop::Line;
use super::thrift::{Struct, varint};
use super::{COLUMNS, Sink};
use crate::Fallible;

const MAGIC: &[u8] = b"PAR1";
const ROWS_PER_GROUP: usize = 1 << 20;

const INT64: i32 = 2;
const DOUBLE: i32 = 5;
const BYTE_ARRAY: i32 = 6;
const OPTIONAL: i32 = 1;
const UTF8: i32 = 0;
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;

/// What each of [`COLUMNS`] is stored as.
const TYPES: [i32; 8] = [BYTE_ARRAY, BYTE_ARRAY, BYTE_ARRAY, INT64, INT64, DOUBLE, INT64, BYTE_ARRAY];
/// The column of times.
const TIME: usize = 4;

/// Writes Parquet.
pub struct Parquet<W> {
    file: W,
    at: u64,
    columns: Vec<Column>,
    groups: Vec<Struct>,
    rows: u64,
}

/// A column of the row group at hand.
#[derive(Default)]
struct Column {
    numbers: HashMap<Vec<u8>, u32, BuildHasherDefault<Quick>>,
    /// The distinct values, in PLAIN encoding.
    plain: Vec<u8>,
    codes: Vec<u32>,
    /// Whether each row has a value.
    there: Vec<bool>,
    /// The value of the row before and its code: lines of one basket have much in common.
    last: Option<(Vec<u8>, u32)>,
}

/// A hash that is quick on short keys.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.0 = (self.0.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}

impl Column {
    fn push(&mut self, value: Option<&[u8]>, kind: i32) {
        self.there.push(value.is_some());
        let Some(value) = value else { return };
        if let Some((_, code)) = self.last.as_ref().filter(|(last, _)| last == value) {
            self.codes.push(*code);
            return;
        }
        let next = self.numbers.len() as u32;
        let code = match self.numbers.get(value) {
            Some(code) => *code,
            None => {
                self.numbers.insert(value.to_owned(), next);
                if kind == BYTE_ARRAY {
                    self.plain.extend((value.len() as u32).to_le_bytes());
                }
                self.plain.extend(value);
                next
            }
        };
        self.codes.push(code);
        let last = self.last.get_or_insert_with(Default::default);
        last.0.clear();
        last.0.extend(value);
        last.1 = code;
    }
}

impl<W: Write> Parquet<W> {
    pub fn new(mut file: W) -> Fallible<Self> {
        file.write_all(MAGIC).map_err(super::refused)?;
        let columns = COLUMNS.iter().map(|_| Column::default()).collect();
        Ok(Self { file, at: MAGIC.len() as u64, columns, groups: Vec::new(), rows: 0 })
    }

    fn put(&mut self, bytes: &[u8]) -> Fallible<()> {
        self.at += bytes.len() as u64;
        self.file.write_all(bytes).map_err(super::refused)
    }

    /// Writes the rows at hand as a row group.
    fn end_group(&mut self) -> Fallible<()> {
        let began = self.at;
        let rows = self.columns[0].there.len() as u64;
        let mut chunks = Vec::with_capacity(COLUMNS.len());
        for (place, column) in std::mem::take(&mut self.columns).into_iter().enumerate() {
            let dictionary = self.at;
            let about = Struct::new().int(1, column.numbers.len() as i32).int(2, PLAIN);
            let size = column.plain.len() as i32;
            self.put(&Struct::new().int(1, 2).int(2, size).int(3, size).nested(7, about).end())?;
            self.put(&column.plain)?;
            let data = self.at;
            let page = page(&column);
            let about = Struct::new().int(1, rows as i32).int(2, RLE_DICTIONARY).int(3, RLE).int(4, RLE);
            let size = page.len() as i32;
            self.put(&Struct::new().int(1, 0).int(2, size).int(3, size).nested(5, about).end())?;
            self.put(&page)?;
            let size = self.at - dictionary;
            let about = Struct::new()
                .int(1, TYPES[place])
                .ints(2, &[PLAIN, RLE, RLE_DICTIONARY])
                .words_list(3, &[COLUMNS[place]])
                .int(4, 0)
                .long(5, rows)
                .long(6, size)
                .long(7, size)
                .long(9, data)
                .long(11, dictionary);
            chunks.push(Struct::new().long(2, dictionary).nested(3, about));
            self.columns.push(Column::default());
        }
        let group = Struct::new().structs(1, chunks.into_iter()).long(2, self.at - began).long(3, rows);
        self.groups.push(group);
        self.rows += rows;
        Ok(())
    }
}

impl<W: Write> Sink for Parquet<W> {
    fn line(&mut self, line: &Line<'_>) -> Fallible<()> {
        let micros = line.minute * 60_000_000;
        let price = line.price as f64 / 100.0;
        let user = line.user.map(u64::to_le_bytes);
        let values: [Option<&[u8]>; 8] = [
            Some(line.invoice.as_bytes()),
            Some(line.item.as_bytes()),
            line.text.map(str::as_bytes),
            Some(&line.quantity.to_le_bytes()),
            Some(&micros.to_le_bytes()),
            Some(&price.to_le_bytes()),
            user.as_ref().map(<[u8; 8]>::as_slice),
            Some(line.country.as_bytes()),
        ];
        for ((column, value), kind) in self.columns.iter_mut().zip(values).zip(TYPES) {
            column.push(value, kind);
        }
        if self.columns[0].there.len() == ROWS_PER_GROUP { self.end_group() } else { Ok(()) }
    }

    fn end(&mut self) -> Fallible<()> {
        if !self.columns[0].there.is_empty() {
            self.end_group()?;
        }
        let root = Struct::new().words(4, "schema").int(5, COLUMNS.len() as i32);
        let field = |(place, name): (usize, &&str)| {
            let field = Struct::new().int(1, TYPES[place]).int(3, OPTIONAL).words(4, name);
            match TYPES[place] {
                BYTE_ARRAY => field.int(6, UTF8).nested(10, Struct::new().nested(1, Struct::new())),
                _ if place == TIME => {
                    let micros = Struct::new().nested(2, Struct::new());
                    let local = Struct::new().truth(1, false).nested(2, micros);
                    field.nested(10, Struct::new().nested(8, local))
                }
                _ => field,
            }
        };
        let schema: Vec<Struct> = std::iter::once(root).chain(COLUMNS.iter().enumerate().map(field)).collect();
        let groups = std::mem::take(&mut self.groups);
        let footer = Struct::new()
            .int(1, 1)
            .structs(2, schema.into_iter())
            .long(3, self.rows)
            .structs(4, groups.into_iter())
            .words(6, "driftline xtask generate-log")
            .end();
        self.put(&footer)?;
        self.put(&(footer.len() as u32).to_le_bytes())?;
        self.put(MAGIC)?;
        self.file.flush().map_err(super::refused)
    }
}

/// A data page: which rows have a value, then their codes.
fn page(column: &Column) -> Vec<u8> {
    let there: Vec<u32> = column.there.iter().map(|there| u32::from(*there)).collect();
    let levels = packed(&there, 1);
    let mut page = (levels.len() as u32).to_le_bytes().to_vec();
    page.extend(levels);
    let width = (32 - (column.numbers.len().max(2) as u32 - 1).leading_zeros()) as u8;
    page.push(width);
    page.extend(packed(&column.codes, width));
    page
}

/// One bit-packed run: numbers of `width` bits, the lowest first, filled up to a multiple of eight numbers.
fn packed(numbers: &[u32], width: u8) -> Vec<u8> {
    let groups = numbers.len().div_ceil(8);
    let mut bytes = Vec::with_capacity(groups * usize::from(width) + 5);
    varint(&mut bytes, ((groups as u64) << 1) | 1);
    let (mut held, mut bits) = (0_u64, 0);
    let padding = groups * 8 - numbers.len();
    for number in numbers.iter().copied().chain(std::iter::repeat_n(0, padding)) {
        held |= u64::from(number) << bits;
        bits += width;
        while bits >= 8 {
            bytes.push(held as u8);
            held >>= 8;
            bits -= 8;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_packed_as_the_format_says() {
        // The example of the format's documentation: 0 to 7 in three bits.
        assert_eq!(packed(&[0, 1, 2, 3, 4, 5, 6, 7], 3), [0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        assert_eq!(packed(&[1, 1, 1], 1), [0x03, 0b111]);
    }

    #[test]
    fn a_value_is_stored_once_and_its_absence_not_at_all() {
        let mut column = Column::default();
        for value in [Some(&b"tea"[..]), None, Some(b"cup"), Some(b"tea")] {
            column.push(value, BYTE_ARRAY);
        }
        assert_eq!(column.codes, [0, 1, 0]);
        assert_eq!(column.there, [true, false, true, true]);
        assert_eq!(column.plain, b"\x03\0\0\0tea\x03\0\0\0cup");
    }
}
