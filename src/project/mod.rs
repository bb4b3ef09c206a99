//! The analyst's file: what to read and how.

mod settings;

pub use settings::{InterestCount, Settings};
