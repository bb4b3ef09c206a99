//! How far a forecast may be off.

pub mod band;
pub mod calibration;
pub mod spread_choice;
