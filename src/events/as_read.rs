//! The table of a log as it was read, written down: every record, its fields as text, nothing cleaned.

use std::path::{Path, PathBuf};

use super::files::find_files;
use super::source::{self, Batch, Opened};
use super::tally::Tally;
use super::{Account, EventsError, ReadOptions, ValueUnknown};
use crate::observe::{Stage, Watch};

/// Writes the table of a log as CSV, so that reading can be held against other readers of such files. The first line
/// names the columns, unless the log has no header. Needs no roles. Answers with the account of the records: those
/// whose fields could not be told are left out, each under its reason.
///
/// # Errors
/// What reading meets, a place that cannot be written to.
pub fn write_table(
    inputs: &[PathBuf],
    options: &ReadOptions,
    path: &Path,
    watch: &Watch,
) -> Result<Account, EventsError> {
    let files = find_files(inputs)?;
    let mut asked = 0;
    loop {
        match write(&files, options, path, watch) {
            // Its letters were asked, and it is opened as what they say the next time.
            Err(EventsError::OtherEncoding { .. }) if asked < files.len() => asked += 1,
            written => return written,
        }
    }
}

fn write(files: &[PathBuf], options: &ReadOptions, path: &Path, watch: &Watch) -> Result<Account, EventsError> {
    let refused = |source: std::io::Error| EventsError::Unwritten { path: path.to_owned(), source };
    let mut opened: Vec<Opened> = Vec::new();
    for file in files {
        match source::open(file, &options.dialect) {
            Err(EventsError::EmptyFile { .. }) if files.len() > 1 => {}
            file => opened.push(file?),
        }
    }
    let mut names: Vec<String> = Vec::new();
    for field in opened.iter().flat_map(|file| &file.fields) {
        if !names.contains(&field.name) {
            names.push(field.name.clone());
        }
    }
    let mut out = csv::Writer::from_writer(atomic_write_file::AtomicWriteFile::open(path).map_err(refused)?);
    if opened.iter().any(|file| file.dialect.as_ref().is_none_or(|dialect| dialect.header)) {
        out.write_record(&names).map_err(|error| refused(error.into()))?;
    }
    let mut tally = Tally::default();
    let mut meter = watch.meter(Stage::Write, "row", None);
    for mut file in opened {
        let places: Vec<Option<usize>> =
            names.iter().map(|name| file.fields.iter().position(|field| field.name == *name)).collect();
        loop {
            let wave = file.batches.next(1)?;
            if wave.is_empty() {
                break;
            }
            for batch in wave {
                tally.rows_read += (batch.rows() + batch.torn().len()) as u64;
                batch.torn().iter().for_each(|(line, reason)| tally.reject(*reason, *line));
                put(batch.as_ref(), &places, &mut out).map_err(|error| match error {
                    Failed::Read(error) => error,
                    Failed::Write(error) => refused(error),
                })?;
                meter.advance(batch.rows() as u64)?;
            }
        }
    }
    let file = out.into_inner().map_err(|error| refused(error.into_error()))?;
    file.commit().map_err(refused)?;
    Ok(tally.account(0, ValueUnknown::default()))
}

enum Failed {
    Read(EventsError),
    Write(std::io::Error),
}

/// Writes the rows of a batch.
fn put(batch: &dyn Batch, places: &[Option<usize>], out: &mut csv::Writer<impl std::io::Write>) -> Result<(), Failed> {
    let mut rows = vec![vec![String::new(); places.len()]; batch.rows()];
    for (column, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let mut at = 0;
        batch.cells(*place).map_err(Failed::Read)?.each(|cell| {
            if let Some(field) = rows.get_mut(at).and_then(|row| row.get_mut(column)) {
                *field = cell.spelled().unwrap_or_default();
            }
            at += 1;
        });
    }
    rows.iter().try_for_each(|row| out.write_record(row)).map_err(|error| Failed::Write(error.into()))
}
