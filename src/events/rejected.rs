//! The rows that were left out, written down with their reasons, so that somebody can look at them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::formula::defused;
use super::log::Head;
use super::source::{self, Cells};
use super::{EventsError, ReadOptions, Reason};
use crate::observe::{Stage, Watch};

/// Goes through the log once more and writes the rows of `left_out`, sorted by their numbers, and those whose fields
/// could not be told, to a CSV file: `file`, `line`, `reason`, `record` (the text of those last), and the log's columns.
///
/// # Errors
/// What reading meets, a place that cannot be written to.
pub fn write(
    head: &Head,
    names: &[String],
    left_out: &[(u32, Reason)],
    path: &Path,
    options: &ReadOptions,
    watch: &Watch,
) -> Result<(), EventsError> {
    let refused = |source: std::io::Error| EventsError::Unwritten { path: path.to_owned(), source };
    let mut out = atomic_write_file::AtomicWriteFile::open(path).map_err(refused)?;
    let mut text = String::from("file,line,reason,record");
    names.iter().for_each(|name| push(&mut text, name));
    text.push('\n');
    let mut meter = watch.meter(Stage::Write, "row", None);
    let mut left_out = left_out.iter().copied().peekable();
    let mut row = 0_u32;
    for file in &head.files {
        let mut opened = match source::open(file, &options.dialect) {
            Err(EventsError::EmptyFile { .. }) => continue,
            opened => opened?,
        };
        let places: Vec<Option<usize>> =
            names.iter().map(|name| opened.fields.iter().position(|field| field.name == *name)).collect();
        loop {
            let wave = opened.batches.next(1)?;
            if wave.is_empty() {
                break;
            }
            for batch in wave {
                let begin = |text: &mut String, line: u64, reason: Reason, record: &str| {
                    push_first(text, &file.display().to_string());
                    let _ = write!(text, ",{line},{}", reason.words());
                    push(text, record);
                };
                for (at, (line, reason)) in batch.torn().iter().enumerate() {
                    begin(&mut text, *line, *reason, &batch.torn_text(at));
                    names.iter().for_each(|_| text.push(','));
                    text.push('\n');
                }
                let mut found: Vec<(usize, Reason)> = Vec::new();
                let end = row + batch.rows() as u32;
                while let Some((at, reason)) = left_out.next_if(|(at, _)| *at < end) {
                    found.push(((at - row) as usize, reason));
                }
                row = end;
                let columns = places
                    .iter()
                    .map(|place| {
                        place.filter(|_| !found.is_empty()).map(|at| spelled(&batch.cells(at)?, &found)).transpose()
                    })
                    .collect::<Result<Vec<_>, EventsError>>()?;
                for (number, (at, reason)) in found.iter().enumerate() {
                    begin(&mut text, batch.lines().of(*at), *reason, "");
                    columns
                        .iter()
                        .for_each(|column| push(&mut text, column.as_ref().map_or("", |values| &values[number])));
                    text.push('\n');
                }
                out.write_all(text.as_bytes()).map_err(refused)?;
                text.clear();
                meter.advance(batch.rows() as u64)?;
            }
        }
    }
    out.write_all(text.as_bytes()).map_err(refused)?;
    out.commit().map_err(refused)
}

/// The values of some rows, sorted.
fn spelled(cells: &Cells, rows: &[(usize, Reason)]) -> Result<Vec<String>, EventsError> {
    let mut wanted = rows.iter().map(|(row, _)| *row).peekable();
    let (mut at, mut values) = (0, Vec::with_capacity(rows.len()));
    cells.each(|cell| {
        if wanted.next_if_eq(&at).is_some() {
            values.push(cell.spelled().unwrap_or_default());
        }
        at += 1;
    });
    Ok(values)
}

fn push(text: &mut String, field: &str) {
    text.push(',');
    push_first(text, field);
}

fn push_first(text: &mut String, field: &str) {
    let field = &*defused(field);
    if field.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}
