//! A Bayesian last layer: how far log-shares would move if a network's last weights were others that fit about as well.
//!
//! The posterior of the last two linear layers (the weights of the simple forecasts and the corrections of interests) is
//! taken as a Gaussian around the trained weights, with the curvature of the multinomial likelihood (the generalised
//! Gauss-Newton matrix) as its precision. Both layers read the same hidden state `h`, and the logits are linear in them:
//! with `A = [terms, 1]` the matrix is a sum over questions of `hhᵀ ⊗ AᵀΛA`, taken as the product of the two means
//! (Kronecker factors). The precision of the prior is the one under which the data are likeliest. Daxberger et al.,
//! *Laplace Redux*, 2021; Kristiadi, Hein, Hennig, *Being Bayesian, Even Just a Bit, Fixes Overconfidence in ReLU
//! Networks*, 2020; MacKay, *A Practical Bayesian Framework for Backpropagation Networks*, 1992.

use tch::{Kind, TchError, Tensor};

use super::batch::Batch;

/// Rounds in which the prior's precision is found.
const ROUNDS: usize = 20;
/// Limits of the prior's precision, so that weights which never left their start stay finite.
const PRIOR: (f64, f64) = (1e-2, 1e6);

/// Sums from which the posterior is made.
#[derive(Debug)]
pub struct Curvature {
    hidden: Tensor,
    logits: Tensor,
    events: f64,
}

/// The posterior of the last layers, in the directions of its Kronecker factors.
#[derive(Debug)]
pub struct LastLayer {
    /// `[hidden + 1, hidden + 1]`, one direction a column; `[outputs, outputs]` the other.
    directions: (Tensor, Tensor),
    /// `[outputs, hidden + 1]`: the variance along each pair of directions.
    variance: Tensor,
}

impl Curvature {
    /// Nothing yet; `hidden` is the width of the state that the layers read, `outputs` what they answer together.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn new(hidden: i64, outputs: i64, device: tch::Device) -> Result<Self, TchError> {
        let square = |size| Tensor::f_zeros([size, size], (Kind::Double, device));
        Ok(Self { hidden: square(hidden + 1)?, logits: square(outputs)?, events: 0.0 })
    }

    /// Adds the questions of a batch: their states `[questions, hidden]` and log-shares `[questions, interests]`.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn add(&mut self, hidden: &Tensor, log_shares: &Tensor, batch: &Batch) -> Result<(), TchError> {
        let events = batch.events.f_sum_dim_intlist(-1, true, Kind::Float)?; // [questions, 1]
        let states = with_one(hidden)?;
        let of_states = states.f_mul(&events)?.f_transpose(0, 1)?.f_matmul(&states)?;
        // What the logits are made of is `[terms, 1]`, so the sums over questions have blocks: terms with terms, terms
        // with each interest's own correction, and the corrections with themselves.
        let shares = log_shares.f_exp()?; // [questions, interests]
        let weight = shares.f_mul(&events)?;
        let terms = batch.terms()?;
        let weighed = terms.f_mul(&weight.f_unsqueeze(1)?)?; // [questions, TERMS, interests]
        let flat = |of: &Tensor| of.f_transpose(0, 1)?.f_flatten(1, 2);
        let of_terms = flat(&weighed)?.f_matmul(&flat(&terms)?.f_transpose(0, 1)?)?;
        let of_both = weighed.f_sum_dim_intlist(0, false, Kind::Float)?; // [TERMS, interests]
        let of_own = Tensor::f_diag(&weight.f_sum_dim_intlist(0, false, Kind::Float)?, 0)?;
        let above = Tensor::f_cat(&[&of_terms, &of_both], 1)?;
        let below = Tensor::f_cat(&[&of_both.f_transpose(0, 1)?, &of_own], 1)?;
        let squares = Tensor::f_cat(&[above, below], 0)?;
        let mean_terms = terms.f_bmm(&shares.f_unsqueeze(2)?)?.f_squeeze_dim(2)?; // [questions, TERMS]
        let mean = Tensor::f_cat(&[&mean_terms, &shares], 1)?; // [questions, outputs]
        let means = mean.f_mul(&events)?.f_transpose(0, 1)?.f_matmul(&mean)?;
        let _ = self.hidden.f_add_(&of_states.f_to_kind(Kind::Double)?)?;
        let _ = self.logits.f_add_(&squares.f_sub(&means)?.f_to_kind(Kind::Double)?)?;
        self.events += f64::try_from(events.f_sum(Kind::Double)?)?;
        Ok(())
    }

    /// The posterior around `weights`, `[outputs, hidden + 1]`, as they differ from where training began.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn posterior(&self, weights: &Tensor) -> Result<LastLayer, TchError> {
        let events = self.events.max(1.0);
        let (hidden, along_hidden) = self.hidden.f_div_scalar(events)?.f_linalg_eigh("L")?;
        let (logits, along_logits) = self.logits.f_linalg_eigh("L")?;
        let floor = |values: &Tensor| values.f_clamp_min(0.0);
        let curvature = floor(&logits)?.f_unsqueeze(1)?.f_mul(&floor(&hidden)?.f_unsqueeze(0)?)?;
        let long = weights.f_to_kind(Kind::Double)?.f_square()?.f_sum(Kind::Double)?;
        let long = f64::try_from(long)?.max(1e-12);
        let mut prior: f64 = 1.0;
        for _ in 0..ROUNDS {
            let known = curvature.f_div(&curvature.f_add_scalar(prior)?)?.f_sum(Kind::Double)?;
            prior = (f64::try_from(known)? / long).clamp(PRIOR.0, PRIOR.1);
        }
        let variance = curvature.f_add_scalar(prior)?.f_reciprocal()?.f_to_kind(Kind::Float)?;
        let single = |directions: Tensor| directions.f_to_kind(Kind::Float);
        Ok(LastLayer { directions: (single(along_hidden)?, single(along_logits)?), variance })
    }
}

