//! Which past periods train, which stop the training, and which only judge it.

use crate::calendar::Period;

/// The past cut in three: `first..tune` trains, `tune..validation` stops training and chooses what is to be chosen,
/// `validation..origin` is seen by nothing and scores every model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
