//! CSV files and their kin: lines of text with fields between delimiters.

mod blocks;
mod evidence;
mod record;
mod sniff;
mod stream;
mod zip;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Batch, Batches, Cells, Field, Fields, Lines, Opened};
use crate::events::dialect::DialectChoice;
use crate::events::{EventsError, LineEnd, Reason};
use blocks::Blocks;
use record::Records;
use stream::Stream;

/// How the bytes of a file are taken apart.
#[derive(Clone, Debug)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: Option<u8>,
    pub escape: Option<u8>,
    pub comment: Option<u8>,
    pub line_end: LineEnd,
    /// Whether the file is in UTF-8; else it was turned into it.
    pub utf8: bool,
}

impl Dialect {
    fn line_end(&self) -> u8 {
        match self.line_end {
            LineEnd::LineFeed => b'\n',
            LineEnd::CarriageReturn => b'\r',
        }
    }

    fn is_utf8(&self) -> bool {
        self.utf8
    }
}

/// Opens a text file.
///
/// # Errors
/// A file that the system refuses, that is empty, or holds no text.
pub fn open(path: &Path, choice: &DialectChoice) -> Result<Opened, EventsError> {
    let stream = Stream::open(path, choice)?;
    let sniffed = sniff::sniff(&stream, path, choice)?;
    let fields = header(&sniffed.names);
    let size = stream.size;
    let lines = Text {
        path: path.to_owned(),
        choice: choice.clone(),
        dialect: Arc::new(sniffed.parts),
        width: fields.len(),
        header: sniffed.dialect.header,
        blocks: None,
        read: stream.read.clone(),
        stream: Some(stream),
        line: 1,
        torn_encoding: 0,
        long: Vec::new(),
        encoding: sniffed.dialect.encoding.clone(),
        decimal: sniffed.dialect.decimal,
    };
    Ok(Opened { fields, rows: None, size, dialect: Some(sniffed.dialect), batches: Box::new(lines) })
}

