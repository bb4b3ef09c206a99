//! The ways of a saved model: to forecasts without training, and to a model that learnt on.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::fit::{as_the_model, check, check_language};
use super::interests::{Found, mapped};
use super::key::Computing;
use super::stage::Stage;
use super::walk::{Road, embedding};
use crate::forecast::{self, Checkpoints, Drift, ForecastConfig, ModelKind, Run, SavedModel, Split, Start};
use crate::interests::{RowVectors, Trajectories, VectorsUsed, place};
use crate::language::{self, Device};
use crate::observe::{self, Watch};
use crate::pipeline::{Fingerprint, ModelCard, ModelFolder, Outcome, Store};
use crate::project::Settings;

/// Forecasts with a saved model. The networks and the interests are those of the model; all that costs little is fitted
/// to the log at hand. On the log that the model was trained on, the forecast is that of its run, bit for bit.
///
/// # Errors
/// [`crate::pipeline::ModelError::Misfit`] where the model was made for something else; what is wrong with the log; a
/// wish to stop.
pub fn forecast_with(
    settings: &Settings,
    saved: &ModelFolder,
    store: &Store,
    watch: &Watch,
) -> anyhow::Result<Outcome> {
    let mut road = begin(settings, saved, store, watch)?;
    let (found, rows) = road.place(saved)?;
    let model = learnt(saved, &found.trajectories);
    let run = road.run_saved(&found, &rows, &config(settings, saved), settings.model, Start::Saved(&model))?;
    Ok(road.outcome(found, (run, saved.text.clone())))
}

/// Lets a saved model learn on from a log that reaches further than its own, from its weights and its optimizer's state,
/// and tells how far it moved.
///
/// # Errors
/// As [`forecast_with`].
pub fn update(
    settings: &Settings,
    saved: &ModelFolder,
    store: &Store,
    watch: &Watch,
) -> anyhow::Result<(Outcome, Drift)> {
    let mut road = begin(settings, saved, store, watch)?;
    let (found, rows) = road.place(saved)?;
    let model = learnt(saved, &found.trajectories);
    let before = road.run_saved(&found, &rows, &config(settings, saved), settings.model, Start::Saved(&model))?;
    let stage = LearningOn {
        log: road.log.key,
        computing: road.computing(),
        card: &saved.card,
        config: config(settings, saved),
        model: settings.model,
    };
    let after = road.get(&stage, (&found, &rows, &model))?;
    let drift = Drift::between(&before, &after);
    Ok((road.outcome(found, (after, saved.text.clone())), drift))
}

/// The settings of a model's own run with further logs, to update it; and of its own logs those that are gone.
pub fn settings_to_update(saved: &ModelFolder, further: &[PathBuf]) -> (Settings, Vec<PathBuf>) {
    let mut settings = saved.card.settings.clone();
    let (mut inputs, gone): (Vec<PathBuf>, Vec<PathBuf>) =
        settings.inputs.into_iter().partition(|path| path.exists() || path.to_string_lossy().contains(['*', '?']));
    for path in further {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        if !inputs.contains(&absolute) {
            inputs.push(absolute);
        }
    }
    settings.inputs = inputs;
    settings.period = Some(saved.card.period);
    // Where its own log was said to end, the further ones begin.
    settings.last = None;
    (settings, gone)
}

/// A saved model that learnt on. Its card holds what it was made with and the hashes of the files beside it.
#[derive(Debug, Serialize)]
pub(super) struct LearningOn<'a> {
    /// The log it learns on from.
    pub log: Fingerprint,
    /// What makes vectors and networks.
    pub computing: Computing,
    /// The saved model.
    pub card: &'a ModelCard,
    /// How the forecasters are set.
    pub config: ForecastConfig,
    /// The model asked for.
    pub model: ModelKind,
}

