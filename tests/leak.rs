//! Whatever happens at and after an origin, the forecasts made there are the same, bit by bit.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![cfg(unix)]
#![allow(dead_code, reason = "the common helpers serve other tests too")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Bench, shop};
use polars::prelude::{Column, CsvWriter, DataFrame, ParquetReader, SerReader as _, SerWriter as _};

/// Model, user and interest, with the bits of the forecast share and its bands.
type Forecasts = BTreeMap<(String, String, i64), Vec<u64>>;

fn forecasts(bench: &Bench, log: &str, out: &str, models: &str) -> Forecasts {
    let flags = "--period month --interests 4 --horizon 1 --origins 1 --seed 7";
    bench.run(&format!("backtest {log} --out {out} {flags} --model {models}")).done();
    let table = read(&bench.path(out).join("backtest.parquet"));
    let words = |name: &str| -> Vec<String> {
        table.column(name).unwrap().as_materialized_series().iter().map(|cell| cell.to_string()).collect()
    };
    let numbers = |name: &str| -> Vec<f64> {
        table.column(name).unwrap().as_materialized_series().iter().map(|cell| cell.try_extract().unwrap()).collect()
    };
    let (model, user, interest) = (words("model"), words("user"), numbers("interest"));
    let told = ["share", "lower_50", "upper_50", "lower_80", "upper_80", "lower_95", "upper_95"].map(numbers);
    let row = |at: usize| {
        let key = (model[at].clone(), user[at].clone(), interest[at] as i64);
        (key, told.iter().map(|column| column[at].to_bits()).collect())
    };
    (0..table.height()).map(row).collect()
}

fn read(path: &Path) -> DataFrame {
    ParquetReader::new(fs::File::open(path).unwrap()).finish().unwrap()
}

fn noise(row: usize) -> String {
    format!("{} {} nobody ever saw {}", ["blunt", "loud", "void"][row % 3], ["gear", "moss"][row / 3 % 2], row % 40)
}

/// Noise may make more users active in the period than were, or fewer by a few; who is in both is forecast alike.
fn assert_same(known: &Forecasts, other: &Forecasts) {
    let both: Vec<_> = known.iter().filter_map(|(key, bits)| Some((bits, other.get(key)?))).collect();
    assert!(both.len() > 100 && both.len() * 100 > known.len() * 99, "{} of {}", both.len(), known.len());
    let apart = both.iter().filter(|(known, other)| known != other).count();
    assert_eq!(apart, 0, "of {} forecasts", known.len());
}

#[test]
fn noise_at_and_after_the_origin_changes_no_forecast() {
    let bench = Bench::new();
    let log = shop(40, 18);
    bench.file("log.csv", &log);
    let mut rows = 0;
    let noisy = log.lines().enumerate().map(|(row, line)| {
        let cells: Vec<&str> = line.split(',').collect();
        // The last of eighteen months from January 2020 on.
        if !cells[1].starts_with("2021-06") {
            return line.to_owned() + "\n";
        }
        rows += 1;
        format!("{},{},{},{},{}.25\n", cells[0], cells[1], noise(row), 1 + row % 9, row % 50)
    });
    let noisy: String = noisy.collect();
    assert_eq!(rows, 40 * 3);
    bench.file("noisy.csv", noisy);
    let models = "pool,lstm,gru,ets,ensemble";
    assert_same(&forecasts(&bench, "log.csv", "known", models), &forecasts(&bench, "noisy.csv", "noise", models));
}

#[test]
#[ignore = "trains on the whole sample, which takes minutes"]
fn noise_at_and_after_the_origin_changes_no_forecast_on_the_sample() {
    let bench = Bench::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet");
    let mut table = read(&sample);
    let times = table.column("InvoiceDate").unwrap().cast(&polars::prelude::DataType::String).unwrap();
    let late: Vec<bool> =
        times.str().unwrap().iter().map(|time| time.is_some_and(|time| time >= "2011-11-01")).collect();
    let mut write = |name: &str| {
        CsvWriter::new(fs::File::create(bench.path(name)).unwrap()).finish(&mut table).unwrap();
        let texts = table.column("Description").unwrap().str().unwrap();
        let noisy = texts.iter().zip(&late).enumerate().map(|(row, (text, late))| match (text, late) {
            (Some(_), true) => Some(noise(row)),
            _ => text.map(ToOwned::to_owned),
        });
        let noisy: Vec<Option<String>> = noisy.collect();
        table.with_column(Column::new("Description".into(), noisy)).unwrap();
    };
    write("known.csv");
    write("noisy.csv");
    assert!(late.iter().filter(|late| **late).count() > 50_000);
    assert_same(&forecasts(&bench, "known.csv", "known", "lstm"), &forecasts(&bench, "noisy.csv", "noise", "lstm"));
}
