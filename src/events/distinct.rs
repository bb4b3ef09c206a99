//! How many distinct values a column has: exactly while there are few, about so beyond.

use hashbrown::HashTable;

/// Up to so many they are counted one by one.
const EXACT: usize = 100_000;
/// Of a hash, so many bits choose a register.
const BITS: u32 = 14;

/// The largest number of leading zeros met in each part of the hashes (HyperLogLog; Flajolet and others, 2007).
#[derive(Clone, Debug)]
struct Registers(Vec<u8>);

impl Registers {
    fn new() -> Self {
        Self(vec![0; 1 << BITS])
    }

    fn take(&mut self, hash: u64) {
        let at = (hash >> (64 - BITS)) as usize;
        let zeros = ((hash << BITS) | (1 << (BITS - 1))).leading_zeros() as u8 + 1;
        self.0[at] = self.0[at].max(zeros);
    }

    fn estimate(&self) -> u64 {
        let size = self.0.len() as f64;
        let sum: f64 = self.0.iter().map(|zeros| (-f64::from(*zeros)).exp2()).sum();
        (0.7213 / (1.0 + 1.079 / size) * size * size / sum) as u64
    }
}

/// Counts distinct hashes.
#[derive(Clone, Debug, Default)]
pub struct Distinct {
    seen: HashTable<u64>,
    many: Option<Registers>,
}

impl Distinct {
    /// Counts a value; whether it is known to be new.
    pub fn take(&mut self, hash: u64) -> bool {
        if let Some(registers) = &mut self.many {
            registers.take(hash);
            return false;
        }
        let new = match self.seen.entry(hash, |known| *known == hash, |known| *known) {
            hashbrown::hash_table::Entry::Occupied(_) => false,
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert(hash);
                true
            }
        };
        if self.seen.len() > EXACT {
            let mut registers = Registers::new();
            self.seen.iter().for_each(|hash| registers.take(*hash));
            self.seen = HashTable::new();
            self.many = Some(registers);
        }
        new
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        other.seen.iter().for_each(|hash| {
            self.take(*hash);
        });
        if let Some(theirs) = &other.many {
            let registers = self.many.get_or_insert_with(Registers::new);
            self.seen.iter().for_each(|hash| registers.take(*hash));
            self.seen = HashTable::new();
            registers.0.iter_mut().zip(&theirs.0).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
        }
    }

    /// How many: exactly up to [`EXACT`], beyond that within a few percent.
    pub fn count(&self) -> u64 {
        self.many.as_ref().map_or(self.seen.len() as u64, Registers::estimate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::dictionary::mix;

    #[test]
    fn few_are_counted_and_many_estimated() {
        let mut few = Distinct::default();
        (0..1000_u64).chain(500..1500).for_each(|value| {
            few.take(mix(value));
        });
        assert_eq!(few.count(), 1500);
        let mut many = Distinct::default();
        (0..3_000_000_u64).for_each(|value| {
            many.take(mix(value));
        });
        assert!((many.count() as f64 / 3e6 - 1.0).abs() < 0.04, "{}", many.count());
        few.merge(&many);
        assert_eq!(few.count(), many.count());
    }
}
