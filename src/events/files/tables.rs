//! Folders that are tables of a kind of their own: Delta Lake, Iceberg, Hudi, Spark's streams.
//!
//! Beside the files of the present state they hold those that were superseded and not yet cleared away. To read all of
//! them would count events twice and bring back those that were deleted.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::delta;
use crate::events::EventsError;
use crate::wording::counted;

/// Where Spark's streams note which files count.
const STREAM: &str = "_spark_metadata";

/// What a folder is, where it is a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    Delta,
    Iceberg,
    Hudi,
    Stream,
}

impl TableKind {
    /// What the folder is by what lies in it.
    pub fn of(folder: &Path) -> Option<Self> {
        let described = || {
            let mut entries = fs::read_dir(folder.join("metadata")).ok()?.flatten();
            entries.any(|entry| entry.file_name().to_string_lossy().ends_with(".metadata.json")).then_some(())
        };
        if folder.join(delta::LOG).is_dir() {
            Some(Self::Delta)
        } else if folder.join(".hoodie").is_dir() {
            Some(Self::Hudi)
        } else if folder.join(STREAM).is_dir() {
            Some(Self::Stream)
        } else {
            described().map(|()| Self::Iceberg)
        }
    }

    /// The table that a file or folder belongs to, and its folder.
    pub fn above(path: &Path) -> Option<(Self, PathBuf)> {
        let inner = |folder: &&Path| folder.file_name().is_some_and(|name| name.to_string_lossy().contains('='));
        let partitions = path.ancestors().skip(1).take_while(inner).count();
        let holder = path.ancestors().nth(1 + partitions)?;
        // Iceberg keeps its files in a folder of their own.
        let above = holder.parent().filter(|_| holder.file_name().is_some_and(|name| name == "data"));
        let at = |folder: &Path| Self::of(folder).map(|kind| (kind, folder.to_owned()));
        at(holder).or_else(|| at(above?).filter(|(kind, _)| *kind == Self::Iceberg))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Delta => "Delta Lake table",
            Self::Iceberg => "Iceberg table",
            Self::Hudi => "Hudi table",
            Self::Stream => "stream written by Spark",
        }
    }

    /// The files of the table's present state, and what to know about them.
    ///
    /// # Errors
    /// A table whose present state cannot be told here.
    pub fn live(self, folder: &Path) -> Result<(Vec<PathBuf>, String), EventsError> {
        let refused = |why: String, instead: &'static str| EventsError::TableFolder {
            kind: self.name(),
            why,
            instead,
            path: folder.to_owned(),
        };
        let (files, by) = match self {
            Self::Delta => {
                let with = "DuckDB: COPY (FROM delta_scan('FOLDER')) TO 'log.parquet'";
                (delta::live(folder).map_err(|why| refused(why, with))?, "its log")
            }
            Self::Iceberg => {
                let with = "DuckDB: COPY (FROM iceberg_scan('FOLDER')) TO 'log.parquet'";
                return Err(refused("its manifests are not read here".to_owned(), with));
            }
            Self::Hudi => {
                let with = "Spark: spark.read.format('hudi').load('FOLDER').write.parquet('log')";
                return Err(refused("its timeline is not read here".to_owned(), with));
            }
            Self::Stream => {
                let with = "Spark: spark.read.parquet('FOLDER').write.parquet('log')";
                (streamed(folder).map_err(|why| refused(why, with))?, "`_spark_metadata`")
            }
        };
        let count = match files.len() {
            1 => "1 file counts".to_owned(),
            many => format!("{} count", counted(many, "file")),
        };
        let note = format!("The folder is a {}, of which {count} by {by}.", self.name());
        Ok((files, note))
    }
}

/// The files that Spark's stream has finished. They are known by their names, as the folder may have been moved.
fn streamed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let log = folder.join(STREAM);
    let entries = fs::read_dir(&log).map_err(|error| format!("its log cannot be read ({error})"))?;
    let mut batches: Vec<(u64, bool, PathBuf)> = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (number, compact) = name.strip_suffix(".compact").map_or((name.as_str(), false), |number| (number, true));
        if let Ok(number) = number.parse() {
            batches.push((number, compact, path));
        }
    }
    batches.sort_unstable();
    // A compact one repeats all before it.
    let begins = batches.iter().rposition(|(_, compact, _)| *compact).unwrap_or(0);
    let first = batches.first().map(|(number, ..)| *number);
    let follow = batches[begins..].windows(2).all(|two| two[0].0 + 1 == two[1].0);
    if batches.is_empty() || !follow || (!batches[begins].1 && first != Some(0)) {
        return Err("parts of its log are missing".to_owned());
    }
    let mut names = HashSet::new();
    for (_, _, path) in &batches[begins..] {
        let text = fs::read_to_string(path).map_err(|error| format!("its log cannot be read ({error})"))?;
        for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
            let entry: Value = serde_json::from_str(line).map_err(|error| format!("its log is damaged ({error})"))?;
            let path = entry["path"].as_str().ok_or("its log names no file")?;
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            match entry["action"].as_str() {
                Some("delete") => names.remove(&name),
                _ => names.insert(name),
            };
        }
    }
    let mut files = super::plain_files(folder).map_err(|error| error.to_string())?;
    files.retain(|path| path.file_name().is_some_and(|name| names.contains(&*name.to_string_lossy())));
    if files.len() != names.len() {
        return Err(format!(
            "of its {} not all are there, {} missing",
            counted(names.len(), "file"),
            names.len() - files.len().min(names.len())
        ));
    }
    Ok(files)
}
