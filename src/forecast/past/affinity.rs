//! What users like this one went on to do: expected shares read off the topics of a user's past.
//!
//! For every topic it is counted which interests its users turned to in their next periods. A user of whom little is
//! known is then drawn towards what followed the few things they did, instead of towards everybody: a first-order
//! Markov model from topics to interests, averaged over a decayed past (Rendle et al., *Factorizing Personalized Markov
//! Chains for Next-Basket Recommendation*, 2010, without the factors: topics are few enough to be counted).

use super::history::{Past, Question};
use super::market::{Market, active_periods};
use super::memory::{Memory, decay_of};
use crate::calendar::Period;
use crate::events::UserId;
use crate::interests::{RowTopics, Trajectories};
use crate::observe::{Cancelled, Watch};

/// What a past loses in a year's twelfth.
const DECAY_OF_A_MONTH: f64 = 0.9;
/// Events by which what followed a topic is drawn towards popularity.
const TOPIC_EVENTS: f32 = 20.0;
/// Users after whom it is looked whether somebody asked to stop.
const AT_ONCE: usize = 256;
/// Events by which a user's expectation is drawn towards popularity.
const USER_EVENTS: f32 = 1.0;

/// What followed each topic, as it was known at the beginning of every period.
#[derive(Clone, Debug)]
pub struct Affinity {
    topics: usize,
    interests: usize,
    /// The whole periods with events, ascending: only they change what is known.
    active: Vec<Period>,
    decay: f32,
    /// Expected shares after a topic before each active period, and last after all: (active periods + 1) × topics ×
    /// interests.
    followed: Vec<f32>,
}

impl Affinity {
    /// Counts what followed what in the users' pasts, period by period. `topics` are those of the trajectories' rows.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop, at the latest after [`AT_ONCE`] users.
    pub fn of(
        trajectories: &Trajectories,
        pasts: &[Past],
        topics: &RowTopics,
        market: &Market,
        watch: &Watch,
    ) -> Result<Self, Cancelled> {
        let (active, interests) = (active_periods(trajectories), trajectories.interests);
        let (width, decay) = (topics.count * interests, decay_of(trajectories.calendar, DECAY_OF_A_MONTH));
        // First what followed a topic within each period, by interest, one place further on than the period; then, in
        // its stead, what is expected after it.
        let mut followed = vec![0.0_f32; (active.len() + 1) * width];
        for (user, past) in (0..).map(UserId).zip(pasts) {
            if user.index().is_multiple_of(AT_ONCE) {
                watch.check()?;
            }
            let rows = trajectories.rows(user);
            let mut memory = Memory::of(topics, decay);
            for step in 0..past.len() {
                if step > 0 {
                    memory.pass(past.periods[step].since(past.periods[step - 1]));
                    // A period and a past say more with more events, but not in proportion: events come in baskets.
                    let scale = 1.0 / (past.totals[step].max(1.0) * memory.total.max(1.0)).sqrt();
                    if let Ok(at) = active.binary_search(&past.periods[step]) {
                        add_to(&memory, &mut followed[(at + 1) * width..(at + 2) * width], past.counts(step), scale);
                    }
                }
                memory.take(topics, rows.start + step);
            }
        }
        let mut sums = vec![0.0_f32; width];
        // A log without topics has nothing to be chunked.
        for (at, known) in followed.chunks_exact_mut(width.max(1)).enumerate() {
            watch.check()?;
            let origin = at.checked_sub(1).map_or(trajectories.first, |before| active[before].plus(1));
            let popularity = market.log_popularity(origin);
            sums.iter_mut().zip(known.iter()).for_each(|(sum, new)| *sum += new);
            for (of_topic, known) in sums.chunks_exact(interests).zip(known.chunks_exact_mut(interests)) {
                let all: f32 = of_topic.iter().sum::<f32>() + TOPIC_EVENTS;
                let expected = |(events, log): (&f32, &f32)| (events + TOPIC_EVENTS * log.exp()) / all;
                known.iter_mut().zip(of_topic.iter().zip(popularity).map(expected)).for_each(|(old, new)| *old = new);
            }
        }
        Ok(Self { topics: topics.count, interests, active, decay, followed })
    }

    /// Expected shares for questions to a user whose rows begin at `row`, by question; from nothing but what came
    /// before each one's origin.
    pub fn expected(
        &self,
        topics: &RowTopics,
        row: usize,
        past: &Past,
        questions: &[Question],
        market: &Market,
    ) -> Vec<f32> {
        let mut expected = vec![0.0; questions.len() * self.interests];
        let last = questions.iter().map(|question| question.known).max();
        let mut memory = Memory::of(topics, self.decay);
        for step in 0..=last.unwrap_or(0).min(past.len().saturating_sub(1)) {
            if step > 0 {
                memory.pass(past.periods[step].since(past.periods[step - 1]));
            }
            memory.take(topics, row + step);
            let standing = questions.iter().zip(expected.chunks_exact_mut(self.interests));
            for (question, shares) in standing.filter(|(question, _)| question.known == step) {
                let fade = self.decay.powi(question.origin.since(past.periods[step]) - 1);
                let events = memory.total * fade;
                mean(&memory, self.at(question.origin), shares, fade);
                let popularity = market.log_popularity(question.origin);
                for (share, log) in shares.iter_mut().zip(popularity) {
                    *share = (*share + USER_EVENTS * log.exp()) / (events + USER_EVENTS);
                }
            }
        }
        expected
    }

