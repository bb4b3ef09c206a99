//! A block of text → its records, each field found, each line counted.
//!
//! polars fills short lines with nulls and cuts long ones without a word, and others let a stray quote swallow the rest
//! of the file; so records are told here. A record whose quotes make no sense is left out with its first line alone,
//! and reading goes on with the next line.

use memchr::{memchr, memchr_iter, memchr3_iter};

use super::fields::{Ended, LONGEST_QUOTED};
use super::judge::{Judged, judge};
use super::parts::Dialect;
use crate::events::Reason;

/// The records of a block.
#[derive(Debug, Default)]
pub struct Records {
    /// The block in UTF-8, with those fields behind it that are written otherwise than they read.
    pub text: String,
    /// For each column, where its field begins and ends in `text`.
    pub columns: Vec<Vec<(u32, u32)>>,
    /// Each record's line, counted from the block's first as 0.
    pub lines: Vec<u32>,
    /// Lines of records that are left out, counted so too.
    pub torn: Vec<(u32, Reason)>,
    /// Where these begin and end.
    pub torn_spans: Vec<(u32, u32)>,
    /// First and last lines of records of the wrong width that run over several lines: mostly a stray quote.
    pub long: Vec<(u32, u32)>,
    /// The first line that has the header's names in another order.
    pub reordered: Option<u32>,
    /// Ends of lines in what was read.
    pub line_ends: u32,
    /// What belongs to a record that is not complete yet.
    pub rest: Vec<u8>,
    /// Every record, whatever its width, where a first look asks for it.
    pub seen: Vec<Seen>,
    /// How much of the block the records are.
    consumed: usize,
    /// The block before it was made text, if that was not the same.
    raw: Option<Vec<u8>>,
}

/// A record at a first look.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its line, counted from the text's first as 0.
    pub line: u32,
    /// Where its fields begin and end; none where they cannot be told.
    pub fields: Vec<(u32, u32)>,
    /// Which of its first 64 fields stood within quotes.
    pub quoted: u64,
    /// How many of those hold what makes quotes necessary.
    pub needed: u32,
}

impl Records {
    /// The block as it was.
    pub fn bytes(&self) -> Vec<u8> {
        self.raw.clone().unwrap_or_else(|| [&self.text.as_bytes()[..self.consumed], &self.rest].concat())
    }
}

/// Reads the records of a block that begins with a record; `width` fields make a whole one. The `last` block has all
/// that is left.
pub fn records(bytes: Vec<u8>, dialect: &Dialect, width: usize, last: bool) -> Records {
    parsed(bytes, dialect, width, last, 0)
}

/// Looks at the first `most` records of a text, as `seen`, whatever their widths.
pub fn look(bytes: Vec<u8>, dialect: &Dialect, most: usize) -> Records {
    parsed(bytes, dialect, 0, true, most)
}

fn parsed(mut bytes: Vec<u8>, dialect: &Dialect, width: usize, last: bool, look: usize) -> Records {
    let end = dialect.line_end();
    if last && bytes.last().is_some_and(|byte| *byte != end) {
        bytes.push(end);
    }
    let (text, wrong, original) = checked(bytes, dialect);
    let mut parser = Parser {
        bytes: text.as_bytes(),
        dialect,
        end,
        width,
        last,
        look,
        wrong: &wrong,
        fields: Vec::with_capacity(width),
        within: false,
        quoted: 0,
        needed: 0,
        inner: Vec::new(),
        behind: String::new(),
        into: Records { columns: vec![Vec::new(); width], ..Records::default() },
    };
    let consumed = parser.run();
    let Parser { behind, mut into, .. } = parser;
    let raw = original.as_deref().unwrap_or(text.as_bytes());
    into.rest = raw[consumed..].to_vec();
    let moved = (raw.len() - consumed) as u32;
    let whole = raw.len();
    into.text = text;
    into.text.truncate(consumed);
    into.consumed = consumed;
    // Fields behind the block were counted from its end.
    if !behind.is_empty() {
        for span in into.columns.iter_mut().flatten().filter(|span| span.0 as usize >= whole) {
            *span = (span.0 - moved, span.1 - moved);
        }
        into.text.push_str(&behind);
    }
    into.raw = original;
    into
}

