//! What a band promises, and how it kept the promise, in words.

use super::sentence::percent;
use crate::calendar::PeriodLength;
use crate::forecast::Band;

/// What the periods that a forecast's models are judged on are to those models. Only a backtest keeps all of it apart.
pub const SEEN_BY: &str = "No model learnt from these periods, but the interests were found with them, and the model that \
                           forecasts was chosen on them; a backtest measures without either";

/// `80 % band: 81 % of past shares inside, 80 % of those with events`. `steps` is how many periods a joint band holds
/// at once.
pub fn promise(band: &Band, steps: Option<usize>, length: PeriodLength) -> String {
    let (of, what) = match steps {
        None => (String::new(), "past shares".to_owned()),
        Some(1) => (" of whole paths".to_owned(), format!("past paths of one {length}")),
        Some(steps) => (" of whole paths".to_owned(), format!("past paths of {steps} {length}s")),
    };
    let level = percent(f32::from(band.level) / 100.0);
    let Some(coverage) = &band.coverage else {
        return format!("{level} band{of}: how often it holds was not measured, there was too little past");
    };
    let held = percent(coverage.held as f32);
    let with = coverage.with_events.map(|held| format!(", {} of those with events", percent(held as f32)));
    format!("{level} band{of}: {held} of {what} inside{}", with.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Coverage;

    #[test]
    fn a_band_says_what_it_promises_and_how_it_was_kept_or_that_nobody_knows() {
        let mut band = Band { level: 80, lower: Vec::new(), upper: Vec::new(), coverage: None };
        let said = |band: &Band, steps| promise(band, steps, PeriodLength::Month).replace('\u{a0}', " ");
        assert_eq!(said(&band, None), "80 % band: how often it holds was not measured, there was too little past");
        let coverage = Coverage { with_events: Some(0.784), ..Coverage::plain(812, 1000) };
        band.coverage = Some(coverage);
        assert_eq!(said(&band, None), "80 % band: 81 % of past shares inside, 78 % of those with events");
        let whole = "80 % band of whole paths: 81 % of past paths of 3 months inside, 78 % of those with events";
        assert_eq!(said(&band, Some(3)), whole);
    }
}
