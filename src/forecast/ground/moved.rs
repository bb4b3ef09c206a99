//! A simple forecast that moves with the market: times a power of the market's change.

use super::simple::{DECAYS, Simple, negative_log_likelihood, tuned};
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::market::Market;

/// Powers of the market's change that are tried; 0 leaves it out.
const POWERS: [f32; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// A simple forecast and the power of the market's change that it is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// The simple forecast.
    pub simple: Simple,
    /// The power; 0 leaves the change out.
    pub power: f32,
}

impl Moved {
    /// The share of all events before the origin, as it is.
    pub const POPULARITY: Self = Self { simple: Simple::POPULARITY, power: 0.0 };

    /// A simple forecast that does not move.
    pub fn still(simple: Simple) -> Self {
        Self { simple, power: 0.0 }
    }

    /// Decay and prior, and after them the power, that did best on `questions` (sorted by user). `change` answers the
    /// logarithm of the change that a question asks across, one for each interest.
    pub fn chosen(
        pasts: &[Past],
        market: &Market,
        questions: &[Question],
        change: &dyn Fn(&Question) -> Vec<f32>,
    ) -> Self {
        let simple = tuned(&DECAYS, pasts, questions, market);
        let loss = |power: f32| {
            let answers = Self { simple, power }.shares(pasts, market, questions, change);
            let interests = answers.len().checked_div(questions.len()).unwrap_or(1).max(1);
            let of_one = |(question, shares): (&Question, &[f32])| {
                let answer = question.answer?;
                Some(negative_log_likelihood(pasts[question.user.index()].counts(answer), shares))
            };
            questions.iter().zip(answers.chunks_exact(interests)).filter_map(of_one).sum::<f64>()
        };
        let losses = POWERS.map(loss);
        let best = (0..POWERS.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b]));
        Self { simple, power: best.map_or(0.0, |at| POWERS[at]) }
    }

    /// Shares for questions (sorted by user), questions × interests.
    pub fn shares(
        self,
        pasts: &[Past],
        market: &Market,
        questions: &[Question],
        change: &dyn Fn(&Question) -> Vec<f32>,
    ) -> Vec<f32> {
        let of_user = |of_user: &[Question]| self.shares_of(&pasts[of_user[0].user.index()], market, of_user, change);
        questions.chunk_by(|a, b| a.user == b.user).flat_map(of_user).collect()
    }

    /// The same for questions to one user.
    pub fn shares_of(
        self,
        past: &Past,
        market: &Market,
        questions: &[Question],
        change: &dyn Fn(&Question) -> Vec<f32>,
    ) -> Vec<f32> {
        let mut answers = Vec::new();
        let sums = past.decayed(self.simple.decay);
        for question in questions {
            let mut shares = self.simple.shares(&sums, question, market);
            if self.power > 0.0 {
                let moves = change(question).into_iter().map(|change| (self.power * change).exp());
                shares.iter_mut().zip(moves).for_each(|(share, factor)| *share *= factor);
                let sum: f32 = shares.iter().sum();
                shares.iter_mut().for_each(|share| *share /= sum);
            }
            answers.extend(shares);
        }
        answers
    }
}
