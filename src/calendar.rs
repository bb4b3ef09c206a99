//! Wall-clock times to calendar periods.
//!
//! An event's time is a [`WallTime`]: what the clock on the wall showed where the log was kept. Zoned timestamps are
//! turned into the log's zone when they are read, so daylight saving cannot move an event into another day.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan as _};
use serde::{Deserialize, Serialize};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Microseconds on the log's wall clock since 1970-01-01 00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WallTime(pub i64);

impl WallTime {
    /// The time that a calendar date and clock show.
    pub fn from_datetime(datetime: DateTime) -> Self {
        let since = datetime.duration_since(Date::constant(1970, 1, 1).at(0, 0, 0, 0));
        Self(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    /// Calendar date and clock; times beyond year ±9999 are held at that limit.
    pub fn datetime(self) -> DateTime {
        let epoch = Date::constant(1970, 1, 1).at(0, 0, 0, 0);
        epoch.saturating_add(SignedDuration::from_micros(self.0))
    }

    /// Whole days since 1970-01-01.
    pub fn day(self) -> i64 {
        self.0.div_euclid(MICROS_PER_DAY)
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.datetime().strftime("%Y-%m-%dT%H:%M:%S"))
    }
}

/// How long a period is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    clap::ValueEnum,
    strum::Display,
    strum::EnumIter,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum PeriodLength {
    /// Calendar days.
    Day,
    /// Weeks from Monday.
    Week,
    /// Calendar months.
    Month,
}

impl PeriodLength {
    /// How many periods make one turn of the season: the same month or week a year ago, the same weekday a week ago.
    pub fn season(self) -> i32 {
        match self {
            Self::Day => 7,
            Self::Week => 52,
            Self::Month => 12,
        }
    }

    /// Roughly how many periods make a year.
    pub fn per_year(self) -> f64 {
        match self {
            Self::Day => 365.25,
            Self::Week => 52.18,
            Self::Month => 12.0,
        }
    }
}

/// A calendar period's number, counted from the one that holds 1970-01-01. Meaningful with its [`Calendar`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period(pub i32);

impl Period {
    /// The period `steps` later (earlier, if negative).
    pub fn plus(self, steps: i32) -> Self {
        Self(self.0 + steps)
    }

    /// Periods from `earlier` to this one.
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }
}

/// Numbers periods of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calendar {
    /// How long each period is.
    pub length: PeriodLength,
}

impl Calendar {
    /// The calendar of periods of one length.
    pub fn new(length: PeriodLength) -> Self {
        Self { length }
    }

    /// The period a time falls into.
    pub fn period(self, time: WallTime) -> Period {
        let number = match self.length {
            PeriodLength::Day => time.day(),
            // 1970-01-01 was a Thursday, so its week began three days before.
            PeriodLength::Week => (time.day() + 3).div_euclid(7),
            PeriodLength::Month => {
                let date = time.datetime().date();
                (i64::from(date.year()) - 1970) * 12 + i64::from(date.month()) - 1
            }
        };
        Period(i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The period's first day.
    pub fn first_day(self, period: Period) -> Date {
        let epoch = Date::constant(1970, 1, 1);
        match self.length {
            PeriodLength::Day => epoch.saturating_add(i64::from(period.0).days()),
            PeriodLength::Week => epoch.saturating_add((i64::from(period.0) * 7 - 3).days()),
            PeriodLength::Month => epoch.saturating_add(i64::from(period.0).months()),
        }
    }

    /// The period's last day.
    pub fn last_day(self, period: Period) -> Date {
        self.first_day(period.plus(1)).saturating_sub(1.days())
    }

    /// Midnight at the start of the period's first day.
    pub fn start(self, period: Period) -> WallTime {
        WallTime::from_datetime(self.first_day(period).at(0, 0, 0, 0))
    }

    /// Where the middle of the period stands in the turning of its season, from 0 to 1: the year for weeks and
    /// months, the week for days.
    pub fn season_phase(self, period: Period) -> f64 {
        match self.length {
            PeriodLength::Day => f64::from((period.0 + 3).rem_euclid(7)) / 7.0,
            PeriodLength::Month => f64::from(period.0.rem_euclid(12)) / 12.0,
            PeriodLength::Week => {
                let middle = self.first_day(period).saturating_add(3.days());
                f64::from(middle.day_of_year() - 1) / 366.0
            }
        }
    }

    /// The period as an axis or a table names it: `Nov 2011`, `2011-11-21`.
    pub fn label(self, period: Period) -> String {
        let day = self.first_day(period);
        match self.length {
            PeriodLength::Month => day.strftime("%b %Y").to_string(),
            PeriodLength::Week | PeriodLength::Day => day.strftime("%Y-%m-%d").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use strum::IntoEnumIterator as _;

    fn at(year: i16, month: i8, day: i8) -> WallTime {
        WallTime::from_datetime(date(year, month, day).at(13, 30, 0, 0))
    }

    #[test]
    fn every_time_lies_within_its_period() {
        for length in PeriodLength::iter() {
            let calendar = Calendar::new(length);
            for day in -2000..20_000_i64 {
                let time = WallTime(day * MICROS_PER_DAY + 5);
                let period = calendar.period(time);
                assert!(calendar.start(period) <= time, "{length} {time}");
                assert!(time < calendar.start(period.plus(1)), "{length} {time}");
            }
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let week = Calendar::new(PeriodLength::Week);
        assert_eq!(week.first_day(week.period(at(2011, 12, 9))), date(2011, 12, 5));
        assert_eq!(week.last_day(week.period(at(2011, 12, 9))), date(2011, 12, 11));
        let month = Calendar::new(PeriodLength::Month);
        assert_eq!(month.first_day(month.period(at(2011, 12, 9))), date(2011, 12, 1));
        assert_eq!(month.label(month.period(at(2011, 12, 9))), "Dec 2011");
        assert_eq!(month.last_day(month.period(at(2012, 2, 9))), date(2012, 2, 29));
    }

    #[test]
    fn a_time_is_written_as_the_wall_clock_showed_it() {
        assert_eq!(at(2009, 12, 1).to_string(), "2009-12-01T13:30:00");
        assert_eq!(at(2009, 12, 1).datetime(), date(2009, 12, 1).at(13, 30, 0, 0));
        assert_eq!(WallTime(-1).day(), -1);
    }

    #[test]
    fn seasons_turn() {
        for length in PeriodLength::iter() {
            let calendar = Calendar::new(length);
            for number in 0..400 {
                let phase = calendar.season_phase(Period(number));
                assert!((0.0..1.0).contains(&phase));
                let next = calendar.season_phase(Period(number + length.season()));
                let apart = (phase - next).abs();
                assert!(apart.min(1.0 - apart) < 0.02, "{length} {number}: {phase} {next}");
            }
        }
    }
}
