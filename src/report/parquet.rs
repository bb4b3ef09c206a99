//! One table into one Parquet file, the same bytes for the same table.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use polars::prelude::{
    Column, CsvWriter, DataFrame, Int32Chunked, IntoSeries as _, ParquetWriter, PlSmallStr, Schema, SerWriter as _,
};

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
    through_buffer(file, path, |buffer| {
        let written = ParquetWriter::new(buffer).with_row_group_size(Some(ROWS_PER_GROUP)).finish(&mut table);
        written.map(|_| ()).map_err(|error| ReportError::table(path, error))
    })
}

/// Writes a table into an open file as CSV; `path` is for messages only.
pub(super) fn write_csv_into(
    file: impl Write,
    path: &Path,
    rows: usize,
    columns: Vec<Column>,
) -> Result<(), ReportError> {
    let mut table = DataFrame::new(rows, columns).map_err(|error| ReportError::table(path, error))?;
    through_buffer(file, path, |buffer| {
        CsvWriter::new(buffer).finish(&mut table).map_err(|error| ReportError::table(path, error))
    })
}

/// Writes a table into an open file part by part, so that it need not be in memory as a whole. `make` is handed what
/// writes a part: its number of rows and its columns, which are those of `schema`.
pub(super) fn write_parts_into<T, E: From<ReportError>>(
    file: impl Write + Send,
    path: &Path,
    schema: &Schema,
    make: impl FnOnce(&mut dyn FnMut(usize, Vec<Column>) -> Result<(), ReportError>) -> Result<T, E>,
) -> Result<T, E> {
    let fault = |error| ReportError::table(path, error);
    through_buffer(file, path, |buffer| {
        let mut writer = ParquetWriter::new(buffer).batched(schema).map_err(fault)?;
        let told = make(&mut |rows, columns| {
            let part = DataFrame::new(rows, columns).map_err(fault)?;
            writer.write_batch(&part).map_err(fault)
        })?;
        writer.finish().map_err(fault)?;
        Ok(told)
    })
}

/// Has something written through a buffer, and tells a refusal of the system before what followed from it.
fn through_buffer<W: Write, T, E: From<ReportError>>(
    file: W,
    path: &Path,
    write: impl FnOnce(&mut BufWriter<Remembering<W>>) -> Result<T, E>,
) -> Result<T, E> {
    let mut buffer = BufWriter::new(Remembering { file, refusal: None });
    let written = write(&mut buffer);
    let flushed = buffer.flush();
    match buffer.get_mut().refusal.take() {
        Some(refusal) => Err(ReportError::write(path, refusal).into()),
        None => {
            let told = written?;
            flushed.map_err(|error| ReportError::write(path, error))?;
            Ok(told)
        }
    }
}

/// Keeps the first refusal of the system: the table writer passes on only its words, and a full disk would read as a
/// fault of the file.
struct Remembering<W> {
    file: W,
    refusal: Option<io::Error>,
}

impl<W: Write> Remembering<W> {
    fn remember<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && error.kind() != io::ErrorKind::Interrupted
        {
            let copy = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            self.refusal.get_or_insert(copy);
        }
        done
    }
}

impl<W: Write> Write for Remembering<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.file.write(bytes);
        self.remember(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.file.flush();
        self.remember(done)
    }
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
