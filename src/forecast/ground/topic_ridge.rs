//! What a user's topics say about the next shares beyond a simple forecast: ridge regression, solved in closed form.
//!
//! The regression goes from a user's decayed past by topic, as shares of it, to what the next active period's shares
//! differ by from the simple forecast (Hoerl and Kennard, *Ridge Regression*, Technometrics 12(1), 1970). It is solved
//! anew as the periods pass, each time on nothing but the periods before, so that its answers to past questions are as
//! honest as those to come and can be learnt from.

use std::ops::Range;

use rayon::prelude::*;

use super::normal_equations::NormalEquations;
use crate::calendar::Period;
use crate::events::UserId;
use crate::forecast::ForecastError;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::memory::{Memory, decay_of};
use crate::interests::{RowTopics, Trajectories};
use crate::observe::{Cancelled, Watch};

/// Events by which a small past is drawn towards knowing nothing.
const PAST_EVENTS: f32 = 5.0;
/// A period of n events counts n / (n + this).
const PERIOD_EVENTS: f32 = 2.0;
/// No share falls below this part of the simple forecast's.
const LEAST: f32 = 0.15;
/// Users after whom it is looked whether somebody asked to stop.
const AT_ONCE: usize = 256;
/// Times at most that the regression is solved, the last of them at the origin.
const MOST_FITS: i32 = 60;
/// Pairs of a past and what followed at most; of more users a part teaches.
const MOST_PAIRS: usize = 200_000;

/// Shares of a simple forecast for questions to one user, questions × interests.
pub type SharesOfUser<'a> = dyn Fn(UserId, &Past, &[Question]) -> Vec<f32> + Sync + 'a;

/// How a regression forgets and how strongly it is held back.
#[derive(Clone, Copy, Debug)]
pub struct Strength {
    /// What a past keeps over a month.
    pub decay_of_a_month: f64,
    /// What is added to the diagonal of the normal equations.
    pub lambda: f64,
}

/// The regression as it stood at every origin.
#[derive(Clone, Debug)]
pub struct TopicRidge {
    interests: usize,
    decay: f32,
    fits: Vec<Fit>,
}

/// A solution.
#[derive(Clone, Debug)]
struct Fit {
    /// The first origin it may be asked at.
    from: Period,
    /// Topics × interests.
    weights: Vec<f32>,
    /// What the mean past is answered with, to be taken off.
    mean: Vec<f32>,
}

/// One past with what followed it.
struct Pair {
    period: Period,
    /// Its topics among all pairs' topics.
    topics: Range<usize>,
    weight: f32,
    /// Where its differences begin.
    answer: usize,
}

/// Pairs of pasts and what followed, by the period in which it followed.
#[derive(Default)]
struct Pairs {
    pairs: Vec<Pair>,
    topics: Vec<(u16, f32)>,
    answers: Vec<f32>,
}

