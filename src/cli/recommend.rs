//! `driftline recommend`: the next items of every user.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use super::arguments::RecommendArguments;
use super::output::{Edge, count, decimals, print, print_json, table};
use super::{Misuse, exit, progress};
use crate::observe::Stage;
use crate::pipeline::{self, RecommendOutcome, RecommendScope, Store};
use crate::recommend::Scores;
use crate::report::{self, OutputFolder, Results};
use crate::wording::counted;

/// Longest window, in days.
const MOST_DAYS: u32 = 366;
/// Most items for each user.
const MOST_ITEMS: usize = 1000;

pub(super) fn run(arguments: &RecommendArguments) -> anyhow::Result<u8> {
    let RecommendArguments { cut, days, top, .. } = *arguments;
    if days == 0 || days > MOST_DAYS {
        return Err(Misuse(format!("--days is {days}; a window has 1 to {MOST_DAYS} days")).into());
    }
    if top == 0 || top > MOST_ITEMS {
        return Err(Misuse(format!("--top is {top}; each user gets 1 to {MOST_ITEMS} items")).into());
    }
    let mut settings = arguments.log.settings()?;
    arguments.model.apply(&mut settings);
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    settings.tables = arguments.tables.unwrap_or(settings.tables);
    // A place that cannot be written to is told before the work, not after.
    drop(OutputFolder::new(&arguments.out, Results::Recommend, settings.tables)?);
    let began = Instant::now();
    let watch = progress::watch(&arguments.voice)?;
    let scope = RecommendScope { cut, days, top };
    let outcome = pipeline::next_items(&settings, &scope, &Store::open_default(), &watch)?;
    let mut meter = watch.meter(Stage::Write, "step", Some(1));
    let output = OutputFolder::new(&arguments.out, Results::Recommend, settings.tables)?;
    report::write_recommendations(output.path(), &outcome.events, &outcome.recommended, days, settings.tables)?;
    meter.advance(1)?;
    let files = output.commit()?;
    drop(watch);
    let seconds = began.elapsed().as_secs_f64();
    let found = &outcome.recommended;
    if arguments.voice.json {
        let mut object = report::ranking_scores(found, days);
        object["rows"] = json!(found.next.len());
        object["unknown_users"] = json!(found.unknown_users);
        object["out"] = json!(arguments.out);
        object["files"] = json!(files);
        object["device"] = json!(outcome.device);
        object["notes"] = json!(outcome.notes);
        object["seconds_learn"] = json!(found.seconds.0);
        object["seconds_rank"] = json!(found.seconds.1);
        object["seconds"] = json!(seconds);
        print_json(&object)?;
    } else {
        print(&words(&outcome, days, &arguments.out, &files, seconds)?)?;
    }
    Ok(exit::DONE)
}

fn words(
    outcome: &RecommendOutcome,
    days: u32,
    out: &Path,
    files: &[PathBuf],
    seconds: f64,
) -> Result<String, std::fmt::Error> {
    let found = &outcome.recommended;
    let mut text = String::new();
    let users = outcome.events.users.len() - found.unknown_users;
    writeln!(
        text,
        "Recommended: {} to {}, of {} that were ranked; learnt in {:.1} s, ranked in {:.1} s",
        counted(found.next.len(), "item"),
        counted(users, "user"),
        counted(found.items, "item"),
        found.seconds.0,
        found.seconds.1
    )?;
    if found.unknown_users > 0 {
        writeln!(text, "Without a past before the cut: {}", counted(found.unknown_users, "user"))?;
    }
    let mut reasons = [("repeat", 0), ("similar", 0), ("trending", 0)];
    for one in &found.next {
        let name = report::reason_name(&one.reason);
        reasons.iter_mut().filter(|(reason, _)| *reason == name).for_each(|(_, number)| *number += 1);
    }
    let told: Vec<String> = reasons.iter().map(|(name, number)| format!("{name} {}", count(*number))).collect();
    writeln!(text, "Reasons: {}", told.join(", "))?;
    if let Some(first) = found.scores.first() {
        writeln!(
            text,
            "\nScores on {} from {} on: {}, every item ranked; repeated and first-time items each among \
             themselves",
            counted(days, "day"),
            found.cut.datetime().date(),
            counted(first.all.users, "user")
        )?;
        let head = ["model", "R@10", "NDCG@10", "Hit@10", "repeated R@10", "NDCG@10", "first-time R@10", "NDCG@10"];
        let cell = |figure: Option<f64>| decimals(figure.unwrap_or(f64::NAN), 4);
        let two = |scores: &Scores| [cell(scores.recall_at_10), cell(scores.ndcg_at_10)];
        let lines = found.scores.iter().map(|scores| {
            let hit = cell(scores.all.hit_at_10);
            let figures = [&two(&scores.all)[..], &[hit], &two(&scores.repeated), &two(&scores.new)].concat();
            std::iter::once(scores.model.to_string()).chain(figures).collect()
        });
        let rows: Vec<Vec<String>> = std::iter::once(head.map(String::from).to_vec()).chain(lines).collect();
        let mut edges = [Edge::Right; 8];
        edges[0] = Edge::Left;
        text += &table(&edges, &rows);
    }
    for note in &outcome.notes {
        writeln!(text, "\nNote: {note}")?;
    }
    writeln!(text, "\n{} in {seconds:.1} s: {}", counted(files.len(), "file"), out.display())?;
    Ok(text)
}
