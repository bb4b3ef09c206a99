//! Bands by split conformal calibration on past origins.
//!
//! A cell's score is the distance of the observed from the forecast share in units of the scatter that a share of that
//! size has when a user of that activity is looked at. The half-width of a band is the quantile of the scores among
//! like cells: same horizon, similar forecast share, similar activity. Vovk, Gammerman and Shafer, *Algorithmic
//! learning in a random world*, 2005; strata as in Mondrian conformal prediction, ibid.

use std::collections::BTreeMap;

/// Fewest past cells that a stratum, or failing that a horizon, is calibrated on.
const FEWEST_CELLS: usize = 200;
/// Strata by forecast share and by expected events.
const SHARE_STRATA: usize = 6;
const ACTIVITY_STRATA: usize = 3;

/// A forecast share with what the band depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Periods ahead, from 1.
    pub horizon: usize,
    /// Forecast share.
    pub share: f32,
    /// Events expected in the period.
    pub expected_events: f32,
}

impl Cell {
    /// The scatter of an observed share around this forecast: of counting few events, and of people changing.
    fn scatter(&self) -> f32 {
        let share = self.share.clamp(1e-4, 1.0 - 1e-4);
        (share * (1.0 - share) * (1.0 / self.expected_events.max(1.0) + 0.02)).sqrt()
    }
}

/// Half-widths of bands in units of scatter, by horizon and stratum.
#[derive(Clone, Debug)]
pub struct Calibration {
    levels: Vec<u8>,
    by_horizon: BTreeMap<usize, Horizon>,
}

#[derive(Clone, Debug)]
struct Horizon {
    share_limits: Vec<f32>,
    activity_limits: Vec<f32>,
    /// One factor a level for each stratum; none where there were too few cells.
    strata: Vec<Option<Vec<f32>>>,
    /// One factor a level over all strata.
    all: Vec<f32>,
}

impl Calibration {
    /// Calibrates on past cells and the shares that were observed. Horizons with too few cells get no bands.
    pub fn on(cells: &[(Cell, f32)], levels: &[u8]) -> Self {
        let mut by_horizon: BTreeMap<usize, Vec<&(Cell, f32)>> = BTreeMap::new();
        for cell in cells {
            by_horizon.entry(cell.0.horizon).or_default().push(cell);
        }
        by_horizon.retain(|_, cells| cells.len() >= FEWEST_CELLS);
        let calibrated = by_horizon.into_iter().map(|(horizon, cells)| (horizon, Horizon::on(&cells, levels)));
        Self { levels: levels.to_vec(), by_horizon: calibrated.collect() }
    }

    /// Whether no horizon could be calibrated.
    pub fn is_empty(&self) -> bool {
        self.by_horizon.is_empty()
    }

    /// Lower and upper limits of a cell, one pair a level; none this far ahead without calibration.
    pub fn limits(&self, cell: &Cell) -> Option<impl Iterator<Item = (f32, f32)>> {
        let horizon = self.by_horizon.get(&cell.horizon)?;
        let factors = horizon.strata[horizon.stratum(cell)].as_ref().unwrap_or(&horizon.all);
        let (share, scatter) = (cell.share, cell.scatter());
        let limits = move |factor: &f32| ((share - factor * scatter).max(0.0), (share + factor * scatter).min(1.0));
        Some(factors.iter().map(limits))
    }

    /// The part of `cells` inside their limits, one number a level; none if no cell has limits.
    pub fn coverage(&self, cells: &[(Cell, f32)]) -> Option<Vec<f64>> {
        let (mut inside, mut seen) = (vec![0_u64; self.levels.len()], 0_u64);
        for (cell, observed) in cells {
            let Some(limits) = self.limits(cell) else { continue };
            seen += 1;
            for (inside, (lower, upper)) in inside.iter_mut().zip(limits) {
                *inside += u64::from((lower..=upper).contains(observed));
            }
        }
        (seen > 0).then(|| inside.into_iter().map(|inside| inside as f64 / seen as f64).collect())
    }
}

