//! How bands kept what they promise, in words.

/// What the periods that a forecast's models are judged on are to those models. Only a backtest keeps all of it apart.
pub const SEEN_BY: &str = "No model learnt from these periods, but the interests were found with them, and the model that \
                           forecasts was chosen on them; a backtest measures without either";

/// A no-break space, so that a number stays with its sign.
const SPACE: char = '\u{a0}';

/// What a band promises, and the part of past shares that lay inside, where that could be measured.
pub fn band_kept(level: u8, coverage: Option<f64>) -> String {
    match coverage {
        Some(held) => format!("{level}{SPACE}% band: {:.0}{SPACE}% of past shares inside", held * 100.0),
        None => format!("{level}{SPACE}% band: too little past to measure how often it held"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_that_was_not_measured_shows_no_figure() {
        let said = [Some(0.806), Some(0.0), None].map(|held| band_kept(80, held).replace(SPACE, " "));
        assert_eq!(said[..2], ["80 % band: 81 % of past shares inside", "80 % band: 0 % of past shares inside"]);
        assert!(said[2].ends_with("measure how often it held") && !said[2].contains("NaN"), "{}", said[2]);
    }
}
