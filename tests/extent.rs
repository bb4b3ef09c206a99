//! Which rows of a log count, and how far it reaches: dates that stand for none, typos, pauses, repeated rows, and
//! columns that are asked for twice.

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

use common::{Bench, Ended, shop};
use driftline::calendar::{Calendar, PeriodLength, WallTime};
use driftline::events::{EventsError, Log, ReadOptions, Reason, read};
use driftline::interests::{WholePeriods, choose_period};
use driftline::observe::Watch;
use jiff::civil::{Date, date};

const HEADER: &str = "user,date,text\n";
const GOODS: [&str; 5] = ["red tea pot", "blue cup", "wooden train", "candle holder", "box of crayons"];

/// A row a day and user on the days given, each another thing.
fn rows(users: usize, days: impl Iterator<Item = Date>) -> String {
    let mut text = String::new();
    for (at, day) in days.enumerate() {
        (0..users).for_each(|user| writeln!(text, "u{user},{day},{}", GOODS[(at + user) % 5]).unwrap());
    }
    text
}

fn days(from: Date, count: i64) -> impl Iterator<Item = Date> {
    let begin = WallTime::from_datetime(from.at(0, 0, 0, 0)).day();
    (begin..begin + count).map(|day| WallTime(day * 86_400_000_000).datetime().date())
}

/// Three users, two years.
fn two_years() -> String {
    rows(3, days(date(2022, 1, 1), 730))
}

fn read_with(text: &str, options: &ReadOptions) -> Result<Log, EventsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, format!("{HEADER}{text}")).unwrap();
    read(&[path], options, &Watch::silent())
}

fn read_plain(text: &str) -> Log {
    read_with(text, &ReadOptions::default()).unwrap()
}

/// First and last day, and how many rows were left out as far.
fn extent(log: &Log) -> (String, String, u64) {
    let (first, last) = log.events.span().unwrap();
    let far = log.account.rejected.iter().find(|left| left.reason == Reason::FarInTime).map_or(0, |left| left.rows);
    assert_eq!(log.account.rows_read, log.account.rows_kept + log.account.rows_rejected());
    let day = |time: WallTime| time.datetime().date().to_string();
    (day(first), day(last), far)
}

fn told(log: &Log, part: &str) -> bool {
    log.warnings.iter().chain(&log.notes).any(|note| note.contains(part))
}

#[test]
fn a_fiftieth_of_the_rows_without_a_date_leaves_the_log_as_it_is() {
    for none in ["1970-01-01", "1900-01-01", "0001-01-01", "9999-12-31", "2262-04-11"] {
        let unknown: String = (0..44).map(|at| format!("u{},{none},{} {at}\n", at % 3, GOODS[at % 5])).collect();
        // At the end of the file and as its first rows.
        for text in [two_years() + &unknown, unknown.clone() + &two_years()] {
            let log = read_plain(&text);
            assert_eq!(extent(&log), ("2022-01-01".into(), "2023-12-31".into(), 44), "{none}");
            assert!(told(&log, none) && told(&log, "line "), "{:?}", log.warnings);
        }
    }
}

#[test]
fn a_typo_in_a_year_and_an_order_of_next_summer_are_left_out_and_named() {
    let log = read_plain(&(two_years() + "u1,2204-03-05,blue cup\nu2,2024-07-01,blue cup\n"));
    assert_eq!(extent(&log), ("2022-01-01".into(), "2023-12-31".into(), 2));
    assert!(told(&log, "line 2192 (2204-03-05)") && told(&log, "line 2193 (2024-07-01)"), "{:?}", log.warnings);
    assert!(told(&log, "--last 2204-03-05"), "{:?}", log.warnings);
}

