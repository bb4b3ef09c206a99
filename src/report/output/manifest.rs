//! `driftline-manifest.json`: which files of a folder were written by which command, and what was in them. It is put in place last,
//! so a reader knows by it what belongs together, and the next run knows what it may replace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::report::TableFormat;

/// The manifest's own name.
pub(super) const MANIFEST: &str = "driftline-manifest.json";
/// The version of its layout.
const VERSION: u32 = 1;

/// What is written together and replaced together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Results {
    /// What `driftline forecast` and `driftline update` write.
    Forecast,
    /// What a search for a network's shape writes before its forecast.
    Tuning,
    /// What `driftline backtest` writes.
    Backtest,
    /// What `driftline recommend` writes.
    Recommend,
    /// What `driftline value` writes.
    Value,
}

impl Results {
    /// Whether the results of an earlier run go when these come.
    pub(super) fn replace(self, earlier: Self) -> bool {
        // A forecast brings its search along, so one of an earlier run is not its own.
        self == earlier || (self == Self::Forecast && earlier == Self::Tuning)
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    /// To what it belongs.
    pub of: Results,
    /// How long it is.
    bytes: u64,
    /// BLAKE3 of its content.
    blake3: String,
}

impl Written {
    /// What a file holds now.
    pub fn of_file(of: Results, path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file)?;
        Ok(Self { of, bytes, blake3: hasher.finalize().to_hex().to_string() })
    }

    /// Whether a file still is what was written.
    pub fn is_in(&self, path: &Path) -> bool {
        let same_length = fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() == self.bytes);
        same_length && Self::of_file(self.of, path).is_ok_and(|now| now == *self)
    }
}

/// The files of a folder of results, by their paths from there, with `/` between their parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    pub files: BTreeMap<String, Written>,
}

impl Manifest {
    pub fn new(files: BTreeMap<String, Written>) -> Self {
        Self { version: VERSION, files }
    }

    /// The manifest of a folder; of one that was written before there were manifests, or of a damaged one, what can be
    /// said by the files' names.
    pub fn of_folder(folder: &Path) -> Self {
        let read = || {
            let bytes = fs::read(folder.join(MANIFEST)).ok()?;
            let found: Self = serde_json::from_slice(&bytes).ok()?;
            (found.version == VERSION).then_some(found)
        };
        read().or_else(|| before_manifests(folder)).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        // Numbers and words alone cannot fail to be written down.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// The tables, by what they belong to.
const TABLES: [(&str, Results); 11] = [
    ("interests", Results::Forecast),
    ("texts", Results::Forecast),
    ("trajectories", Results::Forecast),
    ("forecast", Results::Forecast),
    ("users", Results::Forecast),
    ("cohorts", Results::Forecast),
    ("cohort_trajectories", Results::Forecast),
    ("tuning", Results::Tuning),
    ("backtest", Results::Backtest),
    ("recommend", Results::Recommend),
    ("value", Results::Value),
];
/// The other files whose names are known beforehand.
const OTHERS: [(&str, Results); 8] = [
    ("run.ron", Results::Forecast),
    ("model/weights.safetensors", Results::Forecast),
    ("model/space.safetensors", Results::Forecast),
    ("model/model.ron", Results::Forecast),
    ("tuned.ron", Results::Tuning),
    ("scores.json", Results::Backtest),
    ("scores.json", Results::Value),
    ("scores.json", Results::Recommend),
];

/// The names of the files that belong to some results, but for the charts, which are named after users.
fn names(format: TableFormat) -> impl Iterator<Item = (String, Results)> {
    let tables = TABLES
        .into_iter()
        .flat_map(move |(name, of)| format.endings().iter().map(move |ending| (format!("{name}.{ending}"), of)));
    tables.chain(OTHERS.map(|(name, of)| (name.to_owned(), of)))
}

/// To what a file belongs whose name is known beforehand and that came with results of a kind: to these, where they have
/// a file of this name.
pub(super) fn belongs_to(name: &str, kind: Results) -> Option<Results> {
    let known = || names(TableFormat::Both).filter(|(known, _)| known == name).map(|(_, of)| of);
    known().find(|of| *of == kind).or_else(|| known().next())
}

/// The names of the files that a run is going to write, but for the charts.
pub(super) fn expected(kind: Results, format: TableFormat) -> BTreeSet<String> {
    names(format).filter(|(_, of)| *of == kind).map(|(name, _)| name).collect()
}

/// The files of a forecast that an earlier version wrote without a manifest: those with its names, where its `run.ron`
/// lies beside them.
fn before_manifests(folder: &Path) -> Option<Manifest> {
    let card = fs::read_to_string(folder.join("run.ron")).ok()?;
    if !card.starts_with("(\n    driftline: \"") {
        return None;
    }
    let charts = fs::read_dir(folder.join("charts")).into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let ours = name.starts_with("user-") && (name.ends_with(".svg") || name.ends_with(".png"));
        ours.then(|| (format!("charts/{name}"), Results::Forecast))
    });
    let written = |(name, of): (String, Results)| {
        let written = Written::of_file(of, &folder.join(&name)).ok()?;
        Some((name, written))
    };
    Some(Manifest::new(names(TableFormat::Parquet).chain(charts).filter_map(written).collect()))
}

/// Whether the files of a forecast in a folder are of one run, as far as its manifest tells; where they are not, which
/// file is of another. A folder without a manifest is taken as it is.
pub fn of_one_run(folder: &Path, names: &[&str]) -> Result<(), String> {
    if !folder.join(MANIFEST).is_file() {
        return Ok(());
    }
    let manifest = Manifest::of_folder(folder);
    let stranger = names.iter().find(|name| {
        let path = folder.join(name);
        path.exists() && !manifest.files.get(**name).is_some_and(|written| written.is_in(&path))
    });
    stranger.map_or(Ok(()), |name| Err((*name).to_owned()))
}
