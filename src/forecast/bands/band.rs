//! Lower and upper limits of shares.

use serde::{Deserialize, Serialize};

use super::coverage::Coverage;

/// The limits of one level, laid out like the shares they are of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The stated level in percent: 50, 80 or 95.
    pub level: u8,
    /// Lower limits.
    pub lower: Vec<f32>,
    /// Upper limits.
    pub upper: Vec<f32>,
    /// How often past cells, unseen by model and calibration, lay within their limits; in a joint band, how often whole
    /// paths did. None where there was too little to measure it.
    pub coverage: Option<Coverage>,
}
