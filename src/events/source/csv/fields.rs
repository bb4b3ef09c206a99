//! The fields of one record: what its quotes mean, and where they make no sense.

use memchr::memchr;

use super::judge::lost_delimiter;
use super::parts::Spaced;
use super::record::Parser;

/// A quoted field longer than this is taken for a stray quote that nobody closed.
pub const LONGEST_QUOTED: usize = 1 << 20;
/// What a file in UTF-8 may begin with.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// How a record ended.
pub enum Ended {
    /// Behind this byte.
    At(usize),
    /// It goes on behind the block; what is open began here.
    Open(usize),
    /// Its quotes make no sense.
    Stray,
}

impl Parser<'_> {
    /// Finds the fields of the record that begins at `from`; `hits` are the delimiters, ends of lines and quotes from
    /// there on.
    pub fn record(&mut self, from: usize, hits: &mut (impl Iterator<Item = usize> + Clone)) -> Ended {
        self.fields.clear();
        self.inner.clear();
        (self.within, self.quoted, self.needed) = (false, 0, 0);
        let quote = self.dialect.quote;
        // Files put together have a mark of UTF-8 where each begins.
        let mut begun =
            from + if self.bytes[from] == MARK[0] && self.bytes[from..].starts_with(MARK) { MARK.len() } else { 0 };
        while let Some(hit) = hits.next() {
            let byte = self.bytes[hit];
            if Some(byte) == quote {
                let spaces = hit > begun && self.bytes[begun..hit].iter().all(|byte| *byte == b' ');
                let quoted = if hit == begun {
                    self.quoted(hit, hits)
                } else if spaces && self.dialect.spaced != Spaced::No {
                    self.spaced(begun, hit, hits)
                } else {
                    self.inner.push(hit);
                    continue;
                };
                match quoted {
                    Ok((true, next)) => return self.ended(next),
                    Ok((false, next)) => begun = next + self.padding(next),
                    Err(ended) => return ended,
                }
            } else if byte == self.dialect.delimiter {
                self.fields.push((begun as u32, hit as u32));
                begun = hit + 1 + self.padding(hit + 1);
            } else if byte == self.end {
                let mut to = hit;
                while self.end == b'\n' && to > begun && self.bytes[to - 1] == b'\r' {
                    to -= 1;
                }
                self.fields.push((begun as u32, to as u32));
                return self.ended(hit + 1);
            }
        }
        Ended::Open(begun)
    }

    /// The record ends before `next`, unless quotes within its fields say that it lost something.
    fn ended(&self, next: usize) -> Ended {
        if lost_delimiter(self.bytes, &self.inner, self.dialect, next) { Ended::Stray } else { Ended::At(next) }
    }

    /// The spaces behind a delimiter that are a part of it.
    fn padding(&self, at: usize) -> usize {
        usize::from(self.dialect.padded && self.bytes.get(at) == Some(&b' '))
    }

    /// A field with spaces before its quote; letters if it is none.
    fn spaced(
        &mut self,
        begun: usize,
        from: usize,
        hits: &mut (impl Iterator<Item = usize> + Clone),
    ) -> Result<(bool, usize), Ended> {
        if self.dialect.spaced == Spaced::Yes {
            return self.quoted(from, hits);
        }
        let (before, behind, known) = (hits.clone(), self.behind.len(), (self.quoted, self.needed));
        let fields = self.fields.len();
        match self.quoted(from, hits) {
            Ok((ends, next)) if memchr(self.end, &self.bytes[from..next - usize::from(ends)]).is_none() => {
                Ok((ends, next))
            }
            _ => {
                *hits = before;
                self.fields.truncate(fields);
                self.behind.truncate(behind);
                (self.quoted, self.needed) = known;
                self.inner.push(from);
                self.letters(begun, hits)
            }
        }
    }

    /// The rest of a field whose quotes are letters.
    fn letters(&mut self, begun: usize, hits: &mut impl Iterator<Item = usize>) -> Result<(bool, usize), Ended> {
        for hit in hits {
            let byte = self.bytes[hit];
            if byte == self.dialect.delimiter {
                self.fields.push((begun as u32, hit as u32));
                return Ok((false, hit + 1));
            } else if byte == self.end {
                let returns = self.bytes[begun..hit].iter().rev().take_while(|byte| **byte == b'\r').count();
                self.fields.push((begun as u32, (hit - if self.end == b'\n' { returns } else { 0 }) as u32));
                return Ok((true, hit + 1));
            }
            self.inner.push(hit);
        }
        Err(Ended::Open(begun))
    }

    /// Finds the end of a field that begins with a quote. Answers whether the record ends with it, and what comes next.
    fn quoted(&mut self, from: usize, hits: &mut impl Iterator<Item = usize>) -> Result<(bool, usize), Ended> {
        self.within = true;
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
            if self.bytes.get(hit + 1) == Some(&quote) {
                escaped = true;
                hits.next();
                continue;
            }
            let mut to = hit + 1;
            while self.dialect.spaced != Spaced::No && self.bytes.get(to) == Some(&b' ') {
                to += 1;
            }
            while self.end == b'\n' && self.bytes.get(to) == Some(&b'\r') {
                to += 1;
            }
            let next = self.bytes.get(to).copied();
            let ends = next == Some(self.end);
            return match next {
                Some(byte) if ends || (byte == self.dialect.delimiter && self.bytes[to - 1] != b'\r') => {
                    self.push_quoted((from + 1, hit), escaped);
                    hits.next();
                    Ok((ends, to + 1))
                }
                None => Err(Ended::Open(from)),
                Some(_) => Err(Ended::Stray),
            };
        }
    }

    fn push_quoted(&mut self, (from, to): (usize, usize), escaped: bool) {
        if self.look > 0 {
            self.quoted |= 1 << self.fields.len().min(63);
            let has = |byte| memchr(byte, &self.bytes[from..to]).is_some();
            self.needed += u32::from(escaped || (has(self.dialect.delimiter) != has(self.end)));
        }
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
}
