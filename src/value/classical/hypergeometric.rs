//! Gauss's hypergeometric function where the models of repeat buying need it.

/// Terms after which a series ends in any case.
const TERMS: usize = 20_000;

/// ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series, which converges like z^n · n^(a+b−c−1).
pub(super) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0_f64, 1.0_f64);
    for n in 0..TERMS {
        let n = n as f64;
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        // While factors are above 1 the terms still grow.
        let grows = ((a + n + 1.0) * (b + n + 1.0)).abs() * z >= ((c + n + 1.0) * (n + 2.0)).abs();
        if !grows && term.abs() <= 1e-16 * sum.abs() {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_met() {
        // ₂F₁(1, 1; 2; z) = −ln(1 − z) / z, ₂F₁(a, b; b; z) = (1 − z)^−a; the last by scipy 1.17.
        let z: f64 = 0.9;
        assert!((hypergeometric(1.0, 1.0, 2.0, z) + (1.0 - z).ln() / z).abs() < 1e-13);
        assert!((hypergeometric(2.5, 3.0, 3.0, z) / (1.0 - z).powf(-2.5) - 1.0).abs() < 1e-13);
        assert_eq!(hypergeometric(3.0, 2.0, 1.0, 0.0), 1.0);
        assert!((hypergeometric(-0.2, 1.7, 4.2, 0.8) - 0.919_321_352_144_863).abs() < 1e-13);
    }
}
