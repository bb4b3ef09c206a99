//! How many differences a series needs.
//!
//! Plain ones by the test of Kwiatkowski, Phillips, Schmidt and Shin (1992, Journal of Econometrics 54); a seasonal one
//! by the strength of the season in an STL decomposition (Wang, Smith and Hyndman 2006), above 0.64.

use super::difference::difference;
use super::scale::is_constant;

/// Critical value at 5 % of the test for a level (Kwiatkowski et al. 1992, table 1).
const CRITICAL: f64 = 0.463;

/// The test's statistic: how far partial sums of deviations from the mean wander, by their long-run variance with
/// `⌊3√n / 13⌋` lags and Bartlett's weights. `None` for a series without deviations.
pub fn kpss(values: &[f64]) -> Option<f64> {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let deviations: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let (mut sum, mut wandering) = (0.0, 0.0);
    for deviation in &deviations {
        sum += deviation;
        wandering += sum * sum;
    }
    let lags = (3.0 * (n as f64).sqrt() / 13.0).floor() as usize;
    if lags >= n {
        return None;
    }
    let mut variance: f64 = deviations.iter().map(|deviation| deviation * deviation).sum();
    for lag in 1..=lags {
        let product: f64 = deviations[lag..].iter().zip(&deviations).map(|(a, b)| a * b).sum();
        variance += 2.0 * product * (1.0 - lag as f64 / (lags as f64 + 1.0));
    }
    let statistic = wandering / (n as f64 * variance);
    statistic.is_finite().then_some(statistic)
}

/// Plain differences needed, at most `most`.
pub fn differences(values: &[f64], most: usize) -> usize {
    let mut d = 0;
    let mut current = values.to_vec();
    while d < most && !is_constant(&current) && kpss(&current).is_some_and(|statistic| statistic > CRITICAL) {
        d += 1;
        current = difference(&current, 1);
        if current.is_empty() {
            break;
        }
    }
    d
}

/// Whether the season of `m` steps is strong enough to be differenced away.
pub fn seasonal_difference(values: &[f64], m: usize) -> bool {
    if m < 2 || values.len() <= 2 * m || is_constant(values) {
        return false;
    }
    super::seasonal::strength(values, m).is_some_and(|strength| strength > 0.64)
}
