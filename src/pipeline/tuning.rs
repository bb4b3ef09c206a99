//! The road to a search for a network's shape.

use std::path::Path;
use std::sync::Arc;

use super::Store;
use super::files::written;
use super::keys::{self, Computing};
use super::road::{ReadLog, embedding, forecast_config, interest_count, read_log};
use crate::calendar::Calendar;
use crate::forecast::{self, CellKind, ModelKind, Tuning, shapes_to_try};
use crate::interests::{self, InterestSpace, RowVectors, TextFeatures, Trajectories};
use crate::language::{self, Device};
use crate::observe::Watch;
use crate::project::Settings;
use crate::project::limits::check_trials;
use crate::report::{self, OutputFolder, Results};

/// What a search ends in.
#[derive(Clone, Debug)]
pub struct TuningOutcome {
    /// What it was asked to do.
    pub settings: Settings,
    /// How many shapes were to be tried.
    pub trials: usize,
    /// How periods are numbered.
    pub calendar: Calendar,
    /// What was found.
    pub tuning: Arc<Tuning>,
}

/// Searches for the shape of the networks of `settings.model` among `trials`, at the log's last whole period. `log` is
/// kept for the run that follows; `tell` hears whenever a trial begins or ends. Asked to stop, it answers what it has; a
/// search that was stopped or killed goes on where it was.
///
/// # Errors
/// What is wrong with the log, the settings or the machine; a wish to stop before the search began.
pub fn tune(
    settings: &Settings,
    trials: usize,
    store: &Store,
    log: &mut Option<ReadLog>,
    tell: &mut dyn FnMut(&Tuning),
    watch: &Watch,
) -> anyhow::Result<TuningOutcome> {
    settings.validate()?;
    check_trials(trials)?;
    let device = Device::pick(settings.device)?;
    let read = read_log(settings, log, watch)?;
    let events = &*read.events;
    let embedding = embedding(settings, device);
    let model = language::model_info(&embedding.model)?;
    let space_key = keys::interests(read.key(), &Computing::of(&model, &embedding), settings)?;
    let length = settings.period.unwrap_or_else(|| interests::choose_period(events));
    let calendar = Calendar::new(length);
    let config = forecast_config(settings);
    let cell = if settings.model == ModelKind::Gru { CellKind::Gru } else { CellKind::Lstm };
    let (first, origin) = Trajectories::whole_periods(events, calendar);
    let tried = shapes_to_try(&config, trials, first, origin);
    let key = keys::tuning(space_key, length, &config, &tried, cell)?;
    let outcome =
        |found: Tuning| TuningOutcome { settings: settings.clone(), trials, calendar, tuning: Arc::new(found) };
    if let Some(found) = store.get("tuning", key) {
        return Ok(outcome(found));
    }
    let (mut vectors, _) = embedding.spooled(&events.texts, watch)?;
    let space: InterestSpace = match store.get("interests", space_key) {
        Some(space) => space,
        None => {
            let space = interests::find(events, &mut vectors, interest_count(settings), settings.seed, watch)?;
            store.put("interests", space_key, &space);
            space
        }
    };
    let trajectories = Trajectories::build(events, &space, calendar);
    let until = trajectories.calendar.start(trajectories.origin);
    let text = TextFeatures::before(events, &mut vectors, until, watch)?;
    let rows = RowVectors::of_space(events, &trajectories, &space, &text, &mut vectors)?;
    drop(vectors);
    let checkpoints = store.checkpoints(key);
    let found = forecast::tune(&trajectories, &rows, &config, cell, trials, device.tch(), &checkpoints, tell, watch)?;
    if found.finished {
        store.put("tuning", key, &found);
        checkpoints.remove();
    }
    Ok(outcome(found))
}

/// Writes what a search found: its trials with their curves, and the settings with the best shape so far, for
/// `--settings`.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_tuning(tuning: &Tuning, settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    let output = OutputFolder::new(folder, Results::Tuning, settings.tables)?;
    put_tuning(tuning, settings, output.path())?;
    output.commit()?;
    Ok(())
}

/// The files of a search, in an existing folder.
pub(super) fn put_tuning(tuning: &Tuning, settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    for ending in settings.tables.endings() {
        report::write_tuning(&folder.join("tuning").with_extension(ending), tuning)?;
    }
    let mut tuned = Settings { network: Some(tuning.shape()), ..settings.clone() };
    for path in tuned.inputs.iter_mut().chain(&mut tuned.language_model) {
        *path = std::path::absolute(&path)?;
    }
    Ok(report::write_file(&folder.join("tuned.ron"), written(&tuned)?.as_bytes())?)
}
