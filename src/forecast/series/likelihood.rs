//! Likelihoods of an ARMA process: exact by a Kalman filter, and conditional on the first values.
//!
//! The exact one runs over the differenced series. That equals the diffuse likelihood of the series itself (Durbin and
//! Koopman 2012, §5.6; Gardner, Harvey and Phillips 1980, AS 154, use a large variance instead), at a state as short as
//! the ARMA part alone: differencing by a season of 12 would make it 13 longer. Since the process is stationary, the
//! covariance of the state changes from step to step by a matrix of rank one, and only its two factors are carried
//! (Morf, Sidhu and Kailath 1974, IEEE Transactions on Automatic Control 19; Mélard 1984, AS 197): a step costs as much
//! as the state is long, not its square.

use super::stationary::Stationary;

/// Sums over the innovations of a series.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    /// Σ innovation² / its variance.
    pub squares: f64,
    /// Σ ln(variance), in units of the noise's variance.
    pub logs: f64,
}

/// Steps between two looks at whether the filter has settled.
const LOOK: usize = 4;

/// The filter with its memory, reused between evaluations.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    start: Stationary,
    lags: Lags,
    centred: Vec<f64>,
    innovations: Vec<f64>,
    /// Predicted state: its first entry is the next value's mean. One zero longer than the state.
    state: Vec<f64>,
    /// Covariance of the next state with the innovation.
    gain: Vec<f64>,
    /// The factor of the covariance's change, one zero longer.
    change: Vec<f64>,
    /// Autoregressive coefficients, padded to the state's length.
    phi: Vec<f64>,
}

impl Filter {
    /// Innovation sums of `series` less `mean` under an ARMA process with lag coefficients `phi` and `theta`.
    ///
    /// `None` if the process is not stationary or the numbers overflow.
    pub fn run(&mut self, series: &[f64], mean: f64, phi: &[f64], theta: &[f64]) -> Option<Sums> {
        let (sums, _) = self.pass(series, mean, phi, theta)?;
        Some(sums)
    }

    /// As [`Filter::run`], with the predicted state after the last value.
    pub fn run_to_state(&mut self, series: &[f64], mean: f64, phi: &[f64], theta: &[f64]) -> Option<(Sums, Vec<f64>)> {
        let (sums, settled) = self.pass(series, mean, phi, theta)?;
        let (n, r) = (series.len(), self.gain.len());
        let mut state = self.state[..r].to_vec();
        if let Some(since) = settled {
            let pad = self.innovations.len() - n;
            for (j, entry) in state.iter_mut().enumerate() {
                let at = n + j;
                *entry = self.state.get(at - since).copied().unwrap_or(0.0);
                let known = |lag: usize| lag > j && at - lag >= since;
                let of = |lags: &[(usize, f64)], values: &[f64]| -> f64 {
                    lags.iter().filter(|(lag, _)| known(*lag)).map(|(lag, c)| c * values[at - lag]).sum()
                };
                *entry += of(&self.lags.phi, &self.centred) + of(&self.lags.theta, &self.innovations[pad..]);
            }
        }
        Some((sums, state))
    }

    /// The sums, and from which value on the filter had settled.
    fn pass(&mut self, series: &[f64], mean: f64, phi: &[f64], theta: &[f64]) -> Option<(Sums, Option<usize>)> {
        let r = phi.len().max(theta.len() + 1);
        let first = self.start.covariance_with_value(phi, theta)?;
        let mut variance = first[0];
        self.phi.clear();
        self.phi.extend_from_slice(phi);
        self.phi.resize(r, 0.0);
        self.gain.clear();
        let shifted = first[1..].iter().chain(std::iter::once(&0.0));
        self.gain.extend(shifted.zip(&self.phi).map(|(next, phi)| next + phi * variance));
        self.change.clear();
        self.change.extend_from_slice(&self.gain);
        self.change.push(0.0);
        self.state.clear();
        self.state.resize(r + 1, 0.0);
        self.centred.clear();
        self.centred.extend(series.iter().map(|value| value - mean));
        let mut weight = -1.0 / variance;
        let (mut squares, mut logs, mut product) = (0.0, 0.0, 1.0f64);
        let mut settled = None;
        for at in 0..self.centred.len() {
            if at % LOOK == 0 && weight.abs() * self.change.iter().map(|entry| entry * entry).sum::<f64>() < 1e-12 {
                // Only a moving average that cannot be inverted settles at another variance than the noise's.
                if (variance - 1.0).abs() < 1e-8 {
                    settled = Some(at);
                    break;
                }
            }
            if variance.is_nan() || variance <= 0.0 {
                return None;
            }
            let innovation = self.centred[at] - self.state[0];
            squares += innovation * innovation / variance;
            product *= variance;
            if !(1e-200..1e200).contains(&product) {
                logs += product.ln();
                product = 1.0;
            }
            let ahead = self.change[0];
            let next = variance + weight * ahead * ahead;
            self.step(innovation / variance, weight * ahead, ahead / next);
            weight *= next / variance;
            variance = next;
        }
        logs += product.ln();
        if let Some(since) = settled {
            self.lags.set(phi, theta);
            squares += recursion(&self.centred, since..since, &self.state, &self.lags, &mut self.innovations);
        }
        (squares.is_finite() && logs.is_finite()).then_some((Sums { squares, logs }, settled))
    }

