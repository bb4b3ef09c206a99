//! The files of `driftline recommend`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::columns::column;
use super::table::{Table, TableFormat};
use super::{ReportError, write_file};
use crate::events::EventTable;
use crate::recommend::{FEWEST_BUYERS, Reason, Recommendation, Recommended};
use crate::wording::counted;

/// Writes the table `recommend` and, where models were scored, `scores.json` into an existing folder and tells the files.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_recommendations(
    folder: &Path,
    events: &EventTable,
    found: &Recommended,
    days: u32,
    format: TableFormat,
) -> Result<Vec<PathBuf>, ReportError> {
    let table = Table::by_part("recommend", found.next.len(), |rows| {
        let next = || found.next[rows.clone()].iter();
        vec![
            column("user", next().map(|one| events.users.get(one.user).map_or("", String::as_str))),
            column("rank", next().map(|one| i32::try_from(one.rank).unwrap_or(i32::MAX))),
            column("item", next().map(|one| found.taken.items.get(one.item as usize).map_or("", String::as_str))),
            column("text", next().map(|one| item_text(events, found, one.item))),
            column("score", next().map(|one| one.score)),
            column("reason", next().map(|one| reason_name(&one.reason))),
            column("why", next().map(|one| why(events, found, one))),
        ]
    });
    let mut files = table.write(folder, format)?;
    if !found.scores.is_empty() {
        let scores = folder.join("scores.json");
        write_file(&scores, format!("{:#}\n", ranking_scores(found, days)).as_bytes())?;
        files.push(scores);
    }
    Ok(files)
}

/// `scores.json`: the window, and by model what it was worth on all items, on repeated and on first-time ones.
pub fn ranking_scores(found: &Recommended, days: u32) -> Value {
    let by_model: Map<String, Value> = found
        .scores
        .iter()
        .map(|scores| {
            let mut value = serde_json::to_value(scores).unwrap_or(Value::Null);
            if let Some(fields) = value.as_object_mut() {
                fields.remove("model");
            }
            (scores.model.to_string(), value)
        })
        .collect();
    json!({
        "cut": found.cut.datetime().date().to_string(),
        "days": days,
        "items": found.items,
        "fewest_buyers": FEWEST_BUYERS,
        "models": by_model,
    })
}

/// The words of an item.
pub fn item_text<'a>(events: &'a EventTable, found: &Recommended, item: u32) -> &'a str {
    let text = found.texts.get(item as usize).map(|text| *text as usize);
    text.and_then(|text| events.texts.get(text)).map_or("", String::as_str)
}

/// The reason in one word.
pub fn reason_name(reason: &Reason) -> &'static str {
    match reason {
        Reason::Repeat { .. } => "repeat",
        Reason::Similar { .. } => "similar",
        Reason::Trending { .. } => "trending",
    }
}

/// The reason in words.
pub fn why(events: &EventTable, found: &Recommended, one: &Recommendation) -> String {
    match one.reason {
        Reason::Repeat { times, days_ago } => {
            let days = counted(days_ago.max(0.0) as usize, "day");
            format!("on {} before, the last {days} ago", counted(times, "day"))
        }
        Reason::Similar { to: Some(item) } => {
            format!("users who took `{}` take it too", item_text(events, found, item))
        }
        Reason::Similar { to: None } => "its words are near to what this user took".to_owned(),
        Reason::Trending { buyers, year_ago } => {
            let now = format!("{} took it in the last 30 days", counted(buyers as usize, "user"));
            match year_ago {
                0 => now,
                some => format!("{now}, {} in these weeks a year ago", some),
            }
        }
    }
}
