//! How good forecasts of cohorts were.

use std::collections::BTreeMap;

use super::result::CohortScores;
use crate::forecast::bands::spread_choice::interval_score;
use crate::forecast::cohorts::cohort::{Cohort, CohortForecast, CohortRule};
use crate::forecast::past::history::Past;

/// One period of one cohort: what was forecast at an origin, and what came.
#[derive(Clone, Debug)]
pub struct CohortPeriod {
    /// The cohort.
    pub rule: CohortRule,
    /// Periods ahead, from 1.
    pub horizon: usize,
    /// Events observed, by interest.
    observed: Vec<f64>,
    /// Shares forecast.
    share: Vec<f32>,
    /// Level, lower and upper limits; none where there was no calibration.
    bands: Vec<(u8, Vec<f32>, Vec<f32>)>,
}

/// What came of a forecast of cohorts up to `horizon` periods ahead; `pasts` reach beyond its origin. Cohorts that did
/// nothing in a period say nothing about its shares and are left out.
pub fn observe(forecast: &CohortForecast, pasts: &[Past], horizon: usize) -> Vec<CohortPeriod> {
    let mut periods = Vec::new();
    let observed = |cohort: &Cohort, step: usize| {
        cohort.observed(pasts, forecast.origin.plus(i32::try_from(step).unwrap_or(i32::MAX)))
    };
    for (place, cohort) in forecast.cohorts.iter().enumerate() {
        for step in 0..horizon.min(forecast.horizon) {
            let observed = observed(cohort, step);
            if observed.iter().sum::<f64>() <= 0.0 {
                continue;
            }
            let from = forecast.cell(place, step, 0);
            let cells = from..from + forecast.interests;
            let calibrated = forecast.bands.iter().filter(|band| !band.lower[from].is_nan());
            let bands = calibrated
                .map(|band| (band.level, band.lower[cells.clone()].to_vec(), band.upper[cells.clone()].to_vec()));
            periods.push(CohortPeriod {
                rule: cohort.rule,
                horizon: step + 1,
                observed,
                bands: bands.collect(),
                share: forecast.share[cells.clone()].to_vec(),
            });
        }
    }
    periods
}

/// Scores over the cohorts' periods for which `wanted` holds.
pub fn score(periods: &[CohortPeriod], wanted: impl Fn(&CohortPeriod) -> bool) -> CohortScores {
    let (mut nats, mut apart, mut events, mut rows) = (0.0, 0.0, 0.0, 0_u64);
    let mut by_level: BTreeMap<u8, (u64, f64, f64, u64)> = BTreeMap::new();
    for period in periods.iter().filter(|period| wanted(period)) {
        let total: f64 = period.observed.iter().sum();
        for (events, share) in period.observed.iter().zip(&period.share) {
            if *events > 0.0 {
                nats -= events * f64::from(share.max(1e-12)).ln();
            }
            apart += (events / total - f64::from(*share)).abs();
        }
        events += total;
        rows += 1;
        for (level, lower, upper) in &period.bands {
            let sums = by_level.entry(*level).or_default();
            for ((events, lower), upper) in period.observed.iter().zip(lower).zip(upper) {
                let seen = (events / total) as f32;
                sums.0 += u64::from((*lower..=*upper).contains(&seen));
                sums.1 += f64::from(upper - lower);
                sums.2 += interval_score(*lower, *upper, seen, *level);
                sums.3 += 1;
            }
        }
    }
    let part = |of: fn(&(u64, f64, f64, u64)) -> f64| {
        by_level.iter().map(|(level, sums)| (*level, of(sums) / sums.3.max(1) as f64)).collect()
    };
    CohortScores {
        nll: nats / f64::max(events, 1.0),
        gain: 0.0,
        l1: apart / rows.max(1) as f64,
        coverage: part(|sums| sums.0 as f64),
        width: part(|sums| sums.1),
        interval: part(|sums| sums.2),
        rows,
        events: events.round() as u64,
    }
}
