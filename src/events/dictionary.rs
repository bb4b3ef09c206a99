//! Distinct values, each stored once and numbered by first appearance.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::source::Cell;

/// Stands for "no value in this row".
pub const ABSENT: u32 = u32::MAX;

/// The hash that everything here is told apart by; the same in every run.
const HASHER: FixedState = FixedState::with_seed(0x2360_ed05_1fc6_5da4);

/// A text's hash.
#[inline]
pub fn hash_text(text: &[u8]) -> u64 {
    HASHER.hash_one(text)
}

/// A value's hash; `Absent` has none.
#[inline]
pub fn hash_plain(cell: Cell<'_>) -> u64 {
    let bits = match cell {
        Cell::Absent => 0,
        Cell::Text(text) => return hash_text(text.as_bytes()),
        Cell::Integer(value) => value as u64,
        Cell::Number(value) => value.to_bits(),
        Cell::Truth(value) => u64::from(value),
        Cell::Time(value) | Cell::Date(value) | Cell::Instant(value) => value.0 as u64,
    };
    mix(bits ^ u64::from(kind(cell)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A number for each kind of value.
#[inline]
fn kind(cell: Cell<'_>) -> u8 {
    match cell {
        Cell::Absent | Cell::Text(_) => 0,
        Cell::Integer(_) => 1,
        Cell::Number(_) => 2,
        Cell::Truth(_) => 3,
        Cell::Time(_) => 4,
        Cell::Date(_) => 5,
        Cell::Instant(_) => 6,
    }
}

/// A hash table's hash from a part of one: the table takes its lowest and its highest bits.
#[inline]
fn spread(part: u32) -> u64 {
    u64::from(part) << 32 | u64::from(part)
}

/// Scatters the bits of a number; different numbers stay different.
#[inline]
pub fn mix(value: u64) -> u64 {
    // The finish of SplitMix64 (Steele, Lea and Flood, 2014).
    let one = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let two = (one ^ (one >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    two ^ (two >> 31)
}

/// Texts one behind the other in one piece of memory.
#[derive(Clone, Debug, Default)]
pub struct Arena {
    text: String,
    ends: Vec<usize>,
}

impl Arena {
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    #[inline]
    pub fn get(&self, at: usize) -> &str {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[from..self.ends[at]]
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }
}

/// The distinct values of a whole column, by their spelling.
#[derive(Debug, Default)]
pub struct Dictionary {
    pub names: Arena,
    /// A part of each name's hash, and its number. The hash stands here so that a search hardly ever looks at other
    /// names than the one it finds.
    by_text: HashTable<(u32, u32)>,
    /// Values that are no texts in their file, so that each is spelled once only: hash, number, kind. The hash is the
    /// value itself with its bits scattered.
    by_value: HashTable<(u64, u32, u8)>,
}

impl Dictionary {
    /// A text's number, and whether it is new. `hash` is its [`hash_text`].
    pub fn text(&mut self, text: &str, hash: u64) -> (u32, bool) {
        let Self { names, by_text, .. } = self;
        let (part, next) = (hash as u32, names.len() as u32);
        let same = |(known, code): &(u32, u32)| *known == part && names.get(*code as usize) == text;
        match by_text.entry(spread(part), same, |(known, _)| spread(*known)) {
            hashbrown::hash_table::Entry::Occupied(known) => (known.get().1, false),
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert((part, next));
                names.push(text);
                (next, true)
            }
        }
    }

    /// The number of a value that is no text, and whether its spelling is new.
    pub fn plain(&mut self, cell: Cell<'static>) -> (u32, bool) {
        let (hash, kind) = (hash_plain(cell), kind(cell));
        if let Some((_, code, _)) = self.by_value.find(hash, |known| (known.0, known.2) == (hash, kind)) {
            return (*code, false);
        }
        let spelled = cell.spelled().unwrap_or_default();
        let (code, new) = self.text(&spelled, hash_text(spelled.as_bytes()));
        self.by_value.insert_unique(hash, (hash, code, kind), |known| known.0);
        (code, new)
    }

    /// Frees what only finding needs.
    pub fn into_names(self) -> Arena {
        self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_has_one_number_whatever_its_type() {
        let mut dictionary = Dictionary::default();
        let hashed = |text: &str| hash_text(text.as_bytes());
        assert_eq!(dictionary.text("12", hashed("12")), (0, true));
        assert_eq!(dictionary.text("é", hashed("é")), (1, true));
        assert_eq!(dictionary.plain(Cell::Integer(12)), (0, false));
        assert_eq!(dictionary.plain(Cell::Number(13.0)), (2, true));
        assert_eq!(dictionary.text("12", hashed("12")), (0, false));
        assert_eq!(dictionary.into_names().iter().collect::<Vec<_>>(), ["12", "é", "13"]);
    }
}
