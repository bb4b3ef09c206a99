//! Checkpoints: how far a training has come, so that one that was broken off goes on as if nothing had happened.
//!
//! A file is a hash and a body. It is written beside its place and renamed, and the one before it is kept, so that
//! whatever moment a kill or a power cut chooses, one of them is whole. One that does not match its hash counts as absent.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use atomic_write_file::AtomicWriteFile;
use serde::{Deserialize, Serialize};

use crate::observe::CurvePoint;

/// Writing may take this part of the time.
const WRITING_PART: u32 = 25;

/// The training of one network after a number of epochs. Random numbers are drawn anew from seed and epoch at the
/// beginning of each epoch, so no generator needs to be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingState {
    /// Epochs done.
    pub epoch: u32,
    /// Whether training is over.
    pub over: bool,
    /// Every weight, in the order of the variables' names.
    pub weights: Vec<f32>,
    /// The optimizer's running mean of the gradient and of its square.
    pub moments: (Vec<f32>, Vec<f32>),
    /// Steps the optimizer made.
    pub steps: i32,
    /// The best loss so far, nats per event.
    pub best_loss: f64,
    /// Epochs after which it was reached.
    pub best_epoch: u32,
    /// The weights that reached it.
    pub best_weights: Vec<f32>,
    /// The optimizer's moments then.
    pub best_moments: (Vec<f32>, Vec<f32>),
    /// The optimizer's steps then.
    pub best_steps: i32,
    /// How training went.
    pub curve: Vec<CurvePoint>,
}

/// Where the checkpoints of one run lie, if they are kept at all.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints(Option<PathBuf>);

impl Checkpoints {
    /// None are kept.
    pub fn none() -> Self {
        Self(None)
    }

    /// They are kept in `folder`, which belongs to this run alone.
    pub fn within(folder: PathBuf) -> Self {
        Self(Some(folder))
    }

    /// Those of a part of the run that has trainings of the same names as others.
    pub fn of_part(&self, part: &str) -> Self {
        Self(self.0.as_ref().map(|folder| folder.join(part)))
    }

    /// Removes them all: the run is done.
    pub fn remove(&self) {
        if let Some(folder) = &self.0 {
            // What stays costs space and nothing else.
            let _ = fs::remove_dir_all(folder);
        }
    }

    /// The place of one training.
    pub(in crate::forecast) fn of(&self, training: &str) -> CheckpointFile {
        let name = blake3::hash(training.as_bytes()).to_hex();
        let path = self.0.as_ref().map(|folder| folder.join(&name[..16]));
        CheckpointFile { path, written: Instant::now(), took: Duration::ZERO }
    }
}

/// The place of one training's checkpoint.
#[derive(Debug)]
pub(in crate::forecast) struct CheckpointFile {
    path: Option<PathBuf>,
    written: Instant,
    took: Duration,
}

impl CheckpointFile {
    /// How far the training came.
    pub fn read(&self) -> Option<TrainingState> {
        let path = self.path.as_ref()?;
        whole(path).or_else(|| whole(&before(path)))
    }

    /// Whether enough time has passed to write again.
    pub fn is_due(&self) -> bool {
        self.path.is_some() && self.written.elapsed() >= WRITING_PART * self.took
    }

    /// Keeps a state. Where that is not possible a broken training begins anew, and nothing fails.
    pub fn write(&mut self, state: &TrainingState) {
        let Some(path) = &self.path else { return };
        let began = Instant::now();
        if let Err(error) = keep(path, state) {
            // A full or read-only disk is not tried again at every epoch.
            drop(error);
            self.path = None;
            return;
        }
        self.written = Instant::now();
        self.took = began.elapsed();
    }
}

fn before(path: &Path) -> PathBuf {
    path.with_extension("before")
}

fn whole(path: &Path) -> Option<TrainingState> {
    let file = fs::read(path).ok()?;
    let (hash, body) = file.split_at_checked(blake3::OUT_LEN)?;
    (blake3::hash(body).as_bytes() == hash).then(|| postcard::from_bytes(body).ok())?
}

fn keep(path: &Path, state: &TrainingState) -> io::Result<()> {
    let body = postcard::to_stdvec(state).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = AtomicWriteFile::open(path)?;
    file.write_all(blake3::hash(&body).as_bytes())?;
    file.write_all(&body)?;
    if path.exists() {
        fs::rename(path, before(path))?;
    }
    file.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(epoch: u32) -> TrainingState {
        TrainingState {
            epoch,
            over: false,
            weights: vec![0.5, f32::MIN_POSITIVE],
            moments: (vec![1.0, 2.0], vec![3.0, 4.0]),
            steps: 7,
            best_loss: f64::INFINITY,
            best_epoch: 0,
            best_weights: vec![],
            best_moments: (vec![], vec![]),
            best_steps: 0,
            curve: vec![],
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_once_the_run_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::within(folder.path().join("run"));
        let mut place = checkpoints.of("network 1");
        assert_eq!(place.read(), None);
        place.write(&state(3));
        assert_eq!(checkpoints.of("network 1").read(), Some(state(3)));
        assert_eq!(checkpoints.of("network 2").read(), None);
        let part = checkpoints.of_part("origin 2");
        assert_eq!(part.of("network 1").read(), None, "of another part");
        part.of("network 1").write(&state(5));
        assert_eq!(checkpoints.of("network 1").read(), Some(state(3)));
        checkpoints.remove();
        assert_eq!((place.read(), part.of("network 1").read()), (None, None));
        let nowhere = Checkpoints::none().of("network 1");
        assert!(!nowhere.is_due() && nowhere.read().is_none());
    }

    #[test]
    fn a_damaged_checkpoint_gives_way_to_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Checkpoints::within(folder.path().into()).of("network 1");
        place.write(&state(3));
        place.write(&state(4));
        let path = place.path.clone().unwrap();
        let written = fs::read(&path).unwrap();
        for cut in 0..written.len() {
            fs::write(&path, &written[..cut]).unwrap();
            assert_eq!(place.read(), Some(state(3)), "cut at {cut}");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(place.read(), Some(state(3)), "killed between the two renames");
    }
}
