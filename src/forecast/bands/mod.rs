//! How far a forecast may be off.

pub mod calibration;
pub mod spread_choice;
