//! How long the recurrent network trains on the whole past of a made-up shop: one line of seconds for each epoch.
//!
//! `python benches/training.py` runs this in turns with the same in PyTorch and compares.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark tells what it measured")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use driftline::calendar::{Calendar, Period, PeriodLength};
use driftline::forecast::{Checkpoints, ForecastConfig, HeadLoss, ModelKind, Start, run};
use driftline::interests::{RowVectors, Trajectories};
use driftline::observe::{CancelToken, CurvePoint, Observer, Progress, Watch};

const USERS: usize = 3000;
const PERIODS: usize = 25;
const INTERESTS: usize = 16;
const DIM: usize = 24;
const EPOCHS: u32 = 8;

/// Most users come a few times and some in every period, as in shops.
fn length(user: usize) -> usize {
    let at = (user as f64 * 0.618_033_988_749_895).fract();
    2 + (23.0 * at.powi(4)) as usize
}

fn log() -> Trajectories {
    let mut log = Trajectories {
        calendar: Calendar::new(PeriodLength::Month),
        interests: INTERESTS,
        first: Period(0),
        origin: Period(PERIODS as i32),
        user_rows: vec![0],
        period: vec![],
        row_cells: vec![0],
        interest: vec![],
        events: vec![],
        weight: vec![],
        value: vec![],
        spend: vec![],
    };
    for user in 0..USERS {
        for period in PERIODS - length(user)..PERIODS {
            for step in 0..4 {
                log.interest.push(((user + step * (1 + period % 3)) % INTERESTS) as u16);
                log.events.push(1 + ((user + period) % 5) as u32);
                log.value.push(0.0);
            }
            // One cell for each interest of a period, ascending.
            let from = log.row_cells[log.row_cells.len() - 1];
            log.interest[from..].sort_unstable();
            log.period.push(Period(period as i32));
            log.row_cells.push(log.interest.len());
        }
        log.user_rows.push(log.period.len());
    }
    log
}

/// Notes when each epoch over the whole past ended.
#[derive(Default)]
struct Stopwatch(Mutex<Vec<(String, Instant)>>);

impl Observer for Stopwatch {
    fn progress(&self, _: Progress) {}
    fn curve(&self, point: CurvePoint) {
        if point.curve.contains("whole past") {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((point.curve, Instant::now()));
        }
    }
    fn note(&self, _: String) {}
}

fn main() {
    let log = log();
    let rows = log.period.len();
    let vectors = RowVectors {
        dim: DIM,
        data: (0..rows * DIM).map(|at| (at % 7) as f32 * 0.1 - 0.3).collect(),
        ..RowVectors::default()
    };
    // The loop in PyTorch learns shares alone, so this one does too.
    let heads = HeadLoss::Without;
    let config = ForecastConfig { max_epochs: EPOCHS, patience: EPOCHS, ..ForecastConfig::default().with_heads(heads) };
    let stopwatch = Arc::new(Stopwatch::default());
    let watch = Watch::new(stopwatch.clone(), CancelToken::new());
    run(&log, &vectors, &config, ModelKind::Lstm, tch::Device::Cpu, Start::Anew(&Checkpoints::none()), &watch).unwrap();
    let ends = stopwatch.0.lock().unwrap_or_else(PoisonError::into_inner);
    // The first epoch of a network has no begin.
    for pair in ends.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        println!("{}", (pair[1].1 - pair[0].1).as_secs_f64());
    }
}
