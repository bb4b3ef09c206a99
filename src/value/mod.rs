//! `EventTable` → what each user will be worth, how often they will order, and whether at all.

pub mod classical;
mod inputs;
mod ledger;
mod optimum;
mod own;
mod run;
mod scores;
mod simple;
mod trees;

pub use ledger::{Ledger, UserDay};
pub use run::{LEAST_USERS, ModelValues, ValueError, ValueModel, ValueQuestion, ValueResult, day_name, run};
pub use scores::ValueScores;
