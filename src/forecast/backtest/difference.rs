//! How sure it is that one model loses less than another.

use std::collections::BTreeMap;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::forecast::past::tally::mean;

/// Resamples of the users for the limits of a difference.
const RESAMPLES: usize = 1000;

/// A difference with the limits between which 95 % of resamples of the users put it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The difference.
    pub mean: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
}

/// How much less the second loses than the first, with bootstrap limits over users.
pub fn difference(first: &BTreeMap<u32, (f64, f64)>, second: &BTreeMap<u32, (f64, f64)>) -> Difference {
    let users: Vec<(f64, f64)> =
        first.values().zip(second.values()).map(|(first, second)| (first.0 - second.0, first.1)).collect();
    if users.is_empty() {
        return Difference { mean: f64::NAN, lower: f64::NAN, upper: f64::NAN };
    }
    let mean = |users: &mut dyn Iterator<Item = (f64, f64)>| {
        let (nats, events) = users.fold((0.0, 0.0), |sum, user| (sum.0 + user.0, sum.1 + user.1));
        mean(nats, events)
    };
    // The resamples are the same for every model, so that differences can be compared.
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut resamples: Vec<f64> = (0..RESAMPLES)
        .map(|_| mean(&mut (0..users.len()).map(|_| users[random.random_range(0..users.len())])))
        .collect();
    resamples.sort_by(f64::total_cmp);
    Difference {
        mean: mean(&mut users.iter().copied()),
        lower: resamples[RESAMPLES / 40],
        upper: resamples[RESAMPLES - 1 - RESAMPLES / 40],
    }
}
