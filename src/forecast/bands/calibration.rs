//! Bands by conformal calibration on past origins.
//!
//! A share of few events takes few values, and what is uncertain about a share differs from user to user by far more than
//! its size. So for each horizon a past residual is told in units of a scale that is regressed on what is known of the
//! user at the origin ([`super::scale`]), around a slightly corrected share ([`super::location`]), and the quantiles of
//! these, pooled over cells that are as many units away from none, give the distribution of the share to come. Then, for
//! users of little, some and much past apart, the nominal level is turned until it held the stated part of past cells
//! ([`super::levels`]). Residuals in units of a scale: Lei et al., *Distribution-Free Predictive Inference for
//! Regression*, 2018; by groups: Vovk, Gammerman, Shafer, *Algorithmic Learning in a Random World*, 2005.
//!
//! A band that holds whole paths has the level that the worst step of a path needs, read off paths that were complete.

use std::collections::BTreeMap;

use super::cell::{Cell, Situation};
use super::coverage::Judged;
use super::distribution::{Around, Horizon};
use super::levels::{Levels, Needed};
use crate::forecast::network::spread::Spread;
use crate::observe::{Cancelled, Watch};

/// Fewest users that anything is calibrated on: their cells hang together, so that users are what is counted. Fewer cannot
/// say what one in twenty does.
pub const FEWEST_USERS: usize = 30;
/// From so many users on it does not matter that levels are read off the cells that scales were learnt from; of fewer each
/// of so many parts is judged by what the others taught (Vovk, *Cross-conformal predictors*, 2015).
const MANY_USERS: usize = 500;
const PARTS: usize = 5;

/// Distributions of observed shares around forecast ones, and the nominal levels that held what they say.
#[derive(Clone, Debug)]
pub struct Calibration {
    by_horizon: BTreeMap<usize, Horizon>,
    /// Nominal levels of single periods, by horizon.
    marginal: BTreeMap<usize, Levels>,
    /// Nominal levels with which whole paths were held.
    joint: Levels,
}

impl Calibration {
    /// Calibrates on past cells (ascending by path) and the shares that were observed, for levels in percent and paths of
    /// so many steps. Horizons with too few users get no bands, nor do paths of which too few users completed one.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop, heard at every step of every fit.
    pub fn on(
        cells: &[(Cell, f32)],
        levels: &[u8],
        steps: usize,
        spread: Spread,
        watch: &Watch,
    ) -> Result<Self, Cancelled> {
        let mut sorted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, (cell, _)) in cells.iter().enumerate() {
            sorted.entry(cell.of.horizon).or_default().push(place);
        }
        let (mut by_horizon, mut marginal) = (BTreeMap::new(), BTreeMap::new());
        let mut needed = vec![f64::INFINITY; cells.len()];
        for (horizon, places) in sorted {
            let own: Vec<(Cell, f32)> = places.iter().map(|place| cells[*place]).collect();
            if own.chunk_by(same_user).count() < FEWEST_USERS {
                continue;
            }
            let fitted = Horizon::on(&own, spread, FEWEST_USERS, watch)?;
            let levels_needed = levels_needed(&own, &fitted, spread, watch)?;
            places.iter().zip(&levels_needed).for_each(|(place, level)| needed[*place] = *level);
            let needed: Vec<Needed> =
                own.iter().zip(&levels_needed).map(|((cell, _), level)| need(cell, *level)).collect();
            marginal.insert(horizon, Levels::on(&needed, levels, FEWEST_USERS));
            by_horizon.insert(horizon, fitted);
        }
        let mut paths = Vec::new();
        if (1..=steps).all(|step| by_horizon.contains_key(&step)) {
            let mut from = 0;
            for path in cells.chunk_by(same_path) {
                let own = &needed[from..from + path.len()];
                from += path.len();
                if is_complete(path, steps) {
                    paths.push(need(&path[0].0, own.iter().copied().fold(0.0, f64::max)));
                }
            }
        }
        watch.check()?;
        Ok(Self { joint: Levels::on(&paths, levels, FEWEST_USERS), marginal, by_horizon })
    }

    /// Whether there are bands so many periods ahead, of single periods or of whole paths.
    pub fn reaches(&self, horizon: usize, joint: bool) -> bool {
        if joint { !self.joint.is_empty() } else { self.by_horizon.contains_key(&horizon) }
    }

    /// Whether cells (ascending by path) lay within their limits at a level; with `steps`, whether the complete paths of so
    /// many steps lay within joint ones. What was not calibrated is left out.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop, heard at every cell or path.
    pub fn judge(
        &self,
        cells: &[(Cell, f32)],
        level: u8,
        steps: Option<usize>,
        watch: &Watch,
    ) -> Result<Vec<Judged>, Cancelled> {
        let held = |(cell, seen): &(Cell, f32)| {
            let (lower, upper) = self.around(cell)?.limits(level, steps.is_some())?;
            Some((lower..=upper).contains(seen))
        };
        let judge = |path: &[(Cell, f32)]| {
            let (first, _) = path.first()?;
            let held: Option<Vec<bool>> = path.iter().map(held).collect();
            Some(Judged {
                active_periods: first.of.active_periods,
                expected_events: first.of.expected_events,
                any: path.iter().any(|(_, seen)| *seen > 0.0),
                held: held?.into_iter().all(|held| held),
            })
        };
        let judge = |path| watch.check().map(|()| judge(path)).transpose();
        match steps {
            None => cells.chunks(1).filter_map(judge).collect(),
            Some(steps) => complete_paths(cells, steps).filter_map(judge).collect(),
        }
    }

    /// What is to be expected of a cell; none this far ahead without calibration.
    pub fn around(&self, cell: &Cell) -> Option<Predicted<'_>> {
        let Situation { horizon, active_periods, .. } = cell.of;
        let around = self.by_horizon.get(&horizon)?.around(cell);
        Some(Predicted { around, active_periods, marginal: self.marginal.get(&horizon)?, joint: &self.joint })
    }
}

