//! `EventTable` → what each user will be worth, how often they will order, and whether at all.

pub mod classical;
mod inputs;
mod ledger;
mod optimum;
mod scores;
mod trees;

pub use ledger::{Ledger, UserDay};
pub use scores::ValueScores;
