//! What the whole road ends in.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::Fingerprint;
use crate::events::{Account, ColumnReport, EventTable};
use crate::forecast::{CohortForecast, Forecast, ModelKind, SavedModel, ScoreTable, Tier};
use crate::interests::{InterestSpace, TextFeatures, Trajectories};
use crate::language::{Embedded, ModelInfo};
use crate::observe::{CurvePoint, Stage};
use crate::project::Settings;
use crate::report::{Finding, UserSummary};

/// One file that a run read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Input {
    /// Where it lies.
    pub path: PathBuf,
    /// What was in it.
    #[serde(serialize_with = "as_hex")]
    pub content: Fingerprint,
}

fn as_hex<S: serde::Serializer>(print: &Fingerprint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(print)
}

/// The language model of a run, and what it did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LanguageUse {
    /// Which model.
    pub model: ModelInfo,
    /// What it computed in, and why, in words: `f32: as asked for`.
    pub precision: String,
    /// What embedding the texts came to; none where all that follows from it was kept.
    pub embedded: Option<Embedded>,
}

/// A forecast of all users that is there before the run has come to its end, with what it takes to draw it.
#[derive(Clone, Debug)]
pub struct EarlyOutcome {
    /// What it rests on: later ones of a run rest on more.
    pub tier: Tier,
    /// The model that made it.
    pub model: ModelKind,
    /// Its loss on the validation periods, nats per event; none where nothing was scored.
    pub nll: Option<f64>,
    /// The clean log.
    pub events: Arc<EventTable>,
    /// The interests.
    pub space: Arc<InterestSpace>,
    /// Each user's past.
    pub trajectories: Arc<Trajectories>,
    /// Each user's future. Its bands are calibrated on a part of the past before [`Tier::Bands`], and chances that an
    /// interest is touched come with the [`Outcome`] only.
    pub forecast: Arc<Forecast>,
    /// One line a user, by user number.
    pub users: Arc<Vec<UserSummary>>,
    /// What there is to see at once, as far as it is known by now.
    pub overview: Arc<Vec<Finding>>,
}

/// Everything a run found, shared between the engine, the window and the writers of files.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the run was asked to do.
    pub settings: Settings,
    /// The files it read.
    pub inputs: Vec<Input>,
    /// The log's columns and what they were taken for.
    pub columns: Arc<Vec<ColumnReport>>,
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
    /// The future of cohorts.
    pub cohorts: Arc<CohortForecast>,
    /// How every model did on the validation periods.
    pub scores: Arc<ScoreTable>,
    /// The training curves.
    pub curves: Arc<Vec<CurvePoint>>,
    /// The networks that made the forecast.
    pub model: Arc<SavedModel>,
    /// What the networks are told of a text besides its interest.
    pub text: Arc<TextFeatures>,
    /// One line a user, by user number.
    pub users: Arc<Vec<UserSummary>>,
    /// What there is to see at once.
    pub overview: Arc<Vec<Finding>>,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
    /// The device used, and why, in words: `CPU, 2 threads: no GPU was found`.
    pub device: String,
    /// The language model.
    pub language: LanguageUse,
    /// Seconds each stage took; a stage whose result was kept from an earlier run is absent.
    pub times: Vec<(Stage, f64)>,
}