/// The block as text, and where it is none; with what it was before, if that differs.
fn checked(bytes: Vec<u8>, dialect: &Dialect) -> (String, Vec<(usize, Reason)>, Option<Vec<u8>>) {
    let foreign = |at| (at, Reason::WrongEncoding);
    let (text, mut wrong, original): (_, Vec<_>, _) = match String::from_utf8(bytes) {
        Ok(text) if dialect.is_utf8() => (text, Vec::new(), None),
        Ok(text) => {
            // What a decoder could not read, it has marked.
            let wrong = text.match_indices('\u{fffd}').map(|(at, _)| foreign(at)).collect();
            (text, wrong, None)
        }
        Err(error) => {
            let bytes = error.into_bytes();
            let (mut text, mut wrong) = (String::with_capacity(bytes.len()), Vec::new());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                for _ in chunk.invalid() {
                    wrong.push(foreign(text.len()));
                    text.push('?');
                }
            }
            (text, wrong, Some(bytes))
        }
    };
    let known = wrong.len();
    wrong.extend(memchr_iter(0, text.as_bytes()).map(|at| (at, Reason::NulByte)));
    if known > 0 && wrong.len() > known {
        wrong.sort_by_key(|(at, _)| *at);
    }
    (text, wrong, original)
}

/// Finds records in a text.
pub struct Parser<'a> {
    pub bytes: &'a [u8],
    pub dialect: &'a Dialect,
    pub end: u8,
    width: usize,
    last: bool,
    /// So many records are looked at, if they are not taken.
    pub look: usize,
    wrong: &'a [(usize, Reason)],
    pub fields: Vec<(u32, u32)>,
    /// Whether any field stood within quotes.
    pub within: bool,
    /// At a first look, which fields did, and how many of them had to.
    pub quoted: u64,
    pub needed: u32,
    /// Quotes within fields that stand within none.
    pub inner: Vec<usize>,
    pub behind: String,
    into: Records,
}

