//! Around what observed shares scatter: near the forecast share, a little towards what past residuals say.
//!
//! A ridge regression of residuals in units of their scale. The share that is shown stays the forecast one; only the
//! band is put around the corrected one, so that it needs less width to hold as much.

use super::cell::Cell;
use super::numbers::{dot, events, leap, odds, periods, ridged, silence, within};
use super::scale::Scale;
use crate::forecast::series::solve;

/// Numbers that a correction is told from.
const NUMBERS: usize = 9;
/// As if so many cells spoke for no correction.
const RIDGE: f64 = 300.0;
/// What of a share is left at least.
const LEAST_LEFT: f64 = 0.3;

/// A fitted correction.
#[derive(Clone, Debug)]
pub(super) struct Location {
    weights: [f64; NUMBERS],
}

impl Location {
    /// Fits to past cells whose scale around the forecast share is known.
    pub fn on(cells: &[(Cell, f32)], scale: &Scale) -> Self {
        let rows: Vec<[f64; NUMBERS]> = cells.iter().map(|(cell, _)| numbers(cell)).collect();
        let mut weights = [0.0; NUMBERS];
        for ((cell, seen), row) in cells.iter().zip(&rows) {
            let share = within(f64::from(cell.share));
            let off = (f64::from(*seen) - share) / scale.of(cell, share);
            weights.iter_mut().zip(row).for_each(|(sum, number)| *sum += number * off);
        }
        if !solve(&mut ridged(&rows, RIDGE), &mut weights) {
            weights = [0.0; NUMBERS];
        }
        Self { weights }
    }

    /// The corrected share.
    pub fn of(&self, cell: &Cell, scale: &Scale) -> f64 {
        let share = within(f64::from(cell.share));
        let moved = share + scale.of(cell, share) * dot(&numbers(cell), &self.weights);
        within(moved.max(LEAST_LEFT * share))
    }
}

fn numbers(cell: &Cell) -> [f64; NUMBERS] {
    let share = within(f64::from(cell.share));
    let (odds, events) = (odds(share), events(&cell.of));
    let leap = leap(cell.last_share, share);
    [
        1.0,
        odds,
        odds * events,
        odds * periods(&cell.of),
        odds * silence(&cell.of),
        odds * odds,
        events,
        leap,
        leap * events,
    ]
}
