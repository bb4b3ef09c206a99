//! Every model against the past, from several origins.

mod plan;
mod result;
mod run;
mod scores;

pub use plan::BacktestPlan;
pub use result::{Asked, Backtest, Difference, ModelResult, Scores};
pub use run::backtest;
