//! Numbers as people read them.

use std::time::Duration;

use jiff::civil::Date;

use crate::wording::plural;
pub use crate::wording::thousands as count;

/// An amount without fractions, with its sign: `−1,250`.
pub fn amount(number: f64) -> String {
    let sign = if number <= -0.5 { "−" } else { "" };
    format!("{sign}{}", count(number.abs().round() as u64))
}

/// A share as percent: `31 %`; below one percent with a decimal.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.95 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// A change of a share in percentage points, with its sign: `+12`, `−3`, `±0`.
pub fn points(change: f64) -> String {
    match (change * 100.0).round() as i64 {
        0 => "±0".to_owned(),
        up @ 1.. => format!("+{up}"),
        down => format!("−{}", -down),
    }
}

/// A stretch of time: `less than a second`, `18 s`, `3 min 05 s`, `2 h 10 min`.
pub fn duration(length: Duration) -> String {
    match length.as_secs() {
        0 => "less than a second".to_owned(),
        secs @ 1..60 => format!("{secs} s"),
        secs @ 60..3600 => format!("{} min {:02} s", secs / 60, secs % 60),
        secs => format!("{} h {:02} min", secs / 3600, secs % 3600 / 60),
    }
}

/// How fast something goes: `1,240 texts/s`, `0.4 epochs/s`. `unit` is said of one.
pub fn rate(per_sec: f64, unit: &str) -> String {
    let unit = plural(unit);
    if per_sec >= 9.95 {
        format!("{} {unit}/s", count(per_sec.round() as u64))
    } else {
        format!("{per_sec:.1} {unit}/s")
    }
}

/// A day: `9 Dec 2011`.
pub fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_no_fraction_and_a_sign() {
        assert_eq!(amount(-1250.4), "−1,250");
        assert_eq!(amount(-0.2), "0");
    }

    #[test]
    fn shares_and_changes_have_units_and_signs() {
        assert_eq!(percent(0.314), "31 %");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(points(0.124), "+12");
        assert_eq!(points(-0.031), "−3");
        assert_eq!(points(0.001), "±0");
    }

    #[test]
    fn time_left_is_told_in_two_units_at_most() {
        assert_eq!(duration(Duration::from_millis(300)), "less than a second");
        assert_eq!(duration(Duration::from_secs(18)), "18 s");
        assert_eq!(duration(Duration::from_secs(185)), "3 min 05 s");
        assert_eq!(duration(Duration::from_secs(7800)), "2 h 10 min");
        assert_eq!(rate(0.42, "epoch"), "0.4 epochs/s");
        assert_eq!(rate(1240.0, "text"), "1,240 texts/s");
        assert_eq!(day(Date::constant(2011, 12, 9)), "9 Dec 2011");
    }
}
