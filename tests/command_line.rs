//! The whole program, as a person or a script meets it: what it says, what it leaves, how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(unix)]

mod common;

use std::fs;
use std::process::Command;

use common::{Bench, finish, list, shop};
use polars::prelude::{ParquetReader, SerReader as _};

const FORECAST: &str = "forecast log.csv --out out --period month --interests 3 --horizon 2 --seed 7";

/// What `forecast` promises to write.
const FILES: [&str; 9] = [
    "cohort_trajectories.parquet",
    "cohorts.parquet",
    "forecast.parquet",
    "interests.parquet",
    "model",
    "run.ron",
    "texts.parquet",
    "trajectories.parquet",
    "users.parquet",
];

#[test]
fn a_forecast_writes_all_its_files_and_twice_the_same() {
    let bench = Bench::new();
    bench.file("log.csv", shop(30, 18));
    let first = bench.run(&format!("{FORECAST} --json"));
    let summary: serde_json::Value = serde_json::from_str(&first.done().stdout).unwrap();
    assert_eq!(summary["rows_read"], 30 * 18 * 3);
    assert_eq!(summary["users"], 30);
    assert!(summary["scores"]["models"].as_array().unwrap().len() >= 5, "{summary:#}");
    let overview = summary["overview"].as_array().unwrap();
    for question in ["activity", "worth"] {
        let found = overview.iter().find(|finding| finding["question"] == question);
        assert!(found.is_some_and(|found| found["sentence"].as_str().unwrap().ends_with('.')), "{summary:#}");
    }
    for file in FILES {
        assert!(bench.left_in("out").contains(&file.to_owned()), "{file}: {:?}", bench.left_in("out"));
    }
    // Nothing of the first run may help the second.
    fs::remove_dir_all(bench.path("cache/stages")).unwrap();
    fs::remove_dir_all(bench.path("cache/vectors")).unwrap();
    let second = bench.run(&FORECAST.replace("--out out", "--out again"));
    let said = &second.done().stdout;
    assert!(said.contains("popularity") && said.contains("lstm"), "{said}");
    assert!(said.contains(driftline::report::SEEN_BY), "{said}");
    for file in FILES.iter().filter(|file| file.ends_with(".parquet")) {
        let (one, two) = (fs::read(bench.path("out").join(file)), fs::read(bench.path("again").join(file)));
        assert!(one.unwrap() == two.unwrap(), "{file} differs between two runs");
    }
}

#[test]
fn a_backtest_writes_both_its_files_for_the_models_asked_for() {
    let bench = Bench::new();
    bench.file("log.csv", shop(30, 18));
    let line = "backtest log.csv --out out --period month --interests 3 --horizon 2 --origins 2 --model drift,lstm";
    let ended = bench.run(&format!("{line} --json"));
    let summary: serde_json::Value = serde_json::from_str(&ended.done().stdout).unwrap();
    assert_eq!(bench.left_in("out"), ["backtest.parquet", "driftline-manifest.json", "scores.json"]);
    assert_eq!(summary["origins"].as_array().unwrap().len(), 2);
    let models = summary["models"].as_object().unwrap();
    let mut names: Vec<&str> = models.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["drift", "ewma", "last", "lstm", "mean", "popularity"]);
    let rows = models["lstm"]["all"]["rows"].as_u64().unwrap();
    let table = ParquetReader::new(fs::File::open(bench.path("out/backtest.parquet")).unwrap()).finish().unwrap();
    assert_eq!(table.height() as u64, rows * 3 * 6, "every model, every interest");
    let scores: serde_json::Value = serde_json::from_slice(&fs::read(bench.path("out/scores.json")).unwrap()).unwrap();
    assert_eq!(scores["models"]["popularity"]["all"]["gain"], 0.0);
    let refused = bench.run(&line.replace("drift", "drifft"));
    assert!(refused.code == Some(2) && refused.stderr.contains("is no model"), "{refused:?}");
    let two = bench.run("forecast log.csv --out two --model lstm,drift");
    assert!(two.message(2).contains("one model"), "{two:?}");
}

