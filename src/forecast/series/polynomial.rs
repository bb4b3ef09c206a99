//! Polynomials of lags: where their roots lie, and the moving average that has them outside the unit circle.

/// `plain(B) · seasonal(Bᵐ)` without its leading one, where both are `1 + sign · Σ c_k B^k`.
pub fn multiply(plain: &[f64], seasonal: &[f64], m: usize, sign: f64, out: &mut Vec<f64>) {
    out.clear();
    out.resize(plain.len() + m * seasonal.len(), 0.0);
    out[..plain.len()].copy_from_slice(plain);
    for (j, outer) in seasonal.iter().enumerate() {
        out[(j + 1) * m - 1] += outer;
        for (i, inner) in plain.iter().enumerate() {
            out[(j + 1) * m + i] += sign * inner * outer;
        }
    }
}

/// Whether the roots of `1 + sign · Σ c_k z^k` lie outside the circle of this radius.
///
/// Decided without roots: `c_k · radius^k` must be the coefficients of a stationary process (Schur and Cohn).
pub fn outside(coefficients: &[f64], sign: f64, radius: f64) -> bool {
    let mut values = Vec::with_capacity(coefficients.len());
    let mut power = 1.0;
    for coefficient in coefficients {
        power *= radius;
        values.push(-sign * coefficient * power);
    }
    for j in (0..values.len()).rev() {
        let a = values[j];
        if a.is_nan() || a.abs() >= 1.0 {
            return false;
        }
        // Steps the recursion down in place, from both ends at once.
        for k in 0..j.div_ceil(2) {
            let (low, high) = (values[k], values[j - k - 1]);
            values[k] = (low + a * high) / (1.0 - a * a);
            values[j - k - 1] = (high + a * low) / (1.0 - a * a);
        }
    }
    true
}

/// Turns the moving average `1 + Σ c_k z^k` into the invertible one of the same autocorrelations: roots inside the unit
/// circle are mirrored out (Brockwell and Davis 1991, §4.4). An optimum has such mirror images of the same likelihood,
/// and which one a search meets is chance.
pub fn invert(coefficients: &mut [f64]) {
    let Some(last) = coefficients.iter().rposition(|value| *value != 0.0) else { return };
    if outside(coefficients, 1.0, 1.0) {
        return;
    }
    let coefficients = &mut coefficients[..=last];
    let Some(inverses) = inverse_roots(coefficients) else { return };
    let mut product = vec![(0.0, 0.0); last + 2];
    product[0] = (1.0, 0.0);
    for (at, (re, im)) in inverses.into_iter().enumerate() {
        let square = re * re + im * im;
        let (re, im) = if square > 1.0 { (re / square, im / square) } else { (re, im) };
        for k in (0..=at).rev() {
            let (a, b) = product[k];
            product[k + 1].0 -= a * re - b * im;
            product[k + 1].1 -= a * im + b * re;
        }
    }
    for (coefficient, (real, _)) in coefficients.iter_mut().zip(&product[1..]) {
        *coefficient = *real;
    }
}

/// The `x` with `1 + Σ c_k z^k = Π (1 − x z)`, all at once by Weierstrass's iteration (Durand 1960, Kerner 1966) on the
/// reversed polynomial, whose leading coefficient is one; `None` if it does not settle.
fn inverse_roots(coefficients: &[f64]) -> Option<Vec<(f64, f64)>> {
    let n = coefficients.len();
    let size = 1.0 + coefficients.iter().fold(0.0f64, |most, value| most.max(value.abs()));
    let mut roots: Vec<(f64, f64)> = (0..n)
        .map(|k| {
            let angle = 0.4 + std::f64::consts::TAU * k as f64 / n as f64;
            (0.5 * size * angle.cos(), 0.5 * size * angle.sin())
        })
        .collect();
    for _ in 0..500 {
        let mut moved = 0.0f64;
        for at in 0..n {
            let (re, im) = roots[at];
            let mut value = (1.0, 0.0);
            for coefficient in coefficients {
                value = (value.0 * re - value.1 * im + coefficient, value.0 * im + value.1 * re);
            }
            for (other, (a, b)) in roots.iter().enumerate() {
                if other != at {
                    let (a, b) = (re - a, im - b);
                    let square = a * a + b * b;
                    value = ((value.0 * a + value.1 * b) / square, (value.1 * a - value.0 * b) / square);
                }
            }
            roots[at] = (re - value.0, im - value.1);
            moved = moved.max(value.0.abs() + value.1.abs());
        }
        if moved.is_nan() {
            return None;
        }
        if moved < 1e-13 * size {
            return Some(roots);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{invert, multiply, outside};

    /// Autocorrelations of a moving average.
    fn correlations(coefficients: &[f64]) -> Vec<f64> {
        let all: Vec<f64> = std::iter::once(1.0).chain(coefficients.iter().copied()).collect();
        let covariance = |lag: usize| -> f64 { all[lag..].iter().zip(&all).map(|(a, b)| a * b).sum() };
        (1..all.len()).map(|lag| covariance(lag) / covariance(0)).collect()
    }

    #[test]
    fn a_moving_average_is_mirrored_to_the_invertible_one_of_the_same_autocorrelations() {
        let cases: [&[f64]; 6] = [
            &[2.5],
            &[-1.0585],
            &[0.2828, -0.755],
            &[-1.9, 1.7, -3.0, 0.4],
            &[0.5, 0.0, 2.0, 0.0],
            &[4.0, -3.0, 2.0, 5.0, -7.0],
        ];
        for case in cases {
            let mut mirrored = case.to_vec();
            invert(&mut mirrored);
            assert!(outside(&mirrored, 1.0, 1.0 - 1e-9), "{case:?} {mirrored:?}");
            for (a, b) in correlations(case).iter().zip(correlations(&mirrored)) {
                assert!((a - b).abs() < 1e-9, "{case:?} {mirrored:?}");
            }
        }
        let mut invertible = [0.4, -0.3];
        invert(&mut invertible);
        assert_eq!(invertible, [0.4, -0.3]);
    }

    #[test]
    fn roots_are_told_outside_or_inside() {
        assert!(outside(&[0.5], -1.0, 1.01) && !outside(&[0.995], -1.0, 1.01));
        assert!(outside(&[-0.98], 1.0, 1.01) && !outside(&[-1.0], 1.0, 1.0));
        let mut product = Vec::new();
        multiply(&[0.5], &[0.8], 4, -1.0, &mut product);
        assert_eq!(product, [0.5, 0.0, 0.0, 0.8, -0.4]);
        assert!(outside(&product, -1.0, 1.01) && !outside(&product, -1.0, 1.06));
    }
}
