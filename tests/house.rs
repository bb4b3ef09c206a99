//! Holds the code to the house of ARCHITECTURE.md: who may use whom, and how long a file may be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every room and its floor. A room uses the floors below its own.
const FLOORS: &[(&str, u8)] = &[
    ("observe", 0),
    ("calendar", 0),
    ("events", 1),
    ("language", 1),
    ("interests", 2),
    ("forecast", 3),
    ("report", 4),
    ("project", 5),
    ("pipeline", 5),
    ("cli", 6),
    ("app", 6),
];

/// Rooms of one floor that may be used by a neighbour: user, used.
const NEIGHBOURS: &[(&str, &str)] = &[("pipeline", "project")];

/// Rooms that may know tensors.
const TENSORS: &[&str] = &["language", "interests", "forecast"];

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
}
