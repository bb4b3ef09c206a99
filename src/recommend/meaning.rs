//! What items mean: the language model's vectors, centred and whitened, in which an item that nobody took yet has its
//! place too.

use tch::{Kind, Tensor};

use super::RecommendError;
use super::past::Past;
use super::simple::decayed;

/// Directions that are kept.
const DIRECTIONS: i64 = 128;
/// Added to every direction's variance, as a part of the mean one, so that thin directions are not blown up.
const SHRINK: f64 = 0.1;
/// Days after which a take counts half in what a user means.
const HALF_LIFE: f32 = 120.0;

/// Items as whitened vectors of length 1, by column.
#[derive(Clone, Debug, Default)]
pub struct Meaning {
    dim: usize,
    data: Vec<f32>,
}

impl Meaning {
    /// Whitens items' vectors (columns × `dim`).
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn of(dim: usize, vectors: &[f32]) -> Result<Self, RecommendError> {
        if dim == 0 || vectors.len() < 2 * dim {
            return Ok(Self::default());
        }
        let wide = i64::try_from(dim).unwrap_or(i64::MAX);
        let all = Tensor::f_from_slice(vectors)?.f_view([-1, wide])?;
        let centred = all.f_sub(&all.f_mean_dim(0_i64, true, Kind::Float)?)?;
        let spread = centred.f_tr()?.f_matmul(&centred)?.f_div_scalar(all.size()[0] as f64)?;
        let (variance, directions) = spread.f_linalg_eigh("L")?;
        let kept = DIRECTIONS.min(wide);
        let mean = f64::try_from(variance.f_clamp_min(0.0)?.f_mean(Kind::Float)?)?;
        let scale = variance.f_narrow(0, wide - kept, kept)?.f_clamp_min(0.0)?.f_add_scalar(SHRINK * mean + 1e-12)?;
        let turned = centred.f_matmul(&directions.f_narrow(1, wide - kept, kept)?)?.f_div(&scale.f_sqrt()?)?;
        let length = turned.f_norm_scalaropt_dim(2.0, [1_i64].as_slice(), true)?.f_clamp_min(1e-12)?;
        let unit = turned.f_div(&length)?.f_contiguous()?.f_view([-1])?;
        let mut data = vec![0.0; unit.numel()];
        let numbers = data.len();
        unit.f_copy_data(&mut data, numbers)?;
        Ok(Self { dim: kept as usize, data })
    }

    /// How near every item lies to what the user took, into a row of the size of `past.items`; 0 without vectors.
    pub fn score(&self, past: &Past, user: usize, row: &mut [f32]) {
        row.fill(0.0);
        if self.dim == 0 {
            return;
        }
        let mut sum = vec![0.0_f32; self.dim];
        for own in &past.users[user].own {
            let weight = decayed(&own.ages, HALF_LIFE);
            let vector = &self.data[own.column as usize * self.dim..][..self.dim];
            sum.iter_mut().zip(vector).for_each(|(sum, of)| *sum += weight * of);
        }
        let length = sum.iter().map(|of| of * of).sum::<f32>().sqrt();
        if length > 0.0 {
            let vectors = self.data.chunks_exact(self.dim);
            for (score, vector) in row.iter_mut().zip(vectors) {
                *score = vector.iter().zip(&sum).map(|(a, b)| a * b).sum::<f32>() / length;
            }
        }
    }
}
