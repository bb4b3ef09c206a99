//! The road with a saved model: to forecasts without training, and to a model that learnt on.

use std::borrow::Cow;
use std::path::PathBuf;

use strum::IntoEnumIterator as _;

use super::Store;
use super::keys::{self, Computing};
use super::model_folder::{ModelCard, ModelFolder};
use super::outcome::{LanguageUse, Outcome};
use super::road::{Clock, ReadLog, embedding, outcome, read_log, read_options};
use crate::events::{self, KindWeights, Role};
use crate::forecast::{self, Drift, ForecastConfig, NetworkShape, Run, SavedModel, Split, Start};
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
    let model = way.learnt(saved);
    let run = way.run(settings, saved, Start::Saved(&model), watch)?;
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
    let model = way.learnt(saved);
    let before = way.run(settings, saved, Start::Saved(&model), watch)?;
    let key = keys::update(way.log.key(), &way.computing, saved, settings)?;
    let checkpoints = store.checkpoints(key);
    let after = match store.get("update", key) {
        Some(kept) => kept,
        None => {
            let run = way.run(settings, saved, Start::Continued(&model, &checkpoints), watch)?;
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
    // Where its own log was said to end, the further ones begin.
    settings.last = None;
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
    computing: Computing,
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
        let computing = Computing::of(&model, &embedding);
        let reading = as_the_model(settings, card, watch);
        let log = clock.time(Stage::Read, || read_log(&reading, &mut None, watch))?;
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
        Ok(Self { log, space, trajectories, rows, language, device, computing, clock })
    }

    /// The model with the periods that it learnt from. A model that was saved before these were kept learnt as a log like
    /// its own is cut at its origin.
    fn learnt<'a>(&self, saved: &'a ModelFolder) -> Cow<'a, SavedModel> {
        if saved.model.learnt.is_some() {
            return Cow::Borrowed(&saved.model);
        }
        let then = Trajectories { origin: saved.card.origin, ..self.trajectories.clone() };
        let learnt = Split::of_log(&then, saved.card.config.horizon);
        Cow::Owned(SavedModel { learnt, ..saved.model.clone() })
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

/// The settings with the roles that columns had in the model's log, where nothing is said: what is guessed from another
/// log's values may be something else. With the same columns, roles that nothing had are nobody's.
fn as_the_model(settings: &Settings, card: &ModelCard, watch: &Watch) -> Settings {
    let mut reading = settings.clone();
    // A log that cannot be looked into is refused with its reason when it is read.
    let Ok(look) = events::preview(&settings.inputs, &read_options(settings), watch) else { return reading };
    let here = |column: &str| look.columns.iter().any(|known| known.name == column);
    let same_columns = card.columns.len() == look.columns.len() && card.columns.iter().all(|(name, _)| here(name));
    let mapping = &mut reading.mapping;
    for role in Role::iter() {
        if mapping.of(role).next().is_some() || mapping.without.contains(&role) {
            continue;
        }
        let of_model: Vec<&String> =
            card.columns.iter().filter(|(_, had)| *had == Some(role)).map(|(name, _)| name).collect();
        let free = |column: &str| here(column) && !mapping.columns.iter().any(|(_, taken)| taken == column);
        if of_model.is_empty() && same_columns {
            mapping.without.push(role);
        } else if of_model.iter().all(|column| free(column)) {
            mapping.columns.extend(of_model.into_iter().map(|column| (role, column.clone())));
        }
    }
    reading
}

/// Whether a model was made for what is asked.
fn check(settings: &Settings, saved: &ModelFolder) -> anyhow::Result<()> {
    settings.validate()?;
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
    let (own, usual) = (&card.settings, NetworkShape::default());
    if settings.network.unwrap_or(usual) != own.network.unwrap_or(usual) {
        return misfit(
            "its networks have another shape than the settings ask for; leave `network` out of them, or train anew"
                .into(),
        );
    }
    if settings.kind_weights != own.kind_weights {
        let words = |weights: &KindWeights| match weights.is_empty() {
            true => "1 each".to_owned(),
            false => weights.to_string(),
        };
        return misfit(format!(
            "to it kinds of events count {}, and {} is asked for; leave out --kind-weights, or train anew",
            words(&own.kind_weights),
            words(&settings.kind_weights)
        ));
    }
    if settings.keep_called_off != own.keep_called_off {
        let (then, now) = match own.keep_called_off {
            true => ("stayed", "left out"),
            false => ("were left out", "kept"),
        };
        return misfit(format!(
            "when it was trained, purchases that were called off {then}, and here they are to be {now}; leave out \
             --keep-called-off, or train anew"
        ));
    }
    Ok(())
}
