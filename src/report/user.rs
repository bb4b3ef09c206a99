//! A user's line in the table and a user's picture: past and future of each interest.

use crate::calendar::{Period, WallTime};
use crate::events::UserId;

/// One user in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct UserSummary {
    /// Who.
    pub user: UserId,
    /// How many events.
    pub events: u32,
    /// The first event's time.
    pub first: WallTime,
    /// The last event's time.
    pub last: WallTime,
    /// Periods with activity.
    pub active_periods: u32,
    /// What the user spent, net of returns; 0 where the log has no value.
    pub value: f64,
    /// Probability of any activity in the first period forecast; none without a forecast for this user.
    pub p_active: Option<f32>,
    /// Events expected in the first period forecast, silence counted as none.
    pub expected_events: Option<f32>,
    /// Spend expected there, net of returns; none where the log has no value.
    pub expected_value: Option<f32>,
    /// The interest with the largest share in the user's last active period.
    pub leading_now: u16,
    /// The interest with the largest share in the first period forecast.
    pub leading_next: Option<u16>,
    /// The interest whose forecast share differs most from the user's mean share so far, and that difference, for the
    /// first period forecast.
    pub largest_change: Option<(u16, f32)>,
}

/// One observed period of one interest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// When.
    pub period: Period,
    /// Share of the user's events in that period.
    pub share: f32,
    /// The user's events in that period, over all interests.
    pub total: u32,
}

/// One forecast period of one interest.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// When.
    pub period: Period,
    /// Forecast share.
    pub share: f32,
    /// Probability of any event of the interest, that of silence included; none where nobody tells.
    pub p_any: Option<f32>,
    /// Whether so few of the user's events are expected in an active period that a share says little.
    pub few: bool,
    /// Level in percent, lower and upper limit; narrowest first, empty without bands.
    pub bands: Vec<(u8, f32, f32)>,
}

/// One interest of one user: past and future.
#[derive(Clone, Debug, PartialEq)]
pub struct InterestPath {
    /// The interest's number.
    pub interest: u16,
    /// The periods with activity, ascending.
    pub observed: Vec<Observed>,
    /// The periods forecast, ascending; empty without a forecast.
    pub expected: Vec<Expected>,
}
