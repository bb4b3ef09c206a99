//! A column of written times: every value read as it comes, the evidence for each way of reading gathered, the way
//! decided over all values.

use std::collections::BTreeMap;

use super::reading::{Found, Reading};
use super::zone::Zone;
use super::{DECISIVE, by_format, check_format, pattern, shown};
use crate::events::{EventsError, TwoReadings};

/// Stands for a row without a time.
pub const NO_TIME: i64 = i64::MIN;
/// Stands for a row whose time cannot be read.
pub const UNREADABLE: i64 = i64::MIN + 1;

/// How the times of a column are read.
#[derive(Clone, Debug)]
pub enum How {
    /// As the analyst says.
    Format(String),
    /// In one of the ways known here.
    Reading(Reading),
}

/// Reads the times of a column.
#[derive(Clone, Debug)]
pub struct TimeReader {
    how: How,
    zone: Zone,
}

impl TimeReader {
    /// # Errors
    /// A format that could not write a time, an unknown zone.
    pub fn new(format: Option<&str>, zone: Option<&str>) -> Result<Self, EventsError> {
        let how = match format {
            Some(format) => {
                check_format(format)?;
                How::Format(format.to_owned())
            }
            None => How::Reading(Reading::YearFirst),
        };
        Ok(Self { how, zone: Zone::named(zone)? })
    }

    /// Whether times are to be read in this way already; if not, they are from now on.
    pub fn follow(&mut self, reading: Option<Reading>) -> bool {
        match (&mut self.how, reading) {
            (How::Reading(now), Some(better)) if *now != better => {
                *now = better;
                false
            }
            _ => true,
        }
    }

    /// The log's zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// A time written in the most frequent way, in microseconds on the log's wall clock; counted as evidence. None for
    /// all others.
    pub fn quick(&self, text: &str, evidence: &mut Evidence) -> Option<i64> {
        let How::Reading(reading) = &self.how else { return None };
        let found = iso(text.trim_ascii().as_bytes())?;
        // No other way reads what begins with four digits and a dash.
        evidence.count(1 << Reading::YearFirst as usize, 1, text);
        Some(if *reading == Reading::YearFirst { found.within(&self.zone).0 } else { UNREADABLE })
    }

    /// A written time in microseconds on the log's wall clock, or [`UNREADABLE`].
    pub fn value(&self, text: &str) -> i64 {
        let found = match &self.how {
            How::Format(format) => by_format(format, text.trim()),
            How::Reading(reading) => reading.read(text),
        };
        found.map_or(UNREADABLE, |found| found.within(&self.zone).0)
    }

    /// Counts a written time as evidence.
    pub fn weigh(&self, text: &str, rows: u64, evidence: &mut Evidence) {
        match &self.how {
            How::Format(format) => {
                evidence.count(usize::from(by_format(format, text.trim()).is_some()), rows, text);
            }
            How::Reading(_) => evidence.weigh(text, rows),
        }
    }

    /// Both.
    pub fn read(&self, text: &str, rows: u64, evidence: &mut Evidence) -> i64 {
        self.weigh(text, rows, evidence);
        self.value(text)
    }

    /// What the evidence says: the one way in which these values can be read; none where the analyst said how.
    ///
    /// # Errors
    /// No time can be read, or two readings remain that give different times.
    pub fn decide(&self, column: &str, evidence: &Evidence) -> Result<Option<Reading>, EventsError> {
        match &self.how {
            How::Reading(_) => evidence.decide(column).map(Some),
            How::Format(format) if evidence.rows.keys().all(|mask| *mask == 0) => {
                let detail = match &evidence.first {
                    Some(text) => format!("`{text}` is not written as '{format}'"),
                    None => "it is empty".to_owned(),
                };
                Err(EventsError::NoUsableTime { column: column.to_owned(), detail })
            }
            How::Format(_) => Ok(None),
        }
    }
}

/// Which readings the values of a column allow.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// How many rows can be read by exactly this set of readings (a bit each).
    rows: BTreeMap<usize, u64>,
    /// For two readings, the first value that they read differently.
    differing: BTreeMap<(usize, usize), String>,
    first: Option<String>,
}

impl Evidence {
    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn count(&mut self, mask: usize, rows: u64, text: &str) {
        *self.rows.entry(mask).or_default() += rows;
        if self.first.is_none() {
            self.first = Some(text.to_owned());
        }
    }

    /// Tries every reading.
    fn weigh(&mut self, text: &str, rows: u64) {
        let found: [Option<Found>; Reading::ALL.len()] = Reading::ALL.map(|reading| reading.read(text));
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
        self.count(mask, rows, text);
    }

    /// Adds the evidence of later rows.
    pub fn merge(&mut self, later: &Self) {
        later.rows.iter().for_each(|(mask, rows)| *self.rows.entry(*mask).or_default() += rows);
        for (pair, text) in &later.differing {
            self.differing.entry(*pair).or_insert_with(|| text.clone());
        }
        if self.first.is_none() {
            self.first.clone_from(&later.first);
        }
    }

    /// How many rows one of these readings can read.
    fn readable(&self, readings: usize) -> u64 {
        self.rows.iter().filter(|(mask, _)| **mask & readings != 0).map(|(_, rows)| rows).sum()
    }

    /// The reading that reads the most, the first of several; it may not be the only one.
    pub fn likeliest(&self) -> Option<Reading> {
        let rows = |reading: &Reading| self.readable(1 << *reading as usize);
        Reading::ALL.into_iter().rev().filter(|reading| rows(reading) > 0).max_by_key(rows)
    }

