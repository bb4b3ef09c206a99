//! `driftline inspect`: what is in a log.

use std::fmt::Write as _;

use serde_json::json;

use super::arguments::InspectArguments;
use super::output::{Edge, count, cut, print, print_json, table};
use super::{Misuse, exit, progress};
use crate::calendar::Calendar;
use crate::events::{
    self, Account, ColumnReport, Dialect, Flag, Flagged, Inspection, KindReport, LineEnd, Log, Meaning, ReadOptions,
};
use crate::interests::{self, End, WholePeriods};
use crate::wording::counted;
use crate::{pipeline, report};

pub(super) fn run(arguments: &InspectArguments) -> anyhow::Result<u8> {
    let settings = arguments.settings()?;
    let options = ReadOptions { rejected: arguments.rejected.clone(), ..pipeline::read_options(&settings) };
    let watch = progress::watch(&arguments.voice)?;
    let look = events::preview(&settings.inputs, &options, &watch)?;
    if let Some(path) = &arguments.table {
        let account = events::write_table(&settings.inputs, &options, path, &watch)?;
        drop(watch);
        return as_read(&look, &account, arguments.voice.json);
    }
    let log = match events::read(&settings.inputs, &options, &watch) {
        Ok(log) => log,
        Err(error) => {
            let error = anyhow::Error::from(error);
            // What was seen helps to put right what is missing.
            if pipeline::exit_code(&error) == exit::INPUT {
                if arguments.voice.json { print_json(&seen(&look, &error))? } else { print(&columns(&look.columns))? }
            }
            return Err(error);
        }
    };
    drop(watch);
    arguments.log.meaning.keep(&settings)?;
    if arguments.voice.json {
        print_json(&object(&look, &log, settings.preset.as_deref())?)?
    } else {
        print(&words(&look, &log)?)?
    }
    Ok(exit::DONE)
}

/// What became of the records of a table that was written as it was read.
fn as_read(look: &Inspection, account: &Account, json: bool) -> anyhow::Result<u8> {
    if json {
        print_json(&json!({
            "files": look.files,
            "dialect": look.dialect,
            "rows_read": account.rows_read,
            "rows_kept": account.rows_kept,
            "rows_rejected": account.rows_rejected(),
            "rejected": account.rejected,
        }))?;
    } else {
        let how = look.dialect.as_ref().map(|dialect| format!("Written as\n{}\n\n", written(dialect)));
        print(&format!("{}Rows\n{}", how.unwrap_or_default(), self::account(account)))?;
    }
    Ok(exit::DONE)
}

fn object(look: &Inspection, log: &Log, preset: Option<&str>) -> anyhow::Result<serde_json::Value> {
    let (first, last) = span(log)?;
    let notes: Vec<&String> = log.warnings.iter().chain(&log.notes).collect();
    Ok(json!({
        "files": look.files,
        "broken": look.broken,
        "dialect": look.dialect,
        "rows_read": log.account.rows_read,
        "rows_kept": log.account.rows_kept,
        "rows_rejected": log.account.rows_rejected(),
        "returns": log.account.returns,
        "rejected": log.account.rejected,
        "value_unknown": log.account.value_unknown,
        "columns": log.columns,
        "users": log.events.users.len(),
        "texts": log.events.texts.len(),
        "events": log.events.len(),
        "first": first,
        "last": last,
        "period": interests::choose_period(&log.events),
        "periods": periods_json(log),
        "kinds": log.kinds,
        "flagged": flagged_json(log),
        "switched_off": log.off,
        "notes": notes,
        "preset": preset,
    }))
}

/// What a first look showed of a log that cannot be read: the object of one that can, with nulls for what is not known.
fn seen(look: &Inspection, error: &anyhow::Error) -> serde_json::Value {
    json!({
        "error": error.to_string(),
        "needs": look.needs,
        "problems": look.problems,
        "files": look.files,
        "broken": look.broken,
        "dialect": look.dialect,
        "rows_seen": look.rows_seen,
        "rows_read": null,
        "rows_kept": null,
        "rows_rejected": null,
        "returns": null,
        "rejected": [],
        "columns": look.columns,
        "users": null,
        "texts": null,
        "events": null,
        "first": null,
        "last": null,
        "period": null,
        "periods": null,
        "kinds": [],
        "flagged": [],
        "switched_off": look.off,
        "notes": [],
    })
}

