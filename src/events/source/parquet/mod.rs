//! Parquet files, row group by row group and column by column.
//!
//! A file is no more trusted than its bytes bear out: the footer and the heads of all pages are read here first and
//! held against the file, then polars unpacks and decodes the pages.

mod chunk;
mod codec;
mod decimal;
mod delta;
mod footer;
mod pages;
mod schema;
mod thrift;
mod values;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::chunk::ChunkToRead;
use self::footer::{Footer, MARK};
use super::{Batch, Batches, Cells, Field, Lines, Opened, quiet};
use crate::events::{EventsError, Reason};

/// Row groups are worked on at once until they have so many rows together; a single one may have more.
const ROWS_AT_ONCE: u64 = 1 << 21;

/// What stands at the end instead where even the table of contents is encrypted.
const SEALED: [u8; 4] = *b"PARE";

/// The length of the footer and the mark, at the very end.
const END: usize = 8;

pub fn open(path: &Path) -> Result<Opened, EventsError> {
    let (footer, size) = contents(path)?;
    let field = |column: &schema::Column| Field {
        name: column.name.clone(),
        unreadable: column.values.err().map(ToOwned::to_owned),
    };
    let fields: Vec<Field> = footer.columns.iter().map(field).collect();
    let rows = Some(footer.rows);
    let file = Arc::new(Table { path: path.to_owned(), footer });
    Ok(Opened { fields, rows, size, dialect: None, batches: Box::new(Groups { file, next: 0, row: 1, bytes: 0 }) })
}

/// A file's table of contents, and its length.
fn contents(path: &Path) -> Result<(Footer, u64), EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let broken = |why: &str| EventsError::BrokenFile { path: path.to_owned(), why: why.to_owned() };
    let mut file = File::open(path).map_err(refused)?;
    let length = file.metadata().map_err(refused)?.len();
    let mut first = [0; 4];
    if length < (MARK.len() + END) as u64 {
        return Err(broken("it is too short for a Parquet file; it was cut off"));
    }
    file.read_exact(&mut first).map_err(refused)?;
    let mut end = [0; END];
    file.seek(SeekFrom::End(-(END as i64))).map_err(refused)?;
    file.read_exact(&mut end).map_err(refused)?;
    let [a, b, c, d, mark @ ..] = end;
    if first == SEALED || mark == SEALED {
        return Err(broken("this Parquet file is encrypted, which cannot be read here; save it without encryption"));
    }
    if first != MARK {
        return Err(broken("it is no Parquet file, whatever its name says"));
    }
    if mark != MARK {
        return Err(broken("the end of this Parquet file is missing; it was cut off or is still being written"));
    }
    let damaged = |why: &str| broken(&format!("this Parquet file is damaged: {why}"));
    let footer = u64::from(u32::from_le_bytes([a, b, c, d]));
    let begins = (length - END as u64).checked_sub(footer).filter(|begins| *begins >= MARK.len() as u64);
    let begins = begins.ok_or_else(|| damaged("its table of contents is said to be longer than the file"))?;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(begins)).map_err(refused)?;
    file.take(footer).read_to_end(&mut bytes).map_err(refused)?;
    Ok((Footer::read(&bytes, begins).map_err(|why| damaged(&why))?, length))
}

/// A file whose table of contents has been read.
struct Table {
    path: PathBuf,
    footer: Footer,
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
        let rows = usize::try_from(self.file.footer.groups[at].rows).unwrap_or(usize::MAX).min(at_most);
        Group { file: self.file.clone(), at, first, rows }
    }
}

impl Batches for Groups {
    fn next(&mut self, pieces: usize) -> Result<Vec<Box<dyn Batch>>, EventsError> {
        let mut batches: Vec<Box<dyn Batch>> = Vec::new();
        let mut rows = 0;
        while let Some(group) = self.file.footer.groups.get(self.next)
            && (batches.is_empty() || (batches.len() < pieces && rows < ROWS_AT_ONCE))
        {
            let (held, bytes) = (group.rows, group.bytes());
            if held > 0 {
                batches.push(Box::new(self.group(self.next, self.row, usize::MAX)));
            }
            self.bytes += bytes;
            self.next += 1;
            self.row += held;
            rows += held;
        }
        Ok(batches)
    }

    fn first(&mut self, rows: usize) -> Result<Box<dyn Batch>, EventsError> {
        match self.file.footer.groups.iter().position(|group| group.rows > 0) {
            Some(at) => Ok(Box::new(self.group(at, 1, rows))),
            None => Err(EventsError::HeaderOnly { path: self.file.path.clone() }),
        }
    }

    fn bytes_read(&self) -> u64 {
        self.bytes
    }

    fn notes(&self) -> Vec<String> {
        let unread = |column: &schema::Column| {
            let (name, kind) = (&column.name, column.values.err()?);
            Some(format!("Column `{name}` was not read, as its type is {kind}; duplicates are told without it."))
        };
        self.file.footer.columns.iter().filter_map(unread).collect()
    }
}

/// The rows of one row group, or its first ones.
struct Group {
    file: Arc<Table>,
    at: usize,
    first: u64,
    rows: usize,
}

impl Batch for Group {
    fn rows(&self) -> usize {
        self.rows
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        let (footer, path) = (&self.file.footer, &self.file.path);
        let (column, group) = (&footer.columns[column], &footer.groups[self.at]);
        let Ok((stored, meaning)) = column.values else { return Ok(Cells::Opaque(self.rows)) };
        let wanted = ChunkToRead {
            path,
            name: &column.name,
            stored,
            meaning,
            optional: column.optional,
            chunk: group.chunks[column.chunk],
            rows: group.rows,
            first: self.rows,
        };
        let series = wanted.read()?;
        let broken = |why: String| EventsError::BrokenFile {
            path: path.clone(),
            why: format!("column `{}` of this Parquet file cannot be read: {}", column.name, why.trim_end_matches('.')),
        };
        match quiet::catch(|| values::cells(series, meaning)) {
            Ok(cells) => cells.map_err(|error| broken(error.to_string())),
            Err(_) => Err(broken("its values are not of its type".to_owned())),
        }
    }

    fn lines(&self) -> Lines {
        Lines::From(self.first)
    }

    fn torn(&self) -> &[(u64, Reason)] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_cut_while_it_is_read_is_an_error() {
        let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquet-types/packed-snappy.parquet");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.parquet");
        std::fs::copy(whole, &path).unwrap();
        let mut opened = open(&path).unwrap();
        let batches = opened.batches.next(4).unwrap();
        assert_eq!(batches[0].cells(0).unwrap().len(), 120);
        File::options().write(true).open(&path).unwrap().set_len(200).unwrap();
        let error = batches[0].cells(2).unwrap_err().to_string();
        assert!(error.contains("`product`") && error.contains("cut while it was read"), "{error}");
    }
}
