//! The analyst's file: what to read and how.

mod error;
mod file;
mod preset;
mod settings;

pub use error::ProjectError;
pub use file::{Project, Selection};
pub use preset::{Keeper, Preset, Presets};
pub use settings::{InterestCount, Settings};
