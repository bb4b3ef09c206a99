//! What stored values mean: numbers, times, and identities as people write them.

use std::fmt::Write as _;

use polars::prelude::{
    ChunkedArray, Column, DataType, Float64Chunked, Int64Chunked, NewChunkedArray as _, PlSmallStr, PolarsResult,
    Series, StringChunked, TimeUnit,
};

use super::decimal::Decimal;
use super::schema::{Meaning, Unit};
use crate::events::source::Cells;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// The day of 1970-01-01 in the count that `Int96` uses.
const DAY_OF_1970: i64 = 2_440_588;

/// The values of a column, from what is stored.
pub fn cells(series: Series, meaning: Meaning) -> PolarsResult<Cells> {
    let integers = || Ok::<_, polars::prelude::PolarsError>(series.cast(&DataType::Int64)?.i64()?.clone());
    Ok(match meaning {
        Meaning::Truth | Meaning::Whole | Meaning::Natural | Meaning::Number | Meaning::Text => {
            Cells::from_column(&Column::from(series))?
        }
        Meaning::Decimal { precision, scale } => Decimal { precision, scale }.cells(&series)?,
        Meaning::Date => Cells::Date(integers()?),
        Meaning::Time { unit, utc } => {
            let unit = match unit {
                Unit::Millis => TimeUnit::Milliseconds,
                Unit::Micros => TimeUnit::Microseconds,
                Unit::Nanos => TimeUnit::Nanoseconds,
            };
            if utc { Cells::Instant(integers()?, unit) } else { Cells::Time(integers()?, unit) }
        }
        Meaning::Clock(unit) => {
            let texts: Vec<Option<String>> = integers()?.iter().map(|value| Some(time_of_day(value?, unit))).collect();
            Cells::Text(StringChunked::from_slice_options(PlSmallStr::EMPTY, &texts))
        }
        Meaning::DayAndNanos => {
            let times: Vec<Option<i64>> = series.binary()?.iter().map(|bytes| day_and_nanos(bytes?)).collect();
            Cells::Time(Int64Chunked::from_slice_options(PlSmallStr::EMPTY, &times), TimeUnit::Microseconds)
        }
        Meaning::Half => {
            let numbers: Vec<Option<f64>> = series.binary()?.iter().map(|bytes| half(bytes?)).collect();
            Cells::Number(Float64Chunked::from_slice_options(PlSmallStr::EMPTY, &numbers))
        }
        Meaning::Uuid => texts(&series, uuid)?,
        Meaning::Bytes => texts(&series, spelled)?,
    })
}

/// Bytes, each spelled by `spell`.
fn texts(series: &Series, spell: impl Fn(&[u8], &mut String)) -> PolarsResult<Cells> {
    let binary = series.binary()?;
    let mut text = String::new();
    let texts: Vec<Option<String>> = binary
        .iter()
        .map(|bytes| {
            text.clear();
            spell(bytes?, &mut text);
            Some(text.clone())
        })
        .collect();
    Ok(Cells::Text(ChunkedArray::from_slice_options(PlSmallStr::EMPTY, &texts)))
}

/// Bytes of which nothing is said, as a person would write them: words where they are words, else in hexadecimal.
/// Only the value itself decides, so that the same bytes are spelled the same in every file.
fn spelled(bytes: &[u8], into: &mut String) {
    // A word in a column of a fixed width is filled up.
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let control = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r');
    match std::str::from_utf8(&bytes[..end]) {
        Ok(text) if !text.chars().any(control) && (end > 0 || bytes.is_empty()) => into.push_str(text),
        _ => hexadecimal(bytes, into),
    }
}

fn hexadecimal(bytes: &[u8], into: &mut String) {
    for byte in bytes {
        // Writing into a text cannot fail.
        let _ = write!(into, "{byte:02x}");
    }
}

/// `8f14e45f-ceea-467f-ab0e-000000000001`.
fn uuid(bytes: &[u8], into: &mut String) {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            into.push('-');
        }
        let _ = write!(into, "{byte:02x}");
    }
}

/// Microseconds since 1970, from the nanoseconds within a day and the day.
fn day_and_nanos(bytes: &[u8]) -> Option<i64> {
    let nanos = i64::from_le_bytes(*bytes.first_chunk()?);
    let day = i32::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
    // No day that makes sense is too far for microseconds; what is too far stays so.
    let midnight = (i64::from(day) - DAY_OF_1970).saturating_mul(MICROS_PER_DAY);
    Some(midnight.saturating_add(nanos.div_euclid(1000)))
}

/// `14:30:05`, with a fraction where there is one.
fn time_of_day(count: i64, unit: Unit) -> String {
    let per_second = match unit {
        Unit::Millis => 1000,
        Unit::Micros => 1_000_000,
        Unit::Nanos => 1_000_000_000,
    };
    let (seconds, part) = (count.div_euclid(per_second), count.rem_euclid(per_second));
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if part > 0 {
        let digits = per_second.ilog10() as usize;
        let fraction = format!("{part:0digits$}");
        text.push('.');
        text.push_str(fraction.trim_end_matches('0'));
    }
    text
}

/// A number of two bytes: a sign, five bits of exponent, ten of fraction.
fn half(bytes: &[u8]) -> Option<f64> {
    let bits = u16::from_le_bytes(*bytes.first_chunk()?);
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    };
    Some(if bits >> 15 == 1 { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(spell: impl Fn(&[u8], &mut String), bytes: &[u8]) -> String {
        let mut text = String::new();
        spell(bytes, &mut text);
        text
    }

    #[test]
    fn bytes_are_words_where_they_are_words() {
        assert_eq!(of(spelled, "Zoë\n".as_bytes()), "Zoë\n");
        assert_eq!(of(spelled, b"DE\0\0"), "DE");
        assert_eq!(of(spelled, b""), "");
        assert_eq!(of(spelled, &[0, 0]), "0000");
        assert_eq!(of(spelled, &[1, 0x41]), "0141");
        assert_eq!(of(spelled, &[0xff, 0x41]), "ff41");
    }

    #[test]
    fn a_uuid_has_its_hyphens() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(of(uuid, &bytes), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }

    #[test]
    fn a_day_and_its_nanoseconds_are_a_time_whatever_the_year() {
        let time = |nanos: i64, day: i32| {
            let bytes = [&nanos.to_le_bytes()[..], &day.to_le_bytes()].concat();
            crate::calendar::WallTime(day_and_nanos(&bytes).unwrap()).to_string()
        };
        assert_eq!(time(3_600_000_000_000, 2_440_588), "1970-01-01T01:00:00");
        assert_eq!(time(0, 5_373_484), "9999-12-31T00:00:00");
        assert_eq!(time(0, 1_721_426), "0001-01-01T00:00:00");
        assert_eq!(day_and_nanos(&[0; 11]), None);
    }

    #[test]
    fn times_of_day_and_short_numbers_are_read() {
        assert_eq!(time_of_day(52_205_000, Unit::Millis), "14:30:05");
        assert_eq!(time_of_day(52_205_250_000, Unit::Micros), "14:30:05.25");
        assert_eq!(half(&0x3c00_u16.to_le_bytes()), Some(1.0));
        assert_eq!(half(&0xc500_u16.to_le_bytes()), Some(-5.0));
        assert_eq!(half(&0x0001_u16.to_le_bytes()), Some(2_f64.powi(-24)));
        assert_eq!(half(&0x7c00_u16.to_le_bytes()), Some(f64::INFINITY));
    }
}
