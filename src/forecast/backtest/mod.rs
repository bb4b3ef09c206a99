//! Every model against the past, from several origins.

mod plan;
mod result;
mod run;
mod scores;
#[cfg(test)]
mod tests;

pub use plan::BacktestPlan;
pub use result::{Asked, Backtest, Difference, ModelResult, Scores, SpreadResult};
pub use run::backtest;
