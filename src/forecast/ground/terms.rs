//! Simple forecasts in log-shares relative to popularity, to be weighed: memories with several decays, the market's
//! drift and season, what users like this one did, and what a user's topics add.

use super::kept_terms::KeptTerms;
use super::topic_ridge::{SharesOfUser, Strength, TopicRidge};
use crate::events::UserId;
use crate::forecast::ForecastError;
use crate::forecast::past::affinity::Affinity;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::market::Market;
use crate::interests::{RowTopics, Trajectories};
use crate::observe::Watch;

/// Decays of the memories, and the strength in events of each one's prior.
const MEMORIES: [(f32, f32); 5] = [(0.0, 30.0), (0.5, 15.0), (0.8, 10.0), (0.95, 20.0), (1.0, 30.0)];
/// The memory that is also drawn towards what users like this one did, and the strength of that prior in events.
const PERSONAL: (usize, f32) = (3, 30.0);
/// How the topics' additions to popularity, and those to the personal memory, are learnt.
const ONTO_POPULARITY: Strength = Strength { decay_of_a_month: 0.9, lambda: 1.0 };
const ONTO_PERSONAL: Strength = Strength { decay_of_a_month: 0.8, lambda: 10.0 };
/// The memories, the market's drift, its season, what users like this one did, a memory drawn towards it, and what topics
/// add to popularity and to that memory.
pub const TERMS: usize = MEMORIES.len() + 6;
/// The place of the season among them.
const SEASON: usize = MEMORIES.len() + 1;

/// What topics add to simple forecasts, learnt once at an origin.
#[derive(Clone, Debug)]
pub struct TopicRidges {
    onto_popularity: TopicRidge,
    onto_personal: TopicRidge,
    kept: KeptTerms,
}

/// The terms of questions at one origin.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Whose questions.
    pub trajectories: &'a Trajectories,
    /// The market before the origin.
    pub market: &'a Market,
    /// What followed what before it.
    pub affinity: &'a Affinity,
    /// The topics of the trajectories' rows.
    pub topics: &'a RowTopics,
}

impl Terms<'_> {
    /// Learns what topics add.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn ridges(&self, pasts: &[Past], watch: &Watch) -> Result<TopicRidges, ForecastError> {
        let learn = |strength, simple: &SharesOfUser| {
            TopicRidge::of(strength, self.trajectories, pasts, self.topics, simple, watch)
        };
        let personal = |user, past: &Past, questions: &[Question]| {
            let sums = past.decayed(MEMORIES[PERSONAL.0].0);
            self.personal(&sums, questions, &self.liked(user, past, questions))
        };
        let (onto_popularity, onto_personal) = rayon::join(
            || learn(ONTO_POPULARITY, &|_, _, questions| self.popularity(questions)),
            || learn(ONTO_PERSONAL, &personal),
        );
        let kept = KeptTerms::none(pasts, self.trajectories.origin, TERMS * self.trajectories.interests);
        Ok(TopicRidges { onto_popularity: onto_popularity?, onto_personal: onto_personal?, kept })
    }

    /// The terms of questions to one user, `[questions, TERMS, interests]`.
    pub fn of(&self, ridges: &TopicRidges, user: UserId, past: &Past, questions: &[Question]) -> Vec<f32> {
        let (interests, season) = (self.trajectories.interests, self.trajectories.calendar.length.season());
        let kept = ridges.kept.of(user, past, questions, |standing| self.made(ridges, user, past, standing));
        let Some(mut terms) = kept else { return self.made(ridges, user, past, questions) };
        // Nothing but the season hangs on the period asked for.
        for (question, terms) in questions.iter().zip(terms.chunks_exact_mut(TERMS * interests)) {
            let of_season = self.market.season(question.origin, question.target, season);
            terms[SEASON * interests..(SEASON + 1) * interests].copy_from_slice(&of_season);
        }
        terms
    }

    fn made(&self, ridges: &TopicRidges, user: UserId, past: &Past, questions: &[Question]) -> Vec<f32> {
        let sums = memories(past);
        let liked = self.liked(user, past, questions);
        let personal = self.personal(&sums[PERSONAL.0], questions, &liked);
        let row = self.trajectories.rows(user).start;
        let with = |ridge: &TopicRidge, simple: &[f32]| ridge.expected(self.topics, row, past, questions, simple);
        let onto_popularity = with(&ridges.onto_popularity, &self.popularity(questions));
        let onto_personal = with(&ridges.onto_personal, &personal);
        self.laid_out(&sums, questions, &[&liked, &personal, &onto_popularity, &onto_personal])
    }

    /// Memories, the market's moves, and `shares` of questions, in log-shares relative to popularity.
    fn laid_out(&self, sums: &[Vec<f32>], questions: &[Question], shares: &[&[f32]]) -> Vec<f32> {
        let (interests, season) = (self.trajectories.interests, self.trajectories.calendar.length.season());
        let mut terms = Vec::with_capacity(questions.len() * (MEMORIES.len() + 2 + shares.len()) * interests);
        for (at, question) in questions.iter().enumerate() {
            let popularity = self.market.log_popularity(question.origin);
            for ((_, strength), sums) in MEMORIES.iter().zip(sums) {
                let known = &sums[question.known * interests..(question.known + 1) * interests];
                let total: f32 = known.iter().sum::<f32>() + strength;
                terms.extend(known.iter().zip(popularity).map(|(events, log)| {
                    let share = (events + strength * log.exp()) / total;
                    share.ln() - log
                }));
            }
            terms.extend(self.market.drift(question.origin));
            terms.extend(self.market.season(question.origin, question.target, season));
            for shares in shares {
                let shares = &shares[at * interests..(at + 1) * interests];
                terms.extend(shares.iter().zip(popularity).map(|(share, log)| share.ln() - log));
            }
        }
        terms
    }

    fn popularity(&self, questions: &[Question]) -> Vec<f32> {
        questions.iter().flat_map(|question| self.market.log_popularity(question.origin)).map(|log| log.exp()).collect()
    }

    /// What users like this one turned to.
    fn liked(&self, user: UserId, past: &Past, questions: &[Question]) -> Vec<f32> {
        self.affinity.expected(self.topics, self.trajectories.rows(user).start, past, questions, self.market)
    }

    /// A memory, given by its `sums`, drawn towards what users like this one did.
    fn personal(&self, sums: &[f32], questions: &[Question], liked: &[f32]) -> Vec<f32> {
        let (interests, strength) = (self.trajectories.interests, PERSONAL.1);
        let of = |(question, liked): (&Question, &[f32])| {
            let known = &sums[question.known * interests..(question.known + 1) * interests];
            let total: f32 = known.iter().sum::<f32>() + strength;
            let share = |(events, liked): (&f32, &f32)| (events + strength * liked) / total;
            known.iter().zip(liked).map(share).collect::<Vec<f32>>()
        };
        questions.iter().zip(liked.chunks_exact(interests)).flat_map(of).collect()
    }
}

fn memories(past: &Past) -> Vec<Vec<f32>> {
    MEMORIES.iter().map(|(decay, _)| past.decayed(*decay)).collect()
}
