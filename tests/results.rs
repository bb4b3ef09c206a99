//! The results of a run, as a person or a script finds them: in which form, beside what, and made of what was said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]
#![cfg(unix)]
#![allow(dead_code, reason = "the common helpers serve other tests too")]

mod common;

use std::fs;

use common::{Bench, shop};
use driftline::events::Role;
use driftline::project::{Keeper, Presets, Settings};

const FORECAST: &str = "forecast log.csv --out out --period month --interests 3 --horizon 2 --seed 7 --model drift";
const TABLES: [&str; 7] = ["cohort_trajectories", "cohorts", "forecast", "interests", "texts", "trajectories", "users"];

#[test]
fn tables_are_written_as_asked_and_those_of_the_run_before_do_not_stay() {
    let bench = Bench::new();
    bench.file("log.csv", shop(12, 14).replace("red tea pot", "\"=1+1 tea pot\"").replace("u003", "+u003"));
    let tables =
        |ending: &str| TABLES.iter().filter(|name| bench.path(&format!("out/{name}.{ending}")).is_file()).count();
    bench.run(&format!("{FORECAST} --tables both")).done();
    assert_eq!((tables("parquet"), tables("csv")), (7, 7));
    let read = |name: &str| fs::read_to_string(bench.path(name)).unwrap();
    let users = read("out/users.csv");
    assert!(users.starts_with("\u{feff}user,events,") && users.contains("\n'+u003,"), "{users}");
    assert!(read("out/texts.csv").contains("\n'=1+1 tea pot,"));
    assert!(read("out/run.ron").contains("tables: both"));
    fs::write(bench.path("out/notes.txt"), "mine").unwrap();
    fs::write(bench.path("out/charts/mine.png"), "mine").unwrap();

    bench.run(&format!("{FORECAST} --tables csv")).done();
    assert_eq!((tables("parquet"), tables("csv")), (0, 7));
    let charts = bench.left_in("out/charts");
    bench.file("log.csv", shop(12, 14).replace(",u", ",v").replace("\nu", "\nv"));
    bench.run(FORECAST).done();
    assert_eq!((tables("parquet"), tables("csv")), (7, 0));
    let now = bench.left_in("out/charts");
    assert!(now.iter().all(|name| name == "mine.png" || !charts.contains(name)), "{charts:?}, {now:?}");
    assert_eq!((read("out/notes.txt"), read("out/charts/mine.png")), ("mine".into(), "mine".into()));

    // A backtest takes nothing of the forecast away.
    bench.run("backtest log.csv --out out --period month --interests 3 --origins 1 --model drift --tables both").done();
    assert_eq!(tables("parquet"), 7);
    for name in ["backtest.parquet", "backtest.csv", "scores.json", "run.ron", "notes.txt"] {
        assert!(bench.path("out").join(name).is_file(), "{name}");
    }
    assert_eq!(bench.left_in("").iter().filter(|name| name.starts_with('.')).count(), 0);

    // What is not ours is never overwritten, and that is said before the work.
    fs::write(bench.path("out/users.csv"), "mine").unwrap();
    let refused = bench.run(&format!("{FORECAST} --tables both"));
    let message = refused.message(2);
    assert!(message.contains("did not write") && message.ends_with("out/users.csv"), "{message}");
    assert!(!refused.stderr.contains("Reading"), "{refused:?}");
    assert_eq!(read("out/users.csv"), "mine");
}

