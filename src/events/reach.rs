//! Where a log begins and ends: a date that stands for none, a typo in a year or an order dated months ahead must not
//! decide how far it reaches.
//!
//! The rule looks at nothing but the days with rows and how many rows each has. It begins with the *body*, the days
//! between the first and the last tenth of the rows, and walks outwards day by day. At every gap it asks whether what
//! lies beyond belongs to the log; where it does, the body grows by a day and the rule goes on.
//!
//! Beyond a gap of at least [`TIMES_AS_LONG`] times the body's longest pause lies nothing of the log if
//!
//! - it is days that stand for "no date" ([`stands_for_none`]), up to half of all rows, at least a year away, with no
//!   more than a few other rows; or
//! - it is at most a tenth of the rows, ten years away, or a year away and all on one day; or
//! - it is few rows, a hundredth of them (but three in any case, and never more than a tenth), at least a week away,
//!   and so long that the body has [`EXPECTED`] rows in such a time; if they lie on [`ERA_DAYS`] days or more, the gap
//!   is also [`TIMES_AS_LONG`] times as long as every pause among them, for else it is a slower time of the same log.
//!
//! What comes near to that and stays is told, so that it can be left out by saying where the log begins or ends.

use jiff::civil::Date;

use crate::calendar::WallTime;

/// A gap is long if it is so many times as long as the longest pause on its inner side.
const TIMES_AS_LONG: i64 = 3;
/// Rows that the body has in a time as long as the gap, on average: fewer, and the gap may be chance.
const EXPECTED: f64 = 30.0;
/// No gap shorter than this is one, in days.
const WEEK: i64 = 7;
const YEAR: i64 = 365;
const TEN_YEARS: i64 = 3653;
/// Rows on so many days may be a time of the log's own.
const ERA_DAYS: usize = 10;
/// What stays is told from such a gap on, by the longest pause and by expected rows.
const DOUBTFUL: (i64, f64) = (2, 10.0);

/// What carries a log, and what is doubtful about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The first and the last day, since 1970.
    pub first: i64,
    pub last: i64,
    /// Rows at an end that stay although they are far off.
    pub doubts: Vec<Doubt>,
}

/// Rows at an end of the log that stay although they are far off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// How many.
    pub rows: u64,
    /// Their first and last day.
    pub first: i64,
    pub last: i64,
    /// Days between them and all others.
    pub gap: i64,
    /// The day of the others that lies nearest.
    pub nearest: i64,
}

/// Days that programs write where they have no date: the zero of their clocks, or the end of their time.
pub fn stands_for_none(day: i64) -> bool {
    let date = WallTime(day.saturating_mul(86_400_000_000)).datetime().date();
    const NONE: [(i16, i8, i8); 30] = [
        (1, 1, 1),
        (1, 1, 2),
        (1111, 11, 11),
        (1582, 10, 15),
        (1601, 1, 1),
        (1677, 9, 21),
        (1753, 1, 1),
        (1899, 12, 30),
        (1899, 12, 31),
        (1900, 1, 1),
        (1901, 12, 13),
        (1904, 1, 1),
        (1969, 12, 31),
        (1970, 1, 1),
        (1980, 1, 1),
        (1980, 1, 6),
        (2000, 1, 1),
        (2001, 1, 1),
        (2038, 1, 18),
        (2038, 1, 19),
        (2049, 12, 31),
        (2079, 6, 6),
        (2099, 12, 31),
        (2100, 1, 1),
        (2262, 4, 11),
        (2999, 12, 31),
        (3000, 1, 1),
        (9999, 1, 1),
        (9999, 12, 30),
        (9999, 12, 31),
    ];
    NONE.contains(&(date.year(), date.month(), date.day()))
}

/// A day with rows.
#[derive(Clone, Copy, Debug)]
struct Day {
    /// Since 1970; towards the past where days are walked backwards.
    at: i64,
    rows: u64,
    none: bool,
}

