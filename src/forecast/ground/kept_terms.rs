//! Terms that were worked out once for a user at every origin, for all who ask again.
//!
//! Every network of every role, the pool and the cohorts ask about the same users at the same origins.

use std::sync::OnceLock;

use crate::calendar::Period;
use crate::events::UserId;
use crate::forecast::past::history::{Past, Question};

/// Numbers that are kept at most; of a log with more none are, and terms are worked out whenever they are asked for.
const MOST_NUMBERS: usize = 60_000_000;

/// What is kept, user by user: for each origin after the user's first active period, a block of numbers.
#[derive(Clone, Debug)]
pub struct KeptTerms {
    /// Numbers of an origin.
    width: usize,
    /// The last origin.
    origin: Period,
    users: Vec<OnceLock<Box<[f32]>>>,
}

impl KeptTerms {
    /// Nothing yet: for users with these pasts, `width` numbers for each origin up to `origin`.
    pub fn none(pasts: &[Past], origin: Period, width: usize) -> Self {
        let origins = pasts.iter().map(|past| origins(past, origin).len()).sum::<usize>();
        let users = if origins.saturating_mul(width) <= MOST_NUMBERS { pasts.len() } else { 0 };
        Self { width, origin, users: vec![OnceLock::new(); users] }
    }

    /// The numbers of a user's questions, one block after the other; `make` works them out for questions about the very
    /// period that begins at their origin. None where nothing is kept, or a question does not know all that lies before
    /// its origin.
    pub fn of(
        &self,
        user: UserId,
        past: &Past,
        questions: &[Question],
        make: impl FnOnce(&[Question]) -> Vec<f32>,
    ) -> Option<Vec<f32>> {
        let place = self.users.get(user.index())?;
        let first = past.periods.first()?.plus(1);
        let known = |question: &Question| {
            question.origin <= self.origin && past.known_before(question.origin) == Some(question.known)
        };
        if !questions.iter().all(known) {
            return None;
        }
        let kept = place.get_or_init(|| {
            let at = |origin: Period| {
                Some(Question { user, known: past.known_before(origin)?, origin, target: origin, answer: None })
            };
            make(&origins(past, self.origin).filter_map(|step| at(first.plus(step as i32))).collect::<Vec<_>>()).into()
        });
        let mut numbers = Vec::with_capacity(questions.len() * self.width);
        for question in questions {
            let at = usize::try_from(question.origin.since(first)).ok()? * self.width;
            numbers.extend_from_slice(kept.get(at..at + self.width)?);
        }
        Some(numbers)
    }
}

/// The origins at which a user has a past, counted from the first.
fn origins(past: &Past, origin: Period) -> std::ops::Range<usize> {
    0..past.periods.first().map_or(0, |first| usize::try_from(origin.since(*first)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;

    /// Numbers that tell the questions apart.
    fn numbers(questions: &[Question]) -> Vec<f32> {
        questions.iter().flat_map(|question| [question.origin.0 as f32, question.known as f32]).collect()
    }

    #[test]
    fn whoever_asks_again_is_answered_from_what_is_kept() {
        let log = trajectories(2, &[&[(2, &[4, 0]), (5, &[0, 2])]]);
        let pasts = [Past::of(&log, UserId(0))];
        let kept = KeptTerms::none(&pasts, Period(6), 2);
        let asked = |origin: i32, ahead: i32| {
            let origin = Period(origin);
            let known = pasts[0].known_before(origin).unwrap();
            Question { user: UserId(0), known, origin, target: origin.plus(ahead), answer: None }
        };
        let questions = [asked(3, 0), asked(6, 0), asked(4, 2)];
        assert_eq!(kept.of(UserId(0), &pasts[0], &questions, numbers), Some(numbers(&questions)));
        let again = kept.of(UserId(0), &pasts[0], &questions[1..], |_| panic!("worked out twice"));
        assert_eq!(again, Some(numbers(&questions[1..])));
    }

    #[test]
    fn what_cannot_be_kept_is_left_to_whoever_asks() {
        let log = trajectories(2, &[&[(2, &[4, 0]), (5, &[0, 2])]]);
        let pasts = [Past::of(&log, UserId(0))];
        let question = |known, origin| Question { user: UserId(0), known, origin, target: origin, answer: None };
        let kept = KeptTerms::none(&pasts, Period(6), 2);
        assert_eq!(
            kept.of(UserId(0), &pasts[0], &[question(0, Period(6))], numbers),
            None,
            "it knows less than there is"
        );
        assert_eq!(kept.of(UserId(0), &pasts[0], &[question(1, Period(9))], numbers), None, "it lies ahead");
        let wide = KeptTerms::none(&pasts, Period(6), MOST_NUMBERS);
        assert_eq!(wide.of(UserId(0), &pasts[0], &[question(1, Period(6))], numbers), None, "it would be too much");
    }
}
