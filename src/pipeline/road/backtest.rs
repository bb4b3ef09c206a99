//! The way to a backtest: as to a forecast, but the interests are found on the events before the first origin.

use std::sync::Arc;

use serde::Serialize;

use super::interests::Found;
use super::log::ReadLog;
use super::stage::Stage;
use super::walk::{Road, forecast_config};
use crate::calendar::{Period, PeriodLength};
use crate::events::EventTable;
use crate::forecast::{self, Backtest, BacktestPlan, Checkpoints, ForecastConfig, ModelKind};
use crate::interests::{InterestSpace, NewTexts, Trajectories};
use crate::observe::{self, Watch};
use crate::pipeline::{Fingerprint, Store};
use crate::project::Settings;
use crate::project::limits::check_origins;
use crate::report;

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
    pub times: Vec<(observe::Stage, f64)>,
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

/// Models held against the past.
#[derive(Debug, Serialize)]
pub(super) struct Backtesting {
    /// The interests, found before the first origin.
    pub interests: Fingerprint,
    /// How long a period is.
    pub length: PeriodLength,
    /// How the forecasters are set.
    pub config: ForecastConfig,
    /// From where, and how far ahead.
    pub plan: BacktestPlan,
    /// Only these models beside the simple ones.
    pub only: Option<Vec<ModelKind>>,
    /// Whether networks have twins without texts.
    pub ablation: bool,
}

impl Backtesting {
    fn first(&self) -> Period {
        self.plan.first().unwrap_or(Period(0))
    }
}

impl Stage for Backtesting {
    const NAME: &'static str = "backtest";
    type Needs<'n> = &'n Found;
    type Gives = Backtest;

    fn make(&self, found: &Found, road: &mut Road, checkpoints: &Checkpoints) -> anyhow::Result<Backtest> {
        let Found { space, trajectories, .. } = found;
        let (_, rows) = road.texts(found, self.first())?;
        let Road { log, device, watch, clock, .. } = road;
        let (config, plan, only, device) = (&self.config, &self.plan, self.only.as_deref(), device.tch());
        clock.time(observe::Stage::Train, || {
            let mut backtest = forecast::backtest(trajectories, &rows, config, plan, only, device, checkpoints, watch)?;
            if self.ablation {
                let new = NewTexts::since(&log.events, trajectories, space, self.first());
                forecast::ablate(&mut backtest, trajectories, &new, config, plan, device, checkpoints, watch)?;
            }
            Ok(backtest)
        })
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
    let BacktestScope { origins, only, ablation } = scope;
    settings.validate()?;
    check_origins(*origins)?;
    let mut road = Road::begin(settings, settings, store, last, watch)?;
    let (config, calendar) = (forecast_config(settings), road.calendar);
    let periods = Trajectories::whole_periods(&road.log.events, calendar);
    let plan = BacktestPlan::of(periods, calendar.length, config.horizon, *origins)?;
    let found = road.find(plan.first())?;
    let (only, ablation) = (only.clone(), *ablation);
    let stage = Backtesting { interests: found.key, length: calendar.length, config, plan, only, ablation };
    let backtest = road.get(&stage, &found)?;
    let mut notes = road.notes();
    notes.extend(report::vectors_in_words(&found.vectors));
    Ok(BacktestOutcome {
        settings: settings.clone(),
        events: road.log.events,
        space: found.space,
        backtest: Arc::new(backtest),
        notes,
        device: road.device.describe(),
        language_model: road.language.name,
        times: road.clock.0,
    })
}
