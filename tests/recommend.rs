//! `driftline recommend` on small logs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(unix)]
#![allow(dead_code, reason = "the common helpers serve other tests too")]

mod common;

use std::fmt::Write as _;

use common::Bench;

const WORDS: [&str; 8] =
    ["red tea", "blue cup", "paper lamp", "wool scarf", "tin soldier", "glass bowl", "pine candle", "silk ribbon"];

/// Twelve users who each come every week of 2010 for a thing of their own and one that all take in turn; and one who
/// came once.
fn log() -> String {
    let mut text = String::from("who,when,sku,what\n");
    for week in 0..50 {
        for user in 0..12 {
            let day = week * 7 + user % 7;
            let (month, of_month) = (1 + day / 30, 1 + day % 28);
            for item in [user % 8, (user + week / 5) % 8] {
                writeln!(text, "u{user:02},2010-{month:02}-{of_month:02} 09:{item:02},S{item},{}", WORDS[item])
                    .unwrap();
            }
        }
    }
    text + "once,2010-03-03 10:00,S2,paper lamp\n"
}

const FLAGS: &str = "--user who --time when --text what --item sku";

#[test]
fn every_user_has_items_with_reasons_and_models_have_scores() {
    let bench = Bench::new();
    bench.file("log.csv", log());
    let words = format!("recommend log.csv {FLAGS} --cut 2010-11-01 --days 21 --top 3 --out out --tables csv --json");
    let found: serde_json::Value = serde_json::from_str(&bench.run(&words).done().stdout).unwrap();
    assert_eq!(found["rows"], 13 * 3, "{found}");
    for model in [
        "popular-30-days",
        "personal-frequency",
        "personal-frequency-recent",
        "tifu-knn",
        "ease",
        "item-neighbours",
        "meaning",
        "driftline",
    ] {
        let scores = &found["models"][model];
        assert_eq!(scores["users"], 12, "{model}: {scores}");
        assert!(scores["recall_at_10"].as_f64().is_some_and(|recall| recall > 0.0), "{model}: {scores}");
        assert!(scores["repeated"]["ndcg_at_10"].is_number() && scores["new"]["users"].is_number(), "{scores}");
    }
    let written: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(bench.path("out/scores.json")).unwrap()).unwrap();
    assert_eq!(written["models"], found["models"]);
    let table = std::fs::read_to_string(bench.path("out/recommend.csv")).unwrap();
    let once: Vec<&str> = table.lines().filter(|line| line.starts_with("once,")).collect();
    assert_eq!(once.len(), 3, "a user with one event has items too: {table}");
    assert!(table.contains(",repeat,") && table.lines().all(|line| line.split(',').count() >= 7), "{table}");
}

#[test]
fn words_alone_are_enough_and_without_a_cut_nothing_is_scored() {
    let bench = Bench::new();
    bench.file("log.csv", log());
    let flags = "--user who --time when --text what --quiet";
    let done = bench.run(&format!("recommend log.csv {flags} --out out")).done().stdout.clone();
    assert!(done.contains("13 users") && !done.contains("NDCG"), "{done}");
    assert!(bench.path("out/recommend.parquet").is_file() && !bench.path("out/scores.json").exists());
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_way_out() {
    let bench = Bench::new();
    bench.file("log.csv", log());
    for (asked, hint) in [
        ("--cut 2009-01-01", "choose a later --cut"),
        ("--cut 2030-01-01", "choose an earlier --cut"),
        ("--days 0", "1 to 366 days"),
        ("--top 0", "1 to 1000 items"),
    ] {
        let ended = bench.run(&format!("recommend log.csv {FLAGS} --out out {asked}"));
        assert!(ended.message(2).contains(hint), "{asked}: {ended:?}");
        assert!(!bench.path("out").exists(), "{asked}");
    }
}
