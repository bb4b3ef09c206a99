//! The weights that a network begins with: by its seed and the names of its variables, and nothing else.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tch::{TchError, Tensor, nn};

/// Draws the variables of `store` anew, as PyTorch's users know them (He et al., *Delving Deep into Rectifiers*, 2015):
/// weights evenly up to √(6 / inputs), biases up to √(1 / inputs). Variables that are all zeros stay: biases of recurrent
/// layers, and layers by which the network begins at a simple forecast. Each is drawn by a stream of its own, so the
/// others have the same numbers whether it is there or not.
///
/// # Errors
/// What libtorch reports.
pub fn draw(store: &nn::VarStore, seed: u64) -> Result<(), TchError> {
    let _frozen = tch::no_grad_guard();
    let variables = store.variables();
    for (name, variable) in &variables {
        if f64::try_from(variable.f_abs()?.f_max()?)? == 0.0 {
            continue;
        }
        let of_bias = || variables.get(&name.replace("bias", "weight")).map(Tensor::size);
        let (size, gain) = match variable.size() {
            size if size.len() > 1 => (Some(size), 6.0),
            _ => (of_bias(), 1.0),
        };
        let inputs = size.and_then(|size| size.get(1).copied()).unwrap_or(1).max(1);
        let bound = (gain / inputs as f64).sqrt() as f32;
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ stream(name));
        let drawn: Vec<f32> = (0..variable.numel()).map(|_| random.random_range(-bound..bound)).collect();
        variable.shallow_clone().f_copy_(&Tensor::f_from_slice(&drawn)?.f_view(variable.size().as_slice())?)?;
    }
    Ok(())
}

/// A number that belongs to a name.
fn stream(name: &str) -> u64 {
    u64::from_le_bytes(blake3::hash(name.as_bytes()).as_bytes()[..8].try_into().unwrap_or_default())
}
