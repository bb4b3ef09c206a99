//! A column too many of whose times cannot be read was misunderstood: it is refused instead of read with holes. So is
//! one whose times lie where no log does.

use jiff::civil::Date;
use rayon::prelude::*;

use super::reach::stands_for_none;
use super::rows::Rows;
use super::times::{FEW, NO_TIME, UNREADABLE};
use super::today::this_year;
use super::{EventsError, OtherCalendar, Reason, Role, UnreadableTimes};
use crate::calendar::WallTime;

/// So many rows in one stretch are no accident, however long the log.
const STRETCH: usize = 10;
/// This share of the unreadable rows in one stretch makes it their place.
const DENSE: f64 = 0.8;

/// No log of behaviour begins before this year.
const EARLIEST: i16 = 1900;
/// Nor does one reach so many years ahead; plans and made-up logs reach some.
const AHEAD: i16 = 20;

/// Refuses a log too many of whose times cannot be read, or all those of a stretch of it. Rows that a filter leaves out
/// are not asked.
///
/// # Errors
/// More than a few in a hundred, or a stretch in which hardly a time can be read.
pub fn unreadable_times(rows: &Rows, column: &str) -> Result<(), EventsError> {
    let asked = |row: usize| rows.fault[row] != Some(Reason::FilteredOut);
    let written = rows.time.iter().enumerate().filter(|(row, time)| **time != NO_TIME && asked(*row)).count();
    let unread = |(row, time): (usize, &i64)| (*time == UNREADABLE && asked(row)).then_some(row);
    let unreadable: Vec<usize> = rows.time.iter().enumerate().filter_map(unread).collect();
    let (Some(first), Some(last)) = (unreadable.first(), unreadable.last()) else { return Ok(()) };
    let stretch = unreadable.len() >= STRETCH && unreadable.len() as f64 >= DENSE * (last - first + 1) as f64;
    if !stretch && !are_many(unreadable.len() as u64, written as u64) {
        return Ok(());
    }
    let shown = rows.unreadable.get(&Role::Time).into_iter().flatten();
    let shown = shown.filter(|(row, _)| asked(*row as usize));
    let examples = shown.map(|(row, text)| format!("`{text}` in line {}", rows.line(*row as usize))).collect();
    Err(EventsError::UnreadableTimes(Box::new(UnreadableTimes {
        column: column.to_owned(),
        unreadable: unreadable.len() as u64,
        written: written as u64,
        stretch: stretch.then(|| (rows.line(*first), rows.line(*last))),
        examples,
    })))
}

/// Refuses a log most of whose times lie before 1900, or decades ahead: they are counted by another calendar, or from
/// another beginning.
///
/// # Errors
/// Such times.
pub fn other_calendar(rows: &Rows, column: &str) -> Result<(), EventsError> {
    let start = |year| Date::new(year, 1, 1).map_or(i64::MAX, |day| WallTime::from_datetime(day.at(0, 0, 0, 0)).0);
    let usual = start(EARLIEST)..start(this_year().saturating_add(AHEAD));
    let known = rows.time.par_iter().copied().zip(&rows.fault);
    let known =
        known.filter(|(time, fault)| *time > UNREADABLE && **fault != Some(Reason::FilteredOut)).map(|(time, _)| time);
    let all = known.clone().count();
    // Dates that stand for none are left out as such, and fewer rows that lie far off by a rule of their own.
    let none = |time: i64| stands_for_none(WallTime(time).day());
    let mut far: Vec<i64> = known.filter(|time| !usual.contains(time) && !none(*time)).collect();
    if far.len() * 2 <= all {
        return Ok(());
    }
    let middle = far.len() / 2;
    let (_, time, _) = far.select_nth_unstable(middle);
    let year = WallTime(*time).datetime().year();
    let rows = far.len() as u64;
    let calendars = calendars(year, this_year());
    Err(EventsError::OtherCalendar(Box::new(OtherCalendar {
        column: column.to_owned(),
        rows,
        all: all as u64,
        year,
        calendars,
    })))
}

/// The calendars by which such a year is one of the last decades.
fn calendars(year: i16, now: i16) -> Vec<&'static str> {
    let recent = |year: f64| (f64::from(now) - 50.0..=f64::from(now) + 1.0).contains(&year);
    let year = f64::from(year);
    [
        ("the Buddhist one (543 years ahead)", year - 543.0),
        ("the Persian one (621 years behind)", year + 621.0),
        ("the Islamic one (its years are shorter)", year * 0.970_224 + 621.6),
        ("the Hebrew one (3760 years ahead)", year - 3760.0),
        ("the Nepalese one (57 years ahead)", year - 57.0),
    ]
    .into_iter()
    .filter(|(_, year)| recent(*year))
    .map(|(name, _)| name)
    .collect()
}

/// Whether these are more than a few in a hundred; a single one is never many.
pub fn are_many(unreadable: u64, written: u64) -> bool {
    unreadable > 1 && unreadable as f64 > FEW * written as f64
}
