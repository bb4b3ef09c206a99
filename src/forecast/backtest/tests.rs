//! The whole of a backtest on a small lively log.

use super::{Backtest, BacktestPlan, ModelResult, Part, Scores, ablate, backtest};
use crate::calendar::{Period, PeriodLength};
use crate::forecast::testing::{alone, lively, trajectories};
use crate::forecast::{Checkpoints, CohortRule, ForecastConfig, ModelKind, ModelName, NetworkShape, Spread, Start};
use crate::interests::{NewTexts, RowVectors, Trajectories};
use crate::observe::Watch;
use strum::IntoEnumIterator as _;

fn against_the_past(log: &Trajectories, only: Option<&[ModelKind]>) -> Backtest {
    let _alone = alone();
    let quick = ForecastConfig {
        members: 1,
        max_epochs: 2,
        shape: NetworkShape { hidden: 8, ..NetworkShape::default() },
        horizon: 2,
        ..ForecastConfig::default()
    };
    let plan = BacktestPlan::of((log.first, log.origin), PeriodLength::Month, quick.horizon, 2).unwrap();
    let nothing = RowVectors::default();
    backtest(log, &nothing, &quick, &plan, only, tch::Device::Cpu, &Checkpoints::none(), &Watch::silent()).unwrap()
}

#[test]
fn every_model_answers_the_same_questions_with_shares() {
    let found = against_the_past(&lively(120, 14, 3, 2), None);
    assert_eq!(found.origins, [Period(12), Period(13)]);
    assert_eq!(found.models.len(), ModelKind::iter().len());
    for model in &found.models {
        assert_eq!(model.share.len(), found.asked.len() * 3, "{}", model.name);
        for shares in model.share.chunks_exact(3) {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{}: {shares:?}", model.name);
        }
        assert_eq!(model.all.rows, found.asked.len() as u64);
        assert_eq!(model.by_origin.len(), 2);
        assert_eq!(model.by_horizon.len(), 2);
        let spreads = if model.name.kind.is_trained() { 4 } else { 0 };
        assert_eq!(model.spreads.len(), spreads, "{}", model.name);
        for by in &model.spreads {
            assert_eq!(by.all.rows, model.all.rows, "the same cells");
            assert!(by.one_step.crps.is_finite() && by.one_step.mean_interval().unwrap() > 0.0);
        }
        let used: usize = model.spreads.iter().map(|by| by.chosen).sum();
        assert!(spreads == 0 || used == 2, "one at each origin");
        // Those of two steps from one origin are seen among all only.
        assert!(model.cohorts.1.rows > model.cohorts.0.rows && model.cohorts.0.rows > 0);
        let everyone = model.by_cohort.iter().find(|cohort| cohort.rule == CohortRule::Everyone).unwrap();
        assert_eq!(everyone.users.nll, model.one_step.nll);
        assert_eq!((everyone.together.rows, everyone.together.events), (2, everyone.users.events));
    }
    assert_eq!(found.model(ModelKind::Popularity).unwrap().all.gain, 0.0);
    assert!(found.model(ModelKind::Mean).unwrap().all.gain > 0.0, "these users have tastes");
    for (asked, observed) in found.asked.iter().zip(found.observed.chunks_exact(3)) {
        assert_eq!(observed.iter().sum::<f32>(), asked.total);
        assert!(asked.period >= asked.origin && asked.total > 0.0);
    }
}

#[test]
fn only_the_models_asked_for_stand_beside_the_simple_ones() {
    let found = against_the_past(&lively(60, 12, 3, 3), Some(&[ModelKind::Drift]));
    let mut names: Vec<String> = found.models.iter().map(|model| model.name.to_string()).collect();
    names.sort_unstable();
    assert_eq!(names, ["drift", "ewma", "last", "mean", "popularity"]);
}

#[test]
fn the_average_is_of_those_that_learn_by_themselves() {
    let found = against_the_past(&lively(80, 12, 3, 4), None);
    let own = ModelKind::iter().filter(|kind| !kind.is_made_of_others());
    let own: Vec<&ModelResult> = own.map(|kind| found.model(kind).unwrap()).collect();
    for (cell, share) in found.model(ModelKind::Average).unwrap().share.iter().enumerate() {
        let mean = own.iter().map(|model| model.share[cell]).sum::<f32>() / own.len() as f32;
        assert!((share - mean).abs() < 1e-5, "{share} {mean}");
    }
}

