//! Whether a log stayed what it was while it was read.
//!
//! A log is hashed before it is read. If somebody writes to it in between, what was read would be kept under the
//! fingerprint of another log.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::events::{EventsError, find_files};

/// How long each file was and when it was last written to.
#[derive(Debug)]
pub struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

type Stamp = (u64, SystemTime);

fn stamp(file: &PathBuf) -> Option<Stamp> {
    let about = fs::metadata(file).ok()?;
    Some((about.len(), about.modified().ok()?))
}

impl Stamps {
    /// Those of files as they are now.
    pub fn of(files: &[PathBuf]) -> Self {
        Self(files.iter().map(|file| (file.clone(), stamp(file))).collect())
    }

    /// # Errors
    /// [`EventsError::Changed`] where a file is not what it was, or is no longer the log that `inputs` stand for, or
    /// another has come.
    pub fn still(&self, inputs: &[PathBuf]) -> Result<(), EventsError> {
        let changed = self.0.iter().find(|(file, before)| stamp(file) != *before);
        let now = find_files(inputs)?;
        let come = || now.iter().find(|file| self.0.iter().all(|(known, _)| known != *file));
        let gone = || self.0.iter().map(|(file, _)| file).find(|file| !now.contains(file));
        match changed.map(|(file, _)| file).or_else(come).or_else(gone) {
            Some(file) => Err(EventsError::Changed { path: file.clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use super::*;
    use crate::observe::{CancelToken, CurvePoint, Observer, Progress, Watch};
    use crate::pipeline::read_log;
    use crate::project::Settings;

    const LOG: &str = "user,time,product\nann,2024-01-01 09:00,red tea\nbob,2024-01-02 09:00,blue cup\n";

    /// Does something to the log as soon as reading tells how far it is.
    struct Meddler(Box<dyn Fn() + Send + Sync>);

    impl Observer for Meddler {
        fn progress(&self, _: Progress) {
            (self.0)();
        }
        fn curve(&self, _: CurvePoint) {}
        fn note(&self, _: String) {}
    }

    fn read_while(meddle: impl Fn(&std::path::Path) + Send + Sync + 'static) -> anyhow::Result<u64> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("log.csv"), LOG).unwrap();
        let settings = Settings { inputs: vec![folder.path().to_owned()], ..Settings::default() };
        let path = folder.path().to_owned();
        let watch = Watch::new(Arc::new(Meddler(Box::new(move || meddle(&path)))), CancelToken::new());
        let mut last = None;
        let read = read_log(&settings, &mut last, &watch);
        assert_eq!(last.is_some(), read.is_ok(), "what was refused is not kept");
        read.map(|log| log.account.rows_kept)
    }

    #[test]
    fn a_log_that_is_written_while_it_is_read_is_refused() {
        assert_eq!(read_while(|_| ()).unwrap(), 2);
        let longer = read_while(|folder| {
            let mut file = fs::File::options().append(true).open(folder.join("log.csv")).unwrap();
            writeln!(file, "ann,2024-01-03 09:00,pot").unwrap();
        });
        let longer = longer.unwrap_err();
        assert!(longer.to_string().contains("changed while it was read"), "{longer}");
        assert_eq!(crate::pipeline::exit_code(&longer), 2);
        let more = read_while(|folder| fs::write(folder.join("more.csv"), LOG).unwrap()).unwrap_err().to_string();
        assert!(more.ends_with("more.csv"), "{more}");
    }
}
