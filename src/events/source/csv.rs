//! CSV files, line by line, each line's fields counted.
//!
//! polars fills short lines with nulls and cuts long ones without a word, so the lines are split here and go into
//! polars columns of text; what the text means is decided later, over the whole column.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use encoding_rs::WINDOWS_1252;
use encoding_rs_io::DecodeReaderBytesBuilder;
use polars::prelude::StringChunkedBuilder;

use super::{Batch, Batches, Cells, Field, Opened};
use crate::events::EventsError;

/// How much of a file is looked at to find its delimiter and its line ends.
const HEAD_BYTES: usize = 1 << 16;
/// What may stand between fields, in the order of preference.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub fn open(path: &Path) -> Result<Opened, EventsError> {
    let mut text = unpacked(path)?;
    let mut head = Vec::new();
    text.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| torn(path, &error))?;
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(EventsError::EmptyFile { path: path.to_owned() });
    }
    if head.contains(&0) {
        let why = "it holds binary data, not the lines of a CSV file".to_owned();
        return Err(EventsError::BrokenFile { path: path.to_owned(), why });
    }
    // With line feeds as the only ends of lines, the reader's count of lines is exact; a carriage return before one is
    // taken off below. Files that have carriage returns alone keep the reader's own rule.
    let line_feeds = head.contains(&b'\n') || !head.contains(&b'\r');
    let delimiter = delimiter(&head);
    // The added line feed ends the last line like all the others.
    let whole = Cursor::new(head).chain(text).chain(&b"\n"[..]);
    let mut reader = builder(delimiter, line_feeds).from_reader(Box::new(whole) as Box<dyn Read>);

    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(|error| unreadable(path, &error))? {
        return Err(EventsError::EmptyFile { path: path.to_owned() });
    }
    strip_return(&mut record, line_feeds);
    let fields = header(&record);
    let lines = Lines {
        path: path.to_owned(),
        reader,
        line_feeds,
        width: fields.len(),
        records: 1,
        other_encoding: 0,
        long_records: Vec::new(),
    };
    Ok(Opened { fields, rows: line_count(path), batches: Box::new(lines) })
}

/// The file's text in UTF-8 as far as a mark at its beginning tells, unpacked if it is packed.
fn unpacked(path: &Path) -> Result<Box<dyn Read>, EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(refused)?;
    let mut mark = Vec::new();
    file.by_ref().take(4).read_to_end(&mut mark).map_err(refused)?;
    let file = BufReader::with_capacity(HEAD_BYTES, File::open(path).map_err(refused)?);
    let bytes: Box<dyn Read> = match mark.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(file)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::with_buffer(file).map_err(refused)?),
        _ => Box::new(file),
    };
    let decoded = DecodeReaderBytesBuilder::new()
        .bom_override(true)
        .strip_bom(true)
        .utf8_passthru(true)
        .build_with_buffer(bytes, vec![0; HEAD_BYTES])
        .map_err(refused)?;
    Ok(Box::new(decoded))
}

/// About how many lines a plain file has; unknown for a packed one.
fn line_count(path: &Path) -> Option<u64> {
    let mut file = File::open(path).ok()?;
    let mut bytes = vec![0; 1 << 20];
    let mut count = 0;
    loop {
        let read = file.read(&mut bytes).ok()?;
        let part = &bytes[..read];
        if part.is_empty() {
            break;
        }
        if count == 0 && (part.starts_with(&[0x1f, 0x8b]) || part.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])) {
            return None;
        }
        count += part.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Some(count.saturating_sub(1).max(1))
}

fn builder(delimiter: u8, line_feeds: bool) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).flexible(true).has_headers(false).buffer_capacity(HEAD_BYTES);
    if line_feeds {
        builder.terminator(Terminator::Any(b'\n'));
    }
    builder
}

