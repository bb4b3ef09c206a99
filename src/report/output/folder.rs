//! A folder of results in the making, and how it comes to its place.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::manifest::{MANIFEST, Manifest, Results, Written, expected};
use super::replace::Replacement;
use super::survey::{Survey, list, top};
use super::swap::swap;
use super::{MARK, sync_folder};
use crate::report::{ReportError, TableFormat};

/// How long one run waits for another to bring its results to the same place.
const PATIENCE: Duration = Duration::from_secs(60);
/// A folder in the making that nobody holds and that is older than this was left by a run that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(600);

/// A folder of results in the making. Files written under [`Self::path`] get to their place by [`Self::commit`];
/// dropped without it, nothing stays.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    kind: Results,
    staging: TempDir,
    /// Held as long as the run lives, so that others see that the folder is not left behind.
    _held: Option<File>,
    /// The folder in the making lies where the target does, so that both can trade places.
    beside: bool,
}

impl OutputFolder {
    /// Opens a hidden folder on the target's file system: beside its place, or inside the target where only that can be
    /// written to. Call it before long work: it finds out early if results could not be written.
    ///
    /// # Errors
    /// If the target is a file or cannot be written to, or has files of somebody else with the names of the results.
    pub fn new(target: &Path, kind: Results, format: TableFormat) -> Result<Self, ReportError> {
        let fail = |error| ReportError::write(target, error);
        let absolute = std::path::absolute(target).map_err(fail)?;
        // Of a path that cannot be looked at for want of permission, the cause shows when the folder is made.
        let home = absolute.ancestors().find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(&absolute);
        if home.metadata().is_ok_and(|home| !home.is_dir()) {
            let why = if home == absolute {
                "there is a file of that name, a folder is needed; choose another place"
            } else {
                "a part of the path is a file, not a folder; choose another place"
            };
            let source = io::ErrorKind::NotADirectory.into();
            return Err(ReportError::Write { why: why.into(), path: target.to_owned(), source });
        }
        if home != absolute {
            let staging = folder_in(home).map_err(fail)?;
            return Ok(Self { target: absolute, kind, _held: hold(staging.path()), staging, beside: true });
        }
        // A link to a folder stays a link; what it names is replaced.
        let real = fs::canonicalize(&absolute).map_err(fail)?;
        let inside = folder_in(&real).map_err(fail)?;
        let survey = {
            // While another run brings its results there, its files would look like somebody else's.
            let _lock = lock(&real).map_err(fail)?;
            Survey::of(&real, kind, &expected(kind, format)).map_err(fail)?
        };
        refuse_clash(&real, &survey)?;
        let parent = real.parent().filter(|parent| survey.all_goes() && may_be_swapped(&real, parent));
        let apart = parent.and_then(|parent| folder_in(parent).ok());
        let beside = apart.is_some();
        let staging = apart.unwrap_or(inside);
        Ok(Self { target: real, kind, _held: hold(staging.path()), staging, beside })
    }

    /// Where files are written until [`Self::commit`].
    pub fn path(&self) -> &Path {
        self.staging.path()
    }

    /// An error met while files were written here, told of the place where they were to be: the folder in the making is
    /// gone when somebody reads of it.
    pub fn told(&self, error: ReportError) -> ReportError {
        let place = |path: PathBuf| match path.strip_prefix(self.path()) {
            Ok(below) => self.target.join(below),
            Err(_) => path,
        };
        match error {
            ReportError::Write { why, path, source } => ReportError::Write { why, path: place(path), source },
            ReportError::Table { why, path } => ReportError::Table { why, path: place(path) },
            other => other,
        }
    }

