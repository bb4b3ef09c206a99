//! A stream of text → blocks of whole records, several at once.
//!
//! Where a block ends is guessed: behind the last line that stands outside of quotes, if they come in pairs. Each block
//! is then read exactly from its beginning. If one turns out to end within a record, its rest goes in front of the next
//! block, which is read again; so the guess costs time where it is wrong, but never changes what is read.

use std::io::Read;

use memchr::{memchr_iter, memrchr, memrchr_iter};
use rayon::prelude::*;

use super::Dialect;
use super::record::{Records, records};

/// Bytes of a block.
const BLOCK: usize = 1 << 21;
/// A line longer than this is none.
const LONGEST_LINE: usize = 1 << 28;
/// So many lines are tried as the end of a block.
const TRIES: usize = 100;

/// Cuts a stream into blocks.
pub struct Blocks {
    stream: Box<dyn Read + Send>,
    /// Read, but not part of a block yet; begins with a record.
    pending: Vec<u8>,
    ended: bool,
}

impl Blocks {
    pub fn new(stream: Box<dyn Read + Send>) -> Self {
        Self { stream, pending: Vec::new(), ended: false }
    }

    /// The next blocks with their records; none after the last.
    ///
    /// # Errors
    /// What the stream says; a line without an end.
    pub fn next(&mut self, pieces: usize, dialect: &Dialect, width: usize) -> std::io::Result<Vec<Records>> {
        loop {
            let mut blocks = Vec::new();
            while blocks.len() < pieces && !(self.ended && self.pending.is_empty()) {
                blocks.push(self.block(dialect)?);
            }
            let count = blocks.len();
            let ended = self.ended && self.pending.is_empty();
            let last = |at: usize| ended && at + 1 == count;
            let read: Vec<Records> = blocks
                .into_par_iter()
                .enumerate()
                .map(|(at, block)| records(block, dialect, width, last(at)))
                .collect();
            let mut exact: Vec<Records> = Vec::with_capacity(count);
            let mut rest = Vec::new();
            for (at, mut one) in read.into_iter().enumerate() {
                if !rest.is_empty() {
                    let mut whole = std::mem::take(&mut rest);
                    whole.extend(one.bytes());
                    one = records(whole, dialect, width, last(at));
                }
                rest = std::mem::take(&mut one.rest);
                exact.push(one);
            }
            rest.append(&mut self.pending);
            self.pending = rest;
            let nothing = exact.iter().all(|one| one.lines.is_empty() && one.torn.is_empty());
            if !nothing || (self.ended && self.pending.is_empty()) {
                return Ok(exact);
            }
            if self.pending.len() > LONGEST_LINE {
                return Err(std::io::Error::other("a line of it has no end"));
            }
        }
    }

    /// The next block, up to where a record seems to end.
    fn block(&mut self, dialect: &Dialect) -> std::io::Result<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.reserve(BLOCK);
        let wanted = BLOCK.max(bytes.len() * 2) - bytes.len();
        let read = self.stream.by_ref().take(wanted as u64).read_to_end(&mut bytes)?;
        self.ended = read < wanted;
        if self.ended {
            return Ok(bytes);
        }
        let cut = cut(&bytes, dialect);
        self.pending = bytes.split_off(cut);
        Ok(bytes)
    }
}

/// Where the last record of a block seems to end.
fn cut(bytes: &[u8], dialect: &Dialect) -> usize {
    let end = dialect.line_end();
    let last = memrchr(end, bytes).map_or(bytes.len(), |at| at + 1);
    let Some(quote) = dialect.quote else { return last };
    let mut quotes = memchr_iter(quote, bytes).count();
    let mut behind = bytes.len();
    for at in memrchr_iter(end, bytes).take(TRIES) {
        quotes -= memchr_iter(quote, &bytes[at..behind]).count();
        behind = at;
        if quotes.is_multiple_of(2) {
            return at + 1;
        }
    }
    last
}
