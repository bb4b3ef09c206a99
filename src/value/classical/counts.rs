//! What the classical models of repeat buying know of users: how often, how lately, for how long.

use std::collections::BTreeMap;

use statrs::function::gamma::{digamma, ln_gamma};

/// Sums of more terms than this are parted over all cores, into pieces of a fixed size, so that the sum is the same on
/// any machine.
const PIECE: usize = 1 << 14;

/// One user's repeat buying, in days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RepeatBuying {
    /// Days with orders after the first such day (x).
    pub repeats: f64,
    /// From the first day with an order to the last (t_x); 0 without repeats.
    pub recency_days: f64,
    /// From the first day with an order to the cut (T).
    pub age_days: f64,
}

/// Users who are alike, once, with how many they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group {
    pub of: RepeatBuying,
    pub users: f64,
}

/// Users as the likelihoods read them: alike ones once, and what hangs on the number of repeats alone counted by it.
///
/// Times are told in a unit of about the users' mean age, so that a search starts near where it ends whatever the log.
#[derive(Clone, Debug)]
pub(super) struct Grouped {
    pub groups: Vec<Group>,
    /// How many users have so many repeats.
    pub repeats: Vec<(f64, f64)>,
    pub users: f64,
    /// Days in a unit of time.
    pub unit_days: f64,
}

impl Grouped {
    pub fn of(users: &[RepeatBuying]) -> Self {
        let mean = users.iter().map(|user| user.age_days).sum::<f64>() / users.len().max(1) as f64;
        let unit_days = if mean.is_finite() && mean > 0.0 { mean / 10.0 } else { 1.0 };
        let mut alike: BTreeMap<[u64; 3], f64> = BTreeMap::new();
        for user in users {
            let key = [user.repeats, user.recency_days, user.age_days].map(f64::to_bits);
            *alike.entry(key).or_default() += 1.0;
        }
        let mut repeats: BTreeMap<u64, f64> = BTreeMap::new();
        let groups = alike.into_iter().map(|(key, users)| {
            let [many, recency, age] = key.map(f64::from_bits);
            *repeats.entry(many.to_bits()).or_default() += users;
            let of = RepeatBuying { repeats: many, recency_days: recency / unit_days, age_days: age / unit_days };
            Group { of, users }
        });
        let groups: Vec<Group> = groups.collect();
        let repeats = repeats.into_iter().map(|(many, users)| (f64::from_bits(many), users)).collect();
        Self { groups, repeats, users: users.len() as f64, unit_days }
    }

    /// The sum over all users of a value and its slope.
    pub fn sum<const N: usize>(&self, term: impl Fn(&RepeatBuying) -> [f64; N] + Sync) -> [f64; N] {
        let piece = |groups: &[Group]| {
            let mut sum = [0.0; N];
            for group in groups {
                for (sum, term) in sum.iter_mut().zip(term(&group.of)) {
                    *sum += group.users * term;
                }
            }
            sum
        };
        let pieces: Vec<[f64; N]> = if self.groups.len() > PIECE {
            use rayon::prelude::*;
            self.groups.par_chunks(PIECE).map(piece).collect()
        } else {
            vec![piece(&self.groups)]
        };
        pieces.into_iter().fold([0.0; N], |sum, piece| std::array::from_fn(|i| sum[i] + piece[i]))
    }

    /// The same for what hangs on the number of repeats alone.
    pub fn sum_by_repeats<const N: usize>(&self, term: impl Fn(f64) -> [f64; N]) -> [f64; N] {
        let mut sum = [0.0; N];
        for (repeats, users) in &self.repeats {
            for (sum, term) in sum.iter_mut().zip(term(*repeats)) {
                *sum += users * term;
            }
        }
        sum
    }
}

/// ln of Γ(of + more) / Γ(of), and its slopes by `of` and by `more`.
pub(super) fn ln_rising(of: f64, more: f64) -> (f64, f64, f64) {
    let last = digamma(of + more);
    (ln_gamma(of + more) - ln_gamma(of), last - digamma(of), last)
}

/// What the search pays for parameters that run away, which happens where the data leave one undetermined: nothing
/// within e^±9, then quadratically. The likelihood told is without it.
pub(super) fn leash<const N: usize>(logs: &[f64; N]) -> (f64, [f64; N]) {
    const FREE: f64 = 9.0;
    let over: [f64; N] = logs.map(|log| log.abs().max(FREE) - FREE);
    let slope = std::array::from_fn(|i| 2.0 * over[i] * logs[i].signum());
    (over.iter().map(|over| over * over).sum(), slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_who_are_alike_are_counted_once_and_none_is_lost() {
        let user = |repeats, recency_days, age_days| RepeatBuying { repeats, recency_days, age_days };
        let users = [user(0.0, 0.0, 40.0), user(2.0, 30.0, 40.0), user(0.0, 0.0, 40.0), user(2.0, 10.0, 80.0)];
        let grouped = Grouped::of(&users);
        assert_eq!((grouped.groups.len(), grouped.users, grouped.unit_days), (3, 4.0, 5.0));
        assert_eq!(grouped.repeats, [(0.0, 2.0), (2.0, 2.0)]);
        assert_eq!(grouped.sum(|user| [1.0, user.age_days * grouped.unit_days]), [4.0, 200.0]);
    }

    #[test]
    fn a_sum_over_many_is_the_same_as_one_by_one() {
        let users: Vec<RepeatBuying> = (0..40_000)
            .map(|i| RepeatBuying { repeats: 1.0, recency_days: 1.0, age_days: 2.0 + f64::from(i) })
            .collect();
        let grouped = Grouped::of(&users);
        let [sum] = grouped.sum(|user| [user.age_days * grouped.unit_days]);
        let plain: f64 = users.iter().map(|user| user.age_days).sum();
        assert!((sum / plain - 1.0).abs() < 1e-12, "{sum} {plain}");
    }
}
