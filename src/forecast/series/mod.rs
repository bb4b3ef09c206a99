//! Classical models of one series: exponential smoothing, theta and ARIMA, each choosing its own form.
//!
//! Pure `f64`, no tensors, nothing of the rest of the program. A model takes a series without gaps and the length of
//! its season (1 where there is none) and answers a [`Fitted`], which forecasts any number of steps. Whatever the
//! series, a forecast is meant to hold no NaN and no infinity.
//!
//! What "the best" means (likelihoods, starting values, bounds, order of the search) follows Hyndman and Khandakar 2008
//! as Python's statsforecast reads it, less that reference's faults; `tests/data/series` holds 200 series, what it says of
//! them, and which faults those are. `benches/series.py` measures the speed of both.

mod arima;
mod difference;
mod ets;
mod fitted;
mod likelihood;
mod linear;
mod optimise;
mod polynomial;
mod scale;
mod search;
mod seasonal;
mod smoothing;
mod stationary;
#[cfg(test)]
mod tests;
mod theta;
mod unit_root;

pub use arima::Arima;
pub use ets::Ets;
pub use fitted::{Fitted, SeriesError, SeriesForecast, SeriesModel};
pub(super) use linear::solve;
pub use theta::Theta;
