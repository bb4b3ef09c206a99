//! `driftline forecast`: the whole road, and what there is to say at its end.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use super::arguments::ForecastArguments;
use super::output::{Edge, decimals, percent, print, print_json, signed, table};
use super::{Misuse, exit, inspect, progress, tell};
use crate::forecast::{ActivityScore, ActivityTable, Errors, Tier, Tuning};
use crate::interests::InterestSpace;
use crate::pipeline::{self, EarlyOutcome, ModelFolder, Outcome, Store};
use crate::project::limits;
use crate::report::{self, OutputFolder, Results};
use crate::wording::counted;

/// How many terms of an interest stand beside its label.
const TERMS: usize = 5;

pub(super) fn run(arguments: &ForecastArguments) -> anyhow::Result<u8> {
    let trials = arguments.tune;
    trials.map_or(Ok(()), limits::check_trials)?;
    let saved = arguments.model_dir.as_deref().map(ModelFolder::read).transpose()?;
    let verbose = arguments.verbose;
    let arguments = &arguments.road;
    let mut settings = match &saved {
        Some(saved) => arguments.settings_for(&saved.card)?,
        None => arguments.settings()?,
    };
    if arguments.chosen_models.as_ref().is_some_and(|models| models.len() > 1) {
        return Err(Misuse("a forecast is made by one model; name one with --model, or leave it out".into()).into());
    }
    if trials.is_some() && !settings.model.is_trained() && !settings.model.is_made_of_others() {
        let why = format!("`{}` has no network whose shape could be looked for; leave out --tune", settings.model);
        return Err(Misuse(why).into());
    }
    // A place that cannot be written to is told before minutes of work, not after.
    drop(OutputFolder::new(&arguments.out, Results::Forecast, settings.tables)?);
    if trials.is_some() {
        drop(OutputFolder::new(&arguments.out, Results::Tuning, settings.tables)?);
    }
    let began = Instant::now();
    let watch = progress::watch(&arguments.voice)?;
    if let Some(note) = saved.as_ref().and_then(ModelFolder::note) {
        watch.note(note);
    }
    let (store, mut log) = (Store::open_default(), None);
    let mut tuning = None;
    if let Some(trials) = trials {
        let found = pipeline::tune(&settings, trials, &store, &mut log, &mut |_| {}, &watch)?.tuning;
        pipeline::write_tuning(&found, &settings, &arguments.out)?;
        if !found.finished {
            drop(watch);
            tell(&format!(
                "stopped; the best shape so far ({}) and the trials are written; forecast with it by --settings, or \
                 give the same command again to go on: {}",
                found.shape(),
                arguments.out.join("tuned.ron").display()
            ));
            return Ok(exit::CANCELLED);
        }
        settings.network = Some(found.shape());
        tuning = Some(found);
    }
    let outcome = match &saved {
        Some(saved) => pipeline::forecast_with(&settings, saved, &store, &watch)?,
        None => {
            let mut tell = |early: EarlyOutcome| watch.note(so_far(&early, began.elapsed()));
            let tell = verbose.then_some(&mut tell as &mut dyn FnMut(EarlyOutcome));
            pipeline::run_from(&settings, &store, &mut log, tell, &watch)?
        }
    };
    let files = pipeline::write(&outcome, tuning.as_deref(), &arguments.out, &watch)?;
    drop(watch);
    arguments.log.meaning.keep(&settings)?;
    let seconds = began.elapsed().as_secs_f64();
    if arguments.voice.json {
        let mut object = object(&outcome, &arguments.out, &files, seconds);
        if let Some(found) = &tuning {
            object["tuning"] = json!({ "best": found.best() + 1, "shape": found.shape(), "trials": found.trials });
        }
        print_json(&object)?;
    } else {
        let searched = tuning.as_ref().map(|found| searched(found, &outcome)).transpose()?.unwrap_or_default();
        print(&(searched + &words(&outcome, &arguments.out, &files, seconds)?))?;
    }
    Ok(exit::DONE)
}

/// What is forecast so far, and after how long.
fn so_far(early: &EarlyOutcome, after: Duration) -> String {
    let rests_on = match early.tier {
        Tier::Simple => "simple models",
        Tier::Classical => "classical models too",
        Tier::Networks => "networks too",
        Tier::Bands => "all models, with bands",
    };
    let scored = early.nll.map(|nll| format!(", {nll:.4} nats an event on the validation periods")).unwrap_or_default();
    let users = counted(early.forecast.users.len(), "user");
    format!("after {:.1} s, {rests_on}: {users} forecast by `{}`{scored}.", after.as_secs_f64(), early.model)
}

