//! Results take the place of former ones within a folder that stays: each file and folder at once, the manifest last, and
//! if one cannot be replaced, the former ones come back.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::MANIFEST;
use super::survey::{Survey, top};
use super::swap::swap;
use super::{MARK, sync_folder};

/// One thing done, as it is undone.
#[derive(Debug)]
enum Step {
    /// Something new came where nothing was.
    Came(String),
    /// Something new and its former traded places.
    Swapped(String),
    /// Something new took the place of its former, which lies aside.
    Took(String),
    /// What nothing new replaces was laid aside.
    Left(String),
}

/// A replacement at work.
#[derive(Debug)]
pub(super) struct Replacement<'a> {
    /// Where the new files lie.
    new: &'a Path,
    target: &'a Path,
    /// Where the former ones are laid.
    aside: PathBuf,
    done: Vec<Step>,
}

impl<'a> Replacement<'a> {
    /// From a folder to another one on the same file system.
    pub fn new(new: &'a Path, target: &'a Path) -> Self {
        Self { new, target, aside: new.join(format!("{MARK}former")), done: Vec::new() }
    }

    /// Brings the new files to their places, and takes away the stale ones.
    ///
    /// # Errors
    /// The file that could not be brought to its place; all others are as they were.
    pub fn carry_out(mut self, names: &BTreeSet<String>, survey: &Survey) -> Result<(), (String, io::Error)> {
        let done = self.all(names, survey);
        if done.is_err() {
            self.undo();
        }
        done
    }

    fn all(&mut self, names: &BTreeSet<String>, survey: &Survey) -> Result<(), (String, io::Error)> {
        let at = |name: &str| {
            let name = name.to_owned();
            move |error| (name, error)
        };
        fs::create_dir_all(&self.aside).map_err(at(""))?;
        let tops: BTreeSet<&str> = names.iter().map(|name| top(name)).collect();
        for whole in tops {
            let folder = !names.contains(whole);
            // A folder in which something stays is replaced file by file.
            if !(folder && survey.stays_below(whole)) && self.whole(whole, folder).map_err(at(whole))? {
                continue;
            }
            let below = names.iter().filter(|name| top(name) == whole);
            below.into_iter().try_for_each(|name| self.file(name).map_err(at(name)))?;
        }
        for name in &survey.stale {
            // It is gone already if the folder it lay in was replaced as a whole.
            if self.target.join(name).symlink_metadata().is_ok() {
                self.take_away(name).map_err(at(name))?;
            }
        }
        sync_folder(self.target);
        self.file(MANIFEST).map_err(at(MANIFEST))?;
        sync_folder(self.target);
        for folder in survey.stale.iter().map(|name| top(name)).collect::<BTreeSet<_>>() {
            // Only where nothing is left in it.
            let _ = fs::remove_dir(self.target.join(folder));
        }
        Ok(())
    }

    /// Brings a file or a folder to its place at once. Answers whether that can be done.
    fn whole(&mut self, name: &str, folder: bool) -> io::Result<bool> {
        let (from, to) = (self.new.join(name), self.target.join(name));
        match to.symlink_metadata() {
            Err(_) => {
                fs::rename(from, to)?;
                self.done.push(Step::Came(name.to_owned()));
                Ok(true)
            }
            Ok(about) if about.is_dir() == folder && swap(&from, &to).is_ok() => {
                self.done.push(Step::Swapped(name.to_owned()));
                Ok(true)
            }
            Ok(_) => Ok(false),
        }
    }

    /// Brings one file to its place.
    fn file(&mut self, name: &str) -> io::Result<()> {
        let (place, former) = (self.target.join(name), self.aside.join(name));
        if place.symlink_metadata().is_ok_and(|about| about.is_dir()) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        for folder in [&place, &former] {
            fs::create_dir_all(folder.parent().unwrap_or(folder))?;
        }
        // A link, so that there is no moment without the file.
        let step = match fs::hard_link(&place, &former) {
            Ok(()) => Step::Took(name.to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Step::Came(name.to_owned()),
            Err(_) => {
                fs::copy(&place, &former)?;
                Step::Took(name.to_owned())
            }
        };
        fs::rename(self.new.join(name), place)?;
        self.done.push(step);
        Ok(())
    }

    fn take_away(&mut self, name: &str) -> io::Result<()> {
        let former = self.aside.join(name);
        fs::create_dir_all(former.parent().unwrap_or(&former))?;
        fs::rename(self.target.join(name), former)?;
        self.done.push(Step::Left(name.to_owned()));
        Ok(())
    }

    /// Best effort: the first error is the one to tell.
    fn undo(&mut self) {
        for step in self.done.drain(..).rev() {
            let _ = match step {
                Step::Came(name) => fs::rename(self.target.join(&name), self.new.join(&name)),
                Step::Swapped(name) => swap(&self.target.join(&name), &self.new.join(&name)),
                Step::Took(name) | Step::Left(name) => fs::rename(self.aside.join(&name), self.target.join(&name)),
            };
        }
    }
}
