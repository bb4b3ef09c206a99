//! Users who behave unlike people who shop for themselves: flagged for the analyst, never removed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{EventTable, UserId};

/// Pace: active hours a user must have, and distinct moments an hour beyond which nobody clicks by hand (one every ten
/// seconds). Moments and not events, since a basket of a hundred lines is one act.
const PACE_HOURS: usize = 5;
const PACE: f64 = 360.0;
/// The clock: days with events in so many different hours.
const CLOCK_DAYS: usize = 3;
const CLOCK_HOURS: u32 = 20;
/// Quantities: events a user must have, and how many times the typical user's quantity is that of a trader.
const TRADE_EVENTS: usize = 10;
const TRADE_EACH: f32 = 10.0;
const TRADE_ALL: f32 = 100.0;

const HOUR: i64 = 3_600_000_000;

/// What a user looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flag {
    /// A program: faster than hands, or awake round the clock.
    Bot,
    /// Somebody who buys for others.
    Wholesaler,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bot => "bot",
            Self::Wholesaler => "wholesaler",
        })
    }
}

/// A user flagged, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flagged {
    /// Who.
    pub user: UserId,
    /// As what.
    pub flag: Flag,
    /// The rule that applies, with this user's numbers.
    pub why: String,
}

/// The users that one of these rules applies to, by user number:
///
/// - a bot has, over at least 5 hours with events, more than 360 distinct moments an hour on average; or has events in 20
///   or more different hours on each of at least 3 days;
/// - a wholesaler has at least 10 events, and a median quantity of at least 10 times that of the typical user, or at
///   least 100 times the typical user's units in all. The typical user is the median one.
pub fn flag_users(events: &EventTable) -> Vec<Flagged> {
    let typical = events.quantity.as_deref().map(|quantity| Typical::of(events, quantity));
    let mut flagged = Vec::new();
    for user in events.user_ids() {
        flagged.extend(bot(events, user).map(|why| Flagged { user, flag: Flag::Bot, why }));
        let trades = typical.as_ref().and_then(|typical| typical.wholesale(user));
        flagged.extend(trades.map(|why| Flagged { user, flag: Flag::Wholesaler, why }));
    }
    flagged
}

fn bot(events: &EventTable, user: UserId) -> Option<String> {
    let times = &events.time[events.rows(user)];
    let (mut moments, mut hours, mut last, mut last_hour) = (0_usize, 0_usize, None, None);
    let (mut day, mut day_hours, mut long_days) = (None, 0_u32, 0_usize);
    for time in times {
        if last == Some(*time) {
            continue;
        }
        last = Some(*time);
        moments += 1;
        let hour = time.0.div_euclid(HOUR);
        if last_hour == Some(hour) {
            continue;
        }
        last_hour = Some(hour);
        hours += 1;
        if day != Some(time.day()) {
            long_days += usize::from(day_hours >= CLOCK_HOURS);
            (day, day_hours) = (Some(time.day()), 0);
        }
        day_hours += 1;
    }
    long_days += usize::from(day_hours >= CLOCK_HOURS);
    let pace = moments as f64 / hours.max(1) as f64;
    if hours >= PACE_HOURS && pace > PACE {
        return Some(format!("{pace:.0} distinct moments an hour over {hours} hours with events"));
    }
    (long_days >= CLOCK_DAYS).then(|| format!("events in {CLOCK_HOURS} or more hours of the day on {long_days} days"))
}

/// Quantities of all users.
struct Typical {
    /// Events, median quantity and units of each user.
    users: Vec<(usize, f32, f32)>,
    each: f32,
    all: f32,
}

