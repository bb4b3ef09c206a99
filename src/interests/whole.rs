//! Which periods of a log are whole: its first and its last may lack days.

use std::collections::HashMap;
use std::ops::Range;

use jiff::civil::Date;

use crate::calendar::{Calendar, Period, PeriodLength, WallTime};
use crate::events::EventTable;

/// Of the dates with a weekday or a day of the month, the part that must be without events for it to be a silent one.
const OFTEN: f64 = 2.0 / 3.0;
/// A period whose missing days ordinarily have no more than this part of its events is whole all the same.
const SMALL: f64 = 0.05;
/// Days of the nearest year: whole weeks.
const YEAR: i64 = 364;
/// A weekday or a day of the month is known from so many of them on.
const KNOWN: u32 = 3;
/// So many years are asked about a date.
const YEARS: i16 = 10;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The whole periods of a log, and how its ends were judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholePeriods {
    /// The first of them.
    pub first: Period,
    /// The period after the last of them.
    pub origin: Period,
    /// The period of the first event, and whether it is whole.
    pub begins: End,
    /// The period of the last event, likewise.
    pub ends: End,
}

/// The period at an end of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Which.
    pub period: Period,
    /// Days of it beyond the log's first or last event.
    pub missing: i64,
    /// Why it counts as whole or does not.
    pub why: Wholeness,
}

/// Why a period at an end of the log counts as whole, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// No day is missing, or the period is a day.
    Complete,
    /// The analyst said that the log reaches that far.
    Said,
    /// No more days are missing than ordinarily pass without events, or only such as are often silent.
    Silent,
    /// What is missing is a small part of the period.
    Small,
    /// Days are missing.
    Cut,
}

impl End {
    /// Whether it is used.
    pub fn whole(self) -> bool {
        self.why != Wholeness::Cut
    }
}

impl WholePeriods {
    /// Judges the ends of a log; none of a log without events.
    ///
    /// A period at an end is whole if the days missing of it are
    /// - fewer than ordinarily pass without events (the 95th percentile of the time between days with events), or
    /// - each a weekday or a day of the month that is silent two times out of three in the nearest year, or a date that
    ///   was silent in every other year of the log, or
    /// - together ordinarily a twentieth of the period's events or less; or
    /// - covered by the log as the analyst says where it begins and ends.
    pub fn of(events: &EventTable, calendar: Calendar) -> Option<Self> {
        let days = Days::of(events)?;
        let (begin, end) = (calendar.period(time_of(days.first)), calendar.period(time_of(days.last)));
        let before = calendar.start(begin).day()..days.first;
        let after = days.last + 1..calendar.start(end.plus(1)).day();
        let said = |date: Option<Date>| date.map(|date| WallTime::from_datetime(date.at(0, 0, 0, 0)).day());
        let said_first = said(events.covers.0).is_some_and(|day| day <= before.start);
        let said_last = said(events.covers.1).is_some_and(|day| day + 1 >= after.end);
        let begins = days.judged(begin, before, days.first..days.first + YEAR, said_first, calendar);
        let ends = days.judged(end, after, days.last + 1 - YEAR..days.last + 1, said_last, calendar);
        let first = if begins.whole() { begin } else { begin.plus(1) };
        let origin = if ends.whole() { end.plus(1) } else { end };
        // A log within one period that is not whole has none.
        Some(Self { first: first.min(origin), origin, begins, ends })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.origin.since(self.first)).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn time_of(day: i64) -> WallTime {
    WallTime(day.saturating_mul(MICROS_PER_DAY))
}

/// The days with events, and how many each has.
struct Days {
    events: HashMap<i64, u32>,
    first: i64,
    last: i64,
    /// The 95th percentile of the days from one day with events to the next; 1 means that every day has some.
    ordinary_gap: i64,
}

impl Days {
    fn of(events: &EventTable) -> Option<Self> {
        // A user's events of a day stand together.
        let mut counts: HashMap<i64, u32> = HashMap::new();
        for of_day in events.time.chunk_by(|one, next| one.day() == next.day()) {
            *counts.entry(of_day[0].day()).or_default() += of_day.len() as u32;
        }
        let mut days: Vec<i64> = counts.keys().copied().collect();
        days.sort_unstable();
        let (first, last) = (*days.first()?, *days.last()?);
        let mut gaps: Vec<i64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable();
        let rank = (gaps.len() * 95).div_ceil(100);
        let ordinary_gap = rank.checked_sub(1).and_then(|rank| gaps.get(rank)).copied().unwrap_or(1);
        Some(Self { events: counts, first, last, ordinary_gap })
    }

