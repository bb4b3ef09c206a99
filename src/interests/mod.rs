//! Events and vectors → named interests and each user's trajectory over them.

mod space;
mod trajectories;

pub use space::{Interest, InterestSpace, Source};
pub use trajectories::Trajectories;
