//! Which nominal level holds what it says, for users of little, some and much past apart.

use std::collections::BTreeMap;

use super::cell::{ACTIVITY_GROUPS, activity_group};
use crate::events::UserId;

/// What one cell or one whole path needs to be held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needed {
    /// Whose it is.
    pub user: UserId,
    /// Their active periods.
    pub active_periods: u32,
    /// The nominal level.
    pub level: f64,
}

/// Nominal levels by group of [`activity_group`] and stated level in percent.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels(BTreeMap<(usize, u8), f64>);

impl Levels {
    /// The levels under which the stated part was held, one user more counted as not: users are independent of each
    /// other, their cells are not. A group of fewer than `fewest` users takes what all need; are all too few, there is
    /// no level.
    pub fn on(needed: &[Needed], stated: &[u8], fewest: usize) -> Self {
        let mut found = Self::default();
        let all = Sorted::of(needed.iter());
        for group in 0..ACTIVITY_GROUPS.len() {
            let own = Sorted::of(needed.iter().filter(|needed| activity_group(needed.active_periods) == group));
            let own = if own.users >= fewest { &own } else { &all };
            if own.users < fewest {
                continue;
            }
            let levels = stated.iter().filter_map(|stated| Some(((group, *stated), own.level(*stated)?)));
            found.0.extend(levels);
        }
        found
    }

    /// The nominal level that holds what is stated.
    pub fn nominal(&self, active_periods: u32, stated: u8) -> Option<f64> {
        self.0.get(&(activity_group(active_periods), stated)).copied()
    }

    /// Whether there is no level at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

struct Sorted {
    levels: Vec<f64>,
    users: usize,
}

impl Sorted {
    /// Of those of users that follow one another.
    fn of<'a>(needed: impl Iterator<Item = &'a Needed>) -> Self {
        let (mut levels, mut users, mut last) = (Vec::new(), 0, None);
        for needed in needed {
            users += usize::from(last.replace(needed.user) != Some(needed.user));
            levels.push(needed.level);
        }
        levels.sort_by(f64::total_cmp);
        Self { levels, users }
    }

    /// The level that holds the stated part of these and of one user more, who is as likely as any to be the worst.
    fn level(&self, stated: u8) -> Option<f64> {
        let count = self.levels.len() as f64;
        let rank = f64::from(stated) / 100.0 * count * (1.0 + 1.0 / self.users as f64);
        let rank = (rank - 1e-9).ceil() as usize;
        self.levels.get(rank.saturating_sub(1)).map(|level| level.min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of `users` users, `each` of each, who need their number in parts of all.
    fn needed(users: u32, each: usize) -> Vec<Needed> {
        let of = move |user| Needed {
            user: UserId(user),
            active_periods: 12,
            level: (f64::from(user) + 0.5) / f64::from(users),
        };
        (0..users).flat_map(|user| std::iter::repeat_n(of(user), each)).collect()
    }

    #[test]
    fn one_user_more_is_counted_as_not_held_however_many_cells_users_have() {
        for each in [1, 16, 128] {
            let levels = Levels::on(&needed(40, each), &[80], 30);
            // 80 % of 41 users are 32.8, so the 33rd is held too.
            assert!((levels.nominal(12, 80).unwrap() - 32.5 / 40.0).abs() < 1e-9, "{each} cells each");
        }
    }

    #[test]
    fn cells_of_too_few_users_give_no_level() {
        assert!(Levels::on(&needed(29, 1000), &[80], 30).is_empty());
        // Twelve users cannot say what one in twenty does.
        let few = Levels::on(&needed(12, 1000), &[80, 95], 10);
        assert!(few.nominal(12, 80).is_some() && few.nominal(12, 95).is_none());
    }

    #[test]
    fn a_group_of_few_takes_what_all_need() {
        let mut both = needed(100, 3);
        both.extend(needed(5, 3).into_iter().map(|needed| Needed { active_periods: 1, level: 1.0, ..needed }));
        both.sort_by_key(|needed| needed.user);
        let levels = Levels::on(&both, &[50], 30);
        assert_eq!(levels.nominal(1, 50), levels.nominal(5, 50), "both of all");
        assert!(levels.nominal(1, 50) >= levels.nominal(12, 50));
    }
}
