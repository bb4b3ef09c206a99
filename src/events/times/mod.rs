//! Written times → wall-clock times: one way of reading for the whole column, decided by all its values.

mod coarse;
mod column;
mod english;
mod evidence;
mod formats;
mod iso;
mod open;
mod read;
mod reading;
mod scan;
mod short_years;
#[cfg(test)]
mod spellings;
mod tokens;
mod tongue;
mod zone;

pub use column::{NO_TIME, TimeReader, UNREADABLE, read_integer};
pub use evidence::{Evidence, FEW};
pub use reading::Reading;

/// Of the rows that either of two readings can read, the better one must read this share, or the other is still open.
const DECISIVE: f64 = 0.95;

/// Whether a text looks like a time: `Some(true)` with a clock, `Some(false)` for a bare date.
pub fn looks_like_time(text: &str) -> Option<bool> {
    let digits = text.chars().filter(|letter| letter.is_numeric()).count();
    let written = [Reading::YearFirst, Reading::DayFirst, Reading::MonthFirst, Reading::Compact];
    (text.len() >= 6 && digits >= 3 && Reading::any(&written, text)).then(|| {
        let clock = |letter| matches!(letter, ':' | '时' | '點' | '点' | '時' | '시');
        text.contains(clock) || text.to_ascii_lowercase().ends_with('m')
    })
}

/// Whether a text looks like a month, a quarter or a week, without a day.
pub fn looks_like_month(text: &str) -> bool {
    text.chars().any(|letter| letter.is_numeric()) && Reading::WithoutDay.read(text).is_some()
}

/// Whether a number could be a count since 1970 or a date written without separators.
pub fn could_count_time(text: &str) -> bool {
    Reading::any(&Reading::ALL, text)
}

/// Whether a date of zeros stands where databases know none.
pub fn is_zero_date(text: &str) -> bool {
    let mut digits = text.bytes().filter(u8::is_ascii_digit);
    text.len() >= 8
        && text.contains(['-', '/', '.'])
        && digits.by_ref().take(8).eq([b'0'; 8])
        && digits.all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;
    use crate::events::EventsError;

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