#[test]
fn inspect_says_what_is_in_a_log() {
    let bench = Bench::new();
    let mut log = shop(4, 3);
    log += ",2020-01-05 10:00:00,nobody's cup,1,2.5\n";
    bench.file("log.csv", log);
    let ended = bench.run("inspect log.csv --json");
    let found: serde_json::Value = serde_json::from_str(&ended.done().stdout).unwrap();
    assert_eq!(found["rows_read"], 37);
    assert_eq!(found["rows_kept"], 36);
    assert_eq!(found["rows_rejected"], 1);
    assert_eq!(found["rejected"][0]["reason"], "no_user");
    assert_eq!(found["rejected"][0]["first_lines"][0], 38);
    assert_eq!(found["users"], 4);
    assert_eq!(found["first"].as_str().unwrap().len(), "2020-01-01T10:00:00".len());
    let roles: Vec<&str> = found["columns"].as_array().unwrap().iter().filter_map(|c| c["role"].as_str()).collect();
    assert_eq!(roles, ["user", "time", "text", "quantity", "price"]);
    let spoken = bench.run("inspect log.csv");
    assert!(spoken.done().stdout.contains("no user"), "{spoken:?}");
}

#[test]
fn embed_writes_one_file() {
    let bench = Bench::new();
    bench.file("log.csv", shop(3, 4));
    let ended = bench.run("embed log.csv --text description --out vectors.parquet --json");
    let summary: serde_json::Value = serde_json::from_str(&ended.done().stdout).unwrap();
    assert_eq!(summary["texts"], 12);
    let written = fs::File::open(bench.path("vectors.parquet")).unwrap();
    let table = ParquetReader::new(written).finish().unwrap();
    assert!(table.get_column_names().iter().map(|name| name.as_str()).eq(["text", "embedding"]));
    assert_eq!(table.height(), 12);
    let first = table.column("embedding").unwrap().list().unwrap().get_as_series(0).unwrap();
    let squares: f32 = first.f32().unwrap().iter().flatten().map(|number| number * number).sum();
    assert_eq!(first.len(), 384);
    assert!((squares - 1.0).abs() < 1e-4, "the model's vectors have unit length, this one's square is {squares}");
}

#[test]
fn doctor_finds_every_part_at_work() {
    let bench = Bench::new();
    let ended = bench.run("doctor");
    for part in ["libtorch", "device", "model", "openmp", "cache", "fonts", "display"] {
        assert!(ended.done().stdout.contains(part), "{part}: {ended:?}");
    }
    assert!(!ended.stdout.contains("problem"), "{ended:?}");
}

#[test]
fn a_log_that_cannot_be_read_is_refused_in_a_sentence() {
    let bench = Bench::new();
    let shop = shop(5, 6);
    bench.file("empty.csv", "");
    bench.file("header.csv", shop.lines().next().unwrap());
    bench.file("shop.csv", &shop);
    bench.file("no_time.csv", shop.replace("2020-", "some day "));
    bench.file("half.parquet", &fs::read(sample()).unwrap()[..400_000]);
    fs::create_dir(bench.path("nothing")).unwrap();
    for (words, says) in [
        ("forecast empty.csv --out out", "empty"),
        ("forecast header.csv --out out", "no rows"),
        ("forecast shop.csv --text colour --out out", "no column `colour`"),
        ("forecast no_time.csv --time invoice_date --out out", "no column"),
        ("forecast no_time.csv --out out", "time"),
        ("forecast half.parquet --out out", "half.parquet"),
        ("forecast nothing --out out", "no logs"),
        ("forecast missing.csv --out out", "missing.csv"),
        ("forecast --out out", "no log was given"),
        ("inspect empty.csv", "empty"),
        ("inspect half.parquet --json", "half.parquet"),
        ("embed header.csv --out vectors.parquet", "no rows"),
        ("embed shop.csv --out no/such/folder.parquet", "--out"),
    ] {
        let ended = bench.run(words);
        let message = ended.message(2);
        assert!(message.contains(says), "{words}: {message}");
        assert_eq!(bench.left_in("out"), [""; 0], "{words} left something");
        assert!(!bench.path("vectors.parquet").exists(), "{words}");
    }
}

#[test]
fn too_little_to_learn_from_is_refused_in_a_sentence() {
    let bench = Bench::new();
    let header = "customer,invoice date,description\n";
    bench.file("one_event.csv", format!("{header}u1,2020-01-05 10:00:00,red tea pot\n"));
    let once: String = (0..9).map(|u| format!("u{u},2020-0{}-05 10:00:00,red tea pot {u}\n", u % 9 + 1)).collect();
    bench.file("nobody_returns.csv", format!("{header}{once}"));
    for log in ["one_event.csv", "nobody_returns.csv"] {
        let ended = bench.run(&format!("forecast {log} --out out --period month"));
        let message = ended.message(2);
        assert!(message.contains("period"), "{log}: {message}");
        assert_eq!(bench.left_in("out"), [""; 0], "{log} left something");
    }
}

