//! What the engine tells of a forecast before it is done: by simple models first, then by classical ones, by networks, and
//! with bands.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "the common helpers serve other tests too")]
#![cfg(unix)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftline::calendar::PeriodLength;
use driftline::forecast::{Forecast, ModelKind, Tier};
use driftline::observe::Watch;
use driftline::pipeline::{self, EarlyOutcome, Engine as _, Outcome, Request, Store, ThreadEngine, Update};
use driftline::project::{InterestCount, Settings};

/// Says to the test that it was started again, and where.
const WITHIN: &str = "EARLY_TEST_FOLDER";
const PATIENCE: Duration = Duration::from_secs(240);

/// Runs `test` in a process of its own, whose environment says where vectors are kept.
fn alone(name: &str, test: fn(&Path)) {
    if let Some(folder) = std::env::var_os(WITHIN) {
        return test(Path::new(&folder));
    }
    let bench = common::Bench::new();
    bench.file("log.csv", common::shop(40, 20));
    let mut again = bench.wrapped(Command::new(std::env::current_exe().unwrap()));
    let again = again.args([name, "--exact", "--nocapture"]).env(WITHIN, bench.path(""));
    let ended = common::finish(again.spawn().unwrap(), String::new());
    assert!(ended.code == Some(0) && ended.stdout.contains("1 passed"), "{}{}", ended.stdout, ended.stderr);
}

fn settings(folder: &Path, model: ModelKind) -> Settings {
    Settings {
        inputs: vec![folder.join("log.csv")],
        period: Some(PeriodLength::Month),
        interests: InterestCount::Fixed(3),
        horizon: 2,
        seed: 7,
        model,
        ..Settings::default()
    }
}

/// All that the engine tells until a training has ended.
fn train(engine: &mut ThreadEngine, settings: &Settings) -> Vec<Update> {
    engine.submit(Request::Train(settings.clone()));
    let (mut told, began) = (Vec::new(), Instant::now());
    while !told.last().is_some_and(Update::ends) {
        assert!(began.elapsed() < PATIENCE, "the engine hangs: {told:?}");
        match engine.poll() {
            Some(update) => told.push(update),
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
    told
}

fn engine(store: PathBuf) -> ThreadEngine {
    ThreadEngine::start(Store::within(&store), Arc::new(|| {})).unwrap()
}

fn early(told: &[Update]) -> Vec<(usize, Arc<EarlyOutcome>)> {
    let early = |(at, update): (usize, &Update)| match update {
        Update::Early(_, early) => Some((at, Arc::clone(early))),
        _ => None,
    };
    told.iter().enumerate().filter_map(early).collect()
}

fn outcome(told: &[Update]) -> Arc<Outcome> {
    match told.last() {
        Some(Update::Trained(_, outcome)) => Arc::clone(outcome),
        other => panic!("{other:?}"),
    }
}

#[test]
fn simple_forecasts_come_first_and_the_last_word_is_as_if_nobody_had_listened() {
    alone("simple_forecasts_come_first_and_the_last_word_is_as_if_nobody_had_listened", |folder| {
        let settings = settings(folder, ModelKind::Lstm);
        let mut engine = engine(folder.join("told"));
        let told = train(&mut engine, &settings);
        let (early, outcome) = (early(&told), outcome(&told));
        let tiers: Vec<Tier> = early.iter().map(|(_, early)| early.tier).collect();
        assert_eq!(tiers, [Tier::Simple, Tier::Classical, Tier::Networks, Tier::Bands]);
        for (_, early) in &early {
            assert_eq!(early.forecast.users, outcome.forecast.users, "{}", early.tier);
            let interests = early.forecast.interests;
            assert_eq!(early.forecast.share.len(), outcome.forecast.share.len());
            for shares in early.forecast.share.chunks_exact(interests) {
                assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{}: {shares:?}", early.tier);
            }
            assert_eq!(early.trajectories, outcome.trajectories);
            let levels = |forecast: &Forecast| forecast.bands.iter().map(|band| band.level).collect::<Vec<_>>();
            assert_eq!(levels(&early.forecast), levels(&outcome.forecast), "{}", early.tier);
            assert_eq!(early.users.len(), outcome.users.len());
            assert!(early.nll.is_some_and(f64::is_finite));
        }
        let (simple, classical, networks, bands) = (&early[0].1, &early[1].1, &early[2].1, &early[3].1);
        assert!(simple.model.is_simple());
        assert!(classical.nll <= simple.nll, "the best so far");
        assert_eq!((networks.model, bands.model), (ModelKind::Lstm, ModelKind::Lstm), "as asked for");
        assert_eq!(bands.forecast.share, outcome.forecast.share);
        assert_eq!(bands.forecast.bands, outcome.forecast.bands);
        let first_epoch = told.iter().position(|update| matches!(update, Update::Curve(..))).unwrap();
        assert!(early[1].0 < first_epoch && first_epoch < early[2].0, "networks learn after the others were told");

        let silent = pipeline::run(&settings, &Store::within(&folder.join("silent")), &Watch::silent()).unwrap();
        assert_eq!(silent.forecast, outcome.forecast);
        assert_eq!(silent.scores, outcome.scores);
        assert_eq!(silent.cohorts, outcome.cohorts);

        let again = train(&mut engine, &settings);
        assert!(self::early(&again).is_empty(), "what was kept is told at once");
        assert_eq!(self::outcome(&again).forecast, outcome.forecast);
    });
}

#[test]
fn without_networks_there_is_no_word_of_them() {
    alone("without_networks_there_is_no_word_of_them", |folder| {
        let told = train(&mut engine(folder.join("told")), &settings(folder, ModelKind::Mean));
        let early = early(&told);
        let tiers: Vec<Tier> = early.iter().map(|(_, early)| early.tier).collect();
        assert_eq!(tiers, [Tier::Simple, Tier::Classical, Tier::Bands]);
        assert!(early.iter().all(|(_, early)| early.model == ModelKind::Mean), "as asked for");
        assert_eq!(early[0].1.forecast.share, outcome(&told).forecast.share);
    });
}
