//! What a column holds, gathered while the log is read.

use super::dictionary::{Arena, Dictionary};
use super::digest::{ColumnUse, Fresh, Part, Readers, SAMPLE, digest};
use super::distinct::Distinct;
use super::numbers::parse_number;
use super::source::{Cell, Cells};
use super::times::{self, TimeReader};
use super::units::means_absent;

/// How many examples a column shows.
const EXAMPLES: usize = 5;

/// What a column's distinct values look like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Looks {
    /// Values looked at.
    pub values: u32,
    pub integers: u32,
    pub numbers: u32,
    pub truths: u32,
    pub times: u32,
    pub dates: u32,
    /// Values with a letter of any script in them.
    pub with_letters: u32,
    /// Of these, codes and addresses: values without a space that have a digit or an `@` in them.
    pub coded: u32,
    /// Words in all.
    pub words: u32,
    /// Months, quarters and weeks without a day.
    pub months: u32,
    /// Of `times` and `dates`, those that the file itself types as such.
    pub typed_times: u32,
}

/// One column's tally.
#[derive(Debug, Default)]
pub struct Profile {
    pub name: String,
    pub nulls: u64,
    pub looks: Looks,
    /// The distinct values, where codes were wanted.
    pub dictionary: Dictionary,
    pub examples: Vec<String>,
    /// Its values are of a type that cannot be read.
    pub unreadable: Option<String>,
    /// Only the kind is asked of the looks, so that nothing is looked at once it is settled.
    brief: bool,
    distinct: Distinct,
    kept: u64,
}

impl Profile {
    /// An empty tally.
    pub fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// An empty tally of whose looks only the kind is asked. It is soon settled for words, and to look at words is slow.
    pub fn brief(name: String) -> Self {
        Self { name, brief: true, ..Self::default() }
    }

    /// Counts a batch, keeping its distinct values.
    pub fn observe(&mut self, cells: &Cells, times: &TimeReader) {
        let part = digest(cells, ColumnUse::Codes, 0, &Readers { times, decimal: None });
        self.absorb(&part, true);
    }

    /// Counts a batch. With `keep`, its distinct values are kept; the answer tells then the number of each.
    pub fn absorb(&mut self, part: &Part, keep: bool) -> Vec<u32> {
        self.nulls += part.nulls;
        let mut codes = Vec::with_capacity(if keep { part.hashes.len() } else { 0 });
        let met = match &part.fresh {
            Fresh::Texts(texts) => texts.len(),
            Fresh::Plain(values) => values.len(),
        };
        for (at, hash) in part.hashes.iter().copied().enumerate().take(met) {
            let cell = match &part.fresh {
                Fresh::Texts(texts) => Cell::Text(texts.get(at)),
                Fresh::Plain(values) => values[at],
            };
            let new = if keep {
                let (code, new) = match cell {
                    Cell::Text(text) => self.dictionary.text(text, hash),
                    _ => self.dictionary.plain(cell.plain().unwrap_or(Cell::Absent)),
                };
                codes.push(code);
                new
            } else {
                self.distinct.take(hash)
            };
            if new {
                self.meet(cell);
            }
        }
        if !keep {
            self.distinct.merge(&part.distinct);
        }
        codes
    }

    /// Counts rows in which the column is not there at all.
    pub fn observe_absent(&mut self, rows: usize) {
        self.nulls += rows as u64;
    }

    /// Gives the distinct values away; how many they were stays known.
    pub fn take_names(&mut self) -> Arena {
        let dictionary = std::mem::take(&mut self.dictionary);
        self.kept = dictionary.names.len() as u64;
        dictionary.into_names()
    }

    /// How many distinct values; about so, if there are very many that were not kept.
    pub fn distinct(&self) -> u64 {
        self.distinct.count().max(self.kept).max(self.dictionary.names.len() as u64)
    }

    /// The column's type in words.
    pub fn kind(&self) -> &'static str {
        let looks = self.looks;
        let all = |count: u32| looks.values > 0 && count == looks.values;
        if all(looks.truths) {
            "true/false"
        } else if all(looks.integers) {
            "integer"
        } else if all(looks.numbers) {
            "number"
        } else if all(looks.dates) {
            "date"
        } else if all(looks.times) {
            "time"
        } else {
            "text"
        }
    }

    /// A value not met before.
    fn meet(&mut self, cell: Cell<'_>) {
        if self.examples.len() < EXAMPLES {
            self.examples.extend(cell.spelled());
        }
        let settled = self.brief && self.looks.are_text();
        let looks = &mut self.looks;
        if settled || looks.values as usize >= SAMPLE {
            return;
        }
        looks.values += 1;
        match cell {
            Cell::Absent => {}
            Cell::Integer(_) => {
                looks.integers += 1;
                looks.numbers += 1;
            }
            Cell::Number(value) => {
                looks.numbers += 1;
                looks.integers += u32::from(value.fract() == 0.0);
            }
            Cell::Truth(_) => looks.truths += 1,
            Cell::Time(_) | Cell::Instant(_) => {
                looks.times += 1;
                looks.typed_times += 1;
            }
            Cell::Date(_) => {
                looks.times += 1;
                looks.dates += 1;
                looks.typed_times += 1;
            }
            Cell::Text(text) => looks.text(text.trim()),
        }
    }
}

