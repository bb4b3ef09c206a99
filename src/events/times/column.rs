//! A column of written times: every value read as it comes, the evidence for each way of reading gathered, the way
//! decided over all values.

use super::evidence::{Evidence, TimeNotations};
use super::formats::Formats;
use super::iso::iso;
use super::read::from_other_beginning;
use super::reading::Reading;
use super::tongue::{ANY, Languages};
use super::zone::Zone;
use crate::events::EventsError;

/// Stands for a row without a time.
pub const NO_TIME: i64 = i64::MIN;
/// Stands for a row whose time cannot be read.
pub const UNREADABLE: i64 = i64::MIN + 1;

/// How the times of a column are read.
#[derive(Clone, Debug)]
enum How {
    /// As the analyst says, the months named in one of these languages.
    Formats(Formats, Languages),
    /// In ways known here.
    TimeNotations(TimeNotations),
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
            Some(format) => How::Formats(Formats::new(format)?, ANY),
            None => How::TimeNotations(TimeNotations::one(Reading::YearFirst)),
        };
        Ok(Self { how, zone: Zone::named(zone)? })
    }

    /// Whether times are to be read in this way already; if not, they are from now on.
    pub fn follow(&mut self, ways: Option<TimeNotations>) -> bool {
        match (&mut self.how, ways) {
            (How::TimeNotations(now), Some(better)) if *now != better => {
                *now = better;
                false
            }
            (How::Formats(_, now), Some(better)) if *now != better.languages => {
                *now = better.languages;
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
        let How::TimeNotations(_) = &self.how else { return None };
        let found = iso(text.trim_ascii().as_bytes())?;
        // No other way reads what begins with four digits and a dash, and every column is read in this one too.
        evidence.count_one(Reading::YearFirst, text);
        Some(found.within(&self.zone).0)
    }

    /// A written time in microseconds on the log's wall clock, or [`UNREADABLE`].
    pub fn value(&self, text: &str) -> i64 {
        let found = match &self.how {
            How::Formats(formats, among) => formats
                .read(text, *among)
                .filter(|(_, english)| english.as_ref().is_none_or(super::english::English::is_sure))
                .map(|(found, _)| found),
            How::TimeNotations(ways) => ways.read(text),
        };
        found.map_or(UNREADABLE, |found| found.within(&self.zone).0)
    }

    /// Counts a written time as evidence.
    pub fn weigh(&self, text: &str, rows: u64, evidence: &mut Evidence) {
        match &self.how {
            How::Formats(formats, _) => {
                let found = formats.read(text, ANY);
                evidence.count(usize::from(found.is_some()), rows, || text.to_owned());
                if let Some((_, Some(english))) = found {
                    evidence.remember(&english);
                }
            }
            How::TimeNotations(_) => evidence.weigh(text, rows),
        }
    }

    /// Both.
    pub fn read(&self, text: &str, rows: u64, evidence: &mut Evidence) -> i64 {
        self.weigh(text, rows, evidence);
        self.value(text)
    }

    /// What the evidence says: the ways in which these values are read; of the analyst's own, only the languages.
    ///
    /// # Errors
    /// No time can be read, or two readings remain that give different times.
    pub fn decide(&self, column: &str, evidence: &Evidence) -> Result<Option<TimeNotations>, EventsError> {
        match &self.how {
            How::TimeNotations(_) => evidence.decide(column).map(Some),
            How::Formats(formats, _) if evidence.is_hopeless() => {
                let detail = match evidence.first() {
                    Some(text) => format!("`{text}` is not written as '{formats}'"),
                    None => "it is empty".to_owned(),
                };
                Err(EventsError::NoUsableTime { column: column.to_owned(), detail })
            }
            How::Formats(..) => {
                let languages = evidence.languages();
                evidence.check_months(column, languages)?;
                Ok(Some(TimeNotations::of_languages(languages)))
            }
        }
    }

    /// What the analyst should know about how the times are read.
    pub fn notes(&self, column: &str, evidence: &Evidence) -> Vec<String> {
        match &self.how {
            How::TimeNotations(ways) => evidence.notes(column, Some(ways)),
            How::Formats(..) => evidence.notes(column, None),
        }
    }

    /// How many rows have something written, and how many of these cannot be read.
    pub fn unreadable(&self, evidence: &Evidence) -> (u64, u64) {
        match &self.how {
            How::TimeNotations(ways) => evidence.unreadable(ways),
            How::Formats(..) => evidence.unreadable(&TimeNotations::one(Reading::YearFirst)),
        }
    }
}

/// A count or a date written as a whole number, in microseconds, or [`UNREADABLE`].
pub fn read_integer(value: i64, reader: &TimeReader, evidence: &mut Evidence) -> i64 {
    let digits = value.unsigned_abs().max(1).ilog10();
    let (reading, per_count) = match digits {
        // From 1900010100 on these may be a day and an hour.
        8..=10 if !(1_900_010_100..2_200_000_000).contains(&value) => (Reading::Seconds, 1_000_000),
        12 => (Reading::Millis, 1000),
        14..=16 if from_other_beginning(value).is_none() => (Reading::Micros, 1),
        // Other lengths may be dates as well as counts.
        _ => return reader.read(&value.to_string(), 1, evidence),
    };
    match &reader.how {
        How::TimeNotations(ways) => {
            evidence.count(1 << reading as usize, 1, || value.to_string());
            let known = ways.has(reading);
            if known { reader.zone.wall(value.saturating_mul(per_count)).0 } else { UNREADABLE }
        }
        How::Formats(..) => reader.read(&value.to_string(), 1, evidence),
    }
}
