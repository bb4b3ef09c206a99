//! Some texts that stand for all: what is computed from every vector at once is computed from these.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::InterestsError;
use crate::language::SpooledVectors;

/// Texts in a sample at most. A log with no more is taken whole.
const MOST: usize = 65_536;

/// Vectors of some texts, each with the weight it stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// Texts × `dim`.
    pub data: Vec<f32>,
    /// Length of a vector.
    pub dim: usize,
    /// Weights, by text of the sample; all above 0.
    pub weights: Vec<f64>,
}

impl Sample {
    /// Takes texts with a chance by their weight, so that the heaviest are surely in it, and lets each stand for its
    /// weight over its chance: sums over the sample estimate sums over all (Horvitz, Thompson: A Generalization of
    /// Sampling Without Replacement From a Finite Universe, 1952). A text without weight is never in it.
    pub fn take(vectors: &mut SpooledVectors, weights: &[f64], seed: u64) -> Result<Self, InterestsError> {
        let chosen = choose(weights, MOST, seed);
        let dim = vectors.dim();
        let mut data = Vec::with_capacity(chosen.len() * dim);
        let mut next = chosen.iter().map(|(text, _)| *text).peekable();
        vectors.each(|first, rows| {
            while let Some(text) = next.next_if(|text| (text - first + 1) * dim <= rows.len()) {
                data.extend_from_slice(&rows[(text - first) * dim..(text - first + 1) * dim]);
            }
            Ok::<(), InterestsError>(())
        })?;
        Ok(Self { data, dim, weights: chosen.into_iter().map(|(_, weight)| weight).collect() })
    }
}

/// About `most` texts in their order, with the weights they stand for.
fn choose(weights: &[f64], most: usize, seed: u64) -> Vec<(usize, f64)> {
    let heavy = || weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
    if heavy().count() <= most {
        return heavy().map(|(text, weight)| (text, *weight)).collect();
    }
    let step = step(weights, most);
    // One draw decides all: a text is taken where the running sum of chances passes the next whole number.
    let mut sum = ChaCha8Rng::seed_from_u64(seed).random::<f64>();
    let mut chosen = Vec::with_capacity(most + 1);
    for (text, weight) in heavy() {
        if *weight >= step {
            chosen.push((text, *weight));
            continue;
        }
        let before = sum.floor();
        sum += weight / step;
        if sum.floor() > before {
            chosen.push((text, step));
        }
    }
    chosen
}

/// The weight from which on a text is surely taken: then `most` are taken of all.
fn step(weights: &[f64], most: usize) -> f64 {
    let mut heaviest: Vec<f64> = weights.iter().copied().filter(|weight| *weight > 0.0).collect();
    heaviest.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut rest: f64 = heaviest.iter().sum();
    for (sure, weight) in heaviest.iter().enumerate().take(most) {
        let step = rest / (most - sure) as f64;
        if *weight < step {
            return step;
        }
        rest -= weight;
    }
    heaviest.get(most).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sample_stands_for_all_and_keeps_the_heaviest(
            weights in proptest::collection::vec(0.0..50.0_f64, 40..300), most in 5..60_usize, seed in 0..99_u64,
        ) {
            let chosen = choose(&weights, most, seed);
            let heavy = weights.iter().filter(|weight| **weight > 0.0).count();
            prop_assert!(chosen.len().abs_diff(most.min(heavy)) <= 1, "{} of {most}", chosen.len());
            prop_assert!(chosen.is_sorted_by(|a, b| a.0 < b.0));
            let (all, sum): (f64, f64) = (weights.iter().sum(), chosen.iter().map(|(_, weight)| weight).sum());
            let step = step(&weights, most);
            prop_assert!((all - sum).abs() <= step + 1e-6, "{all} {sum}");
            for (text, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > step) {
                prop_assert!(chosen.contains(&(text, *weight)));
            }
        }
    }

    #[test]
    fn over_many_seeds_a_text_is_taken_as_often_as_its_weight_says() {
        let weights = [1.0, 2.0, 3.0, 4.0, 2.0, 0.0];
        let taken = |text| (0..4000).filter(|seed| choose(&weights, 2, *seed).iter().any(|at| at.0 == text)).count();
        // Chances by weight: 4 of 12, twice.
        assert!((taken(3) as f64 / 4000.0 - 2.0 / 3.0).abs() < 0.03);
        assert!((taken(0) as f64 / 4000.0 - 1.0 / 6.0).abs() < 0.03);
        assert_eq!(taken(5), 0);
    }
}
