//! `target/libtorch`: where `.cargo/config.toml` tells torch-sys, and our build script, to look.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Fallible;

/// An analyst's own libtorch, as an absolute path.
pub fn check_libtorch(folder: &Path) -> Fallible<PathBuf> {
    let whole = fs::canonicalize(folder)
        .map_err(|e| format!("DRIFTLINE_LIBTORCH names a folder that cannot be read: {e}: {}", folder.display()))?;
    for part in ["lib", "include"] {
        if !whole.join(part).is_dir() {
            return Err(format!(
                "DRIFTLINE_LIBTORCH names a folder without {part}/. It should name an unpacked libtorch 2.11.0, or the \
                 `torch` folder of the Python package torch==2.11.0: {}",
                whole.display()
            ));
        }
    }
    Ok(whole)
}

/// Makes `libtorch` in the folder a link to the libtorch in use.
pub fn point(target: &Path, libtorch: &Path) -> Fallible<()> {
    let link = target.join("libtorch");
    if fs::read_link(&link).is_ok_and(|to| to == libtorch) {
        return Ok(());
    }
    let fault = |e: std::io::Error| format!("the link to libtorch could not be made: {e}: {}", link.display());
    fs::create_dir_all(target).map_err(fault)?;
    if link.is_dir() && !link.is_symlink() && cfg!(unix) {
        return Err(format!("a folder stands where the link to libtorch belongs; move it away: {}", link.display()));
    }
    replace(libtorch, &link).map_err(fault)
}

/// Made beside and renamed, so that a build going on never finds nothing.
#[cfg(unix)]
fn replace(to: &Path, link: &Path) -> std::io::Result<()> {
    let beside = link.with_extension("new");
    if beside.is_symlink() {
        fs::remove_file(&beside)?;
    }
    std::os::unix::fs::symlink(to, &beside)?;
    fs::rename(&beside, link)
}

/// A junction: unlike a symbolic link it asks for no privilege.
#[cfg(windows)]
fn replace(to: &Path, link: &Path) -> std::io::Result<()> {
    if link.exists() {
        fs::remove_dir(link)?;
    }
    let made = std::process::Command::new("cmd").args(["/C", "mklink", "/J"]).arg(link).arg(to).output()?;
    if made.status.success() {
        Ok(())
    } else {
        Err(std::io::Error::other(String::from_utf8_lossy(&made.stderr).trim().to_owned()))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_link_follows_the_libtorch_in_use() {
        let target = std::env::temp_dir().join(format!("driftline-xtask-{}-link", std::process::id()));
        let (first, second) = (target.join("first"), target.join("second"));
        for folder in [&first, &second] {
            fs::create_dir_all(folder.join("lib")).unwrap();
        }
        for libtorch in [&first, &first, &second] {
            point(&target, libtorch).unwrap();
            assert_eq!(&fs::read_link(target.join("libtorch")).unwrap(), libtorch);
        }
        assert!(check_libtorch(&first).unwrap_err().contains("include/"), "lib/ alone is no libtorch");
        fs::remove_dir_all(target).unwrap();
    }
}
