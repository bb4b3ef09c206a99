//! A training or a backtest that is killed goes on where it was, and ends as one that nobody disturbed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(unix)]
#![allow(dead_code, reason = "the common helpers serve other tests too")]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::time::Instant;

use common::{Bench, list, shop};
use rand::{Rng as _, SeedableRng as _};

const FORECAST: &str = "forecast log.csv --out out --period month --interests 3 --horizon 2 --seed 7 --model lstm";

const BACKTEST: &str = "backtest log.csv --out out --period month --interests 3 --horizon 1 --origins 2 --seed 7 \
                        --model lstm --ablation";

/// Kills what `command` trains `kills` times, each at another moment of it, and goes on each time. `written` reads what
/// must be as in a run that nobody disturbed; `stage` is what the results are kept as.
fn kill_and_go_on(kills: u64, command: &str, stage: &str, written: fn(&Bench) -> Vec<Vec<u8>>) {
    let bench = Bench::new();
    bench.file("log.csv", shop(40, 20));
    bench.run(command).done();
    let unbroken = written(&bench);
    let anew = || {
        let _ = fs::remove_dir_all(bench.path("out"));
        for kept in list(&bench.path("cache/stages")).iter().filter(|kept| kept.starts_with(stage)) {
            fs::remove_file(bench.path("cache/stages").join(kept)).unwrap();
        }
    };
    anew();
    let (mut child, began) = start_training(&bench, command);
    assert!(child.wait().unwrap().success());
    let trained = began.elapsed();
    assert!(written(&bench) == unbroken, "the same run again differs");

    // A busy machine may train faster or slower than it did when that was measured, so a moment may come too late: what
    // counts is a kill that found a checkpoint, which is removed as soon as the run is done.
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(kills);
    let (mut met, mut tried) = (0, 0);
    while met < kills {
        tried += 1;
        assert!(tried <= 5 * kills, "only {met} of {tried} kills met a checkpoint");
        anew();
        let moment = trained.mul_f64(random.random_range(0.0..1.0));
        let (mut child, _) = start_training(&bench, command);
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        let whole = || written(&bench) == unbroken;
        assert!(!bench.path("out").exists() || whole(), "kill {tried} after {moment:?} left half a result");
        met += u64::from(!list(&bench.path("cache/training")).is_empty());
        bench.run(command).done();
        assert!(written(&bench) == unbroken, "kill {tried} after {moment:?}");
        assert_eq!(list(&bench.path("cache/training")), [""; 0], "a run that is done keeps no checkpoints");
    }
    println!("{tried} kills within {trained:?} of training, {met} of them after a checkpoint: all as unbroken");
}

/// Starts the program and waits until it trains.
fn start_training(bench: &Bench, command: &str) -> (std::process::Child, Instant) {
    let mut child = bench.program().args(command.split_whitespace()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    while !seen.contains("Training") {
        assert!(stderr.read_line(&mut seen).unwrap() > 0, "training never began: {seen}");
    }
    // What it says from here on is not of interest, but it must be able to say it.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    (child, Instant::now())
}

/// The weights and the forecast.
fn written(bench: &Bench) -> Vec<Vec<u8>> {
    let model = bench.path("out/model");
    let mut files: Vec<Vec<u8>> = list(&model).iter().map(|name| fs::read(model.join(name)).unwrap()).collect();
    files.push(fs::read(bench.path("out/forecast.parquet")).unwrap());
    files
}

/// Every model's forecasts and bands.
fn compared(bench: &Bench) -> Vec<Vec<u8>> {
    vec![fs::read(bench.path("out/backtest.parquet")).unwrap()]
}

#[test]
fn a_killed_training_ends_as_an_unbroken_one() {
    kill_and_go_on(2, FORECAST, "forecast-", written);
}

#[test]
fn a_killed_backtest_ends_as_an_unbroken_one() {
    kill_and_go_on(2, BACKTEST, "backtest-", compared);
}

#[test]
#[ignore = "takes minutes"]
fn twenty_kills_change_nothing() {
    kill_and_go_on(20, FORECAST, "forecast-", written);
}
