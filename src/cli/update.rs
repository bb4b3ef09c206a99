//! `driftline update`: a saved model learns on from further logs.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::json;

use super::arguments::UpdateArguments;
use super::forecast::{object, words};
use super::output::{Edge, print, print_json, table};
use super::{exit, progress};
use crate::forecast::Drift;
use crate::pipeline::{self, ModelFolder, Store};
use crate::report::{OutputFolder, Results};
use crate::wording::counted;

pub(super) fn run(arguments: &UpdateArguments) -> anyhow::Result<u8> {
    let saved = ModelFolder::read(&arguments.dir)?;
    let out = arguments.out.as_ref().unwrap_or(&arguments.dir);
    let (mut settings, gone) = pipeline::settings_to_update(&saved, &arguments.logs);
    settings.device = arguments.device.unwrap_or(settings.device);
    settings.tables = arguments.tables.unwrap_or(settings.tables);
    // A place that cannot be written to is told before minutes of work, not after.
    drop(OutputFolder::new(out, Results::Forecast, settings.tables)?);
    let began = Instant::now();
    let watch = progress::watch(&arguments.voice)?;
    if let Some(note) = saved.note() {
        watch.note(note);
    }
    for path in gone {
        watch.note(format!(
            "A log of the model is no longer there, so what only it told of the users' past is missing: {}",
            path.display()
        ));
    }
    let (outcome, drift) = pipeline::update(&settings, &saved, &Store::open_default(), &watch)?;
    let files = pipeline::write(&outcome, None, out, &watch)?;
    drop(watch);
    let seconds = began.elapsed().as_secs_f64();
    if arguments.voice.json {
        let mut object = object(&outcome, out, &files, seconds);
        object["drift"] = json!(drift);
        print_json(&object)?;
    } else {
        print(&format!("{}\n{}", words(&outcome, out, &files, seconds)?, told(&drift)?))?;
    }
    Ok(exit::DONE)
}

/// How far the model moved.
fn told(drift: &Drift) -> anyhow::Result<String> {
    let mut text = String::new();
    let epochs: Vec<String> = drift.epochs.iter().map(u32::to_string).collect();
    writeln!(text, "Learnt on, epochs by network: {}", epochs.join(", "))?;
    if drift.epochs.iter().all(|epochs| *epochs == 0) {
        writeln!(text, "  No epoch did better on the periods that stop training, so the networks are as they were.")?;
    }
    writeln!(
        text,
        "Moved: mean total variation between the old and the new forecasts of {}",
        counted(drift.users as u64, "user")
    )?;
    for (step, apart) in drift.total_variation.iter().enumerate() {
        writeln!(text, "  {} ahead: {apart:.4}", step + 1)?;
    }
    writeln!(text, "  another leading interest next: {:.1} % of users", drift.leading_changed * 100.0)?;
    writeln!(text, "Validation, nats an event, one period ahead")?;
    let head = ["model", "before", "after", "better by"].map(String::from).to_vec();
    let lines = drift.validation.iter().map(|change| {
        vec![
            change.model.to_string(),
            format!("{:.4}", change.before),
            format!("{:.4}", change.after),
            format!("{:+.4}", change.before - change.after),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(lines).collect();
    text += &table(&[Edge::Left, Edge::Right, Edge::Right, Edge::Right], &rows);
    Ok(text)
}
