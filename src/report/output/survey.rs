//! What lies in a folder of results before new ones come: what the run before wrote, and what is somebody else's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use super::manifest::{MANIFEST, Manifest, Results, Written};

/// A folder of results as it is found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// What other commands wrote, and stays.
    pub kept: BTreeMap<String, Written>,
    /// What an earlier run wrote that the new one does not write again, and is still as it was written.
    pub stale: BTreeSet<String>,
    /// What is no result: files of people, and results that somebody changed.
    pub foreign: BTreeSet<String>,
    /// Files that have the name of a new one though Driftline did not write them.
    pub clash: Option<String>,
}

impl Survey {
    /// Looks through a folder into which results of a kind with these names are to come.
    pub fn of(folder: &Path, kind: Results, new: &BTreeSet<String>) -> io::Result<Self> {
        let manifest = Manifest::of_folder(folder);
        let mut found = Self::default();
        // Elsewhere nothing of ours can lie, and what lies there may be a whole disk.
        let within: BTreeSet<&str> = new.iter().chain(manifest.files.keys()).map(|name| top(name)).collect();
        for name in list(folder, &within)?.into_iter().filter(|name| name != MANIFEST) {
            // A folder of ours that was emptied holds nothing that could be lost.
            if within.contains(name.as_str()) && is_folder(&folder.join(&name)) {
                continue;
            }
            match manifest.files.get(&name) {
                None if new.contains(&name) => {
                    found.clash.get_or_insert(name);
                }
                None => {
                    // A file where a folder is to be, or the other way round, cannot stay beside it.
                    let below = |other: &String| is_below(other, &name) || is_below(&name, other);
                    if new.iter().any(below) {
                        found.clash.get_or_insert(name.clone());
                    }
                    found.foreign.insert(name);
                }
                Some(written) if !kind.replace(written.of) => {
                    // Results of two kinds may have a file of the same name; neither takes it from the other.
                    if new.contains(&name) {
                        found.clash.get_or_insert(name.clone());
                    }
                    found.kept.insert(name, written.clone());
                }
                Some(_) if new.contains(&name) => {}
                Some(written) if written.is_in(&folder.join(&name)) => {
                    found.stale.insert(name);
                }
                Some(_) => {
                    found.foreign.insert(name);
                }
            }
        }
        Ok(found)
    }

    /// Whether nothing in the folder is to stay.
    pub fn all_goes(&self) -> bool {
        self.kept.is_empty() && self.foreign.is_empty()
    }

    /// Whether something below a folder is to stay.
    pub fn stays_below(&self, folder: &str) -> bool {
        self.kept.keys().chain(&self.foreign).any(|name| name == folder || is_below(name, folder))
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir())
}

fn is_below(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Every file below a folder, as paths from there with `/` between their parts, sorted. Of its folders only those of
/// `within` are entered; another one, an empty one and a link are told as they are. Folders of results in the making are
/// passed over.
pub(super) fn list(root: &Path, within: &BTreeSet<&str>) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(super::MARK) {
            continue;
        }
        if entry.file_type()?.is_dir() && within.contains(name.as_str()) {
            list_below(root, &name, &mut files)?;
        } else {
            files.push(name);
        }
    }
    files.sort();
    Ok(files)
}

fn list_below(root: &Path, under: &str, files: &mut Vec<String>) -> io::Result<()> {
    let before = files.len();
    for entry in fs::read_dir(root.join(under))? {
        let entry = entry?;
        let path = format!("{under}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_below(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    if files.len() == before {
        files.push(under.to_owned());
    }
    Ok(())
}

/// The first part of a path.
pub(super) fn top(name: &str) -> &str {
    name.split_once('/').map_or(name, |(top, _)| top)
}
