//! What the whole road ends in.

use std::sync::Arc;

use crate::events::{Account, EventTable};
use crate::forecast::{Forecast, ScoreTable};
use crate::interests::{InterestSpace, Trajectories};
use crate::observe::CurvePoint;
use crate::project::Settings;
use crate::report::UserSummary;

/// Everything a run found, shared between the engine, the window and the writers of files.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the run was asked to do.
    pub settings: Settings,
    /// The clean log.
    pub events: Arc<EventTable>,
    /// What became of every row.
    pub account: Arc<Account>,
    /// The interests.
    pub space: Arc<InterestSpace>,
    /// Each user's past.
    pub trajectories: Arc<Trajectories>,
    /// Each user's future.
    pub forecast: Arc<Forecast>,
    /// How every model did on the validation periods.
    pub scores: Arc<ScoreTable>,
    /// The training curves.
    pub curves: Arc<Vec<CurvePoint>>,
    /// One line a user, by user number.
    pub users: Arc<Vec<UserSummary>>,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
    /// The device used, and why, in words: `CPU, 2 threads: no GPU was found`.
    pub device: String,
}