#[test]
fn a_click_in_the_window_changes_nothing_that_a_script_reads() {
    let bench = Bench::new();
    let log = shop(12, 14).replacen("description,", "description,kind,", 1);
    let log: String = log
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if at > 0 {
                cells.insert(3, if at % 3 == 0 { "view" } else { "buy" });
            }
            cells.join(",") + "\n"
        })
        .collect();
    bench.file("log.csv", &log);
    let forecast = |out: &str, more: &str| {
        let ended = bench.run(&format!("{}{more}", FORECAST.replace("--out out", &format!("--out {out}"))));
        ended.done();
        let read = |name: &str| fs::read(bench.path(out).join(name).with_extension("parquet")).unwrap();
        (TABLES.map(read), fs::read_to_string(bench.path(out).join("run.ron")).unwrap(), ended.stderr)
    };
    let (before, _, _) = forecast("before", "");
    // The window trains on it, with views left out.
    let presets = Presets::within(&bench.path("cache"));
    let header = ["customer", "invoice date", "description", "kind", "quantity", "price"];
    let mut settings = Settings { filters: vec!["kind!=view".parse().unwrap()], ..Settings::default() };
    settings.mapping.set(Role::Item, None);
    presets.keep(Keeper::Window, header, &settings).unwrap();

    let (after, run, said) = forecast("after", "");
    assert!(before == after, "the same command on the same file gives the same tables");
    assert!(!said.contains("last time") && run.contains("preset: None"), "{said}{run}");
    let (named, run, _) = forecast("named", " --preset window");
    assert!(before != named && run.contains("preset: Some(\"window\")"), "{run}");

    // What the command line was told to keep, it takes, says and records.
    let (kept, _, said) = forecast("kept", " --where kind!=buy --remember");
    assert!(said.contains("Kept for the next log"), "{said}");
    let (taken, run, said) = forecast("taken", "");
    assert!(kept == taken && said.contains("as last time") && run.contains("preset: Some(\"remembered\")"), "{said}");
    assert!(forecast("fresh", " --fresh").0 == before);

    // Under a name it is taken only where the name is said.
    forecast("orders", " --fresh --where kind!=view --remember=orders");
    let (again, run, _) = forecast("again", " --preset orders");
    assert!(again == named && run.contains("preset: Some(\"orders\")"));
    let (wins, _, _) = forecast("wins", " --preset orders --where kind!=buy");
    assert!(wins == kept, "what is said beside a name wins");
    let unknown = bench.run(&format!("{FORECAST} --preset odres"));
    assert!(unknown.message(2).contains("kept are orders"), "{unknown:?}");
    let inspected = bench.run("inspect log.csv --preset orders --json");
    let told: serde_json::Value = serde_json::from_str(&inspected.done().stdout).unwrap();
    assert_eq!(told["preset"], "orders");
    let no_name = bench.run("inspect log.csv --where kind!=buy --remember=../out");
    assert!(no_name.message(2).contains("letters, digits"), "{no_name:?}");
}

#[test]
fn a_model_whose_folder_was_half_replaced_is_told_as_such() {
    let bench = Bench::new();
    bench.file("log.csv", shop(12, 14));
    let train = FORECAST.replace("--model drift", "--model lstm");
    bench.run(&train).done();
    let read = |name: &str| fs::read(bench.path("out").join(name)).unwrap();
    let former = read("model/weights.safetensors");
    bench.run(&train.replace("--seed 7", "--seed 8")).done();
    assert!(former != read("model/weights.safetensors"));
    fs::write(bench.path("out/model/weights.safetensors"), &former).unwrap();
    let mixed = bench.run("forecast log.csv --out again --model-dir out");
    let message = mixed.message(2);
    assert!(
        message.contains("of another run than model.ron") && message.contains("give its command again"),
        "{message}"
    );
    // Where only what lies beside the model is of another run, the model serves.
    bench.run(&train).done();
    fs::write(bench.path("out/run.ron"), "(\n    driftline: \"0.1.0\",\n)").unwrap();
    let served = bench.run("forecast log.csv --out again --model-dir out");
    assert!(served.done().stderr.contains("`run.ron` is not of the run"), "{served:?}");
    // And a folder of an earlier version, which has no manifest, says nothing of the kind.
    fs::remove_file(bench.path("out/driftline-manifest.json")).unwrap();
    let served = bench.run("forecast log.csv --out again --model-dir out");
    assert!(!served.done().stderr.contains("not of the run"), "{served:?}");
}
