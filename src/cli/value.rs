//! `driftline value`: what each user will be worth over the next days.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::civil::Date;
use serde_json::json;

use super::arguments::ValueArguments;
use super::output::{Edge, count, decimals, percent, print, print_json, table};
use super::{exit, progress};
use crate::calendar::WallTime;
use crate::observe::Stage;
use crate::pipeline::{self, ValueOutcome};
use crate::project::limits;
use crate::report::{self, OutputFolder, Results};
use crate::value::{ModelValues, ValueQuestion, day_name};
use crate::wording::counted;

/// Users told of in the summary.
const SHOWN: usize = 5;

pub(super) fn run(arguments: &ValueArguments) -> anyhow::Result<u8> {
    let settings = arguments.settings()?;
    limits::check_days(arguments.days)?;
    // A place that cannot be written to is told before the work, not after.
    drop(OutputFolder::new(&arguments.out, Results::Value, settings.tables)?);
    let began = Instant::now();
    let watch = progress::watch(&arguments.voice)?;
    let day = |date: Date| WallTime::from_datetime(date.at(0, 0, 0, 0)).day();
    let question = ValueQuestion { days: arguments.days, cut: arguments.cut.map(day), seed: settings.seed };
    let outcome = pipeline::value(&settings, question, &watch)?;
    let mut meter = watch.meter(Stage::Write, "step", Some(1));
    let output = OutputFolder::new(&arguments.out, Results::Value, settings.tables)?;
    report::write_value(output.path(), &outcome.events, &outcome.result, settings.tables)?;
    meter.advance(1)?;
    let files = output.commit()?;
    drop(watch);
    let seconds = began.elapsed().as_secs_f64();
    if arguments.voice.json {
        let mut object = report::value_object(&outcome.result);
        object["out"] = json!(arguments.out);
        object["files"] = json!(files);
        object["notes"] = json!(outcome.notes);
        object["seconds"] = json!(seconds);
        print_json(&object)?;
    } else {
        print(&words(&outcome, &arguments.out, &files, seconds)?)?;
    }
    Ok(exit::DONE)
}

fn words(outcome: &ValueOutcome, out: &Path, files: &[PathBuf], seconds: f64) -> anyhow::Result<String> {
    let result = &outcome.result;
    let mut text = String::new();
    let unit = if result.has_money { "value" } else { "orders" };
    writeln!(
        text,
        "{} with a purchase before {}; {unit} of the {} from then on, by {}",
        counted(result.users.len(), "user"),
        day_name(result.cut),
        counted(result.days as u64, "day"),
        result.chosen
    )?;
    writeln!(text, "{}", report::value_sentence(result))?;
    if result.observed.is_some() {
        writeln!(text, "\nHeld against what came")?;
        let head = ["model", "MAE", "RMSE", "R2", "Spearman", "Gini", "top 10 %", "top 20 %", "in 80 %", "in 95 %"];
        let line = |of: &ModelValues| {
            let scores = of.scores.clone().unwrap_or_default();
            let held = |level| percent(scores.coverage.get(&level).copied().unwrap_or(f64::NAN));
            vec![
                of.model.to_string(),
                decimals(scores.mae, 2),
                decimals(scores.rmse, 2),
                decimals(scores.r2, 3),
                decimals(scores.spearman, 3),
                decimals(scores.gini, 4),
                percent(scores.top_10),
                percent(scores.top_20),
                held(80),
                held(95),
            ]
        };
        let rows: Vec<Vec<String>> =
            std::iter::once(head.map(String::from).to_vec()).chain(result.models.iter().map(line)).collect();
        let mut edges = [Edge::Right; 10];
        edges[0] = Edge::Left;
        text += &table(&edges, &rows);
    }
    if let Some(told) = result.chosen() {
        writeln!(text, "\nHighest expected {unit}")?;
        let mut places: Vec<usize> = (0..result.users.len()).collect();
        places.sort_by_key(|place| result.rank[*place]);
        let head = ["rank", "user", "expected", "80 % band", "orders", "active", "past"].map(String::from).to_vec();
        let line = |place: &usize| {
            let band = told.bands.iter().find(|(level, _)| *level == 80).map(|(_, limits)| limits[*place]);
            vec![
                count(result.rank[*place]),
                outcome.events.users[result.users[*place].index()].clone(),
                decimals(told.expected[*place], 2),
                band.map_or("–".into(), |(lower, upper)| format!("{lower:.2} to {upper:.2}")),
                decimals(result.expected_orders[*place], 2),
                percent(result.p_active[*place]),
                decimals(result.past_value[*place], 2),
            ]
        };
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(places.iter().take(SHOWN).map(line)).collect();
        let mut edges = [Edge::Right; 7];
        edges[1] = Edge::Left;
        text += &table(&edges, &rows);
        writeln!(
            text,
            "  what is expected of one user is near their median; what many will be worth together is the sum of mean_value: \
             {}",
            decimals(result.mean_value.iter().sum(), 2)
        )?;
    }
    for note in &outcome.notes {
        writeln!(text, "Note: {note}")?;
    }
    writeln!(text, "\n{} in {seconds:.1} s: {}", counted(files.len(), "file"), out.display())?;
    for file in files {
        writeln!(text, "  {}", file.strip_prefix(std::path::absolute(out)?).unwrap_or(file).display())?;
    }
    Ok(text)
}
