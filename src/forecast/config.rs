//! How a forecaster is shaped and trained.

use serde::{Deserialize, Serialize};

/// The kind of recurrent layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellKind {
    /// Hochreiter and Schmidhuber, *Long short-term memory*, Neural Computation 9(8), 1997.
    #[default]
    Lstm,
    /// Cho et al., *Learning phrase representations using RNN encoder-decoder*, 2014.
    Gru,
}

impl CellKind {
    /// What a model of such cells is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lstm => "lstm",
            Self::Gru => "gru",
        }
    }
}

/// Settings of the recurrent forecaster. The defaults were chosen on months of a retail log before the ones it is
/// scored on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForecastConfig {
    /// How many periods ahead, from 1.
    pub horizon: usize,
    /// Levels of the bands, percent.
    pub levels: Vec<u8>,
    /// Whether a band holds for a whole path at once instead of for each period by itself.
    pub joint: bool,
    /// Every random choice comes from it.
    pub seed: u64,
    /// Networks in the ensemble, each with a seed of its own.
    pub members: usize,
    /// Width of the recurrent state.
    pub hidden: i64,
    /// Dropout before and after the recurrent layer.
    pub dropout: f64,
    /// Step size of AdamW.
    pub learning_rate: f64,
    /// Weight decay of AdamW.
    pub weight_decay: f64,
    /// Users in a batch.
    pub batch_users: usize,
    /// Epochs at most.
    pub max_epochs: u32,
    /// Epochs without improvement before training stops.
    pub patience: u32,
}

impl Default for ForecastConfig {
    fn default() -> Self {
        Self {
            horizon: 3,
            levels: vec![50, 80, 95],
            joint: false,
            seed: 7,
            members: 3,
            hidden: 64,
            dropout: 0.3,
            learning_rate: 2e-3,
            weight_decay: 1e-2,
            batch_users: 128,
            max_epochs: 40,
            patience: 4,
        }
    }
}

/// The horizons a network is trained on: all of them while they are few, else a spread that ends at the longest.
pub(crate) fn training_horizons(horizon: usize) -> Vec<usize> {
    if horizon <= 4 {
        return (1..=horizon.max(1)).collect();
    }
    let mut spread = vec![1, 2, horizon.div_ceil(2), horizon];
    spread.dedup();
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_horizons_reach_from_one_to_the_longest() {
        for horizon in 1..60 {
            let horizons = training_horizons(horizon);
            assert_eq!(horizons.first(), Some(&1));
            assert_eq!(horizons.last(), Some(&horizon));
            assert!(horizons.is_sorted_by(|a, b| a < b), "{horizons:?}");
            assert!(horizons.len() <= 4);
        }
    }
}
