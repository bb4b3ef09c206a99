//! The analyst's file: what to read and how.

mod error;
mod file;
mod settings;

pub use error::ProjectError;
pub use file::{Project, Selection};
pub use settings::{InterestCount, Settings};