/// Which days carry a log. `days` are the days with rows, ascending, with how many each has.
pub fn reach(days: &[(i64, u64)]) -> Option<Reach> {
    let ((first, _), (last, _)) = (*days.first()?, *days.last()?);
    let days: Vec<Day> =
        days.iter().map(|(at, rows)| Day { at: *at, rows: *rows, none: stands_for_none(*at) }).collect();
    let all: u64 = days.iter().map(|day| day.rows).sum();
    let plain: u64 = days.iter().filter(|day| !day.none).map(|day| day.rows).sum();
    if plain == 0 {
        return Some(Reach { first, last, doubts: Vec::new() });
    }
    // Beyond the first tenth of the rows that have a date, from either side; of so few rows that this is none, the day
    // in the middle.
    let outer = |seen: &mut u64, day: &Day| {
        *seen += if day.none { 0 } else { day.rows };
        Some(if plain < 10 { *seen * 2 < plain } else { *seen * 10 <= plain })
    };
    let from = days.iter().scan(0, outer).take_while(|outer| *outer).count();
    let to = days.len() - 1 - days.iter().rev().scan(0, outer).take_while(|outer| *outer).count();
    let body = Body::of(&days[from..=to]);
    let backwards: Vec<Day> = days[..=from].iter().rev().map(|day| Day { at: -day.at, ..*day }).collect();
    let (before, doubt_before) = edge(&backwards, body, all);
    let (after, doubt_after) = edge(&days[to..], body, all);
    let turned =
        doubt_before.map(|doubt| Doubt { first: -doubt.last, last: -doubt.first, nearest: -doubt.nearest, ..doubt });
    Some(Reach { first: -before, last: after, doubts: turned.into_iter().chain(doubt_after).collect() })
}

/// The days that surely belong to the log, as they grow.
#[derive(Clone, Copy, Debug)]
struct Body {
    rows: u64,
    /// Days from the first to the last.
    span: i64,
    /// The longest time from one day with rows to the next.
    pause: i64,
}

impl Body {
    fn of(days: &[Day]) -> Self {
        let span = days.last().map_or(0, |last| last.at) - days.first().map_or(0, |first| first.at) + 1;
        let pause = days.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap_or(1);
        Self { rows: days.iter().map(|day| day.rows).sum(), span, pause }
    }

    /// Rows in a time so long, on average.
    fn expected(&self, days: i64) -> f64 {
        self.rows as f64 * days as f64 / self.span as f64
    }
}

/// Walks from the body's outermost day, `days[0]`, outwards. Answers the last day that belongs to the log, and what is
/// doubtful.
fn edge(days: &[Day], mut body: Body, all: u64) -> (i64, Option<Doubt>) {
    // What lies beyond each day.
    let mut beyond = vec![Group::default(); days.len()];
    for at in (1..days.len()).rev() {
        let (day, mut group) = (days[at], beyond[at]);
        let pause = days.get(at + 1).map_or(0, |later| later.at - day.at);
        *(if day.none { &mut group.none } else { &mut group.strays }) += day.rows;
        beyond[at - 1] = Group { days: group.days + 1, pause: group.pause.max(pause), ..group };
    }
    let mut doubt: Option<Doubt> = None;
    for (pair, group) in days.windows(2).zip(beyond) {
        let (inner, outer) = (pair[0].at, pair[1].at);
        let gap = outer - inner;
        match group.judged(gap, body, all) {
            Verdict::Far => return (inner, doubt),
            Verdict::Doubtful if doubt.is_none_or(|known| known.gap < gap) => {
                let last = days[days.len() - 1].at;
                doubt = Some(Doubt { rows: group.none + group.strays, first: outer, last, gap, nearest: inner });
            }
            _ => {}
        }
        body = Body { rows: body.rows + pair[1].rows, span: body.span + gap, pause: body.pause.max(gap) };
    }
    (days[days.len() - 1].at, doubt)
}

