//! Events and vectors → named interests and each user's trajectory over them.

mod row_vectors;
mod space;
mod trajectories;

pub use row_vectors::RowVectors;
pub use space::{Interest, InterestSpace, Source};
pub use trajectories::Trajectories;
