//! One model's answers at one origin.

use crate::forecast::kind::ModelKind;
use crate::forecast::past::tally::Tally;

/// One model at one origin.
#[derive(Debug)]
pub struct Answers {
    /// Which.
    pub kind: ModelKind,
    /// Answers to the practice questions, questions × interests.
    pub practice: Vec<f32>,
    /// Shares ahead, questions × interests.
    pub ahead: Vec<f32>,
    /// How it did on the validation periods, one period ahead. What was learnt there was learnt from other users than it
    /// is judged on.
    pub validation: Tally,
    /// Seconds it took to fit.
    pub seconds_train: f64,
    /// Seconds it took to answer.
    pub seconds_forecast: f64,
}
