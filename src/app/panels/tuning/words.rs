//! Trials and their numbers in words.

use crate::forecast::{NetworkShape, Tuning};

/// A trial as people call it.
pub fn trial_name(trials: &Tuning, at: usize) -> String {
    let usual = trials.trials.get(at).is_some_and(|trial| trial.shape == NetworkShape::default());
    if usual { format!("{} · defaults", at + 1) } else { (at + 1).to_string() }
}

/// A small positive number with two significant digits: `0.0021`.
pub fn significant(number: f64) -> String {
    if number <= 0.0 || !number.is_finite() {
        return format!("{number}");
    }
    let decimals = (1.0 - number.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{number:.decimals$}")
}

/// How far back a network learns from.
pub fn learns_from(window: Option<i32>) -> String {
    window.map_or_else(|| "all".to_owned(), |periods| format!("last {periods}"))
}

/// A loss, nats per event; a dash where there is none.
pub fn loss(loss: f64) -> String {
    if loss.is_finite() { format!("{loss:.4}") } else { "–".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_keep_two_digits_that_count() {
        let told = [0.0021345, 0.01, 0.000456, 0.3, 0.0996].map(significant);
        assert_eq!(told, ["0.0021", "0.010", "0.00046", "0.30", "0.100"]);
    }
}
