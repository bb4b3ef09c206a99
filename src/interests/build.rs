//! Events and interests → trajectories.

use super::{InterestSpace, Trajectories, WholePeriods};
use crate::calendar::{Calendar, Period};
use crate::events::{EventTable, UserId};

impl Trajectories {
    /// The first whole period of a log, and the period after its last.
    pub fn whole_periods(events: &EventTable, calendar: Calendar) -> (Period, Period) {
        WholePeriods::of(events, calendar).map_or((Period(0), Period(0)), |whole| (whole.first, whole.origin))
    }

    /// Gathers events by user, period and interest.
    ///
    /// [`Trajectories::first`] is the first whole period, [`Trajectories::origin`] the one after the last; see
    /// [`WholePeriods`]. A first or last period that is not whole has its rows all the same: they lie before the first,
    /// and at the origin.
    ///
    /// A return counts against the value of the cell it falls into; where the user has no such cell, against that of the
    /// latest earlier cell of the interest. A return of what was never bought within the log stays out.
    ///
    /// In [`Trajectories::spend`] a return counts in the period in which it is booked, and nowhere where the user has no
    /// row there.
    pub fn build(events: &EventTable, space: &InterestSpace, calendar: Calendar) -> Self {
        let (first, origin) = Self::whole_periods(events, calendar);
        let mut built = Self::empty(calendar, space.len(), first, origin);
        let mut values = Vec::new();
        let mut sums = vec![(0_u32, 0.0_f64, 0.0_f64); space.len()];
        let weighted = !events.kind_weights.is_empty();
        for user in events.user_ids() {
            let mut rows = events.rows(user).peekable();
            while let Some(row) = rows.next() {
                let period = calendar.period(events.time[row]);
                let sum = &mut sums[usize::from(space.text_interest[events.text[row].index()])];
                sum.0 += 1;
                sum.1 += events.value.as_ref().map_or(0.0, |value| value[row]);
                if weighted {
                    sum.2 += f64::from(events.weight(row));
                }
                if rows.peek().is_some_and(|next| calendar.period(events.time[*next]) == period) {
                    continue;
                }
                for (interest, (count, value, weight)) in
                    sums.iter_mut().enumerate().filter(|(_, (count, ..))| *count > 0)
                {
                    built.interest.push(interest as u16);
                    built.events.push(std::mem::take(count));
                    values.push(std::mem::take(value));
                    if weighted {
                        built.weight.push(std::mem::take(weight) as f32);
                    }
                }
                built.period.push(period);
                built.row_cells.push(built.interest.len());
            }
            built.user_rows.push(built.period.len());
        }
        let mut spend: Vec<f64> = match &events.value {
            Some(_) => (0..built.period.len()).map(|row| values[built.cells(row)].iter().sum()).collect(),
            None => Vec::new(),
        };
        let returns = &events.returns;
        for (at, user) in returns.user.iter().enumerate() {
            let interest = space.text_interest[returns.text[at].index()];
            let booked = calendar.period(returns.time[at]);
            if let Some(cell) = built.latest_cell(*user, interest, booked) {
                values[cell] -= returns.value[at];
            }
            let rows = built.rows(*user);
            if let Ok(row) = built.period[rows.clone()].binary_search(&booked)
                && let Some(spend) = spend.get_mut(rows.start + row)
            {
                *spend -= returns.value[at];
            }
        }
        built.spend = spend.into_iter().map(|spend| spend as f32).collect();
        built.value = values.into_iter().map(|value| value as f32).collect();
        built
    }