/// Names for all columns: none empty, none twice.
fn header(words: &[String]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::with_capacity(words.len());
    for (at, words) in words.iter().enumerate() {
        let words = words.trim();
        let wanted = if words.is_empty() { format!("column {}", at + 1) } else { words.to_owned() };
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

/// A text file while it is read.
struct Text {
    path: PathBuf,
    choice: DialectChoice,
    dialect: Arc<Dialect>,
    width: usize,
    /// Whether the first record is still to be passed over.
    header: bool,
    blocks: Option<Blocks>,
    stream: Option<Stream>,
    read: Arc<AtomicU64>,
    /// The line of the next block's beginning.
    line: u64,
    /// Rows that are not in the file's encoding.
    torn_encoding: u64,
    /// Lines where a left-out record begins that runs over several lines: mostly a stray quote.
    long: Vec<(u64, u64)>,
    encoding: String,
    decimal: Option<char>,
}

impl Text {
    /// The blocks' records as batches, the header left out.
    fn batches(&mut self, blocks: Vec<Records>) -> Vec<Box<dyn Batch>> {
        let mut batches: Vec<Box<dyn Batch>> = Vec::new();
        for mut block in blocks {
            if self.header {
                self.header = !take_first(&mut block);
            }
            let first = self.line;
            self.line += u64::from(block.line_ends);
            let torn: Vec<_> = block.torn.iter().map(|(line, why)| (first + u64::from(*line), *why)).collect();
            self.torn_encoding += torn.iter().filter(|(_, why)| *why == Reason::WrongEncoding).count() as u64;
            let room = 3_usize.saturating_sub(self.long.len());
            let long = block.long.iter().map(|(from, to)| (first + u64::from(*from), first + u64::from(*to)));
            self.long.extend(long.take(room));
            if block.lines.is_empty() && torn.is_empty() {
                continue;
            }
            batches.push(Box::new(Piece {
                text: Arc::new(block.text),
                columns: block.columns,
                lines: Lines::Listed(first, block.lines),
                torn,
                torn_spans: block.torn_spans,
                decimal: self.decimal,
            }));
        }
        batches
    }
}

/// Leaves the first record out, if there is one.
fn take_first(block: &mut Records) -> bool {
    let torn = block.torn.first().map(|torn| torn.0);
    let whole = block.lines.first().copied();
    match (torn, whole) {
        (None, None) => return false,
        (Some(torn), Some(whole)) if torn < whole => remove_torn(block),
        (_, Some(_)) => {
            block.lines.remove(0);
            block.columns.iter_mut().for_each(|column| {
                column.remove(0);
            });
        }
        (Some(_), None) => remove_torn(block),
    }
    true
}

fn remove_torn(block: &mut Records) {
    block.torn.remove(0);
    block.torn_spans.remove(0);
}

impl Batches for Text {
    fn next(&mut self, pieces: usize) -> Result<Vec<Box<dyn Batch>>, EventsError> {
        if self.blocks.is_none() {
            let stream = match self.stream.take() {
                Some(stream) => stream,
                None => Stream::open(&self.path, &self.choice)?,
            };
            self.blocks = Some(Blocks::new(stream.text));
        }
        let Some(blocks) = &mut self.blocks else { return Ok(Vec::new()) };
        let found = blocks.next(pieces, &self.dialect, self.width).map_err(|error| torn(&self.path, &error))?;
        let batches = self.batches(found);
        Ok(batches)
    }

    fn first(&mut self, rows: usize) -> Result<Box<dyn Batch>, EventsError> {
        let stream = Stream::open(&self.path, &self.choice)?;
        let mut again = Self {
            path: self.path.clone(),
            choice: self.choice.clone(),
            dialect: self.dialect.clone(),
            blocks: Some(Blocks::new(stream.text)),
            stream: None,
            read: stream.read,
            long: Vec::new(),
            encoding: self.encoding.clone(),
            ..*self
        };
        let first = again.next(1)?.into_iter().next();
        let batch = first.ok_or_else(|| EventsError::HeaderOnly { path: self.path.clone() })?;
        Ok(Box::new(Beginning { batch, rows }))
    }

    fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.dialect.utf8 {
            notes.push(format!("The file is not in UTF-8 and was read as {}: {}", self.encoding, self.path.display()));
        }
        if self.torn_encoding > 0 {
            let (rows, encoding) = (self.torn_encoding, &self.encoding);
            notes.push(format!(
                "{rows} rows are not in {encoding} and were left out; say --encoding if the file is in another one."
            ));
        }
        for (from, to) in &self.long {
            notes.push(format!("The row left out at line {from} runs to line {to}: look for a stray quote there."));
        }
        notes
    }
}

/// A block of text and the fields in it.
struct Piece {
    text: Arc<String>,
    columns: Vec<Vec<(u32, u32)>>,
    lines: Lines,
    torn: Vec<(u64, Reason)>,
    torn_spans: Vec<(u32, u32)>,
    decimal: Option<char>,
}

impl Batch for Piece {
    fn decimal(&self) -> Option<char> {
        self.decimal
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        Ok(Cells::Lines(Fields { text: self.text.clone(), spans: self.columns[column].clone() }))
    }

    fn lines(&self) -> Lines {
        self.lines.clone()
    }

    fn torn(&self) -> &[(u64, Reason)] {
        &self.torn
    }

    fn torn_text(&self, at: usize) -> String {
        let span = self.torn_spans.get(at).and_then(|(from, to)| self.text.get(*from as usize..*to as usize));
        span.unwrap_or_default().trim_end_matches('\r').to_owned()
    }
}

/// The first rows of a batch.
struct Beginning {
    batch: Box<dyn Batch>,
    rows: usize,
}

impl Batch for Beginning {
    fn decimal(&self) -> Option<char> {
        self.batch.decimal()
    }

    fn rows(&self) -> usize {
        self.batch.rows().min(self.rows)
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        let mut cells = self.batch.cells(column)?;
        if let Cells::Lines(fields) = &mut cells {
            fields.spans.truncate(self.rows);
        }
        Ok(cells)
    }

    fn lines(&self) -> Lines {
        self.batch.lines()
    }

    fn torn(&self) -> &[(u64, Reason)] {
        let last = self.batch.lines().of(self.rows().saturating_sub(1));
        let all = self.batch.torn();
        &all[..all.partition_point(|(line, _)| *line < last || self.batch.rows() <= self.rows)]
    }
}

/// A packed file that cannot be unpacked to its end, or a disk that fails.
fn torn(path: &Path, error: &std::io::Error) -> EventsError {
    EventsError::BrokenFile { path: path.to_owned(), why: format!("it ends or breaks off in the middle ({error})") }
}
