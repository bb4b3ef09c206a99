//! Which files make the log.

mod delta;
mod tables;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use self::tables::TableKind;
use super::EventsError;

/// Folders within folders are followed this deep, so that a link in a circle ends.
const DEEPEST: usize = 16;
/// So many names are listed; of more, how many.
const LISTED: usize = 5;

/// The files of a log.
#[derive(Debug, Default)]
pub struct Found {
    pub files: Vec<PathBuf>,
    /// What to know about how they were found, a sentence each.
    pub notes: Vec<String>,
    /// Names that were passed over as engines do: of marks, hidden files, and jobs that are still writing.
    aside: BTreeSet<String>,
    /// Endings of files that hold data of other kinds.
    others: BTreeSet<String>,
}

/// The files that `inputs` stand for: files as they are, folders with the logs in them, patterns (`*`, `?`, `[…]`,
/// `**`) with the files they match. Sorted, each once. Of a folder that is a Delta Lake table, the files of its present
/// state.
///
/// # Errors
/// An input that does not exist, a pattern that matches nothing, a folder without logs; a folder that is a table whose
/// present state cannot be told.
pub fn find_files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, EventsError> {
    find_logs(inputs).map(|found| found.files)
}

/// As [`find_files`], with what there is to know about it.
pub fn find_logs(inputs: &[PathBuf]) -> Result<Found, EventsError> {
    let mut found = Found::default();
    for input in inputs {
        let before = found.files.len();
        if input.is_dir() {
            found.folder(input)?;
            if found.files.len() == before {
                return Err(EventsError::NoLogs { path: input.clone() });
            }
        } else if input.exists() {
            if let Some((_, table)) = TableKind::above(input) {
                let (file, table) = (input.display(), table.display());
                found
                    .notes
                    .push(format!("{file} was read alone, whatever the table says of it to which it belongs: {table}"));
            }
            found.files.push(input.clone());
        } else {
            let matched = matches(input);
            if matched.is_empty() {
                return Err(EventsError::Missing { path: input.clone() });
            }
            let (folders, mut files): (Vec<_>, Vec<_>) = matched.into_iter().partition(|path| path.is_dir());
            folders.iter().try_for_each(|folder| found.folder(folder))?;
            found.only_live(&mut files)?;
            found.files.append(&mut files);
        }
    }
    if found.files.is_empty() {
        return Err(match inputs.first() {
            Some(path) => EventsError::NoLogs { path: path.clone() },
            None => EventsError::NoInput,
        });
    }
    found.files.sort();
    found.files.dedup();
    let (aside, others) = (std::mem::take(&mut found.aside), std::mem::take(&mut found.others));
    if !aside.is_empty() {
        let names = listed(&aside);
        found.notes.push(format!("Passed over in the folder, as their names begin with `_` or `.`: {names}."));
    }
    if !others.is_empty() {
        found.notes.push(format!("Files of other kinds in the folder were passed over: {}.", listed(&others)));
    }
    Ok(found)
}

fn listed(names: &BTreeSet<String>) -> String {
    let mut text = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text.push_str(&format!(" and {} more", names.len() - LISTED));
    }
    text
}

impl Found {
    /// The logs in a folder and the folders below it. Plain `.txt` files count only where nothing else is there: beside
    /// tables they are read-me files and licences.
    fn folder(&mut self, folder: &Path) -> Result<(), EventsError> {
        // A part of a table is named: what counts of it.
        if let Some((kind, table)) = TableKind::above(folder) {
            let (files, note) = kind.live(&table)?;
            self.files.extend(files.into_iter().filter(|file| file.starts_with(folder)));
            self.notes.push(note);
            return Ok(());
        }
        let mut files = Vec::new();
        self.collect(folder, DEEPEST, &mut files)?;
        let mut texts = Vec::new();
        let mut tables = Vec::new();
        let mut unnamed = Vec::new();
        for path in files {
            match format_word(&path) {
                Some(word) if word == "txt" => texts.push(path),
                Some(_) => tables.push(path),
                None => unnamed.push(path),
            }
        }
        if tables.is_empty() {
            // Hive and others give their files no ending.
            tables.extend(unnamed.iter().filter(|path| path.extension().is_none() && is_parquet(path)).cloned());
        }
        let ending = |path: &PathBuf| {
            let ending = path.extension()?.to_string_lossy().to_lowercase();
            OTHERS.contains(&ending.as_str()).then(|| format!(".{ending}"))
        };
        self.others.extend(unnamed.iter().filter_map(ending));
        self.files.extend(if tables.is_empty() { texts } else { tables });
        Ok(())
    }