fn words(look: &Inspection, log: &Log) -> anyhow::Result<String> {
    let (first, last) = span(log)?;
    let mut text = String::new();
    for warning in &log.warnings {
        writeln!(text, "Note: {warning}\n")?;
    }
    for file in &look.files {
        writeln!(text, "{}", file.display())?;
    }
    for broken in &look.broken {
        writeln!(text, "left out: {}", broken.why)?;
    }
    if let Some(dialect) = &look.dialect {
        writeln!(text, "\nWritten as\n{}", written(dialect))?;
    }
    writeln!(text, "\nColumns")?;
    text += &columns(&log.columns);
    writeln!(text, "\nRows")?;
    text += &account(&log.account);
    writeln!(text, "\nLog")?;
    let events = &log.events;
    let calendar = Calendar::new(interests::choose_period(events));
    let used = WholePeriods::of(events, calendar).map(|whole| report::periods_in_words(&whole, calendar));
    let facts = [
        ("users", count(events.users.len())),
        ("events", count(events.len())),
        ("texts", count(events.texts.len())),
        ("first", first),
        ("last", last),
        ("period", format!("{} (what a forecast would choose)", calendar.length)),
        ("periods", used.unwrap_or_default()),
    ];
    let rows: Vec<Vec<String>> = facts.map(|(name, value)| vec![name.to_owned(), value]).to_vec();
    text += &table(&[Edge::Left, Edge::Left], &rows);
    text += &meaning(log);
    for note in &log.notes {
        writeln!(text, "\nNote: {note}")?;
    }
    Ok(text)
}

/// How many flagged users are named on the page.
const NAMED: usize = 5;

/// Kinds of events, users flagged, and what is switched off; nothing of what is not there.
fn meaning(log: &Log) -> String {
    let mut text = String::new();
    if !log.kinds.is_empty() {
        let head = ["kind", "events", "weight", "means"].map(String::from).to_vec();
        let line = |kind: &KindReport| {
            let means = kind.meaning.map_or("–", Meaning::name).to_owned();
            vec![kind.kind.clone(), count(kind.events), kind.weight.to_string(), means]
        };
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(log.kinds.iter().map(line)).collect();
        text += "\nKinds of events\n";
        text += &table(&[Edge::Left, Edge::Right, Edge::Right, Edge::Left], &rows);
    }
    let flagged = events::flag_users(&log.events);
    for flag in [Flag::Bot, Flag::Wholesaler] {
        let all: Vec<&Flagged> = flagged.iter().filter(|flagged| flagged.flag == flag).collect();
        if !all.is_empty() {
            text += &format!("\nFlagged as {flag}, not left out: {}\n", counted(all.len(), "user"));
            let line = |flagged: &&Flagged| vec![log.events.users[flagged.user.index()].clone(), flagged.why.clone()];
            text += &table(&[Edge::Left, Edge::Left], &all.iter().take(NAMED).map(line).collect::<Vec<_>>());
        }
    }
    if !log.off.is_empty() {
        text += "\nSwitched off; interests and their forecast need none of it\n";
        let rows: Vec<Vec<String>> = log.off.iter().map(|off| vec![off.what.clone(), off.why.clone()]).collect();
        text += &table(&[Edge::Left, Edge::Left], &rows);
    }
    text
}

/// The periods that a forecast would use.
fn periods_json(log: &Log) -> serde_json::Value {
    let calendar = Calendar::new(interests::choose_period(&log.events));
    let day = |period| calendar.first_day(period).to_string();
    WholePeriods::of(&log.events, calendar).map_or(serde_json::Value::Null, |whole| {
        let of_end = |end: End| json!({ "period": day(end.period), "missing_days": end.missing, "whole": end.whole() });
        json!({
            "whole": whole.len(),
            "first": day(whole.first),
            "origin": day(whole.origin),
            "begins": of_end(whole.begins),
            "ends": of_end(whole.ends),
            "words": report::periods_in_words(&whole, calendar),
        })
    })
}

/// The users flagged, by the log's own spelling.
fn flagged_json(log: &Log) -> Vec<serde_json::Value> {
    let one = |flagged: Flagged| json!({ "user": log.events.users[flagged.user.index()], "flag": flagged.flag, "why": flagged.why });
    events::flag_users(&log.events).into_iter().map(one).collect()
}

