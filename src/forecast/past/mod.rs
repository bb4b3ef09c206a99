//! One user's history, the market's, what followed what, and the questions that are asked of them.

pub mod activity_questions;
pub mod affinity;
pub mod history;
pub mod lessons;
pub mod market;
pub mod memory;
pub mod roughness;
pub mod split;
pub mod tally;