#[test]
fn twins_know_no_texts_and_nobody_leans_on_them() {
    let _alone = alone();
    let log = lively(100, 14, 3, 5);
    let quick = ForecastConfig {
        members: 1,
        max_epochs: 2,
        shape: NetworkShape { hidden: 8, ..NetworkShape::default() },
        horizon: 1,
        ..ForecastConfig::default()
    };
    let plan = BacktestPlan::of((log.first, log.origin), PeriodLength::Month, 1, 2).unwrap();
    let (cpu, silent, new) = (tch::Device::Cpu, Watch::silent(), NewTexts::default());
    let none = Checkpoints::none();
    let ablated = |vectors: &RowVectors| {
        let plain = backtest(&log, vectors, &quick, &plan, None, cpu, &none, &silent).unwrap();
        let mut found = plain.clone();
        ablate(&mut found, &log, &new, &quick, &plan, cpu, &none, &silent).unwrap();
        (plain, found)
    };
    // Vectors that tell much: the period's largest interest.
    let mut told = RowVectors { dim: 2, data: vec![0.0; 2 * log.period.len()], ..RowVectors::default() };
    for row in 0..log.period.len() {
        told.data[2 * row + usize::from(log.shares(row)[0] > 0.5)] = 1.0;
    }
    let (plain, found) = ablated(&told);
    assert_eq!(found.models.len(), ModelKind::iter().len() + 2);
    for model in &plain.models {
        let beside = found.model(model.name).unwrap();
        assert!(model.share == beside.share, "{}: a twin changes nothing else", model.name);
    }
    assert_eq!((found.chosen, found.best_simple), (plain.chosen, plain.best_simple));
    let [lstm, gru] = found.ablations.as_slice() else { panic!("{:?}", found.ablations) };
    assert_eq!(
        (lstm.twin.to_string().as_str(), gru.twin.to_string().as_str()),
        ("lstm-without-text", "gru-without-text")
    );
    let (full, twin) =
        (found.model(ModelKind::Lstm).unwrap(), found.model(ModelName::twin_of(ModelKind::Lstm)).unwrap());
    assert_eq!(full.share.len(), twin.share.len());
    assert_ne!(full.share, twin.share, "what the twin does not know it cannot use");
    let told = twin.activity.as_ref().map(|activity| activity.network.model.to_string());
    assert_eq!(told.as_deref(), Some("lstm-without-text"), "its heads are scored under its name");
    let part = |part: Part| lstm.parts.iter().find(|of| of.part == part).unwrap();
    let all = part(Part::All);
    assert!((all.better.mean - (twin.one_step.nll - full.one_step.nll)).abs() < 1e-9, "{all:?}");
    assert!(all.better.lower <= all.better.mean && all.better.mean <= all.better.upper);
    let groups = [Part::FewPeriods, Part::SomePeriods, Part::ManyPeriods].map(|group| part(group).events);
    assert_eq!(groups.iter().sum::<f64>(), all.events);
    assert_eq!((part(Part::NewTexts).events, part(Part::KnownTexts).events), (0.0, all.events));

    let (_, found) = ablated(&RowVectors::default());
    let of = |name: ModelName| &found.model(name).unwrap().share;
    assert!(
        of(ModelKind::Gru.into()) == of(ModelName::twin_of(ModelKind::Gru)),
        "without texts there is nothing to know"
    );
}

#[test]
fn the_spread_that_was_chosen_gives_the_bands_that_a_model_has() {
    let _alone = alone();
    let log = lively(120, 14, 3, 2);
    let quick = ForecastConfig {
        members: 2,
        max_epochs: 2,
        shape: NetworkShape { hidden: 8, ..NetworkShape::default() },
        horizon: 1,
        ..ForecastConfig::default()
    };
    // At one origin one is chosen, and no other.
    let plan = BacktestPlan { origins: vec![(Period(13), 1)] };
    let (vectors, nowhere) = (RowVectors::default(), Checkpoints::none());
    let only = Some(&[ModelKind::Gru][..]);
    let found = backtest(&log, &vectors, &quick, &plan, only, tch::Device::Cpu, &nowhere, &Watch::silent()).unwrap();
    let gru = found.model(ModelKind::Gru).unwrap();
    assert_eq!(gru.spreads.iter().map(|by| by.spread).collect::<Vec<_>>(), Spread::iter().collect::<Vec<_>>());
    let used: Vec<_> = gru.spreads.iter().filter(|by| by.chosen > 0).collect();
    let [used] = used.as_slice() else { panic!("{used:?}") };
    assert!(used.all.coverage.len() == 3 && used.all.crps > 0.0);
    assert_eq!((&used.all.coverage, used.all.crps), (&gru.all.coverage, gru.all.crps));
}

