//! The season of a series: how strong it is, and what it looks like.

/// Strength of the season of `m` steps, from 0 (none) to 1: the part of the detrended variance that an STL
/// decomposition (Cleveland et al. 1990) does not leave in the remainder.
pub fn strength(values: &[f64], m: usize) -> Option<f64> {
    const WINDOW: usize = 11;
    let trend = (1.5 * m as f64 / (1.0 - 1.5 / WINDOW as f64)).ceil() as usize;
    let fit = stlrs::params()
        .seasonal_length(WINDOW)
        .trend_length(trend + usize::from(trend.is_multiple_of(2)))
        .low_pass_length(m + 1 + m % 2)
        .seasonal_degree(0)
        .trend_degree(1)
        .low_pass_degree(1)
        .seasonal_jump(1)
        .trend_jump(1)
        .low_pass_jump(1)
        .inner_loops(5)
        .outer_loops(0)
        .fit(values, m)
        .ok()?;
    let detrended: Vec<f64> = fit.seasonal().iter().zip(fit.remainder()).map(|(a, b)| a + b).collect();
    let strength = 1.0 - spread(fit.remainder()) / spread(&detrended);
    strength.is_finite().then(|| strength.clamp(0.0, 1.0))
}

fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// How a season joins the rest of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    Add,
    Multiply,
}

/// The season by classical decomposition with centred moving averages: `m` values that add up to 0 (`Add`) or have the
/// mean 1 (`Multiply`). Needs `2m` values; `None` otherwise.
pub fn profile(values: &[f64], m: usize, join: Join) -> Option<Vec<f64>> {
    let n = values.len();
    if m < 2 || n < 2 * m {
        return None;
    }
    let half = m / 2;
    let (mut sums, mut counts) = (vec![0.0; m], vec![0usize; m]);
    for at in half..n - half {
        let mut trend: f64 = if m.is_multiple_of(2) {
            let ends = 0.5 * (values[at - half] + values[at + half]);
            ends + values[at - half + 1..at + half].iter().sum::<f64>()
        } else {
            values[at - half..=at + half].iter().sum()
        };
        trend /= m as f64;
        sums[at % m] += match join {
            Join::Add => values[at] - trend,
            Join::Multiply => values[at] / trend,
        };
        counts[at % m] += 1;
    }
    if counts.contains(&0) {
        return None;
    }
    let means: Vec<f64> = sums.iter().zip(&counts).map(|(sum, count)| sum / *count as f64).collect();
    let mean = means.iter().sum::<f64>() / m as f64;
    let season: Vec<f64> = means
        .iter()
        .map(|value| match join {
            Join::Add => value - mean,
            Join::Multiply => value / mean,
        })
        .collect();
    season.iter().all(|value| value.is_finite()).then_some(season)
}
