//! The stages chained: each result is kept under the fingerprint of what made it, so that a change recomputes only what
//! lies above it; run as jobs with progress and cancel.

mod changes;
mod engine;
mod exit;
mod files;
mod fingerprint;
mod job;
mod model_card;
mod model_folder;
mod model_shapes;
mod outcome;
mod readable;
mod road;
mod store;

pub use engine::{ThreadEngine, Wake};
pub use exit::exit_code;
pub use files::{export, write, write_chart};
pub use fingerprint::Fingerprint;
pub use job::{Engine, Export, JobId, Request, Update, Whose};
pub use model_card::ModelCard;
pub use model_folder::{ModelError, ModelFolder};
pub use outcome::{EarlyOutcome, Input, LanguageUse, Outcome};
pub use road::{
    BacktestOutcome, BacktestScope, ReadLog, RecommendOutcome, RecommendScope, TellEarly, TuningOutcome, ValueOutcome,
    ValueView, backtest, backtest_from, embedding, forecast_with, next_items, read_log, read_options, run, run_from,
    settings_to_update, tune, update, value, value_beside_past, write_tuning,
};
pub use store::Store;
