//! What the values of a column say about how its times are written.

use std::collections::{BTreeMap, BTreeSet};

use super::DECISIVE;
use super::english::{English, english};
use super::formats::{pattern, shown};
use super::open::{Open, bit};
use super::reading::{Found, Reading};
use super::short_years::ShortYears;
use super::tongue::{ANY, Languages, words};
use crate::events::{EventsError, TwoReadings};
use crate::wording::counted;

/// A larger share of rows that cannot be read, or in two ways, is no matter of a few rows.
pub const FEW: f64 = 0.05;
/// So many names of months and zones are remembered.
const REMEMBERED: usize = 64;

/// The ways in which a column's times are written: mostly one, several where the writing changed within the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeNotations {
    /// Tried one after the other.
    readings: Vec<Reading>,
    /// The languages that its months are named in, where that matters.
    pub languages: Languages,
}

impl TimeNotations {
    /// One way.
    pub fn one(reading: Reading) -> Self {
        Self::new(&[reading], ANY)
    }

    /// The ways of somebody's own, where only the languages are open.
    pub fn of_languages(languages: Languages) -> Self {
        Self::new(&[], languages)
    }

    fn new(readings: &[Reading], languages: Languages) -> Self {
        let mut all = readings.to_vec();
        let mut add = |more: &[Reading]| {
            let new: Vec<Reading> = more.iter().filter(|reading| !all.contains(reading)).copied().collect();
            all.extend(new);
        };
        // What can be read in one way only is read so wherever it stands.
        if readings.iter().any(|reading| reading.is_count()) {
            add(&[Reading::Seconds, Reading::Millis, Reading::Micros, Reading::Nanos]);
        }
        if !readings.is_empty() {
            add(&[Reading::YearFirst]);
        }
        Self { readings: all, languages }
    }

    /// Whether times are read in this way among others.
    pub fn has(&self, reading: Reading) -> bool {
        self.readings.contains(&reading)
    }

    /// The time, by the first way that reads the text as it stands, or put into English.
    pub fn read(&self, text: &str) -> Option<Found> {
        let text = text.trim();
        let plain = |text: &str| self.readings.iter().find_map(|reading| reading.read_plain(text));
        plain(text).or_else(|| plain(&english(text, self.languages).filter(English::is_sure)?.text))
    }

    fn mask(&self) -> usize {
        self.readings.iter().fold(0, |mask, reading| mask | bit(*reading))
    }
}

/// The rows that the same readings can read.
#[derive(Clone, Debug, Default)]
struct Seen {
    rows: u64,
    first: String,
}

/// Which readings the values of a column allow.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The rows that can be read by exactly this set of readings (a bit each).
    rows: BTreeMap<usize, Seen>,
    /// For two readings, the first value that they read differently.
    differing: BTreeMap<(usize, usize), String>,
    /// Names of months in other languages than English, and what each can mean.
    months: BTreeMap<String, Vec<(u8, Languages)>>,
    /// Names of zones.
    zones: BTreeSet<String>,
    /// The ends of dates with years of two digits.
    short_years: ShortYears,
}

impl Evidence {
    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether no value can be read at all.
    pub fn is_hopeless(&self) -> bool {
        self.rows.keys().all(|mask| *mask == 0)
    }

    /// The first value, one that cannot be read before others.
    pub fn first(&self) -> Option<&str> {
        self.rows.values().next().map(|seen| seen.first.as_str())
    }

    /// Counts rows that one reading alone reads.
    pub fn count_one(&mut self, reading: Reading, text: &str) {
        self.count(bit(reading), 1, || text.to_owned());
    }

    /// Counts rows that these readings read.
    pub fn count(&mut self, mask: usize, rows: u64, text: impl FnOnce() -> String) {
        let seen = self.rows.entry(mask).or_default();
        if seen.rows == 0 {
            seen.first = text();
        }
        seen.rows += rows;
    }

    /// Tries every reading.
    pub fn weigh(&mut self, text: &str, rows: u64) {
        let trimmed = text.trim();
        let mut mask = self.readings_of(trimmed, text);
        if mask == 0
            && let Some(found) = english(trimmed, ANY)
        {
            mask = self.readings_of(&found.text, text);
            if mask != 0 {
                self.remember(&found);
            }
        }
        self.count(mask, rows, || text.to_owned());
    }

