//! How long a period should be for a log.

use crate::calendar::{Calendar, PeriodLength};
use crate::events::EventTable;
use strum::IntoEnumIterator as _;

/// Shorter lengths are chosen only if the log has this many periods of them to learn from.
const FEWEST_PERIODS: i32 = 8;
/// Of the periods between a user's first and last, at least this part should have events: rarer activity makes a
/// trajectory of gaps.
const FILL: f64 = 0.25;

/// The period length that suits a log: the shortest at which the median returning user is active in at least a quarter
/// of the periods between the first event and the last. Where no length is so well filled, the longest that the log
/// still has eight periods of.
pub fn choose_period(events: &EventTable) -> PeriodLength {
    let Some((first, last)) = events.span() else { return PeriodLength::Day };
    let mut chosen = PeriodLength::Day;
    for length in PeriodLength::iter() {
        let calendar = Calendar::new(length);
        let periods = i64::from(calendar.period(last).0) - i64::from(calendar.period(first).0) + 1;
        if periods < i64::from(FEWEST_PERIODS) {
            break;
        }
        chosen = length;
        if median_fill(events, calendar).is_some_and(|fill| fill >= FILL) {
            break;
        }
    }
    chosen
}

/// The median, over users with events on more than one day, of the part of periods with events between the first and
/// the last; none if no user came back.
fn median_fill(events: &EventTable, calendar: Calendar) -> Option<f64> {
    let mut fills = Vec::new();
    for user in events.user_ids() {
        let times = &events.time[events.rows(user)];
        let (Some(first), Some(last)) = (times.first(), times.last()) else { continue };
        if first.day() == last.day() {
            continue;
        }
        let days = times.chunk_by(|one, next| one.day() == next.day());
        let mut active = days.map(|of_day| calendar.period(of_day[0])).collect::<Vec<_>>();
        active.dedup();
        let between = i64::from(calendar.period(*last).0) - i64::from(calendar.period(*first).0) + 1;
        fills.push(active.len() as f64 / between as f64);
    }
    fills.sort_by(f64::total_cmp);
    fills.get(fills.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;
    use crate::events::TextId;

    /// Users who come every so many days, for so many days in all.
    fn log(every: &[i64], days: i64) -> EventTable {
        let mut events = EventTable { texts: vec!["mug".into()], offsets: vec![0], ..EventTable::default() };
        for (user, every) in every.iter().enumerate() {
            events.users.push(format!("user {user}"));
            events.time.extend((0..days).step_by(*every as usize).map(|day| WallTime(day * 86_400_000_000)));
            events.offsets.push(events.time.len());
        }
        events.text = vec![TextId(0); events.time.len()];
        events
    }

    #[test]
    fn the_rhythm_of_the_users_decides() {
        assert_eq!(choose_period(&log(&[1, 2, 1], 365)), PeriodLength::Day);
        assert_eq!(choose_period(&log(&[9, 14, 20], 365)), PeriodLength::Week);
        assert_eq!(choose_period(&log(&[50, 60, 70], 730)), PeriodLength::Month);
        assert_eq!(choose_period(&log(&[300], 900)), PeriodLength::Month, "rarer than that, still the longest");
    }

    #[test]
    fn a_short_log_is_cut_into_short_periods() {
        assert_eq!(choose_period(&log(&[45], 91)), PeriodLength::Week, "three months are too few");
        assert_eq!(choose_period(&log(&[5], 6)), PeriodLength::Day);
        assert_eq!(choose_period(&EventTable::default()), PeriodLength::Day);
    }
}