/// All that lies beyond a gap.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// Rows whose day stands for none, and the others.
    none: u64,
    strays: u64,
    /// How many days have rows.
    days: usize,
    /// The longest pause among them.
    pause: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Far,
    Doubtful,
    Near,
}

impl Group {
    fn judged(&self, gap: i64, body: Body, all: u64) -> Verdict {
        let (rows, tenth) = (self.none + self.strays, all / 10);
        let few = tenth.min(3.max(all / 100));
        let expected = body.expected(gap);
        let long = gap >= TIMES_AS_LONG * body.pause;
        let no_dates = self.none > 0 && self.none * 2 <= all && self.strays <= few && gap >= YEAR;
        let ages = rows <= tenth && (gap >= TEN_YEARS || (gap >= YEAR && self.days == 1));
        let era = self.days >= ERA_DAYS && gap < TIMES_AS_LONG * self.pause;
        let strays = rows <= few && gap >= WEEK && expected >= EXPECTED && !era;
        if long && (no_dates || ages || strays) {
            Verdict::Far
        } else if gap >= WEEK
            && gap >= DOUBTFUL.0 * body.pause
            && ((expected >= DOUBTFUL.1 && rows <= tenth.max(few))
                || (gap >= YEAR && self.none > 0)
                || (gap >= TEN_YEARS && rows * 2 <= all))
        {
            Verdict::Doubtful
        } else {
            Verdict::Near
        }
    }
}

