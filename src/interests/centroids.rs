//! How near vectors are to the centroids of interests.
//!
//! Plain loops, not products by libtorch: those round differently with the number of rows, and a text must not lie
//! elsewhere because other texts came to the log.

/// Unit vectors, one an interest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Centroids<'a> {
    /// Interests × `dim`.
    rows: &'a [f32],
    dim: usize,
}

/// Sums kept side by side, so that the processor adds several at once.
const LANES: usize = 16;

impl<'a> Centroids<'a> {
    /// Centroids row by row, each of length `dim`.
    pub fn new(rows: &'a [f32], dim: usize) -> Self {
        Self { rows, dim: dim.max(1) }
    }

    /// The cosines of a vector of any length and every centroid. A vector of zeros is alike to nothing.
    pub fn cosines(&self, vector: &[f32]) -> impl Iterator<Item = f32> {
        let length = dot(vector, vector).sqrt();
        let scale = if length > 0.0 && length.is_finite() { 1.0 / length } else { 0.0 };
        self.rows.chunks_exact(self.dim).map(move |centroid| dot(centroid, vector) * scale)
    }
}

/// The number of the largest; the first of equals, so that ties fall the same way always.
pub(super) fn nearest(cosines: &[f32]) -> usize {
    (1..cosines.len()).fold(0, |best, next| if cosines[next] > cosines[best] { next } else { best })
}

/// The product of two vectors of the same length.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_product_is_the_sum_of_products(
            pairs in proptest::collection::vec((-1.0..1.0_f32, -1.0..1.0_f32), 0..70),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.iter().copied().unzip();
            let exact: f64 = pairs.iter().map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            prop_assert!((f64::from(dot(&a, &b)) - exact).abs() < 1e-5);
        }
    }

    #[test]
    fn length_does_not_count_and_zeros_are_alike_to_nothing() {
        let rows = [1.0, 0.0, 0.0, 1.0];
        let centroids = Centroids::new(&rows, 2);
        let cosines: Vec<f32> = centroids.cosines(&[0.0, 7.0]).collect();
        assert_eq!((cosines.as_slice(), nearest(&cosines)), ([0.0, 1.0].as_slice(), 1));
        assert_eq!(centroids.cosines(&[0.0, 0.0]).collect::<Vec<_>>(), [0.0, 0.0]);
        assert_eq!(nearest(&[0.5, 0.5]), 0);
    }
}
