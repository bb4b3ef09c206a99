//! Trajectories → forecasts with bands, and how well every model did on the past.

mod batch;
mod config;
mod conformal;
mod error;
mod lessons;
mod market;
mod network;
mod past;
mod result;
mod returning;
mod run;
mod saved;
mod score;
mod simple;
mod split;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod train;

pub use config::ForecastConfig;
pub use error::ForecastError;
pub use result::{Band, Forecast, Score, ScoreTable};
pub use run::{Run, run};
pub use saved::SavedModel;
