//! Events and vectors → named interests and each user's trajectory over them.

mod build;
mod centroids;
mod cluster;
mod error;
mod find;
mod labels;
mod period;
mod row_vectors;
mod sample;
mod space;
mod trajectories;
mod words;

pub use error::InterestsError;
pub use find::{find, find_before, place};
pub use period::choose_period;
pub use row_vectors::{MainDirections, RowVectors};
pub use space::{Interest, InterestSpace, Source};
pub use trajectories::Trajectories;
