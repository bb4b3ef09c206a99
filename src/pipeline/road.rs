//! The whole road, stage by stage: log → events → vectors → interests → trajectories → forecast.

use std::sync::Arc;
use std::time::Instant;

use super::changes::Stamps;
use super::keys::{self, Computing};
use super::outcome::{Input, LanguageUse, Outcome};
use super::{Fingerprint, Store};
use crate::calendar::Calendar;
use crate::events::{self, Account, ColumnReport, EventTable, KindReport, ReadOptions};
use crate::forecast::{self, ForecastConfig, Run, Start};
use crate::interests::{self, InterestSpace, RowVectors, TextFeatures, Trajectories, WholePeriods};
use crate::language::{self, Device, Embedded, Embedding, Precision, SpooledVectors};
use crate::observe::{Stage, Watch};
use crate::project::{InterestCount, Settings};
use crate::report;

/// A log that was read, with what it was read from.
#[derive(Clone, Debug)]
pub struct ReadLog {
    key: Fingerprint,
    inputs: Vec<Input>,
    /// The clean events.
    pub events: Arc<EventTable>,
    /// What became of every row.
    pub account: Arc<Account>,
    /// The columns and what they were taken for.
    pub columns: Vec<ColumnReport>,
    /// The kinds of events, with what each counts.
    pub kinds: Vec<KindReport>,
    /// What the analyst should know before anything is made of the log; the first of the notes.
    pub(super) warnings: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl ReadLog {
    /// The fingerprint of what was read and how.
    pub(super) fn key(&self) -> Fingerprint {
        self.key
    }
}

/// What of the settings concerns the forecasters.
pub(super) fn forecast_config(settings: &Settings) -> ForecastConfig {
    let config = ForecastConfig::default();
    ForecastConfig {
        horizon: settings.horizon,
        levels: settings.levels.clone(),
        joint: settings.joint,
        seed: settings.seed,
        ..config.shaped(settings.network.unwrap_or_else(|| config.shape()))
    }
}

/// How many interests to look for; none to choose a number.
pub(super) fn interest_count(settings: &Settings) -> Option<u16> {
    match settings.interests {
        InterestCount::Auto => None,
        InterestCount::Fixed(number) => Some(number),
    }
}

/// What of the settings concerns reading.
pub fn read_options(settings: &Settings) -> ReadOptions {
    ReadOptions {
        mapping: settings.mapping.clone(),
        time_format: settings.time_format.clone(),
        returns_prefix: settings.returns_prefix.clone(),
        dialect: settings.dialect.clone(),
        time_zone: settings.time_zone.clone(),
        skip_broken: settings.skip_broken,
        filters: settings.filters.clone(),
        kind_weights: settings.kind_weights.clone(),
        keep_called_off: settings.keep_called_off,
        first: settings.first,
        last: settings.last,
        keep_duplicates: settings.keep_duplicates,
        // Where nothing is written, so that a new option is thought of here.
        rejected: None,
    }
}

/// Reads the log, or takes the one read last if neither it nor the settings that concern it have changed.
///
/// # Errors
/// What is wrong with the settings or the log; a wish to stop.
pub fn read_log(settings: &Settings, last: &mut Option<ReadLog>, watch: &Watch) -> anyhow::Result<ReadLog> {
    settings.validate()?;
    let files = events::find_files(&settings.inputs)?;
    let before = Stamps::of(&files);
    let contents = Fingerprint::of_files(&files, watch)?;
    let key = keys::log(&files, &contents, settings)?;
    if let Some(same) = last.as_ref().filter(|last| last.key == key) {
        return Ok(same.clone());
    }
    let log = events::read(&settings.inputs, &read_options(settings), watch)?;
    before.still(&settings.inputs)?;
    let inputs = files.into_iter().zip(contents).map(|(path, content)| Input { path, content }).collect();
    log.warnings.iter().for_each(|warning| watch.note(warning));
    let notes = [log.warnings.as_slice(), &log.notes].concat();
    let (events, account) = (Arc::new(log.events), Arc::new(log.account));
    let (columns, kinds, warnings) = (log.columns, log.kinds, log.warnings);
    let read = ReadLog { key, inputs, events, account, columns, kinds, warnings, notes };
    Ok(last.insert(read).clone())
}

/// The language model that the settings ask for, and how it is used.
pub fn embedding(settings: &Settings, device: Device) -> Embedding {
    Embedding {
        model: settings.language_model.clone().unwrap_or_else(language::default_model_dir),
        cache: language::cache_dir(),
        device,
        precision: Precision::pick(settings.precision, device),
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
    settings.validate()?;
    let mut clock = Clock::default();
    let device = Device::pick(settings.device)?;
    let log = clock.time(Stage::Read, || read_log(settings, last, watch))?;
    let events = &*log.events;

    let embedding = embedding(settings, device);
    let model = language::model_info(&embedding.model)?;
    let mut embedded: Option<Embedded> = None;
    let mut embed = |clock: &mut Clock| -> anyhow::Result<SpooledVectors> {
        let (vectors, done) = clock.time(Stage::Embed, || embedding.spooled(&events.texts, watch))?;
        embedded = Some(done);
        Ok(vectors)
    };

    let count = interest_count(settings);
    let space_key = keys::interests(log.key, &Computing::of(&model, &embedding), settings)?;
    let mut vectors = None;
    let space: InterestSpace = match store.get("interests", space_key) {
        Some(space) => space,
        None => {
            let found = &mut *vectors.insert(embed(&mut clock)?);
            let space = clock.time(Stage::Cluster, || interests::find(events, found, count, settings.seed, watch))?;
            store.put("interests", space_key, &space);
            space
        }
    };
    let length = settings.period.unwrap_or_else(|| interests::choose_period(events));
    let trajectories = Trajectories::build(events, &space, Calendar::new(length));
    let config = forecast_config(settings);
    let run_key = keys::forecast(space_key, length, &config, settings)?;
    let checkpoints = store.checkpoints(run_key);
    let (run, text): (Run, TextFeatures) = match store.get("forecast", run_key) {
        Some(kept) => {
            // A kill right after the result was kept leaves them.
            checkpoints.remove();
            kept
        }
        None => {
            let mut vectors = match vectors {
                Some(vectors) => vectors,
                None => embed(&mut clock)?,
            };
            let both = clock.time(Stage::Train, || -> anyhow::Result<(Run, TextFeatures)> {
                let until = trajectories.calendar.start(trajectories.origin);
                let text = TextFeatures::before(events, &mut vectors, until, watch)?;
                let rows = RowVectors::of_space(events, &trajectories, &space, &text, &mut vectors)?;
                drop(vectors);
                let start = Start::Anew(&checkpoints);
                let run = forecast::run(&trajectories, &rows, &config, settings.model, device.tch(), start, watch)?;
                Ok((run, text))
            })?;
            store.put("forecast", run_key, &both);
            checkpoints.remove();
            both
        }
    };
    let language = LanguageUse { model, precision: embedding.precision.describe(), embedded };
    Ok(outcome(settings, log, space, trajectories, (run, text), device, language, clock))
}

/// Which periods are used, where the ends of the log leave any doubt.
pub(super) fn periods_note(events: &EventTable, calendar: Calendar) -> Option<String> {
    let whole = WholePeriods::of(events, calendar).filter(report::ends_need_words)?;
    Some(format!("Periods used: {}.", report::periods_in_words(&whole, calendar)))
}

/// All that was found on the road, put together.
#[expect(clippy::too_many_arguments, reason = "it is the sum of all stages, and they have no smaller sum")]
pub(super) fn outcome(
    settings: &Settings,
    log: ReadLog,
    space: InterestSpace,
    trajectories: Trajectories,
    (run, text): (Run, TextFeatures),
    device: Device,
    language: LanguageUse,
    clock: Clock,
) -> Outcome {
    let mut notes = log.notes;
    notes.extend(periods_note(&log.events, trajectories.calendar));
    notes.push(run.chosen_because);
    let events = &*log.events;
    let users = report::summarise_users(events, &trajectories, &run.forecast);
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

/// How long each stage took, in seconds; a stage whose result was kept is absent.
#[derive(Debug, Default)]
pub(super) struct Clock(pub(super) Vec<(Stage, f64)>);

impl Clock {
    pub(super) fn time<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.0.push((stage, began.elapsed().as_secs_f64()));
        done
    }
}
