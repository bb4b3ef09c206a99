//! A saved model, as a person or a script meets it: it forecasts without training, and learns on.

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
use polars::prelude::{ParquetReader, SerReader as _};

const TRAIN: &str = "forecast log.csv --out out --period month --interests 3 --horizon 2 --seed 7";
const TABLES: [&str; 5] = ["interests", "texts", "trajectories", "forecast", "users"];

/// The lines of a log up to a day, or from it on.
fn part(log: &str, keep: impl Fn(&str) -> bool) -> String {
    let mut lines = log.lines();
    let header = lines.next().unwrap().to_owned();
    let kept = lines.filter(|line| keep(line.split(',').nth(1).unwrap()));
    std::iter::once(header.as_str()).chain(kept).map(|line| format!("{line}\n")).collect()
}

/// A file of numbers in which one table has another shape.
fn with_shape(bytes: &[u8], name: &str, shape: &[usize]) -> Vec<u8> {
    use safetensors::tensor::{Dtype, TensorView};
    let numbers = vec![0; 4 * shape.iter().product::<usize>()];
    let mut views = safetensors::SafeTensors::deserialize(bytes).unwrap().tensors();
    for (known, view) in &mut views {
        if known == name {
            *view = TensorView::new(Dtype::F32, shape.to_vec(), &numbers).unwrap();
        }
    }
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn a_saved_model_gives_the_same_tables_without_training_and_refuses_what_does_not_fit() {
    let bench = Bench::new();
    let log = shop(40, 20);
    bench.file("log.csv", &log);
    bench.run(TRAIN).done();
    // Nothing that was kept of the run may help.
    fs::remove_dir_all(bench.path("cache/stages")).unwrap();
    fs::remove_dir_all(bench.path("cache/vectors")).unwrap();
    for model in ["out", "out/model"] {
        let again = bench.run(&format!("forecast log.csv --out again --model-dir {model}"));
        assert!(!again.done().stderr.contains("Training"), "{again:?}");
        for table in TABLES {
            let file = format!("{table}.parquet");
            let (one, two) = (fs::read(bench.path("out").join(&file)), fs::read(bench.path("again").join(&file)));
            assert!(one.unwrap() == two.unwrap(), "{file} differs");
        }
    }
    // The model that was written again is the model.
    for file in ["weights.safetensors", "space.safetensors"] {
        let read = |folder: &str| fs::read(bench.path(folder).join("model").join(file)).unwrap();
        assert!(read("out") == read("again"), "{file}");
    }

    bench.file("short.csv", part(&log, |day| day < "2021-05"));
    for (flags, says) in [
        ("log.csv --period week", "trained on months"),
        ("log.csv --interests 5", "3 interests"),
        ("log.csv --horizon 6", "2 periods ahead"),
        ("log.csv --seed 8", "from the seed 7"),
        ("short.csv", "what it has seen"),
    ] {
        let refused = bench.run(&format!("forecast {flags} --out not --model-dir out"));
        let message = refused.message(2);
        assert!(message.contains("does not fit") && message.contains(says), "{flags}: {message}");
        assert!(!bench.path("not").exists());
    }
    let none = bench.run("forecast log.csv --out not --model-dir .");
    assert!(none.message(2).contains("there is no model"), "{none:?}");

    // Numbers that fit their hashes but not each other.
    let (space, card) = (bench.path("out/model/space.safetensors"), bench.path("out/model/model.ron"));
    let (sound, text) = (fs::read(&space).unwrap(), fs::read_to_string(&card).unwrap());
    for (name, shape) in [
        ("texts.directions", [1, 0]),
        ("interests.centroids", [0, 384]),
        ("topics.centroids", [2, 3]),
        ("texts.centre", [1, 1]),
    ] {
        let odd = with_shape(&sound, name, &shape);
        let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        fs::write(&card, text.replace(&hash(&sound), &hash(&odd))).unwrap();
        fs::write(&space, odd).unwrap();
        let refused = bench.run("forecast log.csv --out not --model-dir out");
        assert!(refused.message(2).contains("damaged"), "{name}: {refused:?}");
    }
    fs::write(&space, &sound).unwrap();
    for (from, to) in
        [("hidden: 64", "hidden: -64"), ("batch_users: 128", "batch_users: 0"), ("layers: 1", "layers: 0")]
    {
        assert!(text.contains(from), "{from}");
        fs::write(&card, text.replace(from, to)).unwrap();
        let refused = bench.run("forecast log.csv --out not --model-dir out");
        assert!(refused.message(2).contains("damaged"), "{to}: {refused:?}");
    }
    fs::write(&card, text).unwrap();

    let weights = bench.path("again/model/weights.safetensors");
    let mut damaged = fs::read(&weights).unwrap();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&weights, damaged).unwrap();
    let damaged = bench.run("forecast log.csv --out not --model-dir again");
    assert!(damaged.message(2).contains("damaged"), "{damaged:?}");
}