    /// Where they will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Brings everything written to its place and tells the files, of which the manifest is one.
    ///
    /// A new folder appears at once, and one that holds nothing but the results of an earlier run is replaced at once.
    /// Where there is more in it, or the system cannot do that, files and folders are replaced one by one, each at once,
    /// and the manifest last. Results of an earlier run of the same kind do not stay. Files of others do.
    ///
    /// # Errors
    /// If something cannot be brought to its place; then the target is as it was.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, ReportError> {
        let target = self.target.clone();
        let fail = |error| ReportError::write(&target, error);
        let files = self.written().map_err(fail)?;
        let names: BTreeSet<String> = files.keys().cloned().collect();
        // While this one waited for another run, the target may have come to be, or have become another folder.
        let began = Instant::now();
        loop {
            if self.target.symlink_metadata().is_err() {
                self.finish(files.clone(), BTreeMap::new()).map_err(fail)?;
                match self.appear() {
                    Err(error) if is_taken(&error) && began.elapsed() < PATIENCE => continue,
                    done => done.map_err(fail)?,
                }
                break;
            }
            let _lock = lock(&self.target).map_err(fail)?;
            let survey = Survey::of(&self.target, self.kind, &names).map_err(fail)?;
            refuse_clash(&self.target, &survey)?;
            self.finish(files.clone(), survey.kept.clone()).map_err(fail)?;
            if !(self.beside && survey.all_goes() && self.swapped().map_err(fail)?) {
                let replacement = Replacement::new(self.staging.path(), &self.target);
                replacement
                    .carry_out(&names, &survey)
                    .map_err(|(name, error)| ReportError::write(&self.target.join(name), error))?;
            }
            break;
        }
        Ok(names.iter().map(String::as_str).chain([MANIFEST]).map(|name| self.target.join(name)).collect())
    }

    /// The files written, each safe on the disk.
    fn written(&self) -> io::Result<BTreeMap<String, Written>> {
        let root = self.staging.path();
        let folders: Vec<String> = fs::read_dir(root)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<_>>()?;
        let mut written = BTreeMap::new();
        for name in list(root, &folders.iter().map(String::as_str).collect())? {
            let path = root.join(&name);
            if path.is_file() {
                File::open(&path)?.sync_all()?;
                written.insert(name, Written::of_file(self.kind, &path)?);
            }
        }
        Ok(written)
    }

    /// Puts the manifest beside the files.
    fn finish(&self, mut files: BTreeMap<String, Written>, kept: BTreeMap<String, Written>) -> io::Result<()> {
        for (name, written) in &mut files {
            // What a search left belongs to the search, though a forecast brought it along.
            if let Some(of) = super::manifest::belongs_to(name, self.kind) {
                written.of = of;
            }
        }
        files.extend(kept);
        let path = self.staging.path().join(MANIFEST);
        fs::write(&path, Manifest::new(files).text())?;
        File::open(&path)?.sync_all()?;
        sync_folder(self.staging.path());
        Ok(())
    }

    /// The whole folder becomes the target.
    fn appear(&self) -> io::Result<()> {
        let parent = self.target.parent().unwrap_or(&self.target);
        fs::create_dir_all(parent)?;
        fs::rename(self.staging.path(), &self.target)?;
        sync_folder(parent);
        Ok(())
    }

    /// The whole folder and the target trade places; what the target held is deleted. Answers whether that can be done.
    fn swapped(&mut self) -> io::Result<bool> {
        let Ok(about) = fs::metadata(&self.target) else { return Ok(false) };
        if !same_owner(&about, &fs::metadata(self.staging.path())?) {
            return Ok(false);
        }
        fs::set_permissions(self.staging.path(), about.permissions())?;
        if swap(self.staging.path(), &self.target).is_err() {
            return Ok(false);
        }
        sync_folder(self.target.parent().unwrap_or(&self.target));
        self.bring_back_latecomers();
        Ok(true)
    }

    /// What somebody put into the former folder after it was looked through is theirs: it comes along.
    fn bring_back_latecomers(&mut self) {
        let former = self.staging.path();
        let manifest = Manifest::of_folder(former);
        let within = manifest.files.keys().map(|name| top(name)).collect();
        let theirs = list(former, &within).unwrap_or_default().into_iter();
        for name in theirs.filter(|name| name != MANIFEST && !manifest.files.contains_key(name)) {
            let (from, to) = (former.join(&name), self.target.join(&name));
            let taken = to.symlink_metadata().is_ok();
            // A folder can be removed so only if nothing is in it.
            if fs::remove_dir(&from).is_err() && (taken || fs::rename(&from, &to).is_err()) {
                // Better a hidden folder too many than a file too few.
                self.staging.disable_cleanup(true);
                return;
            }
        }
    }
}

/// Makes a hidden folder, after clearing away those that killed runs left there.
fn folder_in(home: &Path) -> io::Result<TempDir> {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(MARK) && name.ends_with(".tmp"));
        if ours && is_left_behind(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(MARK).suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // It may become the target itself, so it gets what a new folder gets; umask takes its part.
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder.tempdir_in(home)
}

fn is_left_behind(folder: &Path) -> bool {
    let old = |about: fs::Metadata| about.modified().ok()?.elapsed().ok();
    let age = fs::symlink_metadata(folder).ok().filter(fs::Metadata::is_dir).and_then(old);
    // Where a folder cannot be held, nobody can tell whether a run is at work in it.
    age.is_some_and(|age| age > LEFT_BEHIND) && hold(folder).is_some()
}

/// Holds a folder for as long as the answer lives; none if another run holds it or the system cannot.
fn hold(folder: &Path) -> Option<File> {
    File::open(folder).ok().filter(|file| file.try_lock().is_ok())
}

/// Waits until no other run brings its results to a folder. Where a folder cannot be locked, nobody waits.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let began = Instant::now();
    loop {
        let Ok(file) = File::open(folder) else { return Ok(None) };
        match file.try_lock() {
            // The folder may have been replaced by another meanwhile.
            Ok(()) if same_folder(&file, folder) => return Ok(Some(file)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if began.elapsed() > PATIENCE => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another run is writing its results there; wait for it, or choose another place",
                ));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
}

fn refuse_clash(target: &Path, survey: &Survey) -> Result<(), ReportError> {
    let Some(name) = &survey.clash else { return Ok(()) };
    Err(ReportError::Write {
        why: "there is something of that name that this command did not write, and nothing of yours is overwritten; move \
              it away, or choose another folder for the results"
            .into(),
        path: target.join(name),
        source: io::ErrorKind::AlreadyExists.into(),
    })
}

/// Whether a folder can trade places with one beside it: it is not the folder that somebody works in, who would be left in
/// a deleted one, nor the root of another file system.
fn may_be_swapped(folder: &Path, parent: &Path) -> bool {
    let here = std::env::current_dir().and_then(fs::canonicalize);
    here.is_ok_and(|here| !here.starts_with(folder)) && same_device(folder, parent)
}

#[cfg(unix)]
fn same_device(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path| fs::metadata(path).map(|about| about.dev()).ok();
    device(one).is_some() && device(one) == device(other)
}

#[cfg(not(unix))]
fn same_device(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(unix)]
fn same_owner(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.uid(), one.gid()) == (other.uid(), other.gid())
}

#[cfg(not(unix))]
fn same_owner(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn same_folder(open: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same =
        |open: fs::Metadata| fs::metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (open.dev(), open.ino()));
    open.metadata().is_ok_and(same)
}

#[cfg(not(unix))]
fn same_folder(_: &File, _: &Path) -> bool {
    true
}
