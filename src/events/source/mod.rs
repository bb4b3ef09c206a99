//! Files → batches of rows.

mod cells;
mod csv;
mod foreign;
mod parquet;
pub mod partitions;
mod quiet;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

pub use cells::{Cell, Cells, Fields};

use super::dialect::{Dialect, DialectChoice};
use super::{EventsError, Reason};

/// Some rows of a file, at the moment of being read.
pub trait Batch: Send + Sync {
    /// How many whole rows.
    fn rows(&self) -> usize;
    /// The values of a column, by its place in the file.
    ///
    /// # Errors
    /// What only shows when values are unpacked.
    fn cells(&self, column: usize) -> Result<Cells, EventsError>;
    /// Where each row stands: its line in a CSV file, its number in Parquet.
    fn lines(&self) -> Lines;
    /// The decimal mark of written numbers, where it is known.
    fn decimal(&self) -> Option<char> {
        None
    }
    /// Rows whose fields cannot be told, with their lines.
    fn torn(&self) -> &[(u64, Reason)];
    /// The text of such a row.
    fn torn_text(&self, _at: usize) -> String {
        String::new()
    }
}

/// The lines of some rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Lines {
    /// One behind the other from this one on.
    From(u64),
    /// So many lines behind the first.
    Listed(u64, Vec<u32>),
}

impl Lines {
    /// The line of a row.
    pub fn of(&self, row: usize) -> u64 {
        match self {
            Self::From(first) => first + row as u64,
            Self::Listed(first, behind) => first + behind.get(row).copied().map_or(0, u64::from),
        }
    }
}

/// A column before its values are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    /// The file's own word for a type that cannot be read here.
    pub unreadable: Option<String>,
}

/// Hands out the rows of a file.
pub trait Batches: Send {
    /// The next rows, in as many pieces as are worth working on at once; none after the last.
    ///
    /// # Errors
    /// A file that breaks off or makes no sense.
    fn next(&mut self, pieces: usize) -> Result<Vec<Box<dyn Batch>>, EventsError>;
    /// The first rows alone, at most so many; whatever has been handed out.
    ///
    /// # Errors
    /// As `next`.
    fn first(&mut self, rows: usize) -> Result<Box<dyn Batch>, EventsError>;
    /// How many bytes of the file were read so far.
    fn bytes_read(&self) -> u64;
    /// Whether a column is the name of a folder, the same for all rows.
    fn of_folder(&self, _column: usize) -> bool {
        false
    }
    /// What the analyst should know about how the file was read.
    fn notes(&self) -> Vec<String>;
}

/// A file about to be read.
pub struct Opened {
    pub fields: Vec<Field>,
    /// Rows in all, where the file says so.
    pub rows: Option<u64>,
    /// Bytes of the file.
    pub size: u64,
    /// How a text file is written.
    pub dialect: Option<Dialect>,
    pub batches: Box<dyn Batches>,
}

/// Opens a file as what its first bytes say it is, with the columns that the folders above it name.
pub fn open(path: &Path, choice: &DialectChoice) -> Result<Opened, EventsError> {
    open_file(path, choice).map(|opened| partitions::joined(path, opened))
}

fn open_file(path: &Path, choice: &DialectChoice) -> Result<Opened, EventsError> {
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
        foreign::refuse(path)?;
        csv::open(path, choice)
    }
}
