//! One written time → a wall-clock time, under one way of reading it.

use super::coarse::without_day;
use super::english::english;
use super::reading::{Found, Reading};
use super::scan::{compact, written};
use super::tongue::ANY;

impl Reading {
    /// The time, if the text can be read this way, in whatever language and by whatever program it was written.
    pub fn read(self, text: &str) -> Option<Found> {
        let text = text.trim();
        self.read_plain(text).or_else(|| {
            let found = english(text, ANY).filter(|found| found.is_sure())?;
            self.read_plain(&found.text)
        })
    }

    /// Whether the text can be read in any of these ways. What it is in English is asked once for all of them.
    pub fn any(readings: &[Self], text: &str) -> bool {
        let text = text.trim();
        let plain = |text: &str| readings.iter().any(|reading| reading.read_plain(text).is_some());
        plain(text) || english(text, ANY).is_some_and(|found| found.is_sure() && plain(&found.text))
    }

    /// The time, if the text, without outer spaces, is in a spelling that is read as it stands.
    pub fn read_plain(self, text: &str) -> Option<Found> {
        match self {
            Self::Compact => compact(text),
            Self::Seconds => epoch(text, 8..11, 1_000_000),
            Self::Millis => epoch(text, 11..14, 1000),
            Self::Micros => epoch(text, 14..17, 1),
            Self::Nanos => epoch(text, 17..20, 0),
            Self::SheetDays => sheet_days(text),
            Self::WithoutDay => without_day(text),
            Self::YearFirst | Self::DayFirst | Self::MonthFirst | Self::ShortYearFirst => written(text, self),
        }
    }
}

/// A count since 1970 whose size says its unit: at least `10^from` and below `10^to` of them. Nanoseconds have no
/// `micros`.
fn epoch(text: &str, size: std::ops::Range<u32>, micros: i64) -> Option<Found> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || digits.len() > 19 || !all_digits(digits) || !all_digits(fraction) {
        return None;
    }
    let count: i64 = whole.parse().ok()?;
    let length = (i128::from(count).abs().max(1)).ilog10();
    if !size.contains(&length) {
        return None;
    }
    if let Some(micros) = from_other_beginning(count) {
        return Some(Found { micros, utc: true });
    }
    if micros == 0 {
        return Some(Found { micros: count.div_euclid(1000), utc: true });
    }
    let part = format!("0.{fraction}0").parse::<f64>().unwrap_or(0.0) * micros as f64;
    let part = if count < 0 { -(part as i64) } else { part as i64 };
    Some(Found { micros: count.checked_mul(micros)?.checked_add(part)?, utc: true })
}

/// Microseconds since 1970 of a count that programs begin elsewhere and that lies in this century, while as a count
/// since 1970 it would lie before every computer that counts so finely, or centuries ahead: Windows' file times and
/// .NET's ticks, tenths of microseconds since 1601 and since the year 1, and WebKit's microseconds since 1601.
pub fn from_other_beginning(count: i64) -> Option<i64> {
    const SINCE_1601: i64 = 11_644_473_600_000_000;
    const SINCE_YEAR_1: i64 = 62_135_596_800_000_000;
    const CENTURY: std::ops::Range<i64> = 946_684_800_000_000..4_102_444_800_000_000;
    let candidates = [(count / 10, SINCE_1601), (count / 10, SINCE_YEAR_1), (count, SINCE_1601)];
    candidates.into_iter().map(|(micros, before)| micros.saturating_sub(before)).find(|micros| CENTURY.contains(micros))
}

