//! The stages chained: each result is kept under the fingerprint of what made it, so that a change recomputes only what
//! lies above it; run as jobs with progress and cancel.

mod job;
mod outcome;

pub use job::{Engine, Export, JobId, Request, Update};
pub use outcome::Outcome;
