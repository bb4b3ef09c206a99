//! Simple answers to whether a user will be active, with how many events and for how much.

pub mod negative_binomial;
pub mod outlook;
pub mod reference;
pub mod returning;
pub mod score;
