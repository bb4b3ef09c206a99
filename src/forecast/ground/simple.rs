//! The simple forecasts that a spreadsheet could make: popularity, last, mean and ewma.
//!
//! The last three are drawn towards popularity by a Dirichlet prior. Its strength, like ewma's decay, is the one that
//! did best on the periods it may look at.

use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::market::Market;
use crate::forecast::past::tally::nats;

/// Decays tried for ewma, per period.
pub const DECAYS: [f32; 6] = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
/// Prior strengths tried, in events.
const STRENGTHS: [f32; 7] = [1.0, 3.0, 10.0, 20.0, 30.0, 100.0, 300.0];

/// A user's past, decayed and drawn towards popularity.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Simple {
    /// What the past loses with every period: 0 leaves the last active period alone, 1 forgets nothing.
    pub decay: f32,
    /// Strength of the prior in events; infinite is popularity itself.
    pub strength: f32,
}

impl Simple {
    /// The share of all events before the origin.
    pub const POPULARITY: Self = Self { decay: 0.0, strength: f32::INFINITY };

    /// Forecast shares, one for each interest. `sums` are the past's decayed sums by [`Past::decayed`] with this
    /// forecast's decay.
    pub fn shares(self, sums: &[f32], question: &Question, market: &Market) -> Vec<f32> {
        let popularity = market.log_popularity(question.origin);
        if self.strength.is_infinite() {
            return popularity.iter().map(|log| log.exp()).collect();
        }
        let known = &sums[question.known * popularity.len()..(question.known + 1) * popularity.len()];
        let total: f32 = known.iter().sum::<f32>() + self.strength;
        known.iter().zip(popularity).map(|(events, log)| (events + self.strength * log.exp()) / total).collect()
    }
}

/// The decay, of those given, and the prior strength that did best on `questions` (sorted by user) about `pasts` (by
/// user number).
pub fn tuned(decays: &[f32], pasts: &[Past], questions: &[Question], market: &Market) -> Simple {
    let tried = decays.iter().flat_map(|&decay| {
        let losses = losses(decay, pasts, questions, market);
        STRENGTHS.into_iter().zip(losses).map(move |(strength, loss)| (loss, Simple { decay, strength }))
    });
    let first = (f64::INFINITY, Simple { decay: decays[0], strength: STRENGTHS[STRENGTHS.len() / 2] });
    tried.fold(first, |best, tried| if tried.0 < best.0 { tried } else { best }).1
}

/// Summed negative log-likelihood of the questions' answers for each of [`STRENGTHS`].
fn losses(decay: f32, pasts: &[Past], questions: &[Question], market: &Market) -> [f64; STRENGTHS.len()] {
    let mut losses = [0.0; STRENGTHS.len()];
    for of_user in questions.chunk_by(|a, b| a.user == b.user) {
        let past = &pasts[of_user[0].user.index()];
        let sums = past.decayed(decay);
        for question in of_user {
            let Some(answer) = question.answer else { continue };
            for (loss, strength) in losses.iter_mut().zip(STRENGTHS) {
                let shares = Simple { decay, strength }.shares(&sums, question, market);
                *loss += negative_log_likelihood(past.counts(answer), &shares);
            }
        }
    }
    losses
}

/// −Σ events · ln share, nats.
pub fn negative_log_likelihood(events: &[f32], shares: &[f32]) -> f64 {
    events.iter().zip(shares).map(|(events, share)| nats(f64::from(*events), *share)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::events::UserId;
    use crate::forecast::testing::{lively, trajectories};

    #[test]
    fn a_prior_of_n_events_weighs_as_n_events() {
        let log = trajectories(2, &[&[(0, &[30, 0])], &[(0, &[0, 30]), (1, &[1, 1])]]);
        let (past, market) = (Past::of(&log, UserId(0)), Market::of(&log));
        let question = Question { user: UserId(0), known: 0, origin: Period(1), target: Period(1), answer: None };
        let shares = Simple { decay: 1.0, strength: 30.0 }.shares(&past.decayed(1.0), &question, &market);
        assert!((shares[0] - 0.75).abs() < 1e-3, "half own, half a market of halves: {shares:?}");
    }

    #[test]
    fn every_simple_forecast_is_a_distribution_and_tuning_prefers_memory_where_users_are_constant() {
        let log = lively(60, 12, 4, 1);
        let market = Market::of(&log);
        let pasts: Vec<Past> = (0..60).map(|user| Past::of(&log, UserId(user))).collect();
        let questions: Vec<Question> = (0..60)
            .flat_map(|user| {
                pasts[user as usize].questions(UserId(user), Period(6)..Period(12), Period(0), &[1]).collect::<Vec<_>>()
            })
            .collect();
        let ewma = tuned(&DECAYS, &pasts, &questions, &market);
        for model in [Simple::POPULARITY, tuned(&[0.0], &pasts, &questions, &market), ewma] {
            for question in &questions {
                let past = &pasts[question.user.index()];
                let sum: f32 = model.shares(&past.decayed(model.decay), question, &market).iter().sum();
                assert!((sum - 1.0).abs() < 1e-4, "{model:?}: {sum}");
            }
        }
        assert!(ewma.strength < 100.0, "these users differ from the market: {ewma:?}");
    }
}