/// A day as it is written.
pub fn written(day: i64) -> Date {
    WallTime(day.saturating_mul(86_400_000_000)).datetime().date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn day(year: i16, month: i8, day: i8) -> i64 {
        WallTime::from_datetime(date(year, month, day).at(0, 0, 0, 0)).day()
    }

    /// Two rows a day, from 2022 on for so many days.
    fn daily(days: i64) -> Vec<(i64, u64)> {
        (0..days).map(|at| (day(2022, 1, 1) + at, 2)).collect()
    }

    fn with(mut days: Vec<(i64, u64)>, more: &[(i64, u64)]) -> Vec<(i64, u64)> {
        days.extend(more);
        days.sort_unstable();
        days
    }

    /// The first and last day, and the rows that are doubtful.
    fn found(days: &[(i64, u64)]) -> (String, String, Vec<u64>) {
        let reach = reach(days).unwrap();
        let doubts = reach.doubts.iter().map(|doubt| doubt.rows).collect();
        (written(reach.first).to_string(), written(reach.last).to_string(), doubts)
    }

    fn year_of(days: &[(i64, u64)]) -> (String, String, Vec<u64>) {
        found(&with(daily(365), days))
    }

    fn whole() -> (String, String, Vec<u64>) {
        ("2022-01-01".into(), "2022-12-31".into(), vec![])
    }

    #[test]
    fn days_that_stand_for_none_are_far_even_if_they_are_many() {
        for none in [day(1, 1, 1), day(1900, 1, 1), day(1970, 1, 1), day(2262, 4, 11), day(9999, 12, 31)] {
            for rows in [1, 15, 300] {
                assert_eq!(year_of(&[(none, rows)]), whole(), "{} × {rows}", written(none));
            }
        }
        assert_eq!(year_of(&[(day(1, 1, 1), 7), (day(1970, 1, 1), 9), (day(9999, 12, 31), 80)]), whole());
        let most = year_of(&[(day(1970, 1, 1), 2000)]);
        assert_eq!((most.0.as_str(), most.2), ("1970-01-01", vec![2000]), "most rows are not left out, but told");
    }

    #[test]
    fn typos_and_orders_of_the_future_are_far() {
        assert_eq!(year_of(&[(day(2204, 5, 7), 1)]), whole());
        assert_eq!(year_of(&[(day(2204, 5, 7), 1), (day(2220, 5, 7), 1), (day(1922, 5, 7), 1)]), whole());
        assert_eq!(year_of(&[(day(2023, 5, 7), 1)]), whole(), "four months ahead");
        let typed: Vec<_> = (0..20).map(|at| (day(1922, 1, 1) + 17 * at, 1)).collect();
        assert_eq!(year_of(&typed), whole(), "a fortieth of the rows in another century");
        assert_eq!(year_of(&[(day(1990, 3, 3), 15)]), whole(), "a fiftieth of the rows on one day");
    }

    #[test]
    fn a_pause_is_no_end() {
        let after = |rows| (0..80).map(move |at| (day(2024, 3, 1) + 2 * at, rows)).collect::<Vec<_>>();
        let eras = found(&with(daily(365), &after(2)));
        assert_eq!((eras.0.as_str(), eras.1.as_str()), ("2022-01-01", "2024-08-06"));
        let weak = found(&with(daily(365), &after(2)[..20]));
        assert_eq!((weak.1.as_str(), weak.2), ("2024-04-08", vec![40]), "a twentieth stays and is told");
        let winters: Vec<_> =
            (0..4).flat_map(|year| (0..90).map(move |at| (day(2018 + year, 12, 1) + at, 3))).collect();
        assert_eq!(found(&winters), ("2018-12-01".into(), "2022-02-28".into(), vec![]));
    }

    #[test]
    fn a_slow_beginning_is_one() {
        // One row every ten days for two years, then a hundred a day.
        let slow: Vec<_> = (1..=73).map(|at| (day(2022, 1, 1) - 10 * at, 1)).collect();
        let busy: Vec<_> = (0..365).map(|at| (day(2022, 1, 1) + at, 100)).collect();
        assert_eq!(found(&with(busy, &slow)).0, "2020-01-02");
    }

    #[test]
    fn small_and_sparse_logs_keep_their_ends() {
        let monthly: Vec<_> = (0..40).map(|at| (day(2020, 1, 1) + 30 * at, 1)).collect();
        assert_eq!(found(&monthly).2, Vec::<u64>::new());
        let late = found(&with(monthly.clone(), &[(day(2020, 1, 1) + 30 * 39 + 70, 1)]));
        assert_eq!(
            (late.1, late.2),
            (written(day(2020, 1, 1) + 1240).to_string(), vec![]),
            "ten weeks are no age here"
        );
        assert_eq!(found(&with(monthly, &[(day(2204, 1, 1), 1)])).1, "2023-03-16");
        let few = [(day(2022, 1, 1), 1), (day(2022, 1, 2), 3), (day(2023, 6, 1), 1)];
        assert_eq!(found(&few).1, "2023-06-01", "five rows cannot say what is far");
        let few = [(day(2022, 1, 1), 1), (day(2022, 1, 2), 3), (day(2204, 6, 1), 1)];
        assert_eq!(found(&few), ("2022-01-01".into(), "2204-06-01".into(), vec![1]), "but it is told");
        let few = [(day(1970, 1, 1), 1), (day(2022, 1, 1), 1), (day(2022, 1, 2), 3)];
        assert_eq!(found(&few).0, "2022-01-01", "but a day that stands for none says so itself");
        assert_eq!(found(&[(5, 1)]).2, Vec::<u64>::new());
    }

    #[test]
    fn a_log_of_1970_begins_there() {
        let days: Vec<_> = (0..365).map(|at| (at, 2)).collect();
        assert_eq!(found(&days), ("1970-01-01".into(), "1970-12-31".into(), vec![]));
        assert_eq!(found(&[(0, 50)]).0, "1970-01-01");
    }

    #[test]
    fn a_log_of_three_days_loses_what_is_a_month_off() {
        let three = vec![(day(2022, 5, 1), 30), (day(2022, 5, 2), 30), (day(2022, 5, 3), 30)];
        assert_eq!(found(&with(three, &[(day(2022, 6, 20), 1)])).1, "2022-05-03");
    }
}
