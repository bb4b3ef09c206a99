//! In which order the trials stand.

use std::cmp::Ordering;

use crate::forecast::Tuning;

/// What trials can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Its number.
    Number,
    /// Width of the recurrent state.
    Width,
    /// Recurrent layers.
    Depth,
    /// Dropout.
    Dropout,
    /// Step size.
    LearningRate,
    /// Weight decay.
    WeightDecay,
    /// How far back it learns from.
    Window,
    /// How much activity and spend count beside the shares.
    Heads,
    /// Rounds it took part in.
    Round,
    /// Epochs learnt.
    Epochs,
    /// The best loss so far.
    Loss,
}

/// The order of the table.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    key: Key,
    falling: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { key: Key::Loss, falling: false }
    }
}

impl Order {
    /// Sorts by a column; again by the same column turns the order round.
    pub fn sort(&mut self, key: Key) {
        self.falling = if self.key == key { !self.falling } else { matches!(key, Key::Round | Key::Epochs) };
        self.key = key;
    }

    /// The sign behind a column's heading.
    pub fn mark(&self, key: Key) -> &'static str {
        match (self.key == key, self.falling) {
            (false, _) => "",
            (true, true) => "  ↓",
            (true, false) => "  ↑",
        }
    }

    /// The trials' places, sorted; equals by number.
    pub fn of(&self, trials: &Tuning) -> Vec<usize> {
        let mut places: Vec<usize> = (0..trials.trials.len()).collect();
        places.sort_by(|one, other| {
            let ordering = self.compare(trials, *one, *other);
            let ordering = if self.falling { ordering.reverse() } else { ordering };
            ordering.then(one.cmp(other))
        });
        places
    }

    fn compare(&self, trials: &Tuning, one: usize, other: usize) -> Ordering {
        let (a, b) = (&trials.trials[one], &trials.trials[other]);
        match self.key {
            Key::Number => one.cmp(&other),
            Key::Width => a.shape.hidden.cmp(&b.shape.hidden),
            Key::Depth => a.shape.layers.cmp(&b.shape.layers),
            Key::Dropout => a.shape.dropout.total_cmp(&b.shape.dropout),
            Key::LearningRate => a.shape.learning_rate.total_cmp(&b.shape.learning_rate),
            Key::WeightDecay => a.shape.weight_decay.total_cmp(&b.shape.weight_decay),
            // All of the past is longer than any part of it.
            Key::Window => a.shape.window.unwrap_or(i32::MAX).cmp(&b.shape.window.unwrap_or(i32::MAX)),
            Key::Heads => a.shape.heads.weight().partial_cmp(&b.shape.heads.weight()).unwrap_or(Ordering::Equal),
            Key::Round => a.rounds.cmp(&b.rounds),
            Key::Epochs => a.curve.len().cmp(&b.curve.len()),
            Key::Loss => a.loss.total_cmp(&b.loss),
        }
    }
}
