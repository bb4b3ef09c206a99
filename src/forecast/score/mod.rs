//! How well shares were forecast.

use crate::forecast::models::simple::negative_log_likelihood;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::run::result::Score;

/// Scores one model's shares (questions × interests) against what was observed. `gain` is left at 0.
pub fn score(model: &str, pasts: &[Past], questions: &[Question], shares: &[f32], interests: usize) -> Score {
    let (mut nats, mut events, mut apart, mut hits, mut rows) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (question, shares) in questions.iter().zip(shares.chunks_exact(interests)) {
        let Some(answer) = question.answer else { continue };
        let past = &pasts[question.user.index()];
        let (counts, total) = (past.counts(answer), past.totals[answer]);
        nats += negative_log_likelihood(counts, shares);
        events += f64::from(total);
        apart +=
            counts.iter().zip(shares).map(|(events, share)| f64::from((events / total - share).abs())).sum::<f64>();
        // With several leading interests in the period, any of them is a hit.
        let most = counts.iter().copied().fold(0.0, f32::max);
        hits += f64::from(u8::from(leading(shares).is_some_and(|interest| counts[interest] == most)));
        rows += 1.0;
    }
    Score {
        model: model.to_owned(),
        nll: nats / f64::max(events, 1.0),
        gain: 0.0,
        l1: apart / f64::max(rows, 1.0),
        top1: hits / f64::max(rows, 1.0),
    }
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
        let scored = score("uniform", &pasts, &[asked], &[0.25; 4], 4);
        assert!((scored.nll - 4.0_f64.ln()).abs() < 1e-6);
        assert!((scored.l1 - 1.0).abs() < 1e-6);
        assert_eq!(scored.top1, 0.0, "the first interest leads the forecast, but not the period");
        assert_eq!(score("tie", &pasts, &[asked], &[0.1, 0.3, 0.5, 0.1], 4).top1, 1.0);
    }
}
