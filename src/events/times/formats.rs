//! Times read by the analyst's own notation, and notations as they are suggested.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

use super::english::with_english_months;
use super::reading::{Found, Reading};
use super::tongue::Languages;
use super::zone::Zone;
use crate::calendar::WallTime;
use crate::events::EventsError;

/// The sign between several notations of one column.
const BETWEEN: char = '|';

/// Notations, tried one after the other.
#[derive(Clone, Debug)]
pub struct Formats(Vec<String>);

impl Formats {
    /// # Errors
    /// A notation that could not even write a time.
    pub fn new(formats: &str) -> Result<Self, EventsError> {
        let formats: Vec<String> = formats.split(BETWEEN).map(|format| format.trim().to_owned()).collect();
        formats.iter().try_for_each(|format| check(format))?;
        Ok(Self(formats))
    }

    /// The time, with the months' names in one of these languages; and whether they can mean one time only.
    pub fn read(&self, text: &str, among: Languages) -> Option<(Found, Option<super::english::English>)> {
        let text = text.trim();
        self.0.iter().find_map(|format| {
            if let Some(found) = by_format(format, text) {
                return Some((found, None));
            }
            let named = format.contains("%B") || format.contains("%b") || format.contains("%h");
            let english = named.then(|| with_english_months(text, among, format.contains("%B"))).flatten()?;
            Some((by_format(format, &english.text)?, Some(english)))
        })
    }
}

impl std::fmt::Display for Formats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("|"))
    }
}

/// Refuses a notation that could not write a time, or not of which year.
fn check(format: &str) -> Result<(), EventsError> {
    let bad = |why: String| EventsError::BadTimeFormat { format: format.to_owned(), why };
    if !format.contains('%') {
        return Err(bad("it names no part of a time".to_owned()));
    }
    let epoch = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
    let written = strtime::format(format, &epoch).map_err(|error| bad(error.to_string()))?;
    let parsed = strtime::parse(format, &written).ok();
    if parsed.is_some_and(|parts| parts.to_timestamp().is_err() && day(&parts).is_none()) {
        return Err(bad("it names no year".to_owned()));
    }
    Ok(())
}

fn by_format(format: &str, text: &str) -> Option<Found> {
    let parts = strtime::parse(format, text).ok()?;
    if let Ok(instant) = parts.to_timestamp() {
        return Some(Found { micros: instant.as_microsecond(), utc: true });
    }
    let date = day(&parts)?;
    let at = parts.to_time().map_or_else(|_| date.at(0, 0, 0, 0), |time| DateTime::from_parts(date, time));
    Some(Found { micros: WallTime::from_datetime(at).0, utc: false })
}

/// The day, or the first of those that a month, a week or a year has.
fn day(parts: &BrokenDownTime) -> Option<Date> {
    if let Ok(date) = parts.to_date() {
        return Some(date);
    }
    // A day that is named must be one.
    if parts.day().is_some() && parts.month().is_some() {
        return None;
    }
    if let (Some(year), Some(week)) = (parts.iso_week_year(), parts.iso_week()) {
        return Some(ISOWeekDate::new(year, week, parts.weekday().unwrap_or(Weekday::Monday)).ok()?.date());
    }
    let year = parts.year()?;
    // Weeks counted in another way than ISO's need a weekday, and days of a month that month.
    let open = parts.sunday_based_week().is_none() && parts.monday_based_week().is_none() && parts.day().is_none();
    if open && parts.iso_week().is_none() { Date::new(year, parts.month().unwrap_or(1), 1).ok() } else { None }
}

/// The day a text means under a reading.
pub fn shown(reading: Reading, text: &str) -> String {
    reading
        .read(text)
        .map(|time| time.within(&Zone::default()).datetime().strftime("%-d %B %Y").to_string())
        .unwrap_or_default()
}

/// How a reading of a text would be given to `--time-format`.
pub fn pattern(reading: Reading, text: &str) -> String {
    let text = text.trim();
    let length = text.find([' ', 'T', ',', '_']).unwrap_or(text.len());
    let (date, clock) = text.split_at(length);
    let between = date.chars().find(|letter| !letter.is_ascii_digit()).unwrap_or('/');
    let year = if date.rsplit(between).next().is_some_and(|last| last.len() == 4) { "%Y" } else { "%y" };
    let date = match reading {
        Reading::DayFirst => format!("%d{between}%m{between}{year}"),
        Reading::MonthFirst => format!("%m{between}%d{between}{year}"),
        Reading::ShortYearFirst => format!("%y{between}%m{between}%d"),
        Reading::YearFirst => format!("%Y{between}%m{between}%d"),
        Reading::Compact => "%Y%m%d".to_owned(),
        Reading::WithoutDay if text.bytes().all(|byte| byte.is_ascii_digit()) => "%Y%m".to_owned(),
        Reading::WithoutDay => format!("%Y{between}%m"),
        Reading::Seconds | Reading::Millis | Reading::Micros | Reading::Nanos | Reading::SheetDays => "%s".to_owned(),
    };
    let halves = clock.to_ascii_lowercase().ends_with('m');
    let before: String = clock.chars().take_while(|letter| !letter.is_ascii_digit()).collect();
    let clock = match clock.matches(':').count() {
        0 => String::new(),
        colons => {
            let seconds = if colons > 1 { ":%S" } else { "" };
            let fraction = if clock.contains('.') { "%.f" } else { "" };
            if halves { format!("{before}%I:%M{seconds} %p") } else { format!("{before}%H:%M{seconds}{fraction}") }
        }
    };
    date + &clock
}