    /// Judges the period at an end, of which `missing` lies beyond the log. `year` is the time nearest to that end.
    fn judged(&self, period: Period, missing: Range<i64>, year: Range<i64>, said: bool, calendar: Calendar) -> End {
        let days = missing.end - missing.start;
        let known = year.start.max(self.first)..year.end.min(self.last + 1);
        let week = Week::of(self, known);
        let silent = |day: i64| week.is_silent(day) || self.is_silent_date(day);
        let whole = calendar.start(period).day()..calendar.start(period.plus(1)).day();
        let why = if days <= 0 || calendar.length == PeriodLength::Day {
            Wholeness::Complete
        } else if said {
            Wholeness::Said
        } else if days < self.ordinary_gap || missing.clone().all(silent) {
            Wholeness::Silent
        } else if week.ordinary(missing) <= SMALL * week.ordinary(whole) {
            Wholeness::Small
        } else {
            Wholeness::Cut
        };
        End { period, missing: days.max(0), why }
    }

    /// Whether a date was silent in all other years of the log, of which there must be one.
    fn is_silent_date(&self, day: i64) -> bool {
        let date = time_of(day).datetime().date();
        let other = |by: i16| {
            let year = date.year().checked_add(by)?;
            let day = Date::new(year, date.month(), date.day()).ok()?;
            Some(WallTime::from_datetime(day.at(0, 0, 0, 0)).day()).filter(|day| (self.first..=self.last).contains(day))
        };
        let mut others = (1..=YEARS).flat_map(|by| [-by, by]).filter_map(other).peekable();
        others.peek().is_some() && others.all(|day| !self.events.contains_key(&day))
    }
}

/// What happens on each weekday and on each day of a month.
#[derive(Default)]
struct Week {
    /// Dates, those of them without events, and events.
    days: [(u32, u32, u64); 7],
    /// Dates and those of them without events, by the day of the month.
    of_month: [(u32, u32); 32],
}

impl Week {
    fn of(days: &Days, known: Range<i64>) -> Self {
        let mut week = Self::default();
        for day in known {
            let events = days.events.get(&day).copied().unwrap_or(0);
            let of_day = &mut week.days[weekday(day)];
            *of_day = (of_day.0 + 1, of_day.1 + u32::from(events == 0), of_day.2 + u64::from(events));
            let of_month = &mut week.of_month[day_of_month(day)];
            *of_month = (of_month.0 + 1, of_month.1 + u32::from(events == 0));
        }
        week
    }

    fn is_silent(&self, day: i64) -> bool {
        let often = |(dates, silent): (u32, u32)| dates >= KNOWN && f64::from(silent) >= OFTEN * f64::from(dates);
        let (dates, silent, _) = self.days[weekday(day)];
        often((dates, silent)) || often(self.of_month[day_of_month(day)])
    }

    /// Events that such days ordinarily have; unknown in a log of less than a week, which has no ordinary days.
    fn ordinary(&self, days: Range<i64>) -> f64 {
        days.map(|day| match self.days[weekday(day)] {
            (0, ..) => f64::NAN,
            (dates, _, events) => events as f64 / f64::from(dates),
        })
        .sum()
    }
}

fn day_of_month(day: i64) -> usize {
    usize::try_from(time_of(day).datetime().day()).unwrap_or(0)
}

fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;
    use jiff::civil::date;

    fn day(year: i16, month: i8, day: i8) -> i64 {
        WallTime::from_datetime(date(year, month, day).at(0, 0, 0, 0)).day()
    }

    /// A log with events on the days of a range that are open.
    fn log(days: impl Iterator<Item = i64>) -> EventTable {
        let time: Vec<WallTime> = days.map(time_of).collect();
        EventTable {
            users: vec!["ann".into()],
            texts: vec!["tea".into()],
            offsets: vec![0, time.len()],
            text: vec![TextId(0); time.len()],
            time,
            ..EventTable::default()
        }
    }

    fn whole(events: &EventTable, length: PeriodLength) -> (String, String, [Wholeness; 2]) {
        let calendar = Calendar::new(length);
        let whole = WholePeriods::of(events, calendar).unwrap();
        let label = |period| calendar.first_day(period).to_string();
        (label(whole.first), label(whole.origin), [whole.begins.why, whole.ends.why])
    }

    fn end(events: &EventTable) -> (String, Wholeness) {
        let (_, origin, [_, why]) = whole(events, PeriodLength::Month);
        (origin, why)
    }

