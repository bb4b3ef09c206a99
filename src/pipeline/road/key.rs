//! What keys of stages are made of beside the stages' own fields.

use serde::Serialize;

use crate::language::{Device, Embedding, ModelInfo};
use crate::pipeline::Fingerprint;

/// Changes whenever a stage would give something else for the same settings and data within one version of the program.
const STAGES: u32 = 21;

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
