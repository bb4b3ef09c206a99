//! Who took what, and when: the clean log as users × items.

use std::collections::HashMap;
use std::ops::Range;

use crate::calendar::WallTime;
use crate::events::{EventTable, Interned};

const MICROS_PER_DAY: f64 = 86_400_000_000.0;

/// A user took an item in a basket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Take {
    /// The item's number.
    pub item: u32,
    /// The text that the item had, by number in the event table.
    pub text: u32,
    /// When.
    pub time: WallTime,
    /// The basket's number, counted within the user; the calendar day where the log has no baskets.
    pub basket: u32,
}

/// The clean log as users × items. An item is what the item column says; a row without a code, and every row of a log
/// without such a column, is the item of its text.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// Each item's spelling in the log.
    pub items: Vec<String>,
    /// Where each user's takes begin; one more entry than users.
    pub offsets: Vec<usize>,
    /// By user, then by time.
    pub takes: Vec<Take>,
}

impl Taken {
    /// Reads them off the events.
    pub fn of(events: &EventTable) -> Self {
        let codes = events.item.as_ref().map_or(0, |item| item.names.len());
        let mut numbers: HashMap<usize, u32> = HashMap::new();
        let mut taken = Self { offsets: events.offsets.clone(), ..Self::default() };
        for user in events.user_ids() {
            let mut baskets: HashMap<i64, u32> = HashMap::new();
            for row in events.rows(user) {
                let code = events.item.as_ref().map_or(Interned::NONE, |item| item.codes[row]);
                let text = events.text[row];
                let (place, name) = match events.item.as_ref().and_then(|item| item.get(row)) {
                    Some(name) => (code as usize, name),
                    None => (codes + text.index(), events.texts[text.index()].as_str()),
                };
                let item = *numbers.entry(place).or_insert_with(|| {
                    taken.items.push(name.to_owned());
                    (taken.items.len() - 1) as u32
                });
                let basket = events.basket.as_ref().map_or(Interned::NONE, |basket| basket.codes[row]);
                let basket = if basket == Interned::NONE { -1 - events.time[row].day() } else { i64::from(basket) };
                let next = baskets.len() as u32;
                let basket = *baskets.entry(basket).or_insert(next);
                taken.takes.push(Take { item, text: text.0, time: events.time[row], basket });
            }
        }
        taken
    }

    /// The text that each item had most often before a cut, by item, as a number in the event table; 0 for items that
    /// nobody took before it.
    pub fn texts_before(&self, cut: WallTime) -> Vec<u32> {
        let mut texts: Vec<HashMap<u32, u32>> = vec![HashMap::new(); self.items.len()];
        for take in self.takes.iter().filter(|take| take.time < cut) {
            *texts[take.item as usize].entry(take.text).or_default() += 1;
        }
        texts.iter().map(most_often).collect()
    }

    /// How many users there are.
    pub fn users(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The takes of one user.
    pub fn rows(&self, user: usize) -> Range<usize> {
        self.offsets[user]..self.offsets[user + 1]
    }
}

/// The text with the highest count, of equals the first by number.
fn most_often(texts: &HashMap<u32, u32>) -> u32 {
    texts.iter().max_by_key(|(text, count)| (**count, u32::MAX - **text)).map_or(0, |(text, _)| *text)
}

/// Days from one time to a later one.
pub fn days(from: WallTime, to: WallTime) -> f32 {
    ((to.0 - from.0) as f64 / MICROS_PER_DAY) as f32
}

/// The time some days later.
pub fn plus_days(time: WallTime, days: i64) -> WallTime {
    WallTime(time.0.saturating_add(days.saturating_mul(86_400_000_000)))
}
