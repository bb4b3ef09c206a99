//! Gradient-boosted trees over binned inputs.
//!
//! Friedman: Greedy Function Approximation: A Gradient Boosting Machine. Annals of Statistics 29(5), 2001,
//! pages 1189–1232. Inputs are put into bins first, and a split is sought among these, as in Ke et al.: LightGBM, NIPS
//! 2017; what is missing goes wherever it serves better. No crate of moderate size has quantiles and Tweedie's deviance.

use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::observe::{Cancelled, Meter};

/// Bins of an input; the last is for what is missing.
const BINS: usize = 64;
const MISSING: u8 = (BINS - 1) as u8;

/// What is learnt of the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Loss {
    /// The mean, by squared error.
    Squared,
    /// A quantile, by pinball loss.
    Quantile(f64),
    /// ln of the mean of something not below 0, by Tweedie's deviance of power 1.5.
    Tweedie,
    /// ln of the odds of something that is 0 or 1.
    Logistic,
}

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growth {
    pub rounds: usize,
    pub rate: f64,
    pub depth: usize,
    pub least_rows: usize,
    /// Part of the inputs that a tree looks at, and part of the rows.
    pub inputs: f64,
    pub rows: f64,
    pub ridge: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { rounds: 200, rate: 0.04, depth: 4, least_rows: 100, inputs: 0.5, rows: 0.7, ridge: 10.0 }
    }
}

/// Inputs in bins, input by input.
#[derive(Debug)]
pub(super) struct Binned {
    edges: Vec<Vec<f32>>,
    bins: Vec<Vec<u8>>,
    rows: usize,
}

impl Binned {
    /// Bins of about equally many rows. `inputs` holds row after row.
    pub fn of(inputs: &[f32], width: usize) -> Self {
        let rows = inputs.len() / width.max(1);
        let edges: Vec<Vec<f32>> = (0..width)
            .into_par_iter()
            .map(|input| {
                let step = (rows / 20_000).max(1);
                let mut seen: Vec<f32> =
                    (0..rows).step_by(step).map(|row| inputs[row * width + input]).filter(|x| !x.is_nan()).collect();
                seen.sort_by(f32::total_cmp);
                let mut edges: Vec<f32> =
                    (1..BINS - 1).filter_map(|bin| seen.get(bin * seen.len() / (BINS - 1)).copied()).collect();
                edges.dedup();
                edges
            })
            .collect();
        let bins = (0..width)
            .into_par_iter()
            .map(|input| (0..rows).map(|row| bin(&edges[input], inputs[row * width + input])).collect())
            .collect();
        Self { edges, bins, rows }
    }

    /// Other rows in the same bins.
    pub fn place(&self, inputs: &[f32]) -> Self {
        let width = self.edges.len();
        let rows = inputs.len() / width.max(1);
        let bins = (0..width)
            .map(|input| (0..rows).map(|row| bin(&self.edges[input], inputs[row * width + input])).collect())
            .collect();
        Self { edges: self.edges.clone(), bins, rows }
    }
}

fn bin(edges: &[f32], x: f32) -> u8 {
    if x.is_nan() { MISSING } else { edges.partition_point(|edge| *edge <= x) as u8 }
}

/// A split: rows whose bin is at most this go left; what is missing goes as told.
#[derive(Clone, Copy, Debug)]
struct Split {
    input: usize,
    at_most: u8,
    missing_left: bool,
}

impl Split {
    fn left(&self, bin: u8) -> bool {
        if bin == MISSING { self.missing_left } else { bin <= self.at_most }
    }
}

/// A tree: nodes in the order of a heap, none where a node is a leaf or absent.
#[derive(Clone, Debug)]
struct Tree {
    splits: Vec<Option<Split>>,
    leaves: Vec<f64>,
}

impl Tree {
    fn answer(&self, bins: &[Vec<u8>], row: usize) -> f64 {
        let mut node = 0;
        while let Some(split) = self.splits[node] {
            node = 2 * node + if split.left(bins[split.input][row]) { 1 } else { 2 };
        }
        self.leaves[node]
    }
}

/// Trees that answer together.
#[derive(Clone, Debug)]
pub(super) struct Boosted {
    start: f64,
    trees: Vec<Tree>,
}

