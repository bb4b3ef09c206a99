//! How far observed shares lie from forecast ones, told from what is known at the origin.
//!
//! Of `n` events a share scatters with the variance `p(1−p)/n`; beyond that users' shares move. So the variance of a
//! residual is a binomial's with a small constant beside 1/n, times a factor whose logarithm is linear in a few numbers:
//! how many events are expected, how large the share is, how rough the user's past was, how long and how lately the user
//! was there. The weights are those under which residuals are likeliest if they are normal, found by Fisher scoring with
//! a ridge (Harvey, *Estimating Regression Models with Multiplicative Heteroscedasticity*, 1976).

use super::cell::{Cell, Situation};
use super::numbers::{dot, events, expected, odds, periods, ridged, rough, silence, surge};
use crate::forecast::network::spread::Spread;
use crate::forecast::series::solve;
use crate::observe::{Cancelled, Watch};

/// Numbers that a scale is told from.
const NUMBERS: usize = 13;
/// As if so many cells spoke for each weight to be 0.
const RIDGE: f64 = 100.0;
/// What a squared residual counts at most, in units of what is expected of it.
const LARGEST: f64 = 50.0;
/// Steps of Fisher scoring at most, and how far one goes.
const STEPS: usize = 30;
const LONGEST_STEP: f64 = 0.5;
/// What shares scatter by, beside the binomial's part, in units of p(1−p).
const MOVED: f64 = 0.05;
/// What residuals are off at least, of what is expected of them: where nothing was ever off, nothing is known.
const LEAST_RATIO: f64 = 1e-6;
/// Less scatter than this is this.
const LEAST_SCATTER: f32 = 1e-5;

/// The variance of a residual before the regression corrects it.
fn unit(of: &Situation, share: f64) -> f64 {
    share * (1.0 - share) * (1.0 / expected(of) + MOVED)
}

/// A fitted scale.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    spread: Spread,
    weights: [f64; NUMBERS],
}

impl Scale {
    /// The weights under which the residuals of cells around `centres` are likeliest.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop, heard at every step.
    pub fn on(cells: &[(Cell, f32)], centres: &[f64], spread: Spread, watch: &Watch) -> Result<Self, Cancelled> {
        let mut rows = Vec::with_capacity(cells.len());
        let mut ratios = Vec::with_capacity(cells.len());
        for ((cell, seen), centre) in cells.iter().zip(centres) {
            let unit = unit(&cell.of, *centre);
            rows.push(numbers(cell, *centre, unit, spread));
            ratios.push((f64::from(*seen) - centre).powi(2) / unit);
        }
        let mut weights = [0.0; NUMBERS];
        let mean = ratios.iter().sum::<f64>() / ratios.len().max(1) as f64;
        weights[0] = mean.max(LEAST_RATIO).ln();
        let curvature = ridged(&rows, RIDGE);
        for _ in 0..STEPS {
            watch.check()?;
            let mut step = [0.0; NUMBERS];
            for (row, ratio) in rows.iter().zip(&ratios) {
                let off = (ratio / dot(row, &weights).exp()).min(LARGEST) - 1.0;
                step.iter_mut().zip(row).for_each(|(sum, number)| *sum += number * off);
            }
            // The ridge leaves the first, the constant, alone.
            step.iter_mut().zip(&weights).skip(1).for_each(|(sum, weight)| *sum -= RIDGE * weight);
            if !solve(&mut curvature.clone(), &mut step) {
                break;
            }
            let mut longest = 0.0_f64;
            for (weight, step) in weights.iter_mut().zip(step) {
                let step = step.clamp(-LONGEST_STEP, LONGEST_STEP);
                *weight += step;
                longest = longest.max(step.abs());
            }
            if longest < 1e-4 {
                break;
            }
        }
        Ok(Self { spread, weights })
    }

    /// The scale of a cell's residuals around `centre`.
    pub fn of(&self, cell: &Cell, centre: f64) -> f64 {
        let unit = unit(&cell.of, centre);
        (unit * dot(&numbers(cell, centre, unit, self.spread), &self.weights).exp()).sqrt()
    }
}

/// A cell in numbers. Those of another spread are 0 where nothing but the activity counts.
fn numbers(cell: &Cell, centre: f64, unit: f64, spread: Spread) -> [f64; NUMBERS] {
    let of = &cell.of;
    let (events, odds, rough) = (events(of), odds(centre), rough(of));
    let scatter = match spread {
        Spread::Activity => 0.0,
        _ => (f64::from(cell.scatter.max(LEAST_SCATTER)) / unit.sqrt()).ln(),
    };
    [
        1.0,
        events,
        odds,
        odds * odds,
        events * events,
        events * odds,
        rough,
        periods(of),
        silence(of),
        rough * events,
        surge(of),
        scatter,
        scatter * scatter,
    ]
}
