//! Bands by conformal calibration on past origins.
//!
//! A share of few events takes few values: of three events none can show 4 %. So a band is read off what was observed
//! around like forecasts, not put symmetrically around one: for each horizon, past cells of similar forecast share and
//! similar activity give the distribution of the observed share in units of the forecast one. Then, for users of
//! little, some and much past apart, the nominal level is turned until the bands held the stated part of past cells.
//! Vovk, Gammerman, Shafer: *Algorithmic Learning in a Random World*, 2005; strata as in Mondrian conformal prediction.
//! Within the strata another [`Spread`] may tell sure cells from unsure ones.

use std::collections::BTreeMap;

use crate::forecast::network::spread::Spread;

/// Fewest past cells that a stratum, or failing that a horizon, is calibrated on.
const FEWEST_CELLS: usize = 200;
/// Strata by forecast share and by expected events.
const SHARE_STRATA: usize = 12;
const ACTIVITY_STRATA: usize = 4;
/// Strata within each of these by another spread.
const SPREAD_STRATA: usize = 3;
/// Quantiles kept of each stratum.
const QUANTILES: usize = 400;
/// Shares below this are divided by this.
const SMALLEST: f32 = 1e-3;
/// Steps in which the nominal level is found.
const BISECTIONS: usize = 12;

/// A forecast share with what its band depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Periods ahead, from 1.
    pub horizon: usize,
    /// Forecast share.
    pub share: f32,
    /// Events expected in the period.
    pub expected_events: f32,
    /// How far the model's answers scatter around the share, where bands are calibrated by that.
    pub scatter: f32,
    /// Active periods of the user before the origin.
    pub active_periods: u32,
    /// Number of the path that this is a step of: the same user, origin and interest. Ascending.
    pub path: u32,
}

/// Users by the active periods before the origin: few, some, many.
pub fn activity_group(active_periods: u32) -> usize {
    match active_periods {
        ..=3 => 0,
        4..=9 => 1,
        _ => 2,
    }
}

/// What the groups of [`activity_group`] are called.
pub const ACTIVITY_GROUPS: [&str; 3] = ["1 to 3", "4 to 9", "10 and more"];

/// Distributions of observed shares around forecast ones, and the nominal levels that held what they say.
#[derive(Clone, Debug)]
pub struct Calibration {
    by_horizon: BTreeMap<usize, Horizon>,
    /// Nominal level for a stated one, by horizon, group and level in percent.
    marginal: BTreeMap<(usize, usize, u8), f32>,
    /// Nominal level with which whole paths held the stated level, by group and level.
    joint: BTreeMap<(usize, u8), f32>,
}

#[derive(Clone, Debug)]
struct Horizon {
    share_limits: Vec<f32>,
    activity_limits: Vec<f32>,
    /// For each stratum by share and activity the limits between those by another spread; none without one.
    scatter_limits: Vec<Vec<f32>>,
    /// Quantiles of observed over forecast share for each stratum.
    strata: Vec<Vec<f32>>,
}

impl Calibration {
    /// Calibrates on past cells (ascending by path) and the shares that were observed, for levels in percent. Horizons
    /// with too few cells get no bands.
    pub fn on(cells: &[(Cell, f32)], levels: &[u8], spread: Spread) -> Self {
        let mut sorted: BTreeMap<usize, Vec<&(Cell, f32)>> = BTreeMap::new();
        for cell in cells {
            sorted.entry(cell.0.horizon).or_default().push(cell);
        }
        sorted.retain(|_, cells| cells.len() >= FEWEST_CELLS);
        let by_horizon = sorted.iter().map(|(horizon, cells)| (*horizon, Horizon::on(cells, spread))).collect();
        let mut built = Self { by_horizon, marginal: BTreeMap::new(), joint: BTreeMap::new() };
        for (horizon, cells) in &sorted {
            let Some(distribution) = built.by_horizon.get(horizon) else { continue };
            for group in 0..ACTIVITY_GROUPS.len() {
                let own: Vec<(Around, f32)> =
                    own_or_all(cells, group).map(|(cell, observed)| (distribution.around(cell), *observed)).collect();
                for level in levels {
                    let held = |nominal| part(own.iter().map(|(around, seen)| around.holds(nominal, *seen)));
                    built.marginal.insert((*horizon, group, *level), nominal_for(*level, held));
                }
            }
        }
        for group in 0..ACTIVITY_GROUPS.len() {
            let all: Vec<&(Cell, f32)> = cells.iter().collect();
            let own: Vec<(u32, Around, f32)> = own_or_all(&all, group)
                .filter_map(|(cell, seen)| Some((cell.path, built.by_horizon.get(&cell.horizon)?.around(cell), *seen)))
                .collect();
            for level in levels {
                let held = |nominal| {
                    let paths = own.chunk_by(|a, b| a.0 == b.0);
                    part(paths.map(|path| path.iter().all(|(_, around, seen)| around.holds(nominal, *seen))))
                };
                built.joint.insert((group, *level), nominal_for(*level, held));
            }
        }
        built
    }

