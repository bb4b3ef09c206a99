//! What a backtest says about bands and chances: of what they held how much, of whole paths, of whether there was any.

use std::fmt::Write as _;

use super::output::{Edge, count, table};
use crate::forecast::{Backtest, ModelResult};
use crate::wording::counted;

/// The level that is told in parts.
const LEVEL: u8 = 80;

/// All of it, as far as it was measured.
pub(super) fn words(found: &Backtest) -> Result<String, std::fmt::Error> {
    Ok(parts(found)? + &paths(found)? + &incidence(found)?)
}

fn percent(part: Option<&f64>) -> String {
    part.map_or("–".into(), |part| format!("{:.1} %", part * 100.0))
}

/// How many shares the bands held, of those with events, by activity, and in the tenths of expected events.
fn parts(found: &Backtest) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let Some(first) = found.models.iter().find(|model| model.one_step.coverage.contains_key(&LEVEL)) else {
        return Ok(text);
    };
    let bands = if found.joint { "joint bands, of single shares" } else { "bands" };
    writeln!(text, "\nInside the {LEVEL} % {bands}, one period ahead")?;
    let mut head: Vec<String> = ["model", "all", "with events"].map(String::from).to_vec();
    head.extend(first.by_activity.iter().map(|(group, _)| format!("{group} {}s", found.calendar.length)));
    head.push("tenths of expected events".into());
    let line = |model: &ModelResult| {
        let scores = &model.one_step;
        let mut line = vec![
            model.name.to_string(),
            percent(scores.coverage.get(&LEVEL)),
            percent(scores.coverage_with_events.get(&LEVEL)),
        ];
        line.extend(model.by_activity.iter().map(|(_, scores)| percent(scores.coverage.get(&LEVEL))));
        let tenths = || model.by_events.iter().filter_map(|(_, scores)| scores.coverage.get(&LEVEL));
        let (least, most) = (tenths().min_by(|a, b| a.total_cmp(b)), tenths().max_by(|a, b| a.total_cmp(b)));
        line.push(format!("{} to {}", percent(least), percent(most)));
        line
    };
    let edges = edges(head.len());
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(found.models.iter().map(line)).collect();
    text += &table(&edges, &rows);
    Ok(text)
}

/// How many whole paths stayed inside.
fn paths(found: &Backtest) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let mut rows = Vec::new();
    for (model, paths) in found.models.iter().filter_map(|model| Some((model, model.paths.as_ref()?))) {
        if rows.is_empty() {
            let (count, steps) = (count(paths.paths), paths.steps);
            writeln!(text, "\nWhole paths of {steps} {}s inside ({count} complete)", found.calendar.length)?;
            let head = ["model", "joint 50 %", "joint 80 %", "joint 95 %", "single 80 %"];
            rows.push(head.map(String::from).to_vec());
        }
        let mut line = vec![model.name.to_string()];
        line.extend([50, 80, 95].map(|level| percent(paths.joint.get(&level))));
        line.push(percent(paths.single.get(&LEVEL)));
        rows.push(line);
    }
    if !rows.is_empty() {
        text += &table(&edges(5), &rows);
        writeln!(text, "  bands of single {}s promise nothing about whole paths", found.calendar.length)?;
    }
    Ok(text)
}

/// How well it was foreseen whether an interest would be touched at all.
fn incidence(found: &Backtest) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let mut rows = Vec::new();
    for (model, result) in found.models.iter().filter_map(|model| Some((model, model.incidence.first()?))) {
        if rows.is_empty() {
            let cells = counted(result.cells, "chance");
            writeln!(
                text,
                "\nWhether an interest is touched at all, one period ahead, by every user with a past ({cells})"
            )?;
            rows.push(["chances of", "brier", "log loss", "furthest off"].map(String::from).to_vec());
            rows.push(told("simple", &result.simple));
        }
        rows.push(told(&model.name.to_string(), &result.model));
    }
    if !rows.is_empty() {
        text += &table(&edges(4), &rows);
        writeln!(
            text,
            "  simple: in what part of their active {length}s users touched it, times the simple chance of activity\n  \
             furthest off: the largest distance between a tenth's chances and what part of them came",
            length = found.calendar.length
        )?;
    }
    Ok(text)
}

fn told(name: &str, score: &crate::forecast::IncidenceScore) -> Vec<String> {
    let off = score.reliability.iter().map(|(said, came, _)| (said - came).abs()).fold(0.0, f64::max);
    vec![
        name.to_owned(),
        format!("{:.4}", score.brier),
        format!("{:.4}", score.log_loss),
        format!("{:.1} %", off * 100.0),
    ]
}

fn edges(columns: usize) -> Vec<Edge> {
    let mut edges = vec![Edge::Right; columns];
    edges[0] = Edge::Left;
    edges
}
