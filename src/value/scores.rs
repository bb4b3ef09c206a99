//! How good an answer was, held against what came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a model's expected values were worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValueScores {
    /// Users it was measured on.
    pub users: usize,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Part of the variance that is explained; below 0 where the mean of all would have been better.
    pub r2: f64,
    /// Rank correlation, ties sharing their mean rank.
    pub spearman: f64,
    /// Area between the gain curve and the diagonal, over that of a perfect order.
    pub gini: f64,
    /// Part of all value that the highest tenth by expected value held.
    pub top_10: f64,
    /// The same of the highest fifth.
    pub top_20: f64,
    /// Part of users within the bands, by level in percent.
    pub coverage: BTreeMap<u8, f64>,
}

impl ValueScores {
    /// Scores of `expected`, user by user as `observed`; what cannot be told, for instance since nobody spent anything,
    /// is not a number.
    pub fn of(observed: &[f64], expected: &[f64], bands: &[(u8, Vec<(f64, f64)>)]) -> Self {
        let n = observed.len() as f64;
        let mean = observed.iter().sum::<f64>() / n;
        let pairs = || observed.iter().zip(expected);
        let squared: f64 = pairs().map(|(y, x)| (y - x).powi(2)).sum();
        let variance: f64 = observed.iter().map(|y| (y - mean).powi(2)).sum();
        let by_expected = order(expected);
        let coverage = bands
            .iter()
            .map(|(level, limits)| {
                let held = observed.iter().zip(limits).filter(|(y, (lower, upper))| lower <= *y && *y <= upper).count();
                (*level, held as f64 / n)
            })
            .collect();
        Self {
            users: observed.len(),
            mae: pairs().map(|(y, x)| (y - x).abs()).sum::<f64>() / n,
            rmse: (squared / n).sqrt(),
            r2: 1.0 - squared / variance,
            spearman: correlation(&ranks(observed), &ranks(expected)),
            gini: gini(observed, &by_expected) / gini(observed, &order(observed)),
            top_10: captured(observed, &by_expected, 0.1),
            top_20: captured(observed, &by_expected, 0.2),
            coverage,
        }
    }
}

/// Places from the highest value to the lowest; equal ones stay in their order.
pub(super) fn order(of: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..of.len()).collect();
    places.sort_by(|one, other| of[*other].total_cmp(&of[*one]));
    places
}

fn gini(observed: &[f64], order: &[usize]) -> f64 {
    let (n, all) = (observed.len() as f64, observed.iter().sum::<f64>());
    let mut sum = 0.0;
    let area: f64 = order
        .iter()
        .map(|place| {
            sum += observed[*place];
            sum / all
        })
        .sum();
    (area - (n + 1.0) / 2.0) / n
}

fn captured(observed: &[f64], order: &[usize], part: f64) -> f64 {
    let many = (observed.len() as f64 * part).round() as usize;
    order.iter().take(many).map(|place| observed[*place]).sum::<f64>() / observed.iter().sum::<f64>()
}

fn ranks(of: &[f64]) -> Vec<f64> {
    let order = order(of);
    let mut ranks = vec![0.0; of.len()];
    let mut start = 0;
    for places in order.chunk_by(|one, other| of[*one] == of[*other]) {
        let rank = start as f64 + (places.len() as f64 - 1.0) / 2.0;
        places.iter().for_each(|place| ranks[*place] = rank);
        start += places.len();
    }
    ranks
}

fn correlation(one: &[f64], other: &[f64]) -> f64 {
    let n = one.len() as f64;
    let (mean, other_mean) = (one.iter().sum::<f64>() / n, other.iter().sum::<f64>() / n);
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        one.iter().zip(other).map(|(x, y)| of(x - mean, y - other_mean)).sum()
    };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_what_they_are_by_hand() {
        let observed: [f64; 10] = [0.0, 10.0, 0.0, 30.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let expected = [1.0, 20.0, 2.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let bands = [(80, observed.iter().map(|y| (0.0, y.min(20.0))).collect())];
        let scores = ValueScores::of(&observed, &expected, &bands);
        assert!((scores.mae - 3.3).abs() < 1e-12 && (scores.rmse - 50.5_f64.sqrt()).abs() < 1e-12);
        assert!((scores.r2 - (1.0 - 505.0 / 840.0)).abs() < 1e-12);
        // Gain curves: 0.25, 1, 1, … beside 0.75, 1, 1, …
        assert!((scores.gini - (9.25 - 5.5) / (9.75 - 5.5)).abs() < 1e-12);
        assert_eq!((scores.top_10, scores.top_20, scores.coverage[&80]), (0.25, 1.0, 0.9));
        let same = ValueScores::of(&observed, &observed, &[]);
        assert_eq!((same.mae, same.gini, same.spearman), (0.0, 1.0, 1.0));
    }

    #[test]
    fn what_cannot_be_told_is_no_number() {
        let nothing = ValueScores::of(&[0.0; 4], &[1.0, 2.0, 3.0, 4.0], &[]);
        assert!(nothing.gini.is_nan() && nothing.top_10.is_nan() && nothing.mae == 2.5);
    }
}
