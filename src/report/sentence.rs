//! The picture in a sentence that can be copied into a mail.

use super::InterestPath;
use crate::calendar::{Calendar, Period, PeriodLength};
use crate::interests::InterestSpace;
use crate::wording::agreeing;

/// Changes below this many points are none that anybody should read into a chart.
const QUIET: f32 = 0.02;

/// A no-break space, so that a number stays with its sign.
const SPACE: char = '\u{a0}';

/// Says how the interest that changes most went and where it heads, with numbers:
/// “Tea sets” rose from 12 % to 31 % in six months; January: 36 % (80 %: 24–47 %).
pub fn sentence(paths: &[InterestPath], space: &InterestSpace, calendar: Calendar) -> String {
    let Some(path) = paths
        .iter()
        .filter(|path| !path.observed.is_empty())
        .max_by(|a, b| moved(a, calendar).total_cmp(&moved(b, calendar)).then(b.interest.cmp(&a.interest)))
    else {
        return "No complete period with activity yet.".to_owned();
    };
    let label = space.interests.get(usize::from(path.interest)).map(|interest| interest.label.clone());
    let name = format!("“{}”", label.unwrap_or_else(|| format!("interest {}", path.interest)));
    let past = past(path, calendar);
    match future(path, calendar) {
        Some(future) => format!("{name} {past}; {future}."),
        None => format!("{name} {past}."),
    }
}

/// A share as people write it: `31 %`, `<1 %`.
pub fn percent(share: f32) -> String {
    match share * 100.0 {
        low if low > 0.0 && low < 0.5 => format!("<1{SPACE}%"),
        high if (99.5..100.0).contains(&high) => format!(">99{SPACE}%"),
        points => format!("{points:.0}{SPACE}%"),
    }
}

/// A stretch of shares: `24–47 %`.
pub(super) fn within(lower: f32, upper: f32) -> String {
    format!("{}–{}", percent(lower).replace(&format!("{SPACE}%"), ""), percent(upper))
}

/// How far to look back: half a year, two months, two weeks.
fn look_back(length: PeriodLength) -> i32 {
    match length {
        PeriodLength::Month => 6,
        PeriodLength::Week => 8,
        PeriodLength::Day => 14,
    }
}

/// Where the story begins and ends: the earliest active period within reach of the last one, and the last.
fn ends(path: &InterestPath, calendar: Calendar) -> Option<(Period, f32, Period, f32)> {
    let last = path.observed.last()?;
    let reach = last.period.plus(-look_back(calendar.length));
    let first = path.observed.iter().find(|observed| observed.period >= reach)?;
    Some((first.period, first.share, last.period, last.share))
}

/// How much there is to tell about a path: its change within reach or the change that is forecast.
fn moved(path: &InterestPath, calendar: Calendar) -> f32 {
    let Some((_, from, _, to)) = ends(path, calendar) else {
        return 0.0;
    };
    let next = path.expected.first().map_or(to, |expected| expected.share);
    // The forecast weighs more than the noise of a single period; size breaks ties between quiet interests.
    (to - from).abs() + (next - from).abs() + 0.01 * to
}

fn past(path: &InterestPath, calendar: Calendar) -> String {
    let Some((first, from, last, to)) = ends(path, calendar) else {
        return String::new();
    };
    let until = match path.expected.first() {
        Some(expected) if last.plus(1) < expected.period => {
            format!(" up to {}", day_or_month(calendar, last))
        }
        _ => String::new(),
    };
    if first == last {
        let when = match calendar.length {
            PeriodLength::Month => format!("in {}", calendar.label(last)),
            PeriodLength::Week => format!("in the week of {}", day_or_month(calendar, last)),
            PeriodLength::Day => format!("on {}", day_or_month(calendar, last)),
        };
        return format!("made up {} {when}", percent(to));
    }
    let time = format!("in {}{until}", duration(last.since(first), calendar.length));
    if (to - from).abs() < QUIET {
        return format!("kept about {} {time}", percent(to));
    }
    format!("{} from {} to {} {time}", if to > from { "rose" } else { "fell" }, percent(from), percent(to))
}

fn future(path: &InterestPath, calendar: Calendar) -> Option<String> {
    let next = path.expected.first()?;
    let when = match calendar.length {
        PeriodLength::Month => calendar.first_day(next.period).strftime("%B").to_string(),
        PeriodLength::Week => format!("week of {}", day_or_month(calendar, next.period)),
        PeriodLength::Day => day_or_month(calendar, next.period),
    };
    let band = next.bands.iter().find(|(level, ..)| *level == 80).or(next.bands.first());
    let band = band
        .map_or_else(String::new, |(level, lower, upper)| format!(" ({level}{SPACE}%: {})", within(*lower, *upper)));
    // Of two events a share is nothing, a half or all; whether there will be any is what can be told.
    if let Some(any) = next.p_any.filter(|_| next.few) {
        return Some(format!("{when}: {} for any at all, then {}{band}", percent(any), percent(next.share)));
    }
    Some(format!("{when}: {}{band}", percent(next.share)))
}

/// `Nov 2011`, `21 Nov`.
fn day_or_month(calendar: Calendar, period: Period) -> String {
    match calendar.length {
        PeriodLength::Month => calendar.label(period),
        _ => calendar.first_day(period).strftime("%-d %b").to_string(),
    }
}