/// The shop's log as another program writes it: columns whose names tell nothing, days first, a column of kinds, and
/// orders of a second shop.
fn foreign(log: &str) -> String {
    let mut lines = log.lines();
    lines.next();
    let mut text = String::from("a;b;c;d;e;f\n");
    for (at, line) in lines.enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let [user, time, words, quantity, price] = fields[..] else { panic!("{line}") };
        let (day, clock) = time.split_once(' ').unwrap();
        let parts: Vec<&str> = day.split('-').collect();
        let kind = if at % 3 == 0 { "pv" } else { "buy" };
        let shop = if at % 7 == 0 { "far" } else { "near" };
        text += &format!(
            "{user};{}/{}/{}T{clock};{words};{kind};{shop};{}\n",
            parts[2],
            parts[1],
            parts[0],
            quantity.len() + price.len()
        );
    }
    text
}

#[test]
fn a_saved_model_reads_a_log_as_its_own_was_read() {
    let bench = Bench::new();
    let log = foreign(&shop(40, 20));
    bench.file("log.csv", &log);
    let reading =
        "--user a --time b --text c --kind d --time-format %d/%m/%YT%H:%M:%S --where e=near --kind-weights view=0.2";
    bench.run(&format!("{TRAIN} {reading} --time-zone Europe/Berlin")).done();
    let again = bench.run("forecast log.csv --out again --model-dir out");
    again.done();
    for table in TABLES {
        let file = format!("{table}.parquet");
        let read = |folder: &str| fs::read(bench.path(folder).join(&file)).unwrap();
        assert!(read("out") == read("again"), "{file} differs");
    }
    let card = fs::read_to_string(bench.path("again/model/model.ron")).unwrap();
    assert!(card.contains("near") && card.contains("Europe/Berlin") && card.contains("0.2"), "{card}");

    // What is said counts, as far as the model can follow.
    bench.run("forecast log.csv --out far --model-dir out --where e=far").done();
    let told = |folder: &str| fs::read(bench.path(folder).join("trajectories.parquet")).unwrap();
    assert!(told("far") != told("out"));
    bench.file("settings.ron", "(kind_weights: [(\"view\", 0.5)])");
    bench.file("horizon.ron", "(horizon: 3)");
    bench.file("levels.ron", "(levels: [90])");
    for (flags, says) in [
        ("--kind-weights view=1", "kinds of events count view=0.2"),
        ("--settings settings.ron", "kinds of events count view=0.2, and view=0.5"),
        ("--keep-called-off", "called off were left out"),
        ("--settings horizon.ron", "2 periods ahead, not 3"),
        ("--settings levels.ron", "`levels` is [90]"),
        ("--user f --text a --time b --kind d --where z=1", "z"),
    ] {
        let refused = bench.run(&format!("forecast log.csv --out not --model-dir out {flags}"));
        let message = refused.message(2);
        assert!(message.contains(says), "{flags}: {message}");
        assert!(!bench.path("not").exists());
    }

    // Learning on reads both logs so.
    let line = |at: usize| log.lines().nth(at).unwrap().replace("/2020", "/2021").replace("/2019", "/2021");
    bench.file("later.csv", format!("a;b;c;d;e;f\n{}\n{}\n", line(1), line(9)));
    let updated = bench.run("update out later.csv --out new --json");
    let told: serde_json::Value = serde_json::from_str(&updated.done().stdout).unwrap();
    let filtered = told["rejected"].as_array().unwrap().iter().any(|reason| reason["rows"].as_u64() > Some(100));
    assert!(filtered, "{told:#}");
    assert!(fs::read_to_string(bench.path("new/model/model.ron")).unwrap().contains("near"));
}

#[test]
fn a_model_whose_settings_cannot_be_is_refused() {
    let bench = Bench::new();
    bench.file("log.csv", shop(40, 12));
    bench.run(TRAIN).done();
    let place = bench.path("out/model/model.ron");
    let card = fs::read_to_string(&place).unwrap();
    for (was, is) in [("hidden: 64", "hidden: -5"), ("members: 3", "members: 0"), ("dropout: 0.3", "dropout: 7.0")] {
        assert!(card.contains(was), "{card}");
        fs::write(&place, card.replace(was, is)).unwrap();
        let refused = bench.run("forecast log.csv --out not --model-dir out");
        let message = refused.message(2);
        let (field, value) = is.split_once(": ").unwrap();
        assert!(message.contains(field) && message.contains(value.trim_end_matches(".0")), "{message}");
    }
}

