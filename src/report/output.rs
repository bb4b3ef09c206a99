//! Output appears whole or not at all: it is written beside its place and renamed into it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use tempfile::TempDir;

use super::ReportError;

/// A folder of results in the making. Files written under [`Self::path`] get to their place by [`Self::commit`];
/// dropped without it, nothing stays.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    staging: TempDir,
}

impl OutputFolder {
    /// Opens a hidden folder on the target's file system: inside the target if that is there already, so that only the
    /// target needs to be writable, else beside its place. Call it before long work: it finds out early if results
    /// could not be written.
    ///
    /// # Errors
    /// If the target is a file or cannot be written to.
    pub fn new(target: &Path) -> Result<Self, ReportError> {
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
        let mut builder = tempfile::Builder::new();
        builder.prefix(".driftline-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // It may become the target itself, so it gets what a new folder gets; umask takes its part.
            builder.permissions(fs::Permissions::from_mode(0o777));
        }
        let staging = builder.tempdir_in(home).map_err(fail)?;
        Ok(Self { target: absolute, staging })
    }

    /// Where files are written until [`Self::commit`].
    pub fn path(&self) -> &Path {
        self.staging.path()
    }

    /// Where they will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Brings everything written to its place and tells the files. A new folder appears at once; in a folder that was
    /// there, each file replaces its former at once, other files stay as they are, and if one cannot be replaced the
    /// former ones come back.
    ///
    /// # Errors
    /// If a file cannot be brought to its place; then the target is as it was.
    pub fn commit(self) -> Result<Vec<PathBuf>, ReportError> {
        let fail = |error| ReportError::write(&self.target, error);
        let mut files = Vec::new();
        list(self.staging.path(), Path::new(""), &mut files).map_err(fail)?;
        files.sort();
        for file in &files {
            File::open(self.staging.path().join(file)).and_then(|file| file.sync_all()).map_err(fail)?;
        }
        if self.target.symlink_metadata().is_ok() {
            self.replace(&files)?;
        } else {
            self.appear()?;
        }
        Ok(files.iter().map(|file| self.target.join(file)).collect())
    }

    /// The whole folder becomes the target.
    fn appear(&self) -> Result<(), ReportError> {
        let fail = |error| ReportError::write(&self.target, error);
        let parent = self.target.parent().unwrap_or(&self.target);
        fs::create_dir_all(parent).map_err(fail)?;
        fs::rename(self.staging.path(), &self.target).map_err(fail)?;
        sync_folder(parent);
        Ok(())
    }

    /// Each file takes the place of its former.
    fn replace(&self, files: &[PathBuf]) -> Result<(), ReportError> {
        let aside = self.staging.path().join(".former");
        let mut done = Vec::new();
        for file in files {
            if let Err(error) = self.replace_one(file, &aside) {
                for former in done.iter().rev() {
                    // Best effort: the first error is the one to tell.
                    let _ = fs::rename(aside.join(former), self.target.join(former))
                        .or_else(|_| fs::remove_file(self.target.join(former)));
                }
                return Err(ReportError::write(&self.target.join(file), error));
            }
            done.push(file);
        }
        sync_folder(&self.target);
        Ok(())
    }

    fn replace_one(&self, file: &Path, aside: &Path) -> io::Result<()> {
        let (place, former) = (self.target.join(file), aside.join(file));
        if place.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        for folder in [&place, &former] {
            fs::create_dir_all(folder.parent().unwrap_or(folder))?;
        }
        // A link, so that there is no moment without the file.
        match fs::hard_link(&place, &former) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                fs::copy(&place, &former)?;
            }
            _ => {}
        }
        fs::rename(self.staging.path().join(file), place)
    }
}

/// Writes one file, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write_file(path: &Path, contents: &[u8]) -> Result<(), ReportError> {
    write_whole(path, |mut file| file.write_all(contents).map_err(|error| ReportError::write(path, error)))
}

/// Has one file written, and lets it appear if that went well.
pub(super) fn write_whole<T, E: From<ReportError>>(
    path: &Path,
    write: impl FnOnce(&File) -> Result<T, E>,
) -> Result<T, E> {
    let fail = |error| ReportError::write(path, error);
    if path.is_dir() {
        return Err(fail(io::ErrorKind::IsADirectory.into()).into());
    }
    let file = AtomicWriteFile::open(path).map_err(fail)?;
    let told = write(file.as_file())?;
    file.commit().map_err(fail)?;
    Ok(told)
}

