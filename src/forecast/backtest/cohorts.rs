//! How good forecasts of cohorts were.

use std::collections::BTreeMap;

use super::result::CohortScores;
use crate::forecast::cohorts::cohort::{Cohort, CohortForecast, CohortRule};
use crate::forecast::past::history::Past;
use crate::forecast::past::tally::Tally;
use crate::forecast::score::{BandTally, of_bands};

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
    let mut tally = Tally::default();
    let mut by_level: BTreeMap<u8, BandTally> = BTreeMap::new();
    for period in periods.iter().filter(|period| wanted(period)) {
        tally.add(&period.observed, &period.share);
        let total: f64 = period.observed.iter().sum();
        for (level, lower, upper) in &period.bands {
            let band = by_level.entry(*level).or_default();
            for ((events, lower), upper) in period.observed.iter().zip(lower).zip(upper) {
                band.add((*lower, *upper), (events / total) as f32, *level);
            }
        }
    }
    let [coverage, _, width, interval] = of_bands(&by_level);
    let (nll, l1) = (tally.nll(), tally.l1());
    CohortScores { nll, gain: f64::NAN, l1, coverage, width, interval, rows: tally.rows, events: tally.events }
}
