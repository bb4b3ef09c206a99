//! The rows of a log as numbers, while it is read: before the whole is known and the rules can be applied.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::guess::Cast;
use super::log::spelling;
use super::numbers::{Amount, means_absent, parse_number};
use super::profile::{ABSENT, Profile};
use super::source::{Batch, Cell, Cells};
use super::tally::Tally;
use super::{EventsError, Reason, Role};
use crate::calendar::WallTime;

/// A row's time before the column's way of writing is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RawTime {
    Absent,
    Known(WallTime),
    /// A text, by its number among the time column's distinct values.
    Written(u32),
}

/// A column of numbers; NaN where a row has none.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    pub values: Vec<f64>,
    /// Whether any row has one.
    pub any: bool,
}

/// All rows but those without a user or with the wrong number of fields.
#[derive(Default)]
pub struct Rows {
    pub line: Vec<u64>,
    pub user: Vec<u32>,
    pub time: Vec<RawTime>,
    /// Each row's text, as a number into `texts`; [`ABSENT`] where no word is left.
    pub text: Vec<u32>,
    /// Distinct texts, clean.
    pub texts: Vec<String>,
    pub item: Vec<u32>,
    pub basket: Vec<u32>,
    pub kind: Vec<u32>,
    pub category: Vec<u32>,
    pub quantity: Option<Numbers>,
    pub price: Option<Numbers>,
    pub value: Option<Numbers>,
    /// What is wrong with a row apart from its time.
    pub fault: Vec<Option<Reason>>,
}

/// Gathers rows.
pub struct Gather<'a> {
    pub profiles: Vec<Profile>,
    pub rows: Rows,
    pub tally: Tally,
    cast: &'a Cast,
    seen: HashSet<u128>,
    /// For each distinct user, whether it stands for none.
    no_user: Vec<bool>,
    text_of: HashMap<Vec<u32>, u32>,
    text_codes: HashMap<String, u32>,
}

/// A large odd number, to mix with.
const MIX: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

impl<'a> Gather<'a> {
    pub fn new(names: &[String], cast: &'a Cast) -> Self {
        let profile = |(at, name): (usize, &String)| Profile::new(name.clone(), cast.plays(at));
        let numbers = |role| cast.of(role).map(|_| Numbers::default());
        Self {
            profiles: names.iter().enumerate().map(profile).collect(),
            rows: Rows {
                quantity: numbers(Role::Quantity),
                price: numbers(Role::Price),
                value: numbers(Role::Value),
                ..Rows::default()
            },
            tally: Tally::default(),
            cast,
            seen: HashSet::new(),
            no_user: Vec::new(),
            text_of: HashMap::new(),
            text_codes: HashMap::new(),
        }
    }

