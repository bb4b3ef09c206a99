//! What is written for people agrees with the program and with itself: links lead somewhere, every page is reached
//! from README.md, and every flag stands in `docs/`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use driftline::cli::Arguments;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md, what stands beside it, and the pages of `docs/`.
fn documents() -> Vec<PathBuf> {
    let within = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut all = [within(root().to_owned()), within(root().join("docs"))].concat();
    all.retain(|path| path.extension().is_some_and(|end| end == "md"));
    all.sort();
    assert!(all.len() > 10, "{all:?}");
    all
}

/// The targets of `[words](target)` in a document.
fn links(text: &str) -> Vec<&str> {
    text.match_indices("](").filter_map(|(at, _)| text[at + 2..].split(')').next()).collect()
}

/// A heading's anchor, as GitHub makes it: small letters, hyphens for spaces, no marks.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            if link.starts_with("http") {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { document.clone() } else { document.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link} leads nowhere", document.display());
            if !place.is_empty() {
                let there = fs::read_to_string(&target).unwrap();
                let known = there.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == place);
                assert!(known, "{}: {link} names no heading", document.display());
            }
        }
    }
}

#[test]
fn the_readme_is_short_and_leads_to_every_page() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let lines = text.lines().count();
    assert!(lines <= 80, "README.md is one screen and has {lines} lines; a page of docs/ is the place for more");
    let linked: BTreeSet<&str> = links(&text).into_iter().collect();
    for page in documents() {
        let page = page.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        assert!(page == "README.md" || linked.contains(&*page), "README.md does not lead to {page}");
    }
}

/// Every long flag of every command.
fn flags() -> BTreeSet<String> {
    let program = Arguments::command();
    let commands = program.get_subcommands().flat_map(clap::Command::get_arguments).chain(program.get_arguments());
    commands
        .filter(|flag| !flag.is_hide_set())
        .filter_map(|flag| flag.get_long())
        .map(|long| format!("--{long}"))
        .collect()
}

/// The words of a text that look like flags.
fn flags_in(text: &str) -> BTreeSet<String> {
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
    let words = text.match_indices("--").filter(|(at, _)| begins(*at)).map(|(at, _)| {
        let rest = &text[at + 2..];
        rest.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).next().unwrap_or_default()
    });
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).map(|word| format!("--{word}")).collect()
}

#[test]
fn every_flag_is_described_and_no_other() {
    let pages: Vec<_> = documents().into_iter().filter(|path| path.parent().unwrap().ends_with("docs")).collect();
    let written = pages.iter().flat_map(|page| flags_in(&fs::read_to_string(page).unwrap())).collect::<BTreeSet<_>>();
    let mut there = flags();
    assert!(there.contains("--horizon") && there.contains("--delimiter"), "{there:?}");
    let missing: Vec<_> = there.difference(&written).collect();
    assert!(missing.is_empty(), "no page of docs/ says what these are: {missing:?}");
    // What clap brings, what cargo xtask takes, and what only tests of the benchmarks take.
    there.extend(["--help", "--version", "--rows"].map(str::to_owned));
    let unknown: Vec<_> = written.difference(&there).collect();
    assert!(unknown.is_empty(), "docs/ names flags that no command has: {unknown:?}");
}

/// Nouns that people are told counts of.
const COUNTED: &str = "attempts chances cohorts columns cuts days epochs events fields files hours items kinds lines models \
     months orders origins others periods purchases questions records rounds rows seconds spellings steps tables texts trials \
     units user-periods users values weeks";

#[test]
fn counts_agree_with_their_nouns() {
    let nouns: BTreeSet<&str> = COUNTED.split_whitespace().collect();
    let mut faults = Vec::new();
    let mut folders = ["app", "cli", "report"].map(|room| root().join("src").join(room)).to_vec();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let told = text.split("mod tests {").next().unwrap_or_default();
            for (number, line) in told.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                for (at, _) in line.match_indices("} ") {
                    let word = line[at + 2..]
                        .split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
                        .next()
                        .unwrap_or_default();
                    let hole = line[..at].rsplit('{').next().unwrap_or_default();
                    // Figures with decimals and constants are no counts.
                    let fixed = hole.contains('.')
                        || (hole.len() > 1 && hole.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
                    let name_of_file = line[at + 2 + word.len()..].starts_with(".csv");
                    if nouns.contains(word) && !fixed && !name_of_file {
                        faults.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "wording::counted makes a noun agree with its number:\n{}", faults.join("\n"));
}

/// Words of a document, however its lines are broken.
fn words(document: &str) -> String {
    let text = fs::read_to_string(root().join(document)).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_judged_a_forecast_is_said_as_the_program_says_it() {
    assert!(words("docs/forecast.md").contains(driftline::report::SEEN_BY));
    let readme = words("README.md");
    assert!(readme.contains("scored on past periods it did not learn from"));
    // Only of a backtest may it be said that nothing had seen the periods.
    let said: Vec<&str> = readme.split(['.', ';', ':']).filter(|part| part.contains("nothing had seen")).collect();
    assert!(!said.is_empty() && said.iter().all(|part| part.contains("backtest")), "{said:?}");
}
