//! A run that is killed while it brings its results to their place: what is there is of one run, or a reader can tell.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use driftline::report::{OutputFolder, Results, TableFormat, of_one_run};

/// The files of a run, of which each says by its first word which run that was.
const FILES: [&str; 7] = [
    "charts/user-ann.svg",
    "forecast.parquet",
    "model/model.ron",
    "model/space.safetensors",
    "model/weights.safetensors",
    "run.ron",
    "users.parquet",
];
/// How often a run is killed, each time a little later.
const KILLS: u64 = 24;
const FOLDER: &str = "DRIFTLINE_TEST_FOLDER";

/// So many further charts, which makes the time longer in which a folder is replaced file by file.
const CHARTS: usize = 60;

fn commit(target: &Path, run: u32) {
    let output = OutputFolder::new(target, Results::Forecast, TableFormat::Parquet).unwrap();
    for file in FILES {
        let path = output.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("run{run} {file}").repeat(64)).unwrap();
    }
    for chart in 0..CHARTS {
        fs::write(output.path().join(format!("charts/user-{chart}.svg")), "").unwrap();
    }
    output.commit().unwrap();
}

#[test]
#[ignore = "the test below runs it in a process of its own and kills it"]
fn one_run_after_the_other() {
    let target = PathBuf::from(std::env::var_os(FOLDER).expect("a folder to fill"));
    for run in 1.. {
        commit(&target, run);
        if run == 1 {
            println!("\nat work");
        }
    }
}

/// Fills a folder again and again in another process, and kills that.
fn kill_after(target: &Path, pause: Duration) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_run_after_the_other", "--ignored", "--nocapture"])
        .env(FOLDER, target)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "at work"), "it never came to work");
    std::thread::sleep(pause);
    child.kill().unwrap();
    assert!(child.wait().unwrap().code().is_none(), "it ended by itself");
}

/// The run that each file is of.
fn runs(target: &Path) -> Vec<String> {
    let run = |file: &&str| {
        let text = fs::read_to_string(target.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let run = text.split(' ').next().unwrap().to_owned();
        assert!(text == format!("{run} {file}").repeat(64), "{file} is whole");
        run
    };
    FILES.iter().map(run).collect()
}

#[test]
fn a_folder_of_results_is_of_one_run_whenever_that_is_killed() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    for kill in 0..KILLS {
        kill_after(&target, Duration::from_micros(kill * 1700 % 20_000));
        let runs = runs(&target);
        assert!(runs.iter().all(|run| *run == runs[0]), "killed for the {kill}th time: {runs:?}");
        assert_eq!(of_one_run(&target, &FILES), Ok(()));
    }
    // What the killed ones left does not disturb the next.
    commit(&target, 0);
    assert!(runs(&target).iter().all(|run| run == "run0"));
}

#[test]
fn beside_files_of_somebody_a_reader_can_tell_what_belongs_together() {
    let home = tempfile::tempdir().unwrap();
    let (target, mut mixed) = (home.path().join("out"), 0);
    commit(&target, 0);
    fs::write(target.join("notes.txt"), "mine").unwrap();
    fs::write(target.join("charts/mine.svg"), "mine").unwrap();
    for kill in 0..KILLS {
        kill_after(&target, Duration::from_micros(kill * 1700 % 20_000));
        let runs = runs(&target);
        let of_one = runs.iter().all(|run| *run == runs[0]);
        assert!(of_one || of_one_run(&target, &FILES).is_err(), "killed for the {kill}th time: {runs:?}");
        assert!(runs[2..5].iter().all(|run| *run == runs[2]), "a model is of one run always: {runs:?}");
        for file in ["notes.txt", "charts/mine.svg"] {
            assert_eq!(fs::read_to_string(target.join(file)).unwrap(), "mine");
        }
        mixed += usize::from(!of_one);
    }
    println!("{mixed} of {KILLS} kills met a folder between two runs");
    commit(&target, 0);
    assert!(runs(&target).iter().all(|run| run == "run0"));
    assert_eq!(of_one_run(&target, &FILES), Ok(()));
}
