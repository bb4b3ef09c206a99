//! How well shares were forecast: one observation and one scorer, for users and cohorts, in a run and in a backtest.
//!
//! What is observed of a period is what its events count by interest, weighted as the settings say: the same that models
//! learn from and bands are calibrated on. Where nothing was scored there is no figure: it is NaN, and whoever shows it
//! shows none.

use super::history::{Past, Question};

/// The smallest share that a loss is read off.
const SMALLEST: f32 = 1e-12;

/// What so many events lose by a share, nats.
pub fn nats(events: f64, share: f32) -> f64 {
    if events > 0.0 { -events * f64::from(share.max(SMALLEST)).ln() } else { 0.0 }
}

/// Sums over observed periods of users or cohorts, from which their scores are read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    nats: f64,
    apart: f64,
    hits: u64,
    /// What the events scored count together.
    pub events: f64,
    /// Periods scored.
    pub rows: u64,
}

impl Tally {
    /// Adds what was observed of one period, by interest, beside the shares forecast. A period in which nothing counts
    /// says nothing of shares and is left out.
    pub fn add<T: Copy + Into<f64>>(&mut self, observed: &[T], shares: &[f32]) {
        let total: f64 = observed.iter().map(|events| (*events).into()).sum();
        if total <= 0.0 {
            return;
        }
        let mut most = 0.0_f64;
        for (events, share) in observed.iter().zip(shares) {
            let events: f64 = (*events).into();
            self.nats += nats(events, *share);
            self.apart += (events / total - f64::from(*share)).abs();
            most = most.max(events);
        }
        // With several leading interests in the period, any of them is a hit.
        let hit =
            leading(shares).and_then(|interest| observed.get(interest)).is_some_and(|seen| (*seen).into() == most);
        self.hits += u64::from(hit);
        self.events += total;
        self.rows += 1;
    }

    /// Mean over events of −ln of the forecast share, nats.
    pub fn nll(&self) -> f64 {
        mean(self.nats, self.events)
    }

    /// Mean over periods of Σ |share − observed share|.
    pub fn l1(&self) -> f64 {
        mean(self.apart, self.rows as f64)
    }

    /// Part of periods whose leading interest was forecast.
    pub fn top1(&self) -> f64 {
        mean(self.hits as f64, self.rows as f64)
    }
}

/// A sum by how many it is of; NaN of none.
pub fn mean(sum: f64, count: f64) -> f64 {
    if count > 0.0 { sum / count } else { f64::NAN }
}

/// A model's shares (questions × interests) beside what was observed, for the questions for which `wanted` holds.
pub fn tally(
    pasts: &[Past],
    questions: &[Question],
    shares: &[f32],
    interests: usize,
    wanted: impl Fn(&Question) -> bool,
) -> Tally {
    let mut tally = Tally::default();
    for (question, shares) in questions.iter().zip(shares.chunks_exact(interests)).filter(|(asked, _)| wanted(asked)) {
        if let Some(answer) = question.answer {
            tally.add(pasts[question.user.index()].counts(answer), shares);
        }
    }
    tally
}

/// The interest with the largest share; the first of several.
pub fn leading(shares: &[f32]) -> Option<usize> {
    let larger = |best: usize, (at, share): (usize, &f32)| if *share > shares[best] { at } else { best };
    (!shares.is_empty()).then(|| shares.iter().enumerate().fold(0, larger))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::events::UserId;
    use crate::forecast::testing::trajectories;

    #[test]
    fn a_uniform_forecast_costs_the_log_of_the_interests() {
        let log = trajectories(4, &[&[(0, &[1, 0, 0, 0]), (1, &[0, 2, 2, 0])]]);
        let pasts = [Past::of(&log, UserId(0))];
        let asked = Question { user: UserId(0), known: 0, origin: Period(1), target: Period(1), answer: Some(1) };
        let scored = |shares: &[f32]| tally(&pasts, &[asked], shares, 4, |_| true);
        let uniform = scored(&[0.25; 4]);
        assert!((uniform.nll() - 4.0_f64.ln()).abs() < 1e-6);
        assert!((uniform.l1() - 1.0).abs() < 1e-6);
        assert_eq!(uniform.top1(), 0.0, "the first interest leads the forecast, but not the period");
        assert_eq!(scored(&[0.1, 0.3, 0.5, 0.1]).top1(), 1.0);
        assert_eq!((uniform.events, uniform.rows), (4.0, 1));
    }

    #[test]
    fn where_nothing_was_scored_there_is_no_figure() {
        let mut tally = Tally::default();
        tally.add(&[0.0_f32, 0.0], &[0.5, 0.5]);
        assert_eq!((tally.rows, tally.events), (0, 0.0));
        assert!([tally.nll(), tally.l1(), tally.top1()].iter().all(|figure| figure.is_nan()));
    }
}