#[test]
fn what_was_left_out_can_be_kept_and_then_nothing_else_is_cut() {
    let text = two_years() + "u1,2204-03-05,blue cup\nu2,1970-01-01,blue cup\n";
    let with = |first, last| read_with(&text, &ReadOptions { first, last, ..ReadOptions::default() }).unwrap();
    let all = with(Some(date(1970, 1, 1)), Some(date(2204, 3, 5)));
    assert_eq!(extent(&all), ("1970-01-01".into(), "2204-03-05".into(), 0));
    let said = with(Some(date(2022, 3, 1)), Some(date(2023, 2, 28)));
    assert_eq!(extent(&said), ("2022-03-01".into(), "2023-02-28".into(), 2192 - 3 * 365));
    assert!(!told(&said, "far from all others"), "what was asked for needs no word: {:?}", said.warnings);
    let one = with(Some(date(1970, 1, 1)), None);
    assert_eq!(extent(&one), ("1970-01-01".into(), "2023-12-31".into(), 1), "the other end is found as ever");
    let nothing = read_with(
        &text,
        &ReadOptions { first: Some(date(2023, 1, 1)), last: Some(date(2022, 1, 1)), ..ReadOptions::default() },
    );
    assert!(matches!(nothing, Err(EventsError::Backwards { .. })));
    let empty = read_with(
        &text,
        &ReadOptions { first: Some(date(2030, 1, 1)), last: Some(date(2031, 1, 1)), ..ReadOptions::default() },
    );
    assert!(empty.unwrap_err().to_string().contains("--first"));
}

#[test]
fn a_real_pause_and_two_eras_stay() {
    let paused = read_plain(&(rows(3, days(date(2020, 1, 1), 200)) + &rows(3, days(date(2021, 9, 1), 300))));
    assert_eq!(extent(&paused), ("2020-01-01".into(), "2022-06-27".into(), 0));
    let eras = read_plain(&(rows(3, days(date(2005, 1, 1), 100)) + &rows(3, days(date(2022, 1, 1), 300))));
    assert_eq!(extent(&eras).2, 0);
    // A twentieth of the rows before a pause of fourteen months: they stay, and it is told.
    let weak = read_plain(&(rows(3, days(date(2020, 1, 1), 20)) + &rows(3, days(date(2021, 3, 20), 400))));
    assert_eq!(extent(&weak).2, 0);
    assert!(told(&weak, "60 rows lie") && told(&weak, "--first 2021-03-20"), "{:?}", weak.notes);
}

#[test]
fn small_logs_are_not_cut_by_chance() {
    let single = rows(1, days(date(2023, 1, 1), 400).step_by(9));
    assert_eq!(extent(&read_plain(&single)).2, 0);
    let late = read_plain(&(single.clone() + "u0,2024-05-20,red tea pot\n"));
    assert_eq!(extent(&late).2, 0, "a user who comes every nine days may stay away for three months");
    assert_eq!(extent(&read_plain(&(single + "u0,2204-05-20,red tea pot\n"))).2, 1);
    let three_days = rows(20, days(date(2024, 5, 1), 3));
    assert_eq!(extent(&read_plain(&three_days)), ("2024-05-01".into(), "2024-05-03".into(), 0));
    assert_eq!(extent(&read_plain(&(three_days + "u0,1970-01-01,cup\n"))).2, 1);
    assert_eq!(extent(&read_plain("u0,2020-01-01,cup\nu1,2024-01-01,pot\n")).2, 0, "two rows are a log");
}

#[test]
fn a_log_with_silent_weekends_ends_whole_on_a_friday() {
    let weekdays = days(date(2023, 1, 2), 360).filter(|day| day.weekday().to_monday_zero_offset() < 5);
    let log = read_plain(&rows(3, weekdays.take_while(|day| *day <= date(2023, 12, 8))));
    let week = Calendar::new(PeriodLength::Week);
    assert_eq!(week.label(WholePeriods::of(&log.events, week).unwrap().origin), "2023-12-11");
    assert_eq!(choose_period(&log.events), PeriodLength::Day);
}

#[test]
fn a_december_without_its_last_day_is_not_lost() {
    let log = read_plain(&rows(3, days(date(2022, 1, 1), 364)));
    let month = Calendar::new(PeriodLength::Month);
    let whole = WholePeriods::of(&log.events, month).unwrap();
    assert_eq!((whole.len(), month.label(whole.origin)), (12, "Jan 2023".into()));
}

#[test]
fn repetitions_can_stay_and_many_are_told_first() {
    let listened = "u0,2024-01-01,song\n".repeat(3) + &rows(2, days(date(2024, 1, 1), 10));
    let log = read_plain(&listened);
    assert_eq!(log.account.rows_rejected(), 2);
    assert!(log.warnings.is_empty() && told(&log, "may be real repetitions"), "{:?} {:?}", log.warnings, log.notes);
    let kept = read_with(&listened, &ReadOptions { keep_duplicates: true, ..ReadOptions::default() }).unwrap();
    assert_eq!((kept.account.rows_rejected(), kept.events.len()), (0, 23));
    let twice = two_years() + &two_years();
    let log = read_plain(&twice);
    assert!(log.warnings[0].contains("2,190 of 4,380 rows (50 %)") && log.warnings[0].contains("--keep-duplicates"));
}

