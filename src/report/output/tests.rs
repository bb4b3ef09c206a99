//! Results appear whole, replace only results, and leave everything else alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::manifest::{MANIFEST, Manifest};
use super::survey::list;
use super::*;
use crate::report::TableFormat;

const EMPTY: [&str; 0] = [];

fn names(folder: &Path) -> Vec<String> {
    let within = ["model", "charts", "deep", "mine", "out"].into_iter().collect();
    list(folder, &within).unwrap().into_iter().filter(|name| !name.ends_with(MANIFEST)).collect()
}

/// What lies beside a folder, hidden or not.
fn beside(home: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(path: PathBuf) -> String {
    fs::read_to_string(path).unwrap()
}

/// A run that writes the same words into all its files.
fn commit(target: &Path, kind: Results, files: &[&str], words: &str) -> Result<Vec<PathBuf>, ReportError> {
    let output = OutputFolder::new(target, kind, TableFormat::Parquet)?;
    for file in files {
        let path = output.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{words} {file}")).unwrap();
    }
    output.commit()
}

fn forecast(target: &Path, files: &[&str], words: &str) -> Result<Vec<PathBuf>, ReportError> {
    commit(target, Results::Forecast, files, words)
}

const RUN: [&str; 5] =
    ["charts/user-ann.svg", "forecast.parquet", "model/model.ron", "model/weights.safetensors", "run.ron"];

#[test]
fn a_new_folder_appears_with_everything_in_it() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("deep/er/out");
    let output = OutputFolder::new(&target, Results::Forecast, TableFormat::Parquet).unwrap();
    fs::create_dir(output.path().join("model")).unwrap();
    fs::write(output.path().join("model/weights"), "w").unwrap();
    fs::write(output.path().join("run.ron"), "r").unwrap();
    assert!(!home.path().join("deep").exists(), "nothing before commit");
    let files = output.commit().unwrap();
    assert_eq!(files, ["model/weights", "run.ron", MANIFEST].map(|name| target.join(name)));
    assert_eq!(names(home.path()), ["deep/er/out/model/weights", "deep/er/out/run.ron"]);
    assert_eq!(of_one_run(&target, &["run.ron", "model/weights"]), Ok(()));
}

#[test]
#[cfg(unix)]
fn a_folder_keeps_its_permissions_and_a_new_one_gets_the_usual_ones() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    forecast(&home.path().join("out"), &RUN, "one").unwrap();
    fs::create_dir(home.path().join("usual")).unwrap();
    let mode = |name| home.path().join(name).metadata().unwrap().permissions().mode();
    assert_eq!(mode("out"), mode("usual"));
    fs::set_permissions(home.path().join("out"), fs::Permissions::from_mode(0o750)).unwrap();
    forecast(&home.path().join("out"), &RUN, "two").unwrap();
    assert_eq!(mode("out") & 0o777, 0o750);
}

#[test]
fn dropped_without_commit_nothing_stays() {
    let home = tempfile::tempdir().unwrap();
    for target in ["new", "."] {
        let output = OutputFolder::new(&home.path().join(target), Results::Forecast, TableFormat::Parquet).unwrap();
        fs::write(output.path().join("half.parquet"), "half").unwrap();
        drop(output);
        assert_eq!(beside(home.path()), EMPTY);
    }
}

#[test]
fn what_an_earlier_run_wrote_does_not_stay() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    forecast(&out, &RUN, "one").unwrap();
    forecast(&out, &["charts/user-bob.svg", "model/model.ron", "run.ron"], "two").unwrap();
    assert_eq!(names(&out), ["charts/user-bob.svg", "model/model.ron", "run.ron"]);
    assert_eq!(text(out.join("run.ron")), "two run.ron");
    assert_eq!(beside(home.path()), ["out"], "and nothing beside it");
}

