//! The results that pages draw: the last word of a run or, before it, what is forecast so far.

use std::sync::Arc;

use crate::events::EventTable;
use crate::forecast::{CohortForecast, Forecast, ModelKind, Tier};
use crate::interests::{InterestSpace, Trajectories};
use crate::pipeline::{EarlyOutcome, Outcome};
use crate::report::{Finding, UserSummary};

/// Results to draw.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The clean log.
    pub events: &'a EventTable,
    /// The interests.
    pub space: &'a InterestSpace,
    /// Each user's past.
    pub trajectories: &'a Trajectories,
    /// Each user's future.
    pub forecast: &'a Forecast,
    /// One line a user, by user number.
    pub users: &'a [UserSummary],
    /// What there is to see at once.
    pub overview: &'a [Finding],
    /// The future of cohorts; there with the last word.
    pub cohorts: Option<&'a CohortForecast>,
    /// Where the last word is still to come: what the forecast rests on, and the model that made it.
    pub so_far: Option<(Tier, ModelKind)>,
    /// Which results these are: others have another number.
    pub run: usize,
}

impl<'a> From<&'a Arc<Outcome>> for Shown<'a> {
    fn from(outcome: &'a Arc<Outcome>) -> Self {
        Self {
            events: &outcome.events,
            space: &outcome.space,
            trajectories: &outcome.trajectories,
            forecast: &outcome.forecast,
            users: &outcome.users,
            overview: &outcome.overview,
            cohorts: Some(&outcome.cohorts),
            so_far: None,
            run: Arc::as_ptr(outcome) as usize,
        }
    }
}

impl<'a> From<&'a Arc<EarlyOutcome>> for Shown<'a> {
    fn from(early: &'a Arc<EarlyOutcome>) -> Self {
        Self {
            events: &early.events,
            space: &early.space,
            trajectories: &early.trajectories,
            forecast: &early.forecast,
            users: &early.users,
            overview: &early.overview,
            cohorts: None,
            so_far: Some((early.tier, early.model)),
            run: Arc::as_ptr(early) as usize,
        }
    }
}

impl Shown<'_> {
    /// What it is worth, in words, where the last word is still to come; `learning` says whether it is on its way.
    pub fn in_words(&self, learning: bool) -> Option<String> {
        let (tier, model) = self.so_far?;
        let by = match tier {
            Tier::Simple => "the best simple model",
            Tier::Classical => "the best simple or classical model",
            Tier::Networks | Tier::Bands => "the model that will stand here",
        };
        let next = match (learning, tier) {
            (false, _) => "The training was stopped before its last word.",
            (true, Tier::Simple | Tier::Classical) => "Networks are learning; their forecast will take its place.",
            (true, Tier::Networks | Tier::Bands) => "Bands and cohorts are on their way.",
        };
        Some(format!("So far by {by} ({model}). {next}"))
    }
}
