//! The road to a backtest: as to a forecast, but the interests are found on the events before the first origin.

use std::sync::Arc;

use super::Store;
use super::keys::{self, Computing};
use super::road::{Clock, ReadLog, embedding, forecast_config, interest_count, periods_note, read_log};
use crate::calendar::{Calendar, Period};
use crate::events::EventTable;
use crate::forecast::{self, Backtest, BacktestPlan, ModelKind};
use crate::interests::{self, InterestSpace, NewTexts, RowVectors, TextFeatures, Trajectories};
use crate::language::{self, Device};
use crate::observe::{Stage, Watch};
use crate::project::Settings;
use crate::project::limits::check_origins;

/// What a backtest ends in.
#[derive(Clone, Debug)]
pub struct BacktestOutcome {
    /// What it was asked to do.
    pub settings: Settings,
    /// The clean log.
    pub events: Arc<EventTable>,
    /// The interests, found before the first origin.
    pub space: Arc<InterestSpace>,
    /// Every model against the past.
    pub backtest: Arc<Backtest>,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
    /// The device used, and why, in words.
    pub device: String,
    /// The language model's name.
    pub language_model: String,
    /// Seconds each stage took; a stage whose result was kept from an earlier run is absent.
    pub times: Vec<(Stage, f64)>,
}

/// What a backtest tries, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BacktestScope {
    /// Origins one period ahead, besides the one with the full horizon.
    pub origins: usize,
    /// Only these models beside the simple ones; all if that is none.
    pub only: Option<Vec<ModelKind>>,
    /// Whether each network has a twin that was trained without the texts' vectors.
    pub ablation: bool,
}

impl Default for BacktestScope {
    fn default() -> Self {
        Self { origins: 3, only: None, ablation: false }
    }
}

/// Sets models against the past.
///
/// # Errors
/// What is wrong with the log, the settings, the model or the machine, in words for the analyst; a wish to stop.
pub fn backtest(
    settings: &Settings,
    scope: &BacktestScope,
    store: &Store,
    watch: &Watch,
) -> anyhow::Result<BacktestOutcome> {
    backtest_from(settings, scope, store, &mut None, watch)
}

/// Like [`backtest`], with the log kept between calls.
///
/// # Errors
/// As [`backtest`].
pub fn backtest_from(
    settings: &Settings,
    scope: &BacktestScope,
    store: &Store,
    last: &mut Option<ReadLog>,
    watch: &Watch,
) -> anyhow::Result<BacktestOutcome> {
    settings.validate()?;
    let BacktestScope { origins, only, ablation } = scope;
    check_origins(*origins)?;
    let mut clock = Clock::default();
    let device = Device::pick(settings.device)?;
    let log = clock.time(Stage::Read, || read_log(settings, last, watch))?;
    let events = &*log.events;
    let calendar = Calendar::new(settings.period.unwrap_or_else(|| interests::choose_period(events)));

    let embedding = embedding(settings, device);
    let model = language::model_info(&embedding.model)?;
    let config = forecast_config(settings);
    let plan =
        BacktestPlan::of(Trajectories::whole_periods(events, calendar), calendar.length, config.horizon, *origins)?;
    let until = calendar.start(plan.first().unwrap_or(Period(0)));
    let interests_key = keys::interests(log.key(), &Computing::of(&model, &embedding), settings)?;
    let key = keys::backtest(interests_key, calendar.length, &config, &plan, scope)?;
    let kept: Option<(InterestSpace, Backtest)> = store.get("backtest", key);
    let checkpoints = store.checkpoints(key);
    let (space, found) = match kept {
        Some(kept) => {
            // A kill right after the result was kept leaves them.
            checkpoints.remove();
            kept
        }
        None => {
            let (mut vectors, _) = clock.time(Stage::Embed, || embedding.spooled(&events.texts, watch))?;
            let space = clock.time(Stage::Cluster, || {
                interests::find_before(events, &mut vectors, until, interest_count(settings), settings.seed, watch)
            })?;
            let trajectories = Trajectories::build(events, &space, calendar);
            let found = clock.time(Stage::Train, || -> anyhow::Result<Backtest> {
                let text = TextFeatures::before(events, &mut vectors, until, watch)?;
                let rows = RowVectors::of_space(events, &trajectories, &space, &text, &mut vectors)?;
                drop(vectors);
                let (only, device) = (only.as_deref(), device.tch());
                let mut found =
                    forecast::backtest(&trajectories, &rows, &config, &plan, only, device, &checkpoints, watch)?;
                if *ablation {
                    let new = NewTexts::since(events, &trajectories, &space, plan.first().unwrap_or(Period(0)));
                    forecast::ablate(&mut found, &trajectories, &new, &config, &plan, device, &checkpoints, watch)?;
                }
                Ok(found)
            })?;
            let both = (space, found);
            store.put("backtest", key, &both);
            checkpoints.remove();
            both
        }
    };
    let mut notes = log.notes;
    notes.extend(periods_note(events, calendar));
    Ok(BacktestOutcome {
        settings: settings.clone(),
        events: log.events,
        space: Arc::new(space),
        backtest: Arc::new(found),
        notes,
        device: device.describe(),
        language_model: model.name,
        times: clock.0,
    })
}
