//! Holds the code to the house of ARCHITECTURE.md: who may use whom, and how long a file may be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

#[path = "house/circles.rs"]
mod circles;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room and its floor. A room uses the floors below its own.
const FLOORS: &[(&str, u8)] = &[
    ("observe", 0),
    ("calendar", 0),
    ("wording", 0),
    ("events", 1),
    ("language", 1),
    ("interests", 2),
    ("forecast", 3),
    ("recommend", 3),
    ("value", 3),
    ("report", 4),
    ("project", 5),
    ("pipeline", 5),
    ("cli", 6),
    ("app", 6),
];

/// Rooms of one floor that may be used by a neighbour: user, used.
const NEIGHBOURS: &[(&str, &str)] = &[("pipeline", "project")];

/// The wings of `forecast` from the ground up. A wing uses those before it. What lies beside them (settings, errors)
/// serves all.
const WINGS: &[&str] = &[
    "past", "series", "ground", "activity", "network", "models", "standing", "score", "bands", "cohorts", "run",
    "backtest",
];

/// Wings that still use one above them: user, used.
const CLIMBING: &[(&str, &str)] = &[];

/// Rooms that may know tensors.
const TENSORS: &[&str] = &["language", "interests", "forecast", "recommend"];

/// Crates that only the window knows.
const WINDOW_CRATES: &[&str] = &["egui", "eframe", "egui_plot", "egui_extras", "egui_tiles", "rfd"];

const LONGEST_FILE: usize = 400;
const LONGEST_MAIN: usize = 80;

/// Files that may be longer, and why.
const LONGER: &[(&str, &str)] = &[];

/// One source file: its path below `src`, and its text without comments.
struct Source {
    path: PathBuf,
    lines: usize,
    code: String,
}

impl Source {
    /// The room it lies in; none for `lib.rs` and `main.rs`.
    fn room(&self) -> Option<String> {
        let first = self.path.components().next()?;
        let name = Path::new(first.as_os_str()).file_stem()?.to_str()?;
        (name != "lib" && name != "main").then(|| name.to_owned())
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_owned();
                found.push(Source { path, lines: text.lines().count(), code: without_comments(&text) });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn without_comments(text: &str) -> String {
    let code = text.lines().map(|line| line.find("//").map_or(line, |start| &line[..start]));
    code.collect::<Vec<_>>().join("\n")
}

/// The first names after `root::`, also those of a group `root::{a, b::c}`.
fn names_after(code: &str, root: &str) -> BTreeSet<String> {
    let start = format!("{root}::");
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(&start) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
            continue;
        }
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            None => {
                names.insert(leading_name(rest));
            }
            Some(group) => names.extend(heads_of_group(group)),
        }
    }
    names.remove("");
    names
}