    /// Takes a batch whose columns stand at `places` among the log's columns, `names` in all.
    ///
    /// # Errors
    /// More rows than can be numbered.
    pub fn take(&mut self, batch: &Batch, places: &[usize], names: &[String]) -> Result<(), EventsError> {
        let before = self.tally.rows_read;
        for name in &names[self.profiles.len()..] {
            let mut profile = Profile::new(name.clone(), false);
            profile.observe_absent(before as usize);
            self.profiles.push(profile);
        }
        let count = batch.lines.len();
        self.tally.rows_read += (count + batch.ragged.len()) as u64;
        if self.tally.rows_read >= u64::from(u32::MAX) {
            return Err(EventsError::TooLong { limit: u64::from(u32::MAX) });
        }
        batch.ragged.iter().for_each(|line| self.tally.reject(Reason::RaggedLine, *line));

        let mut cells: Vec<Option<&Cells>> = vec![None; self.profiles.len()];
        places.iter().zip(&batch.columns).for_each(|(place, column)| cells[*place] = Some(column));
        let seen: Vec<(Vec<u32>, Vec<u64>)> = self
            .profiles
            .par_iter_mut()
            .zip(&cells)
            .map(|(profile, cells)| match cells {
                Some(cells) => profile.observe(cells),
                None => {
                    profile.observe_absent(count);
                    (Vec::new(), vec![0; count])
                }
            })
            .collect();

        let codes = |role| self.cast.of(role).map(|at| seen[at].0.as_slice());
        let Some(users) = codes(Role::User) else { return Ok(()) };
        let user_names = &self.profiles[self.cast.of(Role::User).unwrap_or_default()].names;
        for name in &user_names[self.no_user.len()..] {
            self.no_user.push(means_absent(name.trim()));
        }
        let kept: Vec<usize> =
            (0..count).filter(|row| users[*row] != ABSENT && !self.no_user[users[*row] as usize]).collect();
        let mut next_kept = kept.iter().copied().peekable();
        for (row, line) in batch.lines.iter().enumerate() {
            if next_kept.next_if_eq(&row).is_none() {
                self.tally.reject(Reason::NoUser, *line);
            }
        }

        let rows = &mut self.rows;
        rows.line.extend(kept.iter().map(|row| batch.lines[*row]));
        rows.user.extend(kept.iter().map(|row| users[*row]));
        for (role, into) in [
            (Role::Item, &mut rows.item),
            (Role::Basket, &mut rows.basket),
            (Role::Kind, &mut rows.kind),
            (Role::Category, &mut rows.category),
        ] {
            if let Some(from) = codes(role) {
                into.extend(kept.iter().map(|row| from[*row]));
            }
        }
        if let Some(at) = self.cast.of(Role::Time)
            && let Some(column) = cells[at]
        {
            let times = times(column, &seen[at].0);
            rows.time.extend(kept.iter().map(|row| times[*row]));
        }

        let mut bad = vec![false; count];
        for (role, into) in
            [(Role::Quantity, &mut rows.quantity), (Role::Price, &mut rows.price), (Role::Value, &mut rows.value)]
        {
            if let (Some(at), Some(into)) = (self.cast.of(role), into)
                && let Some(column) = cells[at]
            {
                let values = numbers(column, &mut bad);
                into.any |= values.iter().any(|value| !value.is_nan());
                into.values.extend(kept.iter().map(|row| values[*row]));
            }
        }

        let text_columns: Vec<usize> = self.cast.all(Role::Text).collect();
        for row in &kept {
            let parts: Vec<u32> = text_columns.iter().map(|at| seen[*at].0[*row]).collect();
            let text = match self.text_of.get(&parts) {
                Some(text) => *text,
                None => {
                    let text = self.text(&text_columns, &parts);
                    self.text_of.insert(parts, text);
                    text
                }
            };
            let mut hash = 0_u128;
            for (_, hashes) in &seen {
                hash = (hash ^ u128::from(hashes[*row])).wrapping_mul(MIX).rotate_left(43);
            }
            let again = !self.seen.insert(hash);
            self.rows.text.push(text);
            self.rows.fault.push(if text == ABSENT {
                Some(Reason::NoText)
            } else if bad[*row] {
                Some(Reason::UnreadableNumber)
            } else if again {
                Some(Reason::Duplicate)
            } else {
                None
            });
        }
        Ok(())
    }

    /// The number of a new combination of the text columns' values.
    fn text(&mut self, columns: &[usize], parts: &[u32]) -> u32 {
        let words: Vec<String> = columns
            .iter()
            .zip(parts)
            .filter_map(|(at, code)| spelling(&self.profiles[*at].names, *code))
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|text| !text.is_empty())
            .collect();
        if words.is_empty() {
            return ABSENT;
        }
        let text = words.join(", ");
        let next = self.rows.texts.len() as u32;
        let code = *self.text_codes.entry(text.clone()).or_insert(next);
        if code == next {
            self.rows.texts.push(text);
        }
        code
    }
}

/// Times the file types as such are known; others wait until the whole column is.
fn times(column: &Cells, codes: &[u32]) -> Vec<RawTime> {
    let mut times = Vec::with_capacity(codes.len());
    column.each(|cell| {
        times.push(match cell {
            Cell::Absent => RawTime::Absent,
            Cell::Time(time) | Cell::Date(time) => RawTime::Known(time),
            Cell::Text(text) if means_absent(text.trim()) => RawTime::Absent,
            _ => RawTime::Written(codes[times.len()]),
        });
    });
    times
}

/// Numbers, NaN where there is none; marks rows where something else stands.
fn numbers(column: &Cells, bad: &mut [bool]) -> Vec<f64> {
    let mut values = Vec::with_capacity(bad.len());
    column.each(|cell| {
        let amount = match cell {
            Cell::Absent => Amount::Absent,
            Cell::Integer(value) => Amount::Is(value as f64),
            Cell::Number(value) if value.is_finite() => Amount::Is(value),
            Cell::Text(text) if means_absent(text.trim()) => Amount::Absent,
            Cell::Text(text) => parse_number(text).map_or(Amount::Unreadable, Amount::Is),
            _ => Amount::Unreadable,
        };
        bad[values.len()] |= amount == Amount::Unreadable;
        values.push(if let Amount::Is(value) = amount { value } else { f64::NAN });
    });
    values
}
