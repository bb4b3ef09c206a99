//! What the network is asked in training, user by user, dealt into batches.

use std::ops::Range;

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use super::activity_questions::{self, ActivityQuestion};
use super::history::{Past, Question};
use crate::calendar::Period;
use crate::events::UserId;

/// How many batches are sorted by length together: enough that little is padded, few enough that batches stay mixed.
const BATCHES_SORTED_TOGETHER: usize = 8;

/// Users of whom only activity is asked are thinned out where they are more than this many times the others.
const MOST_SILENT: usize = 2;

/// To one in so many batches come users of whom only activity is asked: a sequence's steps cost about as much for many
/// users as for few.
const SILENT_EVERY: usize = 4;

/// A user with the ranges of what is asked of them.
#[derive(Clone, Debug)]
struct UserRanges {
    user: UserId,
    shares: Range<usize>,
    activity: Range<usize>,
}

/// One user with what is asked about them.
#[derive(Clone, Debug)]
pub struct UserQuestions<'a> {
    /// Who.
    pub user: UserId,
    /// What is known of them.
    pub past: &'a Past,
    /// Questions about shares.
    pub questions: &'a [Question],
    /// Questions about activity.
    pub activity: &'a [ActivityQuestion],
}

/// Questions to all users whose answers lie in some periods.
#[derive(Debug)]
pub struct Lessons<'a> {
    pasts: &'a [Past],
    /// Sorted by user.
    questions: Vec<Question>,
    /// Sorted by user in two runs, those of `users` and those of `silent`.
    activity: Vec<ActivityQuestion>,
    /// The users that are asked about shares.
    users: Vec<UserRanges>,
    /// Those that are asked about activity alone.
    silent: Vec<UserRanges>,
    /// Events that the questions ask for, by the questions' weights, all together.
    pub events: f64,
    /// Questions about activity, by what they stand for.
    pub chances: f64,
    /// Those of them with activity.
    pub active: f64,
}

impl<'a> Lessons<'a> {
    fn none(pasts: &'a [Past]) -> Self {
        Self {
            pasts,
            questions: Vec::new(),
            activity: Vec::new(),
            users: Vec::new(),
            silent: Vec::new(),
            events: 0.0,
            chances: 0.0,
            active: 0.0,
        }
    }

    /// The same, with questions about activity in `targets` to every user with a past there.
    #[must_use]
    pub fn with_activity(mut self, targets: Range<Period>) -> Self {
        let mut silent = Vec::new();
        let mut lively = self.users.iter_mut().peekable();
        for (user, past) in (0..).map(UserId).zip(self.pasts) {
            let asked = activity_questions::questions(past, user, targets.clone(), true);
            match lively.next_if(|ranges| ranges.user == user) {
                Some(ranges) => {
                    ranges.activity = self.activity.len()..self.activity.len() + asked.len();
                    self.activity.extend(asked);
                }
                None if !asked.is_empty() => silent.push((user, asked)),
                None => {}
            }
        }
        // Whoever is left stands for their likes: the order of users knows nothing of what they did.
        let every = silent.len().div_ceil((MOST_SILENT * self.users.len()).max(1)).max(1);
        for (user, mut asked) in silent.into_iter().step_by(every) {
            asked.iter_mut().for_each(|question| question.weight *= every as f32);
            let from = self.activity.len();
            self.activity.extend(asked);
            self.silent.push(UserRanges { user, shares: 0..0, activity: from..self.activity.len() });
        }
        self.chances = self.activity.iter().map(|question| f64::from(question.weight)).sum();
        self.active = self.activity.iter().filter(|question| question.answer.is_some()).count() as f64;
        self
    }

    /// Questions about the activity of every user with a past in `targets`, and about nothing else; all of them.
    pub fn about_activity(pasts: &'a [Past], targets: Range<Period>) -> Self {
        let mut lessons = Self::none(pasts);
        for (user, past) in (0..).map(UserId).zip(pasts) {
            let from = lessons.activity.len();
            lessons.activity.extend(activity_questions::questions(past, user, targets.clone(), false));
            if from < lessons.activity.len() {
                lessons.silent.push(UserRanges { user, shares: 0..0, activity: from..lessons.activity.len() });
            }
        }
        lessons
    }

