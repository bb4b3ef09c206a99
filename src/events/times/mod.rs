//! Written times → wall-clock times: one way of reading for the whole column, decided by all its values.

mod column;
mod reading;
mod scan;
mod zone;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::EventsError;
use crate::calendar::WallTime;
pub use column::{Evidence, NO_TIME, TimeReader, UNREADABLE, read_integer};
use reading::Found;
pub use reading::Reading;
use zone::Zone;

/// Of the rows that either of two readings can read, the better one must read this share, or the other is still open.
const DECISIVE: f64 = 0.95;

/// Whether a text looks like a time: `Some(true)` with a clock, `Some(false)` for a bare date.
pub fn looks_like_time(text: &str) -> Option<bool> {
    let shortest = text.len() >= 6 && text.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let written = [Reading::YearFirst, Reading::DayFirst, Reading::MonthFirst, Reading::Compact];
    let read = shortest && written.iter().any(|reading| reading.read(text).is_some());
    read.then(|| text.contains([':', '时', '点', '點']))
}

/// Whether a number could be a count since 1970 or a date written without separators.
pub fn could_count_time(text: &str) -> bool {
    Reading::ALL.iter().any(|reading| reading.read(text).is_some())
}

/// The day a text means under a reading.
fn shown(reading: Reading, text: &str) -> String {
    reading
        .read(text)
        .map(|time| time.within(&Zone::default()).datetime().strftime("%-d %B %Y").to_string())
        .unwrap_or_default()
}

/// How a reading of a text would be given to `--time-format`.
fn pattern(reading: Reading, text: &str) -> String {
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

/// Refuses a notation that could not even write a time.
fn check_format(format: &str) -> Result<(), EventsError> {
    let bad = |why: String| EventsError::BadTimeFormat { format: format.to_owned(), why };
    if !format.contains('%') {
        return Err(bad("it names no part of a time".to_owned()));
    }
    strtime::format(format, &Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC))
        .map_err(|error| bad(error.to_string()))?;
    Ok(())
}

/// A time read by the analyst's own notation.
fn by_format(format: &str, text: &str) -> Option<Found> {
    let parts = strtime::parse(format, text).ok()?;
    if let Ok(instant) = parts.to_timestamp() {
        return Some(Found { micros: instant.as_microsecond(), utc: true });
    }
    let date = parts.to_date().ok()?;
    let at: DateTime = parts.to_datetime().unwrap_or_else(|_| date.at(0, 0, 0, 0));
    Some(Found { micros: WallTime::from_datetime(at).0, utc: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], format: Option<&str>) -> Result<Vec<Option<String>>, EventsError> {
        let mut reader = TimeReader::new(format, None)?;
        let mut evidence = Evidence::default();
        texts.iter().for_each(|text| {
            reader.read(text, 1, &mut evidence);
        });
        reader.follow(reader.decide("when", &evidence)?);
        let times = texts.iter().map(|text| Some(reader.value(text)).filter(|time| *time > UNREADABLE));
        Ok(times.map(|time| time.map(|time| WallTime(time).to_string())).collect())
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn one_day_beyond_the_twelfth_settles_the_order_for_all() {
        let times = read(&["01/02/2010", "13/02/2010"], None).unwrap();
        assert_eq!(times, [some("2010-02-01T00:00:00"), some("2010-02-13T00:00:00")]);
        let times = read(&["01/02/2010", "02/13/2010"], None).unwrap();
        assert_eq!(times, [some("2010-01-02T00:00:00"), some("2010-02-13T00:00:00")]);
    }

    #[test]
    fn two_readings_are_refused_with_both() {
        let error = read(&["01/02/2010 08:00", "03/04/2010 09:00"], None).unwrap_err();
        let words = error.to_string();
        for part in ["1 February 2010", "2 January 2010", "'%d/%m/%Y %H:%M'", "'%m/%d/%Y %H:%M'", "--time-format"] {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn the_suggested_formats_work() {
        let texts = ["01/02/2010 08:00 PM"];
        let Err(EventsError::AmbiguousTimes(both)) = read(&texts, None) else { panic!("it can be read two ways") };
        assert_eq!(read(&texts, Some(&both.first_format)).unwrap(), [some("2010-02-01T20:00:00")]);
        assert_eq!(read(&texts, Some(&both.second_format)).unwrap(), [some("2010-01-02T20:00:00")]);
    }

    #[test]
    fn two_readings_of_the_same_days_are_no_matter() {
        let times = read(&["01/01/2010", "02/02/2010", "1 Mar 2010"], None).unwrap();
        assert_eq!(times[1..], [some("2010-02-02T00:00:00"), some("2010-03-01T00:00:00")]);
    }

    #[test]
    fn a_mixture_of_both_orders_is_refused() {
        let error = read(&["13/01/2010", "01/13/2010", "02/03/2010"], None).unwrap_err();
        assert!(matches!(error, EventsError::AmbiguousTimes(_)), "{error}");
    }

    #[test]
    fn a_few_unreadable_times_do_not_matter() {
        let times = read(&["2010-01-01", "soon", "2010-01-02 08:00"], None).unwrap();
        assert_eq!(times, [some("2010-01-01T00:00:00"), None, some("2010-01-02T08:00:00")]);
    }

    #[test]
    fn without_any_time_it_says_what_stands_there() {
        let words = read(&["soon", "later"], None).unwrap_err().to_string();
        assert!(words.contains("`when`") && words.contains("soon") && words.contains("--time COL"), "{words}");
    }

    #[test]
    fn the_analysts_format_is_followed() {
        assert_eq!(read(&["01.02.10"], Some("%m.%d.%y")).unwrap(), [some("2010-01-02T00:00:00")]);
        assert_eq!(read(&["1.2.2010 7h"], Some("%d.%m.%Y %Hh")).unwrap(), [some("2010-02-01T07:00:00")]);
        assert_eq!(
            read(&["2010-02-01 07:00 +0200"], Some("%Y-%m-%d %H:%M %z")).unwrap(),
            [some("2010-02-01T05:00:00")]
        );
        assert!(matches!(read(&["x"], Some("%Y")), Err(EventsError::NoUsableTime { .. })));
        assert!(matches!(read(&["x"], Some("dd/mm")), Err(EventsError::BadTimeFormat { .. })));
        assert!(matches!(read(&["x"], Some("%Y-%!")), Err(EventsError::BadTimeFormat { .. })));
    }
}
