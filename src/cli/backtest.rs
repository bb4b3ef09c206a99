//! `driftline backtest`: every model against the past.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use super::arguments::BacktestArguments;
use super::forecast::activity_table;
use super::output::{Edge, count, decimals, percent, print, print_json, signed, table};
use super::{Misuse, backtest_bands, exit, progress};
use crate::forecast::{Ablation, ActivityResult, Backtest, Difference, ModelResult};
use crate::observe::Stage;
use crate::pipeline::{self, BacktestOutcome, BacktestScope, Store};
use crate::project::limits;
use crate::report::{self, OutputFolder, Results};
use crate::wording::counted;

pub(super) fn run(arguments: &BacktestArguments) -> anyhow::Result<u8> {
    let road = &arguments.road;
    let settings = road.settings()?;
    limits::check_origins(arguments.origins)?;
    // A place that cannot be written to is told before minutes of work, not after.
    drop(OutputFolder::new(&road.out, Results::Backtest, settings.tables)?);
    let began = Instant::now();
    let watch = progress::watch(&road.voice)?;
    let only = road.chosen_models.clone();
    let networks = only.iter().flatten().any(|kind| kind.is_trained());
    if arguments.ablation && only.is_some() && !networks {
        let why = "only networks look at the texts' vectors, and none is among the models; name lstm or gru with \
                   --model, or leave out --ablation";
        return Err(Misuse(why.into()).into());
    }
    let scope = BacktestScope { origins: arguments.origins, only, ablation: arguments.ablation };
    let outcome = pipeline::backtest(&settings, &scope, &Store::open_default(), &watch)?;
    let mut meter = watch.meter(Stage::Write, "step", Some(1));
    let output = OutputFolder::new(&road.out, Results::Backtest, settings.tables)?;
    report::write_backtest(output.path(), &outcome.events, &outcome.space, &outcome.backtest, settings.tables)?;
    meter.advance(1)?;
    let files = output.commit()?;
    drop(watch);
    let seconds = began.elapsed().as_secs_f64();
    if road.voice.json {
        let mut object = report::scores_object(&outcome.space, &outcome.backtest);
        object["out"] = json!(road.out);
        object["files"] = json!(files);
        object["device"] = json!(outcome.device);
        object["notes"] = json!(outcome.notes);
        object["seconds"] = json!(seconds);
        print_json(&object)?;
    } else {
        print(&words(&outcome, &road.out, &files, seconds)?)?;
    }
    Ok(exit::DONE)
}

/// How the models did on cohorts.
fn cohort_words(found: &Backtest) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let Some(first) = found.models.first().map(|model| &model.cohorts.0).filter(|scores| scores.rows > 0) else {
        return Ok(text);
    };
    writeln!(text, "\nCohorts one period ahead ({} of cohorts), by model", counted(first.rows, "period"))?;
    let head = ["model", "nll", "gain", "l1", "in 80 %", "in 95 %", "width 80 %"];
    let line = |model: &ModelResult| {
        let scores = &model.cohorts.0;
        let held = |level| percent(scores.coverage.get(&level).copied().unwrap_or(f64::NAN));
        let wide = decimals(scores.width.get(&80).copied().unwrap_or(f64::NAN), 4);
        vec![
            model.name.to_string(),
            decimals(scores.nll, 4),
            signed(scores.gain, 4),
            decimals(scores.l1, 4),
            held(80),
            held(95),
            wide,
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(head.map(String::from).to_vec()).chain(found.models.iter().map(line)).collect();
    let mut edges = [Edge::Right; 7];
    edges[0] = Edge::Left;
    text += &table(&edges, &rows);
    Ok(text)
}

/// The bands of networks by what they may be calibrated by.
fn spread_words(found: &Backtest) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let head = ["model", "spread", "in 80 %", "in 95 %", "width 80 %", "mean interval score", "crps", "chosen"];
    let mut rows = vec![head.map(String::from).to_vec()];
    for model in &found.models {
        for by in &model.spreads {
            let scores = &by.one_step;
            let held = |level| percent(scores.coverage.get(&level).copied().unwrap_or(f64::NAN));
            rows.push(vec![
                model.name.to_string(),
                by.spread.to_string(),
                held(80),
                held(95),
                decimals(scores.width.get(&80).copied().unwrap_or(f64::NAN), 4),
                decimals(scores.mean_interval().unwrap_or(f64::NAN), 4),
                decimals(scores.crps, 5),
                format!("{} of {}", by.chosen, found.origins.len()),
            ]);
        }
    }
    if rows.len() > 1 {
        writeln!(text, "\nBands by spread, one period ahead")?;
        let mut edges = [Edge::Right; 8];
        edges[..2].fill(Edge::Left);
        text += &table(&edges, &rows);
    }
    Ok(text)
}