    fn collect(&mut self, folder: &Path, deep: usize, files: &mut Vec<PathBuf>) -> Result<(), EventsError> {
        if let Some(kind) = TableKind::of(folder) {
            let (mut live, note) = kind.live(folder)?;
            files.append(&mut live);
            self.notes.push(note);
            return Ok(());
        }
        for path in entries(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with(['.', '_']) {
                self.aside.insert(name);
            } else if !path.is_dir() {
                files.push(path);
            } else if deep > 0 {
                self.collect(&path, deep - 1, files)?;
            }
        }
        Ok(())
    }

    /// Of files that a pattern matches, those that count of the tables they belong to.
    fn only_live(&mut self, files: &mut Vec<PathBuf>) -> Result<(), EventsError> {
        let mut tables: Vec<(PathBuf, Vec<PathBuf>)> = Vec::new();
        let mut counted = Vec::with_capacity(files.len());
        for file in files.drain(..) {
            let Some((kind, table)) = TableKind::above(&file) else {
                counted.push(file);
                continue;
            };
            if tables.iter().all(|(known, _)| *known != table) {
                let (live, note) = kind.live(&table)?;
                self.notes.push(note);
                tables.push((table.clone(), live));
            }
            if tables.iter().any(|(known, live)| *known == table && live.contains(&file)) {
                counted.push(file);
            }
        }
        *files = counted;
        Ok(())
    }
}

/// Endings of files that hold data, but of kinds that are not read.
const OTHERS: [&str; 12] =
    ["json", "jsonl", "ndjson", "avro", "orc", "xlsx", "xls", "ods", "arrow", "feather", "db", "sqlite"];

/// What lies in a folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, EventsError> {
    let refused = |source| EventsError::Io { path: folder.to_owned(), source };
    fs::read_dir(folder).map_err(refused)?.map(|entry| Ok(entry.map_err(refused)?.path())).collect()
}

/// All files below a folder but those set aside, whatever the folder is.
fn plain_files(folder: &Path) -> Result<Vec<PathBuf>, EventsError> {
    let (mut files, mut folders) = (Vec::new(), vec![(folder.to_owned(), DEEPEST)]);
    while let Some((folder, deep)) = folders.pop() {
        for path in entries(&folder)? {
            let aside = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with(['.', '_']));
            match (aside, path.is_dir()) {
                (true, _) => {}
                (false, false) => files.push(path),
                (false, true) if deep > 0 => folders.push((path, deep - 1)),
                (false, true) => {}
            }
        }
    }
    Ok(files)
}

fn is_parquet(path: &Path) -> bool {
    let mut first = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == *b"PAR1"
}

/// What a pattern matches; nothing if it is no pattern.
fn matches(input: &Path) -> Vec<PathBuf> {
    let Some(pattern) = input.to_str().filter(|text| text.contains(['*', '?', '['])) else { return Vec::new() };
    // Marks and hidden files are meant only where they are named.
    let marks = |path: &Path| path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('_'));
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let named = marks(input);
    let meant = |path: &PathBuf| named || !marks(path);
    glob::glob_with(pattern, options).map(|paths| paths.flatten().filter(meant).collect()).unwrap_or_default()
}