    fn at(&self, origin: Period) -> &[f32] {
        let width = self.topics * self.interests;
        let at = self.active.partition_point(|period| *period < origin);
        &self.followed[at * width..(at + 1) * width]
    }
}

/// Adds `counts` behind every topic of the past, by its events.
fn add_to(memory: &Memory, seen: &mut [f32], counts: &[f32], scale: f32) {
    for (topic, events) in memory.topics() {
        let weight = events * scale;
        seen[topic * counts.len()..].iter_mut().zip(counts).for_each(|(seen, events)| *seen += weight * events);
    }
}

/// Adds to `shares` what followed every topic of the past, by its events.
fn mean(memory: &Memory, followed: &[f32], shares: &mut [f32], fade: f32) {
    for (topic, events) in memory.topics() {
        let weight = events * fade;
        let of_topic = &followed[topic * shares.len()..];
        shares.iter_mut().zip(of_topic).for_each(|(share, expected)| *share += weight * expected);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;
    use crate::observe::{CancelToken, Silent};
    use std::sync::Arc;

    /// Users who did something of topic 0 turn to interest 1, those of topic 1 stay with interest 0.
    fn log() -> (Trajectories, RowTopics) {
        let turned: &[(i32, &[u32])] = &[(0, &[9, 0]), (1, &[0, 9]), (2, &[0, 9])];
        let stayed: &[(i32, &[u32])] = &[(0, &[9, 0]), (1, &[9, 0]), (2, &[9, 0])];
        let users: Vec<_> = (0..20).map(|user| if user % 2 == 0 { turned } else { stayed }).collect();
        let topics = RowTopics::of_rows(2, (0..60).map(|row| vec![(row / 3 % 2) as u16; 9]));
        (trajectories(2, &users), topics)
    }

    fn asked(origin: i32, known: usize) -> Question {
        Question { user: UserId(0), known, origin: Period(origin), target: Period(origin), answer: None }
    }

    #[test]
    fn a_user_is_expected_to_do_what_users_like_them_did() {
        let (log, topics) = log();
        let pasts: Vec<Past> = (0..20).map(|user| Past::of(&log, UserId(user))).collect();
        let market = Market::of(&log);
        let affinity = Affinity::of(&log, &pasts, &topics, &market, &Watch::silent()).unwrap();
        let expected = |user: usize, question| affinity.expected(&topics, 3 * user, &pasts[user], &[question], &market);
        let (turned, stayed) = (expected(0, asked(2, 0)), expected(1, asked(2, 0)));
        assert!(turned[1] > 0.6 && stayed[0] > 0.75, "{turned:?} {stayed:?}");
        assert!((turned[0] + turned[1] - 1.0).abs() < 1e-5);
        let before = expected(0, asked(1, 0));
        assert!((before[0] - stayed_popularity(&market)).abs() < 1e-3, "nothing had followed anything: {before:?}");
    }

    fn stayed_popularity(market: &Market) -> f32 {
        market.log_popularity(Period(1))[0].exp()
    }

    #[test]
    fn what_comes_at_and_after_an_origin_changes_nothing() {
        let (log, topics) = log();
        let answer = |log: &Trajectories| {
            let pasts: Vec<Past> = (0..20).map(|user| Past::of(log, UserId(user))).collect();
            let market = Market::of(log);
            let affinity = Affinity::of(log, &pasts, &topics, &market, &Watch::silent()).unwrap();
            affinity.expected(&topics, 0, &pasts[0], &[asked(2, 1)], &market)
        };
        let mut other = log.clone();
        for row in (2..60).step_by(3) {
            other.events[row] = 50;
            other.interest[row] = 0;
        }
        assert_ne!(log, other);
        assert_eq!(answer(&log), answer(&other));
    }

    #[test]
    fn a_wish_to_stop_is_heard_within_some_users_and_between_periods() {
        let (log, topics) = log();
        let pasts: Vec<Past> = (0..20).map(|user| Past::of(&log, UserId(user))).collect();
        let market = Market::of(&log);
        let counted = |pasts: &[Past], token: CancelToken| {
            let watch = Watch::new(Arc::new(Silent), token);
            let done = Affinity::of(&log, pasts, &topics, &market, &watch).map(drop);
            (done, watch.cancel_token().looks())
        };
        let (done, looks) = counted(&pasts, CancelToken::new());
        assert_eq!((done, looks), (Ok(()), 1 + 4), "once for the users, and at the beginning of each of three periods");
        for stop in 1..=looks {
            assert_eq!(counted(&pasts, CancelToken::at_look(stop)), (Err(Cancelled), stop));
        }
    }

    #[test]
    fn without_topics_everybody_is_expected_to_follow_the_market() {
        let (log, _) = log();
        let pasts = [Past::of(&log, UserId(0))];
        let (none, market) = (RowTopics::default(), Market::of(&log));
        let affinity = Affinity::of(&log, &pasts, &none, &market, &Watch::silent()).unwrap();
        let expected = affinity.expected(&none, 0, &pasts[0], &[asked(2, 0)], &market);
        assert!((expected[0] - market.log_popularity(Period(2))[0].exp()).abs() < 1e-6);
    }
}
