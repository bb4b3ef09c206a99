//! Second moments of a stationary ARMA process.

/// Memory for the moments, reused between evaluations.
#[derive(Debug, Default, Clone)]
pub struct Stationary {
    predictors: Vec<f64>,
    pure: Vec<f64>,
    products: Vec<f64>,
    autocovariance: Vec<f64>,
    noise: Vec<f64>,
    psi: Vec<f64>,
    first: Vec<f64>,
}

impl Stationary {
    /// Covariances of the state's entries with the value itself, before any value is known; the first is the value's
    /// variance. Entry `j` is what the values and the noise up to now add to the value `j` steps ahead.
    ///
    /// `None` if the process is not stationary.
    pub fn covariance_with_value(&mut self, phi: &[f64], theta: &[f64]) -> Option<&[f64]> {
        let (p, q) = (phi.len(), theta.len());
        let r = p.max(q + 1);
        self.noise.clear();
        self.noise.push(1.0);
        self.noise.extend_from_slice(theta);
        self.psi.clear();
        for k in 0..=q {
            // The nearest weight meets the first coefficient.
            let fed: f64 = phi.iter().zip(self.psi.iter().rev()).map(|(phi, psi)| phi * psi).sum();
            self.psi.push(self.noise[k] + fed);
        }
        self.autocovariances(phi)?;
        let variance = self.autocovariance[0];
        if !variance.is_finite() || variance <= 0.0 {
            return None;
        }
        self.first.clear();
        self.first.push(variance);
        for j in 1..r {
            let mut sum = 0.0;
            if j < p {
                sum += phi[j..].iter().zip(&self.autocovariance[1..]).map(|(phi, gamma)| phi * gamma).sum::<f64>();
            }
            if j <= q {
                sum += self.noise[j..].iter().zip(&self.psi).map(|(theta, psi)| theta * psi).sum::<f64>();
            }
            self.first.push(sum);
        }
        Some(&self.first)
    }

    /// Autocovariances at the lags 0 to p, in units of the noise's variance: those of the autoregression alone, filtered
    /// by the moving average.
    fn autocovariances(&mut self, phi: &[f64]) -> Option<()> {
        let (p, q) = (phi.len(), self.noise.len() - 1);
        self.autoregression(phi, p + q)?;
        self.products.clear();
        for lag in 0..=q {
            self.products.push(self.noise[lag..].iter().zip(&self.noise).map(|(a, b)| a * b).sum());
        }
        self.autocovariance.clear();
        for k in 0..=p {
            let mut sum = self.products[0] * self.pure[k];
            for (lag, product) in self.products.iter().enumerate().skip(1) {
                sum += product * (self.pure[k + lag] + self.pure[k.abs_diff(lag)]);
            }
            self.autocovariance.push(sum);
        }
        Some(())
    }

    /// Autocovariances of the autoregression at the lags 0 to `most`. The recursion of Levinson and Durbin run backwards
    /// gives the predictors of every shorter order, and these the autocovariances, in p² steps where solving the
    /// equations of Yule and Walker would take p³.
    fn autoregression(&mut self, phi: &[f64], most: usize) -> Option<()> {
        let p = phi.len();
        self.predictors.clear();
        self.predictors.resize(p * p, 0.0);
        let mut kept = 1.0;
        for j in (1..=p).rev() {
            let (below, row) = self.predictors.split_at_mut((j - 1) * p);
            let row = &mut row[..j];
            if j == p {
                row.copy_from_slice(phi);
            }
            let a = row[j - 1];
            let left = 1.0 - a * a;
            if left.is_nan() || left <= 0.0 {
                return None;
            }
            kept *= left;
            if j > 1 {
                let shorter = &mut below[(j - 2) * p..];
                let inverse = 1.0 / left;
                let row = &row[..j - 1];
                for ((to, low), high) in shorter.iter_mut().zip(row).zip(row.iter().rev()) {
                    *to = (low + a * high) * inverse;
                }
            }
        }
        self.pure.clear();
        self.pure.push(1.0 / kept);
        for lag in 1..=most {
            let predictor = if lag < p { &self.predictors[(lag - 1) * p..][..lag] } else { phi };
            let value = predictor.iter().zip(self.pure.iter().rev()).map(|(phi, gamma)| phi * gamma).sum();
            self.pure.push(value);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Stationary;

    #[test]
    fn moments_are_those_of_the_infinite_moving_average() {
        let cases: [(&[f64], &[f64]); 6] = [
            (&[], &[]),
            (&[0.7], &[]),
            (&[], &[0.4, -0.3]),
            (&[0.5, -0.3], &[0.4]),
            (&[0.0, 0.0, 0.0, 0.6], &[0.5, 0.0, 0.0, -0.7, -0.35]),
            (&[1.2, -0.5, 0.1], &[0.3, 0.2]),
        ];
        for (phi, theta) in cases {
            let mut psi: Vec<f64> = Vec::new();
            for k in 0..2000 {
                let own = if k == 0 { 1.0 } else { theta.get(k - 1).copied().unwrap_or(0.0) };
                psi.push(own + phi.iter().zip(psi.iter().rev()).map(|(phi, psi)| phi * psi).sum::<f64>());
            }
            let mut moments = Stationary::default();
            let first = moments.covariance_with_value(phi, theta).map(<[f64]>::to_vec).unwrap_or_default();
            assert_eq!(first.len(), phi.len().max(theta.len() + 1));
            let gamma = |lag: usize| -> f64 { psi[lag..].iter().zip(&psi).map(|(a, b)| a * b).sum() };
            assert!((first[0] / gamma(0) - 1.0).abs() < 1e-9, "{phi:?} {theta:?}");
            for (j, entry) in first.iter().enumerate().skip(1) {
                // What of the value j steps ahead is not owed to noise and values in between.
                let values: f64 = (j + 1..=phi.len()).map(|k| phi[k - 1] * gamma(k - j)).sum();
                let noise: f64 = (j..=theta.len()).map(|k| theta[k - 1] * psi[k - j]).sum();
                assert!((entry - values - noise).abs() < 1e-9 * first[0], "{phi:?} {theta:?} {j}");
            }
        }
        assert!(Stationary::default().covariance_with_value(&[1.1], &[]).is_none());
        assert!(Stationary::default().covariance_with_value(&[0.5, 0.6], &[0.2]).is_none());
    }
}