impl TopicRidge {
    /// Learns from everybody. `simple` answers the simple forecast's shares for questions to one user, questions ×
    /// interests.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn of(
        strength: Strength,
        trajectories: &Trajectories,
        pasts: &[Past],
        topics: &RowTopics,
        simple: &SharesOfUser,
        watch: &Watch,
    ) -> Result<Self, ForecastError> {
        let interests = trajectories.interests;
        let decay = decay_of(trajectories.calendar, strength.decay_of_a_month);
        let mut built = Self { interests, decay, fits: Vec::new() };
        if topics.count == 0 {
            return Ok(built);
        }
        let mut pairs = Pairs::default();
        let all: usize = pasts.iter().map(|past| past.len().saturating_sub(1)).sum();
        let stride = all.div_ceil(MOST_PAIRS).max(1);
        let users: Vec<UserId> = (0..pasts.len() as u32).step_by(stride).map(UserId).collect();
        let parts: Result<Vec<Pairs>, Cancelled> = users
            .par_chunks(AT_ONCE)
            .map(|users| {
                watch.check()?;
                let mut part = Pairs::default();
                for user in users {
                    let (row, past) = (trajectories.rows(*user).start, &pasts[user.index()]);
                    part.add(row, past, topics, decay, &simple(*user, past, &followed(*user, past)));
                }
                Ok(part)
            })
            .collect();
        parts?.into_iter().for_each(|part| pairs.append(part));
        pairs.pairs.sort_by_key(|pair| pair.period);

        let (first, origin) = (trajectories.first, trajectories.origin);
        let stride = (origin.since(first) / MOST_FITS).max(1);
        let mut equations = NormalEquations::none(topics.count, interests);
        let mut left = pairs.pairs.iter().peekable();
        for back in (0..origin.since(first)).rev().filter(|back| back % stride == 0) {
            watch.check()?;
            let from = origin.plus(-back);
            while let Some(pair) = left.next_if(|pair| pair.period < from) {
                let past = &pairs.topics[pair.topics.clone()];
                equations.add(past, &pairs.answers[pair.answer..pair.answer + interests], pair.weight);
            }
            if equations.weight > 0.0 {
                let (weights, mean) = equations.solved(strength.lambda)?;
                built.fits.push(Fit { from, weights, mean });
            }
        }
        Ok(built)
    }

    /// Shares for questions to a user whose rows begin at `row`, questions × interests: those of the `simple` forecast,
    /// given the same way, with what the topics add. Nothing at or after a question's origin is looked at.
    pub fn expected(
        &self,
        topics: &RowTopics,
        row: usize,
        past: &Past,
        questions: &[Question],
        simple: &[f32],
    ) -> Vec<f32> {
        let mut shares = simple.to_vec();
        let last = questions.iter().map(|question| question.known).max();
        let (Some(last), false) = (last, self.fits.is_empty()) else { return shares };
        walk(topics, row, past, self.decay, last, |step, memory| {
            let standing = questions.iter().zip(shares.chunks_exact_mut(self.interests));
            for (question, shares) in standing.filter(|(question, _)| question.known == step) {
                let known = self.fits.partition_point(|fit| fit.from <= question.origin);
                let Some(fit) = known.checked_sub(1).map(|at| &self.fits[at]) else { continue };
                let mut moves: Vec<f32> = fit.mean.iter().map(|mean| -mean).collect();
                for (topic, part) in parts(memory) {
                    let weights = &fit.weights[topic * self.interests..];
                    moves.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += part * weight);
                }
                shares.iter_mut().zip(moves).for_each(|(share, add)| *share = (*share + add).max(LEAST * *share));
                let sum: f32 = shares.iter().sum();
                shares.iter_mut().for_each(|share| *share /= sum);
            }
        });
        shares
    }
}

/// Questions about each active period from all that came before it.
fn followed(user: UserId, past: &Past) -> Vec<Question> {
    let of = |step: usize| {
        let target = past.periods[step];
        Question { user, known: step - 1, origin: target, target, answer: Some(step) }
    };
    (1..past.len()).map(of).collect()
}

/// Shows the memory after each active period up to `last`.
fn walk(topics: &RowTopics, row: usize, past: &Past, decay: f32, last: usize, mut look: impl FnMut(usize, &Memory)) {
    let mut memory = Memory::of(topics, decay);
    for step in 0..=last.min(past.len().saturating_sub(1)) {
        if step > 0 {
            memory.pass(past.periods[step].since(past.periods[step - 1]));
        }
        memory.take(topics, row + step);
        look(step, &memory);
    }
}

/// What part of a past each of its topics is.
fn parts(memory: &Memory) -> impl Iterator<Item = (usize, f32)> {
    let all = memory.total + PAST_EVENTS;
    memory.topics().map(move |(topic, events)| (topic, events / all))
}

impl Pairs {
    /// Adds those of further users.
    fn append(&mut self, other: Self) {
        let (topics, answers) = (self.topics.len(), self.answers.len());
        let moved = |pair: Pair| Pair {
            topics: pair.topics.start + topics..pair.topics.end + topics,
            answer: pair.answer + answers,
            ..pair
        };
        self.pairs.extend(other.pairs.into_iter().map(moved));
        self.topics.extend(other.topics);
        self.answers.extend(other.answers);
    }

