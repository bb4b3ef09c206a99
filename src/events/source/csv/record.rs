//! A block of text → its records, each field found, each line counted.
//!
//! polars fills short lines with nulls and cuts long ones without a word, and others let a stray quote swallow the rest
//! of the file; so records are told here. A record whose quotes make no sense is left out with its first line alone,
//! and reading goes on with the next line.

use memchr::{memchr, memchr_iter, memchr3_iter};

use super::Dialect;
use crate::events::Reason;

/// A quoted field longer than this is taken for a stray quote that nobody closed.
const LONGEST_QUOTED: usize = 1 << 20;

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
    /// Ends of lines in what was read.
    pub line_ends: u32,
    /// What belongs to a record that is not complete yet.
    pub rest: Vec<u8>,
    /// How much of the block the records are.
    consumed: usize,
    /// The block before it was made text, if that was not the same.
    raw: Option<Vec<u8>>,
}

impl Records {
    /// The block as it was.
    pub fn bytes(&self) -> Vec<u8> {
        self.raw.clone().unwrap_or_else(|| [&self.text.as_bytes()[..self.consumed], &self.rest].concat())
    }
}

/// Reads the records of a block that begins with a record; `width` fields make a whole one. The `last` block has all
/// that is left.
pub fn records(mut bytes: Vec<u8>, dialect: &Dialect, width: usize, last: bool) -> Records {
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
        wrong: &wrong,
        fields: Vec::with_capacity(width),
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
fn checked(bytes: Vec<u8>, dialect: &Dialect) -> (String, Vec<usize>, Option<Vec<u8>>) {
    match String::from_utf8(bytes) {
        Ok(text) if dialect.is_utf8() => (text, Vec::new(), None),
        Ok(text) => {
            // What a decoder could not read, it has marked.
            let wrong = text.match_indices('\u{fffd}').map(|(at, _)| at).collect();
            (text, wrong, None)
        }
        Err(error) => {
            let bytes = error.into_bytes();
            let (mut text, mut wrong) = (String::with_capacity(bytes.len()), Vec::new());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                for _ in chunk.invalid() {
                    wrong.push(text.len());
                    text.push('?');
                }
            }
            (text, wrong, Some(bytes))
        }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    dialect: &'a Dialect,
    end: u8,
    width: usize,
    last: bool,
    wrong: &'a [usize],
    fields: Vec<(u32, u32)>,
    behind: String,
    into: Records,
}

/// How a record ended.
enum Ended {
    /// Behind this byte.
    At(usize),
    /// It goes on behind the block; what is open began here.
    Open(usize),
    /// Its quotes make no sense.
    Stray,
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
                if at == self.bytes.len() {
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
                match self.record(at, &mut hits) {
                    Ended::At(next) => {
                        line += self.keep(at, next, line);
                        at = next;
                    }
                    Ended::Open(begun) if !self.last && self.bytes.len() - begun <= LONGEST_QUOTED => break 'from,
                    Ended::Open(_) if !self.last && memchr(self.end, &self.bytes[at..]).is_none() => break 'from,
                    Ended::Open(_) | Ended::Stray => {
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

    /// Finds the fields of the record that begins at `from`; `hits` are the delimiters, ends of lines and quotes from
    /// there on.
    fn record(&mut self, from: usize, hits: &mut impl Iterator<Item = usize>) -> Ended {
        self.fields.clear();
        let quote = self.dialect.quote;
        let mut begun = from;
        while let Some(hit) = hits.next() {
            let byte = self.bytes[hit];
            if Some(byte) == quote && hit == begun {
                match self.quoted(begun, hits) {
                    Ok((true, next)) => return Ended::At(next),
                    Ok((false, next)) => begun = next,
                    Err(ended) => return ended,
                }
            } else if byte == self.dialect.delimiter {
                self.fields.push((begun as u32, hit as u32));
                begun = hit + 1;
            } else if byte == self.end {
                let carriage = self.end == b'\n' && hit > begun && self.bytes[hit - 1] == b'\r';
                self.fields.push((begun as u32, (hit - usize::from(carriage)) as u32));
                return Ended::At(hit + 1);
            }
        }
        Ended::Open(begun)
    }

    /// Finds the end of a field that begins with a quote. Answers whether the record ends with it, and what comes next.
    fn quoted(&mut self, from: usize, hits: &mut impl Iterator<Item = usize>) -> Result<(bool, usize), Ended> {
        let quote = self.bytes[from];
        let mut escaped = false;
        loop {
            let Some(hit) = hits.find(|hit| self.bytes[*hit] == quote) else { return Err(Ended::Open(from)) };
            if hit - from > LONGEST_QUOTED {
                return Err(Ended::Stray);
            }
            if let Some(escape) = self.dialect.escape {
                let before = self.bytes[from + 1..hit].iter().rev().take_while(|byte| **byte == escape).count();
                if before % 2 == 1 {
                    escaped = true;
                    continue;
                }
            }
            let next = self.bytes.get(hit + 1).copied();
            if next == Some(quote) {
                escaped = true;
                hits.next();
                continue;
            }
            let returned = next == Some(b'\r') && self.end == b'\n' && self.bytes.get(hit + 2) == Some(&b'\n');
            let field = (from + 1, hit);
            let ends = next == Some(self.end) || returned;
            return match next {
                Some(byte) if byte == self.dialect.delimiter || ends => {
                    self.push_quoted(field, escaped);
                    hits.next();
                    Ok((ends, hit + 2 + usize::from(returned)))
                }
                None => Err(Ended::Open(from)),
                Some(b'\r') if hit + 2 == self.bytes.len() => Err(Ended::Open(from)),
                Some(_) => Err(Ended::Stray),
            };
        }
    }

    fn push_quoted(&mut self, (from, to): (usize, usize), escaped: bool) {
        let escape = self.dialect.escape.filter(|escape| memchr(*escape, &self.bytes[from..to]).is_some());
        if !escaped && escape.is_none() {
            self.fields.push((from as u32, to as u32));
            return;
        }
        let begin = self.bytes.len() + self.behind.len();
        let mut letters = str::from_utf8(&self.bytes[from..to]).unwrap_or_default().chars().peekable();
        let quote = self.dialect.quote.map(char::from);
        while let Some(letter) = letters.next() {
            let doubled = Some(letter) == quote && letters.peek() == Some(&letter);
            let marked = escape.map(char::from) == Some(letter) && letters.peek().is_some();
            match letters.next_if(|_| doubled || marked) {
                Some(meant) => self.behind.push(meant),
                None => self.behind.push(letter),
            }
        }
        self.fields.push((begin as u32, (self.bytes.len() + self.behind.len()) as u32));
    }

    fn tear(&mut self, line: u32, why: Reason, from: usize, to: usize) {
        self.into.torn.push((line, why));
        self.into.torn_spans.push((from as u32, to as u32));
    }

    /// Takes the record from `at` to `next`, or leaves it out. Answers how many lines it has.
    fn keep(&mut self, at: usize, next: usize, line: u32) -> u32 {
        let lines = memchr_iter(self.end, &self.bytes[at..next]).count() as u32;
        let blank = self.fields.len() == 1 && self.fields[0].0 == self.fields[0].1;
        let wrong = self.wrong.partition_point(|place| *place < at);
        if blank {
        } else if self.wrong.get(wrong).is_some_and(|place| *place < next) {
            self.tear(line, Reason::WrongEncoding, at, next - 1);
        } else if self.fields.len() != self.width {
            self.tear(line, Reason::RaggedLine, at, next - 1);
            if lines > 1 {
                self.into.long.push((line, line + lines - 1));
            }
        } else {
            self.into.columns.iter_mut().zip(&self.fields).for_each(|(column, field)| column.push(*field));
            self.into.lines.push(line);
        }
        lines
    }
}
