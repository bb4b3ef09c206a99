//! What `driftline forecast` wrote, against what it promises. Given results of a full run in `DRIFTLINE_RESULTS`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, ParquetReader, SerReader as _};

fn results() -> PathBuf {
    std::env::var_os("DRIFTLINE_RESULTS").expect("DRIFTLINE_RESULTS names the folder of a run").into()
}

fn table(folder: &Path, name: &str) -> DataFrame {
    let path = folder.join(name).with_extension("parquet");
    ParquetReader::new(File::open(&path).unwrap()).finish().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
#[ignore = "needs the results of a run: DRIFTLINE_RESULTS=DIR"]
fn every_table_has_its_columns_and_rows() {
    let folder = results();
    for (name, columns) in [
        ("interests", "interest label terms share source"),
        ("texts", "text interest weight"),
        ("trajectories", "user period interest events share value"),
        ("forecast", "user period horizon interest share lower_50 upper_50 lower_80 upper_80 lower_95 upper_95 p_any"),
        ("users", "user events first last active_periods p_active_next"),
        (
            "cohorts",
            "cohort rule users period horizon interest share lower_50 upper_50 lower_80 upper_80 lower_95 upper_95",
        ),
        ("cohort_trajectories", "cohort period interest events share"),
    ] {
        let table = table(&folder, name);
        assert!(table.height() > 0, "{name} has no rows");
        for column in columns.split(' ') {
            assert!(table.column(column).is_ok(), "{name} has no column {column}: {:?}", table.get_column_names());
        }
    }
}

#[test]
#[ignore = "needs the results of a run: DRIFTLINE_RESULTS=DIR"]
fn forecast_shares_add_up_and_lie_within_their_bands() {
    for name in ["forecast", "cohorts"] {
        add_up_within_bands(&table(&results(), name));
    }
}

fn add_up_within_bands(table: &DataFrame) {
    let interests = 1 + table.column("interest").unwrap().i32().unwrap().iter().flatten().max().unwrap() as usize;
    let numbers = |name: &str| -> Vec<Option<f32>> { table.column(name).unwrap().f32().unwrap().iter().collect() };
    let share: Vec<f32> = numbers("share").into_iter().map(Option::unwrap).collect();
    assert_eq!(share.len() % interests, 0);
    for (at, row) in share.chunks(interests).enumerate() {
        let sum: f32 = row.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "shares of group {at} add up to {sum}");
    }
    for level in [50, 80, 95] {
        let (lower, upper) = (numbers(&format!("lower_{level}")), numbers(&format!("upper_{level}")));
        for ((lower, upper), share) in lower.iter().zip(&upper).zip(&share) {
            let (lower, upper) = (lower.expect("the sample is long enough for bands"), upper.unwrap());
            assert!(lower <= share + 1e-4 && *share <= upper + 1e-4, "{lower} ≤ {share} ≤ {upper}");
            assert!((0.0..=1.0).contains(&lower) && (0.0..=1.0001).contains(&upper));
        }
    }
}

#[test]
#[ignore = "needs the results of a run: DRIFTLINE_RESULTS=DIR"]
fn model_run_and_charts_are_there() {
    let folder = results();
    let size = |path: &Path| fs::metadata(path).map_or(0, |about| about.len());
    assert!(size(&folder.join("run.ron")) > 500);
    assert!(size(&folder.join("model/weights.safetensors")) > 10_000);
    assert!(size(&folder.join("model/model.ron")) > 500);
    let charts: Vec<PathBuf> =
        fs::read_dir(folder.join("charts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    for ending in ["svg", "png"] {
        let drawn = charts.iter().filter(|path| path.extension().is_some_and(|is| is == ending));
        assert!(drawn.clone().count() > 0 && drawn.clone().all(|path| size(path) > 2_000), "{ending}: {charts:?}");
    }
}