#[test]
fn each_command_replaces_only_its_own_and_a_forecast_the_search_before_it() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    commit(&out, Results::Tuning, &["tuning.parquet", "tuned.ron"], "search").unwrap();
    forecast(&out, &["forecast.parquet", "run.ron", "tuning.parquet", "tuned.ron"], "one").unwrap();
    commit(&out, Results::Backtest, &["backtest.parquet", "scores.json"], "past").unwrap();
    let all = ["backtest.parquet", "forecast.parquet", "run.ron", "scores.json", "tuned.ron", "tuning.parquet"];
    assert_eq!(names(&out), all);
    commit(&out, Results::Tuning, &["tuning.parquet", "tuned.ron"], "again").unwrap();
    assert_eq!(names(&out), all, "a search that was stopped takes no forecast away");
    forecast(&out, &["forecast.parquet", "run.ron"], "two").unwrap();
    assert_eq!(names(&out), ["backtest.parquet", "forecast.parquet", "run.ron", "scores.json"]);
    assert_eq!(text(out.join("scores.json")), "past scores.json");
    assert_eq!(of_one_run(&out, &["forecast.parquet", "backtest.parquet"]), Ok(()));
}

#[test]
fn a_file_that_two_commands_write_is_not_taken_from_the_other() {
    for (asked, table) in [(Results::Value, "value.parquet"), (Results::Recommend, "recommend.parquet")] {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        commit(&out, asked, &[table, "scores.json"], "value").unwrap();
        commit(&out, asked, &[table], "later").unwrap();
        assert_eq!(names(&out), [table], "scores of an earlier question do not stay");
        commit(&out, Results::Backtest, &["backtest.parquet", "scores.json"], "past").unwrap();
        assert!(OutputFolder::new(&out, asked, TableFormat::Parquet).is_err());
        assert_eq!(text(out.join("scores.json")), "past scores.json");
        commit(&out, Results::Backtest, &["backtest.parquet", "scores.json"], "again").unwrap();
        assert_eq!(text(out.join("scores.json")), "again scores.json");
    }
}

#[test]
fn files_of_others_are_left_alone_wherever_they_lie() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    forecast(&out, &RUN, "one").unwrap();
    fs::create_dir(out.join("mine")).unwrap();
    for file in ["notes.txt", "charts/slide.png", "charts/user-mine.svg", "model/readme", "mine/deep.txt"] {
        fs::write(out.join(file), "mine").unwrap();
    }
    // A chart that somebody drew on is theirs as well.
    fs::write(out.join("charts/user-ann.svg"), "drawn on").unwrap();
    forecast(&out, &["charts/user-bob.svg", "model/model.ron", "run.ron"], "two").unwrap();
    let left = [
        "charts/slide.png",
        "charts/user-ann.svg",
        "charts/user-bob.svg",
        "charts/user-mine.svg",
        "mine/deep.txt",
        "model/model.ron",
        "model/readme",
        "notes.txt",
        "run.ron",
    ];
    assert_eq!(names(&out), left);
    assert_eq!(
        (text(out.join("model/model.ron")), text(out.join("model/readme"))),
        ("two model/model.ron".into(), "mine".into())
    );
    assert_eq!(text(out.join("charts/user-ann.svg")), "drawn on");
    assert_eq!(beside(home.path()), ["out"]);
}

#[test]
fn a_file_of_somebody_else_with_the_name_of_a_result_is_never_overwritten() {
    for name in ["users.parquet", "run.ron", "model", "model/model.ron", "charts"] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let done = forecast(home.path(), &["users.parquet", "run.ron", "model/model.ron", "charts/user-a.svg"], "one");
        let error = done.unwrap_err().to_string();
        assert!(error.contains("did not write") && error.contains("choose another folder"), "{name}: {error}");
        assert_eq!(text(path), "mine");
        assert_eq!(names(home.path()), [name], "{name}: nothing else came");
    }
    // It is told before the work, as far as names are known then.
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("users.csv"), "mine").unwrap();
    let new = |format| OutputFolder::new(home.path(), Results::Forecast, format);
    assert!(new(TableFormat::Parquet).is_ok() && new(TableFormat::Csv).is_err() && new(TableFormat::Both).is_err());
}