/// The first name of each member of a group whose opening brace was just passed.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.push(leading_name(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether the code names a crate: `name::…` or `use name;`.
fn names_crate(code: &str, name: &str) -> bool {
    !names_after(code, name).is_empty()
        || code.contains(&format!("{name}::{{"))
        || code.contains(&format!("use {name};"))
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn may_use(user: &str, used: &str) -> bool {
    user == used || floor(used) < floor(user) || NEIGHBOURS.contains(&(user, used))
}

#[test]
fn every_room_stands_on_a_floor() {
    for source in sources() {
        if let Some(room) = source.room() {
            assert!(floor(&room).is_some(), "`{room}` is on no floor: {}", source.path.display());
        }
    }
}

#[test]
fn every_room_that_is_named_here_is_there() {
    let rooms: BTreeSet<String> = sources().iter().filter_map(Source::room).collect();
    let named = FLOORS.iter().map(|(room, _)| *room).chain(NEIGHBOURS.iter().flat_map(|(user, used)| [*user, *used]));
    let gone: BTreeSet<&str> = named.chain(TENSORS.iter().copied()).filter(|room| !rooms.contains(*room)).collect();
    assert!(gone.is_empty(), "a rule for what is not there holds nothing: {gone:?}");
    let paths: Vec<String> = sources().iter().map(|source| source.path.to_string_lossy().replace('\\', "/")).collect();
    assert!(LONGER.iter().all(|(path, _)| paths.iter().any(|known| known == path)), "{LONGER:?}");
}

#[test]
fn data_flows_upward_only() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        for used in names_after(&source.code, "crate").iter().filter(|used| floor(used).is_some()) {
            if !may_use(&room, used) {
                faults.push(format!("`{room}` uses `{used}`: {}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The wing a name leads to, through what `forecast` shows of its wings where it is such a name.
fn wing_of(name: &str, shown: &[(String, String)]) -> Option<usize> {
    let wing = shown.iter().find(|(item, _)| item == name).map_or(name, |(_, wing)| wing);
    WINGS.iter().position(|of| *of == wing)
}

/// What the floor shows of its wings: item, wing.
fn shown(of_floor: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for item in of_floor.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next()) {
        let wing = leading_name(item);
        let names = item.rsplit("::").next().unwrap_or_default().trim_start_matches('{').trim_end_matches('}');
        found.extend(names.split(',').map(|name| (leading_name(name.trim()), wing.clone())));
    }
    found
}

/// Names that a file of a wing uses of its floor, and its wing; none for files beside the wings.
fn used_by_wing(path: &str, code: &str) -> Option<(usize, BTreeSet<String>)> {
    let within = path.strip_prefix("forecast/")?;
    let wing = WINGS.iter().position(|wing| *wing == leading_name(within))?;
    let outside_tests = code.split("#[cfg(test)]").next().unwrap_or_default();
    let mut used = names_after(outside_tests, "crate::forecast");
    if !within.contains('/') {
        used.extend(names_after(outside_tests, "super"));
    }
    Some((wing, used))
}

#[test]
fn a_wing_uses_those_below_it() {
    let sources = sources();
    let path = |source: &Source| source.path.to_string_lossy().replace('\\', "/");
    let floor = sources.iter().find(|source| path(source) == "forecast/mod.rs").unwrap();
    let shown = shown(&floor.code);
    let (mut faults, mut climbing) = (Vec::new(), BTreeSet::new());
    for source in &sources {
        let Some((wing, used)) = used_by_wing(&path(source), &source.code) else { continue };
        for name in &used {
            let Some(above) = wing_of(name, &shown).filter(|used| *used > wing) else { continue };
            if CLIMBING.contains(&(WINGS[wing], WINGS[above])) {
                climbing.insert((WINGS[wing], WINGS[above]));
            } else {
                faults.push(format!("`{}` uses `{name}`: {}", WINGS[wing], path(source)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(climbing.len(), CLIMBING.len(), "an exception is needed no more");
    let folders: BTreeSet<String> =
        sources.iter().filter_map(|source| Some(leading_name(path(source).strip_prefix("forecast/")?))).collect();
    let lost: Vec<&&str> = WINGS.iter().filter(|wing| !folders.contains(**wing)).collect();
    assert!(lost.is_empty(), "no such wings any more: {lost:?}");
}

/// Names of the types that code declares outside its tests.
fn types_of(code: &str) -> Vec<String> {
    let outside_tests = code.split("#[cfg(test)]").next().unwrap_or_default();
    let declared = outside_tests.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(super) ")).unwrap_or(line);
        ["struct ", "enum ", "trait ", "type "].iter().find_map(|word| line.strip_prefix(word))
    });
    declared.map(leading_name).collect()
}

#[test]
fn no_two_types_of_the_forecast_floor_share_a_name() {
    let mut seen: Vec<(String, PathBuf)> = Vec::new();
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.room().is_some_and(|room| room == "forecast")) {
        for name in types_of(&source.code) {
            if let Some((_, other)) = seen.iter().find(|(known, _)| *known == name) {
                faults.push(format!("`{name}` in {} and {}", other.display(), source.path.display()));
            }
            seen.push((name, source.path.clone()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_path_to_another_room_begins_with_crate() {
    let mut faults = Vec::new();
    for source in sources() {
        let outside_tests = source.code.split("#[cfg(test)]").next().unwrap_or_default();
        let leaves = match source.path.file_name().and_then(|name| name.to_str()) {
            Some("mod.rs") if source.path.components().count() == 2 => outside_tests.contains("super::"),
            _ if source.path.components().count() == 2 => outside_tests.contains("super::super::"),
            _ => outside_tests.contains("super::super::super::"),
        };
        if leaves {
            faults.push(source.path.display().to_string());
        }
    }
    assert!(faults.is_empty(), "write `crate::` instead of climbing out with `super::`: {}", faults.join(", "));
}

#[test]
fn tensors_and_widgets_stay_in_their_rooms() {
    let mut faults = Vec::new();
    for source in sources() {
        let room = source.room().unwrap_or_default();
        for name in ["tch", "torch_sys"] {
            if names_crate(&source.code, name) && !TENSORS.contains(&room.as_str()) {
                faults.push(format!("`{name}` in {}", source.path.display()));
            }
        }
        for name in WINDOW_CRATES {
            if names_crate(&source.code, name) && room != "app" {
                faults.push(format!("`{name}` in {}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_have_one_subject() {
    let mut faults = Vec::new();
    for source in sources() {
        let name = source.path.to_string_lossy().replace('\\', "/");
        let limit = if name == "main.rs" { LONGEST_MAIN } else { LONGEST_FILE };
        let longer = LONGER.iter().any(|(path, _)| *path == name);
        if source.lines > limit && !longer {
            faults.push(format!("{name} has {} lines, more than {limit}", source.lines));
        }
        if longer && source.lines <= limit {
            faults.push(format!("{name} needs no exception any more"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_rules_see_what_they_should_see() {
    let code = without_comments(
        "use crate::events::EventTable; // use crate::app::run;\nuse crate::{\n  calendar::{Period, WallTime},\n  project,\n};\nlet x = crate::report::user();",
    );
    let names: Vec<String> = names_after(&code, "crate").into_iter().collect();
    assert_eq!(names, ["calendar", "events", "project", "report"]);
    assert!(names_crate("use tch::{Tensor};", "tch"));
    assert!(names_crate("let x: tch::Tensor;", "tch"));
    assert!(!names_crate("let x = batch::tensor(); sketch::draw()", "tch"));
    assert!(may_use("forecast", "interests") && !may_use("interests", "forecast"));
    assert!(!may_use("cli", "app") && !may_use("app", "cli") && may_use("pipeline", "project"));
    assert!(!may_use("project", "pipeline"));
    let shown = shown("pub use network::saved::{Start, SavedModel};\npub use run::run;");
    let up = "use super::market::Market;\nuse crate::forecast::{ForecastError, Start};\n#[cfg(test)]\nuse crate::forecast::run;";
    let (wing, used) = used_by_wing("forecast/past/lessons.rs", up).unwrap();
    assert_eq!((WINGS[wing], used.len()), ("past", 2));
    assert_eq!(wing_of("Start", &shown).map(|wing| WINGS[wing]), Some("network"));
    assert_eq!(wing_of("ForecastError", &shown), None);
    let (wing, used) = used_by_wing("forecast/standing.rs", "use super::bands::Cell;").unwrap();
    assert!(used.iter().any(|name| wing_of(name, &shown) > Some(wing)), "from a wing that is one file");
    assert!(used_by_wing("forecast/config.rs", up).is_none());
    assert_eq!(types_of("pub struct Cell {\n    type Inner = u8;\n}\nenum Way<'a> {"), ["Cell", "Way"]);
}
