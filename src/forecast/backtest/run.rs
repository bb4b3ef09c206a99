//! Sets the models against the past, origin by origin.

use std::collections::BTreeMap;

use super::BacktestPlan;
use super::cohorts::observe;
use super::incidence::{self, IncidenceTally};
use super::result::{ActivityResult, Asked, Backtest, ModelResult};
use super::scores::{ActualSeconds, RELIABILITY, Scored, score_models};
use crate::events::UserId;
use crate::forecast::activity::outlook::{Came, Outlook};
use crate::forecast::bands::cell::Answered;
use crate::forecast::bands::spread_choice::{self, By};
use crate::forecast::cohorts::cohort::leading_before;
use crate::forecast::cohorts::cohort_view::CohortView;
use crate::forecast::models::model::{Known, ModelKind};
use crate::forecast::past::history::Past;
use crate::forecast::past::history::recent_events;
use crate::forecast::run::banded::limits;
use crate::forecast::run::{choose, usual_epochs};
use crate::forecast::standing::{SIMPLE, stand};
use crate::forecast::{Checkpoints, ForecastConfig, ForecastError, HeadLoss, Start};
use crate::interests::{OneThread, RowVectors, Trajectories};
use crate::observe::{Stage, Watch};
use strum::IntoEnumIterator as _;

