//! Driftline's own mixture: a small network over what is told of each candidate, taught by a listwise softmax on what
//! users took after earlier cuts (Cao et al. 2007, "Learning to rank: from pairwise approach to listwise approach").
//!
//! It is plain loops over a few thousand weights; a tensor for each user's few hundred candidates would cost more.

use std::ops::Range;

use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::features::{Candidates, FEATURES};
use crate::observe::{Cancelled, Watch};

const HIDDEN: usize = 24;
/// Networks from different first weights, whose scores are averaged.
const TWINS: usize = 3;
const EPOCHS: usize = 12;
const BATCH: usize = 32;
const RATE: f32 = 3e-3;
const DECAY: f32 = 1e-3;
/// Weights of one network: hidden layer with its bias, what is read off it, and what is read off the features directly.
const WEIGHTS: usize = HIDDEN * (FEATURES + 1) + HIDDEN + FEATURES;

/// What one user was offered, and the places among the candidates of what they took.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    /// The candidates.
    pub candidates: Candidates,
    /// Places of what was taken, ascending.
    pub taken: Vec<usize>,
}

/// The learnt mixture.
#[derive(Clone, Debug, Default)]
pub struct Mixture {
    mean: Vec<f32>,
    scale: Vec<f32>,
    twins: Vec<Vec<f32>>,
}

impl Mixture {
    /// Learns from what was taken. None without lessons.
    ///
    /// # Errors
    /// A wish to stop.
    pub fn learn(mut lessons: Vec<Lesson>, seed: u64, watch: &Watch) -> Result<Option<Self>, Cancelled> {
        lessons.retain(|lesson| !lesson.taken.is_empty());
        if lessons.is_empty() {
            return Ok(None);
        }
        let (mean, scale) = spread(&lessons);
        let mut mixture = Self { mean, scale, twins: Vec::new() };
        lessons.iter_mut().for_each(|lesson| mixture.standardise(&mut lesson.candidates.data));
        for twin in 0..TWINS {
            let weights = teach(&lessons, seed.wrapping_add(twin as u64), watch)?;
            mixture.twins.push(weights);
        }
        Ok(Some(mixture))
    }

    /// A score for each candidate: the mean of the twins' log-chances to be taken next.
    pub fn score(&self, mut candidates: Candidates) -> Vec<f32> {
        self.standardise(&mut candidates.data);
        let mut sum = vec![0.0; candidates.columns.len()];
        for weights in &self.twins {
            let scores: Vec<f32> =
                candidates.data.chunks_exact(FEATURES).map(|told| forward(weights, told).0).collect();
            let norm = log_sum(&scores);
            sum.iter_mut().zip(scores).for_each(|(sum, score)| *sum += (score - norm) / self.twins.len() as f32);
        }
        sum
    }

    /// By how much the score of one candidate falls when some of what is told of it is as usual.
    pub fn loses(&self, told: &[f32], part: Range<usize>) -> f32 {
        let mut told = told.to_vec();
        self.standardise(&mut told);
        let score = |told: &[f32]| self.twins.iter().map(|weights| forward(weights, told).0).sum::<f32>();
        let before = score(&told);
        told[part].fill(0.0);
        (before - score(&told)) / self.twins.len().max(1) as f32
    }

    fn standardise(&self, data: &mut [f32]) {
        for told in data.chunks_exact_mut(FEATURES) {
            for ((number, mean), scale) in told.iter_mut().zip(&self.mean).zip(&self.scale) {
                *number = ((*number - mean) / scale).clamp(-6.0, 6.0);
            }
        }
    }
}

/// Mean and standard deviation of every feature.
fn spread(lessons: &[Lesson]) -> (Vec<f32>, Vec<f32>) {
    let (mut sum, mut squares, mut count) = (vec![0.0_f64; FEATURES], vec![0.0_f64; FEATURES], 0.0);
    for told in lessons.iter().flat_map(|lesson| lesson.candidates.data.chunks_exact(FEATURES)) {
        count += 1.0;
        for (at, number) in told.iter().enumerate() {
            sum[at] += f64::from(*number);
            squares[at] += f64::from(*number).powi(2);
        }
    }
    let mean: Vec<f32> = sum.iter().map(|sum| (sum / count) as f32).collect();
    let deviation = |(squares, mean): (&f64, &f32)| (squares / count - f64::from(*mean).powi(2)).max(0.0).sqrt() as f32;
    let scale = squares.iter().zip(&mean).map(deviation).map(|scale| if scale > 1e-4 { scale } else { 1.0 }).collect();
    (mean, scale)
}

/// A score, and what the hidden layer holds.
fn forward(weights: &[f32], told: &[f32]) -> (f32, [f32; HIDDEN]) {
    let (layers, direct) = weights.split_at(HIDDEN * (FEATURES + 1) + HIDDEN);
    let (first, read) = layers.split_at(HIDDEN * (FEATURES + 1));
    let dot = |weights: &[f32]| weights.iter().zip(told).map(|(weight, number)| weight * number).sum::<f32>();
    let (mut score, mut held) = (dot(direct), [0.0; HIDDEN]);
    for ((held, row), read) in held.iter_mut().zip(first.chunks_exact(FEATURES + 1)).zip(read) {
        *held = (dot(&row[..FEATURES]) + row[FEATURES]).max(0.0);
        score += read * *held;
    }
    (score, held)
}

fn log_sum(scores: &[f32]) -> f32 {
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    most + scores.iter().map(|score| (score - most).exp()).sum::<f32>().ln()
}

