//! Trajectories → forecasts with bands, and how well every model did on the past.

mod result;

pub use result::{Band, Forecast, Score, ScoreTable};
