//! Which marks part a text file's fields: the delimiter, the quotes, and the spaces around them.

use super::parts::{Dialect, Spaced};
use super::record::{Records, Seen, look};
use crate::events::dialect::DialectChoice;
use crate::events::{EventsError, LineEnd};

/// What may stand between fields, in the order of preference: the last is what Hive writes.
pub const DELIMITERS: [u8; 8] = [b',', b';', b'\t', b'|', b'^', b'~', b':', 1];
/// Records that are looked at.
pub const LOOKED_AT: usize = 500;

/// The beginning of a text, under a guess of its marks.
struct Guess {
    dialect: Dialect,
    seen: Records,
    /// The usual number of fields, and how many records have it.
    width: usize,
    like: usize,
}

impl Guess {
    fn of(body: &[u8], dialect: Dialect) -> Self {
        let seen = look(body.to_vec(), &dialect, LOOKED_AT);
        let (width, like) = usual_width(&seen.seen);
        Self { dialect, seen, width, like }
    }

    fn records(&self) -> usize {
        self.seen.seen.len()
    }

    fn score(&self) -> f64 {
        let share = self.like as f64 / self.records().max(1) as f64;
        // What is not used by others, but between days and hours, needs all the records on its side.
        let usual = !matches!(self.dialect.delimiter, b':' | b'^' | b'~') || self.like == self.records();
        let trusted = if self.dialect.delimiter == b':' { 0.5 } else { 1.0 };
        if usual && self.width > 1 { share * (self.width as f64).ln_1p() * trusted } else { 0.0 }
    }

    fn like(&self) -> impl Iterator<Item = &Seen> {
        self.seen.seen.iter().filter(|record| record.fields.len() == self.width)
    }

    /// Whether some column's values stand within quotes throughout, its name aside.
    fn quotes_a_column(&self) -> bool {
        (0..self.width.min(63)).any(|at| {
            let filled = |record: &&Seen| record.fields[at].0 < record.fields[at].1 || record.quoted >> at & 1 == 1;
            let all = self.like().skip(1).filter(filled).count();
            let quoted = self.like().skip(1).filter(|record| record.quoted >> at & 1 == 1).count();
            quoted > 1 && quoted * 5 >= all * 4
        })
    }

    /// Fields within quotes, and those of them that need these.
    fn quoted(&self) -> (usize, usize) {
        let count = |of: fn(&Seen) -> u32| self.like().map(|record| of(record) as usize).sum();
        (count(|record| record.quoted.count_ones()), count(|record| record.needed))
    }
}

/// The number of fields that most records have, the greater numbers counting more, and how many have it. Of several the
/// first record's.
pub fn usual_width(seen: &[Seen]) -> (usize, usize) {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for record in seen.iter().filter(|record| !record.fields.is_empty()) {
        match counts.iter_mut().find(|(width, _)| *width == record.fields.len()) {
            Some((_, count)) => *count += 1,
            None => counts.push((record.fields.len(), 1)),
        }
    }
    let weight = |(width, count): (usize, usize)| count as f64 * (width as f64).ln_1p();
    let wide = counts.iter().any(|(width, _)| *width > 1);
    let mut best = counts.first().copied().unwrap_or((1, 0));
    for one in counts.into_iter().filter(|(width, _)| !wide || *width > 1) {
        if weight(one) > weight(best) || best.0 == 1 {
            best = one;
        }
    }
    best
}

/// A mark as a byte.
pub fn byte(mark: char) -> Result<u8, EventsError> {
    let fits = mark.is_ascii() && !matches!(mark, '\n' | '\r' | '\0');
    u8::try_from(mark).ok().filter(|_| fits).ok_or_else(|| EventsError::BadDialect {
        why: format!("`{}` is no single plain character", mark.escape_default()),
    })
}

