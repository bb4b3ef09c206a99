//! From trajectories to a forecast: every model is judged on the past first, the one that won there forecasts.
//!
//! Each model answers the questions of the tuning and validation periods by a fit that did not learn from them. Its
//! errors there calibrate its bands and decide which model is taken; a second fit on everything forecasts.

pub mod drift;
pub mod result;
pub mod tune;

use crate::forecast::ForecastError;
use crate::forecast::bands::band::Band;
use crate::forecast::bands::calibration::Calibration;
use crate::forecast::bands::spread_choice::{self, By};
use crate::forecast::cohorts::cohort::CohortForecast;
use crate::forecast::cohorts::cohort_view::CohortView;
use crate::forecast::config::{ForecastConfig, HeadLoss};
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::{Known, ModelKind};
use crate::forecast::models::recurrent::TRIED_EPOCHS;
use crate::forecast::network::heads::HEAD_WEIGHTS;
use crate::forecast::network::saved::{Networks, SavedModel, Start};
use crate::forecast::past::history::Question;
use crate::forecast::past::split::Split;
use crate::forecast::past::tally::Tally;
use crate::forecast::standing::{Standing, cell, observed_cells, stand};
use crate::interests::{OneThread, RowVectors, Trajectories};
use crate::observe::{CurvePoint, Stage, Watch};
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

/// Trains and forecasts with the model asked for; asked for the ensemble, with what won on the validation periods.
/// `vectors` holds the reduced mean text vector of every row of the trajectories. Networks begin with `start`; all that
/// costs little (the simple models, the weights of mixtures, the bands) is fitted to the trajectories always.
///
/// # Errors
/// [`ForecastError::Misfit`] where saved networks are not those asked for;
/// [`ForecastError::TooShort`] and [`ForecastError::NobodyReturns`] where there is nothing to learn from;
/// [`ForecastError::Cancelled`]; what libtorch reports.
pub fn run(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    model: ModelKind,
    device: tch::Device,
    start: Start,
    watch: &Watch,
) -> Result<Run, ForecastError> {
    let known = Known::at_origin(trajectories, vectors, config, device, start, watch)?;
    let _threads = OneThread::on(device);
    let kinds: Vec<ModelKind> =
        ModelKind::iter().filter(|kind| model.is_made_of_others() || !kind.is_made_of_others()).collect();
    let needed = |kind: &ModelKind| model.is_made_of_others() || *kind == model || !kind.is_trained();
    let kinds: Vec<ModelKind> = kinds.into_iter().filter(needed).collect();
    let mut meter = match start {
        Start::Saved(_) => watch.meter(Stage::Forecast, "steps", None),
        Start::Anew(_) | Start::Continued(..) => {
            watch.meter(Stage::Train, "epochs", Some(usual_epochs(&kinds, config)))
        }
    };
    let mut networks = Networks::default();
    let standing = stand(&known, &kinds, &mut meter, |_, fitted| fitted.save(&mut networks))?;

    let mut meter = watch.meter(Stage::Forecast, "steps", Some(3));
    let (answers, chosen_because) = choose(&standing, model);
    let scores = score_table(&known, &standing);
    meter.advance(1)?;
    let users = standing.ahead.users();
    let table = &standing.activity;
    let outlook_by = |name: &str| standing.outlook(name).cloned().unwrap_or_default();
    meter.advance(1)?;

    let scatters = standing.scatter(answers.kind)?;
    let by = spread_choice::best(&known, standing.practice.questions(), answers, &scatters, &config.levels);
    let (bands, no_bands) = match calibrated(&known, &standing, answers, by, config) {
        Some((calibration, coverage)) => {
            let bands = bands(&calibration, &coverage, &known, &standing, answers, by, config);
            let why = uncalibrated_steps(&calibration, config.horizon, trajectories);
            (bands, why)
        }
        None => (Vec::new(), Some(no_bands_because(answers.practice.len(), &known.split, trajectories))),
    };
    let forecast = Forecast {
        calendar: trajectories.calendar,
        origin: trajectories.origin,
        horizon: config.horizon,
        interests: trajectories.interests,
        users,
        share: answers.ahead.clone(),
        bands,
        no_bands,
        p_active: outlook_by(&table.chance_by).chance,
        expected_events: outlook_by(&table.events_by).events,
        expected_value: table.spend_by.as_ref().map(|name| outlook_by(name).spend).unwrap_or_default(),
    };
    let view = CohortView::of(&known, &standing, &[answers.kind])?;
    let cohorts = view.forecast(&standing, answers.kind, &config.levels);
    meter.advance(1)?;
    let config = ForecastConfig { heads: known.heads.get().copied().unwrap_or(config.heads), ..config.clone() };
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
    let tried = if trained > 0 && config.heads == HeadLoss::Chosen { HEAD_WEIGHTS.len() as u64 } else { 0 };
    // A short training and one as long as the best part of the first follow that.
    let of_member = 2 * USUAL_EPOCHS + USUAL_EPOCHS / 4;
    (trained * config.members.max(1)) as u64 * of_member + tried * u64::from(TRIED_EPOCHS)
}

