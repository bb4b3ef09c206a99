//! Words mapped to behaviour: a text's vector → where texts like it are taken.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use super::InterestsError;
use super::centroids::dot;
use super::one_thread::OneThread;
use crate::language::SpooledVectors;

/// Events of a text that count at most: beyond, its behaviour is known.
const KNOWN: f64 = 200.0;
/// Texts with no more events than this teach nothing.
pub(super) const FEW: u32 = 5;

/// A linear map from a text's vector to behaviour, learnt where texts have events and good for any text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextMapping {
    /// Length of a text's vector.
    pub dim: usize,
    /// What the texts' unit vectors have in common, taken off each.
    pub centre: Vec<f32>,
    /// Directions of behaviour × `dim`.
    pub rows: Vec<f32>,
    /// Whether the centred text stands beside what it is mapped to.
    pub beside: bool,
}

/// Texts from which a mapping is learnt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taught<'a> {
    /// Texts × `dim`.
    pub vectors: &'a [f32],
    /// Length of a vector.
    pub dim: usize,
    /// Events of each text.
    pub events: &'a [u32],
    /// Texts × `rank`: where each lies in behaviour.
    pub behaviour: &'a [f32],
    /// Directions of behaviour.
    pub rank: usize,
}

impl TextMapping {
    /// Ridge regression in closed form from centred unit vectors onto behaviour, a text with more than five events
    /// counting by its events, up to 200. For each of `ridges` a mapping onto the first `rank` directions: the same sums
    /// serve all.
    ///
    /// Hoerl, Kennard: Ridge Regression, 1970.
    pub(super) fn learn(taught: Taught<'_>, asked: &[(usize, f64)]) -> Result<Vec<TextMapping>, InterestsError> {
        let Taught { vectors, dim, events, behaviour, rank } = taught;
        let (_frozen, _one) = (tch::no_grad_guard(), OneThread::on(tch::Device::Cpu));
        let mut centre = vec![0.0_f64; dim];
        let all: f64 = events.iter().map(|events| f64::from(*events)).sum();
        for (vector, events) in vectors.chunks_exact(dim).zip(events) {
            let part = f64::from(*events) / all.max(1.0);
            unit(vector).zip(&mut centre).for_each(|(value, sum)| *sum += part * f64::from(value));
        }
        let centre: Vec<f32> = centre.into_iter().map(|value| value as f32).collect();
        let empty = Self { dim, centre, rows: Vec::new(), beside: false };
        let centred: Vec<f32> = vectors.par_chunks_exact(dim).flat_map_iter(|vector| empty.centred(vector)).collect();
        let weight = |events: &u32| if *events > FEW { f64::from(*events).min(KNOWN) as f32 } else { 0.0 };
        let weights: Vec<f32> = events.iter().map(weight).collect();
        let texts = Tensor::f_from_slice(&centred)?.f_reshape([-1, dim as i64])?;
        let weighed = texts.f_mul(&Tensor::f_from_slice(&weights)?.f_unsqueeze(1)?)?.f_transpose(0, 1)?;
        let square = weighed.f_matmul(&texts)?.f_to_kind(Kind::Double)?;
        let onto = Tensor::f_from_slice(behaviour)?.f_reshape([-1, rank as i64])?;
        let onto = weighed.f_matmul(&onto)?.f_to_kind(Kind::Double)?;
        let eye = Tensor::f_eye(dim as i64, (Kind::Double, tch::Device::Cpu))?;
        let mut learnt = Vec::new();
        for (rank, ridge) in asked {
            let onto = onto.f_narrow(1, 0, *rank as i64)?;
            let solved = Tensor::f_linalg_solve(&square.f_add(&eye.f_mul_scalar(*ridge)?)?, &onto, true)?;
            let rows = solved.f_transpose(0, 1)?.f_to_kind(Kind::Float)?.f_contiguous()?.f_flatten(0, 1)?;
            learnt.push(Self { rows: Vec::try_from(rows)?, ..empty.clone() });
        }
        Ok(learnt)
    }

    /// The unit vector of a text without what all have in common, at unit length again.
    fn centred(&self, vector: &[f32]) -> Vec<f32> {
        let apart: Vec<f32> = unit(vector).zip(&self.centre).map(|(value, centre)| value - centre).collect();
        unit(&apart).collect()
    }

    /// Length of what a vector is mapped to.
    pub fn width(&self) -> usize {
        self.rows.len().checked_div(self.dim).unwrap_or(0) + if self.beside { self.dim } else { 0 }
    }

    /// A text's vector of any length, mapped; at unit length, but for one that is mapped to nothing.
    pub fn map(&self, vector: &[f32]) -> Vec<f32> {
        let centred = self.centred(vector);
        let onto: Vec<f32> = self.rows.chunks_exact(self.dim.max(1)).map(|row| dot(row, &centred)).collect();
        if !self.beside {
            return unit(&onto).collect();
        }
        let both: Vec<f32> = centred.into_iter().chain(unit(&onto)).collect();
        unit(&both).collect()
    }

