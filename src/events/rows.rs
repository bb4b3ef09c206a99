//! The rows of a log as numbers: gathered while it is read, judged when the whole is known.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::dictionary::{ABSENT, Arena, Dictionary, hash_text};
use super::digest::{ColumnUse, Part, SHOWN};
use super::guess::Cast;
use super::identity::{identities, renumber};
use super::pieces::counted;
use super::profile::Profile;
use super::source::Lines;
use super::tally::Tally;
use super::times::{Evidence, NO_TIME};
use super::units::means_absent;
use super::{EventsError, Reason, Role};

/// A column of numbers; NaN where a row has none.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    pub values: Vec<f64>,
    /// Whether any row has one.
    pub any: bool,
}

/// All rows whose fields could be told.
#[derive(Debug, Default)]
pub struct Rows {
    /// Where the rows of each batch begin, and their lines.
    pub lines: Vec<(usize, Lines)>,
    /// Each row's user; [`ABSENT`] where there is none.
    pub user: Vec<u32>,
    /// Microseconds on the log's wall clock, or why there are none (see [`super::times`]).
    pub time: Vec<i64>,
    /// Each row's text, as a number into `texts`; [`ABSENT`] where no word is left.
    pub text: Vec<u32>,
    /// Distinct texts, clean.
    pub texts: Arena,
    pub item: Vec<u32>,
    pub basket: Vec<u32>,
    pub kind: Vec<u32>,
    pub category: Vec<u32>,
    pub quantity: Option<Numbers>,
    pub price: Option<Numbers>,
    pub value: Option<Numbers>,
    /// What is wrong with a row apart from its time.
    pub fault: Vec<Option<Reason>>,
    /// Equal rows have equal hashes.
    pub hash: Vec<u64>,
    /// Rows in which something that is no number stands for a quantity, a price or a value; sorted.
    pub value_unknown: Vec<u32>,
    /// Of each role, the first rows whose number or time cannot be read, and what stands there.
    pub unreadable: HashMap<Role, Vec<(u32, String)>>,
    /// The spellings behind the numbers of each role.
    pub names: HashMap<Role, Arena>,
    /// What the analyst should know about users' and items' spellings.
    pub notes: Vec<String>,
}

impl Rows {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.hash.len()
    }

    /// The spellings behind the numbers of a role.
    pub fn names(&self, role: Role) -> Option<&Arena> {
        self.names.get(&role)
    }

    /// Where a row stands in its file.
    pub fn line(&self, row: usize) -> u64 {
        let at = self.lines.partition_point(|(first, _)| *first <= row);
        at.checked_sub(1).map_or(0, |at| self.lines[at].1.of(row - self.lines[at].0))
    }
}

/// What is wanted of a column that plays this role.
pub fn wanted(role: Option<Role>) -> ColumnUse {
    match role {
        None => ColumnUse::Looks,
        Some(Role::Time) => ColumnUse::Times,
        Some(Role::Quantity | Role::Price | Role::Value) => ColumnUse::Numbers,
        Some(_) => ColumnUse::Codes,
    }
}

/// A column as it grows.
#[derive(Debug)]
struct Column {
    profile: Profile,
    role: Option<Role>,
    codes: Vec<u32>,
    numbers: Vec<f64>,
    bad: Vec<u32>,
    times: Vec<i64>,
    unreadable: Vec<(u32, String)>,
    evidence: Evidence,
    typed_times: bool,
}

/// A batch reduced.
pub struct Digest {
    /// Each column there, by its place among the log's columns.
    pub parts: Vec<(usize, Part)>,
    /// The rows' hashes.
    pub hash: Vec<u64>,
    /// The rows that a filter leaves out.
    pub filtered: Vec<u32>,
    pub lines: Lines,
    pub torn: Vec<(u64, Reason)>,
}

/// Gathers rows.
pub struct Gather {
    columns: Vec<Column>,
    lines: Vec<(usize, Lines)>,
    hash: Vec<u64>,
    /// Rows that a filter leaves out, ascending.
    filtered: Vec<u32>,
    /// Rows in all, where that is known, so that the columns grow at once.
    expected: usize,
    pub tally: Tally,
}

impl Gather {
    pub fn new(names: &[String], cast: &Cast) -> Self {
        let mut gather = Self {
            columns: Vec::new(),
            lines: Vec::new(),
            hash: Vec::new(),
            filtered: Vec::new(),
            expected: 0,
            tally: Tally::default(),
        };
        names.iter().enumerate().for_each(|(at, name)| gather.add(name, cast.part(at).map(|part| part.0)));
        gather
    }

    fn add(&mut self, name: &str, role: Option<Role>) {
        let mut profile = Profile::brief(name.to_owned());
        profile.observe_absent(self.hash.len());
        self.columns.push(Column {
            profile,
            role,
            codes: Vec::new(),
            numbers: Vec::new(),
            bad: Vec::new(),
            times: Vec::new(),
            unreadable: Vec::new(),
            evidence: Evidence::default(),
            typed_times: false,
        });
    }