impl Stage for LearningOn<'_> {
    const NAME: &'static str = "update";
    type Needs<'n> = (&'n Found, &'n RowVectors, &'n SavedModel);
    type Gives = Run;

    fn make(
        &self,
        (found, rows, model): Self::Needs<'_>,
        road: &mut Road,
        checkpoints: &Checkpoints,
    ) -> anyhow::Result<Run> {
        road.run_saved(found, rows, &self.config, self.model, Start::Continued(model, checkpoints))
    }
}

/// Reads a log as a saved model's own was.
fn begin<'a>(
    settings: &'a Settings,
    saved: &ModelFolder,
    store: &'a Store,
    watch: &'a Watch,
) -> anyhow::Result<Road<'a>> {
    check(settings, saved)?;
    // Told before a long log is read.
    check_language(saved, &language::model_info(&embedding(settings, Device::pick(settings.device)?).model)?)?;
    let road = Road::begin(settings, &as_the_model(settings, &saved.card, watch), store, &mut None, watch)?;
    Ok(Road { calendar: saved.calendar(), ..road })
}

/// The model's own configuration with the bands that are asked for.
fn config(settings: &Settings, saved: &ModelFolder) -> ForecastConfig {
    ForecastConfig { levels: settings.levels.clone(), joint: settings.joint, ..saved.card.config.clone() }
}

/// The model with the periods that it learnt from. A model that was saved before these were kept learnt as a log like
/// its own is cut at its origin.
fn learnt<'a>(saved: &'a ModelFolder, trajectories: &Trajectories) -> Cow<'a, SavedModel> {
    if saved.model.learnt.is_some() {
        return Cow::Borrowed(&saved.model);
    }
    let then = Trajectories { origin: saved.card.origin, ..trajectories.clone() };
    let learnt = Split::of_log(&then, saved.card.config.horizon);
    Cow::Owned(SavedModel { learnt, ..saved.model.clone() })
}

impl Road<'_> {
    /// Places the log's texts among a saved model's interests.
    ///
    /// # Errors
    /// [`crate::pipeline::ModelError::Misfit`] where the model has seen what it would forecast; as
    /// [`Self::take_vectors`].
    fn place(&mut self, saved: &ModelFolder) -> anyhow::Result<(Found, RowVectors)> {
        let mut vectors = self.take_vectors()?;
        let mapping = saved.text.mapping.clone();
        if let Some(mapped) = mapped(&mut vectors, mapping.as_ref())? {
            vectors = mapped;
        }
        let Self { log, watch, clock, calendar, .. } = self;
        let (events, calendar, card) = (&log.events, *calendar, &saved.card);
        let (interests, centroids) = (card.interests.clone(), saved.centroids.clone());
        let space = clock.time(observe::Stage::Cluster, || place(events, &mut vectors, interests, centroids, watch))?;
        let trajectories = Trajectories::build(events, &space, calendar);
        if trajectories.origin < card.origin {
            let why = format!(
                "it was trained on what came before {}, and the log has whole periods only up to {}: it would forecast \
                 what it has seen; take a log that reaches as far, or train anew",
                calendar.label(card.origin),
                calendar.label(trajectories.origin.plus(-1)),
            );
            return Err(saved.misfit(why).into());
        }
        let rows = RowVectors::of_space(events, &trajectories, &space, &saved.text, &mut vectors)?;
        let (space, trajectories) = (Arc::new(space), Arc::new(trajectories));
        Ok((Found { key: self.log.key, space, mapping, vectors: VectorsUsed::Raw, trajectories }, rows))
    }

    /// Forecasts with saved networks, as they are or after they learnt on.
    ///
    /// # Errors
    /// As [`forecast::run`].
    fn run_saved(
        &mut self,
        found: &Found,
        rows: &RowVectors,
        config: &ForecastConfig,
        model: ModelKind,
        start: Start,
    ) -> anyhow::Result<Run> {
        let stage = match start {
            Start::Saved(_) => observe::Stage::Forecast,
            Start::Anew(_) | Start::Continued(..) => observe::Stage::Train,
        };
        let Self { device, watch, clock, .. } = self;
        let run = || forecast::run(&found.trajectories, rows, config, model, device.tch(), start, watch);
        Ok(clock.time(stage, run)?)
    }
}