    /// State, gain and change after a value. `drift` is the change's weight times its first entry, `taken` that entry by
    /// the next variance.
    fn step(&mut self, innovation: f64, drift: f64, taken: f64) {
        let r = self.gain.len();
        let (gain, phi) = (&mut self.gain[..r], &self.phi[..r]);
        let (state, change) = (&mut self.state[..=r], &mut self.change[..=r]);
        let (seen, ahead) = (state[0], change[0]);
        for i in 0..r {
            state[i] = state[i + 1] + phi[i] * seen + gain[i] * innovation;
            let moved = change[i + 1] + phi[i] * ahead;
            gain[i] += drift * moved;
            change[i] = moved - gain[i] * taken;
        }
    }
}

/// The lags of a process whose coefficients are not zero: of 26 lags a seasonal form has perhaps five.
#[derive(Debug, Default, Clone)]
pub struct Lags {
    phi: Vec<(usize, f64)>,
    theta: Vec<(usize, f64)>,
}

impl Lags {
    /// Takes the coefficients of the lags 1, 2, ….
    pub fn set(&mut self, phi: &[f64], theta: &[f64]) {
        for (lags, coefficients) in [(&mut self.phi, phi), (&mut self.theta, theta)] {
            lags.clear();
            let known = coefficients.iter().enumerate().filter(|(_, coefficient)| **coefficient != 0.0);
            lags.extend(known.map(|(at, coefficient)| (at + 1, *coefficient)));
        }
    }
}

/// Innovations of `values[range.end..]` and the sum of their squares; those before are zero. Autoregressive lags reach
/// back to `range.start`, and what they would find before it is in `carried`, ahead of `range.end`.
fn recursion(
    values: &[f64],
    range: std::ops::Range<usize>,
    carried: &[f64],
    lags: &Lags,
    innovations: &mut Vec<f64>,
) -> f64 {
    let (n, start) = (values.len(), range.end);
    let pad = lags.theta.last().map_or(0, |(lag, _)| *lag);
    innovations.clear();
    innovations.resize(pad + start, 0.0);
    innovations.extend_from_slice(&values[start..]);
    let own = &mut innovations[pad..];
    for (innovation, carried) in own[start..].iter_mut().zip(carried) {
        *innovation -= carried;
    }
    for (lag, coefficient) in &lags.phi {
        let from = start.max(range.start + lag).min(n);
        if let Some(before) = values.get(from.saturating_sub(*lag)..n.saturating_sub(*lag)) {
            for (innovation, value) in own[from..].iter_mut().zip(before) {
                *innovation -= coefficient * value;
            }
        }
    }
    if !lags.theta.is_empty() {
        for at in pad + start..pad + n {
            let mut innovation = innovations[at];
            for (lag, coefficient) in &lags.theta {
                innovation -= coefficient * innovations[at - lag];
            }
            innovations[at] = innovation;
        }
    }
    let mut sums = [0.0; 4];
    for part in innovations[pad + start..].chunks(4) {
        for (sum, innovation) in sums.iter_mut().zip(part) {
            *sum += innovation * innovation;
        }
    }
    sums.iter().sum()
}

/// The conditional likelihood with its memory.
#[derive(Debug, Default, Clone)]
pub struct Conditional {
    lags: Lags,
    centred: Vec<f64>,
    innovations: Vec<f64>,
}

