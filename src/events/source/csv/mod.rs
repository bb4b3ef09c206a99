//! CSV files and their kin: lines of text with fields between delimiters.

mod blocks;
mod encoding;
mod evidence;
mod fields;
mod judge;
mod layout;
mod marks;
mod parts;
mod piece;
mod record;
mod sniff;
mod stream;
mod total;
mod zip;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::UTF_8;

use super::{Batch, Batches, Field, Opened};
use crate::events::dialect::DialectChoice;
use crate::events::{EventsError, Reason};
use crate::wording::counted;
use blocks::Blocks;
use parts::Dialect;
use piece::{Beginning, Piece};
use record::Records;
use stream::{Stream, WithoutZeros, past_lines};

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
        above: sniffed.dialect.skip_lines,
        line: 1 + u64::from(sniffed.dialect.skip_lines),
        settled: choice.encoding.is_some(),
        zeros: Arc::default(),
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
    /// Lines above the table.
    above: u32,
    /// The line of the next block's beginning.
    line: u64,
    /// Whether the file's encoding is beyond doubt.
    settled: bool,
    /// NUL bytes passed over.
    zeros: Arc<AtomicU64>,
    /// Rows that are not in the file's encoding.
    torn_encoding: u64,
    /// Lines where a left-out record begins that runs over several lines: mostly a stray quote.
    long: Vec<(u64, u64)>,
    encoding: String,
    decimal: Option<char>,
}

impl Text {
    /// A text's blocks, from the table's first record on.
    fn blocks(&self, text: Box<dyn Read + Send>) -> std::io::Result<Blocks> {
        let zeros = self.zeros.clone();
        let text = if self.dialect.zeros { Box::new(WithoutZeros { text, zeros }) } else { text };
        Ok(Blocks::new(past_lines(text, self.dialect.line_end(), self.above)?))
    }

    /// The blocks' records as batches, the header left out.
    fn batches(&mut self, blocks: Vec<Records>) -> Result<Vec<Box<dyn Batch>>, EventsError> {
        let mut batches: Vec<Box<dyn Batch>> = Vec::new();
        for mut block in blocks {
            if self.header {
                self.header = !take_first(&mut block);
            }
            let first = self.line;
            if let Some(line) = block.reordered.map(|line| first + u64::from(line)) {
                let why = format!(
                    "line {line} has the names of the columns in another order, so that another table begins there; \
                     make two files of it"
                );
                return Err(EventsError::OtherTable { why, path: self.path.clone() });
            }
            self.line += u64::from(block.line_ends);
            self.torn_encoding += block.torn.iter().filter(|(_, why)| *why == Reason::WrongEncoding).count() as u64;
            let room = 3_usize.saturating_sub(self.long.len());
            let long = block.long.iter().map(|(from, to)| (first + u64::from(*from), first + u64::from(*to)));
            self.long.extend(long.take(room));
            batches.extend(Piece::of(block, first, self.decimal).map(|piece| Box::new(piece) as Box<dyn Batch>));
        }
        Ok(batches)
    }

    /// At the first bytes that are not UTF-8, the whole file is asked whether it is.
    fn settle(&mut self) -> Result<(), EventsError> {
        let doubtful = self.torn_encoding > 0 && self.dialect.utf8 && !self.settled;
        if !doubtful {
            return Ok(());
        }
        self.settled = true;
        let (encoding, _) = encoding::of_whole(&self.path)?;
        let other = || EventsError::OtherEncoding { encoding: encoding.name().to_owned(), path: self.path.clone() };
        if encoding == UTF_8 { Ok(()) } else { Err(other()) }
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
            self.settled |= stream.marked;
            self.blocks = Some(self.blocks(stream.text).map_err(|error| torn(&self.path, &error))?);
        }
        let Some(blocks) = &mut self.blocks else { return Ok(Vec::new()) };
        let found = blocks.next(pieces, &self.dialect, self.width).map_err(|error| torn(&self.path, &error))?;
        let batches = self.batches(found)?;
        self.settle()?;
        Ok(batches)
    }

    fn first(&mut self, rows: usize) -> Result<Box<dyn Batch>, EventsError> {
        let stream = Stream::open(&self.path, &self.choice)?;
        let mut again = Self {
            path: self.path.clone(),
            choice: self.choice.clone(),
            dialect: self.dialect.clone(),
            blocks: None,
            read: stream.read.clone(),
            stream: Some(stream),
            zeros: Arc::default(),
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
        let zeros = self.zeros.load(Ordering::Relaxed);
        if zeros > 0 {
            notes.push(format!(
                "NUL bytes that fill up fields were passed over, {zeros} in all: {}",
                self.path.display()
            ));
        }
        if self.torn_encoding > 0 {
            let (rows, encoding) = (self.torn_encoding, &self.encoding);
            notes.push(format!(
                "Left out for not being in {encoding}: {}; say --encoding if the file is in another one.",
                counted(rows, "row")
            ));
        }
        for (from, to) in &self.long {
            notes.push(format!("The row left out at line {from} runs to line {to}: look for a stray quote there."));
        }
        notes
    }
}

/// A packed file that cannot be unpacked to its end, or a disk that fails.
fn torn(path: &Path, error: &std::io::Error) -> EventsError {
    EventsError::BrokenFile { path: path.to_owned(), why: format!("it ends or breaks off in the middle ({error})") }
}