    /// Adds what followed each of a user's pasts, beside the simple forecast's shares of it.
    fn add(&mut self, row: usize, past: &Past, topics: &RowTopics, decay: f32, simple: &[f32]) {
        let Some(last) = past.len().checked_sub(2) else { return };
        let interests = simple.len() / (last + 1);
        walk(topics, row, past, decay, last, |step, memory| {
            let from = self.topics.len();
            self.topics.extend(parts(memory).map(|(topic, part)| (topic as u16, part)));
            let events = past.totals[step + 1];
            self.pairs.push(Pair {
                period: past.periods[step + 1],
                topics: from..self.topics.len(),
                weight: events / (events + PERIOD_EVENTS),
                answer: self.answers.len(),
            });
            let simple = &simple[step * interests..(step + 1) * interests];
            let observed = past.counts(step + 1).iter().map(|count| count / events.max(1e-6));
            self.answers.extend(observed.zip(simple).map(|(observed, simple)| observed - simple));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::past::market::Market;
    use crate::forecast::testing::trajectories;

    const STRENGTH: Strength = Strength { decay_of_a_month: 0.9, lambda: 1.0 };

    /// Users who did something of topic 0 turn to interest 1, those of topic 1 stay with interest 0.
    fn log() -> (Trajectories, RowTopics) {
        let turned: &[(i32, &[u32])] = &[(0, &[9, 0]), (1, &[0, 9]), (2, &[0, 9])];
        let stayed: &[(i32, &[u32])] = &[(0, &[9, 0]), (1, &[9, 0]), (2, &[9, 0])];
        let users: Vec<_> = (0..40).map(|user| if user % 2 == 0 { turned } else { stayed }).collect();
        (trajectories(2, &users), RowTopics::of_rows(2, (0..120).map(|row| vec![(row / 3 % 2) as u16; 9])))
    }

    fn popularity<'a>(market: &'a Market) -> impl Fn(UserId, &Past, &[Question]) -> Vec<f32> + 'a {
        |_, _, questions| {
            questions.iter().flat_map(|asked| market.log_popularity(asked.origin)).map(|log| log.exp()).collect()
        }
    }

    fn asked(log: &Trajectories, topics: &RowTopics, user: u32, origin: i32) -> (Vec<f32>, Vec<f32>) {
        let pasts: Vec<Past> = (0..40).map(|user| Past::of(log, UserId(user))).collect();
        let market = Market::of(log);
        let simple = popularity(&market);
        let ridge = TopicRidge::of(STRENGTH, log, &pasts, topics, &simple, &Watch::silent()).unwrap();
        let (target, past) = (Period(origin), &pasts[user as usize]);
        let question =
            [Question { user: UserId(user), known: origin as usize - 1, origin: target, target, answer: None }];
        let simple = simple(UserId(user), past, &question);
        (ridge.expected(topics, log.rows(UserId(user)).start, past, &question, &simple), simple)
    }

    #[test]
    fn topics_tell_apart_whom_the_simple_forecast_does_not() {
        let (log, topics) = log();
        let ((turned, simple), (stayed, _)) = (asked(&log, &topics, 0, 2), asked(&log, &topics, 1, 2));
        assert!(turned[1] > simple[1] + 0.15 && stayed[0] > simple[0] + 0.1, "{turned:?} {stayed:?} {simple:?}");
        assert!((turned.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn before_anything_followed_the_simple_forecast_stands() {
        let (log, topics) = log();
        let (expected, simple) = asked(&log, &topics, 0, 1);
        assert_eq!(expected, simple);
        let (expected, simple) = asked(&log, &RowTopics::default(), 0, 2);
        assert_eq!(expected, simple, "no topics, nothing to add");
    }

    #[test]
    fn what_comes_at_and_after_an_origin_changes_nothing() {
        let (log, topics) = log();
        let mut other = log.clone();
        for row in (2..120).step_by(3) {
            other.interest[row] = 1 - other.interest[row];
        }
        assert_ne!(log, other);
        assert_eq!(asked(&log, &topics, 0, 2), asked(&other, &topics, 0, 2));
    }
}
