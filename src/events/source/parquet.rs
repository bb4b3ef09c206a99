//! Parquet files, slice by slice through polars.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use polars::prelude::{ArrowDataType, DataFrame, ParquetReader, PolarsResult, SerReader as _};

use super::{Batch, Batches, Cells, Field, Opened, quiet};
use crate::events::EventsError;

/// What stands at both ends of a Parquet file.
const MARK: [u8; 4] = *b"PAR1";

pub fn open(path: &Path) -> Result<Opened, EventsError> {
    check_ends(path)?;
    let (fields, rows) = guarded(path, || {
        let mut reader = reader(path)?;
        let fields = reader
            .schema()?
            .iter_values()
            .map(|field| Field {
                name: field.name.to_string(),
                unreadable: (!readable(&field.dtype)).then(|| word(&field.dtype).to_owned()),
            })
            .collect::<Vec<_>>();
        Ok((fields, reader.num_rows()?))
    })?;
    let batches = Slices { path: path.to_owned(), fields: fields.clone(), rows, done: 0 };
    Ok(Opened { fields, rows: Some(rows as u64), batches: Box::new(batches) })
}

/// A file cut off in the middle lacks the footer; said here plainly rather than in the words of a parser.
fn check_ends(path: &Path) -> Result<(), EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let broken = |why: &str| Err(EventsError::BrokenFile { path: path.to_owned(), why: why.to_owned() });
    let mut file = File::open(path).map_err(refused)?;
    let length = file.metadata().map_err(refused)?.len();
    let (mut first, mut last) = ([0; 4], [0; 4]);
    if length < 12 {
        return broken("it is too short for a Parquet file; it was cut off");
    }
    file.read_exact(&mut first).map_err(refused)?;
    file.seek(SeekFrom::End(-4)).map_err(refused)?;
    file.read_exact(&mut last).map_err(refused)?;
    if first != MARK {
        return broken("it is no Parquet file, whatever its name says");
    }
    if last != MARK {
        return broken("the end of this Parquet file is missing; it was cut off or is still being written");
    }
    Ok(())
}

/// A reader that goes by the Parquet types alone. The Arrow schema that some writers add names types (dictionaries,
/// for one) that mean the same words and numbers.
fn reader(path: &Path) -> PolarsResult<ParquetReader<File>> {
    let mut reader = ParquetReader::new(File::open(path)?);
    let mut metadata = reader.get_metadata()?.as_ref().clone();
    metadata.key_value_metadata = None;
    reader.set_metadata(metadata.into());
    Ok(reader)
}

/// Runs a read of a file that may be damaged.
fn guarded<T>(path: &Path, read: impl FnOnce() -> PolarsResult<T>) -> Result<T, EventsError> {
    let why = match quiet::catch(read) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic,
    };
    let why = format!("this Parquet file is damaged or of an unknown kind ({})", why.trim_end_matches('.'));
    Err(EventsError::BrokenFile { path: path.to_owned(), why })
}

/// Whether the values of this type mean something here.
fn readable(kind: &ArrowDataType) -> bool {
    use ArrowDataType as A;
    matches!(
        kind,
        A::Null
            | A::Boolean
            | A::Int8
            | A::Int16
            | A::Int32
            | A::Int64
            | A::UInt8
            | A::UInt16
            | A::UInt32
            | A::UInt64
            | A::Float32
            | A::Float64
            | A::Timestamp(..)
            | A::Date32
            | A::Date64
            | A::Utf8
            | A::LargeUtf8
            | A::Utf8View
            | A::Binary
            | A::LargeBinary
            | A::BinaryView
    )
}

/// A type that cannot be read, in a word.
fn word(kind: &ArrowDataType) -> &'static str {
    use ArrowDataType as A;
    match kind {
        A::List(_) | A::LargeList(_) | A::FixedSizeList(..) | A::Map(..) => "list",
        A::Struct(_) => "record",
        A::Decimal(..) | A::Decimal32(..) | A::Decimal64(..) | A::Decimal256(..) => "decimal",
        A::FixedSizeBinary(_) => "bytes",
        A::Time32(_) | A::Time64(_) => "time of day",
        A::Duration(_) | A::Interval(_) => "duration",
        _ => "another type",
    }
}

struct Slices {
    path: PathBuf,
    fields: Vec<Field>,
    rows: usize,
    done: usize,
}

impl Batches for Slices {
    fn next(&mut self, at_most: usize) -> Result<Option<Batch>, EventsError> {
        let take = at_most.min(self.rows - self.done);
        if take == 0 {
            return Ok(None);
        }
        let wanted: Vec<usize> = (0..self.fields.len()).filter(|at| self.fields[*at].unreadable.is_none()).collect();
        let (from, path) = (self.done, self.path.as_path());
        let columns = guarded(path, || {
            let frame: DataFrame =
                reader(path)?.with_slice(Some((from, take))).with_projection(Some(wanted.clone())).finish()?;
            frame.columns().iter().map(Cells::from_column).collect::<PolarsResult<Vec<_>>>()
        })?;
        if columns.len() != wanted.len() || columns.iter().any(|cells| cells.len() != take) {
            return Err(EventsError::BrokenFile {
                path: self.path.clone(),
                why: format!("this Parquet file says it has {} rows, but holds fewer", self.rows),
            });
        }
        self.done += take;
        let mut read = columns.into_iter();
        let columns = self
            .fields
            .iter()
            .map(|field| if field.unreadable.is_some() { None } else { read.next() })
            .map(|cells| cells.unwrap_or(Cells::Opaque(take)))
            .collect();
        let lines = (from as u64 + 1..=(from + take) as u64).collect();
        Ok(Some(Batch { columns, lines, ragged: Vec::new() }))
    }

    fn notes(&self) -> Vec<String> {
        self.fields
            .iter()
            .filter_map(|field| {
                let kind = field.unreadable.as_ref()?;
                let name = &field.name;
                Some(format!("Column `{name}` was not read, as its type is {kind}; duplicates are told without it."))
            })
            .collect()
    }
}
