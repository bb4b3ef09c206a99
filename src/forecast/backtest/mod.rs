//! Every model against the past, from several origins.

mod ablation;
mod cohorts;
mod incidence;
mod judge;
mod paths;
mod plan;
mod questions;
mod result;
mod run;
mod scores;
#[cfg(test)]
mod tests;

pub use ablation::{Ablation, Compared, Part, ablate};
pub use incidence::{IncidenceResult, IncidenceScore};
pub use paths::WholePaths;
pub use plan::BacktestPlan;
pub use result::{
    ActivityResult, Asked, Backtest, CohortResult, CohortScores, Difference, ModelResult, Scores, SpreadResult,
};
pub use run::backtest;
