//! `driftline cache`: what is kept between runs, and its end.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;

use super::arguments::{CacheAction, CacheArguments};
use super::doctor::size;
use super::output::{count, print, print_json};
use super::{Misuse, exit};
use crate::language;

/// What may be cleared: it is computed anew when it is needed.
const PARTS: [(&str, &str); 3] =
    [("vectors", "vectors of texts"), ("stages", "results of stages"), ("training", "unfinished trainings")];

pub(super) fn run(arguments: &CacheArguments) -> anyhow::Result<u8> {
    let folder = language::cache_dir();
    let clear = arguments.action == CacheAction::Clear;
    let mut parts = Vec::new();
    for (name, words) in PARTS {
        let place = folder.join(name);
        let bytes = size(&place);
        if clear {
            remove(&place)?;
        }
        parts.push((name, words, bytes));
    }
    let limit = language::vectors_limit();
    if arguments.voice.json {
        let parts: Vec<_> = parts.iter().map(|(name, _, bytes)| json!({ "part": name, "bytes": bytes })).collect();
        let vectors = json!({ "folder": folder, "cleared": clear, "vectors_limit": limit, "parts": parts });
        print_json(&vectors)?;
        return Ok(exit::DONE);
    }
    let mut text = String::new();
    for (_, words, bytes) in parts {
        let done = if clear { "cleared: " } else { "" };
        text.push_str(&format!("{done}{words}, {} MB\n", count(bytes.div_ceil(1_000_000))));
    }
    if !clear {
        let limit = count(limit / 1_000_000);
        text.push_str(&format!("vectors may take up {limit} MB (DRIFTLINE_VECTORS_MB); those used longest ago go\n"));
    }
    print(&format!("{text}{}\n", folder.display()))?;
    Ok(exit::DONE)
}

/// Removes a folder that may not be there, or may vanish meanwhile.
fn remove(place: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let why = format!("what is kept could not be deleted ({error}); close other Driftlines and try again");
            Err(Misuse(format!("{why}: {}", place.display())).into())
        }
        _ => Ok(()),
    }
}
