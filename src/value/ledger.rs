//! What users bought and gave back, day by day.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::events::{EventTable, Meaning, UserId};

/// One day of one user.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UserDay {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Distinct baskets, where the log has them, otherwise 1; 0 on a day with returns alone.
    pub orders: u32,
    /// Lines bought.
    pub lines: u32,
    /// What they were worth; in a log without prices the number of orders.
    pub gross: f64,
    /// What came back, at its worth; 0 in a log without prices.
    pub back: f64,
}

/// All users' days, those of a user together and in order.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    days: Vec<UserDay>,
    offsets: Vec<usize>,
    /// Whether values are money; otherwise they are orders.
    pub has_money: bool,
    /// Whether orders are told by baskets; otherwise by days.
    pub has_baskets: bool,
    /// The first day with an event, and the last.
    pub span: Option<(i64, i64)>,
}

impl Ledger {
    /// Adds a log up by user and day. Where the log has kinds of events and one of them is buying, only that counts.
    pub fn of(events: &EventTable) -> Self {
        let bought: Option<Vec<bool>> = events.kind.as_ref().and_then(|kind| {
            let bought: Vec<bool> =
                kind.names.iter().map(|name| Meaning::of(name) == Some(Meaning::Purchase)).collect();
            bought.contains(&true).then_some(bought)
        });
        let counts = |row: usize| match (&bought, &events.kind) {
            (Some(bought), Some(kind)) => bought.get(kind.codes[row] as usize).copied().unwrap_or(false),
            _ => true,
        };
        let mut back: Vec<Vec<(i64, f64)>> = vec![Vec::new(); events.users.len()];
        for (row, user) in events.returns.user.iter().enumerate() {
            if let Some(back) = back.get_mut(user.index()) {
                back.push((events.returns.time[row].day(), events.returns.value[row]));
            }
        }
        let has_money = events.value.is_some();
        let mut ledger = Self {
            offsets: vec![0],
            has_money,
            has_baskets: events.basket.is_some(),
            span: events.span().map(|(first, last)| (first.day(), last.day())),
            ..Self::default()
        };
        for user in events.user_ids() {
            let mut days: BTreeMap<i64, (UserDay, Vec<u32>)> = BTreeMap::new();
            for row in events.rows(user).filter(|row| counts(*row)) {
                let day = events.time[row].day();
                let (sum, baskets) = days.entry(day).or_default();
                sum.lines += 1;
                sum.gross += events.value.as_ref().map_or(0.0, |value| value[row]);
                baskets.push(events.basket.as_ref().map_or(0, |basket| basket.codes[row]));
            }
            for (day, value) in &back[user.index()] {
                days.entry(*day).or_default().0.back += value;
            }
            for (day, (sum, mut baskets)) in days {
                baskets.sort_unstable();
                baskets.dedup();
                let orders = baskets.len() as u32;
                let (gross, back) = if has_money { (sum.gross, sum.back) } else { (f64::from(orders), 0.0) };
                ledger.days.push(UserDay { day, orders, gross, back, ..sum });
            }
            ledger.offsets.push(ledger.days.len());
        }
        ledger
    }

    /// How many users the log has.
    pub fn users(&self) -> usize {
        self.offsets.len() - 1
    }

    /// A user's days.
    pub fn days(&self, user: UserId) -> &[UserDay] {
        &self.days[self.offsets[user.index()]..self.offsets[user.index() + 1]]
    }

    /// A user's days from the first of a span of days up to its end.
    pub fn within(&self, user: UserId, days: Range<i64>) -> &[UserDay] {
        let all = self.days(user);
        let place = |day: i64| all.partition_point(|own| own.day < day);
        &all[place(days.start)..place(days.end).max(place(days.start))]
    }

    /// Users with an order before a day.
    pub fn customers(&self, cut: i64) -> Vec<UserId> {
        let known = |user: &UserId| self.days(*user).iter().find(|day| day.orders > 0).is_some_and(|day| day.day < cut);
        (0..self.users() as u32).map(UserId).filter(known).collect()
    }

    /// What a user was worth within some days, net of returns and not below 0, and how many orders they had.
    pub fn worth(&self, user: UserId, days: Range<i64>) -> (f64, f64) {
        let (value, orders) = self
            .within(user, days)
            .iter()
            .fold((0.0, 0.0), |(value, orders), day| (value + day.gross - day.back, orders + f64::from(day.orders)));
        (value.max(0.0), orders)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WallTime;
    use crate::events::{Interned, Returns, TextId};

    const DAY: i64 = 86_400_000_000;

    fn shop() -> EventTable {
        EventTable {
            users: vec!["Ann".into(), "Bob".into()],
            texts: vec!["lamp".into()],
            offsets: vec![0, 4, 5],
            time: [1, 1, 1, 9, 3].map(|day| WallTime(day * DAY + 5)).to_vec(),
            text: vec![TextId(0); 5],
            value: Some(vec![2.0, 3.0, 4.0, 10.0, 7.0]),
            basket: Some(Interned { names: vec!["a".into(), "b".into()], codes: vec![0, 0, 1, 1, Interned::NONE] }),
            returns: Returns {
                user: vec![UserId(0), UserId(1)],
                time: vec![WallTime(10 * DAY), WallTime(4 * DAY)],
                text: vec![TextId(0); 2],
                value: vec![4.0, 50.0],
            },
            ..EventTable::default()
        }
    }

    #[test]
    fn orders_are_baskets_and_returns_count_against_value() {
        let ledger = Ledger::of(&shop());
        assert_eq!(ledger.worth(UserId(0), 0..20), (15.0, 3.0));
        assert_eq!(ledger.worth(UserId(0), 2..20), (6.0, 1.0));
        assert_eq!(ledger.worth(UserId(1), 0..20), (0.0, 1.0), "not below 0");
        assert_eq!(ledger.worth(UserId(0), 9..10), (10.0, 1.0), "the last day is not in it");
        assert_eq!(ledger.customers(3), [UserId(0)]);
        assert_eq!(ledger.customers(4).len(), 2);
    }

    #[test]
    fn without_baskets_a_day_is_an_order_and_without_prices_orders_are_the_value() {
        let ledger = Ledger::of(&EventTable { basket: None, value: None, ..shop() });
        assert_eq!(ledger.worth(UserId(0), 0..20), (2.0, 2.0));
        assert!(!ledger.has_money && !ledger.has_baskets);
    }

    #[test]
    fn what_was_only_looked_at_is_no_order() {
        let kind = Interned { names: vec!["view".into(), "buy".into()], codes: vec![0, 1, 0, 1, 0] };
        let ledger = Ledger::of(&EventTable { kind: Some(kind), ..shop() });
        assert_eq!(ledger.worth(UserId(0), 0..20), (9.0, 2.0));
        assert_eq!(ledger.customers(99), [UserId(0)], "who only looks is no customer");
    }
}