impl Typical {
    fn of(events: &EventTable, quantity: &[f32]) -> Self {
        let users: Vec<(usize, f32, f32)> = events
            .user_ids()
            .map(|user| {
                let mut own = quantity[events.rows(user)].to_vec();
                (own.len(), median(&mut own), own.iter().sum())
            })
            .collect();
        let there = || users.iter().filter(|user| user.0 > 0);
        let each = median(&mut there().map(|user| user.1).collect::<Vec<_>>());
        let all = median(&mut there().map(|user| user.2).collect::<Vec<_>>());
        Self { users, each, all }
    }

    fn wholesale(&self, user: UserId) -> Option<String> {
        let (count, each, all) = self.users[user.index()];
        if count < TRADE_EVENTS || self.each <= 0.0 {
            None
        } else if each >= TRADE_EACH * self.each {
            Some(format!("a median quantity of {each}, where the typical user's is {}", self.each))
        } else if all >= TRADE_ALL * self.all {
            Some(format!("{all} units in all, where the typical user has {}", self.all))
        } else {
            None
        }
    }
}

/// The middle number, the lower of two; 0 of none.
fn median(numbers: &mut [f32]) -> f32 {
    if numbers.is_empty() {
        return 0.0;
    }
    let middle = (numbers.len() - 1) / 2;
    *numbers.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;
    use crate::events::TextId;

    /// A table of users, each with the seconds and quantities of their events.
    fn table(users: &[Vec<(i64, f32)>]) -> EventTable {
        let mut table = EventTable { offsets: vec![0], texts: vec!["tea".into()], ..EventTable::default() };
        let mut quantity = Vec::new();
        for (number, events) in users.iter().enumerate() {
            table.users.push(number.to_string());
            for (second, many) in events {
                table.time.push(WallTime(second * 1_000_000));
                table.text.push(TextId(0));
                quantity.push(*many);
            }
            table.offsets.push(table.time.len());
        }
        table.quantity = Some(quantity);
        table
    }

    fn shopper() -> Vec<(i64, f32)> {
        (0..20).map(|visit| (visit * 90_000, 2.0)).collect()
    }

    fn flags(users: &[Vec<(i64, f32)>]) -> Vec<(u32, Flag)> {
        flag_users(&table(users)).into_iter().map(|flagged| (flagged.user.0, flagged.flag)).collect()
    }

    #[test]
    fn programs_are_told_by_pace_and_by_never_sleeping() {
        let fast = (0..6 * 3600).step_by(5).map(|second| (second, 1.0)).collect();
        let sleepless = (0..3 * 24).map(|hour| (hour * 3600, 1.0)).collect();
        let busy_hour = (0..3600).step_by(5).map(|second| (second, 1.0)).collect();
        let large_basket: Vec<(i64, f32)> = (0..5000).map(|line| (line / 1000 * 3600, 1.0)).collect();
        let found = flags(&[shopper(), fast, sleepless, busy_hour, large_basket]);
        let bots: Vec<u32> = found.iter().filter(|flag| flag.1 == Flag::Bot).map(|flag| flag.0).collect();
        assert_eq!(bots, [1, 2], "an hour of zeal and a basket of a thousand lines are no program");
    }

    #[test]
    fn traders_are_told_by_what_they_take() {
        let each = (0..10).map(|visit| (visit * 90_000, 20.0)).collect();
        let all = (0..2100).map(|visit| (visit * 90_000, 2.0)).collect();
        let once = vec![(0, 5000.0)];
        let flagged = flags(&[shopper(), shopper(), shopper(), each, all, once]);
        assert_eq!(flagged, [(3, Flag::Wholesaler), (4, Flag::Wholesaler)], "one large purchase is none");
        let table = EventTable { quantity: None, ..table(&[shopper()]) };
        assert!(flag_users(&table).is_empty(), "nothing is said where nothing is counted");
    }

    #[test]
    fn a_flag_says_why() {
        let fast = (0..6 * 3600).step_by(5).map(|second| (second, 1.0)).collect();
        assert_eq!(flag_users(&table(&[fast]))[0].why, "720 distinct moments an hour over 6 hours with events");
    }
}