#[test]
fn a_model_learns_on_from_later_months_and_says_how_far_it_moved() {
    let bench = Bench::new();
    // A kind of goods that nobody has bought before comes at the end.
    let log = shop(40, 22) + "u001,2021-10-20 10:00:00,garden gnome,1,2.5\n";
    bench.file("log.csv", part(&log, |day| day < "2021-09"));
    bench.file("later.csv", part(&log, |day| day >= "2021-09"));
    bench.run(TRAIN).done();
    let before = fs::read(bench.path("out/model/weights.safetensors")).unwrap();
    let updated = bench.run("update out later.csv --out new --json");
    let told: serde_json::Value = serde_json::from_str(&updated.done().stdout).unwrap();
    assert_eq!((told["rows_read"].as_u64(), told["users"].as_u64()), (Some(40 * 22 * 3 + 1), Some(40)));
    assert_eq!(told["origin"], "2021-11-01", "two more months are known; this shop shuts on the 28th of every month");
    let drift = &told["drift"];
    assert_eq!((drift["users"].as_u64(), drift["total_variation"].as_array().unwrap().len()), (Some(40), 2));
    assert!(drift["total_variation"][0].as_f64().unwrap() < 0.5);
    let lstm = drift["validation"].as_array().unwrap().iter().find(|change| change["model"] == "lstm").unwrap();
    assert!(lstm["before"].as_f64().unwrap() > 0.0 && lstm["after"].as_f64().unwrap() > 0.0);
    let moved = drift["epochs"].as_array().unwrap().iter().any(|epochs| epochs.as_u64() > Some(0));
    let after = fs::read(bench.path("new/model/weights.safetensors")).unwrap();
    assert_eq!(before != after, moved, "{drift:#}");
    // The interests are the same ones, with a new text among them.
    let read = |folder: &str, name: &str| {
        let file = fs::File::open(bench.path(folder).join(name)).unwrap();
        ParquetReader::new(file).finish().unwrap()
    };
    assert!(
        read("out", "interests.parquet").column("label").unwrap()
            == read("new", "interests.parquet").column("label").unwrap()
    );
    assert_eq!(read("new", "texts.parquet").height(), read("out", "texts.parquet").height() + 1);

    // What was updated is a model too, and forecasts what the update said.
    bench.run("forecast log.csv later.csv --out again --model-dir new").done();
    let forecast = |folder: &str| fs::read(bench.path(folder).join("forecast.parquet")).unwrap();
    assert!(forecast("again") == forecast("new"));
    // Without --out the folder itself is brought up to date, the same way.
    let told = bench.run("update out later.csv");
    assert!(told.done().stdout.contains("mean total variation"), "{told:?}");
    assert!(forecast("out") == forecast("new"));
    let nothing = bench.run("update out");
    assert!(nothing.code == Some(2), "{nothing:?}");
}

#[test]
fn a_search_tells_its_trials_and_forecasts_with_the_best() {
    let bench = Bench::new();
    bench.file("log.csv", shop(40, 18));
    let ended = bench.run(&format!("{TRAIN} --model lstm --tune 4"));
    let said = &ended.done().stdout;
    assert!(said.contains("4 of 4 trials, compared on ") && said.contains("width"), "{said}");
    let table = ParquetReader::new(fs::File::open(bench.path("out/tuning.parquet")).unwrap()).finish().unwrap();
    assert_eq!(table.column("trial").unwrap().n_unique().unwrap(), 4);
    let chosen = table.filter(table.column("chosen").unwrap().bool().unwrap()).unwrap();
    assert_eq!(chosen.column("trial").unwrap().n_unique().unwrap(), 1);
    let least = |table: &polars::prelude::DataFrame| {
        table.column("validation").unwrap().f64().unwrap().iter().flatten().fold(f64::INFINITY, f64::min)
    };
    assert_eq!(least(&chosen), least(&table), "the best was chosen");
    let width = chosen.column("width").unwrap().i64().unwrap().get(0).unwrap();
    let read = |name: &str| fs::read_to_string(bench.path(name)).unwrap();
    assert!(read("out/tuned.ron").contains(&format!("hidden: {width}")), "{}", read("out/tuned.ron"));
    assert!(read("out/model/model.ron").contains(&format!("hidden: {width}")));
    let refused = bench.run(&format!("{TRAIN} --model drift --tune 4"));
    assert!(refused.message(2).contains("no network"), "{refused:?}");
    // The settings that were found give the same forecast without a search.
    bench.run("forecast --settings out/tuned.ron --out again").done();
    let forecast = |folder: &str| fs::read(bench.path(folder).join("forecast.parquet")).unwrap();
    assert!(forecast("out") == forecast("again"));
}

#[test]
fn a_search_that_is_stopped_leaves_the_best_so_far() {
    let bench = Bench::new();
    bench.file("log.csv", shop(60, 24));
    let ended = bench.interrupt_at(&format!("{TRAIN} --model lstm --tune 30"), "Tuning, round 1");
    let message = ended.message(130);
    assert!(message.contains("the best shape so far") && message.ends_with("tuned.ron"), "{message}");
    assert_eq!(bench.left_in("out"), ["driftline-manifest.json", "tuned.ron", "tuning.parquet"]);
    let settings = fs::read_to_string(bench.path("out/tuned.ron")).unwrap();
    assert!(settings.contains("network: Some"), "{settings}");
    assert_eq!(common::list(&bench.path("cache/training")).len(), 1, "it can go on");
}