impl Conditional {
    /// Mean square of the innovations after the first `skipped` values, those before taken as zero.
    pub fn run(&mut self, series: &[f64], mean: f64, phi: &[f64], theta: &[f64], skipped: usize) -> Option<f64> {
        self.centred.clear();
        self.centred.extend(series.iter().map(|value| value - mean));
        self.lags.set(phi, theta);
        let squares = recursion(&self.centred, 0..skipped, &[], &self.lags, &mut self.innovations);
        let count = series.len().checked_sub(skipped).filter(|count| *count > 0)?;
        (squares.is_finite() && squares > 0.0).then(|| squares / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Conditional, Filter};

    const CASES: [(&[f64], &[f64]); 7] = [
        (&[], &[]),
        (&[0.8], &[]),
        (&[0.5, -0.3], &[0.4]),
        (&[], &[1.8]),
        (&[], &[-0.4, 0.2, 0.0, 0.9]),
        (&[0.0, 0.0, 0.0, 0.6], &[0.5, 0.0, 0.0, -0.99, -0.495]),
        (&[1.2, -0.5, 0.1, 0.05], &[0.3]),
    ];

    fn series(n: usize) -> Vec<f64> {
        (0..n).map(|at| ((at * at * 31 + at * 17) % 23) as f64 / 7.0 - 1.2 + (at as f64 / 5.0).sin()).collect()
    }

    /// Autocovariances by the infinite moving average.
    fn gamma(phi: &[f64], theta: &[f64], lags: usize) -> Vec<f64> {
        let mut psi: Vec<f64> = Vec::new();
        for k in 0..3000 {
            let own = if k == 0 { 1.0 } else { theta.get(k - 1).copied().unwrap_or(0.0) };
            psi.push(own + phi.iter().zip(psi.iter().rev()).map(|(phi, psi)| phi * psi).sum::<f64>());
        }
        (0..lags).map(|lag| psi[lag..].iter().zip(&psi).map(|(a, b)| a * b).sum()).collect()
    }

    /// The sums by factoring the covariance of all values at once, and the mean of the value after them.
    fn at_once(values: &[f64], gamma: &[f64]) -> (f64, f64, f64) {
        let n = values.len();
        let mut factor = vec![vec![0.0; n]; n + 1];
        let mut errors: Vec<f64> = Vec::new();
        let (mut squares, mut logs, mut next) = (0.0, 0.0, 0.0);
        for i in 0..=n {
            for j in 0..i.min(n) {
                let shared: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                factor[i][j] = (gamma[i - j] - shared) / factor[j][j];
            }
            let mean: f64 = (0..i).map(|k| factor[i][k] * errors[k]).sum();
            if i == n {
                next = mean;
                break;
            }
            let variance = gamma[0] - (0..i).map(|k| factor[i][k].powi(2)).sum::<f64>();
            factor[i][i] = variance.sqrt();
            errors.push((values[i] - mean) / factor[i][i]);
            squares += errors[i] * errors[i];
            logs += variance.ln();
        }
        (squares, logs, next)
    }

    #[test]
    fn the_filter_gives_the_density_of_all_values_at_once_and_the_mean_of_the_next() {
        let mut filter = Filter::default();
        for n in [1, 3, 14, 120] {
            for (phi, theta) in CASES {
                let values = series(n);
                let (squares, logs, next) = at_once(&values, &gamma(phi, theta, n + 1));
                let shifted: Vec<f64> = values.iter().map(|value| value + 0.7).collect();
                let (sums, state) = filter.run_to_state(&shifted, 0.7, phi, theta).unwrap();
                assert!(
                    (sums.squares / squares - 1.0).abs() < 1e-7,
                    "{n} {phi:?} {theta:?} {} {squares}",
                    sums.squares
                );
                assert!((sums.logs - logs).abs() < 1e-6, "{n} {phi:?} {theta:?} {} {logs}", sums.logs);
                assert!((state[0] - next).abs() < 1e-6, "{n} {phi:?} {theta:?} {} {next}", state[0]);
            }
        }
        assert!(filter.run(&series(9), 0.0, &[0.7, 0.4], &[]).is_none());
    }

    #[test]
    fn the_conditional_one_takes_innovations_before_the_first_as_zero() {
        let (values, mut memory) = (series(30), Conditional::default());
        for (phi, theta) in CASES {
            let skipped = phi.len();
            let mut innovations = vec![0.0; values.len()];
            for at in skipped..values.len() {
                let value: f64 = phi.iter().enumerate().map(|(k, phi)| phi * (values[at - k - 1] - 0.3)).sum();
                let noise: f64 =
                    theta.iter().enumerate().take(at).map(|(k, theta)| theta * innovations[at - k - 1]).sum();
                innovations[at] = values[at] - 0.3 - value - noise;
            }
            let mean = innovations.iter().map(|value| value * value).sum::<f64>() / (values.len() - skipped) as f64;
            let found = memory.run(&values, 0.3, phi, theta, skipped).unwrap();
            assert!((found / mean - 1.0).abs() < 1e-12, "{phi:?} {theta:?}");
        }
        assert!(memory.run(&values, 0.0, &[], &[], 30).is_none());
    }
}
