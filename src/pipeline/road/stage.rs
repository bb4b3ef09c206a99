//! What a stage of the road is: a type whose fields are all that can change what it gives.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Road;
use crate::forecast::Checkpoints;
use crate::language::{Device, Embedding, ModelInfo};
use crate::pipeline::Fingerprint;

/// Changes whenever a stage would give something else for the same settings and data within one version of the program.
const STAGES: u32 = 20;

/// A stage whose result is kept. Its fields are its key: everything that can change the result is one of them, or an
/// older result would be taken for one that nobody computed. What is made from the results of stages below holds their
/// keys, so that what changes the reading of a log changes all that follows.
pub(super) trait Stage: Serialize {
    /// What its results are called where they are kept.
    const NAME: &'static str;
    /// Results of other stages that it is made from. Their keys, or what made them, are among the fields.
    type Needs<'n>;
    /// What it gives.
    type Gives: Serialize + DeserializeOwned;

    /// Makes it. In `checkpoints` it finds and leaves how far it has come.
    ///
    /// # Errors
    /// Whatever hinders it; a wish to stop.
    fn make(&self, needs: Self::Needs<'_>, road: &mut Road, checkpoints: &Checkpoints) -> anyhow::Result<Self::Gives>;

    /// Whether a result is whole, or only what there was when somebody asked to stop.
    fn is_whole(_: &Self::Gives) -> bool {
        true
    }

    /// The fingerprint of the stage and the program that makes it.
    ///
    /// # Errors
    /// When a field cannot be written down.
    fn key(&self) -> anyhow::Result<Fingerprint> {
        key_of(Self::NAME, self)
    }
}

/// The key of something that a stage of this name makes from these parts.
///
/// # Errors
/// When a part cannot be written down.
pub(super) fn key_of(name: &str, parts: &(impl Serialize + ?Sized)) -> anyhow::Result<Fingerprint> {
    Fingerprint::of(&(STAGES, env!("CARGO_PKG_VERSION"), name, parts))
}

/// What vectors and networks are computed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Computing {
    /// The language model's fingerprint.
    pub language_model: String,
    /// What it computes in.
    pub precision: String,
    /// Device and threads of tensors.
    pub device: String,
    /// Threads of all else.
    pub threads: usize,
}

impl Computing {
    pub(super) fn of(model: &ModelInfo, embedding: &Embedding) -> Self {
        Self {
            language_model: model.fingerprint.clone(),
            precision: embedding.precision.name().to_owned(),
            device: Device::key(&embedding.device),
            threads: rayon::current_num_threads(),
        }
    }
}