/// `six months`, `one week`, `14 days`.
fn duration(periods: i32, length: PeriodLength) -> String {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let place = usize::try_from(periods - 1).ok();
    let count = place.and_then(|place| WORDS.get(place)).map_or_else(|| periods.to_string(), ToString::to_string);
    format!("{count} {}", agreeing(periods, &length.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;
    use crate::report::{Expected, Observed, sample};
    use jiff::civil::date;

    fn calendar() -> Calendar {
        Calendar::new(PeriodLength::Month)
    }

    fn month(year: i16, month: i8) -> Period {
        calendar().period(WallTime::from_datetime(date(year, month, 1).at(0, 0, 0, 0)))
    }

    fn path(interest: u16, shares: &[(Period, f32)], expected: &[(Period, f32)]) -> InterestPath {
        InterestPath {
            interest,
            observed: shares
                .iter()
                .map(|(period, share)| Observed { period: *period, share: *share, total: 9 })
                .collect(),
            expected: expected
                .iter()
                .map(|(period, share)| Expected {
                    period: *period,
                    share: *share,
                    p_any: Some(0.25),
                    few: false,
                    bands: vec![(50, share - 0.06, share + 0.05), (80, share - 0.12, share + 0.11)],
                })
                .collect(),
        }
    }

    fn said(paths: &[InterestPath]) -> String {
        sentence(paths, &sample::shop().space, calendar()).replace(SPACE, " ")
    }

    #[test]
    fn the_largest_change_is_told_with_its_numbers() {
        let tea = path(
            0,
            &[(month(2011, 1), 0.8), (month(2011, 6), 0.12), (month(2011, 12), 0.31)],
            &[(month(2012, 1), 0.36)],
        );
        let lamps = path(1, &[(month(2011, 6), 0.4), (month(2011, 12), 0.41)], &[(month(2012, 1), 0.4)]);
        assert_eq!(
            said(&[lamps, tea]),
            "“Tea sets” rose from 12 % to 31 % in six months; January: 36 % (80 %: 24–47 %)."
        );
    }

    #[test]
    fn where_few_events_are_expected_the_chance_of_any_comes_first() {
        let mut lamps = path(1, &[(month(2011, 11), 0.5)], &[(month(2011, 12), 0.4)]);
        lamps.expected[0].few = true;
        let words = "“Lamps” made up 50 % in Nov 2011; December: 25 % for any at all, then 40 % (80 %: 28–51 %).";
        assert_eq!(said(&[lamps.clone()]), words);
        lamps.expected[0].p_any = None;
        assert!(said(&[lamps]).ends_with("December: 40 % (80 %: 28–51 %)."), "a cohort has no such chance");
    }

    #[test]
    fn falling_and_quiet_interests_have_their_own_words() {
        let falls = path(1, &[(month(2011, 10), 0.5), (month(2011, 11), 0.004)], &[]);
        assert_eq!(said(&[falls]), "“Lamps” fell from 50 % to <1 % in one month.");
        let quiet = path(1, &[(month(2011, 8), 0.5), (month(2011, 11), 0.51)], &[]);
        assert_eq!(said(&[quiet]), "“Lamps” kept about 51 % in three months.");
    }

    #[test]
    fn one_period_is_no_change() {
        let once = path(2, &[(month(2011, 11), 1.0)], &[(month(2011, 12), 0.5)]);
        assert_eq!(said(&[once]), "“Cards & bows” made up 100 % in Nov 2011; December: 50 % (80 %: 38–61 %).");
    }

    #[test]
    fn weeks_and_days_are_named_as_people_do() {
        for (length, words) in [
            (PeriodLength::Week, "made up 40 % in the week of 5 Jan; week of 12 Jan: 30 %"),
            (PeriodLength::Day, "made up 40 % on 2 Jan; 3 Jan: 30 %"),
        ] {
            let calendar = Calendar::new(length);
            let period = Period(1);
            let once = path(0, &[(period, 0.4)], &[(period.plus(1), 0.3)]);
            let said = sentence(&[once], &sample::shop().space, calendar).replace(SPACE, " ");
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_user_who_went_quiet_is_told_until_when() {
        let gone = path(0, &[(month(2011, 1), 0.2), (month(2011, 3), 0.6)], &[(month(2011, 12), 0.5)]);
        assert!(said(&[gone]).starts_with("“Tea sets” rose from 20 % to 60 % in two months up to Mar 2011; December"));
    }

    #[test]
    fn nothing_observed_and_unknown_interests_are_no_trouble() {
        assert_eq!(said(&[]), "No complete period with activity yet.");
        assert_eq!(said(&[path(0, &[], &[(month(2011, 1), 0.1)])]), "No complete period with activity yet.");
        assert_eq!(said(&[path(77, &[(month(2011, 1), 0.1)], &[])]), "“interest 77” made up 10 % in Jan 2011.");
    }

    #[test]
    fn small_and_nearly_full_shares_do_not_lie() {
        assert_eq!(
            [0.0, 0.001, 0.006, 0.996, 1.0].map(percent).map(|text| text.replace(SPACE, " ")),
            ["0 %", "<1 %", "1 %", ">99 %", "100 %"]
        );
    }
}
