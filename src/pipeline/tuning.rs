//! The road to a search for a network's shape.

use std::path::Path;

use super::files::written;
use super::road::{ReadLog, embedding, forecast_config, interest_count, read_log};
use super::{Fingerprint, Store};
use crate::calendar::Calendar;
use crate::forecast::{self, CellKind, ModelKind, Tuning};
use crate::interests::{self, InterestSpace, RowVectors, TextFeatures, Trajectories};
use crate::language::{self, Device};
use crate::observe::Watch;
use crate::project::Settings;
use crate::report::{self, OutputFolder};

/// Searches for the shape of the networks of `settings.model` among `trials`, at the log's last whole period. `log` is
/// kept for the run that follows. Asked to stop, it answers what it has; a search that was stopped or killed goes on
/// where it was.
///
/// # Errors
/// What is wrong with the log, the settings or the machine; a wish to stop before the search began.
pub fn tune(
    settings: &Settings,
    trials: usize,
    store: &Store,
    log: &mut Option<ReadLog>,
    watch: &Watch,
) -> anyhow::Result<Tuning> {
    let device = Device::pick(settings.device)?;
    let read = read_log(settings, log, watch)?;
    let events = &*read.events;
    let embedding = embedding(settings, device);
    let model = language::model_info(&embedding.model)?;
    let computed_by = (&model.fingerprint, embedding.precision.name());
    let space_key = Fingerprint::of(&(read.key(), computed_by, settings.interests, settings.seed))?;
    let length = settings.period.unwrap_or_else(|| interests::choose_period(events));
    let config = forecast_config(settings);
    let cell = if settings.model == ModelKind::Gru { CellKind::Gru } else { CellKind::Lstm };
    let key = Fingerprint::of(&("tuning", space_key, length, &config, cell, trials, device.describe()))?;
    if let Some(found) = store.get("tuning", key) {
        return Ok(found);
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
    let trajectories = Trajectories::build(events, &space, Calendar::new(length));
    let until = trajectories.calendar.start(trajectories.origin);
    let text = TextFeatures::before(events, &mut vectors, until, watch)?;
    let rows = RowVectors::of_space(events, &trajectories, &space, &text, &mut vectors)?;
    drop(vectors);
    let checkpoints = store.checkpoints(key);
    let found = forecast::tune(&trajectories, &rows, &config, cell, trials, device.tch(), &checkpoints, watch)?;
    if found.finished {
        store.put("tuning", key, &found);
        checkpoints.remove();
    }
    Ok(found)
}

/// Writes what a search found: its trials with their curves, and the settings with the best shape so far, for
/// `--settings`.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_tuning(tuning: &Tuning, settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    let output = OutputFolder::new(folder)?;
    report::write_tuning(&output.path().join("tuning.parquet"), tuning)?;
    let mut tuned = Settings { network: Some(tuning.shape()), ..settings.clone() };
    for path in tuned.inputs.iter_mut().chain(&mut tuned.language_model) {
        *path = std::path::absolute(&path)?;
    }
    report::write_file(&output.path().join("tuned.ron"), written(&tuned)?.as_bytes())?;
    output.commit()?;
    Ok(())
}