/// Finds the marks of a text; `delimiter` is what a line above it says.
///
/// # Errors
/// A mark that cannot be one.
pub fn marks(
    body: &[u8],
    choice: &DialectChoice,
    delimiter: Option<u8>,
    comment: Option<u8>,
    line_end: LineEnd,
    why: &mut Vec<String>,
) -> Result<Dialect, EventsError> {
    let given = choice.delimiter.map(byte).transpose()?;
    let delimiters: Vec<u8> = match given.or(delimiter) {
        Some(one) => vec![one],
        None => DELIMITERS.to_vec(),
    };
    let said = choice.quote.map(|quote| quote.map(byte).transpose()).transpose()?;
    let best = |quote: Option<u8>| {
        let mut best: Option<Guess> = None;
        for delimiter in delimiters.iter().filter(|one| Some(**one) != quote) {
            let guess = Guess::of(body, Dialect { comment, ..Dialect::of(*delimiter, quote, line_end) });
            if best.as_ref().is_none_or(|best| guess.score() > best.score()) {
                best = Some(guess);
            }
        }
        best.unwrap_or_else(|| Guess::of(body, Dialect { comment, ..Dialect::of(delimiters[0], quote, line_end) }))
    };
    let mut guess = best(said.unwrap_or(Some(b'"')));
    if said.is_none() {
        if memchr::memchr_iter(b'\'', body).count() > 3 {
            let single = best(Some(b'\''));
            if by_single_quotes(&single, &guess) {
                why.push("fields stand within single quotes".to_owned());
                guess = single;
            }
        }
        let plain = Dialect { quote: None, ..guess.dialect.clone() };
        if guess.dialect.quote == Some(b'"') && memchr::memchr(b'"', body).is_some() {
            let plain = Guess::of(body, plain);
            if without_quotes(&plain, &guess) {
                let more = plain.like.saturating_sub(guess.like);
                why.push(format!(
                    "quotes are letters here: so {more} more of the first {} records have {} fields",
                    plain.records(),
                    plain.width
                ));
                guess = plain;
            }
        }
    }
    if given.is_some() {
        why.push("the delimiter was given".to_owned());
    } else if delimiter.is_none() && guess.score() > 0.0 {
        let (like, all, width) = (guess.like, guess.records(), guess.width);
        why.push(format!("with this delimiter {like} of the first {all} records have {width} fields"));
    }
    let mut dialect = guess.dialect.clone();
    dialect.escape = match choice.escape {
        Some(escape) => escape.map(byte).transpose()?,
        None => escape(body, &guess, why),
    };
    dialect.tight = dialect.delimiter == b'\t' && said.is_none();
    dialect.spaced = spaced(body, &dialect, why);
    dialect.padded = padded(body, &dialect);
    if dialect.padded {
        why.push("a space follows every delimiter and is no part of the fields".to_owned());
    }
    Ok(dialect)
}

/// Whether single quotes are what fields stand within, and not apostrophes: with them more records are alike, or a
/// column has them throughout.
fn by_single_quotes(single: &Guess, double: &Guess) -> bool {
    let torn = single.seen.seen.iter().filter(|record| record.fields.is_empty()).count();
    let (quoted, needed) = single.quoted();
    let more = single.score() > double.score() && needed > 0;
    // A damaged row among them is none of its own.
    let column = single.quotes_a_column() && single.score() >= double.score() * 0.9;
    quoted > 1 && torn * 10 <= quoted && (more || column)
}

/// Whether quotes are letters: without them far more records are alike, and none of those within quotes need them.
fn without_quotes(plain: &Guess, quoted: &Guess) -> bool {
    let more = plain.like.saturating_sub(quoted.like);
    let (all, needed) = quoted.quoted();
    let unusual = quoted.dialect.delimiter != b',' || all <= more;
    more > 2 && more * 50 >= plain.like && plain.width == quoted.width && needed * 10 <= more && unusual
}

/// A backslash, if more records are alike with it than without.
fn escape(body: &[u8], guess: &Guess, why: &mut Vec<String>) -> Option<u8> {
    let quote = guess.dialect.quote?;
    if !body.windows(2).any(|pair| pair == [b'\\', quote]) {
        return None;
    }
    let with = Guess::of(body, Dialect { escape: Some(b'\\'), ..guess.dialect.clone() });
    (with.like > guess.like).then(|| {
        why.push("quotes within quotes have a backslash before them".to_owned());
        b'\\'
    })
}

/// What quotes behind spaces are: quotes if no fewer records are alike so.
fn spaced(body: &[u8], dialect: &Dialect, why: &mut Vec<String>) -> Spaced {
    let Some(quote) = dialect.quote else { return Spaced::No };
    let (delimiter, end) = (dialect.delimiter, dialect.line_end());
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| [delimiter, end, b'\r'].contains(byte));
    let beside = |at: usize| {
        let (before, after) = (&body[..at], &body[at + 1..]);
        let opens = before.last() == Some(&b' ') && edge(before.iter().rev().find(|byte| **byte != b' '));
        let closes = after.first() == Some(&b' ') && edge(after.iter().find(|byte| **byte != b' '));
        opens || closes
    };
    if !memchr::memchr_iter(quote, body).any(beside) {
        return Spaced::Line;
    }
    let with = |spaced| Guess::of(body, Dialect { spaced, ..dialect.clone() });
    let (yes, no) = (with(Spaced::Yes), with(Spaced::No));
    if yes.like < no.like {
        return Spaced::No;
    }
    if yes.quoted().0 > no.quoted().0 {
        why.push("spaces between delimiters and quotes are no part of the fields".to_owned());
    }
    Spaced::Yes
}

/// Whether a space follows every delimiter.
fn padded(body: &[u8], dialect: &Dialect) -> bool {
    let guess = Guess::of(body, dialect.clone());
    let text = guess.seen.text.as_bytes();
    let (mut all, mut behind) = (0, 0);
    for record in guess.like() {
        for (at, (from, to)) in record.fields.iter().enumerate().skip(1) {
            if from < to && record.quoted >> at.min(63) & 1 == 0 {
                all += 1;
                behind += usize::from(text[*from as usize] == b' ');
            }
        }
    }
    behind > 1 && behind * 20 >= all * 19
}
