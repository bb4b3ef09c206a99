//! The rows of a column that no way of reading its times reads so far.

use super::reading::Reading;

/// A further way of writing is followed where this share of the rows is written so.
const JOINS: f64 = 0.01;

/// A reading as a bit.
pub fn bit(reading: Reading) -> usize {
    1 << reading as usize
}

/// The rows that no way reads so far.
pub struct Open {
    rows: Vec<(usize, u64)>,
    all: u64,
}

impl Open {
    /// Of all rows, counted by the readings that can read them (a bit each).
    pub fn of(rows: Vec<(usize, u64)>) -> Self {
        Self { all: rows.iter().map(|(_, rows)| rows).sum(), rows }
    }

    /// How many of them some of these readings read.
    pub fn readable(&self, mask: usize) -> u64 {
        self.rows.iter().filter(|(readings, _)| readings & mask != 0).map(|(_, rows)| rows).sum()
    }

    /// The reading that reads the most, the first of several.
    pub fn best(&self) -> Option<Reading> {
        let rows = |reading: &Reading| self.readable(bit(*reading));
        Reading::ALL.into_iter().rev().filter(|reading| rows(reading) > 0).max_by_key(rows)
    }

    /// Which part of all rows a reading reads of them.
    pub fn share(&self, reading: Reading) -> f64 {
        self.readable(bit(reading)) as f64 / self.all.max(1) as f64
    }

    /// Whether that is enough to follow it.
    pub fn joins(&self, reading: Reading) -> bool {
        self.share(reading) >= JOINS
    }

    /// Takes out what these readings read.
    pub fn close(&mut self, mask: usize) {
        self.rows.retain(|(readings, _)| readings & mask == 0);
    }
}
