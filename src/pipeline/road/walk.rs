//! A log that was read, and all that the stages above it are made with.

use std::time::Instant;

use super::key::Computing;
use super::log::{ReadLog, read_log};
use crate::calendar::Calendar;
use crate::forecast::ForecastConfig;
use crate::interests::{WholePeriods, choose_period};
use crate::language::{self, Device, Embedded, Embedding, ModelInfo, Precision, SpooledVectors};
use crate::observe::{self, Watch};
use crate::pipeline::{LanguageUse, Store};
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
pub(super) fn forecast_config(settings: &Settings) -> ForecastConfig {
    ForecastConfig {
        horizon: settings.horizon,
        levels: settings.levels.clone(),
        joint: settings.joint,
        seed: settings.seed,
        shape: settings.network.unwrap_or_default(),
        ..ForecastConfig::default()
    }
}

/// A log that was read, and all that the stages above it are made with.
pub(super) struct Road<'a> {
    pub(super) settings: &'a Settings,
    pub(super) store: &'a Store,
    pub(super) watch: &'a Watch,
    pub(super) log: ReadLog,
    pub(super) device: Device,
    pub(super) embedding: Embedding,
    pub(super) language: ModelInfo,
    /// How periods are numbered.
    pub(super) calendar: Calendar,
    /// What embedding came to, where it was needed.
    pub(super) embedded: Option<Embedded>,
    /// The texts' vectors, while a stage to come may want them.
    pub(super) vectors: Option<SpooledVectors>,
    pub(super) clock: Clock,
}

impl<'a> Road<'a> {
    /// Reads the log as `reading` says, or takes the one read last.
    ///
    /// # Errors
    /// What is wrong with the settings, the log or the language model; a wish to stop.
    pub(super) fn begin(
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

    /// The texts' vectors: those that wait here, or embedded now. Whoever has them gives them back or lets them go.
    ///
    /// # Errors
    /// What is wrong with the language model or the machine; a wish to stop.
    pub(super) fn take_vectors(&mut self) -> anyhow::Result<SpooledVectors> {
        if let Some(vectors) = self.vectors.take() {
            return Ok(vectors);
        }
        let Self { embedding, log, watch, clock, .. } = self;
        let (vectors, done) = clock.time(observe::Stage::Embed, || embedding.spooled(&log.events.texts, watch))?;
        self.embedded = Some(done);
        Ok(vectors)
    }

    pub(super) fn computing(&self) -> Computing {
        Computing::of(&self.language, &self.embedding)
    }

    /// What the language model was and did.
    pub(super) fn language_use(&self) -> LanguageUse {
        let (model, embedded) = (self.language.clone(), self.embedded.clone());
        LanguageUse { model, precision: self.embedding.precision.describe(), embedded }
    }

    /// What the analyst should know of the log, which periods are used where its ends leave any doubt, and whether the
    /// language model knows its language.
    pub(super) fn notes(&self) -> Vec<String> {
        let whole = WholePeriods::of(&self.log.events, self.calendar).filter(report::ends_need_words);
        let used = whole.map(|whole| format!("Periods used: {}.", report::periods_in_words(&whole, self.calendar)));
        let language = language::unknown_language(&self.language, &self.log.events.texts);
        self.log.notes.iter().cloned().chain(used).chain(language).collect()
    }
}

/// How long each stage took, in seconds; a stage whose result was kept is absent.
#[derive(Debug, Default)]
pub(super) struct Clock(pub(super) Vec<(observe::Stage, f64)>);

impl Clock {
    pub(super) fn time<T>(&mut self, stage: observe::Stage, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.0.push((stage, began.elapsed().as_secs_f64()));
        done
    }
}
