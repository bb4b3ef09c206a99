//! Bands of cohorts, calibrated on how far past forecasts of cohorts were off.
//!
//! A cohort's observed share scatters for two reasons: its events are few, and its users move together. So a residual
//! is measured in units of √(f(1−f)/n + ρ(f(1−f))²), where `f` is the forecast share and `n` the events expected: the first
//! part is a binomial's, the second that of log-odds which all users share; ρ is the one under which past residuals are
//! likeliest. Of the residuals in these units, pooled over cohorts of like size and interests of like share, a band takes
//! the conformal quantile (Lei et al., *Distribution-Free Predictive Inference for Regression*, 2018).

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::Period;
use crate::forecast::bands::coverage::Coverage;
use crate::observe::{Cancelled, Watch};

/// Fewest past origins: all cohorts of one origin are off together.
const FEWEST_ORIGINS: usize = 3;
/// Fewest past residuals of a horizon.
const FEWEST: usize = 40;
/// Fewest of a stratum that has quantiles of its own.
const FEWEST_OF_STRATUM: usize = 100;
/// What ρ may be.
const MOST_COMMON: f64 = 1.0;
const STEPS: i32 = 40;

/// One past share of a cohort: what was forecast and what came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    /// Where the forecast stood.
    pub origin: Period,
    /// Periods ahead, from 1.
    pub horizon: usize,
    /// The share forecast.
    pub share: f32,
    /// Independent events that its share scatters like.
    pub events: f64,
    /// The share observed.
    pub observed: f32,
}

/// How far off shares of cohorts are, by horizon.
#[derive(Clone, Debug, Default)]
pub struct CohortCalibration {
    by_horizon: BTreeMap<usize, CohortScale>,
}

#[derive(Clone, Debug)]
struct CohortScale {
    /// ρ
    common: f64,
    /// Events and share between small and large.
    middle: (f64, f32),
    /// For each stratum distances in units of the scale, ascending.
    strata: Vec<Vec<f64>>,
}

impl CohortCalibration {
    /// Calibrates on past residuals. Horizons that too few past origins speak of get no bands.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn on(residuals: &[Residual], watch: &Watch) -> Result<Self, Cancelled> {
        let mut by_horizon: BTreeMap<usize, Vec<Residual>> = BTreeMap::new();
        for residual in residuals {
            by_horizon.entry(residual.horizon).or_default().push(*residual);
        }
        by_horizon.retain(|_, past| {
            let origins: BTreeSet<Period> = past.iter().map(|residual| residual.origin).collect();
            origins.len() >= FEWEST_ORIGINS && past.len() >= FEWEST
        });
        let scale = |(horizon, past): (usize, Vec<_>)| CohortScale::on(&past, watch).map(|scale| (horizon, scale));
        Ok(Self { by_horizon: by_horizon.into_iter().map(scale).collect::<Result<_, _>>()? })
    }

    /// Whether no horizon could be calibrated.
    pub fn is_empty(&self) -> bool {
        self.by_horizon.is_empty()
    }

    /// Whether there are bands so many periods ahead.
    pub fn reaches(&self, horizon: usize) -> bool {
        self.by_horizon.contains_key(&horizon)
    }

    /// Lower and upper limit at a level in percent. None this far ahead without calibration.
    pub fn limits(&self, horizon: usize, share: f32, events: f64, level: u8) -> Option<(f32, f32)> {
        let scale = self.by_horizon.get(&horizon)?;
        let far = (scale.quantile(share, events, level) * scale.of(share, events)) as f32;
        Some(((share - far).max(0.0), (share + far).min(1.0)))
    }

    /// The part of past residuals inside bands that were calibrated on the other origins, by level, and how many were
    /// judged; none where too few origins are left to calibrate on.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn coverage(residuals: &[Residual], levels: &[u8], watch: &Watch) -> Result<Vec<Option<Coverage>>, Cancelled> {
        let origins: BTreeSet<Period> = residuals.iter().map(|residual| residual.origin).collect();
        let (mut inside, mut all) = (vec![0_u64; levels.len()], 0_u64);
        for origin in origins {
            let (own, others): (Vec<Residual>, Vec<Residual>) =
                residuals.iter().partition(|residual| residual.origin == origin);
            let calibration = Self::on(&others, watch)?;
            for Residual { horizon, share, events, observed, .. } in own {
                let limits = |level: &u8| calibration.limits(horizon, share, events, *level);
                let Some(limits): Option<Vec<_>> = levels.iter().map(limits).collect() else { continue };
                all += 1;
                for (inside, (lower, upper)) in inside.iter_mut().zip(limits) {
                    *inside += u64::from((lower..=upper).contains(&observed));
                }
            }
        }
        Ok(inside.iter().map(|inside| (all > 0).then(|| Coverage::plain(*inside, all))).collect())
    }
}

