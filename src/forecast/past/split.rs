//! Which past periods train, which stop the training, and which only judge it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::history::Past;
use crate::calendar::Period;
use crate::events::UserId;
use crate::interests::Trajectories;

/// The past cut in three: `first..tune` trains, `tune..validation` stops training and chooses what is to be chosen,
/// `validation..origin` is learnt by no model that answers questions about it, and
/// scores every model. Who wins there forecasts, and in a forecast the interests were found with these periods known; only
/// a backtest looks at periods that nothing saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// First period of the log.
    pub first: Period,
    /// First period that stops training.
    pub tune: Period,
    /// First period that scores.
    pub validation: Period,
    /// First period that is not known.
    pub origin: Period,
}

/// Fewest whole periods that can be split.
pub const FEWEST_PERIODS: i32 = 4;
/// User-periods below which more periods judge: a choice among a dozen models by fewer is a matter of chance.
const ENOUGH: usize = 300;

impl Split {
    /// Cuts the periods from `first` up to `origin` for forecasts over `horizon` periods; none if there are fewer than
    /// [`FEWEST_PERIODS`]. Three periods each judge and stop, more for long horizons and where few users are active
    /// (`active` counts those of a period that were so before), fewer in short logs.
    pub fn of(first: Period, origin: Period, horizon: usize, active: impl Fn(Period) -> usize) -> Option<Self> {
        let known = origin.since(first);
        if known < FEWEST_PERIODS {
            return None;
        }
        let wanted = i32::try_from(horizon.div_ceil(2)).unwrap_or(i32::MAX).max(3);
        let most = (known / 4).max(1);
        let judging = (1..=known / 6).scan(0, |seen, back| {
            *seen += active(origin.plus(-back));
            Some((back, *seen))
        });
        let enough = judging.skip_while(|(_, seen)| *seen < ENOUGH).map(|(back, _)| back).next();
        let held = wanted.max(enough.unwrap_or(known / 6)).min(most);
        Some(Self { first, tune: origin.plus(-2 * held), validation: origin.plus(-held), origin })
    }
}

impl Split {
    /// As the periods of a log are cut at the trajectories' origin; none as [`Self::of`].
    pub fn of_log(trajectories: &Trajectories, horizon: usize) -> Option<Self> {
        let pasts: Vec<Past> =
            (0..trajectories.users() as u32).map(|user| Past::of(trajectories, UserId(user))).collect();
        Self::of_pasts(trajectories.first, trajectories.origin, horizon, &pasts)
    }

    /// Cuts the periods that users' pasts lie in; none as [`Self::of`].
    pub fn of_pasts(first: Period, origin: Period, horizon: usize, pasts: &[Past]) -> Option<Self> {
        let mut returned: BTreeMap<Period, usize> = BTreeMap::new();
        for period in pasts.iter().flat_map(|past| past.periods.iter().skip(1)) {
            *returned.entry(*period).or_insert(0) += 1;
        }
        Self::of(first, origin, horizon, |period| returned.get(&period).copied().unwrap_or(0))
    }

    /// The same periods for networks that have learnt by another split: what those learnt judges nothing, however the
    /// cuts would fall here.
    #[must_use]
    pub fn after(self, learnt: &Self) -> Self {
        Self { tune: self.tune.max(learnt.tune), validation: self.validation.max(learnt.validation), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_years_of_months_judge_on_the_last_quarter() {
        let split = Split::of(Period(0), Period(24), 3, |_| 1000).unwrap();
        assert_eq!((split.tune, split.validation), (Period(18), Period(21)));
    }

    #[test]
    fn where_few_are_active_more_periods_judge() {
        let of = |active: usize| Split::of(Period(0), Period(200), 3, |_| active).unwrap().validation;
        assert_eq!(of(100), Period(197), "three months have enough");
        assert_eq!(of(30), Period(190), "ten months have enough");
        assert_eq!(of(1), Period(167), "never more than a sixth for that reason alone");
    }

    #[test]
    fn what_was_learnt_before_judges_nothing_however_the_cuts_would_fall() {
        let of = |active: usize| Split::of(Period(0), Period(60), 3, |_| active).unwrap();
        let (learnt, here) = (of(1000), of(1));
        assert!(here.validation < learnt.validation && here.tune < learnt.tune, "few users need more periods");
        assert_eq!(here.after(&learnt), Split { origin: here.origin, ..learnt });
        assert_eq!(learnt.after(&here), learnt, "later cuts stay");
        for (tune, validation, origin) in [(3, 7, 9), (20, 21, 30), (50, 59, 60), (1, 59, 61)] {
            let learnt = Split { tune: Period(tune), validation: Period(validation), origin: Period(origin), ..here };
            let both = here.after(&learnt);
            assert!(both.tune < both.validation && both.validation < both.origin, "{both:?}");
        }
    }

    #[test]
    fn every_part_has_a_period_and_training_has_a_past() {
        for known in FEWEST_PERIODS..200 {
            for (horizon, active) in (1..60).flat_map(|horizon| [(horizon, 0), (horizon, 20), (horizon, 1000)]) {
                let split = Split::of(Period(5), Period(5 + known), horizon, |_| active).unwrap();
                assert!(split.tune.since(split.first) >= 2, "a target and something before it");
                assert!(split.tune < split.validation && split.validation < split.origin);
            }
        }
        assert_eq!(Split::of(Period(0), Period(3), 1, |_| 1000), None);
    }
}
