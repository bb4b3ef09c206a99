//! Lower and upper limits of shares.

use serde::{Deserialize, Serialize};

/// The limits of one level, laid out like the shares they are of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The stated level in percent: 50, 80 or 95.
    pub level: u8,
    /// Lower limits.
    pub lower: Vec<f32>,
    /// Upper limits.
    pub upper: Vec<f32>,
    /// The part of past cells, unseen by model and calibration, that lay within their limits, from 0 to 1; none where
    /// there were too few to measure it.
    pub coverage: Option<f64>,
}
