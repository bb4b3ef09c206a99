//! Whoever asks to stop is heard while bands, cohorts and mixtures are fitted too, and not only while networks train. How
//! soon is told by work and not by time: once somebody asks at one of the looks whether to stop, nothing looks again.

use super::backtest::{BacktestPlan, backtest};
use super::bands::calibration::Calibration;
use super::bands::cell::{Answered, Cell};
use super::bands::incidence::Incidence;
use super::bands::spread_choice::{self, MeasuredSpread};
use super::cohorts::cohort_bands::{CohortCalibration, Residual};
use super::cohorts::cohort_view::CohortView;
use super::models::mixture::Mixture;
use super::models::model::Known;
use super::network::spread::{Scatter, Spread};
use super::run::banded::Banded;
use super::standing::{Standing, stand};
use super::testing::{alone, lively};
use super::{Checkpoints, ForecastConfig, ForecastError, ModelKind, Start, run};
use crate::calendar::Period;
use crate::interests::{RowVectors, Trajectories};
use crate::observe::{Stage, Watch};
use strum::IntoEnumIterator as _;

/// Does the work whole, which takes at least so many looks, and then has it stopped at some of these.
fn hears<T, E: Into<ForecastError>>(what: &str, watch: &Watch, fewest: usize, work: impl Fn() -> Result<T, E>) {
    hears_side_by_side(what, watch, (fewest, 0), work);
}

/// The same for work of which `others` parts may go on beside the one that looked: each looks once more, and stops.
fn hears_side_by_side<T, E: Into<ForecastError>>(
    what: &str,
    watch: &Watch,
    (fewest, others): (usize, usize),
    work: impl Fn() -> Result<T, E>,
) {
    let token = watch.cancel_token();
    let looked = |stop: u64| {
        token.stop_after(stop);
        let before = token.looks();
        let done = work().map(drop).map_err(Into::into);
        (done, token.looks() - before)
    };
    let (done, all) = looked(u64::MAX >> 1);
    done.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(all >= fewest as u64, "{what}: {all} looks, {fewest} at least were expected");
    for stop in (1..=all).step_by(all.div_ceil(5).max(1) as usize).chain([all]) {
        let (done, looks) = looked(stop);
        assert!(matches!(done, Err(ForecastError::Cancelled(_))), "{what}: stopped at look {stop} of {all}, {done:?}");
        let late = looks - stop;
        assert!(late <= others as u64, "{what}: it went on for {late} looks after look {stop} of {all}");
    }
    token.stop_after(u64::MAX >> 1);
}

fn log() -> Trajectories {
    lively(60, 16, 3, 5)
}

/// What simple models know and say of a small log.
fn with_standing(test: impl for<'a> Fn(&'a Known<'a>, &Standing<'a>)) {
    let _alone = alone();
    let (log, vectors, config, nowhere) =
        (log(), RowVectors::default(), ForecastConfig::default(), Checkpoints::none());
    let watch = Watch::silent();
    let known = Known::at_origin(&log, &vectors, &config, tch::Device::Cpu, Start::Anew(&nowhere), &watch).unwrap();
    let kinds = [ModelKind::Popularity, ModelKind::Ewma, ModelKind::Ets];
    let mut meter = watch.meter(Stage::Forecast, "step", None);
    test(&known, &stand(&known, &kinds, &mut meter, &mut ()).unwrap());
}

fn cells(known: &Known, standing: &Standing) -> Vec<(Cell, f32)> {
    let (questions, answers) = (standing.practice.questions(), standing.of(ModelKind::Ewma).unwrap());
    Answered { questions, shares: &answers.practice, scatter: None }.observed(known, |_| true)
}

