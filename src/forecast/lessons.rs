//! What the network is asked in training, user by user, dealt into batches.

use std::ops::Range;

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::batch::Asked;
use super::past::{Past, Question};
use crate::calendar::Period;
use crate::events::UserId;

/// How many batches are sorted by length together: enough that little is padded, few enough that batches stay mixed.
const BATCHES_SORTED_TOGETHER: usize = 8;

/// Questions to all users whose answers lie in some periods.
#[derive(Debug)]
pub struct Lessons<'a> {
    pasts: &'a [Past],
    /// Sorted by user.
    questions: Vec<Question>,
    /// Each asked user with the range of their questions.
    users: Vec<(UserId, Range<usize>)>,
    /// Events that the questions ask for, all together.
    pub events: f64,
}

impl<'a> Lessons<'a> {
    /// Everything that can be asked with answers in `targets`, from origins no earlier than `earliest`.
    pub fn of(pasts: &'a [Past], targets: Range<Period>, earliest: Period, horizons: &[usize]) -> Self {
        let (mut questions, mut users, mut events) = (Vec::new(), Vec::new(), 0.0);
        for (user, past) in (0..).map(UserId).zip(pasts) {
            let from = questions.len();
            questions.extend(past.questions(user, targets.clone(), earliest, horizons));
            let asked = questions[from..].iter().filter_map(|question| question.answer);
            events += asked.map(|answer| f64::from(past.totals[answer])).sum::<f64>();
            if from < questions.len() {
                users.push((user, from..questions.len()));
            }
        }
        Self { pasts, questions, users, events }
    }

    /// The periods ahead of `origin`, which nobody has seen: for every user with a past, `horizon` questions.
    pub fn ahead(pasts: &'a [Past], origin: Period, horizon: usize) -> Self {
        let (mut questions, mut users) = (Vec::new(), Vec::new());
        for (user, past) in (0..).map(UserId).zip(pasts) {
            let Some(known) = past.known_before(origin) else { continue };
            let from = questions.len();
            let targets = (0..).map(|step| origin.plus(step)).take(horizon);
            questions.extend(targets.map(|target| Question { user, known, origin, target, answer: None }));
            users.push((user, from..questions.len()));
        }
        Self { pasts, questions, users, events: 0.0 }
    }

    /// What would be asked at each of some past origins: for every user with a past there, each period ahead that lies
    /// before `end`. Of the users every `stride`-th is asked.
    pub fn standing(pasts: &'a [Past], origins: &[Period], end: Period, horizon: usize, stride: usize) -> Self {
        let (mut questions, mut users) = (Vec::new(), Vec::new());
        for (user, past) in (0..).map(UserId).zip(pasts).step_by(stride.max(1)) {
            let from = questions.len();
            for origin in origins {
                let Some(known) = past.known_before(*origin) else { continue };
                let targets = (0..).map(|step| origin.plus(step)).take(horizon).take_while(|target| *target < end);
                questions.extend(targets.map(|target| {
                    let answer = past.periods.binary_search(&target).ok();
                    Question { user, known, origin: *origin, target, answer }
                }));
            }
            if from < questions.len() {
                users.push((user, from..questions.len()));
            }
        }
        Self { pasts, questions, users, events: 0.0 }
    }

    /// The questions of these for which `wanted` holds.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Question) -> bool) -> Self {
        let (mut questions, mut users, mut events) = (Vec::new(), Vec::new(), 0.0);
        for (user, asked) in &self.users {
            let from = questions.len();
            questions.extend(self.questions[asked.clone()].iter().copied().filter(|question| wanted(question)));
            let answers = questions[from..].iter().filter_map(|question| question.answer);
            events += answers.map(|answer| f64::from(self.pasts[user.index()].totals[answer])).sum::<f64>();
            if from < questions.len() {
                users.push((*user, from..questions.len()));
            }
        }
        Self { pasts: self.pasts, questions, users, events }
    }

    /// The questions, sorted by user.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The users that are asked anything, ascending.
    pub fn users(&self) -> Vec<UserId> {
        self.users.iter().map(|(user, _)| *user).collect()
    }

    /// Deals the users into batches of about `size`, in an order that `random` decides; users of like length together.
    /// `length` tells how long a user's sequence is.
    pub fn shuffled(&self, size: usize, length: impl Fn(usize) -> usize, random: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.users.len()).collect();
        order.shuffle(random);
        for near in order.chunks_mut(size * BATCHES_SORTED_TOGETHER) {
            near.sort_by_key(|at| length(*at));
        }
        let mut batches: Vec<Vec<usize>> = order.chunks(size).map(<[usize]>::to_vec).collect();
        batches.shuffle(random);
        batches
    }

    /// Deals the users into batches in their own order, for looking without learning.
    pub fn in_order(&self, size: usize) -> Vec<Vec<usize>> {
        let order: Vec<usize> = (0..self.users.len()).collect();
        order.chunks(size).map(<[usize]>::to_vec).collect()
    }

    /// The users of a batch with all that is asked of them.
    pub fn asked(&self, batch: &[usize]) -> Vec<Asked<'_>> {
        let asked = |at: &usize| {
            let (user, questions) = &self.users[*at];
            let past = &self.pasts[user.index()];
            Asked { user: *user, past, questions: &self.questions[questions.clone()] }
        };
        batch.iter().map(asked).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::lively;
    use rand::SeedableRng as _;

    #[test]
    fn every_user_is_dealt_once() {
        let log = lively(300, 8, 3, 2);
        let pasts: Vec<Past> = (0..300).map(|user| Past::of(&log, UserId(user))).collect();
        let lessons = Lessons::of(&pasts, Period(0)..Period(8), Period(0), &[1]);
        let mut dealt = lessons.shuffled(32, |at| at % 7, &mut ChaCha8Rng::seed_from_u64(1)).concat();
        dealt.sort_unstable();
        assert_eq!(dealt, lessons.in_order(50).concat());
    }
}
