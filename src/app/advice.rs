//! What the engine advises, as the window says it: what to click instead of what to type.

/// Advice that is turned as a whole, before single flags are.
const PHRASES: [(&str, &str); 18] = [
    ("name a column with --price or --value", "choose price or value above a column"),
    ("choose a later --cut or a longer log", "open a longer log"),
    ("choose an earlier --cut or fewer --days", "ask for fewer days"),
    ("fewer --days would do", "fewer days would do"),
    ("name another column with --time COL", "choose time above another column"),
    ("choose with --time-format ", "write under “Times are written” "),
    (" or --time-format '", " or '"),
    ("for instance --time-format '", "for instance '"),
    ("how its times are written with --time-format", "how its times are written under “Times are written”"),
    ("say so with --time-format", "write %d/%m/%Y under “Times are written”"),
    ("with --time-format (several notations of one column with `|` between)", "under “Times are written”"),
    ("with --time-format (several notations with `|` between)", "under “Times are written”"),
    ("say --header no", "choose values under “First line”"),
    ("--skip-lines says otherwise", "“Lines above” says otherwise"),
    ("say --encoding if", "choose another under “Encoding” if"),
    ("see --delimiter, --quote, --escape, --comment, --decimal, --encoding", "look under “Reading”"),
    ("(--lm DIR, or Language model in the settings)", "(“Language model” in the settings)"),
    ("use --device auto or --device cpu", "choose Auto or CPU under “Device”"),
];

/// What stands in the window where a flag would be given.
const CONTROLS: [(&str, &str); 21] = [
    ("--time-format", "“Times are written”"),
    ("--time-zone", "“Time zone”"),
    ("--skip-broken", "“Read the others without”"),
    ("--skip-lines", "“Lines above”"),
    ("--header no", "values under “First line”"),
    ("--keep-duplicates", "“Equal rows are events of their own”"),
    ("--kind-weights", "“Kinds count”"),
    ("--delimiter", "“Between fields”"),
    ("--encoding", "“Encoding”"),
    ("--where", "“Only rows where”"),
    ("--first", "“Begins on”"),
    ("--last", "“Ends on”"),
    ("--period", "“Period”"),
    ("--interests", "“Interests”"),
    ("--horizon", "“Forecast ahead”"),
    ("--vectors", "“Vectors”"),
    ("--device", "“Device”"),
    ("--joint", "whole paths at once"),
    ("--seed", "“Seed”"),
    ("--lm", "“Language model”"),
    ("--time", "time"),
];

/// The same words with controls of the window in place of flags, beginning with a capital.
pub fn in_the_window(text: &str) -> String {
    let mut text = text.to_owned();
    for role in ["user", "time", "text"] {
        text = text.replace(&format!("name it with --{role} COL"), &format!("choose {role} above its column"));
    }
    for (flag, control) in PHRASES.into_iter().chain(CONTROLS) {
        if text.contains(flag) {
            text = text.replace(flag, control);
        }
    }
    let mut letters = text.chars();
    // What begins with a name in backticks or a file's keeps its letters.
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    #[test]
    fn what_to_type_becomes_what_to_click() {
        let typed =
            "no column holds words; no column looks like the text; name it with --text COL; the columns are `a`";
        let clicked =
            "No column holds words; no column looks like the text; choose text above its column; the columns are `a`";
        assert_eq!(in_the_window(typed), clicked);
        let typed = "`1/2/2010` is 1 February by '%d/%m/%Y' or 2 January by '%m/%d/%Y'; choose with --time-format '%d/%m/%Y' \
                     or --time-format '%m/%d/%Y'";
        let said = in_the_window(typed);
        assert!(said.ends_with("write under “Times are written” '%d/%m/%Y' or '%m/%d/%Y'"), "{said}");
        assert_eq!(in_the_window(""), "");
    }

    fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                sources(&path, into);
            } else if path.file_name().is_none_or(|name| name != "tests.rs") {
                into.push(path);
            }
        }
    }

    /// The window asks for none of what `recommend` and saved models are asked, so only these rooms are read.
    #[test]
    fn no_flag_that_a_message_names_is_left_to_be_typed() {
        let mut paths = Vec::new();
        for room in ["events", "interests", "forecast", "language", "value"] {
            sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut paths);
        }
        let mut named = 0;
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.split("mod tests {").next().unwrap().lines().collect();
            let lines = code.iter().filter(|line| !line.trim_start().starts_with("//"));
            // A message may be broken within a piece of advice.
            let joined = lines.map(|line| line.trim().trim_end_matches('\\')).collect::<Vec<_>>().join(" ");
            let joined = joined.split_whitespace().collect::<Vec<_>>().join(" ").replace("--{role}", "--text");
            named += joined.matches(" --").count();
            let clicked = in_the_window(&joined);
            let left = clicked.match_indices("--").map(|(at, _)| &clicked[at..]);
            let left: Vec<&str> = left
                .filter(|rest| rest[2..].starts_with(|letter: char| letter.is_ascii_lowercase()))
                .filter_map(|rest| rest.split(char::is_whitespace).next())
                .collect();
            assert!(left.is_empty(), "{}: {left:?}", path.display());
        }
        assert!(named > 15, "{named}");
    }
}