    /// The one reading that the values leave.
    fn decide(&self, column: &str) -> Result<Reading, EventsError> {
        let Some(best) = self.likeliest() else {
            let detail = match &self.first {
                Some(text) => format!("it has values such as `{text}`"),
                None => "it is empty".to_owned(),
            };
            return Err(EventsError::NoUsableTime { column: column.to_owned(), detail });
        };
        let most = self.readable(1 << best as usize);
        for rival in Reading::ALL.into_iter().filter(|rival| *rival != best) {
            // A column all of whose numbers make dates and clocks is no count since 1970.
            if best == Reading::Compact
                && !matches!(rival, Reading::YearFirst | Reading::DayFirst | Reading::MonthFirst)
            {
                continue;
            }
            let pair = if (best as usize) < rival as usize { (best, rival) } else { (rival, best) };
            let Some(text) = self.differing.get(&(pair.0 as usize, pair.1 as usize)) else { continue };
            let either = self.readable(1 << best as usize | 1 << rival as usize);
            if self.readable(1 << rival as usize) == most || (most as f64) < DECISIVE * either as f64 {
                return Err(EventsError::AmbiguousTimes(Box::new(TwoReadings {
                    column: column.to_owned(),
                    example: text.clone(),
                    first: shown(best, text),
                    first_format: pattern(best, text),
                    second: shown(rival, text),
                    second_format: pattern(rival, text),
                })));
            }
        }
        Ok(best)
    }
}

/// `2010-12-01`, `2010-12-01 08:26`, `2010-12-01T08:26:31.25`, with a `Z` at the end or not: by far the most frequent
/// ways to write a time, and so with a road of their own. None for all others, right or wrong.
fn iso(text: &[u8]) -> Option<Found> {
    let digit = |at: usize| -> Option<i64> {
        let value = text.get(at)?.wrapping_sub(b'0');
        (value < 10).then_some(i64::from(value))
    };
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    let is = |at: usize, byte: u8| text.get(at) == Some(&byte);
    if !(is(4, b'-') && is(7, b'-')) {
        return None;
    }
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || year == 0 {
        return None;
    }
    let days = days_since_1970(year, month, day);
    let midnight = days * 86_400_000_000;
    if text.len() == 10 {
        return Some(Found { micros: midnight, utc: false });
    }
    if !(is(10, b' ') || is(10, b'T')) || !is(13, b':') {
        return None;
    }
    let (hour, minute) = (two(11)?, two(14)?);
    let mut seconds = 0;
    let mut micros = 0;
    let mut at = 16;
    if is(at, b':') {
        seconds = two(17)?;
        at = 19;
        if is(at, b'.') {
            let mut worth = 100_000;
            at += 1;
            while let Some(value) = digit(at) {
                micros += value * worth;
                worth /= 10;
                at += 1;
            }
            if at == 20 {
                return None;
            }
        }
    }
    let utc = is(at, b'Z');
    if text.len() != at + usize::from(utc) || hour > 23 || minute > 59 || seconds > 59 {
        return None;
    }
    let clock = ((hour * 60 + minute) * 60 + seconds) * 1_000_000 + micros;
    Some(Found { micros: midnight + clock, utc })
}

/// The number of a day (Howard Hinnant's days_from_civil).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A count or a date written as a whole number, in microseconds, or [`UNREADABLE`].
pub fn read_integer(value: i64, reader: &TimeReader, evidence: &mut Evidence) -> i64 {
    let digits = value.unsigned_abs().max(1).ilog10();
    let (reading, per_count) = match digits {
        8..=10 => (Reading::Seconds, 1_000_000),
        12 => (Reading::Millis, 1000),
        14..=16 => (Reading::Micros, 1),
        // Other lengths may be dates as well as counts.
        _ => return reader.read(&value.to_string(), 1, evidence),
    };
    match &reader.how {
        How::Reading(wanted) => {
            if evidence.first.is_none() {
                evidence.first = Some(value.to_string());
            }
            *evidence.rows.entry(1 << reading as usize).or_default() += 1;
            let known = *wanted == reading;
            if known { reader.zone.wall(value.saturating_mul(per_count)).0 } else { UNREADABLE }
        }
        How::Format(_) => reader.read(&value.to_string(), 1, evidence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;

    #[test]
    fn the_short_road_reads_as_the_long_one() {
        for text in [
            "2010-12-01",
            "2012-02-29 23:59",
            "1900-02-28T00:00:00",
            "2000-02-29 08:26:31.25",
            "2010-12-01T08:26:31.123456789Z",
            "1969-12-31 23:59:59",
            "9999-12-31 23:59:59",
            "0001-01-01",
        ] {
            assert!(iso(text.as_bytes()).is_some(), "{text}");
        }
        for text in
            ["2011-02-29", "2010-13-01", "2010-12-01 24:00", "2010-12-01 08:26:60", "2010-12-0", "2010-12-01 08"]
        {
            assert_eq!(iso(text.as_bytes()), None, "{text}");
        }
        for day in (-200_000..400_000).step_by(17) {
            let text = format!("{} 08:26:31.25", WallTime(day * 86_400_000_000).datetime().date());
            if let Some(found) = iso(text.as_bytes()) {
                assert_eq!(Some(found), Reading::YearFirst.read(&text), "{text}");
            }
        }
    }

    #[test]
    fn the_likeliest_reading_is_the_first_that_reads_most() {
        let reader = TimeReader::new(None, None).unwrap();
        let mut evidence = Evidence::default();
        reader.read("01/02/2010", 1, &mut evidence);
        assert_eq!(evidence.likeliest(), Some(Reading::DayFirst));
        reader.read("02/13/2010", 1, &mut evidence);
        assert_eq!(evidence.likeliest(), Some(Reading::MonthFirst));
    }
}
