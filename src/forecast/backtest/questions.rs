//! Scores of one model's answers to some of a backtest's questions.

use std::collections::BTreeMap;

use super::collected::Scored;
use super::result::{Asked, Backtest, Scores};
use crate::forecast::Band;
use crate::forecast::bands::coverage::Judged;
use crate::forecast::past::tally::{Tally, mean};
use crate::forecast::score::{BandTally, of_bands};

/// Scores over the questions for which `wanted` holds.
pub fn scores(found: &Backtest, scored: &Scored, wanted: &dyn Fn(&Asked) -> bool) -> Scores {
    let interests = found.interests;
    let (mut tally, mut crps, mut cells) = (Tally::default(), 0.0, 0_u64);
    let mut by_level: BTreeMap<u8, BandTally> = BTreeMap::new();
    for (at, asked) in found.asked.iter().enumerate().filter(|(_, asked)| wanted(asked)) {
        let range = at * interests..(at + 1) * interests;
        tally.add(&found.observed[range.clone()], &scored.share[range.clone()]);
        for cell in range {
            let seen = found.observed[cell] / asked.total;
            if scored.crps[cell].is_finite() {
                crps += scored.crps[cell];
                cells += 1;
            }
            for band in &scored.bands {
                by_level.entry(band.level).or_default().add((band.lower[cell], band.upper[cell]), seen, band.level);
            }
        }
    }
    let [coverage, coverage_with_events, width, interval] = of_bands(&by_level);
    Scores {
        nll: tally.nll(),
        gain: f64::NAN,
        skill: f64::NAN,
        l1: tally.l1(),
        top1: tally.top1(),
        crps: mean(crps, cells as f64),
        coverage,
        coverage_with_events,
        width,
        interval,
        rows: tally.rows,
        events: tally.events,
        seconds_train: 0.0,
        seconds_forecast: 0.0,
    }
}

/// Which cells a band held.
pub fn judged(found: &Backtest, band: &Band) -> Vec<Judged> {
    let cells = band.lower.iter().zip(&band.upper).enumerate().filter(|(_, (lower, _))| !lower.is_nan());
    cells
        .map(|(at, (lower, upper))| {
            let asked = &found.asked[at / found.interests];
            let seen = found.observed[at] / asked.total;
            Judged {
                active_periods: asked.active_periods,
                expected_events: asked.expected_events,
                any: found.observed[at] > 0.0,
                held: (*lower..=*upper).contains(&seen),
            }
        })
        .collect()
}