    /// Whether no horizon could be calibrated.
    pub fn is_empty(&self) -> bool {
        self.by_horizon.is_empty()
    }

    /// Whether there are bands so many periods ahead.
    pub fn reaches(&self, horizon: usize) -> bool {
        self.by_horizon.contains_key(&horizon)
    }

    /// Lower and upper limit of a cell at a calibrated level: of this cell alone, or with `joint` so that a whole path
    /// stays inside as often as the level says. None this far ahead without calibration.
    pub fn limits(&self, cell: &Cell, level: u8, joint: bool) -> Option<(f32, f32)> {
        let group = activity_group(cell.active_periods);
        let nominal = match joint {
            false => self.marginal.get(&(cell.horizon, group, level))?,
            true => self.joint.get(&(group, level))?,
        };
        Some(self.by_horizon.get(&cell.horizon)?.around(cell).limits(*nominal))
    }

    /// The continuous ranked probability score of an observed share: twice the mean pinball loss over all quantiles.
    pub fn crps(&self, cell: &Cell, observed: f32) -> Option<f64> {
        const EVERY: usize = 10;
        let around = self.by_horizon.get(&cell.horizon)?.around(cell);
        let levels = (EVERY / 2..QUANTILES).step_by(EVERY);
        let loss = |at: usize| {
            let part = (at as f32 + 0.5) / QUANTILES as f32;
            let off = observed - around.quantile(part);
            f64::from(if off > 0.0 { part * off } else { (part - 1.0) * off })
        };
        let count = levels.len() as f64;
        Some(2.0 * levels.map(loss).sum::<f64>() / count)
    }
}

/// The cells of a group if there are enough, else all.
fn own_or_all<'a>(cells: &'a [&'a (Cell, f32)], group: usize) -> impl Iterator<Item = &'a (Cell, f32)> {
    let own = move |cell: &(Cell, f32)| activity_group(cell.0.active_periods) == group;
    let enough = cells.iter().filter(|cell| own(cell)).count() >= FEWEST_CELLS;
    cells.iter().copied().filter(move |cell| !enough || own(cell))
}

/// The part that is true.
fn part(held: impl Iterator<Item = bool>) -> f64 {
    let (inside, all) = held.fold((0_u64, 0_u64), |(inside, all), held| (inside + u64::from(held), all + 1));
    // One more that lies outside: the next cell, of which nothing is known, is held no less often.
    inside as f64 / (all + 1) as f64
}

/// The smallest nominal level whose bands hold a stated level.
fn nominal_for(level: u8, held: impl Fn(f32) -> f64) -> f32 {
    let stated = f64::from(level) / 100.0;
    let (mut low, mut high) = (0.0_f32, 1.0_f32);
    for _ in 0..BISECTIONS {
        let middle = f32::midpoint(low, high);
        if held(middle) < stated { low = middle } else { high = middle }
    }
    high
}

/// The distribution of the observed share around one forecast.
#[derive(Clone, Copy, Debug)]
struct Around<'a> {
    share: f32,
    ratios: &'a [f32],
}

impl Around<'_> {
    fn quantile(&self, part: f32) -> f32 {
        let at = ((part * self.ratios.len() as f32) as usize).min(self.ratios.len() - 1);
        (self.share.max(SMALLEST) * self.ratios[at]).min(1.0)
    }

    /// The limits of a nominal level. Where as much as a tail has no event at all, the band begins at none and has its
    /// whole tail above; likewise where as much has nothing else.
    fn limits(&self, nominal: f32) -> (f32, f32) {
        let tail = (1.0 - nominal) / 2.0;
        let (lower, upper) = (self.quantile(tail), self.quantile(1.0 - tail));
        let (lower, upper) = match (lower <= 0.0, upper >= 1.0) {
            (true, false) => (0.0, self.quantile(nominal)),
            (false, true) => (self.quantile(1.0 - nominal), 1.0),
            _ => (lower, upper),
        };
        (lower.min(self.share), upper.max(self.share))
    }

    fn holds(&self, nominal: f32, observed: f32) -> bool {
        let (lower, upper) = self.limits(nominal);
        (lower..=upper).contains(&observed)
    }
}

