//! Classical models of repeat buying and of what an order is worth, fitted by maximum likelihood.

mod beta_geometric;
mod bg_nbd;
mod counts;
mod gamma_gamma;
mod hypergeometric;
mod mbg_nbd;
mod pareto_nbd;
#[cfg(test)]
mod simulated;

pub use bg_nbd::BgNbd;
pub use counts::RepeatBuying;
pub use gamma_gamma::{GammaGamma, OrderValue};
pub use mbg_nbd::MbgNbd;
pub use pareto_nbd::ParetoNbd;

/// A model that was fitted to a log's users.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit<M> {
    /// The model with its parameters.
    pub model: M,
    /// ln of the likelihood of all users, with time in days.
    pub log_likelihood: f64,
    /// Why the parameters are not those of greatest likelihood, and what stands in their place; none where they are.
    pub fallback: Option<&'static str>,
}

/// A model of who buys again.
pub trait RepeatModel {
    /// Days with orders that a user has in the next `days`, on average.
    fn expected(&self, user: &RepeatBuying, days: f64) -> f64;
    /// The chance that a user has not left for good.
    fn alive(&self, user: &RepeatBuying) -> f64;
}

/// Said where a search ended before the slope was flat.
const UNSETTLED: &str = "the search for the greatest likelihood ran out of steps, so the best parameters met are used";
/// Said where nothing can be learnt.
const NO_USERS: &str = "nobody has an order more than a day before the cut, so usual parameters stand in";