/// How a text file is written, in words.
fn written(dialect: &Dialect) -> String {
    let mark = |mark: char| match mark {
        '\t' => "tab".to_owned(),
        mark => format!("`{}`", mark.escape_default()),
    };
    let or_none = |some: Option<char>| some.map_or_else(|| "none".to_owned(), mark);
    let mut parts = vec![
        dialect.encoding.clone(),
        format!("delimiter {}", mark(dialect.delimiter)),
        format!("quote {}", or_none(dialect.quote)),
    ];
    parts.extend(dialect.escape.map(|escape| format!("escape {}", mark(escape))));
    parts.extend(dialect.comment.map(|comment| format!("comment {}", mark(comment))));
    parts.extend(dialect.decimal.map(|decimal| format!("decimal {}", mark(decimal))));
    if dialect.skip_lines > 0 {
        parts.push(format!("{} above the table", counted(dialect.skip_lines as usize, "line")));
    }
    parts.push(if dialect.header { "with a header" } else { "without a header" }.to_owned());
    if dialect.line_end == LineEnd::CarriageReturn {
        parts.push("lines end with carriage returns".to_owned());
    }
    let why = dialect.why.iter().map(|reason| format!("\n  {reason}")).collect::<String>();
    parts.join(", ") + &why
}

/// The first and the last event's time.
fn span(log: &Log) -> anyhow::Result<(String, String)> {
    let (first, last) = log.events.span().ok_or_else(|| Misuse("the log has no events".into()))?;
    Ok((first.to_string(), last.to_string()))
}

fn columns(columns: &[ColumnReport]) -> String {
    let head = ["column", "type", "role", "empty", "distinct", "examples", "why this role"].map(String::from).to_vec();
    let line = |column: &ColumnReport| {
        vec![
            column.name.clone(),
            column.kind.clone(),
            column.role.map_or_else(|| "–".to_owned(), |role| role.to_string()),
            count(column.nulls),
            count(column.distinct),
            examples(&column.examples),
            column.why.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(columns.iter().map(line)).collect();
    let edges = [Edge::Left, Edge::Left, Edge::Left, Edge::Right, Edge::Right, Edge::Left, Edge::Left];
    table(&edges, &rows)
}

/// A few values on little room.
fn examples(values: &[String]) -> String {
    const ROOM: usize = 36;
    let joined = values.iter().map(|value| value.trim()).collect::<Vec<_>>().join(" · ");
    cut(&joined.replace(char::is_control, " "), ROOM)
}

/// Rows read, kept and left out, and why.
pub(super) fn account(account: &Account) -> String {
    let mut rows = vec![
        vec![count(account.rows_read), "read".to_owned()],
        vec![count(account.rows_kept), format!("kept, of them {}", counted(account.returns, "return"))],
        vec![count(account.rows_rejected()), "left out".to_owned()],
    ];
    for rejection in &account.rejected {
        let lines: Vec<String> = rejection.first_lines.iter().take(3).map(|line| count(*line)).collect();
        let first = if lines.len() == 1 { "line" } else { "first lines" };
        rows.push(vec![
            count(rejection.rows),
            format!("  {} ({first} {})", rejection.reason.words(), lines.join("; ")),
        ]);
    }
    let unknown = &account.value_unknown;
    if unknown.rows > 0 {
        let lines: Vec<String> = unknown.first_lines.iter().take(3).map(|line| count(*line)).collect();
        let first = if lines.len() == 1 { "line" } else { "first lines" };
        let words = format!("of those kept, value unknown: no number stands there ({first} {})", lines.join("; "));
        rows.push(vec![count(unknown.rows), words]);
    }
    table(&[Edge::Right, Edge::Left], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Reason, Rejection};

    #[test]
    fn the_account_adds_up_on_the_page() {
        let rejected = vec![Rejection { reason: Reason::NoUser, rows: 1200, first_lines: vec![3, 9, 12, 15] }];
        let text = account(&Account { rows_read: 3000, rows_kept: 1800, returns: 7, rejected, ..Account::default() });
        assert_eq!(
            text,
            "  3,000  read\n  1,800  kept, of them 7 returns\n  1,200  left out\n  1,200    no user (first lines 3; 9; 12)\n"
        );
    }

    #[test]
    fn long_examples_are_cut_and_stay_on_one_line() {
        let text = examples(&["a\nb".into(), "x".repeat(100)]);
        assert!(text.ends_with('…') && !text.contains('\n'), "{text}");
    }
}