/// The calibrated distribution of the share of one cell.
#[derive(Clone, Copy, Debug)]
pub struct Predicted<'a> {
    around: Around<'a>,
    active_periods: u32,
    marginal: &'a Levels,
    joint: &'a Levels,
}

impl Predicted<'_> {
    /// Lower and upper limit at a calibrated level: of this cell alone, or with `joint` so that a whole path stays inside
    /// as often as the level says. None where that was not calibrated. Those of a higher level hold those of a lower.
    pub fn limits(&self, level: u8, joint: bool) -> Option<(f32, f32)> {
        let levels = if joint { self.joint } else { self.marginal };
        levels.nominal(self.active_periods, level).map(|nominal| self.around.limits(nominal))
    }

    /// How far the share is usually off.
    pub fn scale(&self) -> f64 {
        self.around.scale
    }

    /// The continuous ranked probability score of an observed share: twice the mean pinball loss over all quantiles.
    pub fn crps(&self, observed: f32) -> f64 {
        const PARTS: usize = 40;
        let loss = |at: usize| {
            let part = (at as f64 + 0.5) / PARTS as f64;
            let off = f64::from(observed - self.around.quantile(part));
            if off > 0.0 { part * off } else { (part - 1.0) * off }
        };
        2.0 * (0..PARTS).map(loss).sum::<f64>() / PARTS as f64
    }
}

/// The nominal level that each cell of one horizon needs. Where users are few, what was learnt from a cell would seem to
/// know it better than any later one: then each part of the users is judged by what the others taught.
fn levels_needed(
    cells: &[(Cell, f32)],
    fitted: &Horizon,
    spread: Spread,
    watch: &Watch,
) -> Result<Vec<f64>, Cancelled> {
    let level = |fitted: &Horizon, (cell, seen): &(Cell, f32)| fitted.around(cell).needed(*seen);
    let users: Vec<&[(Cell, f32)]> = cells.chunk_by(same_user).collect();
    if users.len() >= MANY_USERS {
        return Ok(cells.iter().map(|cell| level(fitted, cell)).collect());
    }
    let others = |part: usize| -> Vec<(Cell, f32)> {
        let others = users.iter().enumerate().filter(|(at, _)| at % PARTS != part);
        others.flat_map(|(_, cells)| cells.iter().copied()).collect()
    };
    let taught = |part| Horizon::on(&others(part), spread, FEWEST_USERS, watch);
    let taught: Vec<Horizon> = (0..PARTS).map(taught).collect::<Result<_, _>>()?;
    let of_user = |(at, cells): (usize, &&[(Cell, f32)])| {
        cells.iter().map(|cell| level(&taught[at % PARTS], cell)).collect::<Vec<f64>>()
    };
    Ok(users.iter().enumerate().flat_map(of_user).collect())
}

fn need(cell: &Cell, level: f64) -> Needed {
    Needed { user: cell.of.user, active_periods: cell.of.active_periods, level }
}

fn same_user(a: &(Cell, f32), b: &(Cell, f32)) -> bool {
    a.0.of.user == b.0.of.user
}

fn same_path(a: &(Cell, f32), b: &(Cell, f32)) -> bool {
    a.0.path == b.0.path
}

fn is_complete(path: &[(Cell, f32)], steps: usize) -> bool {
    path.len() == steps && path.iter().enumerate().all(|(at, (cell, _))| cell.of.horizon == at + 1)
}

/// The paths of cells (ascending by path) that have every step from the first to the last.
pub fn complete_paths(cells: &[(Cell, f32)], steps: usize) -> impl Iterator<Item = &[(Cell, f32)]> {
    cells.chunk_by(same_path).filter(move |path| is_complete(path, steps))
}