#[test]
fn results_of_a_version_without_manifests_are_known_by_their_names() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    forecast(&out, &RUN, "one").unwrap();
    fs::remove_file(out.join(MANIFEST)).unwrap();
    assert!(forecast(&out, &RUN, "two").unwrap_err().to_string().contains("did not write"), "no run.ron of ours");
    fs::write(out.join("run.ron"), "(\n    driftline: \"0.1.0\",\n)").unwrap();
    fs::write(out.join("charts/mine.svg"), "mine").unwrap();
    forecast(&out, &["charts/user-bob.svg", "model/model.ron", "run.ron"], "two").unwrap();
    assert_eq!(names(&out), ["charts/mine.svg", "charts/user-bob.svg", "model/model.ron", "run.ron"]);
    assert_eq!(text(out.join("run.ron")), "two run.ron");
}

#[test]
#[cfg(unix)]
fn a_link_to_a_folder_stays_a_link() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", home.path().join("link")).unwrap();
    forecast(&home.path().join("link"), &RUN, "one").unwrap();
    forecast(&home.path().join("link"), &RUN, "two").unwrap();
    assert!(home.path().join("link").symlink_metadata().unwrap().is_symlink());
    assert_eq!(text(home.path().join("real/run.ron")), "two run.ron");
    assert_eq!(beside(home.path()), ["link", "real"]);
    // A link of somebody's to a folder elsewhere is not written through.
    fs::create_dir(home.path().join("elsewhere")).unwrap();
    fs::remove_dir_all(home.path().join("real/model")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", home.path().join("real/model")).unwrap();
    assert!(forecast(&home.path().join("link"), &RUN, "three").is_err());
    assert_eq!(beside(&home.path().join("elsewhere")), EMPTY);
}

#[test]
fn the_folder_that_somebody_works_in_stays_the_same_one() {
    // The whole test run stands in one folder, so that is asked for instead of going elsewhere.
    let here = std::env::current_dir().unwrap();
    let output = OutputFolder::new(&here, Results::Backtest, TableFormat::Parquet).unwrap();
    assert!(output.path().starts_with(&here), "made inside, to be filled file by file");
    let parent = here.parent().unwrap();
    if let Ok(output) = OutputFolder::new(parent, Results::Backtest, TableFormat::Parquet) {
        assert!(output.path().starts_with(parent));
    }
}

#[test]
fn if_one_file_cannot_be_replaced_the_former_ones_come_back() {
    let home = tempfile::tempdir().unwrap();
    let (new, target) = (home.path().join("new"), home.path().join("out"));
    for folder in ["new/model", "new/charts", "out/model", "out/charts"] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    for file in ["a", "model/m", "model/n", "charts/new", MANIFEST] {
        fs::write(new.join(file), "new").unwrap();
    }
    for file in ["a", "model/m", "charts/stale", MANIFEST] {
        fs::write(target.join(file), "former").unwrap();
    }
    let before = names(&target);
    let names_of_new: BTreeSet<String> = ["a", "model/m", "model/n", "charts/new", "z"].map(String::from).into();
    let survey = survey::Survey { stale: ["charts/stale".to_owned()].into(), ..Default::default() };
    // `z` is not there, so it cannot be brought to its place.
    let (at, _) = replace::Replacement::new(&new, &target).carry_out(&names_of_new, &survey).unwrap_err();
    assert_eq!(at, "z");
    assert_eq!(names(&target), before);
    for file in ["a", "model/m", "charts/stale", MANIFEST] {
        assert_eq!(text(target.join(file)), "former", "{file}");
    }
    // With a file of somebody's in each folder, they are filled file by file.
    let survey = survey::Survey { foreign: ["model/mine".into(), "charts/mine".into()].into(), ..survey };
    assert!(replace::Replacement::new(&new, &target).carry_out(&names_of_new, &survey).is_err());
    assert_eq!(names(&target), before);
}

