//! Parquet files, row group by row group and column by column through polars.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::io::parquet::metadata::FileMetadataRef;
use polars::io::parquet::read::ParallelStrategy;
use polars::prelude::{ArrowDataType, ParquetReader, PolarsResult, SerReader as _};

use super::decimal::{Decimal, as_stored};
use super::{Batch, Batches, Cells, Field, Lines, Opened, quiet};
use crate::events::{EventsError, Reason};

/// Row groups are worked on at once until they have so many rows together; a single one may have more.
const ROWS_AT_ONCE: usize = 1 << 21;

/// What stands at both ends of a Parquet file.
const MARK: [u8; 4] = *b"PAR1";

pub fn open(path: &Path) -> Result<Opened, EventsError> {
    check_ends(path)?;
    let (fields, decimals, metadata) = guarded(path, || {
        let mut reader = ParquetReader::new(File::open(path)?);
        // By the Parquet types alone. The Arrow schema that some writers add names types (dictionaries, for one) that
        // mean the same words and numbers.
        let mut metadata = reader.get_metadata()?.as_ref().clone();
        metadata.key_value_metadata = None;
        let decimals = as_stored(&mut metadata);
        let metadata = FileMetadataRef::new(metadata);
        reader.set_metadata(metadata.clone());
        let fields = reader
            .schema()?
            .iter_values()
            .map(|field| Field {
                name: field.name.to_string(),
                unreadable: (!decimals.contains_key(field.name.as_str()) && !readable(&field.dtype))
                    .then(|| word(&field.dtype).to_owned()),
            })
            .collect::<Vec<_>>();
        Ok((fields, decimals, metadata))
    })?;
    let mut bare = metadata.as_ref().clone();
    bare.row_groups = Vec::new();
    let bare = FileMetadataRef::new(bare);
    let file = Arc::new(Table { path: path.to_owned(), fields: fields.clone(), decimals, metadata, bare });
    let rows = file.metadata.row_groups.iter().map(|group| group.num_rows() as u64).sum();
    if rows != file.metadata.num_rows as u64 {
        return Err(file.fewer_rows());
    }
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    let batches = Box::new(Groups { file, next: 0, row: 1, bytes: 0 });
    Ok(Opened { fields, rows: Some(rows), size, dialect: None, batches })
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

/// A file whose table of contents has been read.
struct Table {
    path: PathBuf,
    fields: Vec<Field>,
    /// Which columns are decimals.
    decimals: HashMap<String, Decimal>,
    metadata: FileMetadataRef,
    /// The same without row groups.
    bare: FileMetadataRef,
}

impl Table {
    fn fewer_rows(&self) -> EventsError {
        let why = format!("this Parquet file says it has {} rows, but holds others", self.metadata.num_rows);
        EventsError::BrokenFile { path: self.path.clone(), why }
    }
}

/// Row group after row group.
struct Groups {
    file: Arc<Table>,
    next: usize,
    /// The number of the first row not handed out.
    row: u64,
    bytes: u64,
}

impl Groups {
    fn group(&self, at: usize, first: u64, at_most: usize) -> Group {
        let whole = &self.file.metadata;
        let group = whole.row_groups[at].clone();
        let rows = group.num_rows().min(at_most);
        // With the one row group as the whole content, polars does not walk over the others.
        let mut metadata = self.file.bare.as_ref().clone();
        metadata.num_rows = group.num_rows();
        metadata.row_groups = vec![group];
        Group { file: self.file.clone(), metadata: FileMetadataRef::new(metadata), first, rows }
    }
}

impl Batches for Groups {
    fn next(&mut self, pieces: usize) -> Result<Vec<Box<dyn Batch>>, EventsError> {
        let mut batches: Vec<Box<dyn Batch>> = Vec::new();
        let mut rows = 0;
        while self.next < self.file.metadata.row_groups.len()
            && (batches.is_empty() || (batches.len() < pieces && rows < ROWS_AT_ONCE))
        {
            let group = self.group(self.next, self.row, usize::MAX);
            self.bytes += self.file.metadata.row_groups[self.next].compressed_size() as u64;
            self.next += 1;
            self.row += group.rows as u64;
            rows += group.rows;
            if group.rows > 0 {
                batches.push(Box::new(group));
            }
        }
        Ok(batches)
    }

    fn first(&mut self, rows: usize) -> Result<Box<dyn Batch>, EventsError> {
        let groups = &self.file.metadata.row_groups;
        let at = groups.iter().position(|group| group.num_rows() > 0).unwrap_or_default();
        if groups.is_empty() {
            return Err(EventsError::HeaderOnly { path: self.file.path.clone() });
        }
        Ok(Box::new(self.group(at, 1, rows)))
    }

    fn bytes_read(&self) -> u64 {
        self.bytes
    }

    fn notes(&self) -> Vec<String> {
        let unread = |field: &Field| {
            let (name, kind) = (&field.name, field.unreadable.as_ref()?);
            Some(format!("Column `{name}` was not read, as its type is {kind}; duplicates are told without it."))
        };
        self.file.fields.iter().filter_map(unread).collect()
    }
}

/// The rows of one row group, or its first ones.
struct Group {
    file: Arc<Table>,
    metadata: FileMetadataRef,
    first: u64,
    rows: usize,
}

impl Batch for Group {
    fn rows(&self) -> usize {
        self.rows
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        let field = &self.file.fields[column];
        if field.unreadable.is_some() {
            return Ok(Cells::Opaque(self.rows));
        }
        let path = &self.file.path;
        let cells = guarded(path, || {
            let mut reader = ParquetReader::new(File::open(path)?);
            reader.set_metadata(self.metadata.clone());
            let frame = reader
                .read_parallel(ParallelStrategy::None)
                .with_slice(Some((0, self.rows)))
                .with_projection(Some(vec![column]))
                .finish()?;
            let values = frame.columns().first();
            match self.file.decimals.get(&field.name) {
                Some(decimal) => values.map(|values| decimal.cells(values)).transpose(),
                None => values.map(Cells::from_column).transpose(),
            }
        })?;
        cells.filter(|cells| cells.len() == self.rows).ok_or_else(|| self.file.fewer_rows())
    }

    fn lines(&self) -> Lines {
        Lines::From(self.first)
    }

    fn torn(&self) -> &[(u64, Reason)] {
        &[]
    }
}