/// Every file under a folder, as paths from there.
fn list(root: &Path, under: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(under))? {
        let entry = entry?;
        let path = under.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Makes renames in a folder last through a power cut, where the system can.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut files = Vec::new();
        list(folder, Path::new(""), &mut files).unwrap();
        files.sort();
        files.iter().map(|file| file.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn a_new_folder_appears_with_everything_in_it() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("deep/er/out");
        let output = OutputFolder::new(&target).unwrap();
        fs::create_dir(output.path().join("model")).unwrap();
        fs::write(output.path().join("model/weights"), "w").unwrap();
        fs::write(output.path().join("run.ron"), "r").unwrap();
        assert!(!home.path().join("deep").exists(), "nothing before commit");
        let files = output.commit().unwrap();
        assert_eq!(files, [target.join("model/weights"), target.join("run.ron")]);
        assert_eq!(names(home.path()), ["deep/er/out/model/weights", "deep/er/out/run.ron"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_new_folder_can_be_entered_by_those_who_could_enter_any_new_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let output = OutputFolder::new(&home.path().join("out")).unwrap();
        output.commit().unwrap();
        fs::create_dir(home.path().join("usual")).unwrap();
        let mode = |name| home.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode("out"), mode("usual"));
    }

    #[test]
    fn dropped_without_commit_nothing_stays() {
        let home = tempfile::tempdir().unwrap();
        for target in ["new", "."] {
            let output = OutputFolder::new(&home.path().join(target)).unwrap();
            fs::write(output.path().join("half.parquet"), "half").unwrap();
            drop(output);
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn files_of_others_in_the_folder_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("notes.txt"), "mine").unwrap();
        fs::write(home.path().join("run.ron"), "former").unwrap();
        let output = OutputFolder::new(home.path()).unwrap();
        fs::write(output.path().join("run.ron"), "new").unwrap();
        output.commit().unwrap();
        assert_eq!(names(home.path()), ["notes.txt", "run.ron"]);
        assert_eq!(fs::read_to_string(home.path().join("run.ron")).unwrap(), "new");
    }

    #[test]
    fn if_one_file_cannot_be_replaced_the_former_ones_come_back() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a"), "former").unwrap();
        fs::create_dir(home.path().join("z")).unwrap();
        let output = OutputFolder::new(home.path()).unwrap();
        for name in ["a", "b", "z"] {
            fs::write(output.path().join(name), "new").unwrap();
        }
        let error = output.commit().unwrap_err().to_string();
        assert!(error.contains("a folder has that name"), "{error}");
        assert_eq!(names(home.path()), ["a"]);
        assert_eq!(fs::read_to_string(home.path().join("a")).unwrap(), "former");
    }

    #[test]
    fn places_that_cannot_be_written_to_are_told_before_any_work() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("report");
        fs::write(&file, "a file").unwrap();
        let itself = OutputFolder::new(&file).unwrap_err().to_string();
        assert!(itself.contains("there is a file of that name"), "{itself}");
        let below = OutputFolder::new(&file.join("out")).unwrap_err().to_string();
        assert!(below.contains("a part of the path is a file"), "{below}");
        assert_eq!(names(home.path()), ["report"]);
        if cfg!(target_os = "linux") {
            assert!(OutputFolder::new(Path::new("/proc/driftline")).is_err());
        }
    }

    #[test]
    fn a_single_file_is_replaced_whole_or_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("chart.svg");
        write_file(&path, b"former").unwrap();
        let failed = write_whole(&path, |mut file| {
            file.write_all(b"half").unwrap();
            Err::<(), _>(ReportError::Chart("stopped".into()))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"former");
        assert_eq!(names(home.path()), ["chart.svg"]);
        assert!(write_file(home.path(), b"x").unwrap_err().to_string().contains("a folder has that name"));
        let nowhere = home.path().join("no/such/chart.svg");
        assert!(write_file(&nowhere, b"x").unwrap_err().to_string().contains("there is no such folder"));
    }
}
