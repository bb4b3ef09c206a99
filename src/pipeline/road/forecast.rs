//! The way to a forecast.

use std::sync::Arc;

use serde::Serialize;

use super::interests::Found;
use super::log::ReadLog;
use super::stage::Stage;
use super::walk::{Road, forecast_config};
use crate::calendar::PeriodLength;
use crate::events::EventTable;
use crate::forecast::{self, Checkpoints, EarlyForecast, ForecastConfig, ModelKind, Run, Start};
use crate::interests::TextFeatures;
use crate::observe::{self, Watch};
use crate::pipeline::{EarlyOutcome, Fingerprint, Outcome, Store};
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
    type Needs<'n> = (&'n Found, TellEarly<'n>);
    type Gives = (Run, TextFeatures);

    fn make(
        &self,
        (found, tell): Self::Needs<'_>,
        road: &mut Road,
        checkpoints: &Checkpoints,
    ) -> anyhow::Result<Self::Gives> {
        let trajectories = &found.trajectories;
        let (text, rows) = road.texts(found, trajectories.origin)?;
        let Road { log, device, watch, clock, .. } = road;
        let (start, device) = (Start::Anew(checkpoints), device.tch());
        let mut tell = tell.map(|tell| |early: EarlyForecast| tell(found.early(&log.events, early)));
        let tell = tell.as_mut().map(|tell| tell as &mut dyn FnMut(EarlyForecast));
        let (config, model) = (&self.config, self.model);
        let run = || forecast::run_telling(trajectories, &rows, config, model, device, start, tell, watch);
        Ok((clock.time(observe::Stage::Train, run)?, text))
    }
}

/// Hears of forecasts that are there before the run has come to its end; none where nobody listens.
pub type TellEarly<'a> = Option<&'a mut dyn FnMut(EarlyOutcome)>;

impl Found {
    /// An early forecast with what it takes to draw it.
    pub(super) fn early(&self, events: &Arc<EventTable>, early: EarlyForecast) -> EarlyOutcome {
        let EarlyForecast { tier, model, nll, forecast } = early;
        let (space, trajectories) = (&*self.space, &*self.trajectories);
        let users = report::summarise_users(events, trajectories, &forecast);
        let overview = report::overview(&report::Found {
            events,
            space,
            trajectories,
            forecast: &forecast,
            users: &users,
            cohorts: None,
            scores: None,
        });
        EarlyOutcome {
            tier,
            model,
            nll,
            events: Arc::clone(events),
            space: Arc::clone(&self.space),
            trajectories: Arc::clone(&self.trajectories),
            users: Arc::new(users),
            overview: Arc::new(overview),
            forecast: Arc::new(forecast),
        }
    }
}

/// Walks the whole road.
///
/// # Errors
/// What is wrong with the log, the settings, the model or the machine, in words for the analyst; a wish to stop.
pub fn run(settings: &Settings, store: &Store, watch: &Watch) -> anyhow::Result<Outcome> {
    run_from(settings, store, &mut None, None, watch)
}

/// Like [`run`], with the log kept between calls. `tell` hears what is forecast so far, nothing where the forecast was
/// kept.
///
/// # Errors
/// As [`run`].
pub fn run_from(
    settings: &Settings,
    store: &Store,
    last: &mut Option<ReadLog>,
    tell: TellEarly,
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
    // Lent for as long as `found` is.
    let tell = tell.map(|tell| tell as &mut dyn FnMut(EarlyOutcome));
    let trained = road.get(&stage, (&found, tell))?;
    Ok(road.outcome(found, trained))
}

impl Road<'_> {
    /// All that was found on the road, put together.
    pub(super) fn outcome(self, found: Found, (run, text): (Run, TextFeatures)) -> Outcome {
        let (language, mut notes) = (self.language_use(), self.notes());
        notes.extend(report::vectors_in_words(&found.vectors));
        notes.push(run.chosen_because);
        let Self { settings, log, device, clock, .. } = self;
        let Found { space, trajectories, .. } = found;
        let users = report::summarise_users(&log.events, &trajectories, &run.forecast);
        let overview = report::overview(&report::Found {
            events: &log.events,
            space: &space,
            trajectories: &trajectories,
            forecast: &run.forecast,
            users: &users,
            cohorts: Some(&run.cohorts),
            scores: Some(&run.scores),
        });
        Outcome {
            settings: settings.clone(),
            inputs: log.inputs,
            columns: Arc::new(log.columns),
            events: log.events,
            account: log.account,
            space,
            trajectories,
            forecast: Arc::new(run.forecast),
            cohorts: Arc::new(run.cohorts),
            scores: Arc::new(run.scores),
            curves: Arc::new(run.curves),
            model: Arc::new(run.model),
            text: Arc::new(text),
            users: Arc::new(users),
            overview: Arc::new(overview),
            notes,
            device: device.describe(),
            language,
            times: clock.0,
        }
    }
}
