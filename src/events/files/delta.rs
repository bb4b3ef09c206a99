//! Which files of a Delta Lake table are its present state, by its log.
//!
//! The log is a folder of numbered files of JSON, each a commit that adds files and removes others
//! (<https://github.com/delta-io/delta/blob/master/PROTOCOL.md>). It is followed from its first commit on; where that is
//! not possible, or where more than a list of files is needed to know the rows, the table is refused.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::events::source::partitions::{decoded, of};

/// The log's folder.
pub const LOG: &str = "_delta_log";

/// Features of a table that change nothing about how its files are read.
const HARMLESS: [&str; 5] = ["timestampNtz", "deletionVectors", "v2Checkpoint", "vacuumProtocolCheck", "columnMapping"];

/// A table while its log is followed.
#[derive(Default)]
struct Table {
    /// What was added and not removed. A file may be there once without rows marked as deleted and once with.
    live: BTreeMap<(String, String), Value>,
    partitions: Vec<String>,
}

/// The files of the table's present state.
///
/// # Errors
/// Why they cannot be told.
pub fn live(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut table = Table::default();
    for commit in commits(&root.join(LOG))? {
        let refused = |error: std::io::Error| format!("its log cannot be read ({error})");
        for line in BufReader::new(File::open(&commit).map_err(refused)?).lines() {
            let line = line.map_err(refused)?;
            if !line.trim().is_empty() {
                let action = serde_json::from_str(&line).map_err(|error| format!("its log is damaged ({error})"))?;
                table.follow(&action)?;
            }
        }
    }
    table.live.values().map(|add| table.file(root, add)).collect()
}

/// The commits from the first to the last.
fn commits(log: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(log).map_err(|error| format!("its log cannot be read ({error})"))?;
    let (mut commits, mut newest_checkpoint) = (BTreeMap::new(), None);
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((number, kind)) = name.split_once('.') else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        if kind == "json" {
            commits.insert(number, path);
        } else if kind.starts_with("checkpoint") {
            newest_checkpoint = newest_checkpoint.max(Some(number));
        }
    }
    let last = commits.keys().next_back().copied();
    if last.is_none_or(|last| commits.len() as u64 != last + 1) || newest_checkpoint > last {
        return Err("its oldest commits are kept as a checkpoint only".to_owned());
    }
    Ok(commits.into_values().collect())
}

impl Table {
    fn follow(&mut self, action: &Value) -> Result<(), String> {
        let key = |file: &Value| {
            let path = file["path"].as_str().ok_or("its log names no file")?.to_owned();
            let deleted = &file["deletionVector"];
            let deleted = if deleted.is_null() { String::new() } else { deleted.to_string() };
            Ok::<_, String>((path, deleted))
        };
        if let Some(add) = action.get("add") {
            self.live.insert(key(add)?, add.clone());
        }
        if let Some(remove) = action.get("remove") {
            self.live.remove(&key(remove)?);
        }
        if let Some(about) = action.get("metaData") {
            let columns = about["partitionColumns"].as_array().cloned().unwrap_or_default();
            self.partitions = columns.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let mapping = about["configuration"]["delta.columnMapping.mode"].as_str();
            if mapping.is_some_and(|mode| mode != "none") {
                return Err("its columns have other names in its files (column mapping)".to_owned());
            }
            if about["format"]["provider"].as_str().is_some_and(|format| format != "parquet") {
                return Err("its files are not Parquet".to_owned());
            }
        }
        if let Some(protocol) = action.get("protocol") {
            let features = protocol["readerFeatures"].as_array().cloned().unwrap_or_default();
            let unknown = features.iter().filter_map(Value::as_str).find(|feature| !HARMLESS.contains(feature));
            if let Some(feature) = unknown {
                return Err(format!("it uses `{feature}`"));
            }
            if protocol["minReaderVersion"].as_u64().is_none_or(|version| version > 3) {
                return Err("it is of a newer version than this program knows".to_owned());
            }
        }
        Ok(())
    }