    /// The questions about activity.
    pub fn activity(&self) -> &[ActivityQuestion] {
        &self.activity
    }

    /// Deals those asked about activity alone beside `parts` batches of the others: to every few of them, and to the rest
    /// nobody.
    pub fn silent_shuffled(&self, parts: usize, random: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (self.users.len()..self.users.len() + self.silent.len()).collect();
        order.shuffle(random);
        let size = order.len().div_ceil(parts.div_ceil(SILENT_EVERY).max(1)).max(1);
        let mut dealt = order.chunks(size).map(<[usize]>::to_vec);
        let mut of = |part: usize| if part.is_multiple_of(SILENT_EVERY) { dealt.next() } else { None };
        (0..parts).map(|part| of(part).unwrap_or_default()).collect()
    }

    /// The same in their own order, in parts of about `size`.
    pub fn silent_in_order(&self, size: usize) -> Vec<Vec<usize>> {
        let order: Vec<usize> = (self.users.len()..self.users.len() + self.silent.len()).collect();
        order.chunks(size).map(<[usize]>::to_vec).collect()
    }

    /// Everything that can be asked with answers in `targets`, from origins no earlier than `earliest`.
    pub fn of(pasts: &'a [Past], targets: Range<Period>, earliest: Period, horizons: &[usize]) -> Self {
        let (mut questions, mut users, mut events) = (Vec::new(), Vec::new(), 0.0);
        for (user, past) in (0..).map(UserId).zip(pasts) {
            let from = questions.len();
            questions.extend(past.questions(user, targets.clone(), earliest, horizons));
            let weighed = |question: &Question| Some(f64::from(question.weight() * past.totals[question.answer?]));
            events += questions[from..].iter().filter_map(weighed).sum::<f64>();
            if from < questions.len() {
                users.push(UserRanges { user, shares: from..questions.len(), activity: 0..0 });
            }
        }
        Self { pasts, questions, users, events, ..Self::none(pasts) }
    }

    /// The periods ahead of `origin`, which nobody has seen: for every user with a past, `horizon` questions.
    pub fn ahead(pasts: &'a [Past], origin: Period, horizon: usize) -> Self {
        let (mut questions, mut users) = (Vec::new(), Vec::new());
        for (user, past) in (0..).map(UserId).zip(pasts) {
            let Some(known) = past.known_before(origin) else { continue };
            let from = questions.len();
            let targets = (0..).map(|step| origin.plus(step)).take(horizon);
            questions.extend(targets.map(|target| Question { user, known, origin, target, answer: None }));
            users.push(UserRanges { user, shares: from..questions.len(), activity: 0..0 });
        }
        Self { pasts, questions, users, ..Self::none(pasts) }
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
                users.push(UserRanges { user, shares: from..questions.len(), activity: 0..0 });
            }
        }
        Self { pasts, questions, users, ..Self::none(pasts) }
    }

    /// The questions of these for which `wanted` holds.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Question) -> bool) -> Self {
        let (mut questions, mut users, mut events) = (Vec::new(), Vec::new(), 0.0);
        for UserRanges { user, shares, .. } in &self.users {
            let from = questions.len();
            questions.extend(self.questions[shares.clone()].iter().copied().filter(|question| wanted(question)));
            let answers = questions[from..].iter().filter_map(|question| question.answer);
            events += answers.map(|answer| f64::from(self.pasts[user.index()].totals[answer])).sum::<f64>();
            if from < questions.len() {
                users.push(UserRanges { user: *user, shares: from..questions.len(), activity: 0..0 });
            }
        }
        Self { questions, users, events, ..Self::none(self.pasts) }
    }

    /// The questions, sorted by user.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The users that are asked anything, ascending.
    pub fn users(&self) -> Vec<UserId> {
        self.users.iter().map(|ranges| ranges.user).collect()
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
    pub fn asked(&self, batch: &[usize]) -> Vec<UserQuestions<'_>> {
        let asked = |at: &usize| {
            // Those asked about activity alone are numbered behind the others.
            let ranges = self.users.get(*at).unwrap_or_else(|| &self.silent[*at - self.users.len()]);
            UserQuestions {
                user: ranges.user,
                past: &self.pasts[ranges.user.index()],
                questions: &self.questions[ranges.shares.clone()],
                activity: &self.activity[ranges.activity.clone()],
            }
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
