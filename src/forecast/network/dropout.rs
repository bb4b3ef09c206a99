//! Dropout by masks that hang on a seed and nothing else.
//!
//! libtorch's own dropout draws from a generator that all threads of the process share. Networks that learn side by side
//! would draw from it in an order that differs from run to run.

use rand::RngCore as _;
use rand_chacha::ChaCha8Rng;
use tch::{TchError, Tensor};

/// Draws masks, one after the other.
#[derive(Debug)]
pub struct Dropout {
    /// Numbers below this, of 65,536, are dropped.
    limit: u16,
    /// What the others are multiplied by, so that the sum stays the same on average.
    kept: f32,
    random: ChaCha8Rng,
    bytes: Vec<u8>,
    mask: Vec<f32>,
}

impl Dropout {
    /// Drops a part, from 0 to 1, of what passes.
    pub fn new(part: f64, random: ChaCha8Rng) -> Self {
        let limit = (part * 65_536.0).round().clamp(0.0, 65_535.0);
        let kept = (65_536.0 / (65_536.0 - limit)) as f32;
        Self { limit: limit as u16, kept, random, bytes: Vec::new(), mask: Vec::new() }
    }

    /// What is left of a tensor.
    ///
    /// # Errors
    /// What libtorch reports, out of memory among it.
    pub fn of(&mut self, x: &Tensor) -> Result<Tensor, TchError> {
        if self.limit == 0 {
            return Ok(x.shallow_clone());
        }
        self.bytes.resize(2 * x.numel(), 0);
        self.random.fill_bytes(&mut self.bytes);
        let number = |pair: &[u8; 2]| if u16::from_le_bytes(*pair) < self.limit { 0.0 } else { self.kept };
        self.mask.clear();
        self.mask.extend(self.bytes.as_chunks().0.iter().map(number));
        let mask = Tensor::f_from_slice(&self.mask)?.f_view(x.size().as_slice())?;
        x.f_mul(&mask.f_to_device(x.device())?)
    }
}

/// What is left of a tensor where something drops, and all of it where nothing does.
///
/// # Errors
/// As [`Dropout::of`].
pub fn dropped(x: &Tensor, dropout: Option<&mut Dropout>) -> Result<Tensor, TchError> {
    dropout.map_or_else(|| Ok(x.shallow_clone()), |dropout| dropout.of(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use tch::{Device, Kind};

    #[test]
    fn a_part_is_dropped_and_the_mean_stays() {
        let ones = Tensor::ones([400, 500], (Kind::Float, Device::Cpu));
        for part in [0.0, 0.1, 0.3, 0.9] {
            let mut dropout = Dropout::new(part, ChaCha8Rng::seed_from_u64(4));
            let left = dropout.of(&ones).unwrap();
            let mean = |of: &Tensor| f64::try_from(of.mean(Kind::Double)).unwrap();
            assert!((mean(&left.eq(0.0).to_kind(Kind::Double)) - part).abs() < 0.005, "{part}");
            assert!((mean(&left) - 1.0).abs() < 0.02, "{part}");
            let next = dropout.of(&ones).unwrap();
            assert_eq!(part == 0.0, left.allclose(&next, 0.0, 0.0, false), "each time other ones");
        }
    }

    #[test]
    fn masks_hang_on_the_seed_whatever_else_draws() {
        let ones = Tensor::ones([7, 9], (Kind::Float, Device::Cpu));
        let draw = || Dropout::new(0.5, ChaCha8Rng::seed_from_u64(11)).of(&ones).unwrap();
        let first = draw();
        let _ = Tensor::rand([100], (Kind::Float, Device::Cpu));
        assert!(first.allclose(&draw(), 0.0, 0.0, false));
    }
}
