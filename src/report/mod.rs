//! Results → tables and charts.

mod user;

pub use user::{Expected, InterestPath, Observed, UserSummary};
