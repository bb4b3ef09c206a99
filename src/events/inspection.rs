//! A look into a log: its columns, what they seem to mean, and its first rows.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Dialect, Role, SwitchedOff};

/// One column of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    /// Its name.
    pub name: String,
    /// Its type in words: `text`, `integer`, `number`, `time`, `date`, `true/false`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it means, given or guessed; none if it plays no part.
    pub role: Option<Role>,
    /// Why this role.
    pub why: String,
    /// Rows without a value.
    pub nulls: u64,
    /// Distinct values.
    pub distinct: u64,
    /// A few of its values.
    pub examples: Vec<String>,
}

/// A file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenFile {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, with its name.
    pub why: String,
}

/// A look into a log. Counts of columns are over the rows looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The files that make the log.
    pub files: Vec<PathBuf>,
    /// Files that are broken; the log can be read without them.
    #[serde(default)]
    pub broken: Vec<BrokenFile>,
    /// How the first text file is written; none for Parquet.
    #[serde(default)]
    pub dialect: Option<Dialect>,
    /// Rows looked at.
    pub rows_seen: u64,
    /// The columns, in the log's order.
    pub columns: Vec<ColumnReport>,
    /// The first rows as text, one entry a column; an absent value is `None`.
    pub preview: Vec<Vec<Option<String>>>,
    /// What these columns do not allow.
    #[serde(default)]
    pub off: Vec<SwitchedOff>,
    /// The roles that a forecast needs and no column plays.
    #[serde(default)]
    pub needs: Vec<Role>,
    /// What stands between this log and a forecast, in a sentence each: a role that no column plays, times that can be
    /// read two ways. Empty if nothing does.
    pub problems: Vec<String>,
}
