//! Events and vectors → named interests and each user's trajectory over them.

mod build;
mod centroids;
mod cluster;
mod error;
mod find;
mod labels;
mod new_texts;
mod one_thread;
mod period;
mod row_vectors;
mod sample;
mod space;
mod topics;
mod trajectories;
mod whole;
mod words;

pub use error::InterestsError;
pub use find::{find, find_before, place};
pub use new_texts::NewTexts;
pub use one_thread::OneThread;
pub use period::choose_period;
pub use row_vectors::{MainDirections, RowVectors, TextFeatures};
pub use space::{Interest, InterestSpace, Source};
pub use topics::{RowTopics, Topics};
pub use trajectories::Trajectories;
pub use whole::{End, WholePeriods, Wholeness};
