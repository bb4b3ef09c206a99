//! Questions about activity: will a user be active in a period, with how many events, and for how much?
//!
//! Shares are asked about only where a user was active. Here silent periods count as well, or chances would be far too
//! high.

use std::ops::Range;

use super::history::Past;
use crate::calendar::Period;
use crate::events::UserId;

/// Periods of silence that are all asked about; of later ones ever fewer, or users long gone would drown the rest. Each
/// that is asked stands for those that are not, so chances stay what they are.
const ALL_ASKED: i32 = 8;

/// A question about one period, knowing what came before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivityQuestion {
    /// Who.
    pub user: UserId,
    /// The user's last active period before `target`, counted from 0.
    pub known: usize,
    /// The period asked about.
    pub target: Period,
    /// The active period that the target turned out to be; none where the user was silent, or nobody knows.
    pub answer: Option<usize>,
    /// How many questions it stands for.
    pub weight: f32,
}

/// The questions to one user about the periods of `targets`. With `thin`, silence beyond [`ALL_ASKED`] periods is asked
/// about ever more seldom; which periods are left depends on the user's number and on nothing that happened.
pub fn questions(past: &Past, user: UserId, targets: Range<Period>, thin: bool) -> Vec<ActivityQuestion> {
    let mut asked = Vec::new();
    let Some(first) = past.periods.first() else { return asked };
    let mut target = targets.start.max(first.plus(1));
    let Some(mut known) = past.known_before(target) else { return asked };
    while target < targets.end {
        if past.periods.get(known + 1).is_some_and(|next| *next < target) {
            known += 1;
        }
        let ahead = target.since(past.periods[known]);
        let answer = past.periods.get(known + 1).is_some_and(|next| *next == target).then_some(known + 1);
        let apart = if thin && answer.is_none() { spacing(ahead) } else { 1 };
        if (i64::from(ahead) + i64::from(user.0)) % i64::from(apart) == 0 {
            asked.push(ActivityQuestion { user, known, target, answer, weight: apart as f32 });
        }
        target = target.plus(1);
    }
    asked
}

/// Of so many periods one is asked about after `ahead` periods of silence.
fn spacing(ahead: i32) -> i32 {
    let octaves = ((ahead - 1) / ALL_ASKED + 1).max(1) as u32;
    octaves.next_power_of_two() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;

    #[test]
    fn every_period_after_the_first_is_asked_about_and_thinning_loses_no_weight() {
        let log = trajectories(1, &[&[(2, &[1]), (5, &[2]), (90, &[1])], &[(99, &[1])]]);
        let past = Past::of(&log, UserId(0));
        let all = questions(&past, UserId(0), Period(0)..Period(90), false);
        assert_eq!(all.len(), 87);
        assert_eq!(all.iter().filter(|asked| asked.answer.is_some()).count(), 1);
        for asked in &all {
            assert!(past.periods[asked.known] < asked.target);
            assert!(past.periods.get(asked.known + 1).is_none_or(|next| *next >= asked.target));
        }
        for user in 0..16 {
            let thinned = questions(&past, UserId(user), Period(0)..Period(100), true);
            let weight: f32 = thinned.iter().map(|asked| asked.weight).sum();
            assert!(thinned.len() < 50 && (weight - 97.0).abs() < 20.0, "{} {weight}", thinned.len());
            assert_eq!(thinned.iter().filter(|asked| asked.answer.is_some()).count(), 2, "activity is never left out");
        }
    }
}