impl Parser<'_> {
    /// Answers how much was consumed.
    fn run(&mut self) -> usize {
        let quote = self.dialect.quote.unwrap_or(self.end);
        let mut at = 0;
        let mut line = 0;
        'from: loop {
            let base = at;
            let bytes = self.bytes;
            let mut hits = memchr3_iter(self.dialect.delimiter, self.end, quote, &bytes[base..]).map(|hit| hit + base);
            loop {
                if at == self.bytes.len() || (self.look > 0 && self.into.seen.len() == self.look) {
                    self.into.line_ends = line;
                    return at;
                }
                if self.dialect.comment.is_some_and(|mark| self.bytes[at] == mark) {
                    let Some(length) = memchr(self.end, &self.bytes[at..]) else { break 'from };
                    at += length + 1;
                    line += 1;
                    continue 'from;
                }
                let kept = self.behind.len();
                let ended = match self.record(at, &mut hits) {
                    Ended::At(next) => self.keep(at, next, line),
                    other => Err(other),
                };
                match ended {
                    Ok((next, lines)) => {
                        line += lines;
                        at = next;
                    }
                    Err(Ended::Open(begun)) if !self.last && self.bytes.len() - begun <= LONGEST_QUOTED => break 'from,
                    Err(Ended::Open(_)) if !self.last && memchr(self.end, &self.bytes[at..]).is_none() => break 'from,
                    Err(_) => {
                        self.behind.truncate(kept);
                        let Some(length) = memchr(self.end, &self.bytes[at..]) else { break 'from };
                        self.tear(line, Reason::StrayQuote, at, at + length);
                        at += length + 1;
                        line += 1;
                        continue 'from;
                    }
                }
            }
        }
        self.into.line_ends = line;
        at
    }

    fn tear(&mut self, line: u32, why: Reason, from: usize, to: usize) {
        if self.look > 0 {
            self.into.seen.push(Seen { line, ..Seen::default() });
            return;
        }
        self.into.torn.push((line, why));
        self.into.torn_spans.push((from as u32, to as u32));
    }

    /// Takes the record from `at` to `next`, or leaves it out. Answers where the next one begins and how many lines this
    /// one has, or that its quotes make no sense after all.
    fn keep(&mut self, at: usize, next: usize, line: u32) -> Result<(usize, u32), Ended> {
        // Only within quotes a record has ends of lines.
        let lines = if self.within { memchr_iter(self.end, &self.bytes[at..next]).count() as u32 } else { 1 };
        let blank = self.fields.len() == 1 && self.fields[0].0 == self.fields[0].1;
        if blank {
            return Ok((next, lines));
        }
        if self.look > 0 {
            let fields = std::mem::take(&mut self.fields);
            self.into.seen.push(Seen { line, fields, quoted: self.quoted, needed: self.needed });
            return Ok((next, lines));
        }
        let wrong = self.wrong.partition_point(|(place, _)| *place < at);
        if let Some((_, why)) = self.wrong.get(wrong).filter(|(place, _)| *place < next) {
            self.tear(line, *why, at, next - 1);
            return Ok((next, lines));
        }
        if self.dialect.tight && lines > 1 && self.all_records(at, next) {
            return Err(Ended::Stray);
        }
        match judge(&self.fields, self.bytes, &self.behind, self.width, &self.dialect.shape) {
            Judged::Whole => {
                self.into.columns.iter_mut().zip(&self.fields).for_each(|(column, field)| column.push(*field));
                self.into.lines.push(line);
            }
            Judged::Reordered => {
                self.into.reordered.get_or_insert(line);
            }
            Judged::LeftOut(why) => {
                if why == Reason::RepeatedHeader && self.dialect.shape.above > 0 {
                    self.tear_titles(line);
                }
                self.tear(line, why, at, next - 1);
                if lines > 1 && why == Reason::RaggedLine {
                    self.into.long.push((line, line + lines - 1));
                }
            }
        }
        Ok((next, lines))
    }

    /// Leaves out what stands above a header that comes again, as it does above the first.
    fn tear_titles(&mut self, header: u32) {
        let before = self.into.torn.len();
        while self.into.lines.last().is_some_and(|line| header - line <= self.dialect.shape.above) {
            let Some(line) = self.into.lines.pop() else { break };
            let fields: Vec<(u32, u32)> = self.into.columns.iter_mut().filter_map(Vec::pop).collect();
            let whole = self.bytes.len() as u32;
            let inside = fields.iter().filter(|field| field.1 <= whole);
            let from = inside.clone().map(|field| field.0).min().unwrap_or_default();
            let to = inside.map(|field| field.1).max().unwrap_or_default();
            self.into.torn.push((line, Reason::RepeatedHeader));
            self.into.torn_spans.push((from, to));
        }
        if self.into.torn.len() > before {
            let mut all: Vec<_> = self.into.torn.drain(..).zip(self.into.torn_spans.drain(..)).collect();
            all.sort_by_key(|((line, _), _)| *line);
            (self.into.torn, self.into.torn_spans) = all.into_iter().unzip();
        }
    }

    /// Whether every line from `at` to `next` has as many delimiters as a record.
    fn all_records(&self, at: usize, next: usize) -> bool {
        let delimiters = |line: &[u8]| memchr_iter(self.dialect.delimiter, line).count();
        self.bytes[at..next - 1].split(|byte| *byte == self.end).all(|line| delimiters(line) + 1 == self.width)
    }
}
