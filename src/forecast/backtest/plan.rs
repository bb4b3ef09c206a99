//! From where a backtest looks ahead, and how far.

use serde::{Deserialize, Serialize};

use crate::calendar::{Period, PeriodLength};
use crate::forecast::ForecastError;
use crate::forecast::past::split::FEWEST_PERIODS;

/// The origins of a backtest with the horizon of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BacktestPlan {
    /// Ascending, each with how many periods it asks ahead.
    pub origins: Vec<(Period, usize)>,
}

impl BacktestPlan {
    /// The last `origins` whole periods of a log from `first` up to `end`, one step ahead each, and one origin with the
    /// full horizon. As many origins as have a past to learn from are left.
    ///
    /// # Errors
    /// [`ForecastError::TooShort`] if none has.
    pub fn of(
        (first, end): (Period, Period),
        length: PeriodLength,
        horizon: usize,
        origins: usize,
    ) -> Result<Self, ForecastError> {
        let back = |periods: usize| end.plus(-i32::try_from(periods).unwrap_or(i32::MAX / 2));
        let full = back(horizon.max(1));
        let mut planned: Vec<(Period, usize)> = (1..=origins.max(1)).map(|periods| (back(periods), 1)).collect();
        planned.retain(|(origin, _)| *origin != full);
        planned.push((full, horizon.max(1)));
        planned.sort_unstable();
        planned.retain(|(origin, _)| origin.since(first) >= FEWEST_PERIODS);
        if planned.is_empty() {
            let periods = end.since(first).max(0);
            return Err(ForecastError::TooShort { periods, length, needed: FEWEST_PERIODS + 1 });
        }
        Ok(Self { origins: planned })
    }

    /// The first origin: the interests are found on what is before it.
    pub fn first(&self) -> Option<Period> {
        self.origins.first().map(|(origin, _)| *origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_months_one_step_each_and_one_with_the_whole_horizon() {
        let plan =
            |horizon| BacktestPlan::of((Period(0), Period(24)), PeriodLength::Month, horizon, 3).unwrap().origins;
        assert_eq!(plan(3), [(Period(21), 3), (Period(22), 1), (Period(23), 1)]);
        assert_eq!(plan(1), [(Period(21), 1), (Period(22), 1), (Period(23), 1)]);
        assert_eq!(plan(6), [(Period(18), 6), (Period(21), 1), (Period(22), 1), (Period(23), 1)]);
    }

    #[test]
    fn origins_without_a_past_are_left_out_and_a_log_without_any_is_refused() {
        let short = BacktestPlan::of((Period(0), Period(6)), PeriodLength::Week, 3, 3).unwrap();
        assert_eq!(short.origins, [(Period(4), 1), (Period(5), 1)]);
        let refused = BacktestPlan::of((Period(0), Period(4)), PeriodLength::Week, 1, 3).unwrap_err();
        assert!(refused.to_string().contains("4 whole weeks"), "{refused}");
    }
}
