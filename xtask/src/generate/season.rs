//! When the made-up shop sells how much, and days as dates.

/// 2009-12-01, in days since 1970, and how many days follow: the span of the sample.
pub const FIRST_DAY: u64 = 14_579;
pub const DAYS: u64 = 739;
pub const DAY: u64 = 24 * 60;

/// Sales by month, and by day of the week from Monday.
const BY_MONTH: [f64; 12] = [0.8, 0.75, 0.95, 0.85, 0.95, 1.0, 0.95, 0.95, 1.2, 1.45, 1.9, 1.3];
const BY_WEEKDAY: [f64; 7] = [1.1, 1.2, 1.2, 1.3, 1.0, 0.02, 0.75];

/// How much is sold on a day.
pub fn weight(day: u64) -> f64 {
    let date = FIRST_DAY + day;
    let (month, weekday) = (month_of(date), ((date + 3) % 7) as usize);
    let growth = 1.0 + 0.3 * day as f64 / DAYS as f64;
    // 23 December to 3 January.
    let shut = (387..=398).contains(&(day % 365 + 365)) || (22..=33).contains(&day);
    if shut { 0.0 } else { BY_MONTH[month] * BY_WEEKDAY[weekday] * growth }
}

/// The part of the opening hours at which this part of the day's sales is done: the middle is the busiest.
pub fn busy(part: f64) -> f64 {
    if part < 0.5 { (part / 2.0).sqrt() } else { 1.0 - ((1.0 - part) / 2.0).sqrt() }
}

/// The month, from 0, of a day since 1970.
pub fn month_of(day: u64) -> usize {
    date(day as i64).1 as usize - 1
}

/// Year, month and day of a day since 1970 (Howard Hinnant: chrono-compatible low-level date algorithms).
pub fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let day = day.rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_told_by_the_calendar() {
        assert_eq!([FIRST_DAY, FIRST_DAY + 30, FIRST_DAY + 31, FIRST_DAY + 90, 0].map(month_of), [11, 11, 0, 2, 0]);
        assert!(weight(1) > 0.0 && weight(25) == 0.0, "shut at Christmas");
    }

    #[test]
    fn days_are_dates() {
        for (day, as_date) in
            [(0, (1970, 1, 1)), (14_668, (2010, 2, 28)), (14_669, (2010, 3, 1)), (11_016, (2000, 2, 29))]
        {
            assert_eq!(date(day), as_date);
        }
    }
}
