//! Likelihoods of an ARMA process: exact by the Kalman filter, and conditional on the first values.
//!
//! The exact one runs over the differenced series. That equals the diffuse likelihood of the series itself (Durbin and
//! Koopman 2012, §5.6; Gardner, Harvey and Phillips 1980, AS 154, use a large variance instead), at a state as short as
//! the ARMA part alone: differencing by a season of 12 would make it 13 longer.

use super::linear::solve;

/// Sums over the innovations of a series.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    /// Σ innovation² / its variance.
    pub squares: f64,
    /// Σ ln(variance), in units of the noise's variance.
    pub logs: f64,
}

/// The filter with its memory, reused between evaluations.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    covariance: Vec<f64>,
    system: Vec<f64>,
    autocovariance: Vec<f64>,
    psi: Vec<f64>,
    /// Predicted state after the last value: its first entry is the next value's mean.
    pub state: Vec<f64>,
    noise: Vec<f64>,
}

impl Filter {
    /// Innovation sums of `series` less `mean` under an ARMA process with lag coefficients `phi` and `theta`.
    ///
    /// `None` if the process is not stationary or the numbers overflow.
    pub fn run(&mut self, series: &[f64], mean: f64, phi: &[f64], theta: &[f64]) -> Option<Sums> {
        let r = phi.len().max(theta.len() + 1);
        self.stationary(phi, theta, r)?;
        self.state.clear();
        self.state.resize(r, 0.0);
        let (mut squares, mut logs) = (0.0, 0.0);
        let mut product = 1.0;
        let mut settled = false;
        for &value in series {
            let value = value - mean;
            let innovation = value - self.state[0];
            let variance = if settled { 1.0 } else { self.covariance[0] };
            if variance.is_nan() || variance <= 0.0 || !innovation.is_finite() {
                return None;
            }
            squares += innovation * innovation / variance;
            if settled {
                for i in 0..r {
                    let next = if i + 1 < r { self.state[i + 1] + self.noise[i + 1] * innovation } else { 0.0 };
                    self.state[i] = next + phi.get(i).map_or(0.0, |phi| phi * value);
                }
            } else {
                product *= variance;
                if !(1e-200..1e200).contains(&product) {
                    logs += product.ln();
                    product = 1.0;
                }
                let gain = innovation / variance;
                for i in 0..r {
                    let next = if i + 1 < r { self.state[i + 1] + self.covariance[(i + 1) * r] * gain } else { 0.0 };
                    self.state[i] = next + phi.get(i).map_or(0.0, |phi| phi * value);
                }
                settled = self.advance(r);
            }
        }
        logs += product.ln();
        (squares.is_finite() && logs.is_finite()).then_some(Sums { squares, logs })
    }

    /// Covariance of the next predicted state. The value itself is seen without error, so what the filter leaves of the
    /// first row is zero and the prediction is a shift plus the new noise. True once nothing but the noise is left.
    fn advance(&mut self, r: usize) -> bool {
        let inverse = 1.0 / self.covariance[0];
        let mut left = 0.0;
        for i in 0..r {
            for j in i..r {
                let kept = if j + 1 < r {
                    let (below, right) = (self.covariance[(i + 1) * r], self.covariance[(j + 1) * r]);
                    self.covariance[(i + 1) * r + j + 1] - below * right * inverse
                } else {
                    0.0
                };
                if i == j {
                    left += kept.abs();
                }
                self.covariance[i * r + j] = kept + self.noise[i] * self.noise[j];
            }
        }
        // The first column is read as the filter's gain, so both halves are kept.
        for i in 0..r {
            for j in 0..i {
                self.covariance[i * r + j] = self.covariance[j * r + i];
            }
        }
        left < 1e-11
    }

    /// Covariance of the state before the first value: autocovariances by the Yule–Walker equations give its first
    /// row, the state's own recursion the rest.
    fn stationary(&mut self, phi: &[f64], theta: &[f64], r: usize) -> Option<()> {
        let (p, q) = (phi.len(), theta.len());
        self.noise.clear();
        self.noise.resize(r, 0.0);
        self.noise[0] = 1.0;
        self.noise[1..=q].copy_from_slice(theta);
        self.psi.clear();
        for k in 0..=q {
            let mut value = self.noise[k];
            // The nearest weight meets the first coefficient.
            value += phi.iter().zip(self.psi.iter().rev()).map(|(phi, psi)| phi * psi).sum::<f64>();
            self.psi.push(value);
        }
        let n = p + 1;
        self.autocovariance.clear();
        for k in 0..n {
            let sum = (k..=q).map(|j| self.noise[j] * self.psi[j - k]).sum();
            self.autocovariance.push(sum);
        }
        if p > 0 {
            self.system.clear();
            self.system.resize(n * n, 0.0);
            for k in 0..n {
                self.system[k * n + k] += 1.0;
                for (i, phi) in phi.iter().enumerate() {
                    self.system[k * n + k.abs_diff(i + 1)] -= phi;
                }
            }
            if !solve(&mut self.system, &mut self.autocovariance) {
                return None;
            }
        }
        let first = self.autocovariance[0];
        if !first.is_finite() || first <= 0.0 {
            return None;
        }
        self.covariance.clear();
        self.covariance.resize(r * r, 0.0);
        self.covariance[0] = first;
        for j in 1..r {
            let mut sum: f64 = (j + 1..=p).map(|k| phi[k - 1] * self.autocovariance[k - j]).sum();
            sum += (j..=q).map(|k| self.noise[k] * self.psi[k - j]).sum::<f64>();
            self.covariance[j] = sum;
            self.covariance[j * r] = sum;
        }
        for i in (1..r).rev() {
            for j in (i..r).rev() {
                let mut value = self.noise[i] * self.noise[j];
                if j + 1 < r {
                    value += self.covariance[(i + 1) * r + j + 1];
                }
                if i < p {
                    let next = if j + 1 < r { self.covariance[j + 1] } else { 0.0 };
                    value += phi[i] * next;
                    if j < p {
                        value += phi[i] * phi[j] * first;
                    }
                }
                if j < p && i + 1 < r {
                    value += phi[j] * self.covariance[i + 1];
                }
                self.covariance[i * r + j] = value;
                self.covariance[j * r + i] = value;
            }
        }
        Some(())
    }
}

/// Mean square of the innovations after the first `skipped` values, those before taken as zero.
pub fn conditional(
    series: &[f64],
    mean: f64,
    phi: &[f64],
    theta: &[f64],
    skipped: usize,
    memory: &mut Vec<f64>,
) -> Option<f64> {
    memory.clear();
    memory.resize(series.len(), 0.0);
    let mut squares = 0.0;
    for at in skipped..series.len() {
        let mut innovation = series[at] - mean;
        for (k, phi) in phi.iter().enumerate() {
            innovation -= phi * (series[at - k - 1] - mean);
        }
        for (k, theta) in theta.iter().enumerate().take(at - skipped) {
            innovation -= theta * memory[at - k - 1];
        }
        memory[at] = innovation;
        squares += innovation * innovation;
    }
    let count = series.len().checked_sub(skipped).filter(|count| *count > 0)?;
    (squares.is_finite() && squares > 0.0).then(|| squares / count as f64)
}
