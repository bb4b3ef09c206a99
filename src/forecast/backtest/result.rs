//! What a backtest found: every model's answers to the same questions about the past, and how good they were.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::difference::Difference;
use super::incidence::IncidenceResult;
use super::paths::WholePaths;
use super::twins::Ablation;
use crate::calendar::{Calendar, Period};
use crate::events::UserId;
use crate::forecast::kind::{ModelKind, ModelName};
use crate::forecast::{ActivityScore, Band, CohortRule, Spread};

/// One question about the past: a user with activity before the origin and in the period asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Whose shares.
    pub user: UserId,
    /// The first period that no model saw.
    pub origin: Period,
    /// The period asked for.
    pub period: Period,
    /// How many periods ahead, from 1.
    pub horizon: usize,
    /// Active periods of the user before the origin.
    pub active_periods: u32,
    /// Mean events of the user's last active periods before the origin.
    pub expected_events: f32,
    /// The interest that led the user's last active periods before the origin.
    pub leading: Option<u16>,
    /// What the user's events in the period asked for count together: their number, unless kinds have weights.
    pub total: f32,
}

/// How good a model's answers to some questions were. Lower is better but for `gain`, `skill` and `top1`. Figures are NaN
/// where nothing was scored, which files write as nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean over events of −ln of the forecast share, nats.
    pub nll: f64,
    /// The `nll` of popularity less this one.
    pub gain: f64,
    /// The part of the best simple model's gain by which this one exceeds it: 0.5 is one and a half times that gain.
    pub skill: f64,
    /// Mean over user-periods of Σ |share − observed share|.
    pub l1: f64,
    /// Part of user-periods whose leading interest was forecast.
    pub top1: f64,
    /// Mean over cells of the continuous ranked probability score of the share.
    pub crps: f64,
    /// Part of cells inside their band, by level in percent.
    pub coverage: BTreeMap<u8, f64>,
    /// The same of the cells that had events.
    pub coverage_with_events: BTreeMap<u8, f64>,
    /// Mean width of the bands, by level.
    pub width: BTreeMap<u8, f64>,
    /// Mean interval score of the bands, by level: the width, and `2 / (1 − level)` times what lies outside.
    pub interval: BTreeMap<u8, f64>,
    /// User-periods scored.
    pub rows: u64,
    /// What the events scored count together: their number, unless kinds have weights.
    pub events: f64,
    /// Seconds it took to fit.
    pub seconds_train: f64,
    /// Seconds it took to answer.
    pub seconds_forecast: f64,
}

impl Scores {
    /// Mean of the interval scores over the levels; none without bands.
    pub fn mean_interval(&self) -> Option<f64> {
        let scores = self.interval.values();
        (!self.interval.is_empty()).then(|| scores.sum::<f64>() / self.interval.len() as f64)
    }
}

/// How well a network foresaw the activity of every user with a past, one period ahead over all origins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityResult {
    /// User-periods scored, those of silent users among them.
    pub rows: u64,
    /// The network.
    pub network: ActivityScore,
    /// The simple answers to the same questions.
    pub simple: ActivityScore,
}

/// How good a model's bands were when its sure forecasts were told from its unsure ones by one spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpreadResult {
    /// Which.
    pub spread: Spread,
    /// Origins at which the periods before spoke for this one, so that the model's bands are calibrated by it.
    pub chosen: usize,
    /// Seconds that it took to measure.
    pub seconds: f64,
    /// Scores over all questions.
    pub all: Scores,
    /// Scores one period ahead, over all origins.
    pub one_step: Scores,
}