fn json(ended: &Ended) -> serde_json::Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn a_column_asked_for_twice_is_refused_by_name() {
    let bench = Bench::new();
    bench.file("log.csv", format!("{HEADER}{}", two_years()));
    for (words, named) in [
        ("--user user --text user", "`user` is asked for twice: as the user and as the text"),
        ("--time user --user user", "`user` is asked for twice: as the user and as the time"),
        ("--text text,TEXT", "is asked for twice: as the text and as the text"),
        ("--item user --user user", "`user` is asked for twice: as the user and as the item"),
    ] {
        let ended = bench.run(&format!("inspect log.csv {words}"));
        assert!(ended.message(2).contains(named), "{words}: {ended:?}");
        assert!(ended.stdout.contains("examples"), "what was seen is shown: {ended:?}");
    }
    let both = bench.run("inspect log.csv --item text --text text --json");
    let columns = &json(both.done())["columns"];
    assert_eq!(
        (&columns[2]["role"], columns[2]["why"].as_str().unwrap()),
        (&"text".into(), "given; its words are the item too")
    );
}

#[test]
fn a_log_that_cannot_be_read_shows_its_columns_all_the_same() {
    let bench = Bench::new();
    bench.file("log.csv", "x,y\n1,2\n3,4\n");
    let ended = bench.run("inspect log.csv --json");
    ended.message(2);
    let seen = json(&ended);
    assert_eq!(
        (&seen["columns"][1]["name"], &seen["needs"]),
        (&"y".into(), &serde_json::json!(["user", "time", "text"]))
    );
    bench.file("bars.csv", "user/time/text\n".to_owned() + &"ann/2024-01-02/tea\n".repeat(20));
    let ended = bench.run("inspect bars.csv");
    assert!(ended.message(2).contains("--delimiter"), "{ended:?}");
    bench.file("numbers.csv", "user,date,product\nu1,2024-01-02,17\nu2,2024-01-03,23\n");
    let ended = bench.run("inspect numbers.csv");
    assert!(ended.message(2).contains("`product` is called like it and holds 17, 23"), "{ended:?}");
}

#[test]
fn what_inspect_says_of_the_ends() {
    let bench = Bench::new();
    bench.file("log.csv", format!("{HEADER}{}u1,1970-01-01,blue cup\n", two_years()));
    let found = json(bench.run("inspect log.csv --json").done());
    assert_eq!(found["rejected"][0], serde_json::json!({ "reason": "far_in_time", "rows": 1, "first_lines": [2192] }));
    assert_eq!((&found["first"], &found["periods"]["whole"]), (&"2022-01-01T00:00:00".into(), &730.into()));
    let spoken = bench.run("inspect log.csv");
    assert!(spoken.done().stdout.starts_with("Note: 1 row lies far from all others in time"), "{spoken:?}");
    let kept = json(bench.run("inspect log.csv --json --first 1970-01-01").done());
    assert_eq!((&kept["first"], &kept["rows_rejected"]), (&"1970-01-01T00:00:00".into(), &0.into()));
    let refused = bench.run("inspect log.csv --first yesterday");
    assert_eq!(refused.code, Some(2), "{refused:?}");
}

#[test]
fn a_forecast_begins_after_the_rows_that_carry_the_log() {
    let bench = Bench::new();
    bench.file("log.csv", shop(20, 12) + "u001,2204-05-05 10:00:00,red tea pot,1,2.5\n");
    let line = "forecast log.csv --out out --interests 3 --horizon 2 --model ewma --json --period";
    let ended = bench.run(&format!("{line} month"));
    let found = json(ended.done());
    assert_eq!((&found["origin"], &found["rejected"][0]["reason"]), (&"2021-01-01".into(), &"far_in_time".into()));
    assert!(ended.stderr.contains("Note: 1 row lies far"), "told before the work: {ended:?}");
    // Every row, by day: 184 years of days are not walked through.
    let refused = bench.run(&format!("{line} day --first 0001-01-01 --last 9999-12-31"));
    assert!(refused.message(2).contains("--first and --last"), "{refused:?}");
}
