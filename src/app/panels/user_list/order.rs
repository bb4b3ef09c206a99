//! Which users the list shows, and in which order. Made once for a filter and a sorting, not once a frame.

use std::sync::Arc;

use crate::app::shown::Shown;
use crate::report::UserSummary;

/// What the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The user's spelling.
    User,
    /// Number of events.
    Events,
    /// Size of the largest change.
    Change,
    /// The last event.
    LastSeen,
    /// Probability of being active next.
    Active,
    /// Value so far.
    Value,
    /// Periods with activity.
    Periods,
    /// Leading interest now, by its name.
    Now,
    /// Leading interest next, by its name.
    Next,
}

impl Key {
    /// Whether its column holds numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Events | Self::LastSeen | Self::Active | Self::Value | Self::Periods)
    }
}

/// What an order was made from.
type Made = (usize, Key, bool, String);

/// The order of the list.
#[derive(Debug)]
pub struct Order {
    key: Key,
    falling: bool,
    lines: Arc<Vec<u32>>,
    made: Option<Made>,
}

impl Default for Order {
    fn default() -> Self {
        Self { key: Key::Events, falling: true, lines: Arc::default(), made: None }
    }
}

impl Order {
    /// Sorts by a column; again by the same column turns the order round.
    pub fn sort(&mut self, key: Key) {
        // Numbers are asked for largest first, words from A.
        let natural = key.is_number() || key == Key::Change;
        self.falling = if self.key == key { !self.falling } else { natural };
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

    /// The users' places in the outcome's list, filtered and sorted.
    pub fn of(&mut self, results: Shown, filter: &str) -> Arc<Vec<u32>> {
        let wanted = filter.trim().to_lowercase();
        let made = (results.run, self.key, self.falling, wanted);
        if self.made.as_ref() != Some(&made) {
            self.lines = Arc::new(lines(results, &made.3, self.key, self.falling));
            self.made = Some(made);
        }
        self.lines.clone()
    }
}

fn lines(results: Shown, wanted: &str, key: Key, falling: bool) -> Vec<u32> {
    let labels: Vec<String> = results.space.interests.iter().map(|found| found.label.to_lowercase()).collect();
    let label = |interest: u16| labels.get(usize::from(interest)).map(String::as_str).unwrap_or_default();
    let holds: Vec<bool> = labels.iter().map(|label| label.contains(wanted)).collect();
    let leads = |interest: Option<u16>| {
        interest.is_some_and(|interest| holds.get(usize::from(interest)).copied().unwrap_or(false))
    };
    let mut lines: Vec<u32> = (0..results.users.len() as u32)
        .filter(|line| {
            let summary = &results.users[*line as usize];
            wanted.is_empty()
                || leads(Some(summary.leading_now))
                || leads(summary.leading_next)
                || results
                    .events
                    .users
                    .get(summary.user.index())
                    .is_some_and(|name| name.to_lowercase().contains(wanted))
        })
        .collect();
    let size = |summary: &UserSummary| summary.largest_change.map_or(-1.0, |(_, change)| change.abs());
    lines.sort_by(|one, other| {
        let (a, b) = (&results.users[*one as usize], &results.users[*other as usize]);
        let ordering = match key {
            Key::User => a.user.cmp(&b.user),
            Key::Events => a.events.cmp(&b.events),
            Key::Change => size(a).total_cmp(&size(b)),
            Key::LastSeen => a.last.cmp(&b.last),
            Key::Active => a.p_active.unwrap_or(-1.0).total_cmp(&b.p_active.unwrap_or(-1.0)),
            Key::Value => a.value.total_cmp(&b.value),
            Key::Periods => a.active_periods.cmp(&b.active_periods),
            Key::Now => label(a.leading_now).cmp(label(b.leading_now)),
            Key::Next => a.leading_next.map(label).cmp(&b.leading_next.map(label)),
        };
        let ordering = if falling { ordering.reverse() } else { ordering };
        ordering.then(a.user.cmp(&b.user))
    });
    lines
}