impl LastLayer {
    /// Variance of the log-shares of a batch's questions, `[questions, interests]`, linearised at the trained weights.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn variance(&self, hidden: &Tensor, log_shares: &Tensor, batch: &Batch) -> Result<Tensor, TchError> {
        let (along_hidden, along_logits) = &self.directions;
        let states = with_one(hidden)?.f_matmul(along_hidden)?.f_square()?; // [questions, hidden + 1]
        let scale = states.f_matmul(&self.variance.f_transpose(0, 1)?)?; // [questions, outputs]
        let terms = batch.terms()?;
        let count = terms.size()[1];
        let (by_terms, own) =
            (along_logits.f_narrow(0, 0, count)?, along_logits.f_narrow(0, count, along_logits.size()[0] - count)?);
        let moved = terms.f_transpose(1, 2)?.f_matmul(&by_terms)?.f_add(&own.f_unsqueeze(0)?)?; // [questions, interests, outputs]
        let shares = log_shares.f_exp()?.f_unsqueeze(-1)?;
        // A log-share moves as its logit does, less what all logits do in the mean.
        let together = moved.f_mul(&shares)?.f_sum_dim_intlist(1, true, Kind::Float)?;
        let moved = moved.f_sub(&together)?.f_square()?;
        moved.f_matmul(&scale.f_unsqueeze(-1)?)?.f_squeeze_dim(-1)
    }
}

/// States with a column of ones, which the bias is read by.
fn with_one(hidden: &Tensor) -> Result<Tensor, TchError> {
    let ones = Tensor::f_ones([hidden.size()[0], 1], (Kind::Float, hidden.device()))?;
    Tensor::f_cat(&[hidden, &ones], 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::ground::terms::TERMS;
    use crate::forecast::network::resident::AskedNumbers;
    use tch::Device;

    /// Questions with one interest more likely than the other; states of width 2.
    fn batch(questions: i64, events: f32) -> Batch {
        let of = |shape: &[i64], value: f64| Tensor::full(shape, value, (Kind::Float, Device::Cpu));
        let numbers = AskedNumbers {
            ground: of(&[questions, 2], 0.0),
            pooled: None,
            told: of(&[questions, 2 * TERMS as i64 + 1], 0.0),
            events: of(&[questions, 2], f64::from(events) / 2.0),
        };
        let whole = |tensor: Tensor| tensor.to_kind(Kind::Int64);
        let (place, order) = (whole(of(&[questions], 0.0)), Tensor::arange(questions, (Kind::Int64, Device::Cpu)));
        Batch::of_parts(of(&[questions, 1, 1], 0.0), 1, (place, [questions, 0], order), numbers, None)
    }

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        Vec::try_from(tensor.flatten(0, -1)).unwrap()
    }

    #[test]
    fn one_coefficient_has_the_variance_that_can_be_worked_out_by_hand() {
        // One state that is always 0, so that only biases count; two interests at one half each. The curvature of the
        // corrections' biases is n/4 · [[1, −1], [−1, 1]], with eigenvalues 0 and n/2; so the log-share's linear change
        // (b₁ − b₂)/2 has the variance ½ / (n/2 + prior).
        let events = 400.0;
        let (asked, hidden) = (batch(10, events / 10.0), Tensor::zeros([10, 1], (Kind::Float, Device::Cpu)));
        let log_shares = Tensor::full([10, 2], 0.5_f64.ln(), (Kind::Float, Device::Cpu));
        let outputs = TERMS as i64 + 2;
        let mut curvature = Curvature::new(1, outputs, Device::Cpu).unwrap();
        curvature.add(&hidden, &log_shares, &asked).unwrap();
        // Weights so long that the prior is as weak as it may be.
        let weights = Tensor::full([outputs, 2], 1e3, (Kind::Float, Device::Cpu));
        let variance = curvature.posterior(&weights).unwrap().variance(&hidden, &log_shares, &asked).unwrap();
        let by_hand = 0.5 / (f64::from(events) / 2.0 + PRIOR.0);
        for found in numbers(&variance) {
            assert!((f64::from(found) / by_hand - 1.0).abs() < 1e-3, "{found} against {by_hand}");
        }
    }

    #[test]
    fn states_that_were_never_seen_and_little_data_make_unsure() {
        let states = |value: f64| Tensor::full([8, 1], value, (Kind::Float, Device::Cpu));
        let log_shares = Tensor::full([8, 2], 0.5_f64.ln(), (Kind::Float, Device::Cpu));
        let weights = Tensor::full([TERMS as i64 + 2, 2], 0.3, (Kind::Float, Device::Cpu));
        let variance = |events: f32, asked: f64| {
            let seen = batch(8, events);
            let mut curvature = Curvature::new(1, TERMS as i64 + 2, Device::Cpu).unwrap();
            curvature.add(&states(0.5), &log_shares, &seen).unwrap();
            curvature.add(&states(1.0), &log_shares, &seen).unwrap();
            let posterior = curvature.posterior(&weights).unwrap();
            numbers(&posterior.variance(&states(asked), &log_shares, &seen).unwrap())[0]
        };
        assert!(variance(50.0, 5.0) > 2.0 * variance(50.0, 0.75));
        assert!(variance(5.0, 0.75) > 2.0 * variance(500.0, 0.75));
    }
}