/// The words of a text. Chinese and Japanese set none apart; two of their letters are about a word.
fn words(text: &str) -> u32 {
    let of = |part: &str| 1.max(part.chars().filter(|letter| matches!(letter, '\u{3040}'..='\u{9fff}')).count() / 2);
    text.split_whitespace().map(of).sum::<usize>() as u32
}

/// Whether a value with letters is a code (`79323P`, `user_000001`, a UUID) or an address (`ann@x.org`).
fn is_code(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii() || !letter.is_alphabetic();
    !text.contains(char::is_whitespace)
        && text.chars().all(plain)
        && text.contains(|letter: char| letter.is_ascii_digit() || letter == '@')
}

impl Looks {
    /// Whether the values are of no kind but text, which more of them cannot change.
    fn are_text(&self) -> bool {
        let kinds = [self.truths, self.integers, self.numbers, self.dates, self.times];
        self.values > 0 && kinds.iter().all(|count| *count < self.values)
    }

    fn text(&mut self, text: &str) {
        if means_absent(text) {
            self.values -= 1;
            return;
        }
        self.words += words(text);
        let letters = text.chars().any(char::is_alphabetic);
        self.with_letters += u32::from(letters);
        self.coded += u32::from(letters && is_code(text));
        if text.parse::<i64>().is_ok() {
            self.integers += 1;
            self.numbers += 1;
        } else if parse_number(text).is_some() {
            self.numbers += 1;
        } else if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            self.truths += 1;
        } else if let Some(clock) = times::looks_like_time(text) {
            self.times += 1;
            self.dates += u32::from(!clock);
        } else if times::looks_like_month(text) {
            self.months += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{NewChunkedArray as _, StringChunked};

    fn profile_of(values: &[Option<&str>]) -> Profile {
        let mut profile = Profile::new("c".into());
        let cells = Cells::Text(StringChunked::from_slice_options("".into(), values));
        profile.observe(&cells, &TimeReader::new(None, None).unwrap());
        profile
    }

    #[test]
    fn a_column_is_counted() {
        let profile = profile_of(&[Some("b"), None, Some("a"), Some("b")]);
        assert_eq!((profile.nulls, profile.distinct()), (1, 2));
        assert_eq!(profile.dictionary.names.iter().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(profile.kind(), "text");
    }

    #[test]
    fn the_kind_of_written_values_is_told() {
        for (values, kind) in [
            (["1", "-2"], "integer"),
            (["1", "2.5"], "number"),
            (["2010-01-31", "2010-02-01"], "date"),
            (["2010-01-31 08:00", "2010-02-01"], "time"),
            (["true", "False"], "true/false"),
            (["1", "one"], "text"),
        ] {
            assert_eq!(profile_of(&values.map(Some)).kind(), kind, "{values:?}");
        }
    }

    #[test]
    fn a_brief_look_tells_the_same_kind() {
        let words = ["12", "-2", "2.5", "2010-01-31", "2010-01-31 08:00", "true", "one two", "n/a", "", "2024-05"];
        for first in words {
            for second in words {
                for third in words {
                    let whole = profile_of(&[Some(first), Some(second), Some(third)]);
                    let mut brief = Profile::brief("c".into());
                    [first, second, third].iter().for_each(|word| brief.meet(Cell::Text(word)));
                    // Here equal values are met again, which makes no other kind.
                    assert_eq!(brief.kind(), whole.kind(), "{first}, {second}, {third}");
                }
            }
        }
    }

    #[test]
    fn equal_values_have_equal_numbers_across_batches() {
        let mut profile = Profile::new("c".into());
        let times = &Readers { times: &TimeReader::new(None, None).unwrap(), decimal: None };
        let batch = |values: &[&str]| Cells::Text(StringChunked::from_slice("".into(), values));
        let first = digest(&batch(&["x", "y", "x"]), ColumnUse::Codes, 0, times);
        let second = digest(&batch(&["y", "z"]), ColumnUse::Codes, 0, times);
        assert_eq!(first.codes, [0, 1, 0]);
        assert_eq!(profile.absorb(&first, true), [0, 1]);
        assert_eq!(profile.absorb(&second, true), [1, 2]);
        assert_eq!(first.row_hashes[1], second.row_hashes[0]);
        let mut counted = Profile::new("c".into());
        counted.absorb(&digest(&batch(&["x", "y", "x"]), ColumnUse::Looks, 0, times), false);
        assert_eq!((counted.distinct(), counted.dictionary.names.len()), (2, 0));
    }
}
