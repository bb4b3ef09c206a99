//! The search for a network's shape: random trials, of which the better third goes on each time.
//!
//! Bergstra and Bengio, *Random search for hyper-parameter optimization*, JMLR 13, 2012; Jamieson and Talwalkar,
//! *Non-stochastic best arm identification and hyperparameter optimization* (successive halving), 2016.
//!
//! The usual shape goes on through every round, so that what is found is compared with it after as many epochs.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::calendar::Period;
use crate::forecast::config::{ForecastConfig, HeadLoss, NetworkShape};
use crate::observe::CurvePoint;

/// Epochs of the first round; each later one has this many times as many for a part of the trials.
const FIRST_EPOCHS: u32 = 3;
const PART: usize = 3;
/// What is drawn from.
const WIDTHS: [i64; 5] = [32, 48, 64, 96, 128];
const LAYERS: [i64; 3] = [1, 1, 2];
const DROPOUTS: (f64, f64) = (0.1, 0.5);
const LEARNING_RATES: (f64, f64) = (5e-4, 8e-3);
const WEIGHT_DECAYS: (f64, f64) = (1e-4, 1e-1);
/// Weights of the heads for activity and spend.
const HEADS_TRIED: [f64; 4] = [0.0, 0.05, 0.1, 0.3];
/// Parts of all periods before the origin that are learnt from; none for all.
const WINDOWS: [Option<f64>; 3] = [None, Some(0.375), Some(0.6)];

/// Where a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrialState {
    /// Its turn in this round comes.
    Waiting,
    /// It learns now.
    Running,
    /// It had its turn in this round; after the last one, it went all the way.
    Done,
    /// Others were better, and it does not go on.
    Dropped,
}

/// One shape that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What was tried.
    pub shape: NetworkShape,
    /// Where it stands.
    pub state: TrialState,
    /// Rounds it took part in.
    pub rounds: u32,
    /// How it went, over all rounds. Each round begins at the best epoch before it.
    pub curve: Vec<CurvePoint>,
    /// The best loss on the tuning periods, nats per event; infinite where no epoch was done.
    pub loss: f64,
}

/// A search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// All trials; the first is the usual shape.
    pub trials: Vec<Trial>,
    /// The rounds that were planned.
    pub rounds: Vec<Round>,
    /// Whether it came to its end.
    pub finished: bool,
    /// First period that the trials were chosen on.
    pub first: Period,
    /// Last one.
    pub last: Period,
}

impl Tuning {
    /// The number of the best trial so far; the first of equals.
    pub fn best(&self) -> usize {
        let better = |best: usize, at: usize| if self.trials[at].loss < self.trials[best].loss { at } else { best };
        (0..self.trials.len()).fold(0, better)
    }

    /// The shape of the best trial so far.
    pub fn shape(&self) -> NetworkShape {
        self.trials.get(self.best()).map(|trial| trial.shape).unwrap_or_default()
    }

    /// How much better the best trial so far is than the usual shape, nats per event; none while one of them has no
    /// loss.
    pub fn gain(&self) -> Option<f64> {
        let gain = self.trials.first()?.loss - self.trials.get(self.best())?.loss;
        gain.is_finite().then_some(gain)
    }
}

impl Trial {
    /// The epochs that made the network as it is: those after the best of a round were forgotten when the next began.
    pub fn path(&self) -> Vec<&CurvePoint> {
        let mut path: Vec<&CurvePoint> = Vec::new();
        for point in &self.curve {
            path.truncate(path.partition_point(|before| before.epoch < point.epoch));
            path.push(point);
        }
        path
    }
}

/// So many trials for so many epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// How many trials take part, not counting the usual shape where it is none of them.
    pub trials: usize,
    /// Epochs of each at most.
    pub epochs: u32,
}

/// The rounds of a search among `trials`: a third goes on for three times as many epochs, until one is left or has had
/// all epochs that a network may have.
pub fn search_rounds(trials: usize, most_epochs: u32) -> Vec<Round> {
    let (mut rounds, mut left, mut epochs, mut done) = (Vec::new(), trials.max(1), FIRST_EPOCHS, 0);
    while rounds.is_empty() || most_epochs.saturating_sub(done) >= FIRST_EPOCHS {
        epochs = epochs.min(most_epochs.saturating_sub(done));
        rounds.push(Round { trials: left, epochs });
        if left == 1 && rounds.len() > 1 {
            break;
        }
        done += epochs;
        left = left.div_ceil(PART);
        epochs *= PART as u32;
    }
    rounds
}

/// The shapes that a search tries on a log whose whole periods reach from `first` up to `origin`: the usual one first,
/// then random ones. The shape of `config`, where it is none of these, takes the place of the last.
pub fn shapes_to_try(config: &ForecastConfig, trials: usize, first: Period, origin: Period) -> Vec<NetworkShape> {
    let known = origin.since(first);
    let mut random = ChaCha8Rng::seed_from_u64(config.seed ^ 0x7475_6E65);
    let log_uniform = |random: &mut ChaCha8Rng, (low, high): (f64, f64)| random.random_range(low.ln()..high.ln()).exp();
    let draw = |_| NetworkShape {
        hidden: WIDTHS[random.random_range(0..WIDTHS.len())],
        layers: LAYERS[random.random_range(0..LAYERS.len())],
        dropout: random.random_range(DROPOUTS.0..DROPOUTS.1),
        learning_rate: log_uniform(&mut random, LEARNING_RATES),
        weight_decay: log_uniform(&mut random, WEIGHT_DECAYS),
        window: WINDOWS[random.random_range(0..WINDOWS.len())].map(|part| (f64::from(known) * part).ceil() as i32),
        heads: HeadLoss::Weight(HEADS_TRIED[random.random_range(0..HEADS_TRIED.len())]),
    };
    let mut shapes: Vec<NetworkShape> = std::iter::once(NetworkShape::default()).chain((1..trials).map(draw)).collect();
    // A shape that a search of this size found is among them, so the same search is not done twice.
    if !shapes.contains(&config.shape)
        && let [_, .., last] = shapes.as_mut_slice()
    {
        *last = config.shape;
    }
    shapes
}