#[test]
fn weighted_events_are_what_a_backtest_observes_and_scores() {
    let mut log = lively(120, 14, 3, 7);
    let counts = |(events, interest): (&u32, &u16)| *events as f32 * if *interest == 0 { 0.1 } else { 1.0 };
    log.weight = log.events.iter().zip(&log.interest).map(counts).collect();
    let found = against_the_past(&log, Some(&[]));
    let popularity = found.model(ModelKind::Popularity).unwrap();
    let (mut forecast, mut nats, mut total) = (0.0, 0.0, 0.0);
    for (at, (asked, observed)) in found.asked.iter().zip(found.observed.chunks_exact(3)).enumerate() {
        let row = log.rows(asked.user).find(|row| log.period[*row] == asked.period).unwrap();
        for (interest, share) in log.shares(row).into_iter().enumerate() {
            assert!((observed[interest] / asked.total - share).abs() < 1e-6, "{observed:?} of {}", asked.total);
            let said = popularity.share[3 * at + interest];
            nats -= f64::from(observed[interest]) * f64::from(said).ln();
            total += f64::from(observed[interest]);
        }
        forecast += f64::from(popularity.share[3 * at]);
    }
    assert!((popularity.all.nll - nats / total).abs() < 1e-6, "{} {}", popularity.all.nll, nats / total);
    assert!((popularity.all.events - total).abs() < 1e-6);
    // What is forecast is what is observed: of interest 0, which counts little, little.
    assert!(forecast / (found.asked.len() as f64) < 0.1);
    // Users one by one and all of them together are held against the same events, at their common questions.
    let everyone = popularity.by_cohort.iter().find(|of| of.rule == CohortRule::Everyone).unwrap();
    assert!((everyone.users.events - everyone.together.events).abs() < 1e-3, "{everyone:?}");
}

#[test]
fn where_nobody_came_back_there_are_no_figures_and_no_winner() {
    let _alone = alone();
    // Twenty users are active in the first six months, others once in each of the last ones.
    let early: Vec<(i32, &[u32])> = (0..6).map(|period| (period, &[3, 1][..])).collect();
    let late: Vec<Vec<(i32, &[u32])>> = (6..12).map(|period| vec![(period, &[2, 2][..])]).collect();
    let mut users: Vec<&[(i32, &[u32])]> = vec![&early; 20];
    users.extend(late.iter().map(Vec::as_slice));
    let log = trajectories(2, &users);
    let config = ForecastConfig { horizon: 1, ..ForecastConfig::default() };
    let plan = BacktestPlan { origins: vec![(Period(11), 1)] };
    let (vectors, nowhere, watch) = (RowVectors::default(), Checkpoints::none(), Watch::silent());
    let cpu = tch::Device::Cpu;
    let found = backtest(&log, &vectors, &config, &plan, Some(&[]), cpu, &nowhere, &watch).unwrap();
    assert!(found.asked.is_empty() && found.best_simple.is_none());
    for model in &found.models {
        let Scores { nll, gain, skill, l1, top1, crps, rows, .. } = &model.one_step;
        assert!([nll, gain, skill, l1, top1, crps].iter().all(|figure| figure.is_nan()), "{:?}", model.one_step);
        assert_eq!((*rows, model.reliability.len()), (0, 0));
        assert!(model.better_than_simple.mean.is_nan() && model.cohorts.0.nll.is_nan());
    }
    let start = Start::Anew(&nowhere);
    let run = crate::forecast::run(&log, &vectors, &config, ModelKind::Mean, cpu, start, &watch).unwrap();
    assert_eq!((run.scores.rows, run.scores.events, run.scores.scores.len()), (0, 0.0, 0));
    assert!(found.chosen_because.contains("no model could be judged"), "{}", found.chosen_because);
    assert_eq!(found.chosen, ModelKind::Ewma);
}

#[test]
fn noise_from_the_origin_on_changes_no_forecast_by_a_bit() {
    let log = lively(120, 14, 3, 6);
    let mut noise = log.clone();
    for row in (0..noise.period.len()).filter(|row| noise.period[*row] >= Period(12)) {
        for cell in noise.cells(row) {
            noise.events[cell] = noise.events[cell] * 7 + 1;
        }
    }
    let (known, noisy) = (against_the_past(&log, None), against_the_past(&noise, None));
    assert_ne!(known.observed, noisy.observed);
    let first = known.asked.iter().filter(|asked| asked.origin == Period(12)).count() * 3;
    assert!(first > 0);
    for model in &known.models {
        let other = noisy.model(model.name).unwrap();
        let bits = |shares: &[f32]| shares[..first].iter().map(|share| share.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&model.share), bits(&other.share), "{}", model.name);
        for (one, two) in model.bands.iter().zip(&other.bands) {
            assert_eq!(bits(&one.lower), bits(&two.lower), "{}", model.name);
            assert_eq!(bits(&one.upper), bits(&two.upper), "{}", model.name);
        }
    }
}
