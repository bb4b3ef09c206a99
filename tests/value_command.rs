//! `driftline value` as a script meets it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(unix)]

#[allow(dead_code, reason = "other tests use more of it")]
mod common;

use std::fmt::Write as _;

use common::Bench;
use polars::prelude::{ParquetReader, SerReader as _};

/// A log of users who buy every second to fifth week of 2022 and 2023.
fn log(users: usize, priced: bool) -> String {
    let mut text = String::from(if priced { "user,when,name,basket,quantity,price\n" } else { "user,when,name\n" });
    for user in 0..users {
        for week in (user % 3..100).step_by(2 + user % 4) {
            let (year, day) = (2022 + week / 50, week % 50 * 7);
            let date = format!("{year}-{:02}-{:02}", 1 + day / 30, 1 + day % 28);
            let name = ["red lamp", "blue kettle", "oak table", "wool blanket"][(user + week) % 4];
            let _ = match priced {
                true => writeln!(text, "u{user},{date},{name},b{user}x{week},{},{}.5", 1 + user % 3, 3 + user % 5),
                false => writeln!(text, "u{user},{date},{name}"),
            };
        }
    }
    text
}

#[test]
fn users_are_ranked_held_against_what_came_and_twice_the_same() {
    let bench = Bench::new();
    bench.file("log.csv", log(60, true));
    let line = "value log.csv --out out --days 60 --cut 2023-06-01 --quiet --json";
    let first = bench.run(line);
    let summary: serde_json::Value = serde_json::from_str(&first.done().stdout).unwrap();
    assert_eq!((&summary["chosen"], &summary["cut"]), (&"driftline".into(), &"2023-06-01".into()));
    for model in ["past-rate", "last-90-days", "last-365-days", "mbg-nbd+gamma-gamma", "pareto-nbd+gamma-gamma"] {
        assert!(summary["models"][model]["mae"].as_f64().unwrap() > 0.0, "{model}");
    }
    let bytes = std::fs::read(bench.path("out/value.parquet")).unwrap();
    let table = ParquetReader::new(std::fs::File::open(bench.path("out/value.parquet")).unwrap()).finish().unwrap();
    assert_eq!((table.height(), table.column("observed_value").unwrap().null_count()), (60, 0));
    assert!(first.stderr.is_empty(), "{}", first.stderr);
    bench.run(line).done();
    assert_eq!(bytes, std::fs::read(bench.path("out/value.parquet")).unwrap());
}

#[test]
fn a_log_without_prices_is_told_in_orders() {
    let bench = Bench::new();
    bench.file("log.csv", log(40, false));
    let ended = bench.run("value log.csv --out out --days 30");
    let text = &ended.done().stdout;
    assert!(text.contains("The log has no prices") && text.contains("Highest expected orders"), "{text}");
    assert!(!bench.path("out/scores.json").exists(), "nothing came yet");
}

#[test]
fn questions_that_cannot_be_answered_are_refused() {
    let bench = Bench::new();
    bench.file("log.csv", log(20, true));
    bench.file("more.csv", log(40, true));
    for (line, why) in [
        ("value log.csv --out out", "20 users with a purchase"),
        ("value more.csv --out out --cut 2023-11-20", "earlier --cut"),
        ("value more.csv --out out --cut 2021-01-01", "0 users with a purchase"),
        ("value more.csv --out out --days 0", "from 1 to 3650"),
    ] {
        assert!(bench.run(line).message(2).contains(why), "{line}");
    }
    assert!(!bench.path("out").exists());
}
