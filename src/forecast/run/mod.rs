//! From trajectories to a forecast: every model is judged on the past first, the one that won there forecasts.
//!
//! Each model answers the questions of the tuning and validation periods by a fit that did not learn from them. Its
//! errors there calibrate its bands and decide which model is taken; a second fit on everything forecasts.

pub mod banded;
pub mod choice;
pub mod drift;
pub mod early;
pub mod result;
pub mod tune;

use crate::forecast::ForecastError;
use crate::forecast::bands::incidence::Incidence;
use crate::forecast::bands::spread_choice;
use crate::forecast::cohorts::cohort::CohortForecast;
use crate::forecast::cohorts::cohort_view::CohortView;
use crate::forecast::config::{ForecastConfig, HeadLoss};
use crate::forecast::kind::{ModelKind, Tier};
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::Known;
use crate::forecast::models::recurrent::TRIED_EPOCHS;
use crate::forecast::network::heads::HEAD_WEIGHTS;
use crate::forecast::network::saved::{Networks, SavedModel, Start};
use crate::forecast::past::tally::Tally;
use crate::forecast::standing::{Standing, stand};
use crate::interests::{OneThread, RowVectors, Trajectories};
use crate::observe::{CurvePoint, Stage, Watch};
use banded::Banded;
use choice::choose;
use early::{EarlyForecast, RunOnlooker, TellEarly};
use result::{Forecast, Score, ScoreTable};
use strum::IntoEnumIterator as _;

/// Epochs a network usually takes until it stops: a guess for the time left, until it is known.
pub(in crate::forecast) const USUAL_EPOCHS: u64 = 10;

/// All that a training gives.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// Shares to come.
    pub forecast: Forecast,
    /// Shares to come of cohorts.
    pub cohorts: CohortForecast,
    /// How every model did on the validation periods.
    pub scores: ScoreTable,
    /// How training went.
    pub curves: Vec<CurvePoint>,
    /// The networks that took part in the forecast; without weights where none did.
    pub model: SavedModel,
    /// The model that made the forecast.
    pub chosen: ModelKind,
    /// Why it was taken, in a sentence.
    pub chosen_because: String,
}

/// Like [`run_telling`], with nobody who listens.
///
/// # Errors
/// As [`run_telling`].
pub fn run(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    model: ModelKind,
    device: tch::Device,
    start: Start,
    watch: &Watch,
) -> Result<Run, ForecastError> {
    run_telling(trajectories, vectors, config, model, device, start, None, watch)
}

