//! Counts that scatter more than a Poisson variable's.

use tch::{TchError, Tensor};

/// −ln of the probability of counts under negative binomial distributions with these logs of mean and size, nats.
///
/// # Errors
/// What libtorch reports.
pub fn surprise(counts: &Tensor, log_mean: &Tensor, log_size: &Tensor) -> Result<Tensor, TchError> {
    let size = log_size.f_exp()?;
    let both = log_mean.f_logaddexp(log_size)?;
    let ways = counts.f_add(&size)?.f_lgamma()?.f_sub(&size.f_lgamma()?)?;
    let ways = ways.f_sub(&counts.f_add_scalar(1.0)?.f_lgamma()?)?;
    let failures = size.f_mul(&log_size.f_sub(&both)?)?;
    let successes = counts.f_mul(&log_mean.f_sub(&both)?)?;
    ways.f_add(&failures)?.f_add(&successes)?.f_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    #[test]
    fn a_distribution_of_counts_adds_up_to_one_and_has_its_mean() {
        let counts = Tensor::arange(2000, (Kind::Double, tch::Device::Cpu));
        let (log_mean, log_size) = (counts.full_like(3.0_f64.ln()), counts.full_like(0.7_f64.ln()));
        let chances = surprise(&counts, &log_mean, &log_size).unwrap().neg().exp();
        let sum = |of: Tensor| f64::try_from(of.sum(Kind::Double)).unwrap();
        assert!((sum(chances.shallow_clone()) - 1.0).abs() < 1e-9);
        assert!((sum(&chances * &counts) - 3.0).abs() < 1e-6);
        // Variance of mean 3 and size 0.7: 3 + 9 / 0.7.
        assert!((sum(chances * (counts - 3.0).square()) - (3.0 + 9.0 / 0.7)).abs() < 1e-4);
    }
}
