//! By what sure forecasts are told from unsure ones when bands are calibrated.

use serde::{Deserialize, Serialize};

/// What bands are calibrated by besides the forecast share. The activity always counts; each of the others parts its
/// strata further.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Spread {
    /// Nothing but how many events are expected: a share of few events scatters widely, whoever forecasts it.
    #[default]
    Activity,
    /// How far the networks of an ensemble lie apart; Lakshminarayanan, Pritzel, Blundell, *Simple and Scalable
    /// Predictive Uncertainty Estimation using Deep Ensembles*, 2017.
    Ensemble,
    /// How far a network's answers scatter while dropout is on; Gal and Ghahramani, *Dropout as a Bayesian
    /// Approximation*, 2016.
    Dropout,
    /// How unsure the weights of a network's last layers are; see [`super::last_layer`].
    LastLayer,
}

/// How far a model's answers scatter around what it says, measured in one way.
#[derive(Clone, Debug)]
pub struct Scatter {
    /// In which way.
    pub spread: Spread,
    /// Around the answers to the practice questions, laid out like them.
    pub practice: Vec<f32>,
    /// Around the shares ahead, laid out like them.
    pub ahead: Vec<f32>,
    /// Seconds it took.
    pub seconds: f64,
}