#[test]
fn one_user_gets_a_forecast_and_is_told_why_it_has_no_bands() {
    let bench = Bench::new();
    bench.file("log.csv", shop(1, 24));
    let ended = bench.run(FORECAST);
    let said = &ended.done().stdout;
    assert!(said.contains("for 1 user\n"), "{said}");
    assert!(said.contains("No bands are drawn: "), "nothing to calibrate on, and it says so: {said}");
    assert_eq!(bench.left_in("out").len(), FILES.len() + 2, "all files, the charts and the manifest");
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_the_work() {
    let bench = Bench::new();
    bench.file("log.csv", shop(5, 6));
    bench.file("file", "");
    fs::create_dir(bench.path("closed")).unwrap();
    let mut closed = fs::metadata(bench.path("closed")).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut closed, 0o555);
    fs::set_permissions(bench.path("closed"), closed).unwrap();
    let mut places = vec!["file", "file/out", "/proc/driftline"];
    // Permissions do not bind the superuser.
    if fs::write(bench.path("closed/try"), "").is_err() {
        places.push("closed");
        places.push("closed/out");
    }
    for place in places {
        let ended = bench.run(&format!("forecast log.csv --out {place}"));
        let message = ended.message(2);
        assert!(message.ends_with(place), "the path comes last: {message}");
        assert!(!ended.stderr.contains("Reading"), "told before the work: {ended:?}");
    }
    let ended = bench.run("embed log.csv --out /proc/driftline.parquet");
    ended.message(2);
}

#[test]
fn a_full_disk_leaves_no_half_written_file() {
    let bench = Bench::new();
    bench.file("log.csv", shop(30, 18));
    let disk = bench.path("disk");
    fs::create_dir(&disk).unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=32k", "tmpfs"]).arg(&disk).output();
    let mounted = mount.is_ok_and(|mount| mount.status.success());
    let ended = if mounted {
        bench.run(&FORECAST.replace("--out out", "--out disk/out"))
    } else {
        // Without the right to mount, files that may not grow come nearest.
        let mut shell = bench.wrapped(Command::new("sh"));
        let line = format!("trap '' XFSZ; ulimit -f 4; exec {} {}", env!("CARGO_BIN_EXE_driftline"), FORECAST);
        finish(shell.args(["-c", &line.replace("--out out", "--out disk/out")]).spawn().unwrap(), String::new())
    };
    let left = list(&disk);
    if mounted {
        assert!(Command::new("umount").arg(&disk).status().unwrap().success());
        // The test's own folder has a name of that kind.
        let message = ended.message(2).replace(&bench.path("").display().to_string(), "");
        assert!(message.contains("the disk is full") && !message.contains(".tmp"), "{message}");
    }
    ended.message(2);
    assert_eq!(left, [""; 0], "nothing is left on the full disk");
}

#[test]
fn a_summary_that_cannot_be_printed_is_told() {
    let bench = Bench::new();
    bench.file("log.csv", shop(4, 3));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = finish(bench.program().args(["inspect", "log.csv"]).stdout(full).spawn().unwrap(), String::new());
    assert!(ended.message(2).contains("standard output"), "{ended:?}");
}

#[test]
fn ctrl_c_stops_every_stage_in_order() {
    let log = shop(60, 30);
    for stage in ["Reading the log", "Embedding texts", "Finding interests", "Training", "Forecasting", "Writing files"]
    {
        let bench = Bench::new();
        bench.file("log.csv", &log);
        let ended = bench.interrupt_at(FORECAST, stage);
        assert!(ended.message(130).contains("stopped"), "{stage}: {ended:?}");
        assert_eq!(ended.stdout, "", "{stage}: no summary of what was not done");
        assert_eq!(bench.left_in("out"), [""; 0], "{stage} left something");
        let hidden: Vec<String> = bench.left_in("").into_iter().filter(|name| name.starts_with('.')).collect();
        assert_eq!(hidden, [""; 0], "{stage} left something beside");
    }
}

#[test]
fn ctrl_c_stops_embed_without_a_file() {
    let bench = Bench::new();
    bench.file("log.csv", shop(5, 6));
    let ended = bench.interrupt_at("embed log.csv --out vectors.parquet", "Embedding texts");
    ended.message(130);
    assert!(!bench.path("vectors.parquet").exists());
}

#[test]
fn without_a_display_the_window_says_so_in_one_line() {
    let bench = Bench::new();
    bench.file("log.csv", shop(2, 2));
    for words in [vec![], vec!["log.csv"]] {
        let ended = finish(bench.program().args(&words).spawn().unwrap(), String::new());
        let message = ended.message(2);
        assert!(message.contains("display") && message.contains("driftline forecast"), "{message}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
    assert!(bench.run("forcast").message(2).contains("no command"), "a slip of the finger is no log");
}

/// The sample that comes with the program.
fn sample() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet")
}