/// Trains and forecasts with the model asked for; asked for the ensemble, with what won on the validation periods.
/// `vectors` holds the reduced mean text vector of every row of the trajectories. Networks begin with `start`; all that
/// costs little (the simple models, the weights of mixtures, the bands) is fitted to the trajectories always. `tell` hears
/// what is forecast so far: by [`Tier`], each at most once and ascending.
///
/// # Errors
/// [`ForecastError::Misfit`] where saved networks are not those asked for;
/// [`ForecastError::TooShort`] and [`ForecastError::NobodyReturns`] where there is nothing to learn from;
/// [`ForecastError::Cancelled`]; what libtorch reports.
#[expect(clippy::too_many_arguments, reason = "what is known, how to go about it, and who listens")]
pub fn run_telling(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    model: ModelKind,
    device: tch::Device,
    start: Start,
    tell: TellEarly,
    watch: &Watch,
) -> Result<Run, ForecastError> {
    let known = Known::at_origin(trajectories, vectors, config, device, start, watch)?;
    let _threads = OneThread::on(device);
    let kinds: Vec<ModelKind> =
        ModelKind::iter().filter(|kind| model.is_made_of_others() || !kind.is_made_of_others()).collect();
    let needed = |kind: &ModelKind| model.is_made_of_others() || *kind == model || !kind.is_trained();
    let kinds: Vec<ModelKind> = kinds.into_iter().filter(needed).collect();
    let mut meter = match start {
        Start::Saved(_) => watch.meter(Stage::Forecast, "step", None),
        Start::Anew(_) | Start::Continued(..) => watch.meter(Stage::Train, "epoch", Some(usual_epochs(&kinds, config))),
    };
    let mut onlooker = RunOnlooker { known: &known, asked: model, networks: Networks::default(), tell };
    let standing = stand(&known, &kinds, &mut meter, &mut onlooker)?;
    let RunOnlooker { networks, tell, .. } = onlooker;

    let mut meter = watch.meter(Stage::Forecast, "step", Some(3));
    let (answers, chosen_because) = choose(&standing, model);
    let scores = score_table(&known, &standing);
    meter.advance(2)?;

    let scatters = standing.scatter(answers.kind)?;
    let by = spread_choice::best(&known, standing.practice.questions(), answers, &scatters, &config.levels)?;
    let Banded { bands, why_none } = Banded::of(&known, &standing, answers, by)?;
    let early = EarlyForecast::with(&known, &standing, Tier::Bands, answers, (bands, why_none));
    if let Some(tell) = tell {
        tell(early.clone());
    }
    let view = CohortView::of(&known, &standing, &[answers.kind])?;
    let incidence = Incidence::learnt(&known, &standing, answers, view.stood(answers.kind))?;
    let p_any = incidence.ahead(&known, &standing, answers, &early.forecast.p_active)?;
    let forecast = Forecast { p_any, ..early.forecast };
    let cohorts = view.forecast(&standing, answers.kind, &config.levels)?;
    meter.advance(1)?;
    let config = config.with_heads(known.heads.get().copied().unwrap_or(config.shape.heads));
    // Networks that are taken as they are have learnt nothing here.
    let learnt = match start {
        Start::Saved(model) => model.learnt.unwrap_or(known.split),
        Start::Anew(_) | Start::Continued(..) => known.split,
    };
    let model = networks.packed(&config, trajectories.interests, learnt)?;
    let chosen = answers.kind;
    Ok(Run { forecast, cohorts, scores, chosen, chosen_because, curves: standing.curves, model })
}

/// How many epochs training usually takes: a guess for the time left.
pub(in crate::forecast) fn usual_epochs(kinds: &[ModelKind], config: &ForecastConfig) -> u64 {
    let trained = kinds.iter().filter(|kind| kind.is_trained()).count();
    let tried = if trained > 0 && config.shape.heads == HeadLoss::Chosen { HEAD_WEIGHTS.len() as u64 } else { 0 };
    // A short training and one as long as the best part of the first follow that.
    let of_member = 2 * USUAL_EPOCHS + USUAL_EPOCHS / 4;
    (trained * config.members.max(1)) as u64 * of_member + tried * u64::from(TRIED_EPOCHS)
}

/// Every model's score one step ahead on the validation periods; nobody's where nothing was scored.
fn score_table(known: &Known, standing: &Standing) -> ScoreTable {
    let score = |answers: &Answers, ground: &Tally| {
        let Answers { kind, validation, .. } = answers;
        let (model, nll) = ((*kind).into(), validation.nll());
        Score { model, nll, gain: ground.nll() - nll, l1: validation.l1(), top1: validation.top1() }
    };
    let ground = standing.of(ModelKind::Popularity).map(|answers| answers.validation).unwrap_or_default();
    let judged = standing.models.iter().filter(|answers| answers.validation.rows > 0);
    let mut scores: Vec<_> = judged.map(|answers| score(answers, &ground)).collect();
    scores.sort_by(|a, b| a.nll.total_cmp(&b.nll));
    ScoreTable {
        first: known.split.validation,
        last: known.split.origin.plus(-1),
        rows: ground.rows,
        events: ground.events,
        scores,
        activity: Some(standing.activity.clone()).filter(|table| table.rows > 0),
    }
}