/// The gradient of one user's loss: −mean of the log-chances of what was taken, in a softmax over the candidates.
fn gradient(weights: &[f32], lesson: &Lesson) -> Vec<f32> {
    let told: Vec<&[f32]> = lesson.candidates.data.chunks_exact(FEATURES).collect();
    let passes: Vec<(f32, [f32; HIDDEN])> = told.iter().map(|told| forward(weights, told)).collect();
    let scores: Vec<f32> = passes.iter().map(|(score, _)| *score).collect();
    let norm = log_sum(&scores);
    let mut pull: Vec<f32> = scores.iter().map(|score| (score - norm).exp()).collect();
    lesson.taken.iter().for_each(|place| pull[*place] -= 1.0 / lesson.taken.len() as f32);
    let mut gradient = vec![0.0; WEIGHTS];
    let reads = HIDDEN * (FEATURES + 1);
    for ((told, (_, held)), pull) in told.iter().zip(&passes).zip(&pull) {
        if pull.abs() < 1e-6 {
            continue;
        }
        for unit in 0..HIDDEN {
            if held[unit] > 0.0 {
                gradient[reads + unit] += pull * held[unit];
                let back = pull * weights[reads + unit];
                let row = &mut gradient[unit * (FEATURES + 1)..][..FEATURES + 1];
                row.iter_mut().zip(*told).for_each(|(sum, number)| *sum += back * number);
                row[FEATURES] += back;
            }
        }
        gradient[reads + HIDDEN..].iter_mut().zip(*told).for_each(|(sum, number)| *sum += pull * number);
    }
    gradient
}

/// One network, by AdamW (Loshchilov & Hutter 2019) with a rate that falls to nothing.
fn teach(lessons: &[Lesson], seed: u64, watch: &Watch) -> Result<Vec<f32>, Cancelled> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let reach = (1.0 / FEATURES as f32).sqrt();
    let first = HIDDEN * (FEATURES + 1);
    let mut weights: Vec<f32> =
        (0..WEIGHTS).map(|at| if at < first { chance.random_range(-reach..reach) } else { 0.0 }).collect();
    weights[first..first + HIDDEN].iter_mut().for_each(|read| *read = chance.random_range(-0.1..0.1));
    let (mut mean, mut square) = (vec![0.0_f32; WEIGHTS], vec![0.0_f32; WEIGHTS]);
    let mut order: Vec<usize> = (0..lessons.len()).collect();
    let steps = EPOCHS * lessons.len().div_ceil(BATCH);
    let mut step = 0;
    for _ in 0..EPOCHS {
        order.shuffle(&mut chance);
        for batch in order.chunks(BATCH) {
            watch.check()?;
            let gradients: Vec<Vec<f32>> = batch.par_iter().map(|at| gradient(&weights, &lessons[*at])).collect();
            step += 1;
            let rate = RATE * (1.0 - (step - 1) as f32 / steps as f32);
            let (correct_mean, correct_square) = (1.0 - 0.9_f32.powi(step), 1.0 - 0.999_f32.powi(step));
            for at in 0..WEIGHTS {
                let slope = gradients.iter().map(|gradient| gradient[at]).sum::<f32>() / batch.len() as f32;
                mean[at] += 0.1 * (slope - mean[at]);
                square[at] += 0.001 * (slope * slope - square[at]);
                let move_by = mean[at] / correct_mean / ((square[at] / correct_square).sqrt() + 1e-8);
                weights[at] -= rate * (move_by + DECAY * weights[at]);
            }
        }
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_those_of_finite_differences() {
        let mut chance = ChaCha8Rng::seed_from_u64(3);
        let mut numbers = |count: usize| (0..count).map(|_| chance.random_range(-1.0..1.0_f32)).collect::<Vec<f32>>();
        let candidates = Candidates { columns: (0..5).collect(), data: numbers(5 * FEATURES) };
        let lesson = Lesson { candidates, taken: vec![1, 4] };
        let weights = numbers(WEIGHTS);
        let loss = |weights: &[f32]| {
            let told = lesson.candidates.data.chunks_exact(FEATURES);
            let scores: Vec<f32> = told.map(|told| forward(weights, told).0).collect();
            log_sum(&scores) - (scores[1] + scores[4]) / 2.0
        };
        let slope = gradient(&weights, &lesson);
        for at in (0..WEIGHTS).step_by(17) {
            let moved = |by: f32| {
                let mut moved = weights.clone();
                moved[at] += by;
                loss(&moved)
            };
            let measured = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            assert!((slope[at] - measured).abs() < 2e-2, "weight {at}: {} {measured}", slope[at]);
        }
        assert!(slope.iter().any(|slope| slope.abs() > 0.1));
    }

    #[test]
    fn it_learns_what_tells_the_taken_from_the_others() {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        let mut lesson = || {
            let mut data: Vec<f32> = (0..20 * FEATURES).map(|_| chance.random_range(-1.0..1.0)).collect();
            data[7 * FEATURES + 4] = 3.0;
            Lesson { candidates: Candidates { columns: (0..20).collect(), data }, taken: vec![7] }
        };
        let lessons: Vec<Lesson> = (0..200).map(|_| lesson()).collect();
        let asked = lesson().candidates;
        let mixture = Mixture::learn(lessons, 7, &Watch::silent()).unwrap().unwrap();
        let scores = mixture.score(asked);
        let best = (0..20).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        assert_eq!(best, Some(7), "{scores:?}");
        assert!(Mixture::learn(vec![Lesson::default()], 7, &Watch::silent()).unwrap().is_none());
    }
}
