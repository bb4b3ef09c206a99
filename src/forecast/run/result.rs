//! What a forecast is: mean shares and bands by user, period and interest.

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Period};
use crate::events::UserId;

/// The limits of one level, laid out like [`Forecast::share`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The stated level in percent: 50, 80 or 95.
    pub level: u8,
    /// Lower limits.
    pub lower: Vec<f32>,
    /// Upper limits.
    pub upper: Vec<f32>,
    /// The part of past cells, unseen by model and calibration, that lay within their limits, from 0 to 1; none where
    /// there were too few to measure it.
    pub coverage: Option<f64>,
}

/// Shares to come, for every user with activity before the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// How periods are numbered.
    pub calendar: Calendar,
    /// The first period forecast; nothing at or after it was seen.
    pub origin: Period,
    /// How many periods are forecast.
    pub horizon: usize,
    /// How many interests there are.
    pub interests: usize,
    /// The users, ascending.
    pub users: Vec<UserId>,
    /// Shares, users × horizon × interests; those of a user's period add up to 1.
    pub share: Vec<f32>,
    /// Bands, narrowest level first; empty where there was too little past to calibrate them, their limits NaN where
    /// there was too little so far ahead.
    pub bands: Vec<Band>,
    /// Why there are no bands, where there are none or none from some step on.
    pub no_bands: Option<String>,
    /// Probability of any activity in the first period forecast, by place in `users`.
    pub p_active: Vec<f32>,
    /// Events expected in that period, silence counted as none, by place in `users`.
    pub expected_events: Vec<f32>,
    /// Spend expected in that period, net of returns; empty where the log has no value.
    pub expected_value: Vec<f32>,
}

impl Forecast {
    /// Place in [`Self::share`] and in the bands of a user's period and interest. `place` is the user's place in
    /// [`Self::users`], `step` counts periods from 0.
    pub fn cell(&self, place: usize, step: usize, interest: usize) -> usize {
        (place * self.horizon + step) * self.interests + interest
    }

    /// Where a user stands in [`Self::users`].
    pub fn place(&self, user: UserId) -> Option<usize> {
        self.users.binary_search(&user).ok()
    }
}

/// How well one model did on the validation periods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The model: `lstm`, `ewma`, …
    pub model: String,
    /// Mean over events of −ln of the forecast share, nats.
    pub nll: f64,
    /// The `nll` of popularity less this one.
    pub gain: f64,
    /// Mean over user-periods of Σ |share − observed share|.
    pub l1: f64,
    /// Part of user-periods whose leading interest was forecast.
    pub top1: f64,
}

/// Every model on the same validation periods, one step ahead, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreTable {
    /// First validation period.
    pub first: Period,
    /// Last validation period.
    pub last: Period,
    /// User-periods scored.
    pub rows: u64,
    /// What the events scored count together: their number, unless kinds have weights.
    pub events: f64,
    /// One line a model; none where nothing was scored.
    pub scores: Vec<Score>,
    /// How well activity was foreseen there.
    #[serde(default)]
    pub activity: Option<ActivityTable>,
}

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
    /// `lstm`, `gru`, or `simple`: the chance by a hazard model, times the user's recent mean drawn towards the market's.
    pub model: String,
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
    pub chance_by: String,
    /// Whose events are taken: the lowest deviance.
    pub events_by: String,
    /// Whose spend is taken: the lowest deviance.
    pub spend_by: Option<String>,
}