impl Horizon {
    fn on(cells: &[&(Cell, f32)], levels: &[u8]) -> Self {
        let share_limits = quantile_limits(cells.iter().map(|(cell, _)| cell.share), SHARE_STRATA);
        let activity_limits = quantile_limits(cells.iter().map(|(cell, _)| cell.expected_events), ACTIVITY_STRATA);
        let mut built = Self { share_limits, activity_limits, strata: Vec::new(), all: Vec::new() };
        let mut scores = vec![Vec::new(); SHARE_STRATA * ACTIVITY_STRATA];
        for (cell, observed) in cells {
            scores[built.stratum(cell)].push((observed - cell.share).abs() / cell.scatter());
        }
        built.all = factors(&mut scores.concat(), levels);
        let enough = |scores: &mut Vec<f32>| (scores.len() >= FEWEST_CELLS).then(|| factors(scores, levels));
        built.strata = scores.iter_mut().map(enough).collect();
        built
    }

    fn stratum(&self, cell: &Cell) -> usize {
        let share = self.share_limits.partition_point(|limit| *limit < cell.share);
        let activity = self.activity_limits.partition_point(|limit| *limit < cell.expected_events);
        share * ACTIVITY_STRATA + activity
    }
}

/// Limits that cut values into `parts` of like size.
fn quantile_limits(values: impl Iterator<Item = f32>, parts: usize) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    (1..parts).map(|part| values[part * values.len() / parts]).collect()
}

/// The ⌈(n + 1) · level⌉-th smallest score for each level: with it, a new cell is inside with at least that probability.
fn factors(scores: &mut [f32], levels: &[u8]) -> Vec<f32> {
    scores.sort_by(f32::total_cmp);
    let rank = |level: &u8| ((scores.len() + 1) * usize::from(*level)).div_ceil(100).clamp(1, scores.len());
    levels.iter().map(|level| scores[rank(level) - 1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, SeedableRng as _};

    /// Observed shares of 12 events around forecasts, as a binomial scatters them.
    fn cells(count: usize, seed: u64) -> Vec<(Cell, f32)> {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut cell = |horizon| {
            let share = random.random_range(0.02..0.6_f32);
            let hits = (0..12).filter(|_| random.random_bool(f64::from(share))).count();
            (Cell { horizon, share, expected_events: 12.0 }, hits as f32 / 12.0)
        };
        (0..count).map(|at| cell(1 + at % 2)).collect()
    }

    #[test]
    fn bands_hold_what_they_say_on_cells_they_never_saw() {
        let calibration = Calibration::on(&cells(20_000, 1), &[50, 80, 95]);
        let coverage = calibration.coverage(&cells(20_000, 2)).unwrap();
        for (level, coverage) in [0.5, 0.8, 0.95].into_iter().zip(coverage) {
            // A share of 12 events takes few values, so a band may hold more than it says, never much less.
            assert!(coverage > level - 0.02 && coverage < level + 0.12, "{level}: {coverage}");
        }
    }

    #[test]
    fn wider_levels_hold_narrower_ones_and_stay_shares() {
        let calibration = Calibration::on(&cells(5_000, 3), &[50, 80, 95]);
        for (cell, _) in cells(500, 4) {
            let limits: Vec<_> = calibration.limits(&cell).unwrap().collect();
            for pair in limits.windows(2) {
                assert!(pair[1].0 <= pair[0].0 && pair[0].1 <= pair[1].1);
            }
            for (lower, upper) in limits {
                assert!(0.0 <= lower && lower <= cell.share && cell.share <= upper && upper <= 1.0);
            }
        }
    }

    #[test]
    fn too_few_cells_give_no_bands() {
        let calibration = Calibration::on(&cells(300, 5), &[80]);
        assert!(calibration.is_empty(), "150 cells a horizon");
        assert!(calibration.limits(&cells(1, 6)[0].0).is_none());
        assert!(calibration.coverage(&cells(10, 6)).is_none());
    }
}