impl Horizon {
    fn on(cells: &[&(Cell, f32)], spread: Spread) -> Self {
        let share_limits = quantile_limits(cells.iter().map(|(cell, _)| cell.share), SHARE_STRATA);
        let activity_limits = quantile_limits(cells.iter().map(|(cell, _)| cell.expected_events), ACTIVITY_STRATA);
        let mut built = Self { share_limits, activity_limits, scatter_limits: Vec::new(), strata: Vec::new() };
        let coarse = SHARE_STRATA * ACTIVITY_STRATA;
        let mut ratios = vec![Vec::new(); coarse];
        let mut scatter = vec![Vec::new(); coarse];
        for (cell, observed) in cells {
            let stratum = built.coarse_stratum(cell);
            ratios[stratum].push(observed / cell.share.max(SMALLEST));
            scatter[stratum].push(cell.scatter);
        }
        let all = quantiles(&mut ratios.concat());
        let enough = |ratios: &mut Vec<f32>| if ratios.len() >= FEWEST_CELLS { quantiles(ratios) } else { all.clone() };
        let of_coarse: Vec<Vec<f32>> = ratios.iter_mut().map(enough).collect();
        if spread == Spread::Activity {
            built.strata = of_coarse;
            return built;
        }
        // What is much scatter depends on the share and on how many events are expected.
        built.scatter_limits =
            scatter.into_iter().map(|scatter| quantile_limits(scatter.into_iter(), SPREAD_STRATA)).collect();
        let mut ratios = vec![Vec::new(); coarse * SPREAD_STRATA];
        for (cell, observed) in cells {
            ratios[built.stratum(cell)].push(observed / cell.share.max(SMALLEST));
        }
        let own = |(at, ratios): (usize, &mut Vec<f32>)| {
            if ratios.len() >= FEWEST_CELLS { quantiles(ratios) } else { of_coarse[at / SPREAD_STRATA].clone() }
        };
        built.strata = ratios.iter_mut().enumerate().map(own).collect();
        built
    }

    fn coarse_stratum(&self, cell: &Cell) -> usize {
        let share = self.share_limits.partition_point(|limit| *limit < cell.share);
        let activity = self.activity_limits.partition_point(|limit| *limit < cell.expected_events);
        share * ACTIVITY_STRATA + activity
    }

    fn stratum(&self, cell: &Cell) -> usize {
        let coarse = self.coarse_stratum(cell);
        let Some(limits) = self.scatter_limits.get(coarse) else { return coarse };
        coarse * SPREAD_STRATA + limits.partition_point(|limit| *limit < cell.scatter)
    }

    fn around(&self, cell: &Cell) -> Around<'_> {
        Around { share: cell.share, ratios: &self.strata[self.stratum(cell)] }
    }
}

/// Limits that cut values into `parts` of like size.
fn quantile_limits(values: impl Iterator<Item = f32>, parts: usize) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    (1..parts).filter_map(|part| values.get(part * values.len() / parts).copied()).collect()
}

