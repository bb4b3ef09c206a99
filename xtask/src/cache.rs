//! The folder outside the checkout where fetched things stay: where it is, who works in it, what in it is complete.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::Fallible;

/// The stamp's name within a complete folder.
const STAMP: &str = ".driftline-complete";

/// Where fetched things are kept: `DRIFTLINE_CACHE`, or `driftline` in the system's cache folder. The program itself
/// looks for the language model by the same rule.
pub fn folder() -> Fallible<PathBuf> {
    if let Some(given) = env_path("DRIFTLINE_CACHE") {
        return std::path::absolute(&given)
            .map_err(|e| format!("DRIFTLINE_CACHE is no path: {e}: {}", given.display()));
    }
    let system = if cfg!(windows) {
        env_path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env_path("HOME").map(|home| home.join("Library/Caches"))
    } else {
        env_path("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| Some(env_path("HOME")?.join(".cache")))
    };
    system.map(|folder| folder.join("driftline")).ok_or_else(|| {
        "the system names no cache folder; set DRIFTLINE_CACHE to a folder with 2 GB to spare".to_owned()
    })
}

fn env_path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Keeps a second set-up out of the cache folder until dropped (by the system, if need be).
pub fn lock(cache: &Path) -> Fallible<File> {
    let fault = |e: std::io::Error| format!("the cache folder cannot be used: {e}: {}", cache.display());
    fs::create_dir_all(cache).map_err(fault)?;
    let file = File::create(cache.join(".lock")).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("Waiting for another set-up that is at work in {}", cache.display());
            file.lock().map_err(fault)?;
        }
        Err(TryLockError::Error(e)) => return Err(fault(e)),
    }
    Ok(file)
}

/// Whether a folder is complete and made of what the stamp says.
pub fn is_complete(folder: &Path, stamp: &str) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp)
}

/// Stamps a folder that was made beside its place, and moves it there. Whoever looks sees the old one or the new one.
pub fn put_in_place(made: &Path, place: &Path, stamp: &str) -> Fallible<()> {
    let fault = |e: std::io::Error| format!("a finished folder could not be put in place: {e}: {}", place.display());
    fs::write(made.join(STAMP), stamp).map_err(fault)?;
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent).map_err(fault)?;
    }
    let old = made.with_extension("old");
    remove(&old)?;
    if place.exists() {
        fs::rename(place, &old).map_err(fault)?;
    }
    fs::rename(made, place).map_err(fault)?;
    remove(&old)
}

/// Removes a folder with all that is in it, if it is there.
pub fn remove(folder: &Path) -> Fallible<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("a left-over folder could not be removed: {e}: {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("driftline-xtask-{}-{name}", std::process::id()));
        remove(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn only_a_stamped_folder_is_complete() {
        let cache = scratch("stamp");
        let (made, place) = (cache.join("making"), cache.join("deep/place"));
        fs::create_dir_all(&made).unwrap();
        fs::write(made.join("file"), "new").unwrap();
        assert!(!is_complete(&place, "one"));
        put_in_place(&made, &place, "one").unwrap();
        assert!(is_complete(&place, "one"));
        assert!(!is_complete(&place, "two"), "made of other wheels");
        remove(&cache).unwrap();
    }

    #[test]
    fn a_folder_is_replaced_whole() {
        let cache = scratch("replace");
        let (made, place) = (cache.join("making"), cache.join("place"));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("left over"), "old").unwrap();
        fs::create_dir_all(&made).unwrap();
        put_in_place(&made, &place, "stamp").unwrap();
        assert!(!place.join("left over").exists());
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 1, "nothing lies about");
        remove(&cache).unwrap();
    }

    #[test]
    fn two_cannot_hold_the_lock() {
        let cache = scratch("lock");
        let held = lock(&cache).unwrap();
        let second = File::create(cache.join(".lock")).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(second.try_lock().is_ok());
        remove(&cache).unwrap();
    }
}
