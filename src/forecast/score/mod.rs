//! How well bands held: one scorer for users and cohorts, in a run and in a backtest. Shares are scored by
//! [`crate::forecast::past::tally`].

use std::collections::BTreeMap;

/// How bands of one level held.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BandTally {
    inside: u64,
    with_events: u64,
    inside_with_events: u64,
    width: f64,
    interval: f64,
    cells: u64,
}

impl BandTally {
    /// Adds a share that was observed beside its limits; without limits there is no band.
    pub fn add(&mut self, (lower, upper): (f32, f32), seen: f32, level: u8) {
        if lower.is_nan() || upper.is_nan() {
            return;
        }
        let (held, any) = ((lower..=upper).contains(&seen), seen > 0.0);
        self.inside += u64::from(held);
        self.with_events += u64::from(any);
        self.inside_with_events += u64::from(any && held);
        self.width += f64::from(upper - lower);
        self.interval += interval_score(lower, upper, seen, level);
        self.cells += 1;
    }
}

/// By level in percent, for the levels that have bands: the part inside, that of the shares that had events, the mean width,
/// the mean interval score.
pub fn of_bands(tallies: &BTreeMap<u8, BandTally>) -> [BTreeMap<u8, f64>; 4] {
    let of = |count: fn(&BandTally) -> u64, figure: fn(&BandTally) -> f64| {
        let some = tallies.iter().filter(|(_, tally)| count(tally) > 0);
        some.map(|(level, tally)| (*level, figure(tally) / count(tally) as f64)).collect()
    };
    [
        of(|tally| tally.cells, |tally| tally.inside as f64),
        of(|tally| tally.with_events, |tally| tally.inside_with_events as f64),
        of(|tally| tally.cells, |tally| tally.width),
        of(|tally| tally.cells, |tally| tally.interval),
    ]
}

/// The width of a band, and 2 / (1 − level) times what lies outside.
pub fn interval_score(lower: f32, upper: f32, observed: f32, level: u8) -> f64 {
    let outside = f64::from((lower - observed).max(observed - upper).max(0.0));
    f64::from(upper - lower) + outside * 2.0 / (1.0 - f64::from(level) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_bands_there_is_no_figure() {
        let mut band = BandTally::default();
        band.add((f32::NAN, f32::NAN), 0.5, 80);
        assert!(of_bands(&BTreeMap::from([(80, band)])).iter().all(BTreeMap::is_empty));
    }

    #[test]
    fn shares_of_nothing_do_not_hide_that_those_with_events_are_missed() {
        let mut band = BandTally::default();
        for seen in [0.0, 0.0, 0.0, 0.3] {
            band.add((0.0, 0.1), seen, 80);
        }
        let [all, with_events, ..] = of_bands(&BTreeMap::from([(80, band)]));
        assert_eq!((all[&80], with_events[&80]), (0.75, 0.0));
    }

    #[test]
    fn what_lies_outside_costs_the_more_the_surer_the_band() {
        assert!((interval_score(0.1, 0.3, 0.2, 80) - 0.2).abs() < 1e-6);
        assert!((interval_score(0.1, 0.3, 0.4, 80) - 1.2).abs() < 1e-6);
        assert!((interval_score(0.1, 0.3, 0.0, 95) - 4.2).abs() < 1e-6);
    }
}