/// The model that forecasts, and why.
pub(in crate::forecast) fn choose<'a>(standing: &'a Standing, asked: ModelKind) -> (&'a Answers, String) {
    if asked != ModelKind::Ensemble
        && let Some(answers) = standing.of(asked)
    {
        return (answers, format!("Forecast by `{asked}`, as asked for."));
    }
    let (Some(simple), Some(winner)) = (standing.best_simple(), standing.winner()) else {
        let answers = standing.unjudged();
        let why = format!(
            "Forecast by `{}`: no model could be judged, as nobody who was active in the validation periods had been so \
             before.",
            answers.kind
        );
        return (answers, why);
    };
    let (simple_nll, winner_nll) = (simple.validation.nll(), winner.validation.nll());
    if winner.kind.is_simple() || winner_nll >= simple_nll {
        let why = format!(
            "Forecast by `{}`: no model did better than this simple one on the validation periods ({:.4} nats an event).",
            simple.kind, simple_nll
        );
        return (simple, why);
    }
    let why = format!(
        "Forecast by `{}`: it did best on the validation periods, {:.4} nats an event against {:.4} of `{}`, the best \
         simple model.",
        winner.kind, winner_nll, simple_nll, simple.kind
    );
    (winner, why)
}

/// Bands calibrated on all practice, with the coverage on the validation periods of bands that were calibrated on the
/// tuning ones.
fn calibrated(
    known: &Known,
    standing: &Standing,
    answers: &Answers,
    by: By,
    config: &ForecastConfig,
) -> Option<(Calibration, Vec<f64>)> {
    let questions = standing.practice.questions();
    let validation = known.split.validation;
    let before = by.calibrated(known, questions, answers, &config.levels, |asked| asked.target < validation);
    let shares = &answers.practice;
    let unseen = observed_cells(&known.pasts, questions, shares, by.practice(), known.interests(), |asked| {
        asked.target >= validation
    });
    let held = |level: &u8| {
        let limited = unseen.iter().filter_map(|(cell, seen)| Some((before.limits(cell, *level, false)?, seen)));
        let (inside, all) = limited.fold((0_u64, 0_u64), |(inside, all), ((lower, upper), seen)| {
            (inside + u64::from((lower..=upper).contains(seen)), all + 1)
        });
        (all > 0).then(|| inside as f64 / all as f64)
    };
    let coverage: Option<Vec<f64>> = config.levels.iter().map(held).collect();
    let calibration = by.calibrated(known, questions, answers, &config.levels, |_| true);
    coverage.filter(|_| !calibration.is_empty()).map(|coverage| (calibration, coverage))
}

fn bands(
    calibration: &Calibration,
    coverage: &[f64],
    known: &Known,
    standing: &Standing,
    answers: &Answers,
    by: By,
    config: &ForecastConfig,
) -> Vec<Band> {
    let band = |(level, coverage): (&u8, &f64)| {
        let asked = (standing.ahead.questions(), &*answers.ahead, by.ahead());
        let (lower, upper) = limits(calibration, *level, config.joint, known, asked);
        Band { level: *level, lower, upper, coverage: Some(*coverage) }
    };
    let mut bands: Vec<Band> = config.levels.iter().zip(coverage).map(band).collect();
    bands.sort_by_key(|band| band.level);
    nest(&mut bands);
    bands
}

/// Lower and upper limits of shares, NaN where there is no calibration. What is asked: questions, shares and, where
/// bands are calibrated by it, how far they scatter.
pub(in crate::forecast) fn limits(
    calibration: &Calibration,
    level: u8,
    joint: bool,
    known: &Known,
    (questions, shares, scatter): (&[Question], &[f32], Option<&[f32]>),
) -> (Vec<f32>, Vec<f32>) {
    let interests = known.interests();
    let limits = |(at, share): (usize, &f32)| {
        let question = &questions[at / interests];
        let scatter = scatter.map_or(0.0, |scatter| scatter[at]);
        let cell = cell(&known.pasts[question.user.index()], question, *share, scatter, 0);
        calibration.limits(&cell, level, joint).unwrap_or((f32::NAN, f32::NAN))
    };
    shares.iter().enumerate().map(limits).unzip()
}

/// Lets each band hold the narrower ones before it, which levels turned apart need not do of themselves.
pub(in crate::forecast) fn nest(bands: &mut [Band]) {
    for at in 1..bands.len() {
        let (narrower, wider) = bands.split_at_mut(at);
        let (narrow, wide) = (&narrower[at - 1], &mut wider[0]);
        wide.lower.iter_mut().zip(&narrow.lower).for_each(|(wide, narrow)| *wide = wide.min(*narrow));
        wide.upper.iter_mut().zip(&narrow.upper).for_each(|(wide, narrow)| *wide = wide.max(*narrow));
    }
}

/// Every model's score one step ahead on the validation periods; nobody's where nothing was scored.
fn score_table(known: &Known, standing: &Standing) -> ScoreTable {
    let score = |answers: &Answers, ground: &Tally| {
        let Answers { kind, validation, .. } = answers;
        let (model, nll) = (kind.name().to_owned(), validation.nll());
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

/// From which step on there are no bands, and why.
fn uncalibrated_steps(calibration: &Calibration, horizon: usize, trajectories: &Trajectories) -> Option<String> {
    let without = (1..=horizon).find(|step| !calibration.reaches(*step))?;
    let length = trajectories.calendar.length;
    Some(format!(
        "No bands are drawn from {without} {length}s ahead on: too few users were active that long after a past origin to say \
         how far off a forecast may be."
    ))
}

fn no_bands_because(cells: usize, split: &Split, trajectories: &Trajectories) -> String {
    let calendar = trajectories.calendar;
    format!(
        "No bands are drawn: from {} to {} users were active often enough to compare {cells} forecast shares with what \
         came, which is too few to say how far off a forecast may be.",
        calendar.label(split.tune),
        calendar.label(split.origin.plus(-1)),
    )
}