    /// The cell of an interest in a user's latest row up to a period that has one.
    fn latest_cell(&self, user: UserId, interest: u16, until: Period) -> Option<usize> {
        self.rows(user).rev().filter(|row| self.period[*row] <= until).find_map(|row| {
            let cells = self.cells(row);
            let at = self.interest[cells.clone()].binary_search(&interest).ok()?;
            Some(cells.start + at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{PeriodLength, WallTime};
    use crate::events::{Returns, TextId};
    use jiff::civil::date;
    use proptest::prelude::*;
    use strum::IntoEnumIterator as _;

    /// An event or a return: user, day since 1970, text, value.
    type Line = (u32, i64, u32, f64);

    fn at(day: i64) -> WallTime {
        WallTime(day * 86_400_000_000 + 1)
    }

    /// Text `n` belongs to interest `n`.
    fn space(interests: u16) -> InterestSpace {
        InterestSpace {
            interests: (0..interests)
                .map(|number| crate::interests::Interest {
                    label: number.to_string(),
                    terms: Vec::new(),
                    share: 0.0,
                    source: crate::interests::Source::Found,
                })
                .collect(),
            dim: 0,
            centroids: Vec::new(),
            text_interest: (0..interests).collect(),
            text_weight: vec![1.0; usize::from(interests)],
        }
    }

    fn log(users: u32, mut lines: Vec<Line>, returns: &[Line]) -> EventTable {
        lines.sort_by_key(|(user, day, ..)| (*user, *day));
        let before = |user: u32| lines.iter().filter(|line| line.0 < user).count();
        EventTable {
            users: (0..users).map(|user| user.to_string()).collect(),
            texts: (0..9).map(|text| text.to_string()).collect(),
            offsets: (0..=users).map(before).collect(),
            time: lines.iter().map(|line| at(line.1)).collect(),
            text: lines.iter().map(|line| TextId(line.2)).collect(),
            value: Some(lines.iter().map(|line| line.3).collect()),
            returns: Returns {
                user: returns.iter().map(|line| UserId(line.0)).collect(),
                time: returns.iter().map(|line| at(line.1)).collect(),
                text: returns.iter().map(|line| TextId(line.2)).collect(),
                value: returns.iter().map(|line| line.3).collect(),
            },
            ..EventTable::default()
        }
    }

    fn weeks(events: &EventTable) -> Trajectories {
        Trajectories::build(events, &space(9), Calendar::new(PeriodLength::Week))
    }

    #[test]
    fn a_return_counts_against_the_latest_purchase_of_its_interest() {
        let bought = vec![(0, 0, 1, 10.0), (0, 7, 1, 20.0), (0, 7, 2, 5.0), (0, 21, 2, 6.0)];
        let same_week = weeks(&log(1, bought.clone(), &[(0, 8, 1, 19.0)]));
        assert_eq!(same_week.value, [10.0, 1.0, 5.0, 6.0]);
        let later = weeks(&log(1, bought.clone(), &[(0, 28, 1, 19.0)]));
        assert_eq!(later.value, [10.0, 1.0, 5.0, 6.0]);
        let earlier_cell = weeks(&log(1, bought.clone(), &[(0, 3, 1, 4.0)]));
        assert_eq!(earlier_cell.value, [6.0, 20.0, 5.0, 6.0]);
        let never_bought = weeks(&log(1, bought, &[(0, 8, 5, 4.0), (0, -90, 1, 4.0)]));
        assert_eq!(never_bought.value, [10.0, 20.0, 5.0, 6.0]);
    }

    #[test]
    fn the_origin_follows_the_last_whole_month() {
        let months = Calendar::new(PeriodLength::Month);
        let day = |y, m, d| WallTime::from_datetime(date(y, m, d).at(12, 0, 0, 0)).day();
        let until = |last: i64| {
            // Open every second day.
            let days = (0..).map(|n| last - 2 * n).take_while(|day| *day >= start());
            log(1, days.map(|day| (0, day, 0, 1.0)).collect(), &[])
        };
        let origin = |last: i64| months.label(Trajectories::build(&until(last), &space(9), months).origin);
        assert_eq!(origin(day(2011, 12, 9)), "Dec 2011", "three weeks are missing");
        assert_eq!(origin(day(2011, 12, 31)), "Jan 2012");
        assert_eq!(origin(day(2011, 12, 30)), "Jan 2012", "shut on the 31st, as on every second day");
        assert_eq!(origin(day(2011, 12, 29)), "Dec 2011");
    }

    fn start() -> i64 {
        WallTime::from_datetime(date(2011, 6, 1).at(0, 0, 0, 0)).day()
    }

    #[test]
    fn a_day_is_always_whole() {
        let built =
            Trajectories::build(&log(1, vec![(0, 3, 0, 1.0)], &[]), &space(9), Calendar::new(PeriodLength::Day));
        assert_eq!((built.first, built.origin), (Period(3), Period(4)));
        let empty =
            Trajectories::build(&EventTable { offsets: vec![0], ..EventTable::default() }, &space(0), built.calendar);
        assert_eq!((empty.users(), empty.period.len()), (0, 0));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_shares_add_up(
            lines in proptest::collection::vec((0..4_u32, 0..200_i64, 0..9_u32, 0.5..9.0_f64), 1..80),
        ) {
            let events = log(4, lines, &[]);
            for length in PeriodLength::iter() {
                let built = Trajectories::build(&events, &space(9), Calendar::new(length));
                prop_assert_eq!(built.users(), 4);
                prop_assert_eq!(built.events.iter().sum::<u32>() as usize, events.len());
                prop_assert!(built.events.iter().all(|count| *count > 0), "empty cells are not stored");
                let spent: f64 = events.value.iter().flatten().sum();
                prop_assert!((built.value.iter().map(|value| f64::from(*value)).sum::<f64>() - spent).abs() < 1e-3);
                for user in events.user_ids() {
                    prop_assert!(built.period[built.rows(user)].is_sorted_by(|a, b| a < b));
                }
                for row in 0..built.period.len() {
                    prop_assert!((built.shares(row).iter().sum::<f32>() - 1.0).abs() < 1e-5);
                    prop_assert!(built.interest[built.cells(row)].is_sorted_by(|a, b| a < b));
                    prop_assert!(built.period[row] >= built.first.plus(-1) && built.period[row] <= built.origin);
                }
            }
        }
    }
}