impl CohortScale {
    fn on(past: &[Residual], watch: &Watch) -> Result<Self, Cancelled> {
        // Half a step in the logarithm; the likelihood is flat around its best point.
        let tried = (0..=STEPS).map(|step| MOST_COMMON * 0.5_f64.powi(STEPS - step) * f64::from(u8::from(step > 0)));
        let unlikely = |common: f64| {
            let squares = |residual: &Residual| {
                let square = scale(common, residual.share, residual.events).powi(2);
                let off = f64::from(residual.observed - residual.share);
                (square.ln(), off * off / square)
            };
            let (logs, ratios) = past.iter().map(squares).fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
            let count = past.len() as f64;
            // The units may be as large as they like: only their proportions matter.
            logs + count * f64::max(ratios / count, f64::MIN_POSITIVE).ln()
        };
        let mut likeliest = (f64::INFINITY, 0.0);
        for common in tried {
            watch.check()?;
            let unlikely = unlikely(common);
            if unlikely < likeliest.0 {
                likeliest = (unlikely, common);
            }
        }
        let (_, common) = likeliest;
        let middle = (
            middle(past.iter().map(|residual| residual.events)),
            middle(past.iter().map(|residual| f64::from(residual.share))) as f32,
        );
        let mut built = Self { common, middle, strata: Vec::new() };
        let mut strata = vec![Vec::new(); 4];
        for residual in past {
            let far = f64::from((residual.observed - residual.share).abs());
            strata[built.stratum(residual.share, residual.events)]
                .push(far / built.of(residual.share, residual.events));
        }
        let all = strata.concat();
        built.strata =
            strata.into_iter().map(|own| if own.len() >= FEWEST_OF_STRATUM { own } else { all.clone() }).collect();
        built.strata.iter_mut().for_each(|distances| distances.sort_by(f64::total_cmp));
        Ok(built)
    }

    fn of(&self, share: f32, events: f64) -> f64 {
        scale(self.common, share, events)
    }

    fn stratum(&self, share: f32, events: f64) -> usize {
        2 * usize::from(events > self.middle.0) + usize::from(share > self.middle.1)
    }

    /// The distance that as many past residuals as the level says did not exceed, one more counted as beyond it.
    fn quantile(&self, share: f32, events: f64, level: u8) -> f64 {
        let distances = &self.strata[self.stratum(share, events)];
        let rank = (f64::from(level) / 100.0 * (distances.len() + 1) as f64).ceil() as usize;
        distances.get(rank.saturating_sub(1)).or(distances.last()).copied().unwrap_or(f64::INFINITY)
    }
}

/// The unit in which a residual is measured.
fn scale(common: f64, share: f32, events: f64) -> f64 {
    // A share is hardly ever nothing, and a cohort hardly ever does nothing.
    let share = f64::from(share).clamp(1e-4, 1.0 - 1e-4);
    let binomial = share * (1.0 - share);
    (binomial / events.max(1.0) + common * binomial * binomial).sqrt()
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, SeedableRng as _};

    /// Cohorts of 30 to 30,000 events whose log-odds move together at each origin, and then scatter as a binomial does.
    fn past(origins: i32, seed: u64) -> Vec<Residual> {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut normal = move || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
        let mut residuals = Vec::new();
        for origin in 0..origins {
            for cohort in 0..20 {
                for interest in 0..8 {
                    let events = 30.0 * 10_f64.powf(f64::from(cohort % 4));
                    let share = 0.02 + 0.05 * f64::from(interest);
                    let odds = (share / (1.0 - share)).ln() + 0.1 * normal();
                    let moved = 1.0 / (1.0 + (-odds).exp());
                    let seen = moved + (moved * (1.0 - moved) / events).sqrt() * normal();
                    let (share, observed) = (share as f32, seen.clamp(0.0, 1.0) as f32);
                    residuals.push(Residual { origin: Period(origin), horizon: 1, share, events, observed });
                }
            }
        }
        residuals
    }

    fn calibrated(residuals: &[Residual]) -> CohortCalibration {
        CohortCalibration::on(residuals, &Watch::silent()).unwrap()
    }

    #[test]
    fn bands_hold_what_they_say_for_small_and_for_large_cohorts() {
        let calibration = calibrated(&past(12, 1));
        let unseen = past(12, 2);
        for level in [50, 80, 95] {
            for (what, wanted) in [("small", 30.0), ("large", 30_000.0)] {
                let own: Vec<&Residual> = unseen.iter().filter(|residual| residual.events == wanted).collect();
                let inside = own.iter().filter(|residual| {
                    let (lower, upper) = calibration.limits(1, residual.share, residual.events, level).unwrap();
                    (lower..=upper).contains(&residual.observed)
                });
                let held = inside.count() as f64 / own.len() as f64;
                assert!((held - f64::from(level) / 100.0).abs() < 0.07, "{what}, {level} %: {held}");
            }
        }
        let told = CohortCalibration::coverage(&past(12, 1), &[80], &Watch::silent()).unwrap();
        assert!((told[0].as_ref().unwrap().held - 0.8).abs() < 0.04, "{told:?}");
        // With three origins, two are left to calibrate on: there are bands, and nobody can say how often they hold.
        assert!(!calibrated(&past(3, 1)).is_empty());
        assert_eq!(CohortCalibration::coverage(&past(3, 1), &[50, 80], &Watch::silent()).unwrap(), [None, None]);
    }

    #[test]
    fn small_cohorts_have_wide_bands_and_levels_are_nested() {
        let calibration = calibrated(&past(6, 3));
        let width = |events, level| {
            let (lower, upper) = calibration.limits(1, 0.3, events, level).unwrap();
            assert!(lower <= 0.3 && 0.3 <= upper);
            upper - lower
        };
        assert!(width(30.0, 80) > 2.0 * width(30_000.0, 80), "{} {}", width(30.0, 80), width(30_000.0, 80));
        assert!(width(300.0, 50) < width(300.0, 80) && width(300.0, 80) < width(300.0, 95));
    }

    #[test]
    fn too_few_origins_give_no_bands_however_many_cohorts() {
        let calibration = calibrated(&past(2, 4));
        assert!(calibration.is_empty());
        assert_eq!(calibration.limits(1, 0.3, 100.0, 80), None);
        assert!(calibrated(&past(3, 4)).limits(2, 0.3, 100.0, 80).is_none(), "nothing is known two ahead");
    }
}
