//! Differencing and its undoing.

/// `values[t] − values[t − lag]`; shorter by `lag`.
pub fn difference(values: &[f64], lag: usize) -> Vec<f64> {
    (lag..values.len()).map(|at| values[at] - values[at - lag]).collect()
}

/// Coefficients of the lags 1, 2, … by which a value is told from those before and its difference:
/// `y_t = w_t + Σ coefficient_k · y_{t−k}` for `d` plain and `seasonal` seasonal differences of lag `m`.
pub fn undoing(d: usize, seasonal: usize, m: usize) -> Vec<f64> {
    let mut polynomial = vec![1.0];
    for lag in std::iter::repeat_n(1, d).chain(std::iter::repeat_n(m, seasonal)) {
        let mut next = vec![0.0; polynomial.len() + lag];
        for (at, value) in polynomial.iter().enumerate() {
            next[at] += value;
            next[at + lag] -= value;
        }
        polynomial = next;
    }
    polynomial[1..].iter().map(|value| -value).collect()
}
