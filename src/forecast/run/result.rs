//! What a forecast is: mean shares and bands by user, period and interest.

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Period};
use crate::events::UserId;
use crate::forecast::activity::score::ActivityTable;
pub use crate::forecast::bands::band::Band;
use crate::forecast::kind::ModelName;

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
    /// Whether bands hold a whole path at once instead of each period by itself.
    pub joint: bool,
    /// Probability of any event of an interest in a period, that of silence included; laid out like `share`.
    pub p_any: Vec<f32>,
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
    /// The model.
    pub model: ModelName,
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
