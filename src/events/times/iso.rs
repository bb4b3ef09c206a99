//! The most frequent way to write a time, with a road of its own.

use jiff::civil::Date;

use super::reading::Found;
use crate::calendar::WallTime;

/// `2010-12-01`, `2010-12-01 08:26`, `2010-12-01T08:26:31.25`, with a `Z` at the end or not. None for all others, right
/// or wrong.
pub fn iso(text: &[u8]) -> Option<Found> {
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
    let date = Date::new(year as i16, month as i8, day as i8).ok().filter(|_| year > 0)?;
    let midnight = WallTime::from_datetime(date.at(0, 0, 0, 0)).0;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::times::Reading;

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
}
