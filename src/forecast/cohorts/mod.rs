//! Sets of users, their forecasts and their bands.

pub mod cohort;
pub mod cohort_bands;
pub mod cohort_view;
