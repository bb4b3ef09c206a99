//! Which files make the log.

use std::fs;
use std::path::{Path, PathBuf};

use super::EventsError;

/// Folders within folders are followed this deep, so that a link in a circle ends.
const DEEPEST: usize = 16;

/// The files that `inputs` stand for: files as they are, folders with the logs in them, patterns (`*`, `?`, `[…]`,
/// `**`) with the files they match. Sorted, each once.
///
/// # Errors
/// An input that does not exist, a pattern that matches nothing, a folder without logs.
pub fn find_files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, EventsError> {
    let mut found = Vec::new();
    for input in inputs {
        if input.is_dir() {
            let logs = logs_in(input)?;
            if logs.is_empty() {
                return Err(EventsError::NoLogs { path: input.clone() });
            }
            found.extend(logs);
        } else if input.exists() {
            found.push(input.clone());
        } else {
            let matched = matches(input);
            if matched.is_empty() {
                return Err(EventsError::Missing { path: input.clone() });
            }
            for path in matched {
                if path.is_dir() { found.extend(logs_in(&path)?) } else { found.push(path) }
            }
        }
    }
    if found.is_empty() {
        return Err(match inputs.first() {
            Some(path) => EventsError::NoLogs { path: path.clone() },
            None => EventsError::NoInput,
        });
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// What a pattern matches; nothing if it is no pattern.
fn matches(input: &Path) -> Vec<PathBuf> {
    let Some(pattern) = input.to_str().filter(|text| text.contains(['*', '?', '['])) else { return Vec::new() };
    glob::glob(pattern).map(|paths| paths.flatten().collect()).unwrap_or_default()
}

/// The logs in a folder and the folders below it. Plain `.txt` files count only where nothing else is there: beside
/// tables they are read-me files and licences.
fn logs_in(folder: &Path) -> Result<Vec<PathBuf>, EventsError> {
    let mut files = Vec::new();
    collect(folder, DEEPEST, &mut files)?;
    let (texts, tables): (Vec<_>, Vec<_>) =
        files.into_iter().filter_map(|path| Some((format_word(&path)?, path))).partition(|(word, _)| word == "txt");
    let chosen = if tables.is_empty() { texts } else { tables };
    Ok(chosen.into_iter().map(|(_, path)| path).collect())
}

fn collect(folder: &Path, deep: usize, files: &mut Vec<PathBuf>) -> Result<(), EventsError> {
    let refused = |source| EventsError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        // Hidden files and the marks that Spark and others leave beside their tables.
        let aside = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with(['.', '_']));
        if aside {
            continue;
        }
        if !path.is_dir() {
            files.push(path);
        } else if deep > 0 {
            collect(&path, deep - 1, files)?;
        }
    }
    Ok(())
}

/// The ending that says what a file holds, below one that says how it is packed.
fn format_word(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let plain = [".gz", ".zst", ".zip"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    let (_, word) = plain.rsplit_once('.')?;
    let packed = plain.len() < name.len();
    match word {
        "csv" | "tsv" | "txt" => Some(word.to_owned()),
        "parquet" if !packed => Some(word.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a\n").unwrap();
        }
        folder
    }

    fn names(found: &[PathBuf]) -> Vec<String> {
        found.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_folder_stands_for_the_logs_in_it_sorted() {
        let folder =
            folder(&["b.csv", "deeper/a.parquet", "c.TSV.gz", "readme.txt", "LICENSE", ".hidden.csv", "_SUCCESS"]);
        let found = find_files(&[folder.path().to_owned()]).unwrap();
        assert_eq!(names(&found), ["b.csv", "c.TSV.gz", "a.parquet"]);
    }

    #[test]
    fn texts_are_logs_where_nothing_else_is() {
        let folder = folder(&["events.txt"]);
        assert_eq!(names(&find_files(&[folder.path().to_owned()]).unwrap()), ["events.txt"]);
    }

    #[test]
    fn a_pattern_stands_for_what_it_matches_and_nothing_twice() {
        let folder = folder(&["2010.csv", "2011.csv", "notes.md"]);
        let pattern = folder.path().join("*.csv");
        let found = find_files(&[pattern, folder.path().join("2010.csv")]).unwrap();
        assert_eq!(names(&found), ["2010.csv", "2011.csv"]);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = folder(&["notes.md"]);
        let missing = find_files(&[folder.path().join("nowhere.csv")]).unwrap_err();
        assert!(matches!(missing, EventsError::Missing { .. }));
        let without = find_files(&[folder.path().to_owned()]).unwrap_err();
        assert!(without.to_string().contains("holds no logs"), "{without}");
        assert!(matches!(find_files(&[]), Err(EventsError::NoInput)));
    }
}
