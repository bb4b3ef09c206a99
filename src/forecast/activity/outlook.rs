//! What is expected of users' activity, how good that was, and whose word is taken.

use super::score::{ActivityScore, Errors};
use crate::calendar::Period;
use crate::forecast::kind::ActivitySource;
use crate::forecast::past::activity_questions::ActivityQuestion;
use crate::forecast::past::history::Past;

/// Expected activity, by question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Probability of any activity.
    pub chance: Vec<f32>,
    /// Expected events, silence included.
    pub events: Vec<f32>,
    /// Expected spend, silence included; empty where the log has no value.
    pub spend: Vec<f32>,
}

/// What came: activity, events and spend (net of returns, not below 0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedActivity {
    /// Whether the user was active.
    pub active: bool,
    /// Events; 0 in silence.
    pub events: f32,
    /// Spend; 0 in silence and where the log has no value.
    pub spend: f32,
}

impl ObservedActivity {
    /// What answered a question.
    pub fn of(past: &Past, question: &ActivityQuestion) -> Self {
        Self::at(past, question.answer)
    }

    /// What came of a user in a period.
    pub fn in_period(past: &Past, period: Period) -> Self {
        Self::at(past, past.periods.binary_search(&period).ok())
    }

    fn at(past: &Past, answer: Option<usize>) -> Self {
        let seen = |of: &[f32]| answer.and_then(|at| of.get(at).copied()).unwrap_or(0.0).max(0.0);
        Self { active: answer.is_some(), events: seen(&past.events), spend: seen(&past.spend) }
    }
}

impl Outlook {
    /// Scores it as the word of a forecaster.
    pub fn score(&self, model: ActivitySource, came: &[ObservedActivity]) -> ActivityScore {
        // Of nothing there is no figure.
        let count = came.len() as f64;
        let (mut log_loss, mut brier) = (0.0, 0.0);
        for (chance, came) in self.chance.iter().zip(came) {
            let chance = f64::from(*chance).clamp(1e-7, 1.0 - 1e-7);
            let truth = f64::from(u8::from(came.active));
            log_loss -= if came.active { chance.ln() } else { (1.0 - chance).ln() };
            brier += (chance - truth).powi(2);
        }
        let errors = |expected: &[f32], seen: fn(&ObservedActivity) -> f32| {
            let pairs = expected.iter().zip(came).map(|(expected, came)| (f64::from(*expected), f64::from(seen(came))));
            let (mut apart, mut deviance) = (0.0, 0.0);
            for (expected, seen) in pairs {
                apart += (expected - seen).abs();
                deviance += poisson_deviance(expected, seen);
            }
            Errors { mae: apart / count, deviance: deviance / count }
        };
        ActivityScore {
            model,
            log_loss: log_loss / count,
            brier: brier / count,
            events: errors(&self.events, |came| came.events),
            spend: (!self.spend.is_empty()).then(|| errors(&self.spend, |came| came.spend)),
        }
    }

    /// Adds what another expects of further questions.
    pub fn extend(&mut self, other: &Self) {
        self.chance.extend_from_slice(&other.chance);
        self.events.extend_from_slice(&other.events);
        self.spend.extend_from_slice(&other.spend);
    }
}

/// Twice the log-likelihood that a Poisson variable with the mean expected falls short of the best; lowest, on average, for
/// the true mean (Gneiting, *Making and evaluating point forecasts*, 2011), which the absolute error is not: where most
/// users stay away, that is lowest for 0.
fn poisson_deviance(expected: f64, seen: f64) -> f64 {
    let expected = expected.max(1e-6);
    let ratio = if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 };
    2.0 * (ratio - (seen - expected))
}

/// The place of the lowest loss; the first of equals.
pub fn lowest(scores: &[ActivityScore], loss: impl Fn(&ActivityScore) -> f64) -> usize {
    let better = |best: usize, at: usize| if loss(&scores[at]) < loss(&scores[best]) { at } else { best };
    (0..scores.len()).fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_true_mean_and_the_true_chance_score_best() {
        let came: Vec<ObservedActivity> = (0..1000)
            .map(|user| {
                let active = user % 4 == 0;
                let events = if active { (user % 7) as f32 + 1.0 } else { 0.0 };
                ObservedActivity { active, events, spend: 10.0 * events }
            })
            .collect();
        let mean = came.iter().map(|came| came.events).sum::<f32>() / 1000.0;
        let of = |chance: f32, events: f32| {
            let same = |number: f32| vec![number; 1000];
            Outlook { chance: same(chance), events: same(events), spend: same(10.0 * events) }
                .score(ActivitySource::Simple, &came)
        };
        let truth = of(0.25, mean);
        for other in [of(0.2, 0.8 * mean), of(0.3, 1.2 * mean)] {
            assert!(truth.log_loss < other.log_loss && truth.brier < other.brier);
            assert!(truth.events.deviance < other.events.deviance);
            assert!(truth.spend.unwrap().deviance < other.spend.unwrap().deviance);
        }
        assert_eq!(lowest(&[of(0.9, 1.0), truth.clone(), truth], |score| score.log_loss), 1);
    }
}
