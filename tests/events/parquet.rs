//! Parquet, whole and broken.

use std::fs;
use std::path::{Path, PathBuf};

use driftline::events::{EventsError, ReadOptions, Reason, preview};
use driftline::observe::Watch;
use polars::prelude::{DataFrame, DataType, IntoColumn as _, NamedFrom as _, ParquetWriter, Series, TimeUnit};

use super::{Desk, read_one, rejected, sums_up};

fn put(desk: &Desk, name: &str, mut frame: DataFrame) -> PathBuf {
    let path = desk.0.path().join(name);
    ParquetWriter::new(fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    path
}

/// The shop as Parquet, with the types a program would give it.
fn typed_shop() -> DataFrame {
    let micros = [0_i64, 60_000_000, 120_000_000];
    let when = Series::new("when".into(), micros).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let columns = vec![
        Series::new("customer".into(), [Some(12_346.0), None, Some(12_347.0)]).into_column(),
        when.into_column(),
        Series::new("description".into(), ["tea", "cup", "tea"]).into_column(),
        Series::new("amount".into(), [Some(1.5_f32), Some(2.0), None]).into_column(),
    ];
    DataFrame::new(3, columns).unwrap()
}

#[test]
fn parquet_keeps_types_and_whole_numbers_stay_whole() {
    let desk = Desk::new();
    let log = read_one(&put(&desk, "log.parquet", typed_shop())).unwrap();
    sums_up(&log);
    assert_eq!(log.events.users, ["12346", "12347"]);
    assert_eq!(log.events.time[1].to_string(), "1970-01-01T00:02:00");
    assert_eq!(log.events.value.as_deref(), Some(&[1.5, 0.0][..]));
    assert_eq!(rejected(&log.account), [(Reason::NoUser, 1, &[2][..])]);
    let kinds: Vec<_> = log.columns.iter().map(|column| column.kind.as_str()).collect();
    assert_eq!(kinds, ["integer", "time", "text", "number"]);
}

#[test]
fn damaged_parquet_is_an_error_or_a_log_but_no_panic() {
    let desk = Desk::new();
    let whole = fs::read(put(&desk, "whole.parquet", typed_shop())).unwrap();
    for part in 1..16 {
        let cut = desk.put("cut.parquet", &whole[..whole.len() * part / 16]);
        let error = read_one(&cut).unwrap_err();
        assert!(matches!(error, EventsError::BrokenFile { .. }), "{error}");
        assert!(error.to_string().ends_with("cut.parquet"), "{error}");
    }
    let half = read_one(&desk.put("half.parquet", &whole[..whole.len() / 2])).unwrap_err().to_string();
    assert!(half.contains("cut off"), "{half}");
    for at in (4..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        if let Ok(log) = read_one(&desk.put("flipped.parquet", bytes)) {
            sums_up(&log);
        }
    }
}

#[test]
fn broken_parquet_of_others_is_an_error_or_a_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquet-testing");
    let mut refused = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "parquet") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let seen = preview(std::slice::from_ref(&path), &ReadOptions::default(), &Watch::silent());
            let read = read_one(&path);
            assert!(read.is_err(), "{name} has neither users nor times");
            match seen {
                Ok(seen) => assert!(seen.rows_seen > 0, "{name}"),
                Err(error) => {
                    assert!(matches!(error, EventsError::BrokenFile { .. }), "{name}: {error}");
                    refused.push(name);
                }
            }
        }
    }
    refused.sort();
    let expected =
        ["ARROW-GH-41317", "ARROW-GH-41321", "ARROW-GH-47662", "ARROW-RS-GH-6229-DICTHEADER", "PARQUET-1481"];
    assert_eq!(refused, expected);
}

#[test]
fn users_stored_as_numbers_with_a_point_are_those_of_text_files() {
    let desk = Desk::new();
    let times = ["2024-01-01", "2024-01-02"];
    let frame = |users: Series| {
        let columns = vec![
            users.into_column(),
            Series::new("time".into(), times).into_column(),
            Series::new("text".into(), ["cup", "pot"]).into_column(),
        ];
        DataFrame::new(2, columns).unwrap()
    };
    let numbers = put(&desk, "a.parquet", frame(Series::new("user".into(), [17850.0, 17851.0])));
    let texts = put(&desk, "b.parquet", frame(Series::new("user".into(), ["17850.0", "17,851"])));
    let csv = desk.put("c.csv", "user,time,text\n17850,2024-01-03,cup\n\u{a0}17851,2024-01-04,cup\n");
    let log = driftline::events::read(&[numbers, texts, csv], &ReadOptions::default(), &Watch::silent()).unwrap();
    assert_eq!(log.events.users, ["17850", "17851"]);
}