fn words(outcome: &BacktestOutcome, out: &Path, files: &[PathBuf], seconds: f64) -> anyhow::Result<String> {
    let found = &outcome.backtest;
    let mut text = String::new();
    let origins: Vec<String> = found.origins.iter().map(|origin| found.calendar.label(*origin)).collect();
    let first = found.models.first().map(|model| &model.one_step);
    let (rows, events) = first.map_or((0, 0), |scores| (scores.rows, scores.events.round() as u64));
    writeln!(
        text,
        "Origins: {}; {}, found before the first",
        origins.join(", "),
        counted(found.interests, "interest")
    )?;
    if rows == 0 {
        writeln!(
            text,
            "\nNothing could be scored: nobody who was active before an origin was so in the period after it. A log with more \
             users or longer periods (--period) may tell more."
        )?;
        text += &written(outcome, out, files, seconds)?;
        return Ok(text);
    }
    writeln!(text, "\nOne period ahead ({}, {}), best first", counted(rows, "user-period"), counted(events, "event"))?;
    let head =
        ["model", "nll", "gain", "than best simple", "l1", "top-1", "crps", "interval", "in 80 %", "in 95 %", "train"];
    let line = |model: &ModelResult| {
        let (scores, better) = (&model.one_step, model.better_than_simple);
        let held = |level| percent(scores.coverage.get(&level).copied().unwrap_or(f64::NAN));
        vec![
            model.name.to_string(),
            decimals(scores.nll, 4),
            signed(scores.gain, 4),
            limited(&better),
            decimals(scores.l1, 4),
            percent(scores.top1),
            decimals(scores.crps, 4),
            decimals(scores.mean_interval().unwrap_or(f64::NAN), 4),
            held(80),
            held(95),
            format!("{:.1} s", scores.seconds_train),
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(head.map(String::from).to_vec()).chain(found.models.iter().map(line)).collect();
    let mut edges = [Edge::Right; 11];
    edges[0] = Edge::Left;
    text += &table(&edges, &rows);
    writeln!(
        text,
        "  nll: nats an event, lower is better; gain: nats better than popularity; limits: 95 % over users\n  \
         interval: mean interval score of the bands, lower is better"
    )?;
    if found.horizon > 1 {
        writeln!(text, "\nGain by periods ahead")?;
        let mut head = vec!["model".to_owned()];
        head.extend((1..=found.horizon).map(|horizon| horizon.to_string()));
        let line = |model: &ModelResult| {
            let gains = model.by_horizon.iter().map(|(_, scores)| signed(scores.gain, 4));
            std::iter::once(model.name.to_string()).chain(gains).collect()
        };
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(found.models.iter().map(line)).collect();
        let mut edges = vec![Edge::Right; found.horizon + 1];
        edges[0] = Edge::Left;
        text += &table(&edges, &rows);
    }
    text += &backtest_bands::words(found)?;
    text += &activity(found)?;
    for ablation in &found.ablations {
        text += &without_text(ablation)?;
    }
    text += &cohort_words(found)?;
    text += &spread_words(found)?;
    writeln!(text, "\n{}", found.chosen_because)?;
    text += &written(outcome, out, files, seconds)?;
    Ok(text)
}

/// Notes, device and files.
fn written(outcome: &BacktestOutcome, out: &Path, files: &[PathBuf], seconds: f64) -> anyhow::Result<String> {
    let mut text = String::new();
    for note in &outcome.notes {
        writeln!(text, "Note: {note}")?;
    }
    writeln!(text, "Computed on: {}", outcome.device)?;
    writeln!(text, "\n{} in {seconds:.1} s: {}", counted(files.len(), "file"), out.display())?;
    for file in files {
        writeln!(text, "  {}", file.strip_prefix(std::path::absolute(out)?).unwrap_or(file).display())?;
    }
    Ok(text)
}

/// A difference with its limits, or a dash where there is none.
fn limited(better: &Difference) -> String {
    if better.mean.is_nan() {
        return "–".to_owned();
    }
    format!("{:+.4} [{:+.4}, {:+.4}]", better.mean, better.lower, better.upper)
}

/// How well networks foresaw activity, events and spend, beside the simple answers.
fn activity(found: &Backtest) -> anyhow::Result<String> {
    let mut text = String::new();
    let results: Vec<&ActivityResult> = found.models.iter().filter_map(|model| model.activity.as_ref()).collect();
    let Some(first) = results.first() else { return Ok(text) };
    writeln!(text, "\nActivity one period ahead of every user with a past ({})", counted(first.rows, "user-period"))?;
    text += &activity_table(std::iter::once(&first.simple).chain(results.iter().map(|result| &result.network)));
    Ok(text)
}

/// A network beside its twin without the texts' vectors.
fn without_text(Ablation { model, twin, parts }: &Ablation) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "\nWhat the texts' vectors bring: {model} beside {twin}, one period ahead")?;
    let head = ["events", "users", "number", "nll with", "without", "better by"].map(String::from).to_vec();
    let lines = parts.iter().map(|of| {
        vec![
            of.part.name().to_owned(),
            count(of.users),
            count(of.events.round() as u64),
            decimals(of.with, 4),
            decimals(of.without, 4),
            limited(&of.better),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(lines).collect();
    let mut edges = [Edge::Right; 6];
    edges[0] = Edge::Left;
    text += &table(&edges, &rows);
    writeln!(text, "  above 0 they help; new texts are those that nobody had before the origin")?;
    Ok(text)
}
