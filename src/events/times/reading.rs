//! The ways of reading written times, and what is read.

use jiff::civil::DateTime;

use super::zone::Zone;
use crate::calendar::WallTime;

/// A way to read times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// 2010-12-01 and the like; ISO 8601.
    YearFirst,
    /// 1/12/2010 is the first of December.
    DayFirst,
    /// 12/1/2010 is the first of December.
    MonthFirst,
    /// 10-12-01 is the first of December 2010.
    ShortYearFirst,
    /// 20101201, 20101201082600.
    Compact,
    /// Counts since 1970.
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// Days since the end of 1899, as spreadsheets count them, the time of day as a fraction.
    SheetDays,
    /// 2022-01, 01/2022, 202201 and quarters and weeks alike: their first day.
    WithoutDay,
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Microseconds since 1970.
    pub micros: i64,
    /// Whether they count in UTC; else they are what a clock on the wall showed.
    pub utc: bool,
}

impl Found {
    /// What a clock on the wall showed.
    pub fn wall(at: DateTime) -> Self {
        Self { micros: WallTime::from_datetime(at).0, utc: false }
    }

    /// What the clocks of a zone showed.
    pub fn within(self, zone: &Zone) -> WallTime {
        if self.utc { zone.wall(self.micros) } else { WallTime(self.micros) }
    }
}

impl Reading {
    /// All readings. Where two give the same times, the one named first is taken.
    pub const ALL: [Self; 11] = [
        Self::YearFirst,
        Self::DayFirst,
        Self::MonthFirst,
        Self::ShortYearFirst,
        Self::Compact,
        Self::Seconds,
        Self::Millis,
        Self::Micros,
        Self::Nanos,
        Self::SheetDays,
        Self::WithoutDay,
    ];

    /// Whether it counts from 1970.
    pub fn is_count(self) -> bool {
        matches!(self, Self::Seconds | Self::Millis | Self::Micros | Self::Nanos)
    }

    /// The reading in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::YearFirst => "with the year first, or the month in letters",
            Self::DayFirst => "with the day first",
            Self::MonthFirst => "with the month first",
            Self::ShortYearFirst => "with a year of two digits first",
            Self::Compact => "without signs between",
            Self::Seconds => "in seconds since 1970",
            Self::Millis => "in milliseconds since 1970",
            Self::Micros => "in microseconds since 1970",
            Self::Nanos => "in nanoseconds since 1970",
            Self::SheetDays => "in days as spreadsheets count them",
            Self::WithoutDay => "without a day",
        }
    }
}