/// The ending that says what a file holds, below one that says how it is packed.
fn format_word(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let plain = [".gz", ".zst", ".zip"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    let (_, word) = plain.rsplit_once('.')?;
    let packed = plain.len() < name.len();
    match word {
        "csv" | "tsv" | "txt" => Some(word.to_owned()),
        "parquet" | "parq" | "pq" if !packed => Some(word.to_owned()),
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
    fn what_is_passed_over_in_a_folder_is_said() {
        let folder = folder(&["a.csv", "_SUCCESS", "_temporary/0/b.csv", ".a.csv.crc", "c.avro", "d.md"]);
        let found = find_logs(&[folder.path().to_owned()]).unwrap();
        assert_eq!(names(&found.files), ["a.csv"]);
        assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
        assert!(found.notes[0].ends_with("`.a.csv.crc`, `_SUCCESS`, `_temporary`."), "{:?}", found.notes);
        assert!(found.notes[1].ends_with("`.avro`."), "{:?}", found.notes);
    }

    #[test]
    fn parquet_without_an_ending_is_found_where_nothing_else_is() {
        let folder = folder(&["dt=1/000000_0", "dt=1/LICENSE"]);
        fs::write(folder.path().join("dt=1/000000_0"), "PAR1").unwrap();
        assert_eq!(names(&find_files(&[folder.path().to_owned()]).unwrap()), ["000000_0"]);
    }

    #[test]
    fn tables_of_other_kinds_are_refused_by_name_however_they_are_asked_for() {
        let iceberg = folder(&["metadata/00000-ab.metadata.json", "data/dt=1/a.parquet"]);
        let hudi = folder(&[".hoodie/hoodie.properties", "dt=1/a.parquet"]);
        let gap = folder(&["_delta_log/00000000000000000001.json", "dt=1/a.parquet"]);
        for (table, below, word) in
            [(&iceberg, "data/dt=1", "Iceberg"), (&hudi, "dt=1", "Hudi"), (&gap, "dt=1", "Delta")]
        {
            let root = table.path();
            for input in
                [root.to_owned(), root.join(below), root.join(below).join("*.parquet"), root.join("*").join("*")]
            {
                let refused = find_files(std::slice::from_ref(&input));
                let words = refused.map_err(|error| error.to_string()).unwrap_err();
                assert!(words.contains(word) && words.contains("plain Parquet"), "{}: {words}", input.display());
            }
            // A file by its own name is what somebody wanted.
            let found = find_logs(&[root.join(below).join("a.parquet")]).unwrap();
            assert_eq!((found.files.len(), found.notes.len()), (1, 1));
        }
    }

    #[test]
    fn of_a_delta_table_its_present_state_counts() {
        let folder = folder(&["table/dt=1/old.parquet", "table/dt=1/new.parquet", "table/dt=2/x.parquet"]);
        let log = folder.path().join("table/_delta_log");
        fs::create_dir(&log).unwrap();
        let add = |path: &str| format!(r#"{{"add":{{"path":"{path}","partitionValues":{{}},"size":2}}}}"#);
        fs::write(log.join(format!("{:020}.json", 0)), [add("dt=1/old.parquet"), add("dt=2/x.parquet")].join("\n"))
            .unwrap();
        let removed = r#"{"remove":{"path":"dt=1/old.parquet"}}"#.to_owned();
        fs::write(log.join(format!("{:020}.json", 1)), [removed, add("dt=1/new.parquet")].join("\n")).unwrap();
        let table = folder.path().join("table");
        for (input, expected) in [
            (folder.path().to_owned(), &["new.parquet", "x.parquet"][..]),
            (table.clone(), &["new.parquet", "x.parquet"]),
            (table.join("dt=1"), &["new.parquet"]),
            (table.join("*").join("*.parquet"), &["new.parquet", "x.parquet"]),
        ] {
            let found = find_logs(&[input]).unwrap();
            assert_eq!(names(&found.files), expected);
            assert!(found.notes[0].contains("Delta Lake"), "{:?}", found.notes);
        }
    }

    #[test]
    fn of_a_stream_of_spark_what_it_finished_counts() {
        let folder = folder(&["a.parquet", "b.parquet", "half.parquet"]);
        let log = folder.path().join("_spark_metadata");
        fs::create_dir(&log).unwrap();
        let entry = |name: &str| format!(r#"{{"path":"hdfs://elsewhere/t/{name}","action":"add"}}"#);
        fs::write(log.join("0"), format!("v1\n{}", entry("a.parquet"))).unwrap();
        fs::write(log.join("1"), format!("v1\n{}", entry("b.parquet"))).unwrap();
        let input = [folder.path().to_owned()];
        assert_eq!(names(&find_files(&input).unwrap()), ["a.parquet", "b.parquet"]);
        fs::remove_file(log.join("0")).unwrap();
        assert!(find_files(&input).unwrap_err().to_string().contains("parts of its log are missing"));
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
