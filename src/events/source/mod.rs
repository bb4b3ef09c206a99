//! Files → batches of rows.

mod cells;
mod csv;
mod parquet;
mod quiet;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

pub use cells::{Cell, Cells};

use super::EventsError;

/// Rows in a batch: small enough that a cancel is heard in time.
pub const BATCH_ROWS: usize = 65_536;

/// Some rows of a file.
#[derive(Debug)]
pub struct Batch {
    /// One entry a column, in the file's order.
    pub columns: Vec<Cells>,
    /// Where each row stands: its line in a CSV file, its number in Parquet.
    pub lines: Vec<u64>,
    /// Lines left out because their number of fields is wrong.
    pub ragged: Vec<u64>,
}

/// A column before its values are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    /// The file's own word for a type that cannot be read here.
    pub unreadable: Option<String>,
}

/// Hands out the rows of a file.
pub trait Batches {
    /// The next rows; none after the last. `at_most` limits how many.
    fn next(&mut self, at_most: usize) -> Result<Option<Batch>, EventsError>;
    /// What the analyst should know about how the file was read.
    fn notes(&self) -> Vec<String>;
}

/// A file about to be read.
pub struct Opened {
    pub fields: Vec<Field>,
    /// Rows in all, where that is known; about so for a plain CSV file.
    pub rows: Option<u64>,
    pub batches: Box<dyn Batches>,
}

/// Opens a file as what its first bytes say it is.
pub fn open(path: &Path) -> Result<Opened, EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(refused)?;
    let mut head = Vec::new();
    file.by_ref().take(4).read_to_end(&mut head).map_err(refused)?;
    let says_parquet = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    if head.is_empty() {
        Err(EventsError::EmptyFile { path: path.to_owned() })
    } else if says_parquet || head == *b"PAR1" {
        parquet::open(path)
    } else {
        csv::open(path)
    }
}
