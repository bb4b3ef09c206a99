//! The road, walked in one place: log → events → vectors → interests → trajectories → what is asked of them.
//!
//! A forecast, a backtest, a search for a network's shape, and a saved model that forecasts or learns on are ways along
//! the same stages: each begins with [`Road::begin`] and takes what it needs with [`Road::get`].

mod backtest;
mod fit;
mod forecast;
mod interests;
mod log;
mod saved;
mod stage;
#[cfg(test)]
mod tests;
mod tuning;

pub use backtest::{BacktestOutcome, BacktestScope, backtest, backtest_from};
pub use forecast::{run, run_from};
pub use log::{ReadLog, read_log, read_options};
pub use saved::{forecast_with, settings_to_update, update};
pub(super) use tuning::put_tuning;
pub use tuning::{TuningOutcome, tune, write_tuning};

use std::time::Instant;

use self::interests::Interests;
use self::stage::{Computing, Stage};
use super::outcome::LanguageUse;
use super::{Fingerprint, Store};
use crate::calendar::{Calendar, Period};
use crate::forecast::ForecastConfig;
use crate::interests::{InterestSpace, RowVectors, TextFeatures, Trajectories, WholePeriods, choose_period};
use crate::language::{self, Device, Embedded, Embedding, ModelInfo, Precision, SpooledVectors};
use crate::observe::{self, Watch};
use crate::project::Settings;
use crate::report;

/// The language model that the settings ask for, and how it is used.
pub fn embedding(settings: &Settings, device: Device) -> Embedding {
    Embedding {
        model: settings.language_model.clone().unwrap_or_else(language::default_model_dir),
        cache: language::cache_dir(),
        device,
        precision: Precision::pick(settings.precision, device),
    }
}

/// What of the settings concerns the forecasters.
fn forecast_config(settings: &Settings) -> ForecastConfig {
    let config = ForecastConfig::default();
    ForecastConfig {
        horizon: settings.horizon,
        levels: settings.levels.clone(),
        joint: settings.joint,
        seed: settings.seed,
        ..config.shaped(settings.network.unwrap_or_else(|| config.shape()))
    }
}

/// A log that was read, and all that the stages above it are made with.
struct Road<'a> {
    settings: &'a Settings,
    store: &'a Store,
    watch: &'a Watch,
    log: ReadLog,
    device: Device,
    embedding: Embedding,
    language: ModelInfo,
    /// How periods are numbered.
    calendar: Calendar,
    /// What embedding came to, where it was needed.
    embedded: Option<Embedded>,
    /// The texts' vectors, while a stage to come may want them.
    vectors: Option<SpooledVectors>,
    clock: Clock,
}

impl<'a> Road<'a> {
    /// Reads the log as `reading` says, or takes the one read last.
    ///
    /// # Errors
    /// What is wrong with the settings, the log or the language model; a wish to stop.
    fn begin(
        settings: &'a Settings,
        reading: &Settings,
        store: &'a Store,
        last: &mut Option<ReadLog>,
        watch: &'a Watch,
    ) -> anyhow::Result<Self> {
        settings.validate()?;
        let mut clock = Clock::default();
        let device = Device::pick(settings.device)?;
        let log = clock.time(observe::Stage::Read, || read_log(reading, last, watch))?;
        let embedding = embedding(settings, device);
        let language = language::model_info(&embedding.model)?;
        let calendar = Calendar::new(settings.period.unwrap_or_else(|| choose_period(&log.events)));
        let (embedded, vectors) = (None, None);
        Ok(Self { settings, store, watch, log, device, embedding, language, calendar, embedded, vectors, clock })
    }

    /// What a stage gives: what is kept of it, or made now and kept.
    ///
    /// # Errors
    /// As [`Stage::make`].
    fn get<S: Stage>(&mut self, stage: &S, needs: S::Needs<'_>) -> anyhow::Result<S::Gives> {
        let key = stage.key()?;
        let checkpoints = self.store.checkpoints(key);
        if let Some(kept) = self.store.get(S::NAME, key) {
            // A kill right after the result was kept leaves them.
            checkpoints.remove();
            return Ok(kept);
        }
        let made = stage.make(needs, self, &checkpoints)?;
        if S::is_whole(&made) {
            self.store.put(S::NAME, key, &made);
            checkpoints.remove();
        }
        Ok(made)
    }

    /// The texts' vectors: those that wait here, or embedded now. Whoever has them gives them back or lets them go.
    ///
    /// # Errors
    /// What is wrong with the language model or the machine; a wish to stop.
    fn take_vectors(&mut self) -> anyhow::Result<SpooledVectors> {
        if let Some(vectors) = self.vectors.take() {
            return Ok(vectors);
        }
        let Self { embedding, log, watch, clock, .. } = self;
        let (vectors, done) = clock.time(observe::Stage::Embed, || embedding.spooled(&log.events.texts, watch))?;
        self.embedded = Some(done);
        Ok(vectors)
    }

    /// The stage that finds the interests on the events before a period, or on all.
    fn interests(&self, before: Option<Period>) -> Interests {
        Interests {
            log: self.log.key,
            computing: self.computing(),
            count: self.settings.interests,
            seed: self.settings.seed,
            before: before.map(|period| (self.calendar.length, period)),
        }
    }

    /// The way up to the trajectories, over the interests found on the events before a period, or on all.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn find(&mut self, before: Option<Period>) -> anyhow::Result<Found> {
        let stage = self.interests(before);
        let key = stage.key()?;
        let space = self.get(&stage, ())?;
        let trajectories = Trajectories::build(&self.log.events, &space, self.calendar);
        Ok(Found { key, space, trajectories })
    }

    fn computing(&self) -> Computing {
        Computing::of(&self.language, &self.embedding)
    }

    /// What the forecasters are told of the texts, learnt from those before a period. The vectors are let go.
    ///
    /// # Errors
    /// As [`Self::take_vectors`].
    fn texts(&mut self, found: &Found, before: Period) -> anyhow::Result<(TextFeatures, RowVectors)> {
        let mut vectors = self.take_vectors()?;
        let (events, until) = (&self.log.events, self.calendar.start(before));
        let text = TextFeatures::before(events, &mut vectors, until, self.watch)?;
        let rows = RowVectors::of_space(events, &found.trajectories, &found.space, &text, &mut vectors)?;
        Ok((text, rows))
    }

    /// What the language model was and did.
    fn language_use(&self) -> LanguageUse {
        let (model, embedded) = (self.language.clone(), self.embedded.clone());
        LanguageUse { model, precision: self.embedding.precision.describe(), embedded }
    }

    /// What the analyst should know of the log, and which periods are used where its ends leave any doubt.
    fn notes(&self) -> Vec<String> {
        let whole = WholePeriods::of(&self.log.events, self.calendar).filter(report::ends_need_words);
        let used = whole.map(|whole| format!("Periods used: {}.", report::periods_in_words(&whole, self.calendar)));
        self.log.notes.iter().cloned().chain(used).collect()
    }
}

/// What is found in a log, with the key of the interests.
struct Found {
    key: Fingerprint,
    space: InterestSpace,
    trajectories: Trajectories,
}

/// How long each stage took, in seconds; a stage whose result was kept is absent.
#[derive(Debug, Default)]
struct Clock(Vec<(observe::Stage, f64)>);

impl Clock {
    fn time<T>(&mut self, stage: observe::Stage, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.0.push((stage, began.elapsed().as_secs_f64()));
        done
    }
}