/// Sets every model, or those of `only` and the simple ones, against the past. At each origin all is done anew from
/// what came before it: training, weights, the choice of a model, the calibration of bands. What was trained before a
/// kill is found in `checkpoints` and not trained again.
///
/// # Errors
/// [`ForecastError::TooShort`] and [`ForecastError::NobodyReturns`] where there is nothing to learn from;
/// [`ForecastError::Cancelled`]; what libtorch reports.
#[expect(clippy::too_many_arguments, reason = "a run's, and where it stands")]
pub fn backtest(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    plan: &BacktestPlan,
    only: Option<&[ModelKind]>,
    device: tch::Device,
    checkpoints: &Checkpoints,
    watch: &Watch,
) -> Result<Backtest, ForecastError> {
    let _threads = OneThread::on(device);
    let kinds = kinds(only);
    let wanted = |kind: ModelKind| kind.is_simple() || only.is_none_or(|only| only.contains(&kind));
    let mut levels = config.levels.clone();
    levels.extend(RELIABILITY.iter().filter(|level| !config.levels.contains(level)));
    // The weight of the heads is chosen at the first origin, by what lies before it, and holds for the later ones.
    let mut heads = config.heads;
    let epochs = |heads| usual_epochs(&kinds, &ForecastConfig { heads, ..config.clone() });
    let later = plan.origins.len().saturating_sub(1) as u64 * epochs(HeadLoss::Weight(0.0));
    let mut meter = watch.meter(Stage::Train, "epochs", Some(epochs(heads) + later));
    let mut found = Backtest {
        calendar: trajectories.calendar,
        interests: trajectories.interests,
        horizon: plan.origins.iter().map(|(_, horizon)| *horizon).max().unwrap_or(1),
        origins: plan.origins.iter().map(|(origin, _)| *origin).collect(),
        joint: config.joint,
        asked: Vec::new(),
        observed: Vec::new(),
        models: Vec::new(),
        best_simple: String::new(),
        chosen: String::new(),
        chosen_because: String::new(),
        ablations: Vec::new(),
    };
    let mut scored: BTreeMap<ModelKind, Scored> = BTreeMap::new();
    let mut outlooks: BTreeMap<&str, Outlook> = BTreeMap::new();
    let (mut came, mut simple_incidence) = (Vec::new(), IncidenceTally::default());
    // What came, for after the forecasts.
    let whole: Vec<Past> = (0..trajectories.users() as u32).map(|user| Past::of(trajectories, UserId(user))).collect();
    for (origin, horizon) in &plan.origins {
        // The forecaster stands at the origin: what it is handed ends there.
        let stand_here = Trajectories { origin: *origin, ..trajectories.clone() };
        let here = checkpoints.of_part(&format!("origin {}", origin.0));
        // Nothing further ahead is learnt than is asked.
        let settings = ForecastConfig { horizon: *horizon, heads, ..config.clone() };
        let known = Known::at_origin(&stand_here, vectors, &settings, device, Start::Anew(&here), watch)?;
        let standing = stand(&known, &kinds, &mut meter, |_, _| Ok(()))?;
        heads = known.heads.get().copied().unwrap_or(heads);
        let cohorts = CohortView::of(&known, &standing, &kinds)?;
        let (chosen, because) = choose(&standing, ModelKind::Ensemble);
        (found.chosen, found.chosen_because) = (chosen.kind.name().into(), because);

        // Only now is it looked at what came.
        came.extend(standing.ahead.users().into_iter().map(|user| Came::in_period(&whole[user.index()], *origin)));
        for (name, outlook) in &standing.outlooks {
            outlooks.entry(name).or_default().extend(outlook);
        }
        let questions = standing.ahead.questions();
        let touched = incidence::Touched::of(trajectories, questions, *horizon);
        simple_incidence.add(questions, &incidence::simple(&known, &standing)?, &touched);
        let mut places = Vec::new();
        for (at, question) in questions.iter().enumerate().filter(|(_, question)| question.horizon() <= *horizon) {
            // What models learn from and bands are calibrated on, of the period asked for.
            let then = &whole[question.user.index()];
            let Ok(answer) = then.periods.binary_search(&question.target) else { continue };
            if then.totals[answer] <= 0.0 {
                continue;
            }
            places.push(at);
            found.asked.push(Asked {
                user: question.user,
                origin: *origin,
                period: question.target,
                horizon: question.horizon(),
                active_periods: question.known as u32 + 1,
                expected_events: recent_events(&known.pasts[question.user.index()], question.known),
                leading: leading_before(&known.pasts[question.user.index()], question.known),
                total: then.totals[answer],
            });
            found.observed.extend_from_slice(then.counts(answer));
        }
        for answers in standing.models.iter().filter(|answers| wanted(answers.kind)) {
            watch.check()?;
            let scored = scored.entry(answers.kind).or_insert_with(|| Scored::new(&config.levels));
            let of_cohorts = cohorts.forecast(&standing, answers.kind, &config.levels);
            scored.cohorts.extend(observe(&of_cohorts, &whole, *horizon));
            let scatters = standing.scatter(answers.kind)?;
            let practice = standing.practice.questions();
            let chosen = spread_choice::best(&known, practice, answers, &scatters, &config.levels);
            let interests = trajectories.interests;
            let asked: Vec<_> = places.iter().map(|at| questions[*at]).collect();
            let of_places = |numbers: &[f32]| -> Vec<f32> {
                places.iter().flat_map(|at| &numbers[at * interests..(at + 1) * interests]).copied().collect()
            };
            let shares = of_places(&answers.ahead);
            let actual = ActualSeconds { train: answers.seconds_train, forecast: answers.seconds_forecast };
            let (asked_before, observed_before) =
                (found.asked.len() - asked.len(), found.observed.len() - shares.len());
            let seen: Vec<f32> = (0..shares.len())
                .map(|at| found.observed[observed_before + at] / found.asked[asked_before + at / interests].total)
                .collect();
            scored.incidence.add(
                questions,
                &incidence::of_model(&known, &standing, answers, cohorts.stood(answers.kind))?,
                &touched,
            );
            for by in By::all(&scatters) {
                let is_chosen = by.spread == chosen.spread;
                let scatter = by.ahead().map(of_places);
                let levels = if is_chosen { &levels } else { &config.levels };
                let calibration = by.calibrated(&known, practice, answers, levels, |_| true);
                let answered = Answered { questions: &asked, shares: &shares, scatter: scatter.as_deref() };
                let bands = limits(&calibration, &known, answered);
                let mut of_spread = Scored::new(&config.levels);
                let cells = (0..asked.len()).flat_map(|at| answered.cells(&known, at));
                for (cell, seen) in cells.zip(&seen) {
                    let predicted = calibration.around(&cell);
                    of_spread.rank(predicted.as_ref(), *seen);
                    if is_chosen {
                        scored.observe(predicted.as_ref(), *seen);
                    }
                }
                if is_chosen && *horizon == config.horizon && config.horizon > 1 {
                    let beside = answered.beside(&known, |at, interest| seen.get(at * interests + interest).copied());
                    scored.paths.add(&calibration, &beside, &config.levels, config.horizon);
                }
                of_spread.extend(*origin, &shares, bands, actual);
                if is_chosen {
                    scored.append(&of_spread);
                }
                if !scatters.is_empty() {
                    let known = scored.of_spread(by.spread, &config.levels);
                    known.chosen += usize::from(is_chosen);
                    known.seconds += by.scatter.map_or(0.0, |scatter| scatter.seconds);
                    known.scored.append(&of_spread);
                }
            }
        }
    }
    found.models = score_models(&found, scored, &simple_incidence, config.horizon);
    for model in &mut found.models {
        if let (Some(own), Some(simple)) = (outlooks.get(model.name.as_str()), outlooks.get(SIMPLE)) {
            let (network, simple) = (own.score(&model.name, &came), simple.score(SIMPLE, &came));
            model.activity = Some(ActivityResult { rows: came.len() as u64, network, simple });
        }
    }
    let by_loss = |a: &ModelResult, b: &ModelResult| a.one_step.nll.total_cmp(&b.one_step.nll);
    found.models.sort_by(by_loss);
    let best_simple =
        found.models.iter().find(|model| model.simple && model.one_step.rows > 0).map(|model| model.name.clone());
    found.best_simple = best_simple.unwrap_or_default();
    Ok(found)
}

/// The models to fit: those wanted, the simple ones, and where one is made of others all the others.
fn kinds(only: Option<&[ModelKind]>) -> Vec<ModelKind> {
    let Some(only) = only else { return ModelKind::iter().collect() };
    let composed = only.iter().any(|kind| kind.is_made_of_others());
    let needed = |kind: &ModelKind| kind.is_simple() || only.contains(kind) || (composed && !kind.is_made_of_others());
    ModelKind::iter().filter(needed).collect()
}
