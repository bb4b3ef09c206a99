//! What BG/NBD and MBG/NBD share: four parameters, and how those of greatest likelihood are found. They differ in when a
//! user may leave for good, and so in the likelihood alone.

use super::counts::{Grouped, RepeatBuying, leash};
use super::{Fit, NO_USERS, UNSETTLED};
use crate::value::optimum::minimise;

/// A model of orders at gamma-distributed rates and beta-distributed chances to leave.
pub(super) trait BetaGeometric: Sized {
    /// With the parameters r, alpha, a, b; time in the unit of alpha.
    fn of(parameters: [f64; 4]) -> Self;
    /// These parameters.
    fn parameters(&self) -> [f64; 4];
    /// ln of the likelihood of users in their own unit of time, with its slope by the parameters' logarithms.
    fn likelihood(&self, users: &Grouped) -> (f64, [f64; 4]);
}

/// The parameters of greatest likelihood.
pub(super) fn fit<M: BetaGeometric>(users: &[RepeatBuying]) -> Fit<M> {
    let grouped = Grouped::of(users);
    let model = |logs: &[f64; 4], unit: f64| {
        let [r, alpha, a, b] = logs.map(f64::exp);
        M::of([r, alpha * unit, a, b])
    };
    if !users.iter().any(|user| user.age_days > 0.0) {
        let usual = model(&[0.0, 1.0, 0.0, 1.0], grouped.unit_days);
        return Fit { log_likelihood: log_likelihood(&usual, users), model: usual, fallback: Some(NO_USERS) };
    }
    let found = minimise([-0.5, 1.0, -0.5, 0.5], |logs| {
        let (value, slope) = model(logs, 1.0).likelihood(&grouped);
        let (cost, steeper) = leash(logs);
        (cost - value, std::array::from_fn(|i| steeper[i] - slope[i]))
    });
    let log_likelihood = model(&found.at, 1.0).likelihood(&grouped).0 - shift(users, &grouped);
    let fallback = (!found.converged).then_some(UNSETTLED);
    Fit { model: model(&found.at, grouped.unit_days), log_likelihood, fallback }
}

/// ln of the likelihood of users, time in days.
pub(super) fn log_likelihood<M: BetaGeometric>(model: &M, users: &[RepeatBuying]) -> f64 {
    let grouped = Grouped::of(users);
    let [r, alpha, a, b] = model.parameters();
    M::of([r, alpha / grouped.unit_days, a, b]).likelihood(&grouped).0 - shift(users, &grouped)
}

/// What another unit of time adds to the likelihood: a density of as many times as there are orders again.
fn shift(users: &[RepeatBuying], grouped: &Grouped) -> f64 {
    users.iter().map(|user| user.repeats).sum::<f64>() * grouped.unit_days.ln()
}
