//! The way to a search for a network's shape.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::interests::Found;
use super::log::ReadLog;
use super::stage::Stage;
use super::walk::{Road, forecast_config};
use crate::calendar::{Calendar, PeriodLength};
use crate::forecast::{self, CellKind, Checkpoints, ForecastConfig, ModelKind, NetworkShape, Tuning, shapes_to_try};
use crate::observe::Watch;
use crate::pipeline::readable::written;
use crate::pipeline::{Fingerprint, Store};
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

/// Shapes of a network that were tried. The shape that is set counts only by what is tried: one that this search found
/// brings its result back.
#[derive(Debug, Serialize)]
pub(super) struct Search {
    /// The interests.
    pub interests: Fingerprint,
    /// How long a period is.
    pub length: PeriodLength,
    /// How the forecasters are set, but for the shape.
    pub config: ForecastConfig,
    /// The shapes to try.
    pub tried: Vec<NetworkShape>,
    /// Of which layer.
    pub cell: CellKind,
}

/// Hears whenever a trial begins or ends.
type Tell<'n> = &'n mut dyn FnMut(&Tuning);

impl Stage for Search {
    const NAME: &'static str = "tuning";
    type Needs<'n> = (&'n Found, NetworkShape, Tell<'n>);
    type Gives = Tuning;

    fn make(
        &self,
        (found, shape, tell): Self::Needs<'_>,
        road: &mut Road,
        checkpoints: &Checkpoints,
    ) -> anyhow::Result<Tuning> {
        let trajectories = &found.trajectories;
        let (_, rows) = road.texts(found, trajectories.origin)?;
        let (config, trials, device) = (self.config.shaped(shape), self.tried.len(), road.device.tch());
        let tuning =
            forecast::tune(trajectories, &rows, &config, self.cell, trials, device, checkpoints, tell, road.watch)?;
        Ok(tuning)
    }

    fn is_whole(found: &Tuning) -> bool {
        found.finished
    }
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
    let mut road = Road::begin(settings, settings, store, log, watch)?;
    let found = road.find(None)?;
    let (calendar, config) = (road.calendar, forecast_config(settings));
    let stage = Search {
        interests: found.key,
        length: calendar.length,
        config: config.shaped(NetworkShape::default()),
        tried: shapes_to_try(&config, trials, found.trajectories.first, found.trajectories.origin),
        cell: if settings.model == ModelKind::Gru { CellKind::Gru } else { CellKind::Lstm },
    };
    let tuning = road.get(&stage, (&found, config.shape, tell))?;
    Ok(TuningOutcome { settings: settings.clone(), trials, calendar, tuning: Arc::new(tuning) })
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
pub(in crate::pipeline) fn put_tuning(tuning: &Tuning, settings: &Settings, folder: &Path) -> anyhow::Result<()> {
    for ending in settings.tables.endings() {
        report::write_tuning(&folder.join("tuning").with_extension(ending), tuning)?;
    }
    let mut tuned = Settings { network: Some(tuning.shape()), ..settings.clone() };
    for path in tuned.inputs.iter_mut().chain(&mut tuned.language_model) {
        *path = std::path::absolute(&path)?;
    }
    Ok(report::write_file(&folder.join("tuned.ron"), written(&tuned)?.as_bytes())?)
}