/// The trials of a search, best first.
fn searched(found: &Tuning, outcome: &Outcome) -> anyhow::Result<String> {
    let calendar = outcome.trajectories.calendar;
    let mut text = String::new();
    writeln!(text, "{}", report::tuning_verdict(found))?;
    writeln!(text, "{}", report::tuning_basis(found, calendar))?;
    let head = ["trial", "nll", "rounds", "epochs", "shape"].map(String::from).to_vec();
    let mut order: Vec<usize> = (0..found.trials.len()).collect();
    order.sort_by(|a, b| found.trials[*a].loss.total_cmp(&found.trials[*b].loss));
    let lines = order.into_iter().map(|at| {
        let trial = &found.trials[at];
        vec![
            (at + 1).to_string(),
            format!("{:.4}", trial.loss),
            trial.rounds.to_string(),
            trial.curve.len().to_string(),
            trial.shape.to_string(),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(lines).collect();
    text += &table(&[Edge::Right, Edge::Right, Edge::Right, Edge::Right, Edge::Left], &rows);
    writeln!(
        text,
        "  the first has the defaults and goes on through every round; the trials with their curves are in tuning.parquet\n"
    )?;
    Ok(text)
}

pub(super) fn object(outcome: &Outcome, out: &Path, files: &[PathBuf], seconds: f64) -> serde_json::Value {
    let Outcome { account, events, space, trajectories, forecast, scores, .. } = outcome;
    let calendar = trajectories.calendar;
    let day = |period| calendar.first_day(period).to_string();
    json!({
        "out": out,
        "files": files,
        "rows_read": account.rows_read,
        "rows_kept": account.rows_kept,
        "rows_rejected": account.rows_rejected(),
        "rejected": account.rejected,
        "value_unknown": account.value_unknown,
        "users": events.users.len(),
        "texts": events.texts.len(),
        "events": events.len(),
        "period": calendar.length,
        "interests": space.interests,
        "origin": day(forecast.origin),
        "horizon": forecast.horizon,
        "users_forecast": forecast.users.len(),
        "scores": {
            "first": day(scores.first),
            "last": day(scores.last),
            "rows": scores.rows,
            "events": scores.events,
            "models": scores.scores,
            "activity": scores.activity,
        },
        "coverage": forecast.bands.iter().map(|band| (band.level.to_string(), band.coverage.as_ref().map(|coverage| coverage.held).into())).collect::<serde_json::Map<_, _>>(),
        "coverage_by": forecast.bands.iter().map(|band| (band.level.to_string(), json!(band.coverage))).collect::<serde_json::Map<_, _>>(),
        "joint": forecast.joint,
        "no_bands": forecast.no_bands,
        "overview": outcome.overview.iter().map(|finding| json!({
            "question": finding.question,
            "sentence": finding.sentence,
            "basis": finding.basis,
        })).collect::<Vec<_>>(),
        "device": outcome.device,
        "language_model": outcome.language.model.name,
        "notes": outcome.notes,
        "preset": outcome.settings.preset,
        "seconds": seconds,
    })
}

pub(super) fn words(outcome: &Outcome, out: &Path, files: &[PathBuf], seconds: f64) -> anyhow::Result<String> {
    let Outcome { account, events, space, trajectories, forecast, settings, .. } = outcome;
    let calendar = trajectories.calendar;
    let mut text = String::new();
    writeln!(text, "Rows")?;
    text += &inspect::account(account);

    let (users, texts) = (counted(events.users.len(), "user"), counted(events.texts.len(), "text"));
    writeln!(text, "\nLog: {}, {users}, {texts}", counted(events.len(), "event"))?;
    let chosen = if settings.period.is_some() { "as asked for" } else { "chosen from the log" };
    writeln!(
        text,
        "Periods: {}s ({chosen}), {} to {}",
        calendar.length,
        calendar.label(trajectories.first),
        calendar.label(trajectories.origin.plus(-1))
    )?;
    let last = calendar.label(forecast.origin.plus(i32::try_from(forecast.horizon).unwrap_or(1) - 1));
    let ahead = counted(forecast.users.len(), "user");
    writeln!(text, "Forecast: {} to {last}, for {ahead}", calendar.label(forecast.origin))?;
    writeln!(text, "Computed on: {}", outcome.device)?;

    writeln!(text, "\nInterests: {}", space.len())?;
    text += &interests(space);
    text += &scores(outcome)?;
    text += &bands(outcome)?;
    writeln!(text, "\nOverview")?;
    for finding in &*outcome.overview {
        writeln!(text, "  {}: {}", finding.question.title(), finding.sentence)?;
    }
    for note in &outcome.notes {
        writeln!(text, "\nNote: {note}")?;
    }
    writeln!(text, "\n{} in {seconds:.1} s: {}", counted(files.len(), "file"), out.display())?;
    for file in files {
        writeln!(text, "  {}", file.strip_prefix(std::path::absolute(out)?).unwrap_or(file).display())?;
    }
    Ok(text)
}

fn interests(space: &InterestSpace) -> String {
    let head = ["", "share", "interest", "words that set it apart"].map(String::from).to_vec();
    let lines = space.interests.iter().enumerate().map(|(number, interest)| {
        let terms: Vec<&str> = interest.terms.iter().take(TERMS).map(String::as_str).collect();
        let share = format!("{:.1} %", interest.share * 100.0);
        vec![number.to_string(), share, interest.label.clone(), terms.join(", ")]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(lines).collect();
    table(&[Edge::Right, Edge::Right, Edge::Left, Edge::Left], &rows)
}

/// Every model on the validation periods.
fn scores(outcome: &Outcome) -> anyhow::Result<String> {
    let (calendar, scores) = (outcome.trajectories.calendar, &outcome.scores);
    let mut text = String::new();
    if scores.rows == 0 {
        writeln!(
            text,
            "\nNo model could be scored: nobody who was active from {} to {} had been so before.",
            calendar.label(scores.first),
            calendar.label(scores.last)
        )?;
        return Ok(text);
    }
    writeln!(
        text,
        "\nScores on {} to {}, one period ahead ({}, {}), best first",
        calendar.label(scores.first),
        calendar.label(scores.last),
        counted(scores.rows, "user-period"),
        counted(scores.events.round() as u64, "event")
    )?;
    let head = ["model", "nll", "gain", "l1", "top-1"].map(String::from).to_vec();
    let lines = scores.scores.iter().map(|score| {
        vec![
            score.model.to_string(),
            decimals(score.nll, 4),
            signed(score.gain, 4),
            decimals(score.l1, 4),
            percent(score.top1),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(lines).collect();
    text += &table(&[Edge::Left, Edge::Right, Edge::Right, Edge::Right, Edge::Right], &rows);
    writeln!(text, "  nll: nats an event, lower is better; gain: nats better than popularity")?;
    if let Some(activity) = &scores.activity {
        text += &activity_scores(activity)?;
    }
    Ok(text)
}

/// How well activity, events and spend were foreseen on the same periods.
fn activity_scores(found: &ActivityTable) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "\nActivity of every user with a past there, active or not ({})",
        counted(found.rows, "user-period")
    )?;
    text += &activity_table(found.scores.iter());
    let spend = found.spend_by.as_ref().map(|by| format!(", spend by `{by}`")).unwrap_or_default();
    writeln!(
        text,
        "  lower is better; taken are chances by `{}`, events by `{}`{spend}: the lowest log loss and deviance",
        found.chance_by, found.events_by
    )?;
    Ok(text)
}

/// What the bands promise and how they kept it.
fn bands(outcome: &Outcome) -> anyhow::Result<String> {
    let forecast = &outcome.forecast;
    let mut text = String::new();
    if forecast.bands.is_empty() {
        let why = forecast.no_bands.as_deref().unwrap_or("No bands were asked for.");
        writeln!(text, "\n{why}")?;
        return Ok(text);
    }
    let (calendar, scores) = (outcome.trajectories.calendar, &outcome.scores);
    let what = match forecast.joint {
        true => format!("whole paths of {} {}s", forecast.horizon, calendar.length),
        false => "the shares".to_owned(),
    };
    writeln!(
        text,
        "\nBands, and how many of {what} observed from {} to {} lay inside, calibrated on what came before",
        calendar.label(scores.first),
        calendar.label(scores.last)
    )?;
    for band in &forecast.bands {
        let Some(coverage) = &band.coverage else {
            writeln!(text, "  {} % band: too little past to measure it", band.level)?;
            continue;
        };
        let percent = |held: f64| format!("{:.1} %", held * 100.0);
        write!(text, "  {} % band: {}", band.level, percent(coverage.held))?;
        if let Some(held) = coverage.with_events {
            write!(text, "; of those with events {}", percent(held))?;
        }
        let parts: Vec<String> =
            coverage.by_activity.iter().map(|(group, held)| format!("{group}: {}", percent(*held))).collect();
        writeln!(text, "; by active {}s {}", calendar.length, parts.join(", "))?;
    }
    writeln!(text, "  {}.", report::SEEN_BY)?;
    if let Some(why) = &forecast.no_bands {
        writeln!(text, "  {why}")?;
    }
    Ok(text)
}

/// Forecasters of activity, a line each.
pub(super) fn activity_table<'a>(scores: impl Iterator<Item = &'a ActivityScore>) -> String {
    let head = ["forecast", "log loss", "brier", "events off by", "deviance", "spend off by", "deviance"];
    let lines = scores.map(|score| {
        let spend = |of: fn(&Errors) -> f64| decimals(score.spend.as_ref().map_or(f64::NAN, of), 2);
        vec![
            score.model.to_string(),
            decimals(score.log_loss, 4),
            decimals(score.brier, 4),
            decimals(score.events.mae, 2),
            decimals(score.events.deviance, 2),
            spend(|errors| errors.mae),
            spend(|errors| errors.deviance),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head.map(String::from).to_vec()).chain(lines).collect();
    let mut edges = [Edge::Right; 7];
    edges[0] = Edge::Left;
    table(&edges, &rows)
}
