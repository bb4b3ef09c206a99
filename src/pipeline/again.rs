//! The road with a saved model: to forecasts without training, and to a model that learnt on.

use std::path::PathBuf;

use super::model_folder::ModelFolder;
use super::outcome::{LanguageUse, Outcome};
use super::road::{Clock, ReadLog, embedding, outcome, read_log};
use super::{Fingerprint, Store};
use crate::forecast::{self, Drift, ForecastConfig, Run, Start};
use crate::interests::{self, InterestSpace, RowVectors, Trajectories};
use crate::language::{self, Device};
use crate::observe::{Stage, Watch};
use crate::project::{InterestCount, Settings};

/// Forecasts with a saved model. The networks and the interests are those of the model; all that costs little is fitted
/// to the log at hand. On the log that the model was trained on, the forecast is that of its run, bit for bit.
///
/// # Errors
/// [`super::ModelError::Misfit`] where the model was made for something else; what is wrong with the log; a wish to
/// stop.
pub fn forecast_with(settings: &Settings, saved: &ModelFolder, watch: &Watch) -> anyhow::Result<Outcome> {
    let mut way = Way::to_training(settings, saved, watch)?;
    let run = way.run(settings, saved, Start::Saved(&saved.model), watch)?;
    Ok(way.outcome(settings, saved, run))
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
    let mut way = Way::to_training(settings, saved, watch)?;
    let before = way.run(settings, saved, Start::Saved(&saved.model), watch)?;
    let weights = blake3::hash(&saved.model.weights);
    let made_by = (way.log.key(), weights.as_bytes(), &settings.levels, settings.joint);
    let key = Fingerprint::of(&(made_by, settings.model, way.device.describe()))?;
    let checkpoints = store.checkpoints(key);
    let after = match store.get("update", key) {
        Some(kept) => kept,
        None => {
            let run = way.run(settings, saved, Start::Continued(&saved.model, &checkpoints), watch)?;
            store.put("update", key, &run);
            run
        }
    };
    checkpoints.remove();
    let drift = Drift::between(&before, &after);
    Ok((way.outcome(settings, saved, after), drift))
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
    (settings, gone)
}

/// The road up to where networks come in.
struct Way {
    log: ReadLog,
    space: InterestSpace,
    trajectories: Trajectories,
    rows: RowVectors,
    language: LanguageUse,
    device: Device,
    clock: Clock,
}

impl Way {
    fn to_training(settings: &Settings, saved: &ModelFolder, watch: &Watch) -> anyhow::Result<Self> {
        check(settings, saved)?;
        let mut clock = Clock::default();
        let device = Device::pick(settings.device)?;
        let embedding = embedding(settings, device);
        let model = language::model_info(&embedding.model)?;
        let card = &saved.card;
        if model.fingerprint != card.language_fingerprint {
            return Err(saved
                .misfit(format!(
                    "its interests lie among the vectors of the language model `{}`, and here is `{}` with other \
                     weights; name its own with --lm, or train anew",
                    card.language_model, model.name
                ))
                .into());
        }
        let log = clock.time(Stage::Read, || read_log(settings, &mut None, watch))?;
        let events = &*log.events;
        let (mut vectors, embedded) = clock.time(Stage::Embed, || embedding.spooled(&events.texts, watch))?;
        let space = clock.time(Stage::Cluster, || {
            interests::place(events, &mut vectors, card.interests.clone(), saved.centroids.clone(), watch)
        })?;
        let calendar = saved.calendar();
        let trajectories = Trajectories::build(events, &space, calendar);
        if trajectories.origin < card.origin {
            return Err(saved
                .misfit(format!(
                    "it was trained on what came before {}, and the log has whole periods only up to {}: it would \
                     forecast what it has seen; take a log that reaches as far, or train anew",
                    calendar.label(card.origin),
                    calendar.label(trajectories.origin.plus(-1)),
                ))
                .into());
        }
        let rows = RowVectors::of_space(events, &trajectories, &space, &saved.text, &mut vectors)?;
        let language = LanguageUse { model, precision: embedding.precision.describe(), embedded: Some(embedded) };
        Ok(Self { log, space, trajectories, rows, language, device, clock })
    }

    fn run(&mut self, settings: &Settings, saved: &ModelFolder, start: Start, watch: &Watch) -> anyhow::Result<Run> {
        let config =
            ForecastConfig { levels: settings.levels.clone(), joint: settings.joint, ..saved.card.config.clone() };
        let (trajectories, device) = (&self.trajectories, self.device.tch());
        let stage = if matches!(start, Start::Saved(_)) { Stage::Forecast } else { Stage::Train };
        let run = || forecast::run(trajectories, &self.rows, &config, settings.model, device, start, watch);
        Ok(self.clock.time(stage, run)?)
    }

    fn outcome(self, settings: &Settings, saved: &ModelFolder, run: Run) -> Outcome {
        let both = (run, saved.text.clone());
        outcome(settings, self.log, self.space, self.trajectories, both, self.device, self.language, self.clock)
    }
}

/// Whether a model was made for what is asked.
fn check(settings: &Settings, saved: &ModelFolder) -> anyhow::Result<()> {
    let card = &saved.card;
    let misfit = |why: String| Err(saved.misfit(why).into());
    if let Some(period) = settings.period.filter(|period| *period != card.period) {
        return misfit(format!(
            "it was trained on {}s, and {period}s are asked for; leave out --period, or train anew",
            card.period
        ));
    }
    if let InterestCount::Fixed(asked) = settings.interests
        && usize::from(asked) != card.interests.len()
    {
        return misfit(format!(
            "it has {} interests, and {asked} are asked for; leave out --interests, or train anew",
            card.interests.len()
        ));
    }
    if settings.horizon != card.config.horizon {
        return misfit(format!(
            "it was trained to look {} periods ahead, and {} are asked for; leave out --horizon, or train anew",
            card.config.horizon, settings.horizon
        ));
    }
    if settings.seed != card.config.seed {
        return misfit(format!(
            "it was trained from the seed {}, and {} is asked for; leave out --seed, or train anew",
            card.config.seed, settings.seed
        ));
    }
    Ok(())
}