#[test]
fn while_bands_are_calibrated_and_judged() {
    with_standing(|known, standing| {
        let (watch, levels, horizon) = (known.watch, &known.config.levels, known.config.horizon);
        let cells = cells(known, standing);
        let calibrated = || Calibration::on(&cells, levels, horizon, Spread::Activity, watch);
        // Two scales of each horizon, and two for each of five parts of few users.
        hears("calibration", watch, 12 * horizon, calibrated);
        let calibration = calibrated().unwrap();
        hears("judging", watch, cells.len(), || calibration.judge(&cells, 80, None, watch));
        let answers = standing.of(ModelKind::Ewma).unwrap();
        let questions = standing.ahead.questions().len();
        hears("bands", watch, cells.len() + questions, || {
            Banded::of(known, standing, answers, MeasuredSpread::default())
        });
        let questions = standing.practice.questions();
        let scatter = Scatter {
            spread: Spread::Ensemble,
            practice: answers.practice.iter().map(|share| 0.1 * share).collect(),
            ahead: answers.ahead.iter().map(|share| 0.1 * share).collect(),
            seconds: 0.0,
        };
        hears("choice of a spread", watch, 24 * horizon, || {
            spread_choice::best(known, questions, answers, std::slice::from_ref(&scatter), levels)
        });
    });
}

#[test]
fn while_chances_of_interests_are_learnt() {
    with_standing(|known, standing| {
        let answers = standing.of(ModelKind::Ewma).unwrap();
        let cells = cells(known, standing);
        hears("incidence", known.watch, 2 * known.config.horizon, || Incidence::on(&cells, known.watch));
        let view = CohortView::of(known, standing, &[ModelKind::Ewma]).unwrap();
        let stood = view.stood(ModelKind::Ewma);
        let learnt = || Incidence::learnt(known, standing, answers, stood);
        hears("incidence of all", known.watch, stood.questions.len(), learnt);
        let (learnt, first) = (learnt().unwrap(), vec![0.5; standing.ahead.users().len()]);
        let ahead = standing.ahead.questions().len();
        hears("incidence ahead", known.watch, ahead, || learnt.ahead(known, standing, answers, &first));
    });
}

#[test]
fn while_cohorts_are_looked_at_and_their_bands_calibrated() {
    with_standing(|known, standing| {
        let kind = ModelKind::Ewma;
        let users = standing.ahead.users().len();
        hears("cohorts", known.watch, users, || CohortView::of(known, standing, &[kind]));
        let view = CohortView::of(known, standing, &[kind]).unwrap();
        let ahead = standing.ahead.questions().len();
        hears("forecast of cohorts", known.watch, 2 * ahead, || view.forecast(standing, kind, &known.config.levels));
        let residual = |at: usize| Residual {
            origin: Period((at % 10) as i32),
            horizon: 1 + at % 2,
            share: 0.01 * (at % 37) as f32,
            events: 10.0 * (1 + at % 5) as f64,
            observed: 0.011 * (at % 31) as f32,
        };
        let residuals: Vec<Residual> = (0..2000).map(residual).collect();
        hears("bands of cohorts", known.watch, 2 * 40, || CohortCalibration::on(&residuals, known.watch));
        hears("coverage of cohorts", known.watch, 10 * 2 * 40, || {
            CohortCalibration::coverage(&residuals, &[50, 80], known.watch)
        });
    });
}

#[test]
fn while_models_are_mixed_and_silences_are_learnt() {
    with_standing(|known, standing| {
        hears("mixture", known.watch, 300, || {
            Mixture::learnt(ModelKind::Ensemble, known, &standing.models, standing.practice.questions())
        });
        let silence = |until| {
            super::activity::returning::Returning::fit(&known.pasts, until, known.trajectories.calendar, known.watch)
        };
        hears("silences", known.watch, 2, || silence(known.split.origin));
    });
}

#[test]
fn wherever_a_forecast_or_a_backtest_is_at() {
    let _alone = alone();
    let (log, vectors, config, nowhere) =
        (log(), RowVectors::default(), ForecastConfig::default(), Checkpoints::none());
    let (watch, cpu) = (Watch::silent(), tch::Device::Cpu);
    hears("forecast", &watch, log.users(), || {
        run(&log, &vectors, &config, ModelKind::Ewma, cpu, Start::Anew(&nowhere), &watch)
    });
    let plan = BacktestPlan::of((log.first, log.origin), log.calendar.length, 2, 2).unwrap();
    // The simple and classical models are judged side by side.
    let judged = ModelKind::iter().filter(|kind| kind.is_simple()).count();
    hears_side_by_side("backtest", &watch, (log.users(), judged), || {
        backtest(&log, &vectors, &config, &plan, Some(&[ModelKind::Ewma]), cpu, &nowhere, &watch)
    });
}