    #[test]
    fn a_month_that_lacks_only_a_silent_weekday_is_whole() {
        // 31 December 2022 was a Saturday.
        let weekdays = (day(2022, 1, 3)..=day(2022, 12, 30)).filter(|day| weekday(*day) < 5);
        assert_eq!(end(&log(weekdays)), ("2023-01-01".into(), Wholeness::Silent));
        // Saturday 29 April 2023 and the Sunday after it.
        let weekdays = (day(2022, 1, 3)..=day(2023, 4, 28)).filter(|day| weekday(*day) < 5);
        assert_eq!(end(&log(weekdays)), ("2023-05-01".into(), Wholeness::Silent));
        let weekdays = (day(2022, 1, 3)..=day(2023, 4, 26)).filter(|day| weekday(*day) < 5);
        assert_eq!(end(&log(weekdays)), ("2023-04-01".into(), Wholeness::Cut));
    }

    #[test]
    fn a_log_that_closes_its_months_early_has_whole_ones() {
        let open = (day(2022, 1, 1)..=day(2022, 10, 28)).filter(|day| day_of_month(*day) <= 28);
        assert_eq!(end(&log(open)), ("2022-11-01".into(), Wholeness::Silent));
    }

    #[test]
    fn a_month_that_lacks_its_last_day_alone_is_whole() {
        assert_eq!(end(&log(day(2022, 1, 1)..=day(2022, 12, 30))), ("2023-01-01".into(), Wholeness::Small));
        assert_eq!(end(&log(day(2022, 1, 1)..=day(2022, 12, 29))), ("2022-12-01".into(), Wholeness::Cut));
        assert_eq!(end(&log(day(2022, 1, 1)..=day(2022, 12, 31))), ("2023-01-01".into(), Wholeness::Complete));
    }

    #[test]
    fn a_shop_shut_at_christmas_every_year_has_a_whole_december() {
        let open = |last| log((day(2021, 3, 1)..=last).filter(|day| !(18_985..18_993).contains(day)));
        assert_eq!(time_of(18_985).to_string(), "2021-12-24T00:00:00");
        assert_eq!(end(&open(day(2022, 12, 23))), ("2023-01-01".into(), Wholeness::Silent));
        assert_eq!(end(&open(day(2022, 12, 21))), ("2022-12-01".into(), Wholeness::Cut));
    }

    #[test]
    fn a_first_period_is_judged_likewise() {
        let begin = |first: i64| whole(&log(first..=day(2022, 12, 31)), PeriodLength::Month);
        assert_eq!(begin(day(2022, 1, 1)).0, "2022-01-01");
        assert_eq!(
            begin(day(2022, 1, 2)),
            ("2022-01-01".into(), "2023-01-01".into(), [Wholeness::Small, Wholeness::Complete])
        );
        assert_eq!(begin(day(2022, 1, 20)).0, "2022-02-01");
        let weekdays = (day(2022, 1, 3)..=day(2022, 12, 30)).filter(|day| weekday(*day) < 5);
        assert_eq!(whole(&log(weekdays), PeriodLength::Month).0, "2022-01-01", "the 1st was a Saturday");
    }

    #[test]
    fn weeks_with_silent_weekends_are_whole_on_friday() {
        let until = |last: i64| log((day(2022, 1, 3)..=last).filter(|day| weekday(*day) < 5));
        let weeks = |last| whole(&until(last), PeriodLength::Week).1;
        assert_eq!(weeks(day(2022, 3, 11)), "2022-03-14");
        assert_eq!(weeks(day(2022, 3, 10)), "2022-03-07");
    }

    #[test]
    fn what_the_analyst_says_of_the_ends_wins() {
        let mut events = log(day(2022, 1, 9)..=day(2022, 12, 9));
        assert_eq!(whole(&events, PeriodLength::Month).2, [Wholeness::Cut, Wholeness::Cut]);
        events.covers = (Some(date(2022, 1, 1)), Some(date(2022, 12, 31)));
        let said = [Wholeness::Said, Wholeness::Said];
        assert_eq!(whole(&events, PeriodLength::Month), ("2022-01-01".into(), "2023-01-01".into(), said));
    }

    #[test]
    fn short_logs_have_few_whole_periods_or_none() {
        let three = log(day(2022, 5, 10)..=day(2022, 5, 12));
        let calendar = Calendar::new(PeriodLength::Month);
        assert!(WholePeriods::of(&three, calendar).unwrap().is_empty());
        assert_eq!(WholePeriods::of(&three, Calendar::new(PeriodLength::Day)).unwrap().len(), 3);
        assert_eq!(WholePeriods::of(&log(0..0), calendar), None);
    }
}
