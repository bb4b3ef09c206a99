//! What a saved model says of itself.

use serde::{Deserialize, Serialize};

use crate::calendar::{Period, PeriodLength};
use crate::events::Role;
use crate::forecast::{ForecastConfig, SavedMember, ScoreTable, Split};
use crate::interests::Interest;
use crate::project::Settings;

/// `model.ron`: what the numbers beside it belong to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelCard {
    /// The version that saved it.
    pub driftline: String,
    /// What the run was asked to do.
    pub settings: Settings,
    /// The log's columns with the roles they had; none in models of before these were kept.
    #[serde(default)]
    pub columns: Vec<(String, Option<Role>)>,
    /// How the networks are shaped and were trained.
    pub config: ForecastConfig,
    /// The networks.
    pub members: Vec<SavedMember>,
    /// Which periods they learnt from; none in models of before this was kept.
    #[serde(default)]
    pub learnt: Option<Split>,
    /// How long a period is.
    pub period: PeriodLength,
    /// The first period that it did not see.
    pub origin: Period,
    /// That period's first day.
    pub origin_day: String,
    /// The language model's name.
    pub language_model: String,
    /// The language model's fingerprint.
    pub language_fingerprint: String,
    /// What the language model computed in, and why.
    pub precision: String,
    /// The interests.
    pub interests: Vec<Interest>,
    /// How every model did on the validation periods.
    pub scores: ScoreTable,
    /// BLAKE3 of the file of weights.
    pub(super) weights: String,
    /// BLAKE3 of the file that says where the interests lie.
    pub(super) space: String,
}
