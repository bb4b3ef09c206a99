//! The pool, fitted on the questions before a period, and the numbers it is made of.

use std::ops::Range;

use rayon::prelude::*;

use super::moved::Moved;
use super::pool_weights::{Observed, PoolWeights, WEIGHED};
use super::terms::{TERMS, Terms, TopicRidges};
use crate::calendar::Period;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::lessons::Lessons;
use crate::observe::{Cancelled, Watch};

/// Numbers of all questions that weights are fitted on, at most; of more users a part teaches.
const MOST_NUMBERS: usize = 25_000_000;

/// The pool as it stands at an origin: the best simple forecast, and weights for each horizon.
#[derive(Clone, Debug)]
pub struct FittedPool {
    simple: Moved,
    /// By horizon, from 1.
    weights: Vec<PoolWeights>,
}

impl FittedPool {
    /// Fits weights to the answers in `learnt` for each of `horizons` periods ahead, each drawn towards those of the
    /// horizon before. The simple forecast is the best on `chosen_on`.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn fit(
        terms: &Terms,
        ridges: &TopicRidges,
        pasts: &[Past],
        learnt: Range<Period>,
        chosen_on: Range<Period>,
        horizons: usize,
        watch: &Watch,
    ) -> Result<Self, Cancelled> {
        let first = terms.trajectories.first;
        let choice = Lessons::of(pasts, chosen_on.clone(), chosen_on.start, &[1]);
        let drift = |question: &Question| terms.market.drift(question.origin);
        let simple = Moved::chosen(pasts, terms.market, choice.questions(), &drift);
        let mut pool = Self { simple, weights: Vec::new() };
        let interests = terms.trajectories.interests;
        for horizon in 1..=horizons.max(1) {
            let lessons = Lessons::of(pasts, learnt.clone(), first, &[horizon]);
            let users: Vec<&[Question]> = lessons.questions().chunk_by(|a, b| a.user == b.user).collect();
            let numbers = lessons.questions().len() * WEIGHED * interests;
            let stride = numbers.div_ceil(MOST_NUMBERS).max(1);
            let parts: Result<Vec<Observed>, Cancelled> = users
                .into_par_iter()
                .step_by(stride)
                .map(|of_user| {
                    watch.check()?;
                    let past = &pasts[of_user[0].user.index()];
                    let mut numbers = pool.numbers(terms, ridges, past, of_user);
                    let events = of_user.iter().filter_map(|question| Some(past.counts(question.answer?)));
                    numbers.events = events.flatten().copied().collect();
                    Ok(numbers)
                })
                .collect();
            let mut all = Observed::default();
            for part in parts? {
                all.popularity.extend(part.popularity);
                all.terms.extend(part.terms);
                all.events.extend(part.events);
            }
            let prior = pool.weights.last().copied().unwrap_or_else(PoolWeights::simple);
            pool.weights.push(PoolWeights::fit(&all, interests, prior, watch)?);
        }
        Ok(pool)
    }

    /// The weights for a horizon; beyond the last one fitted those of the last.
    pub fn weights(&self, horizon: usize) -> &PoolWeights {
        // There is one at least: `fit` never makes none.
        &self.weights[horizon.clamp(1, self.weights.len()) - 1]
    }

    /// Questions to one user in numbers, without what was observed: popularity, terms, and the simple forecast as the
    /// last term.
    pub fn numbers(&self, terms: &Terms, ridges: &TopicRidges, past: &Past, questions: &[Question]) -> Observed {
        let mut numbers = Observed::default();
        let Some(user) = questions.first().map(|question| question.user) else { return numbers };
        let interests = terms.trajectories.interests;
        let of_terms = terms.of(ridges, user, past, questions);
        let drift = |question: &Question| terms.market.drift(question.origin);
        let simple = self.simple.shares_of(past, terms.market, questions, &drift);
        for (at, question) in questions.iter().enumerate() {
            let popularity = terms.market.log_popularity(question.origin);
            numbers.popularity.extend_from_slice(popularity);
            numbers.terms.extend_from_slice(&of_terms[at * TERMS * interests..(at + 1) * TERMS * interests]);
            let simple = &simple[at * interests..(at + 1) * interests];
            numbers.terms.extend(simple.iter().zip(popularity).map(|(share, log)| share.max(1e-9).ln() - log));
        }
        numbers
    }

    /// Log-shares of the questions that `numbers` tells of, questions × interests.
    pub fn log_shares(&self, numbers: &Observed, questions: &[Question], interests: usize) -> Vec<f32> {
        let parts = numbers.popularity.chunks_exact(interests).zip(numbers.terms.chunks_exact(WEIGHED * interests));
        let of = |(question, (popularity, terms)): (&Question, (&[f32], &[f32]))| {
            self.weights(question.horizon()).log_shares(popularity, terms)
        };
        questions.iter().zip(parts).flat_map(of).collect()
    }
}