    /// The readings of a spelling, `text` in the log.
    fn readings_of(&mut self, spelling: &str, text: &str) -> usize {
        self.short_years.see(spelling);
        let found: [Option<Found>; Reading::ALL.len()] = Reading::ALL.map(|reading| reading.read_plain(spelling));
        let mut mask = 0;
        for (at, one) in found.iter().enumerate() {
            let Some(one) = one else { continue };
            mask |= 1 << at;
            for (before, other) in found[..at].iter().enumerate() {
                if other.is_some_and(|other| other != *one) && !self.differing.contains_key(&(before, at)) {
                    self.differing.insert((before, at), text.to_owned());
                }
            }
        }
        mask
    }

    /// Notes the names that stood in a time.
    pub fn remember(&mut self, found: &English) {
        if let Some(word) = found.word.as_ref().filter(|_| self.months.len() < REMEMBERED)
            && !self.months.contains_key(&word.word)
        {
            self.months.insert(word.word.clone(), word.months.clone());
        }
        if let Some(zone) = found.zone.as_ref().filter(|_| self.zones.len() < REMEMBERED)
            && !self.zones.contains(zone)
        {
            self.zones.insert(zone.clone());
        }
    }

    /// Adds the evidence of later rows.
    pub fn merge(&mut self, later: &Self) {
        for (mask, seen) in &later.rows {
            self.count(*mask, seen.rows, || seen.first.clone());
        }
        for (pair, text) in &later.differing {
            self.differing.entry(*pair).or_insert_with(|| text.clone());
        }
        for (word, months) in &later.months {
            self.months.entry(word.clone()).or_insert_with(|| months.clone());
        }
        self.zones.extend(later.zones.iter().cloned());
        self.short_years.merge(later.short_years);
    }

    /// The languages that name all the months so, where a name can mean several; any language elsewhere.
    pub fn languages(&self) -> Languages {
        if self.months.values().all(|months| months.len() == 1) {
            return ANY;
        }
        let all = |months: &Vec<(u8, Languages)>| months.iter().fold(0, |all, (_, languages)| all | languages);
        match self.months.values().fold(ANY, |common, months| common & all(months)) {
            0 => ANY,
            common => common,
        }
    }

    /// The ways that read the most, each of what those before it leave; they may not be the only ones.
    pub fn likeliest(&self) -> Option<TimeNotations> {
        let mut open = self.open();
        let mut readings = Vec::new();
        while let Some(best) = open.best().filter(|best| readings.is_empty() || open.joins(*best)) {
            readings.push(best);
            open.close(TimeNotations::new(&readings, ANY).mask());
        }
        (!readings.is_empty()).then(|| TimeNotations::new(&readings, self.languages()))
    }

    /// The ways that the values leave.
    ///
    /// # Errors
    /// No value can be read, or some in two ways that give different times.
    pub fn decide(&self, column: &str) -> Result<TimeNotations, EventsError> {
        let mut open = self.open();
        let mut readings: Vec<Reading> = Vec::new();
        while let Some(best) = open.best().filter(|best| readings.is_empty() || open.joins(*best)) {
            if let Some((rival, text)) = self.rival(best, &readings, &open) {
                if !readings.is_empty() && open.share(best) <= FEW {
                    break;
                }
                return Err(self.two_readings(column, [best, rival], text, &readings));
            }
            readings.push(best);
            open.close(TimeNotations::new(&readings, ANY).mask());
        }
        if readings.is_empty() {
            let detail = match self.first() {
                Some(text) => format!("it has values such as `{text}`"),
                None => "it is empty".to_owned(),
            };
            return Err(EventsError::NoUsableTime { column: column.to_owned(), detail });
        }
        let ways = TimeNotations::new(&readings, self.languages());
        self.check_months(column, ways.languages)?;
        Ok(ways)
    }

    /// All rows, by the readings that can read them.
    fn open(&self) -> Open {
        Open::of(self.rows.iter().map(|(mask, seen)| (self.short_years.narrowed(*mask), seen.rows)).collect())
    }

    /// Another reading that the open rows leave, with a value that it reads differently.
    fn rival(&self, best: Reading, before: &[Reading], open: &Open) -> Option<(Reading, &str)> {
        let most = open.readable(bit(best));
        let rivals = Reading::ALL.into_iter().filter(|rival| *rival != best && !before.contains(rival));
        rivals
            // A column all of whose numbers make dates and clocks is no count since 1970.
            .filter(|rival| {
                best != Reading::Compact
                    || matches!(rival, Reading::YearFirst | Reading::DayFirst | Reading::MonthFirst)
            })
            .find_map(|rival| {
                let pair = if (best as usize) < rival as usize { (best, rival) } else { (rival, best) };
                let text = self.differing.get(&(pair.0 as usize, pair.1 as usize))?;
                let either = open.readable(bit(best) | bit(rival));
                let open = open.readable(bit(rival)) == most || (most as f64) < DECISIVE * either as f64;
                open.then_some((rival, text.as_str()))
            })
    }