    /// All vectors of a log, mapped, kept where they are kept.
    ///
    /// # Errors
    /// [`InterestsError::Mismatch`] for vectors of another length, or what the disk reports.
    pub fn map_all(&self, vectors: &mut SpooledVectors) -> Result<SpooledVectors, InterestsError> {
        if vectors.dim() != self.dim {
            return Err(InterestsError::Width { mapping: self.dim, vectors: vectors.dim() });
        }
        let mut mapped = vectors.beside();
        vectors.each(|_, rows| {
            let window: Vec<f32> = rows.par_chunks_exact(self.dim).flat_map_iter(|vector| self.map(vector)).collect();
            mapped.push(self.width(), &window)?;
            Ok::<(), InterestsError>(())
        })?;
        Ok(mapped)
    }
}

/// A vector at unit length; one of zeros, or of what is no number, as zeros.
fn unit(vector: &[f32]) -> impl Iterator<Item = f32> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    let scale = if length > 1e-12 && length.is_finite() { 1.0 / length } else { 0.0 };
    vector.iter().map(move |value| if scale > 0.0 { (f64::from(*value) * scale) as f32 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_solves_the_equations_of_the_ridge(
            vectors in proptest::collection::vec(-1.0..1.0_f32, 30), behaviour in proptest::collection::vec(-1.0..1.0_f32, 20),
            events in proptest::collection::vec(0..400_u32, 10), ridge in 1.0..50.0_f64,
        ) {
            let taught = Taught { vectors: &vectors, dim: 3, events: &events, behaviour: &behaviour, rank: 2 };
            let found = &TextMapping::learn(taught, &[(2, ridge)]).unwrap()[0];
            // (X'wX + λI) G = X'w B, entry by entry.
            for i in 0..3 {
                for column in 0..2 {
                    let (mut left, mut right) = (ridge * f64::from(found.rows[column * 3 + i]), 0.0);
                    for text in 0..10 {
                        let x = found.centred(&vectors[text * 3..text * 3 + 3]);
                        let w = if events[text] > 5 { f64::from(events[text].min(200)) } else { 0.0 };
                        for j in 0..3 {
                            left += w * f64::from(x[i] * x[j] * found.rows[column * 3 + j]);
                        }
                        right += w * f64::from(x[i] * behaviour[text * 2 + column]);
                    }
                    prop_assert!((left - right).abs() < 1e-2 * (1.0 + right.abs()), "{left} {right}");
                }
            }
            let narrow = &TextMapping::learn(taught, &[(1, ridge)]).unwrap()[0];
            prop_assert!(narrow.rows.iter().zip(&found.rows).all(|(a, b)| (a - b).abs() < 1e-4));
        }

        #[test]
        fn what_is_mapped_has_unit_length_and_does_not_hang_on_the_vectors_length(
            vector in proptest::collection::vec(-1.0..1.0_f32, 3), by in 0.5..9.0_f32, beside: bool,
        ) {
            prop_assume!(vector.iter().any(|value| value.abs() > 0.1));
            let mapping = TextMapping { dim: 3, centre: vec![0.1, 0.0, 0.2], rows: vec![1.0, 0.0, 2.0, 0.0, 3.0, 1.0], beside };
            let mapped = mapping.map(&vector);
            prop_assert_eq!(mapped.len(), mapping.width());
            let length: f32 = mapped.iter().map(|value| value * value).sum();
            prop_assert!((length - 1.0).abs() < 1e-4, "{length}");
            let longer: Vec<f32> = vector.iter().map(|value| value * by).collect();
            prop_assert!(mapping.map(&longer).iter().zip(&mapped).all(|(a, b)| (a - b).abs() < 1e-4));
        }
    }

    #[test]
    fn a_log_is_mapped_text_by_text_and_vectors_of_another_model_are_refused() {
        let mapping = TextMapping { dim: 2, centre: vec![0.5, 0.0], rows: vec![0.0, 1.0], beside: true };
        let mut vectors = SpooledVectors::within(&std::env::temp_dir());
        vectors.push(2, &[1.0, 0.0, 0.0, 3.0, 0.0, 0.0]).unwrap();
        let mut mapped = mapping.map_all(&mut vectors).unwrap();
        let mut rows = Vec::new();
        mapped
            .each(|_, window| {
                rows.extend_from_slice(window);
                Ok::<(), InterestsError>(())
            })
            .unwrap();
        assert_eq!((mapped.len(), mapped.dim()), (3, 3));
        assert_eq!(rows[..3], mapping.map(&[1.0, 0.0]));
        assert_eq!(rows[3..6], mapping.map(&[0.0, 3.0]));
        assert!(rows.iter().all(|value| value.is_finite()), "{rows:?}");
        let mut other = SpooledVectors::within(&std::env::temp_dir());
        other.push(3, &[1.0, 0.0, 0.0]).unwrap();
        assert!(matches!(mapping.map_all(&mut other), Err(InterestsError::Width { mapping: 2, vectors: 3 })));
    }
}
