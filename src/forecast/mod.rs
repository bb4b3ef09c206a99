//! Trajectories → forecasts with bands, and how well every model did on the past.

mod activity;
#[cfg(test)]
mod activity_tests;
mod backtest;
mod bands;
#[cfg(test)]
mod beginning_tests;
#[cfg(test)]
mod cancel_tests;
mod cohorts;
mod config;
mod error;
mod ground;
mod kind;
mod models;
mod network;
mod past;
mod run;
mod score;
pub mod series;
mod standing;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use activity::score::{ActivityScore, ActivityTable, Errors};
pub use backtest::{
    Ablation, ActivityResult, Asked, Backtest, BacktestPlan, CohortResult, CohortScores, Compared, Difference,
    IncidenceResult, IncidenceScore, ModelResult, Part, Scores, SpreadResult, WholePaths, ablate, backtest,
};
pub use bands::band::Band;
pub use bands::coverage::Coverage;
pub use cohorts::cohort::{Cohort, CohortForecast, CohortRule};
pub use config::{CellKind, ForecastConfig, HeadLoss, NetworkShape};
pub use error::ForecastError;
pub use kind::{ActivitySource, ModelKind, ModelName, Tier};
pub use network::checkpoint::Checkpoints;
pub use network::saved::{NetworkRole, SavedMember, SavedModel, Start};
pub use network::spread::Spread;
pub use network::tuning::{Round, Trial, TrialState, Tuning, search_rounds, shapes_to_try};
pub use past::split::Split;
pub use run::drift::{Change, Drift};
pub use run::early::{EarlyForecast, TellEarly};
pub use run::result::{Forecast, Score, ScoreTable};
pub use run::tune::tune;
pub use run::{Run, run, run_telling};