    /// Makes room for so many rows in all.
    pub fn expect(&mut self, rows: u64) {
        self.expected = usize::try_from(rows.min(u64::from(u32::MAX))).unwrap_or_default();
        self.hash.reserve_exact(self.expected.saturating_sub(self.hash.len()));
    }

    /// Takes the next batch. `names` are the log's columns so far.
    ///
    /// # Errors
    /// More rows than can be numbered.
    pub fn take(&mut self, batch: Digest, names: &[String]) -> Result<(), EventsError> {
        for name in &names[self.columns.len()..] {
            self.add(name, None);
        }
        let (before, count, expected) = (self.hash.len(), batch.hash.len(), self.expected);
        self.tally.rows_read += (count + batch.torn.len()) as u64;
        if self.tally.rows_read >= u64::from(u32::MAX) {
            return Err(EventsError::TooLong { limit: u64::from(u32::MAX) });
        }
        batch.torn.iter().for_each(|(line, reason)| self.tally.reject(*reason, *line));
        let mut parts: Vec<Option<Part>> = Vec::new();
        parts.resize_with(self.columns.len(), || None);
        batch.parts.into_iter().for_each(|(place, part)| parts[place] = Some(part));
        self.columns.par_iter_mut().zip(parts).for_each(|(column, part)| match part {
            Some(part) => column.take(part, before, expected),
            None => column.profile.observe_absent(count),
        });
        self.hash.extend(batch.hash);
        self.filtered.extend(batch.filtered.iter().map(|row| row + before as u32));
        self.lines.push((before, batch.lines));
        Ok(())
    }

    /// What the time column's values say about how they are written; none where the file types them.
    pub fn evidence(&self) -> Option<(&str, &Evidence)> {
        let column = self.columns.iter().find(|column| column.role == Some(Role::Time))?;
        let typed = column.typed_times && column.evidence.is_empty();
        (!typed && !self.hash.is_empty()).then_some((column.profile.name.as_str(), &column.evidence))
    }

    /// The distinct texts as the log spells them, blank ones left out, those of several columns joined by `, `.
    pub fn texts(self, cast: &Cast) -> Vec<String> {
        let spelled = |text: &&str| !text.trim().is_empty();
        let columns: Vec<&Column> = cast.all(Role::Text).filter_map(|at| self.columns.get(at)).collect();
        if let ([column], []) = (columns.as_slice(), self.filtered.as_slice()) {
            return column.profile.dictionary.names.iter().filter(spelled).map(ToOwned::to_owned).collect();
        }
        let rows: HashSet<Vec<u32>> = (0..self.hash.len())
            .filter(|row| self.filtered.binary_search(&(*row as u32)).is_err())
            .map(|row| columns.iter().map(|column| column.codes[row]).collect())
            .collect();
        rows.into_iter()
            .map(|codes| {
                let some = columns.iter().zip(codes).filter(|(_, code)| *code != ABSENT);
                let words = some.map(|(column, code)| column.profile.dictionary.names.get(code as usize));
                words.filter(spelled).collect::<Vec<_>>().join(", ")
            })
            .filter(|text| !text.is_empty())
            .collect()
    }