#[test]
fn places_that_cannot_be_written_to_are_told_before_any_work() {
    let home = tempfile::tempdir().unwrap();
    let new = |path: &Path| OutputFolder::new(path, Results::Forecast, TableFormat::Parquet);
    let file = home.path().join("report");
    fs::write(&file, "a file").unwrap();
    let itself = new(&file).unwrap_err().to_string();
    assert!(itself.contains("there is a file of that name"), "{itself}");
    let below = new(&file.join("out")).unwrap_err().to_string();
    assert!(below.contains("a part of the path is a file"), "{below}");
    assert_eq!(names(home.path()), ["report"]);
    if cfg!(target_os = "linux") {
        assert!(new(Path::new("/proc/driftline")).is_err());
    }
}

#[test]
fn several_runs_at_once_leave_the_results_of_one() {
    for foreign in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        if foreign {
            fs::create_dir_all(out.join("model")).unwrap();
            fs::write(out.join("model/mine"), "mine").unwrap();
        }
        let going = AtomicBool::new(true);
        std::thread::scope(|scope| {
            let runs: Vec<_> = ["one", "two", "three", "four"]
                .map(|words| {
                    let (out, going) = (&out, &going);
                    scope.spawn(move || {
                        let own = format!("charts/user-{words}.svg");
                        let files = [&RUN[1..], &[own.as_str()]].concat();
                        while going.load(Ordering::Relaxed) {
                            forecast(out, &files, words).unwrap();
                        }
                    })
                })
                .into();
            std::thread::sleep(std::time::Duration::from_millis(700));
            going.store(false, Ordering::Relaxed);
            runs.into_iter().for_each(|run| run.join().unwrap());
        });
        let words = text(out.join("run.ron")).split(' ').next().unwrap().to_owned();
        for file in RUN.iter().skip(1) {
            assert_eq!(text(out.join(file)), format!("{words} {file}"));
        }
        assert_eq!(names(&out).len(), RUN.len() + usize::from(foreign), "{:?}", names(&out));
        let all: Vec<String> = Manifest::of_folder(&out).files.into_keys().collect();
        assert_eq!(of_one_run(&out, &all.iter().map(String::as_str).collect::<Vec<_>>()), Ok(()));
        assert_eq!(beside(home.path()), ["out"]);
    }
}

#[test]
fn what_killed_runs_left_behind_is_cleared_away_and_what_others_hold_is_not() {
    let home = tempfile::tempdir().unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let left = |name: &str| {
        let path = home.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("forecast.parquet"), "half").unwrap();
        File::open(&path).unwrap().set_modified(long_ago).unwrap();
        path
    };
    left(".driftline-killed.tmp");
    left(".driftline-not-ours");
    let at_work = File::open(left(".driftline-at-work.tmp")).unwrap();
    at_work.try_lock().unwrap();
    forecast(&home.path().join("out"), &RUN, "one").unwrap();
    assert_eq!(beside(home.path()), [".driftline-at-work.tmp", ".driftline-not-ours", "out"]);
}

#[test]
fn a_single_file_is_replaced_whole_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("chart.svg");
    write_file(&path, b"former").unwrap();
    let failed = write_whole(&path, |mut file| {
        file.write_all(b"half").unwrap();
        Err::<(), _>(ReportError::Chart("stopped".into()))
    });
    assert!(failed.is_err());
    assert_eq!(fs::read(&path).unwrap(), b"former");
    assert_eq!(names(home.path()), ["chart.svg"]);
    assert!(write_file(home.path(), b"x").unwrap_err().to_string().contains("a folder has that name"));
    let nowhere = home.path().join("no/such/chart.svg");
    assert!(write_file(&nowhere, b"x").unwrap_err().to_string().contains("there is no such folder"));
}
