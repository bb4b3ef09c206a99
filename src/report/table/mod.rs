//! Tables as files: Parquet for programs, CSV for people with a spreadsheet.

mod csv;
mod parquet;
mod system;

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, Schema};
use serde::{Deserialize, Serialize};

use super::ReportError;
use csv::CsvFile;
use parquet::ParquetFile;
use system::through_buffer;

pub(super) use parquet::write_parts_into;

/// How tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// As Parquet files, for programs.
    #[default]
    Parquet,
    /// As CSV files, for spreadsheets: in UTF-8 with its mark, lists joined by `, `, and cells that would be taken for
    /// formulas behind a `'`.
    Csv,
    /// As both, side by side.
    Both,
}

impl TableFormat {
    /// Whether a spreadsheet would open only a part of a table of so many rows.
    pub fn is_cut_at(self, rows: usize) -> bool {
        self != Self::Parquet && rows >= SHEET_LINES
    }

    /// The endings of the files that a table is written to.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Parquet => &["parquet"],
            Self::Csv => &["csv"],
            Self::Both => &["parquet", "csv"],
        }
    }
}

/// Lines that a spreadsheet opens of a file, one of them the head; it drops the rest.
const SHEET_LINES: usize = 1 << 20;

/// Rows that are made and written at once. A fixed number, so that the layout of a file does not depend on how many
/// threads write.
const ROWS_AT_ONCE: usize = 1 << 18;

/// A table to be written. Its columns are made for a range of rows at a time, so that it need not be in memory as a whole.
pub(super) struct Table<'a> {
    name: &'static str,
    rows: usize,
    columns: Box<dyn Fn(Range<usize>) -> Vec<Column> + 'a>,
}

impl<'a> Table<'a> {
    /// A table whose columns are made for the rows asked for; of which types they are must not depend on the rows.
    pub fn by_part(name: &'static str, rows: usize, columns: impl Fn(Range<usize>) -> Vec<Column> + 'a) -> Self {
        Self { name, rows, columns: Box::new(columns) }
    }

    /// A table that is small enough to be there as a whole.
    pub fn whole(name: &'static str, columns: Vec<Column>) -> Self {
        let rows = columns.first().map_or(0, Column::len);
        let slice = move |range: Range<usize>| {
            columns.iter().map(|column| column.slice(range.start as i64, range.len())).collect()
        };
        Self::by_part(name, rows, slice)
    }

    /// Writes the table into a folder in each form asked for, and tells the files.
    pub fn write(&self, folder: &Path, format: TableFormat) -> Result<Vec<PathBuf>, ReportError> {
        let mut written = Vec::new();
        for ending in format.endings() {
            let path = folder.join(self.name).with_extension(ending);
            let file = File::create(&path).map_err(|error| ReportError::write(&path, error))?;
            self.write_into(file, &path)?;
            written.push(path);
        }
        Ok(written)
    }

    /// Writes the table into an open file, as CSV where the path ends so, else as Parquet.
    pub fn write_into(&self, file: impl Write + Send, path: &Path) -> Result<(), ReportError> {
        let fault = |error| ReportError::table(path, error);
        let first = self.part(0).map_err(fault)?;
        let schema = first.schema();
        through_buffer(file, path, |buffer| {
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
                let mut file = CsvFile::begin(buffer, schema).map_err(fault)?;
                self.each(&first, |part| file.write(part)).and_then(|()| file.end()).map_err(fault)
            } else {
                let mut file = ParquetFile::begin(buffer, schema).map_err(fault)?;
                self.each(&first, |part| file.write(part)).and_then(|()| file.end()).map_err(fault)
            }
        })
    }

    fn each(
        &self,
        first: &DataFrame,
        mut write: impl FnMut(&DataFrame) -> polars::prelude::PolarsResult<()>,
    ) -> polars::prelude::PolarsResult<()> {
        write(first)?;
        (ROWS_AT_ONCE..self.rows).step_by(ROWS_AT_ONCE).try_for_each(|from| write(&self.part(from)?))
    }

    fn part(&self, from: usize) -> polars::prelude::PolarsResult<DataFrame> {
        let to = self.rows.min(from + ROWS_AT_ONCE);
        DataFrame::new(to - from, (self.columns)(from..to))
    }
}

/// Writes tables into an existing folder and tells the files.
pub(super) fn write_tables(folder: &Path, tables: &[Table], format: TableFormat) -> Result<Vec<PathBuf>, ReportError> {
    let mut written = Vec::new();
    for table in tables {
        written.extend(table.write(folder, format)?);
    }
    Ok(written)
}

/// The columns of a table, for those who write one part by part.
pub(super) fn schema_of(columns: &[(&str, polars::prelude::DataType)]) -> Schema {
    Schema::from_iter(columns.iter().map(|(name, dtype)| ((*name).into(), dtype.clone())))
}
