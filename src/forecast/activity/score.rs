//! What forecasts of activity, events and spend were worth.

use serde::{Deserialize, Serialize};

use crate::forecast::kind::ActivitySource;

/// How far off expected numbers were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Mean absolute error.
    pub mae: f64,
    /// Mean Poisson deviance.
    pub deviance: f64,
}

/// How well activity, events and spend of one period ahead were foreseen, over every user with a past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityScore {
    /// Who foresaw it.
    pub model: ActivitySource,
    /// Mean over user-periods of −ln of the probability of what came, nats.
    pub log_loss: f64,
    /// Mean squared distance between probability and what came.
    pub brier: f64,
    /// Of the number of events.
    pub events: Errors,
    /// Of the spend; none where the log has no value.
    pub spend: Option<Errors>,
}

/// Every forecaster of activity on the same validation periods, and whose word is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityTable {
    /// User-periods scored: every user with a past, active or not.
    pub rows: u64,
    /// One line a forecaster, the simple one first.
    pub scores: Vec<ActivityScore>,
    /// Whose chances are taken: the lowest log loss.
    pub chance_by: ActivitySource,
    /// Whose events are taken: the lowest deviance.
    pub events_by: ActivitySource,
    /// Whose spend is taken: the lowest deviance.
    pub spend_by: Option<ActivitySource>,
}