impl Boosted {
    /// Learns `target` row by row.
    ///
    /// # Errors
    /// A wish to stop.
    pub fn fit(
        data: &Binned,
        target: &[f64],
        weight: &[f64],
        loss: Loss,
        growth: &Growth,
        seed: u64,
        meter: &mut Meter,
    ) -> Result<Self, Cancelled> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let start = start(target, weight, loss);
        let mut answers = vec![start; data.rows];
        let mut inputs: Vec<usize> = (0..data.bins.len()).collect();
        let mut trees = Vec::with_capacity(growth.rounds);
        for _ in 0..growth.rounds {
            let slopes: Vec<[f64; 2]> = (0..data.rows)
                .map(|row| slope(loss, target[row], answers[row]).map(|part| part * weight[row]))
                .collect();
            let rows: Vec<u32> = (0..data.rows as u32).filter(|_| random.random::<f64>() < growth.rows).collect();
            inputs.shuffle(&mut random);
            let many = ((inputs.len() as f64 * growth.inputs).ceil() as usize).max(1);
            let tree = grow(data, rows, &slopes, &inputs[..many.min(inputs.len())], growth, |rows| match loss {
                Loss::Quantile(level) => {
                    let rest =
                        rows.iter().map(|row| *row as usize).map(|row| (target[row] - answers[row], weight[row]));
                    quantile(rest.collect(), level)
                }
                _ => {
                    let [down, bend] = rows.iter().fold([0.0; 2], |[down, bend], row| {
                        let [one, other] = slopes[*row as usize];
                        [down + one, bend + other]
                    });
                    (down / (bend + growth.ridge).max(1e-9)).clamp(-3.0, 3.0)
                }
            });
            answers.par_iter_mut().enumerate().for_each(|(row, answer)| {
                *answer += growth.rate * tree.answer(&data.bins, row);
            });
            trees.push(Tree { leaves: tree.leaves.iter().map(|leaf| growth.rate * leaf).collect(), ..tree });
            meter.advance(1)?;
        }
        Ok(Self { start, trees })
    }

    /// The answers for rows in bins, on the scale that the loss is told on.
    pub fn answers(&self, data: &Binned) -> Vec<f64> {
        let one = |row| self.start + self.trees.iter().map(|tree| tree.answer(&data.bins, row)).sum::<f64>();
        (0..data.rows).into_par_iter().map(one).collect()
    }
}

/// The best answer that is the same for all.
fn start(target: &[f64], weight: &[f64], loss: Loss) -> f64 {
    let weights: f64 = weight.iter().sum::<f64>().max(1e-12);
    let mean = target.iter().zip(weight).map(|(one, weight)| one * weight).sum::<f64>() / weights;
    match loss {
        Loss::Squared => mean,
        Loss::Quantile(level) => quantile(target.iter().copied().zip(weight.iter().copied()).collect(), level),
        Loss::Tweedie => mean.max(1e-6).ln(),
        Loss::Logistic => {
            let part = mean.clamp(1e-4, 1.0 - 1e-4);
            (part / (1.0 - part)).ln()
        }
    }
}

/// How much the answer should rise, and by how much this changes where it does: first and second derivative.
fn slope(loss: Loss, target: f64, answer: f64) -> [f64; 2] {
    match loss {
        Loss::Squared => [target - answer, 1.0],
        Loss::Quantile(level) => [if target > answer { level } else { level - 1.0 }, 1.0],
        Loss::Tweedie => {
            let (few, many) = ((-0.5 * answer).exp(), (0.5 * answer).exp());
            [target * few - many, 0.5 * (target * few + many)]
        }
        Loss::Logistic => {
            let part = 1.0 / (1.0 + (-answer).exp());
            [target - part, (part * (1.0 - part)).max(1e-6)]
        }
    }
}

/// A weighted quantile; 0 of nothing.
fn quantile(mut of: Vec<(f64, f64)>, level: f64) -> f64 {
    of.sort_by(|one, other| one.0.total_cmp(&other.0));
    let all: f64 = of.iter().map(|(_, weight)| weight).sum();
    let mut before = 0.0;
    for (one, weight) in &of {
        before += weight;
        if before >= level * all {
            return *one;
        }
    }
    of.last().map_or(0.0, |(one, _)| *one)
}

fn grow(
    data: &Binned,
    rows: Vec<u32>,
    slopes: &[[f64; 2]],
    inputs: &[usize],
    growth: &Growth,
    leaf: impl Fn(&[u32]) -> f64,
) -> Tree {
    let nodes = (1 << (growth.depth + 1)) - 1;
    let mut tree = Tree { splits: vec![None; nodes], leaves: vec![0.0; nodes] };
    let mut open = vec![(0_usize, 0_usize, rows)];
    while let Some((node, depth, rows)) = open.pop() {
        let split = if depth < growth.depth && rows.len() >= 2 * growth.least_rows {
            best_split(data, &rows, slopes, inputs, growth)
        } else {
            None
        };
        match split {
            None => tree.leaves[node] = leaf(&rows),
            Some(split) => {
                let bins = &data.bins[split.input];
                let (left, right) = rows.into_iter().partition(|row| split.left(bins[*row as usize]));
                tree.splits[node] = Some(split);
                open.push((2 * node + 1, depth + 1, left));
                open.push((2 * node + 2, depth + 1, right));
            }
        }
    }
    tree
}

