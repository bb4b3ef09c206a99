//! Every model against the past, from several origins.

mod ablation;
mod cohorts;
mod collected;
mod difference;
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
mod twins;

pub use ablation::ablate;
pub use difference::Difference;
pub use incidence::{IncidenceResult, IncidenceScore};
pub use paths::WholePaths;
pub use plan::BacktestPlan;
pub use result::{ActivityResult, Asked, Backtest, CohortResult, CohortScores, ModelResult, Scores, SpreadResult};
pub use run::backtest;
pub use twins::{Ablation, Compared, Part};
