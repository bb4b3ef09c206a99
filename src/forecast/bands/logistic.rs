//! Logistic regression that corrects odds which are known roughly.

use super::numbers::{dot, weighed};
use crate::forecast::series::solve;
use crate::observe::{Cancelled, Watch};

/// Strength of the ridge: as if so many cells spoke for no correction.
const RIDGE: f64 = 10.0;
/// Newton's steps at most, and how far one goes.
const STEPS: usize = 30;
const LONGEST_STEP: f64 = 0.5;
/// Chances are kept this far from certainty.
const DOUBT: f64 = 1e-6;

/// The chance that log-odds stand for.
pub(super) fn chance(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// The log-odds of a chance.
pub(super) fn log_odds(chance: f64) -> f64 {
    let chance = chance.clamp(DOUBT, 1.0 - DOUBT);
    (chance / (1.0 - chance)).ln()
}

/// Weights of the rows' numbers that make what came likeliest when added to the log-odds `known` before.
///
/// # Errors
/// [`Cancelled`] once somebody asked to stop, heard at every step.
pub(super) fn correction<const N: usize>(
    rows: &[[f64; N]],
    known: &[f64],
    came: &[bool],
    watch: &Watch,
) -> Result<[f64; N], Cancelled> {
    let mut weights = [0.0; N];
    for _ in 0..STEPS {
        watch.check()?;
        let chances: Vec<f64> = rows.iter().zip(known).map(|(row, known)| chance(known + dot(row, &weights))).collect();
        let mut step = [0.0; N];
        for ((row, chance), came) in rows.iter().zip(&chances).zip(came) {
            let off = f64::from(u8::from(*came)) - chance;
            step.iter_mut().zip(row).for_each(|(sum, number)| *sum += number * off);
        }
        step.iter_mut().zip(&weights).for_each(|(sum, weight)| *sum -= RIDGE * weight);
        let mut curvature = weighed(rows, |at| chances[at] * (1.0 - chances[at]), RIDGE);
        if !solve(&mut curvature, &mut step) {
            break;
        }
        let mut longest = 0.0_f64;
        for (weight, step) in weights.iter_mut().zip(step) {
            let step = step.clamp(-LONGEST_STEP, LONGEST_STEP);
            *weight += step;
            longest = longest.max(step.abs());
        }
        if longest < 1e-6 {
            break;
        }
    }
    Ok(weights)
}