fn best_split(data: &Binned, rows: &[u32], slopes: &[[f64; 2]], inputs: &[usize], growth: &Growth) -> Option<Split> {
    let gain =
        |[down, bend, many]: [f64; 3]| (many >= growth.least_rows as f64).then(|| down * down / (bend + growth.ridge));
    let of_input = |input: &usize| {
        let bins = &data.bins[*input];
        let mut sums = [[0.0_f64; 3]; BINS];
        for row in rows {
            let (sum, [down, bend]) = (&mut sums[bins[*row as usize] as usize], slopes[*row as usize]);
            sum[0] += down;
            sum[1] += bend;
            sum[2] += 1.0;
        }
        let add = |one: [f64; 3], other: [f64; 3]| [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
        let all = sums.into_iter().fold([0.0; 3], add);
        let missing = sums[MISSING as usize];
        let whole = gain(all).unwrap_or(0.0);
        let (mut best, mut left) = (None, [0.0; 3]);
        for at_most in 0..MISSING {
            left = add(left, sums[at_most as usize]);
            for missing_left in [false, true] {
                if missing_left && missing[2] == 0.0 {
                    continue;
                }
                let left = if missing_left { add(left, missing) } else { left };
                let right = [all[0] - left[0], all[1] - left[1], all[2] - left[2]];
                let (Some(one), Some(other)) = (gain(left), gain(right)) else { continue };
                let better = one + other - whole;
                if better > best.map_or(1e-9, |(best, _)| best) {
                    best = Some((better, Split { input: *input, at_most, missing_left }));
                }
            }
        }
        best
    };
    let found: Vec<Option<(f64, Split)>> = inputs.par_iter().map(of_input).collect();
    let best = found.into_iter().flatten().reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, split)| split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Stage, Watch};

    fn learnt(inputs: &[f32], width: usize, target: &[f64], loss: Loss) -> Vec<f64> {
        let data = Binned::of(inputs, width);
        let growth = Growth { rounds: 150, rate: 0.1, least_rows: 5, ridge: 0.1, ..Growth::default() };
        let mut meter = Watch::silent().meter(Stage::Train, "tree", None);
        let weight = vec![1.0; target.len()];
        Boosted::fit(&data, target, &weight, loss, &growth, 3, &mut meter).unwrap().answers(&data.place(inputs))
    }

    /// Rows whose target hangs on two inputs, one of them missing at times, beside one that tells nothing.
    fn rows() -> (Vec<f32>, Vec<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let mut target = Vec::new();
        let inputs = (0..800)
            .flat_map(|_| {
                let (x, y, noise): (f32, f32, f32) = (random.random(), random.random(), random.random());
                let missing = y > 0.8;
                target.push(if missing { 5.0 } else { f64::from(3.0 * x * y) });
                [x, if missing { f32::NAN } else { y }, noise]
            })
            .collect();
        (inputs, target)
    }

    #[test]
    fn what_hangs_together_is_learnt_also_where_something_is_missing() {
        let (inputs, target) = rows();
        let answers = learnt(&inputs, 3, &target, Loss::Squared);
        let off = |answer: &dyn Fn(usize) -> f64| {
            (0..800).map(|row| (target[row] - answer(row)).powi(2)).sum::<f64>() / 800.0
        };
        let mean = target.iter().sum::<f64>() / 800.0;
        assert!(off(&|row| answers[row]) < 0.02 * off(&|_| mean));
    }

    #[test]
    fn means_parts_and_quantiles_are_each_met() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let inputs: Vec<f32> = (0..2000).map(|row| (row % 2) as f32).collect();
        let heavy: Vec<f64> =
            inputs.iter().map(|x| f64::from(1.0 + 9.0 * x) * -(1.0 - random.random::<f64>()).ln()).collect();
        let mean = |of: &dyn Fn(usize) -> f64| (1..2000).step_by(2).map(of).sum::<f64>() / 1000.0;
        let tweedie = learnt(&inputs, 1, &heavy, Loss::Tweedie);
        assert!((tweedie[1].exp() / mean(&|row| heavy[row]) - 1.0).abs() < 0.05);
        for level in [0.1, 0.9] {
            let answers = learnt(&inputs, 1, &heavy, Loss::Quantile(level));
            let below = mean(&|row| f64::from(u8::from(heavy[row] <= answers[row])));
            assert!((below - level).abs() < 0.03, "{level}: {below}");
        }
        let large: Vec<f64> = heavy.iter().map(|one| f64::from(u8::from(*one > 2.0))).collect();
        let odds = learnt(&inputs, 1, &large, Loss::Logistic);
        assert!((1.0 / (1.0 + (-odds[1]).exp()) - mean(&|row| large[row])).abs() < 0.03);
    }

    #[test]
    fn few_rows_and_equal_ones_are_answered_with_what_they_have() {
        for rows in [1, 3] {
            let answers = learnt(&vec![f32::NAN; rows], 1, &vec![2.0; rows], Loss::Squared);
            assert!(answers.iter().all(|answer| (answer - 2.0).abs() < 1e-9), "{answers:?}");
        }
    }
}
