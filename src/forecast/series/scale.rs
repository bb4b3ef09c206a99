//! Units in which the squares of a series neither overflow nor vanish.

/// Brings values that are very large or very small as a whole to the size of one; others stay as they are.
///
/// Answers the values and what to multiply by to come back.
pub fn scaled(values: &[f64]) -> (Vec<f64>, f64) {
    let largest = values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 || (1e-8..=1e8).contains(&largest) {
        return (values.to_vec(), 1.0);
    }
    let scale = largest.max(f64::MIN_POSITIVE);
    (values.iter().map(|value| value / scale).collect(), scale)
}

/// Whether all values are the same.
pub fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}
