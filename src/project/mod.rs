//! The analyst's file: what to read and how.

mod error;
mod file;
mod inherit;
pub mod limits;
mod preset;
mod settings;

pub use error::ProjectError;
pub use file::{Project, Selection};
pub use inherit::Named;
pub use limits::BadSetting;
pub use preset::{Keeper, Preset, Presets};
pub use settings::{InterestCount, Settings};

#[cfg(test)]
pub(crate) use inherit::tests::unusual;
