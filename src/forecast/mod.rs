//! Trajectories → forecasts with bands, and how well every model did on the past.

mod activity;
#[cfg(test)]
mod activity_tests;
mod adamw;
mod affinity;
mod backtest;
mod bands;
mod batch;
mod checkpoint;
mod cohort;
mod cohort_bands;
mod cohort_view;
mod config;
mod drift;
mod error;
mod heads;
mod last_layer;
mod lessons;
mod market;
mod market_series;
mod mixture;
mod model;
mod network;
mod outlook;
mod past;
mod resident;
mod result;
mod returning;
mod run;
mod saved;
mod scatter;
mod score;
pub mod series;
mod simple;
mod split;
mod spread;
mod spread_choice;
mod spreadsheet;
mod standing;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod train;
mod trained;
mod tuning;

pub use backtest::{
    Ablation, ActivityResult, Asked, Backtest, BacktestPlan, CohortResult, CohortScores, Compared, Difference,
    ModelResult, Part, Scores, SpreadResult, ablate, backtest,
};
pub use checkpoint::Checkpoints;
pub use cohort::{Cohort, CohortForecast, CohortRule};
pub use config::{CellKind, ForecastConfig, HeadLoss, NetworkShape};
pub use drift::{Change, Drift};
pub use error::ForecastError;
pub use model::ModelKind;
pub use result::{ActivityScore, ActivityTable, Band, Errors, Forecast, Score, ScoreTable};
pub use run::{Run, run};
pub use saved::{Role, SavedMember, SavedModel, Start};
pub use spread::Spread;
pub use tuning::{Round, Trial, TrialState, Tuning, search_rounds, shapes_to_try, tune};
