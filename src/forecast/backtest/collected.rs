//! One model's answers over all origins and what came of them, before they are scored.

use std::collections::BTreeMap;

use super::cohorts::CohortPeriod;
use super::incidence::IncidenceTally;
use super::paths::PathTally;
use crate::calendar::Period;
use crate::forecast::bands::calibration::Predicted;
use crate::forecast::{Band, Spread};

/// Levels of the curve of coverage against stated level, percent.
pub const RELIABILITY: [u8; 11] = [10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 95];
/// Seconds that a model took at one origin.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActualSeconds {
    /// To fit.
    pub train: f64,
    /// To answer.
    pub forecast: f64,
}

/// One model's answers over all origins, before they are scored.
#[derive(Clone, Debug)]
pub struct Scored {
    pub(super) share: Vec<f32>,
    pub(super) bands: Vec<Band>,
    pub(super) crps: Vec<f64>,
    /// For each level of [`RELIABILITY`]: cells inside, cells seen.
    pub(super) held: Vec<(u64, u64)>,
    pub(super) seconds: BTreeMap<Period, ActualSeconds>,
    /// The same answers with bands calibrated by each spread that the model knows.
    pub(super) spreads: BTreeMap<Spread, BySpread>,
    /// What came of its forecasts of cohorts.
    pub cohorts: Vec<CohortPeriod>,
    /// What came of whole paths.
    pub paths: PathTally,
    /// What came of its chances that interests are touched.
    pub incidence: IncidenceTally,
}

/// The bands by one spread.
#[derive(Clone, Debug)]
pub struct BySpread {
    /// The same shares with these bands.
    pub scored: Scored,
    /// Origins at which it was chosen.
    pub chosen: usize,
    /// Seconds that it took to measure.
    pub seconds: f64,
}

impl Scored {
    /// Nothing yet, for bands of some levels.
    pub fn new(levels: &[u8]) -> Self {
        let mut levels = levels.to_vec();
        levels.sort_unstable();
        let band = |level| Band { level, lower: Vec::new(), upper: Vec::new(), coverage: None };
        Self {
            share: Vec::new(),
            bands: levels.into_iter().map(band).collect(),
            crps: Vec::new(),
            held: vec![(0, 0); RELIABILITY.len()],
            seconds: BTreeMap::new(),
            spreads: BTreeMap::new(),
            cohorts: Vec::new(),
            paths: PathTally::default(),
            incidence: IncidenceTally::default(),
        }
    }

    /// The same answers with the bands of another spread.
    pub fn of_spread(&mut self, spread: Spread, levels: &[u8]) -> &mut BySpread {
        let new = || BySpread { scored: Scored::new(levels), chosen: 0, seconds: 0.0 };
        self.spreads.entry(spread).or_insert_with(new)
    }

    /// Notes how far one cell's distribution was from what was observed.
    pub fn rank(&mut self, predicted: Option<&Predicted>, observed: f32) {
        self.crps.push(predicted.map_or(f64::NAN, |predicted| predicted.crps(observed)));
    }

    /// Notes which bands held one cell.
    pub fn observe(&mut self, predicted: Option<&Predicted>, observed: f32) {
        for (held, level) in self.held.iter_mut().zip(RELIABILITY) {
            if let Some((lower, upper)) = predicted.and_then(|predicted| predicted.limits(level, false)) {
                *held = (held.0 + u64::from((lower..=upper).contains(&observed)), held.1 + 1);
            }
        }
    }

    /// Adds the answers of one origin.
    pub fn extend(&mut self, origin: Period, shares: &[f32], bands: Vec<Band>, seconds: ActualSeconds) {
        self.share.extend_from_slice(shares);
        for (all, new) in self.bands.iter_mut().zip(bands) {
            all.lower.extend(new.lower);
            all.upper.extend(new.upper);
        }
        self.seconds.insert(origin, seconds);
    }

    /// Adds what another holds of a further origin.
    pub fn append(&mut self, other: &Self) {
        self.share.extend_from_slice(&other.share);
        self.crps.extend_from_slice(&other.crps);
        for (all, new) in self.bands.iter_mut().zip(&other.bands) {
            all.lower.extend_from_slice(&new.lower);
            all.upper.extend_from_slice(&new.upper);
        }
        self.seconds.extend(&other.seconds);
    }
}