    fn two_readings(&self, column: &str, both: [Reading; 2], text: &str, before: &[Reading]) -> EventsError {
        // Rows that are written in another way need their own notation beside either.
        let others = before.iter().chain(&[Reading::YearFirst]).filter(|other| !both.contains(other));
        let mut beside: Vec<String> = others
            .filter_map(|other| {
                let alone = |(mask, _): &(&usize, &Seen)| *mask & bit(*other) != 0 && *mask & bit(both[0]) == 0;
                Some(pattern(*other, &self.rows.iter().find(alone)?.1.first) + "|")
            })
            .collect();
        beside.dedup();
        let format = |reading| beside.concat() + &pattern(reading, text);
        EventsError::AmbiguousTimes(Box::new(TwoReadings {
            column: column.to_owned(),
            example: text.to_owned(),
            first: shown(both[0], text),
            first_format: format(both[0]),
            second: shown(both[1], text),
            second_format: format(both[1]),
        }))
    }

    /// Refuses months' names that mean different months in the languages that are left.
    pub fn check_months(&self, column: &str, languages: Languages) -> Result<(), EventsError> {
        let open = |(word, months): (&String, &Vec<(u8, Languages)>)| {
            let left: Vec<String> = months
                .iter()
                .filter(|(_, of)| of & languages != 0)
                .map(|(month, of)| format!("month {month} in {}", words().names(of & languages)))
                .collect();
            (left.len() > 1).then(|| format!("`{word}` is {}, and no other month tells the language", left.join(", ")))
        };
        match self.months.iter().find_map(open) {
            Some(detail) => Err(EventsError::NoUsableTime { column: column.to_owned(), detail }),
            None => Ok(()),
        }
    }

    /// How many rows have something, and how many of them none of the ways reads.
    pub fn unreadable(&self, ways: &TimeNotations) -> (u64, u64) {
        let all = self.rows.values().map(|seen| seen.rows).sum();
        (all, self.rows.iter().filter(|(mask, _)| **mask & ways.mask() == 0).map(|(_, seen)| seen.rows).sum())
    }

    /// What the analyst should know about how the times are read.
    pub fn notes(&self, column: &str, ways: Option<&TimeNotations>) -> Vec<String> {
        let mut notes = Vec::new();
        let mut groups: Vec<(Reading, u64, &str)> = Vec::new();
        for (mask, seen) in &self.rows {
            let mut readings = ways.into_iter().flat_map(|ways| &ways.readings);
            let Some(reading) = readings.find(|reading| mask & bit(**reading) != 0) else { continue };
            match groups.iter_mut().find(|group| group.0 == *reading) {
                Some(group) => group.1 += seen.rows,
                None => groups.push((*reading, seen.rows, &seen.first)),
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.1));
        if groups.len() > 1 {
            let each = |(reading, rows, first): &(Reading, u64, &str)| {
                format!("{} {} (such as `{first}`)", counted(*rows, "row"), reading.words())
            };
            let groups: Vec<String> = groups.iter().map(each).collect();
            notes.push(format!("The times in `{column}` are not all written alike: {}.", groups.join(", ")));
        }
        if let Some((_, rows, first)) = groups.iter().find(|group| group.0 == Reading::WithoutDay) {
            notes.push(format!(
                "{rows} times in `{column}` name no day (such as `{first}`): each stands for the first day of its month, \
                 quarter or week."
            ));
        }
        if let Some((_, rows, first)) = groups.iter().find(|group| group.0 == Reading::ShortYearFirst)
            && self.short_years.year_first()
        {
            notes.push(format!(
                "{rows} times in `{column}` are read with the year first (such as `{first}`), as the numbers that stand \
                 first are few and those that stand last are many. If the day stands first, say so with --time-format."
            ));
        }
        if !self.zones.is_empty() {
            let zones: Vec<&str> = self.zones.iter().map(String::as_str).collect();
            notes.push(format!(
                "Times in `{column}` name a zone ({}) without its offset: they are taken as what clocks showed there.",
                zones.join(", ")
            ));
        }
        let languages = self.languages();
        if languages != ANY {
            notes.push(format!("The months in `{column}` are read as {} names them.", words().names(languages)));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_reading_is_the_first_that_reads_most() {
        let mut evidence = Evidence::default();
        evidence.weigh("01/02/2010", 1);
        assert_eq!(evidence.likeliest(), Some(TimeNotations::one(Reading::DayFirst)));
        evidence.weigh("02/13/2010", 1);
        assert_eq!(evidence.likeliest(), Some(TimeNotations::one(Reading::MonthFirst)));
    }
}
