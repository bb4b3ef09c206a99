//! The values of a column within a row group: its bytes are read, looked through, and only then handed to polars.
//!
//! polars takes a whole file, by its name, and believes its footer. It is handed the pages of one column in memory
//! instead, and told what these are by what was found sound. So it meets neither the file's other columns nor types it
//! does not know, and a file that is cut while it is read is an error and not the end of the program, as it would be if
//! it were mapped into memory.

use std::fs::File;
use std::io::{Cursor, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use polars::prelude::{ArrowDataType, ArrowField, PlSmallStr, PolarsResult, Series};
use polars_buffer::Buffer;
use polars_parquet::parquet::compression::Compression;
use polars_parquet::parquet::metadata::Descriptor;
use polars_parquet::parquet::read::{PageMetaData, PageReader};
use polars_parquet::parquet::schema::Repetition;
use polars_parquet::parquet::schema::types::{FieldInfo, PhysicalType, PrimitiveType};
use polars_parquet::read::{BasicDecompressor, Filter, column_iter_to_arrays};

use super::codec::codec;
use super::footer::Chunk;
use super::pages::{Expected, walk};
use super::schema::{Meaning, Stored};
use crate::events::EventsError;
use crate::events::source::quiet;

/// Where not all rows are wanted, so many bytes are read at first.
const WINDOW: u64 = 1 << 20;

/// Whose values are read.
#[derive(Clone, Copy, Debug)]
pub struct ChunkToRead<'a> {
    pub path: &'a Path,
    pub name: &'a str,
    pub stored: Stored,
    pub meaning: Meaning,
    pub optional: bool,
    pub chunk: Chunk,
    /// How many rows the row group has.
    pub rows: u64,
    /// How many of them are read, from the first on.
    pub first: usize,
}

impl ChunkToRead<'_> {
    /// The values, as they are stored.
    ///
    /// # Errors
    /// A file that cannot be read, or is not what it says it is.
    pub fn read(&self) -> Result<Series, EventsError> {
        let Some(codec) = codec(self.chunk.codec) else { return Err(self.broken("it is compressed in another way")) };
        let expected = Expected { codec, stored: self.stored, optional: self.optional, values: self.rows };
        let (bytes, values) = self.pages(&expected)?;
        let values = i64::try_from(values).unwrap_or(i64::MAX);
        let series = match quiet::catch(|| self.decode(bytes, values, codec)) {
            Ok(Ok(series)) => series,
            Ok(Err(error)) => return Err(self.broken(plain(&error.to_string()))),
            // What a panic says is meant for those who wrote the decoder.
            Err(_) => return Err(self.broken("its values do not fit its pages")),
        };
        if series.len() != self.first {
            return Err(self.broken(&format!("it has {} values instead of {}", series.len(), self.first)));
        }
        Ok(series)
    }

    fn broken(&self, why: &str) -> EventsError {
        let why = format!("column `{}` of this Parquet file is damaged: {}", self.name, why.trim_end_matches('.'));
        EventsError::BrokenFile { path: self.path.to_owned(), why }
    }

    /// The bytes of as many pages as have the rows wanted, and how many values these have.
    fn pages(&self, expected: &Expected) -> Result<(Vec<u8>, u64), EventsError> {
        let refused = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::UnexpectedEof => self.broken("the file was cut while it was read"),
            _ => EventsError::Io { path: self.path.to_owned(), source },
        };
        let mut file = File::open(self.path).map_err(refused)?;
        file.seek(SeekFrom::Start(self.chunk.start)).map_err(refused)?;
        let first = self.first as u64;
        let mut bytes = Vec::new();
        let mut window = if first < self.rows { WINDOW } else { self.chunk.length };
        loop {
            let until = window.min(self.chunk.length);
            let more = until - bytes.len() as u64;
            let got = (&file).take(more).read_to_end(&mut bytes).map_err(refused)?;
            if (got as u64) < more {
                return Err(refused(std::io::ErrorKind::UnexpectedEof.into()));
            }
            let whole = until == self.chunk.length;
            let walked = walk(&bytes, expected, first, whole).map_err(|why| self.broken(&why))?;
            if whole || walked.values >= first {
                bytes.truncate(walked.bytes);
                return Ok((bytes, walked.values));
            }
            window = window.saturating_mul(4);
        }
    }

    fn decode(&self, bytes: Vec<u8>, values: i64, codec: Compression) -> PolarsResult<Series> {
        let (physical_type, kind) = types(self.stored, self.meaning);
        let name = PlSmallStr::from_str(self.name);
        let repetition = if self.optional { Repetition::Optional } else { Repetition::Required };
        let field_info = FieldInfo { name: name.clone(), repetition, id: None };
        let primitive_type = PrimitiveType { field_info, logical_type: None, converted_type: None, physical_type };
        let max_def_level = i16::from(self.optional);
        let descriptor = Descriptor { primitive_type: primitive_type.clone(), max_def_level, max_rep_level: 0 };
        let most = bytes.len();
        let pages = Cursor::new(Buffer::from(bytes));
        let about = PageMetaData::new(0, values, codec, descriptor);
        let reader = PageReader::new_with_page_meta(pages, about, Vec::new(), most);
        let pages = BasicDecompressor::new(reader, Vec::new());
        let field = ArrowField::new(name.clone(), kind, self.optional);
        let (arrays, _) =
            column_iter_to_arrays(vec![pages], vec![&primitive_type], field, Some(Filter::new_limited(self.first)))?;
        Series::try_from((name, arrays))
    }
}

/// polars' words without the names of its own errors.
fn plain(words: &str) -> &str {
    let words = words.strip_prefix("parquet: ").unwrap_or(words);
    words.strip_prefix("File out of specification: ").unwrap_or(words)
}

/// What polars is told that the values are: what they are stored as. What they mean is seen to here.
fn types(stored: Stored, meaning: Meaning) -> (PhysicalType, ArrowDataType) {
    use ArrowDataType as A;
    let natural = meaning == Meaning::Natural;
    match stored {
        Stored::Truth => (PhysicalType::Boolean, A::Boolean),
        Stored::Int32 => (PhysicalType::Int32, if natural { A::UInt32 } else { A::Int32 }),
        Stored::Int64 => (PhysicalType::Int64, if natural { A::UInt64 } else { A::Int64 }),
        // polars makes times of these and has none before 1677 or behind 2262.
        Stored::Int96 => (PhysicalType::FixedLenByteArray(12), A::FixedSizeBinary(12)),
        Stored::Float => (PhysicalType::Float, A::Float32),
        Stored::Double => (PhysicalType::Double, A::Float64),
        Stored::Bytes if meaning == Meaning::Text => (PhysicalType::ByteArray, A::Utf8View),
        Stored::Bytes => (PhysicalType::ByteArray, A::BinaryView),
        Stored::Fixed(length) => (PhysicalType::FixedLenByteArray(length), A::FixedSizeBinary(length)),
    }
}
