//! What a column holds, gathered while the log is read.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash as _, Hasher};

use super::numbers::parse_number;
use super::source::{Cell, Cells};
use super::times;

/// Stands for "no value in this row".
pub const ABSENT: u32 = u32::MAX;

/// How many examples a column shows.
const EXAMPLES: usize = 5;
/// Kinds of text columns are told from this many distinct values; more would only take longer.
const KIND_SAMPLE: usize = 20_000;

/// Keys that are hashes already.
#[derive(Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

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
    /// Words in all.
    pub words: u32,
    /// Of `times` and `dates`, those that the file itself types as such.
    pub typed_times: u32,
}

/// One column's tally.
pub struct Profile {
    pub name: String,
    pub nulls: u64,
    pub looks: Looks,
    /// Each distinct value's spelling, where `keep` asked for it.
    pub names: Vec<String>,
    pub examples: Vec<String>,
    /// Its values are of a type that cannot be read.
    pub unreadable: Option<String>,
    keep: bool,
    index: HashMap<u64, u32, BuildHasherDefault<Identity>>,
}

impl Profile {
    /// An empty tally. With `keep`, the distinct values are kept, else only counted.
    pub fn new(name: String, keep: bool) -> Self {
        Self {
            name,
            nulls: 0,
            looks: Looks::default(),
            names: Vec::new(),
            examples: Vec::new(),
            unreadable: None,
            keep,
            index: HashMap::default(),
        }
    }

    /// Counts a batch. Answers each row's number among the distinct values ([`ABSENT`] where there is none) and mixes
    /// each value into its row's hash.
    pub fn observe(&mut self, cells: &Cells) -> (Vec<u32>, Vec<u64>) {
        let mut codes = Vec::with_capacity(cells.len());
        let mut hashes = Vec::with_capacity(cells.len());
        cells.each(|cell| {
            let hash = hash(cell);
            hashes.push(hash);
            if cell == Cell::Absent {
                self.nulls += 1;
                codes.push(ABSENT);
                return;
            }
            let next = self.index.len() as u32;
            let code = *self.index.entry(hash).or_insert(next);
            if code == next {
                self.meet(cell);
            }
            codes.push(code);
        });
        (codes, hashes)
    }

    /// Counts rows in which the column is not there at all.
    pub fn observe_absent(&mut self, rows: usize) {
        self.nulls += rows as u64;
    }

    /// How many distinct values.
    pub fn distinct(&self) -> u64 {
        self.index.len() as u64
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
        if self.keep {
            self.names.push(cell.spelled().unwrap_or_default());
        }
        let looks = &mut self.looks;
        if looks.values as usize >= KIND_SAMPLE {
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
            Cell::Time(_) => {
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

impl Looks {
    fn text(&mut self, text: &str) {
        self.words += text.split_whitespace().count() as u32;
        self.with_letters += u32::from(text.chars().any(char::is_alphabetic));
        if text.is_empty() {
            self.values -= 1;
        } else if text.parse::<i64>().is_ok() {
            self.integers += 1;
            self.numbers += 1;
        } else if parse_number(text).is_some() {
            self.numbers += 1;
        } else if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            self.truths += 1;
        } else if let Some(clock) = times::looks_like_time(text) {
            self.times += 1;
            self.dates += u32::from(!clock);
        }
    }
}

/// A value's hash, the same in every run.
fn hash(cell: Cell<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match cell {
        Cell::Absent => return 0x9e37_79b9_7f4a_7c15,
        Cell::Text(text) => text.hash(&mut hasher),
        Cell::Integer(value) => (1_u8, value).hash(&mut hasher),
        Cell::Number(value) => (2_u8, value.to_bits()).hash(&mut hasher),
        Cell::Truth(value) => (3_u8, value).hash(&mut hasher),
        Cell::Time(value) => (4_u8, value).hash(&mut hasher),
        Cell::Date(value) => (5_u8, value).hash(&mut hasher),
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{NewChunkedArray as _, StringChunked};

    fn profile_of(values: &[Option<&str>]) -> Profile {
        let mut profile = Profile::new("c".into(), true);
        let cells = Cells::Text(StringChunked::from_slice_options("".into(), values));
        profile.observe(&cells);
        profile
    }

    #[test]
    fn a_column_is_counted() {
        let profile = profile_of(&[Some("b"), None, Some("a"), Some("b")]);
        assert_eq!((profile.nulls, profile.distinct()), (1, 2));
        assert_eq!(profile.names, ["b", "a"]);
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
    fn equal_values_have_equal_numbers_across_batches() {
        let mut profile = Profile::new("c".into(), false);
        let batch = |values: &[&str]| Cells::Text(StringChunked::from_slice("".into(), values));
        let (first, first_hashes) = profile.observe(&batch(&["x", "y"]));
        let (second, second_hashes) = profile.observe(&batch(&["y", "z"]));
        assert_eq!((first[1], second[1]), (second[0], 2));
        assert_eq!(first_hashes[1], second_hashes[0]);
        assert!(profile.names.is_empty());
    }
}
