//! Files lean on each other one way: what one takes from another, that one does not take back, over however many files.

use std::collections::{BTreeMap, BTreeSet};

use super::{sources, without_comments};

/// Files that still stand in a circle with others.
const IN_CIRCLES: &[&str] = &[
    "events/bounds",
    "events/build",
    "events/clean",
    "events/files",
    "events/files/tables",
    "events/inspection",
    "events/log",
    "events/needs",
    "events/read",
    "events/rejected",
    "events/source/csv",
    "events/source/csv/encoding",
    "events/source/csv/fields",
    "events/source/csv/record",
    "events/source/csv/stream",
    "events/source/csv/zip",
    "forecast/network/batch",
    "forecast/network/resident",
    "forecast/series/arima",
    "forecast/series/ets",
    "forecast/series/fitted",
    "forecast/series/search",
    "forecast/series/theta",
];

type Path = Vec<String>;

/// The modules with what they name, and what they show of others.
#[derive(Default)]
struct Modules {
    names: BTreeMap<Path, Vec<Path>>,
    shown: BTreeMap<Path, BTreeMap<String, Path>>,
}

impl Modules {
    fn read(files: impl Iterator<Item = (String, String)>) -> Self {
        let mut modules = Self::default();
        for (file, code) in files {
            let module: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            let module: Path = module.into_iter().filter(|part| part != "mod").collect();
            if module == ["lib"] || module == ["main"] || module.iter().any(|part| part.contains("test")) {
                continue;
            }
            let code = outside_tests(&code);
            let (mut shown, mut names, mut rest) = (BTreeMap::new(), Vec::new(), String::new());
            for statement in code.split_inclusive(';') {
                let Some((before, used)) = statement.rsplit_once("use ") else {
                    rest += statement;
                    continue;
                };
                let paths = expand(used.trim_end_matches(';'));
                let is_shown = before.lines().last().is_some_and(|line| line.trim_start().starts_with("pub"));
                if is_shown {
                    shown.extend(paths.into_iter().filter_map(|path| Some((path.last()?.clone(), path))));
                } else {
                    names.extend(paths);
                }
                rest += before;
            }
            names.extend(inline(&rest));
            modules.names.insert(module.clone(), names);
            modules.shown.insert(module, shown);
        }
        modules
    }

    /// The module that a path leads to from another, through what those on the way show.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Path> {
        let (first, mut rest) = path.split_first()?;
        let mut at: Path = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => {
                let up = 1 + rest.iter().take_while(|part| *part == "super").count();
                rest = &rest[up - 1..];
                from.get(..from.len().checked_sub(up)?)?.to_vec()
            }
            _ => {
                rest = path;
                from.to_vec()
            }
        };
        if at.as_slice() == from && !self.names.contains_key(&[from, &rest[..1.min(rest.len())]].concat()) {
            return None;
        }
        while let Some((next, further)) = rest.split_first() {
            let below = [at.as_slice(), std::slice::from_ref(next)].concat();
            if self.names.contains_key(&below) {
                (at, rest) = (below, further);
                continue;
            }
            if let Some(shown) = self.shown.get(&at).and_then(|shown| shown.get(next)).filter(|_| depth < 6) {
                return self.resolve(&at, shown, depth + 1).or(Some(at));
            }
            break;
        }
        Some(at).filter(|at| !at.is_empty())
    }

    /// Modules that stand in a circle, by one of them.
    fn in_circles(&self) -> BTreeSet<String> {
        let leans: BTreeMap<&Path, BTreeSet<Path>> = self
            .names
            .iter()
            .map(|(module, names)| {
                let on = names.iter().filter_map(|path| self.resolve(module, path, 0));
                (module, on.filter(|on| on != module && self.names.contains_key(on)).collect())
            })
            .collect();
        let comes_back = |start: &Path| {
            let mut seen: BTreeSet<&Path> = BTreeSet::new();
            let mut next: Vec<&Path> = leans[start].iter().collect();
            while let Some(module) = next.pop() {
                if seen.insert(module) {
                    next.extend(&leans[module]);
                }
            }
            seen.contains(start)
        };
        self.names.keys().filter(|module| comes_back(module)).map(|module| module.join("/")).collect()
    }
}

fn outside_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

/// The paths of `a::{b, c::d as e}`.
fn expand(used: &str) -> Vec<Path> {
    let used = used.trim();
    let Some((before, group)) = used.split_once('{') else {
        let path = used.split(" as ").next().unwrap_or_default();
        return vec![path.split("::").map(|part| part.trim().to_owned()).collect()];
    };
    let before: Path = before.trim().trim_end_matches("::").split("::").map(str::to_owned).collect();
    let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
    let (mut depth, mut start, mut paths) = (0, 0, Vec::new());
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !group[start..at].trim().is_empty() {
                    paths.extend(expand(&group[start..at]).into_iter().map(|path| [before.clone(), path].concat()));
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    paths
}

/// Paths within the code that begin with `crate::` or `super::`.
fn inline(code: &str) -> Vec<Path> {
    let mut paths = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':')) {
                continue;
            }
            let path: String =
                code[at..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
            paths.push(path.trim_end_matches(':').split("::").map(str::to_owned).collect());
        }
    }
    paths
}

#[test]
fn files_lean_on_each_other_one_way() {
    let files = sources().into_iter().map(|source| (source.path.to_string_lossy().replace('\\', "/"), source.code));
    let found = Modules::read(files).in_circles();
    let known: BTreeSet<String> = IN_CIRCLES.iter().map(|name| (*name).to_owned()).collect();
    let new: Vec<&String> = found.difference(&known).collect();
    assert!(new.is_empty(), "these stand in a circle: {new:?}");
    let opened: Vec<&String> = known.difference(&found).collect();
    assert!(opened.is_empty(), "these stand in no circle any more, so they need no exception: {opened:?}");
}

#[test]
fn a_circle_is_seen_over_several_files_and_through_what_a_folder_shows() {
    let files = |last: &str| {
        [
            ("room/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::{Thing, Other};"),
            ("room/a.rs", "use super::b::helper; // use super::c::no;\nuse crate::elsewhere::X;"),
            ("room/b.rs", "use crate::room::{c};\n#[cfg(test)]\nmod tests {\n    use super::super::a::Thing;\n}"),
            ("room/c.rs", last),
        ]
        .map(|(path, code)| (path.to_owned(), without_comments(code)))
        .into_iter()
    };
    assert!(Modules::read(files("fn f() {}")).in_circles().is_empty());
    let circle: Vec<String> = Modules::read(files("use crate::room::Thing;")).in_circles().into_iter().collect();
    assert_eq!(circle, ["room/a", "room/b", "room/c"]);
    let inline = Modules::read(files("fn f() -> super::a::Thing { todo() }")).in_circles();
    assert_eq!(inline.len(), 3);
}