/// How good a model's forecasts of cohorts were: of what their users come to together. Lower is better but for `gain`;
/// NaN where nothing was scored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CohortScores {
    /// Mean over events of −ln of the forecast share, nats.
    pub nll: f64,
    /// The `nll` of popularity less this one.
    pub gain: f64,
    /// Mean over the cohorts' periods of Σ |share − observed share|.
    pub l1: f64,
    /// Part of shares inside their band, by level in percent.
    pub coverage: BTreeMap<u8, f64>,
    /// Mean width of the bands, by level.
    pub width: BTreeMap<u8, f64>,
    /// Mean interval score of the bands, by level.
    pub interval: BTreeMap<u8, f64>,
    /// Periods of cohorts scored.
    pub rows: u64,
    /// What the events scored count together: their number, unless kinds have weights.
    pub events: f64,
}

/// How good a model was for one cohort, one period ahead, over all origins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CohortResult {
    /// Which.
    pub rule: CohortRule,
    /// For its users together.
    pub together: CohortScores,
    /// For its users one by one.
    pub users: Scores,
}

/// One model's answers and scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelResult {
    /// The model.
    pub name: ModelName,
    /// Forecast shares, questions × interests.
    pub share: Vec<f32>,
    /// Bands laid out like `share`, narrowest first; limits are NaN where too little past was there to calibrate them.
    pub bands: Vec<Band>,
    /// Scores over all questions.
    pub all: Scores,
    /// Scores one period ahead, over all origins.
    pub one_step: Scores,
    /// Scores by origin.
    pub by_origin: Vec<(Period, Scores)>,
    /// Scores by horizon, over all origins.
    pub by_horizon: Vec<(usize, Scores)>,
    /// Scores by how many active periods the user had before the origin (`1 to 3`, `4 to 9`, `10 and more`).
    pub by_activity: Vec<(String, Scores)>,
    /// Scores one period ahead by tenths of the events expected of the user, and up to how many each reaches.
    pub by_events: Vec<(f32, Scores)>,
    /// Scores one period ahead by cohort.
    pub by_cohort: Vec<CohortResult>,
    /// Scores for cohorts, over all of them, one period ahead and over all questions.
    pub cohorts: (CohortScores, CohortScores),
    /// The best simple model's `nll` less this one's, one period ahead: above 0 this one is better.
    pub better_than_simple: Difference,
    /// Coverage against stated level, both from 0 to 1, at levels from 0.1 to 0.95.
    pub reliability: Vec<(f64, f64)>,
    /// How well it foresaw activity; none for models that tell nothing of it.
    pub activity: Option<ActivityResult>,
    /// What came of whole paths; none where no origin asked for more than one period, or nobody was active in all.
    pub paths: Option<WholePaths>,
    /// How well it foresaw whether interests would be touched, by periods ahead.
    pub incidence: Vec<IncidenceResult>,
    /// The bands by what they may be calibrated by, for models that have a choice.
    pub spreads: Vec<SpreadResult>,
}

/// Every model against the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// How periods are numbered.
    pub calendar: Calendar,
    /// How many interests there are.
    pub interests: usize,
    /// How far ahead the longest question asks.
    pub horizon: usize,
    /// The origins, ascending.
    pub origins: Vec<Period>,
    /// Whether the models' bands hold whole paths at once instead of each period by itself.
    pub joint: bool,
    /// The questions; every model answers exactly these.
    pub asked: Vec<Asked>,
    /// What the events observed count, questions × interests.
    pub observed: Vec<f32>,
    /// The models, best first by `nll` one period ahead.
    pub models: Vec<ModelResult>,
    /// The simple model with the lowest `nll` one period ahead; none where nothing was scored.
    pub best_simple: Option<ModelKind>,
    /// The model that the analyst gets who names none: what won on the periods before the last origin.
    pub chosen: ModelKind,
    /// Why, in a sentence.
    pub chosen_because: String,
    /// Each network beside its twin that knows no texts, where that was asked for.
    pub ablations: Vec<Ablation>,
}

impl Backtest {
    /// A model.
    pub fn model(&self, name: impl Into<ModelName>) -> Option<&ModelResult> {
        let name = name.into();
        self.models.iter().find(|model| model.name == name)
    }
}