fn quantiles(values: &mut [f32]) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    (0..QUANTILES).map(|at| values[((2 * at + 1) * values.len() / (2 * QUANTILES)).min(values.len() - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng as _, SeedableRng as _};

    const LEVELS: [u8; 3] = [50, 80, 95];

    /// Observed shares of 12 events around forecasts, as a binomial scatters them; paths of two steps.
    fn cells(count: usize, seed: u64) -> Vec<(Cell, f32)> {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut cell = |at: usize| {
            let share = random.random_range(0.02..0.6_f32);
            let hits = (0..12).filter(|_| random.random_bool(f64::from(share))).count();
            let (horizon, path) = (1 + at % 2, (at / 2) as u32);
            let cell =
                Cell { horizon, share, expected_events: 12.0, scatter: 0.0, active_periods: 1 + path % 14, path };
            (cell, hits as f32 / 12.0)
        };
        (0..count).map(&mut cell).collect()
    }

    #[test]
    fn bands_hold_what_they_say_on_cells_they_never_saw() {
        let calibration = Calibration::on(&cells(40_000, 1), &LEVELS, Spread::Activity);
        let unseen = cells(20_000, 2);
        for level in LEVELS {
            let inside = |(cell, seen): &(Cell, f32)| {
                let (lower, upper) = calibration.limits(cell, level, false).unwrap();
                (lower..=upper).contains(seen)
            };
            let held = unseen.iter().filter(|cell| inside(cell)).count() as f64 / unseen.len() as f64;
            assert!((held - f64::from(level) / 100.0).abs() < 0.03, "{level}: {held}");
        }
    }

    #[test]
    fn joint_bands_hold_whole_paths_and_are_wider() {
        let calibration = Calibration::on(&cells(40_000, 1), &LEVELS, Spread::Activity);
        let unseen = cells(20_000, 2);
        let inside = |(cell, seen): &(Cell, f32)| {
            let (lower, upper) = calibration.limits(cell, 80, true).unwrap();
            (lower..=upper).contains(seen)
        };
        let width = |joint| {
            let limits = unseen.iter().filter_map(|(cell, _)| calibration.limits(cell, 80, joint));
            limits.map(|(lower, upper)| upper - lower).sum::<f32>()
        };
        assert!(width(true) > 1.1 * width(false), "{} {}", width(true), width(false));
        let whole = unseen.chunks_exact(2).filter(|path| path.iter().all(inside)).count();
        let held = whole as f64 / (unseen.len() / 2) as f64;
        assert!((held - 0.8).abs() < 0.03, "{held}");
    }

    #[test]
    fn limits_are_shares_around_the_forecast_and_the_score_prefers_the_truth() {
        let calibration = Calibration::on(&cells(20_000, 3), &LEVELS, Spread::Activity);
        for (cell, seen) in cells(500, 4) {
            for level in LEVELS {
                let (lower, upper) = calibration.limits(&cell, level, false).unwrap();
                assert!(0.0 <= lower && lower <= cell.share && cell.share <= upper && upper <= 1.0);
            }
            let far = if seen > 0.5 { 0.0 } else { 1.0 };
            assert!(calibration.crps(&cell, cell.share).unwrap() < calibration.crps(&cell, far).unwrap());
        }
    }

    #[test]
    fn a_spread_that_tells_sure_from_unsure_makes_better_bands() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(9);
        let mut cells = |count: usize| -> Vec<(Cell, f32)> {
            let mut cell = |at: usize| {
                let share = random.random_range(0.2..0.5_f32);
                let scatter = if at.is_multiple_of(2) { 0.01 } else { 0.15 };
                let seen = (share + scatter * random.random_range(-1.0..1.0_f32)).clamp(0.0, 1.0);
                let path = (at / 2) as u32;
                (Cell { horizon: 1, share, expected_events: 12.0, scatter, active_periods: 12, path }, seen)
            };
            (0..count).map(&mut cell).collect()
        };
        let (past, unseen) = (cells(40_000), cells(10_000));
        let judged = |spread: Spread| {
            let calibration = Calibration::on(&past, &[80], spread);
            let limits = |(cell, seen): &(Cell, f32)| {
                let (lower, upper) = calibration.limits(cell, 80, false).unwrap();
                (upper - lower, (lower..=upper).contains(seen))
            };
            let sum = unseen.iter().map(limits).fold((0.0, 0), |sum, of| (sum.0 + of.0, sum.1 + usize::from(of.1)));
            (sum.0 / unseen.len() as f32, sum.1 as f32 / unseen.len() as f32)
        };
        let (usual, by_scatter) = (judged(Spread::Activity), judged(Spread::Dropout));
        assert!((by_scatter.1 - 0.8).abs() < 0.03 && (usual.1 - 0.8).abs() < 0.03, "{usual:?} {by_scatter:?}");
        assert!(by_scatter.0 < 0.95 * usual.0, "narrower with the same coverage: {usual:?} {by_scatter:?}");
    }

    #[test]
    fn too_few_cells_give_no_bands() {
        let calibration = Calibration::on(&cells(300, 5), &[80], Spread::Activity);
        assert!(calibration.is_empty(), "150 cells a horizon");
        assert!(calibration.limits(&cells(1, 6)[0].0, 80, false).is_none());
        assert!(calibration.crps(&cells(1, 6)[0].0, 0.1).is_none());
    }
}