    /// A file of the table, if it is there and says all that the log says of it.
    fn file(&self, root: &Path, add: &Value) -> Result<PathBuf, String> {
        if !add["deletionVector"].is_null() {
            return Err("rows of its files are marked as deleted (deletion vectors)".to_owned());
        }
        let path = PathBuf::from(decoded(add["path"].as_str().unwrap_or_default()));
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || path.to_string_lossy().contains("://") {
            return Err("some of its files lie outside its folder".to_owned());
        }
        let found = of(&path);
        for name in &self.partitions {
            let said = add["partitionValues"][name].as_str().filter(|value| !value.is_empty());
            if found.iter().find(|one| one.name == *name).is_none_or(|one| one.value.as_deref() != said) {
                return Err(format!("the values of its column `{name}` are in its log only"));
            }
        }
        let path = root.join(path);
        let size = fs::metadata(&path).map(|about| about.len()).ok();
        if size.is_none() || add["size"].as_u64().is_some_and(|said| Some(said) != size) {
            return Err(format!("its file {} is missing or is another one", path.display()));
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = r#"{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"partitionColumns":["dt"],"configuration":{}}}"#;

    fn add(path: &str, day: &str, more: &str) -> String {
        format!(r#"{{"add":{{"path":"{path}","partitionValues":{{"dt":"{day}"}},"size":2{more}}}}}"#)
    }

    fn table(commits: &[String], files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(LOG)).unwrap();
        for (number, commit) in commits.iter().enumerate() {
            fs::write(folder.path().join(LOG).join(format!("{number:020}.json")), commit).unwrap();
        }
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "ab").unwrap();
        }
        folder
    }

    fn names(folder: &tempfile::TempDir) -> Result<Vec<String>, String> {
        let relative = |path: PathBuf| path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
        live(folder.path()).map(|paths| paths.into_iter().map(relative).collect())
    }

    #[test]
    fn what_was_removed_is_not_the_present_state() {
        let first = format!("{BEGIN}\n{}\n{}", add("dt=1/a.parquet", "1", ""), add("dt=2/b.parquet", "2", ""));
        let second = format!(
            "{}\n{}\n",
            r#"{"remove":{"path":"dt=1/a.parquet","dataChange":true}}"#,
            add("dt=1/c%20d.parquet", "1", "")
        );
        let folder = table(&[first, second], &["dt=1/a.parquet", "dt=2/b.parquet", "dt=1/c d.parquet"]);
        assert_eq!(names(&folder).unwrap(), ["dt=1/c d.parquet", "dt=2/b.parquet"]);
    }

    #[test]
    fn what_a_list_of_files_does_not_tell_is_refused() {
        let refused = |lines: &str| names(&table(&[format!("{BEGIN}\n{lines}")], &["dt=1/a.parquet"])).unwrap_err();
        let deleted = add("dt=1/a.parquet", "1", r#","deletionVector":{"storageType":"u","pathOrInlineDv":"x"}"#);
        assert!(refused(&deleted).contains("deletion vectors"));
        assert!(refused(&add("dt=1/b.parquet", "1", "")).contains("missing"));
        assert!(refused(&add("dt=1/a.parquet", "2", "")).contains("`dt`"));
        assert!(refused(&add("../a.parquet", "1", "")).contains("outside"));
        assert!(refused(&add("s3://bucket/a.parquet", "1", "")).contains("outside"));
        assert!(refused("{").contains("damaged"));
        let mapped = r#"{"metaData":{"configuration":{"delta.columnMapping.mode":"name"}}}"#;
        assert!(refused(mapped).contains("other names"));
        let newer = r#"{"protocol":{"minReaderVersion":3,"readerFeatures":["typeWidening"]}}"#;
        assert!(refused(newer).contains("`typeWidening`"));
    }

    #[test]
    fn a_log_that_lacks_its_beginning_is_refused() {
        let folder = table(&[BEGIN.to_owned(), add("dt=1/a.parquet", "1", "")], &["dt=1/a.parquet"]);
        assert_eq!(names(&folder).unwrap().len(), 1);
        let log = folder.path().join(LOG);
        fs::write(log.join("00000000000000000001.checkpoint.parquet"), "x").unwrap();
        assert_eq!(names(&folder).unwrap().len(), 1, "the checkpoint says nothing that the commits do not");
        fs::remove_file(log.join("00000000000000000000.json")).unwrap();
        assert!(names(&folder).unwrap_err().contains("checkpoint"));
    }
}
