//! A cell in the numbers that regressions are told from, and what regressions have in common.

use super::cell::Situation;

/// A share is hardly ever nothing, and hardly ever all.
const CERTAIN: f64 = 1e-4;
/// Where the numbers have their middle: events, log-odds of the share, roughness, active periods.
const USUAL_EVENTS: f64 = 20.0;
const USUAL_LOG_ODDS: f64 = -2.7;
const USUAL_ROUGHNESS: f64 = 0.05;
const USUAL_PERIODS: f64 = 6.0;
/// Fewer events than this are this: kinds of events may count for little.
const FEWEST_EVENTS: f32 = 0.1;

/// A share that is neither nothing nor all.
pub(super) fn within(share: f64) -> f64 {
    share.clamp(CERTAIN, 1.0 - CERTAIN)
}

/// Events expected.
pub(super) fn expected(of: &Situation) -> f64 {
    f64::from(of.expected_events.max(FEWEST_EVENTS))
}

/// Their logarithm, less what is usual.
pub(super) fn events(of: &Situation) -> f64 {
    (expected(of) / USUAL_EVENTS).ln()
}

/// Log-odds of a share, less what is usual.
pub(super) fn odds(share: f64) -> f64 {
    (share / (1.0 - share)).ln() - USUAL_LOG_ODDS
}

/// Log of the active periods, less what is usual.
pub(super) fn periods(of: &Situation) -> f64 {
    (f64::from(of.active_periods.max(1)) / USUAL_PERIODS).ln()
}

/// Log of the periods since the last active one.
pub(super) fn silence(of: &Situation) -> f64 {
    f64::from(of.silence.max(1)).ln()
}

/// Log of the events of the last active period over those expected.
pub(super) fn surge(of: &Situation) -> f64 {
    (f64::from(of.last_events.max(FEWEST_EVENTS)) / expected(of)).ln()
}

/// Log of the roughness, less what is usual.
pub(super) fn rough(of: &Situation) -> f64 {
    (f64::from(of.roughness) / USUAL_ROUGHNESS).ln()
}

/// How much larger the last share was than the one forecast, between their square roots.
pub(super) fn leap(last: f32, share: f64) -> f64 {
    f64::from(last.max(0.0)).sqrt() - share.sqrt()
}

/// Σ w·x·xᵀ with a ridge on its diagonal, row by row.
pub(super) fn weighed<const N: usize>(rows: &[[f64; N]], weight: impl Fn(usize) -> f64, ridge: f64) -> Vec<f64> {
    let mut sum = vec![0.0; N * N];
    for (at, row) in rows.iter().enumerate() {
        let weight = weight(at);
        for (i, a) in row.iter().enumerate() {
            sum[i * N..(i + 1) * N].iter_mut().zip(row).for_each(|(sum, b)| *sum += weight * a * b);
        }
    }
    (0..N).for_each(|at| sum[at * (N + 1)] += ridge);
    sum
}

/// The same where every row weighs one.
pub(super) fn ridged<const N: usize>(rows: &[[f64; N]], ridge: f64) -> Vec<f64> {
    weighed(rows, |_| 1.0, ridge)
}

pub(super) fn dot<const N: usize>(row: &[f64; N], weights: &[f64; N]) -> f64 {
    row.iter().zip(weights).map(|(number, weight)| number * weight).sum()
}
