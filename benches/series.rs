//! How many series exponential smoothing and ARIMA fit and forecast in a second, with all cores.
//!
//! `python benches/series.py` runs this and statsforecast on the same series, one after the other. The series are those
//! of `tests/data/series/series.json`: `short` is the last 14 values of each without a season, `long` every fourth as
//! it is (40 to 160 values, seasons of 1, 4 and 12).

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot go on has failed")]

use std::path::Path;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use driftline::forecast::series::{Arima, Ets, SeriesModel};
use rayon::prelude::*;
use serde_json::Value;

const STEPS: usize = 4;
const SHORT: usize = 14;

type Set = Vec<(Vec<f64>, usize)>;

fn sets() -> [(&'static str, Set); 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/series/series.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let read = |series: &Value| -> (Vec<f64>, usize) {
        let values = series["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
        (values, series["season"].as_u64().unwrap() as usize)
    };
    let whole: Set = all.as_array().unwrap().iter().map(read).collect();
    let short = whole.iter().map(|(values, _)| (values[values.len() - SHORT..].to_vec(), 1)).collect();
    [("short", short), ("long", whole.into_iter().step_by(4).collect())]
}

fn fit(criterion: &mut Criterion) {
    let sets = sets();
    let models: [(&str, &(dyn SeriesModel + Sync)); 2] = [("ets", &Ets), ("arima", &Arima)];
    for (kind, model) in models {
        let mut group = criterion.benchmark_group(kind);
        group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(10));
        for (name, set) in &sets {
            group.throughput(Throughput::Elements(set.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(name), set, |bencher, set| {
                bencher.iter(|| -> f64 {
                    set.par_iter()
                        .map(|(values, season)| model.fit(values, *season).unwrap().forecast(STEPS).mean[STEPS - 1])
                        .sum()
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, fit);
criterion_main!(benches);
