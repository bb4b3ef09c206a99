//! How far users' shares move from one active period to the next, beyond what chance moves them.
//!
//! Of `N` events a period's shares scatter around the user's decayed mean `p` by Σ p(1−p)/N even where nothing changes.
//! What is observed beyond that, in units of Σ p(1−p), is the period's roughness; a user's is the mean of what is past,
//! drawn towards everybody's.

use std::collections::BTreeMap;

use super::history::Past;
use super::market::Market;
use crate::calendar::Period;
use crate::events::UserId;

/// What a period counts less than the next, and events by which the mean is drawn towards the market's.
const KEPT: f32 = 0.8;
const PRIOR_EVENTS: f32 = 10.0;
/// Fewest events of a period that tells anything.
const FEWEST_EVENTS: f32 = 2.0;
/// Events of a period that tells half of what one could.
const HALF_TOLD: f64 = 15.0;
/// Full periods by which a user is drawn towards everybody.
const PRIOR: f64 = 2.0;
/// Between which roughness lies.
const LEAST: f64 = 0.002;
const MOST: f64 = 0.9;

/// Sum of what periods told, and of how much that weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    told: f64,
    weight: f64,
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        Self { told: self.told + other.told, weight: self.weight + other.weight }
    }
}

/// The roughness of all users, as it stood at any origin.
#[derive(Clone, Debug, Default)]
pub struct Roughness {
    /// Where each user's active periods begin in `sums`.
    from: Vec<usize>,
    /// What is known of a user once an active period is over.
    sums: Vec<Sum>,
    /// What was known of everybody once a period was over.
    everybody: BTreeMap<Period, Sum>,
}

impl Roughness {
    /// Looks at all users, given by their number.
    pub fn of(pasts: &[Past], market: &Market) -> Self {
        let mut found = Self::default();
        let mut shares = Vec::new();
        for past in pasts {
            found.from.push(found.sums.len());
            let decayed = past.decayed(KEPT);
            let mut sum = Sum::default();
            for at in 0..past.len() {
                if at > 0 {
                    let interests = market.log_popularity(past.periods[at]).len();
                    let before = &decayed[(at - 1) * interests..at * interests];
                    let kept = KEPT.powi(past.periods[at].since(past.periods[at - 1]));
                    mean(before, kept, market.log_popularity(past.periods[at]), &mut shares);
                    let new = told(past.counts(at), past.totals[at], &shares);
                    let all = found.everybody.entry(past.periods[at]).or_default();
                    *all = all.plus(new);
                    sum = sum.plus(new);
                }
                found.sums.push(sum);
            }
        }
        let mut sum = Sum::default();
        for period in found.everybody.values_mut() {
            sum = sum.plus(*period);
            *period = sum;
        }
        found
    }

    /// That of a user whose last active period before `origin` is `known`, counted from 0.
    pub fn at(&self, user: UserId, known: usize, origin: Period) -> f32 {
        let everybody = self.everybody.range(..origin).next_back().map_or(Sum::default(), |(_, sum)| *sum);
        let usual = if everybody.weight > 0.0 { everybody.told / everybody.weight } else { 0.0 };
        let own = self.from.get(user.index()).and_then(|from| self.sums.get(from + known)).copied().unwrap_or_default();
        ((own.told + PRIOR * usual) / (own.weight + PRIOR)).clamp(LEAST, MOST) as f32
    }
}

/// The decayed mean before a period, drawn towards the market's.
fn mean(before: &[f32], kept: f32, log_popularity: &[f32], into: &mut Vec<f32>) {
    let total = kept * before.iter().sum::<f32>() + PRIOR_EVENTS;
    into.clear();
    into.extend(before.iter().zip(log_popularity).map(|(sum, log)| (kept * sum + PRIOR_EVENTS * log.exp()) / total));
}

/// What one period tells, if shares were expected.
fn told(counts: &[f32], total: f32, shares: &[f32]) -> Sum {
    if total < FEWEST_EVENTS {
        return Sum::default();
    }
    let (mut squares, mut variance) = (0.0, 0.0);
    for (events, share) in counts.iter().zip(shares) {
        let share = f64::from(*share);
        squares += (f64::from(events / total) - share).powi(2);
        variance += share * (1.0 - share);
    }
    let total = f64::from(total);
    let rough = (squares / variance.max(1e-9) - 1.0 / total) / f64::max(1.0 - 1.0 / total, 0.5);
    let weight = (total / (total + HALF_TOLD)).powi(2);
    Sum { told: weight * rough, weight }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::{lively, trajectories};

    fn of(log: &crate::interests::Trajectories) -> (Vec<Past>, Roughness) {
        let pasts: Vec<Past> = (0..log.users() as u32).map(|user| Past::of(log, UserId(user))).collect();
        let found = Roughness::of(&pasts, &Market::of(log));
        (pasts, found)
    }

    #[test]
    fn who_jumps_is_rough_and_who_stays_is_not() {
        let stays: Vec<(i32, &[u32])> = (0..10).map(|period| (period, &[50_u32, 50] as &[u32])).collect();
        let jumps: Vec<(i32, &[u32])> = (0..10)
            .map(|period| (period, if period % 2 == 0 { &[60_u32, 40] as &[u32] } else { &[40_u32, 60] as &[u32] }))
            .collect();
        let (_, found) = of(&trajectories(2, &[&stays, &jumps]));
        let (still, rough) = (found.at(UserId(0), 9, Period(10)), found.at(UserId(1), 9, Period(10)));
        assert!(still < 0.25 * rough && rough > 0.03, "{still} {rough}");
        // A stranger is like everybody.
        let stranger = found.at(UserId(0), 0, Period(10));
        assert!(still < stranger && stranger < rough, "{still} {stranger} {rough}");
        assert_eq!(found.at(UserId(0), 0, Period(0)), LEAST as f32, "before the log nothing is known");
    }

    #[test]
    fn nothing_at_or_after_the_origin_is_looked_at() {
        let whole = lively(60, 12, 3, 8);
        let mut short = whole.clone();
        short.origin = Period(8);
        let (pasts, before) = of(&short);
        let (_, all) = of(&whole);
        for (user, past) in pasts.iter().enumerate() {
            let Some(known) = past.known_before(Period(8)) else { continue };
            let user = UserId(user as u32);
            assert_eq!(before.at(user, known, Period(8)), all.at(user, known, Period(8)));
        }
    }
}
