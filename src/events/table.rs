//! The clean log: compact columns, sorted by user and time.

use std::ops::Range;

use jiff::civil::Date;

use crate::calendar::WallTime;

/// A user's number within one [`EventTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct UserId(pub u32);

/// A text's number within one [`EventTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct TextId(pub u32);

impl UserId {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl TextId {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A column of repeated words: each distinct one stored once, the rows as numbers into them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interned {
    /// The distinct words, in order of first appearance.
    pub names: Vec<String>,
    /// One number a row, into `names`; [`Interned::NONE`] where the row had none.
    pub codes: Vec<u32>,
}

impl Interned {
    /// Stands for "no word in this row".
    pub const NONE: u32 = u32::MAX;

    /// The word of a row, if it has one.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.names.get(self.codes[row] as usize).map(String::as_str)
    }
}

/// What was bought back or called off. Returns are no interest events; they count against value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returns {
    /// Who returned.
    pub user: Vec<UserId>,
    /// When.
    pub time: Vec<WallTime>,
    /// The words of what was returned.
    pub text: Vec<TextId>,
    /// What it was worth, as a positive amount; 0 where the log has no value.
    pub value: Vec<f64>,
}

/// The events of a log, clean, sorted by user and within a user by time.
///
/// Row `i` of every column belongs to the same event. Users and texts are numbered from 0 in order of their spelling,
/// so the same log gives the same numbers whatever the order of its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventTable {
    /// Each user's spelling in the log, by [`UserId`].
    pub users: Vec<String>,
    /// Each distinct text, by [`TextId`].
    pub texts: Vec<String>,
    /// Where each user's rows begin; one more entry than users, the last is the number of events.
    pub offsets: Vec<usize>,
    /// When each event happened.
    pub time: Vec<WallTime>,
    /// What each event was, in words.
    pub text: Vec<TextId>,
    /// How many, where the log says.
    pub quantity: Option<Vec<f32>>,
    /// What each event was worth, where the log says.
    pub value: Option<Vec<f64>>,
    /// The item's code, where the log has one.
    pub item: Option<Interned>,
    /// The basket, order or visit, where the log has one.
    pub basket: Option<Interned>,
    /// The kind of event, where the log has one.
    pub kind: Option<Interned>,
    /// How much an event of each kind counts in interests, by the kind's number, and last that of events without one;
    /// empty where every event counts 1.
    pub kind_weights: Vec<f32>,
    /// The category, where the log has one.
    pub category: Option<Interned>,
    /// What came back.
    pub returns: Returns,
    /// The first and the last day that the log covers, where the analyst said so.
    pub covers: (Option<Date>, Option<Date>),
}

impl EventTable {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Every user's number.
    pub fn user_ids(&self) -> impl ExactSizeIterator<Item = UserId> + use<> {
        (0..self.users.len() as u32).map(UserId)
    }

    /// The rows of one user.
    pub fn rows(&self, user: UserId) -> Range<usize> {
        self.offsets[user.index()]..self.offsets[user.index() + 1]
    }

    /// How much an event counts in its user's interests.
    pub fn weight(&self, row: usize) -> f32 {
        match (self.kind_weights.split_last(), &self.kind) {
            (Some((without, weights)), Some(kind)) => {
                weights.get(kind.codes[row] as usize).copied().unwrap_or(*without)
            }
            _ => 1.0,
        }
    }

    /// The first and the last event's time; none in an empty table.
    pub fn span(&self) -> Option<(WallTime, WallTime)> {
        Some((*self.time.iter().min()?, *self.time.iter().max()?))
    }

    /// How many events before `until` each text has, by [`TextId`].
    pub fn text_counts_before(&self, until: WallTime) -> Vec<u32> {
        let mut counts = vec![0; self.texts.len()];
        for (text, _) in self.text.iter().zip(&self.time).filter(|(_, time)| **time < until) {
            counts[text.index()] += 1;
        }
        counts
    }

    /// How many events each text has, by [`TextId`].
    pub fn text_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.texts.len()];
        for text in &self.text {
            counts[text.index()] += 1;
        }
        counts
    }
}
