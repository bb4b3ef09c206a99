//! The road, walked in one place: log → events → vectors → interests → trajectories → what is asked of them.
//!
//! A forecast, a backtest, a search for a network's shape, and a saved model that forecasts or learns on are ways along
//! the same stages: each begins with [`walk::Road::begin`] and takes what it needs with [`walk::Road::get`].

mod backtest;
mod fit;
mod forecast;
mod interests;
mod key;
mod log;
mod recommend;
mod saved;
mod stage;
#[cfg(test)]
mod tests;
mod tuning;
mod value;
mod walk;

pub use backtest::{BacktestOutcome, BacktestScope, backtest, backtest_from};
pub use forecast::{TellEarly, run, run_from};
pub use log::{ReadLog, read_log, read_options};
pub use recommend::{RecommendOutcome, RecommendScope, next_items};
pub use saved::{forecast_with, settings_to_update, update};
pub(super) use tuning::put_tuning;
pub use tuning::{TuningOutcome, tune, write_tuning};
pub use value::{ValueOutcome, ValueView, value, value_beside_past};
pub use walk::embedding;
