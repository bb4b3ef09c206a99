//! The stages chained: each result is kept under the fingerprint of what made it, so that a change recomputes only what
//! lies above it; run as jobs with progress and cancel.

mod again;
mod backtest;
mod changes;
mod engine;
mod exit;
mod files;
mod fingerprint;
mod job;
mod keys;
mod model_folder;
mod model_shapes;
mod outcome;
mod road;
mod store;
mod tuning;

pub use again::{forecast_with, settings_to_update, update};
pub use backtest::{BacktestOutcome, BacktestScope, backtest, backtest_from};
pub use engine::{ThreadEngine, Wake};
pub use exit::exit_code;
pub use files::{export, write, write_chart};
pub use fingerprint::Fingerprint;
pub use job::{Engine, Export, JobId, Request, Update, Whose};
pub use model_folder::{ModelCard, ModelError, ModelFolder};
pub use outcome::{Input, LanguageUse, Outcome};
pub use road::{ReadLog, embedding, read_log, read_options, run, run_from};
pub use store::Store;
pub use tuning::{TuningOutcome, tune, write_tuning};