/// The delimiter under which the most lines have as many fields as the header, more than one.
fn delimiter(head: &[u8]) -> u8 {
    let mut best = (0.0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let widths: Vec<usize> = builder(delimiter, false)
            .from_reader(head)
            .into_byte_records()
            .take(200)
            .map_while(Result::ok)
            .map(|record| record.len())
            .collect();
        let Some(&width) = widths.first().filter(|width| **width > 1) else { continue };
        let like_header = widths.iter().filter(|other| **other == width).count() as f64 / widths.len() as f64;
        let score = like_header * (width as f64).ln_1p();
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// Names for all columns: none empty, none twice.
fn header(record: &ByteRecord) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::with_capacity(record.len());
    for (at, bytes) in record.iter().enumerate() {
        let words = decoded(bytes).trim().to_owned();
        let wanted = if words.is_empty() { format!("column {}", at + 1) } else { words };
        let mut name = wanted.clone();
        let mut number = 2;
        while fields.iter().any(|field| field.name == name) {
            name = format!("{wanted} {number}");
            number += 1;
        }
        fields.push(Field { name, unreadable: None });
    }
    fields
}

/// UTF-8 where it is, else Windows-1252, which gives every byte a meaning and contains Latin-1.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Takes off the carriage return that stands before the line feed.
fn strip_return(record: &mut ByteRecord, line_feeds: bool) {
    let Some(last) = record.len().checked_sub(1) else { return };
    if line_feeds && record[last].ends_with(b"\r") {
        let kept = record[last][..record[last].len() - 1].to_vec();
        record.truncate(last);
        record.push_field(&kept);
    }
}

struct Lines {
    path: PathBuf,
    reader: Reader<Box<dyn Read>>,
    line_feeds: bool,
    width: usize,
    /// Records read, with the header.
    records: u64,
    /// Lines that are no UTF-8.
    other_encoding: u64,
    /// Lines where a left-out record begins that runs over several lines: mostly a stray quote.
    long_records: Vec<(u64, u64)>,
}

impl Batches for Lines {
    fn next(&mut self, at_most: usize) -> Result<Option<Batch>, EventsError> {
        let mut columns: Vec<_> = (0..self.width).map(|_| StringChunkedBuilder::new("".into(), at_most)).collect();
        let (mut lines, mut ragged) = (Vec::new(), Vec::new());
        let mut record = ByteRecord::new();
        while lines.len() + ragged.len() < at_most {
            if !self.reader.read_byte_record(&mut record).map_err(|error| unreadable(&self.path, &error))? {
                break;
            }
            strip_return(&mut record, self.line_feeds);
            if record.len() == 1 && record[0].is_empty() {
                continue;
            }
            self.records += 1;
            let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
            let line = if self.line_feeds {
                // The reader stands behind the record's last line feed.
                self.reader.position().line().saturating_sub(1 + within)
            } else {
                self.records
            };
            if record.len() != self.width {
                ragged.push(line);
                if within > 0 && self.long_records.len() < 3 {
                    self.long_records.push((line, line + within));
                }
                continue;
            }
            let utf8 = std::str::from_utf8(record.as_slice()).is_ok();
            self.other_encoding += u64::from(!utf8);
            for (column, bytes) in columns.iter_mut().zip(&record) {
                if bytes.is_empty() { column.append_null() } else { column.append_value(decoded(bytes)) }
            }
            lines.push(line);
        }
        if lines.is_empty() && ragged.is_empty() {
            return Ok(None);
        }
        let columns = columns.into_iter().map(|column| Cells::Text(column.finish())).collect();
        Ok(Some(Batch { columns, lines, ragged }))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.other_encoding > 0 {
            notes.push(format!("{} rows are not in UTF-8 and were read as Windows-1252.", self.other_encoding));
        }
        for (from, to) in &self.long_records {
            notes.push(format!("The row left out at line {from} runs to line {to}: look for a stray quote there."));
        }
        notes
    }
}

fn unreadable(path: &Path, error: &csv::Error) -> EventsError {
    match error.kind() {
        csv::ErrorKind::Io(error) => torn(path, error),
        _ => EventsError::BrokenFile { path: path.to_owned(), why: error.to_string() },
    }
}

/// A packed file that cannot be unpacked to its end, or a disk that fails.
fn torn(path: &Path, error: &std::io::Error) -> EventsError {
    EventsError::BrokenFile { path: path.to_owned(), why: format!("it ends or breaks off in the middle ({error})") }
}
