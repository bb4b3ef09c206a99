//! One table into one Parquet file, the same bytes for the same table.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use polars::prelude::{Column, DataFrame, Int32Chunked, IntoSeries as _, ParquetWriter, PlSmallStr};

use super::ReportError;
use crate::calendar::{Calendar, Period};

/// A fixed number, so that the layout does not depend on how many threads write.
const ROWS_PER_GROUP: usize = 1 << 18;

/// Writes a table, columns in the order given.
pub(super) fn write_table(path: &Path, rows: usize, columns: Vec<Column>) -> Result<(), ReportError> {
    let file = File::create(path).map_err(|error| ReportError::write(path, error))?;
    write_table_into(file, path, rows, columns)
}

/// Writes a table into an open file; `path` is for messages only.
pub(super) fn write_table_into(
    file: impl Write,
    path: &Path,
    rows: usize,
    columns: Vec<Column>,
) -> Result<(), ReportError> {
    let mut table = DataFrame::new(rows, columns).map_err(|error| ReportError::table(path, error))?;
    let mut buffer = BufWriter::new(file);
    ParquetWriter::new(&mut buffer)
        .with_row_group_size(Some(ROWS_PER_GROUP))
        .finish(&mut table)
        .map_err(|error| ReportError::table(path, error))?;
    buffer.flush().map_err(|error| ReportError::write(path, error))
}

/// A column of dates: each period's first day.
pub(super) fn dates(name: &str, calendar: Calendar, periods: impl Iterator<Item = Period>) -> Column {
    let days = periods.map(|period| i32::try_from(calendar.start(period).day()).unwrap_or(i32::MAX)).collect();
    Int32Chunked::from_vec(PlSmallStr::from_str(name), days).into_date().into_series().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_disk_that_fills_up_while_writing_is_told_as_such() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let numbers: Vec<_> = (0..100_000).map(|row| row as f32 * 0.37).collect();
        let columns = vec![Column::new("share".into(), numbers)];
        let error = write_table_into(full, Path::new("out/forecast.parquet"), 100_000, columns).unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
    }
}
