//! The way to a forecast.

use std::sync::Arc;

use serde::Serialize;

use super::stage::Stage;
use super::{Found, ReadLog, Road, forecast_config};
use crate::calendar::PeriodLength;
use crate::forecast::{self, Checkpoints, ForecastConfig, ModelKind, Run, Start};
use crate::interests::TextFeatures;
use crate::observe::{self, Watch};
use crate::pipeline::{Fingerprint, Outcome, Store};
use crate::project::Settings;
use crate::report;

/// Models trained on all that is known, and what they forecast.
#[derive(Debug, Serialize)]
pub(super) struct Forecasting {
    /// The interests.
    pub interests: Fingerprint,
    /// How long a period is.
    pub length: PeriodLength,
    /// How the forecasters are set.
    pub config: ForecastConfig,
    /// The model asked for.
    pub model: ModelKind,
}

impl Stage for Forecasting {
    const NAME: &'static str = "forecast";
    type Needs<'n> = &'n Found;
    type Gives = (Run, TextFeatures);

    fn make(&self, found: &Found, road: &mut Road, checkpoints: &Checkpoints) -> anyhow::Result<Self::Gives> {
        let trajectories = &found.trajectories;
        let (text, rows) = road.texts(found, trajectories.origin)?;
        let Road { device, watch, clock, .. } = road;
        let (start, device) = (Start::Anew(checkpoints), device.tch());
        let run = || forecast::run(trajectories, &rows, &self.config, self.model, device, start, watch);
        Ok((clock.time(observe::Stage::Train, run)?, text))
    }
}

/// Walks the whole road.
///
/// # Errors
/// What is wrong with the log, the settings, the model or the machine, in words for the analyst; a wish to stop.
pub fn run(settings: &Settings, store: &Store, watch: &Watch) -> anyhow::Result<Outcome> {
    run_from(settings, store, &mut None, watch)
}

/// Like [`run`], with the log kept between calls.
///
/// # Errors
/// As [`run`].
pub fn run_from(
    settings: &Settings,
    store: &Store,
    last: &mut Option<ReadLog>,
    watch: &Watch,
) -> anyhow::Result<Outcome> {
    let mut road = Road::begin(settings, settings, store, last, watch)?;
    let found = road.find(None)?;
    let stage = Forecasting {
        interests: found.key,
        length: road.calendar.length,
        config: forecast_config(settings),
        model: settings.model,
    };
    let trained = road.get(&stage, &found)?;
    Ok(road.outcome(found, trained))
}

impl Road<'_> {
    /// All that was found on the road, put together.
    pub(super) fn outcome(self, found: Found, (run, text): (Run, TextFeatures)) -> Outcome {
        let (language, mut notes) = (self.language_use(), self.notes());
        notes.push(run.chosen_because);
        let Self { settings, log, device, clock, .. } = self;
        let Found { space, trajectories, .. } = found;
        let users = report::summarise_users(&log.events, &trajectories, &run.forecast);
        Outcome {
            settings: settings.clone(),
            inputs: log.inputs,
            columns: Arc::new(log.columns),
            events: log.events,
            account: log.account,
            space: Arc::new(space),
            trajectories: Arc::new(trajectories),
            forecast: Arc::new(run.forecast),
            cohorts: Arc::new(run.cohorts),
            scores: Arc::new(run.scores),
            curves: Arc::new(run.curves),
            model: Arc::new(run.model),
            text: Arc::new(text),
            users: Arc::new(users),
            notes,
            device: device.describe(),
            language,
            times: clock.0,
        }
    }
}
