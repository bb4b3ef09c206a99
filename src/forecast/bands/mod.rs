//! How far a forecast may be off.

pub mod band;
pub mod calibration;
pub mod cell;
pub mod coverage;
mod distribution;
pub mod incidence;
mod levels;
mod location;
mod logistic;
mod numbers;
mod scale;
pub mod spread_choice;
mod strata;
#[cfg(test)]
mod tests;