    /// The whole, once all is read.
    pub fn finish(self, cast: &Cast) -> (Rows, Vec<Profile>, Tally) {
        let mut rows = Rows { lines: self.lines, hash: self.hash, ..Rows::default() };
        let count = rows.len();
        rows.fault = vec![None; count];
        let texts: Vec<usize> = cast.all(Role::Text).collect();
        let mut parts: HashMap<usize, (Vec<u32>, Arena)> = HashMap::new();
        let mut profiles = Vec::new();
        let mut uncounted = Vec::new();
        for (at, column) in self.columns.into_iter().enumerate() {
            let Column { mut profile, role, mut codes, numbers, bad, times, unreadable, .. } = column;
            let names = profile.take_names();
            profiles.push(profile);
            let Some(role) = role else { continue };
            if texts.contains(&at) {
                for role in cast.besides_text(at) {
                    match role {
                        Role::Item => rows.item.clone_from(&codes),
                        Role::Kind => rows.kind.clone_from(&codes),
                        Role::Category => rows.category.clone_from(&codes),
                        _ => continue,
                    }
                    rows.names.insert(role, names.clone());
                }
                parts.insert(at, (codes, names));
                continue;
            }
            rows.value_unknown.extend(&bad);
            rows.unreadable.insert(role, unreadable);
            if role == Role::Quantity {
                uncounted = bad;
            }
            if !codes.is_empty() {
                let none: Vec<bool> = names.iter().map(|name| means_absent(name.trim())).collect();
                if none.contains(&true) {
                    let nothing = |code: &&mut u32| none.get(**code as usize) == Some(&true);
                    codes.par_iter_mut().filter(nothing).for_each(|code| *code = ABSENT);
                }
            }
            if matches!(role, Role::User | Role::Item) {
                let counts = || {
                    counted(codes.len(), names.len(), |row| Some(codes[row] as usize).filter(|at| *at < names.len()))
                };
                let found = identities(role, &names, counts);
                rows.notes.extend(found.notes);
                if !found.stands_for.is_empty() {
                    renumber(&mut codes, &found.stands_for);
                }
            }
            let numbers = || Some(Numbers { any: numbers.par_iter().any(|value| !value.is_nan()), values: numbers });
            match role {
                Role::User => rows.user = codes,
                Role::Time => rows.time = times,
                Role::Item => rows.item = codes,
                Role::Basket => rows.basket = codes,
                Role::Kind => rows.kind = codes,
                Role::Category => rows.category = codes,
                Role::Quantity => rows.quantity = numbers(),
                Role::Price => rows.price = numbers(),
                Role::Value => rows.value = numbers(),
                Role::Text => {}
            }
            rows.names.insert(role, names);
        }
        rows.value_unknown.sort_unstable();
        rows.value_unknown.dedup();
        // A price times nobody knows how many is nobody knows what.
        if let Some(price) = &mut rows.price {
            uncounted.iter().for_each(|row| price.values[*row as usize] = f64::NAN);
        }
        let columns: Vec<(Vec<u32>, Arena)> = texts.iter().filter_map(|at| parts.remove(at)).collect();
        (rows.text, rows.texts) = clean_texts(columns);
        let no_text = rows.text.par_iter().map(|text| *text == ABSENT);
        rows.fault
            .par_iter_mut()
            .zip(no_text)
            .filter(|(_, none)| *none)
            .for_each(|(fault, _)| *fault = Some(Reason::NoText));
        self.filtered.iter().for_each(|row| rows.fault[*row as usize] = Some(Reason::FilteredOut));
        (rows, profiles, self.tally)
    }
}

impl Column {
    fn take(&mut self, part: Part, before: usize, expected: usize) {
        let keep = wanted(self.role) == ColumnUse::Codes;
        let codes = self.profile.absorb(&part, keep);
        let room = |now: usize| expected.saturating_sub(now);
        if keep {
            self.codes.reserve_exact(room(self.codes.len()));
            self.codes.extend(part.codes.iter().map(|code| codes.get(*code as usize).copied().unwrap_or(ABSENT)));
        }
        if !part.numbers.is_empty() {
            self.numbers.reserve_exact(room(self.numbers.len()));
        }
        if !part.times.is_empty() {
            self.times.reserve_exact(room(self.times.len()));
            self.typed_times |= part.evidence.is_empty() && part.times.iter().any(|time| *time != NO_TIME);
        }
        self.numbers.extend(part.numbers);
        self.times.extend(part.times);
        self.bad.extend(part.bad.iter().map(|row| row + before as u32));
        let shown = part.unreadable.into_iter().map(|(row, text)| (row + before as u32, text));
        self.unreadable.extend(shown.take(SHOWN.saturating_sub(self.unreadable.len())));
        self.evidence.merge(&part.evidence);
    }
}

/// The texts of all rows, without idle spaces, those of several columns joined by `, `.
fn clean_texts(mut columns: Vec<(Vec<u32>, Arena)>) -> (Vec<u32>, Arena) {
    let mut clean = Dictionary::default();
    let mut number = |words: &[&str]| {
        let mut text = String::new();
        for word in words.iter().filter(|words| !means_absent(words.trim())).map(|words| words.split_whitespace()) {
            let before = text.len();
            for word in word {
                if !text.is_empty() {
                    text.push_str(if text.len() == before { ", " } else { " " });
                }
                text.push_str(word);
            }
        }
        if text.is_empty() { ABSENT } else { clean.text(&text, hash_text(text.as_bytes())).0 }
    };
    let mut text = match columns.len() {
        0 => Vec::new(),
        1 => {
            let (mut codes, names) = columns.remove(0);
            let cleaned: Vec<u32> = names.iter().map(|name| number(&[name])).collect();
            codes.par_iter_mut().for_each(|code| *code = cleaned.get(*code as usize).copied().unwrap_or(ABSENT));
            codes
        }
        _ => {
            let rows = columns[0].0.len();
            let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
            let mut text = Vec::with_capacity(rows);
            for row in 0..rows {
                let parts: Vec<u32> = columns.iter().map(|(codes, _)| codes[row]).collect();
                let code = match known.get(&parts) {
                    Some(code) => *code,
                    None => {
                        let some = columns.iter().zip(&parts).filter(|(_, code)| **code != ABSENT);
                        let words: Vec<&str> = some.map(|((_, names), code)| names.get(*code as usize)).collect();
                        let code = number(&words);
                        known.insert(parts, code);
                        code
                    }
                };
                text.push(code);
            }
            text
        }
    };
    text.shrink_to_fit();
    (text, clean.into_names())
}
