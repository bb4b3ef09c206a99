//! How a forecaster is shaped and trained.

use std::fmt;

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

    /// What networks of such cells correct from their first step on. The two kinds begin apart so that they err apart:
    /// their mean gains more than both with either beginning, though neither does by itself.
    pub fn beginning(self) -> Beginning {
        match self {
            Self::Lstm => Beginning::Drift,
            Self::Gru => Beginning::Pool,
        }
    }
}

/// The forecast that a network answers before it has learnt anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A decayed memory, moved by half of the market's drift.
    Drift,
    /// The pool of all simple forecasts, as it was known to networks of the same role.
    Pool,
}

/// How much the heads for activity, events and spend count while a network learns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadLoss {
    /// What does best on the tuning periods is chosen, once at each origin.
    #[default]
    Chosen,
    /// A nat of theirs counts so many nats of the shares. At 0 they look at the network's state without shaping it.
    Weight(f64),
    /// There are no heads. So it is in models saved before there were any.
    Without,
}

impl HeadLoss {
    fn without() -> Self {
        Self::Without
    }

    /// The weight, as far as it is known; none where there are no heads.
    pub fn weight(self) -> Option<f64> {
        match self {
            Self::Chosen => Some(0.0),
            Self::Weight(weight) => Some(weight),
            Self::Without => None,
        }
    }
}

impl fmt::Display for HeadLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chosen => f.write_str("chosen"),
            Self::Weight(weight) => write!(f, "{weight:.2}"),
            Self::Without => f.write_str("none"),
        }
    }
}

/// Settings of the recurrent forecaster. The defaults were chosen on months of a retail log before the ones it is
/// scored on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenConfig", into = "WrittenConfig")]
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
    /// How the networks are shaped.
    pub shape: NetworkShape,
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
            shape: NetworkShape::default(),
            batch_users: 128,
            max_epochs: 40,
            patience: 4,
        }
    }
}

impl ForecastConfig {
    /// The same with another shape.
    #[must_use]
    pub fn shaped(&self, shape: NetworkShape) -> Self {
        Self { shape, ..self.clone() }
    }

    /// The same with another weight of the heads.
    #[must_use]
    pub fn with_heads(&self, heads: HeadLoss) -> Self {
        self.shaped(NetworkShape { heads, ..self.shape })
    }
}

/// What of a [`ForecastConfig`] is looked for by [`super::tune`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkShape {
    /// Width of the recurrent state.
    pub hidden: i64,
    /// Recurrent layers on top of each other.
    pub layers: i64,
    /// Dropout before and after the recurrent layers.
    pub dropout: f64,
    /// Step size of AdamW.
    pub learning_rate: f64,
    /// Weight decay of AdamW.
    pub weight_decay: f64,
    /// Periods back from the last known one whose shares are learnt from; all where it is none. What came before still
    /// is a user's past.
    pub window: Option<i32>,
    /// How much the heads for activity, events and spend count.
    pub heads: HeadLoss,
}

impl Default for NetworkShape {
    fn default() -> Self {
        Self {
            hidden: 64,
            layers: 1,
            dropout: 0.3,
            learning_rate: 2e-3,
            weight_decay: 1e-2,
            window: None,
            heads: HeadLoss::Chosen,
        }
    }
}

/// A [`ForecastConfig`] as it stands in files: without parts, as it did before shapes were looked for.
#[derive(Serialize, Deserialize)]
struct WrittenConfig {
    horizon: usize,
    levels: Vec<u8>,
    joint: bool,
    seed: u64,
    members: usize,
    hidden: i64,
    layers: i64,
    dropout: f64,
    learning_rate: f64,
    weight_decay: f64,
    window: Option<i32>,
    #[serde(default = "HeadLoss::without")]
    heads: HeadLoss,
    batch_users: usize,
    max_epochs: u32,
    patience: u32,
}

impl From<WrittenConfig> for ForecastConfig {
    fn from(written: WrittenConfig) -> Self {
        let WrittenConfig { horizon, levels, joint, seed, members, batch_users, max_epochs, patience, .. } = written;
        let WrittenConfig { hidden, layers, dropout, learning_rate, weight_decay, window, heads, .. } = written;
        let shape = NetworkShape { hidden, layers, dropout, learning_rate, weight_decay, window, heads };
        Self { horizon, levels, joint, seed, members, shape, batch_users, max_epochs, patience }
    }
}

impl From<ForecastConfig> for WrittenConfig {
    fn from(config: ForecastConfig) -> Self {
        let ForecastConfig { horizon, levels, joint, seed, members, shape, batch_users, max_epochs, patience } = config;
        let NetworkShape { hidden, layers, dropout, learning_rate, weight_decay, window, heads } = shape;
        Self {
            horizon,
            levels,
            joint,
            seed,
            members,
            hidden,
            layers,
            dropout,
            learning_rate,
            weight_decay,
            window,
            heads,
            batch_users,
            max_epochs,
            patience,
        }
    }
}

impl fmt::Display for NetworkShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hidden, layers, dropout, learning_rate, weight_decay, window, heads } = self;
        let window = window.map_or("all".to_owned(), |window| window.to_string());
        write!(
            f,
            "width {hidden}, depth {layers}, dropout {dropout:.2}, learning rate {learning_rate:.1e}, weight decay \
             {weight_decay:.1e}, window {window}, heads {heads}"
        )
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
    fn files_hold_settings_without_parts_and_may_know_no_heads() {
        let shape =
            NetworkShape { hidden: 24, window: Some(7), heads: HeadLoss::Weight(0.5), ..NetworkShape::default() };
        let config = ForecastConfig { members: 5, ..ForecastConfig::default().shaped(shape) };
        let written = ron::to_string(&config).unwrap();
        assert!(written.starts_with("(horizon:3,levels:") && written.contains(",members:5,hidden:24,layers:1,"));
        assert_eq!(ron::from_str::<ForecastConfig>(&written).unwrap(), config);
        let before_heads = written.replace(",heads:weight(0.5)", "");
        assert_ne!(before_heads, written);
        let read: ForecastConfig = ron::from_str(&before_heads).unwrap();
        assert_eq!(read, config.with_heads(HeadLoss::Without));
        let packed: ForecastConfig = postcard::from_bytes(&postcard::to_stdvec(&config).unwrap()).unwrap();
        assert_eq!(packed, config);
    }

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