/// A spreadsheet's day between 1954 and 2118, to the millisecond: five digits, with a fraction or without.
fn sheet_days(text: &str) -> Option<Found> {
    const TO_1970: f64 = 25_569.0;
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let days: f64 = text.parse().ok().filter(|days| plain && (20_000.0..80_000.0).contains(days))?;
    let millis = ((days - TO_1970) * 86_400_000.0).round() as i64;
    Some(Found { micros: millis * 1000, utc: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::times::zone::Zone;

    fn read(reading: Reading, text: &str) -> Option<String> {
        reading.read(text).map(|time| time.within(&Zone::default()).to_string())
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        use Reading::*;
        for (reading, text, time) in [
            (YearFirst, "2010-12-01", "2010-12-01T00:00:00"),
            (YearFirst, "2010-12-01 08:26", "2010-12-01T08:26:00"),
            (YearFirst, "2010-12-01T08:26:31.25Z", "2010-12-01T08:26:31"),
            (YearFirst, "2010-12-01T08:26:00+02:00", "2010-12-01T06:26:00"),
            (YearFirst, "2010-12-01 00:26:00-0530", "2010-12-01T05:56:00"),
            (YearFirst, "2010-12-01T08:26:00+01:00[Europe/Paris]", "2010-12-01T07:26:00"),
            (YearFirst, "2010/12/1 8:26", "2010-12-01T08:26:00"),
            (YearFirst, "2010-12-01 08:26:00 UTC", "2010-12-01T08:26:00"),
            (YearFirst, "2010年12月1日 8时26分", "2010-12-01T08:26:00"),
            (DayFirst, "1/12/2010 8:26", "2010-12-01T08:26:00"),
            (DayFirst, "01.12.10", "2010-12-01T00:00:00"),
            (DayFirst, "01-Dec-2010 08:26", "2010-12-01T08:26:00"),
            (DayFirst, "Wed, 01 Dec 2010 08:26:00 GMT", "2010-12-01T08:26:00"),
            (MonthFirst, "12/1/10 8:26", "2010-12-01T08:26:00"),
            (MonthFirst, "12/1/2010 8:26:05 PM", "2010-12-01T20:26:05"),
            (MonthFirst, "12/1/2010 12:26 AM", "2010-12-01T00:26:00"),
            (MonthFirst, "December 1, 2010", "2010-12-01T00:00:00"),
            (ShortYearFirst, "10-12-01", "2010-12-01T00:00:00"),
            (Compact, "20101201", "2010-12-01T00:00:00"),
            (Compact, "20101201T082600Z", "2010-12-01T08:26:00"),
            (Compact, "20101201082600", "2010-12-01T08:26:00"),
            (Seconds, "1291191960", "2010-12-01T08:26:00"),
            (Seconds, "1291191960.75", "2010-12-01T08:26:00"),
            (Millis, "1291191960000", "2010-12-01T08:26:00"),
            (Micros, "1291191960000000", "2010-12-01T08:26:00"),
            (Nanos, "1291191960000000000", "2010-12-01T08:26:00"),
            (SheetDays, "40513.3513888889", "2010-12-01T08:26:00"),
            (SheetDays, "40513", "2010-12-01T00:00:00"),
            (SheetDays, "40513,3513888889", "2010-12-01T08:26:00"),
            (Seconds, "1291191960,000", "2010-12-01T08:26:00"),
            (Nanos, "129356655600000000", "2010-12-01T08:26:00"),
            (Nanos, "634267887600000000", "2010-12-01T08:26:00"),
            (Micros, "12935665560000000", "2010-12-01T08:26:00"),
            (DayFirst, "1 ธ.ค. 2553", "2010-12-01T00:00:00"),
            (DayFirst, "1 ธันวาคม 53", "2010-12-01T00:00:00"),
            (ShortYearFirst, "10/12/01", "2010-12-01T00:00:00"),
        ] {
            assert_eq!(read(reading, text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "abc",
            "12",
            "85123A",
            "2010-13-01",
            "31/31/2010",
            "2010-12-01 25:00",
            "1/2",
            "1.5",
            "2010",
            "8:26",
            "2010-12-01 08:26 nonsense",
            "03 Jan",
            "99999999",
            "2010-12-01T08:26:00+99:00",
            "T",
            "年月日",
            "1-2-3-4",
        ] {
            for reading in Reading::ALL {
                assert_eq!(read(reading, text), None, "{reading:?} {text}");
            }
        }
    }

    #[test]
    fn a_negative_count_lies_before_1970() {
        assert_eq!(read(Reading::Seconds, "-100000000.5").as_deref(), Some("1966-10-31T14:13:19"));
    }
}
