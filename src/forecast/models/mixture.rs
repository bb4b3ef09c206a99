//! Several models' answers as one: weights learnt on past origins, the plain mean, and a vote.

use super::answers::Answers;
use super::model::Known;
use crate::forecast::kind::ModelKind;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::tally::leading;

/// Fewest events on which weights of a horizon are learnt; with fewer those of the next period are taken.
const FEWEST_EVENTS: f64 = 500.0;

/// Rounds of expectation and maximisation; the weights hardly move after.
const ROUNDS: usize = 300;
/// Events that speak for the fallback before anything was seen, so that a small past does not choose by chance.
const PRIOR_EVENTS: f64 = 30.0;

/// One observed event kind: the shares that the models gave it, and how often it was seen.
struct Seen {
    shares: Vec<f64>,
    events: f64,
}

/// Weights of models, at least 0 and together 1, under which what was observed is likeliest, by expectation and
/// maximisation. Only questions for which `counted` holds are looked at. The likelihood is concave in the weights, so
/// there is one best point, and it may give everything to one model; `fallback` is the one that a few events speak for
/// beforehand.
pub fn weights(
    answers: &[&[f32]],
    pasts: &[Past],
    questions: &[Question],
    fallback: usize,
    counted: impl Fn(&Question) -> bool,
) -> Vec<f64> {
    let mut seen = Vec::new();
    let interests = questions.iter().find_map(|asked| Some(pasts[asked.user.index()].counts(asked.answer?).len()));
    for (at, question) in questions.iter().enumerate().filter(|(_, question)| counted(question)) {
        let Some((answer, interests)) = question.answer.zip(interests) else { continue };
        let counts = pasts[question.user.index()].counts(answer);
        for (interest, events) in counts.iter().enumerate().filter(|(_, events)| **events > 0.0) {
            let shares = answers.iter().map(|model| f64::from(model[at * interests + interest].max(1e-9))).collect();
            seen.push(Seen { shares, events: f64::from(*events) });
        }
    }
    let mut weights = vec![1.0 / answers.len() as f64; answers.len()];
    let all: f64 = seen.iter().map(|seen| seen.events).sum::<f64>() + PRIOR_EVENTS;
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; weights.len()];
        next[fallback] = PRIOR_EVENTS / all;
        for Seen { shares, events } in &seen {
            let mixed: f64 = shares.iter().zip(&weights).map(|(share, weight)| share * weight).sum();
            for ((next, share), weight) in next.iter_mut().zip(shares).zip(&weights) {
                *next += events / all * share * weight / mixed;
            }
        }
        weights = next;
    }
    weights
}

/// The weighted mean of answers; `weight` tells a model's weight for a question's number.
pub fn mixed(answers: &[&[f32]], interests: usize, weight: impl Fn(usize, usize) -> f64) -> Vec<f32> {
    let cells = answers.first().map_or(0, |first| first.len());
    let share = |cell: usize| {
        let of_model = |(model, answers): (usize, &&[f32])| weight(model, cell / interests) * f64::from(answers[cell]);
        answers.iter().enumerate().map(of_model).sum::<f64>() as f32
    };
    (0..cells).map(share).collect()
}

/// For each question the mean of those models that agree with most on the leading interest; of several interests with
/// as many votes the first.
pub fn vote(answers: &[&[f32]], interests: usize) -> Vec<f32> {
    let questions = answers.first().map_or(0, |first| first.len() / interests);
    let mut voted = Vec::with_capacity(questions * interests);
    for at in (0..questions).map(|at| at * interests..(at + 1) * interests) {
        let led: Vec<Option<usize>> = answers.iter().map(|model| leading(&model[at.clone()])).collect();
        let votes = |interest: usize| led.iter().filter(|led| **led == Some(interest)).count();
        let winner = (0..interests).rev().max_by_key(|interest| votes(*interest)).unwrap_or(0);
        let agreeing: Vec<&[f32]> = answers
            .iter()
            .zip(&led)
            .filter(|(_, led)| **led == Some(winner))
            .map(|(model, _)| &model[at.clone()])
            .collect();
        let mean = |interest| agreeing.iter().map(|shares| shares[interest]).sum::<f32>() / agreeing.len() as f32;
        voted.extend((0..interests).map(mean));
    }
    voted
}

/// How a model is made of others.
#[derive(Clone, Debug)]
pub enum Mixture {
    /// By their votes.
    Vote,
    /// All alike.
    Average,
    /// By weights learnt on practice, horizon by horizon: for users with even numbers from those with odd ones, the
    /// other way round, and from all.
    Weighed([Vec<Vec<f64>>; 3]),
}

impl Mixture {
    /// What a kind of mixture learns from the models' answers to the practice questions.
    pub fn learnt(kind: ModelKind, known: &Known, models: &[Answers], practice: &[Question]) -> Self {
        match kind {
            ModelKind::Vote => return Self::Vote,
            ModelKind::Average => return Self::Average,
            _ => {}
        }
        let practised: Vec<&[f32]> = models.iter().map(|answers| &*answers.practice).collect();
        let losses: Vec<f64> = models
            .iter()
            .map(|answers| Some(answers.validation.nll()).filter(|nll| answers.kind.is_simple() && nll.is_finite()))
            .map(|nll| nll.unwrap_or(f64::INFINITY))
            .collect();
        let fallback = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap_or(0);
        let learn = |half: Option<u32>| {
            let of = |horizon: usize| {
                let counted = |question: &Question| {
                    question.horizon() == horizon
                        && question.target >= known.split.validation
                        && half.is_none_or(|half| question.user.0 % 2 == half)
                };
                let seen = practice.iter().filter(|question| counted(question)).filter_map(|question| {
                    Some(f64::from(known.pasts[question.user.index()].totals[question.answer?]))
                });
                (seen.sum::<f64>() >= FEWEST_EVENTS)
                    .then(|| weights(&practised, &known.pasts, practice, fallback, counted))
            };
            let next =
                of(1).unwrap_or_else(|| (0..models.len()).map(|at| if at == fallback { 1.0 } else { 0.0 }).collect());
            let later = (2..=known.config.horizon).map(|horizon| of(horizon).unwrap_or_else(|| next.clone()));
            let mut by_horizon = vec![next.clone()];
            by_horizon.extend(later);
            by_horizon
        };
        Self::Weighed([learn(Some(1)), learn(Some(0)), learn(None)])
    }

    /// The mixture of answers to questions from before the origin. What was learnt from practice was learnt from the
    /// other half of the users.
    pub fn practised(&self, answers: &[&[f32]], questions: &[Question], interests: usize) -> Vec<f32> {
        match self {
            Self::Weighed([even, odd, _]) => mixed(answers, interests, |model, at| {
                let question = &questions[at];
                let of = if question.user.0.is_multiple_of(2) { even } else { odd };
                of[question.horizon() - 1][model]
            }),
            _ => self.forecast(answers, questions, interests),
        }
    }

    /// The mixture of answers to questions ahead.
    pub fn forecast(&self, answers: &[&[f32]], questions: &[Question], interests: usize) -> Vec<f32> {
        match self {
            Self::Vote => vote(answers, interests),
            Self::Average => mixed(answers, interests, |_, _| 1.0 / answers.len() as f64),
            Self::Weighed([.., all]) => mixed(answers, interests, |model, at| all[questions[at].horizon() - 1][model]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::events::UserId;
    use crate::forecast::testing::trajectories;

    fn asked(users: u32) -> Vec<Question> {
        let (origin, target) = (Period(1), Period(1));
        (0..users).map(|user| Question { user: UserId(user), known: 0, origin, target, answer: Some(1) }).collect()
    }

    fn pasts(observed: [u32; 2], users: usize) -> Vec<Past> {
        let log = [(0, &[1_u32, 1] as &[u32]), (1, &observed)];
        let log = trajectories(2, &vec![&log[..]; users]);
        (0..users as u32).map(|user| Past::of(&log, UserId(user))).collect()
    }

    #[test]
    fn all_the_weight_can_go_to_the_simple_forecast() {
        let (good, bad) = ([0.75, 0.25].repeat(50), [0.2, 0.8].repeat(50));
        let learnt = weights(&[&bad, &good], &pasts([30, 10], 50), &asked(50), 1, |_| true);
        assert!(learnt[1] > 0.99, "{learnt:?}");
        let mixed = mixed(&[&bad, &good], 2, |model, _| learnt[model]);
        assert!((mixed[0] - 0.75).abs() < 0.01 && (mixed[0] + mixed[1] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn models_that_err_apart_share_the_weight() {
        let (low, high) = ([0.6, 0.4].repeat(50), [0.9, 0.1].repeat(50));
        let learnt = weights(&[&low, &high], &pasts([30, 10], 50), &asked(50), 0, |_| true);
        // Of 2000 events three in four fell to the first interest. The 30 that speak for the fallback beforehand draw the
        // best point of the likelihood from 0.75 to 0.7322.
        assert!((learnt[0] * 0.6 + learnt[1] * 0.9 - 0.7322).abs() < 0.001, "{learnt:?}");
        assert_eq!(weights(&[&low, &high], &[], &[], 1, |_| true)[1], 1.0, "nothing seen: the fallback");
    }

    #[test]
    fn a_vote_follows_the_most() {
        let voted = vote(&[&[0.6, 0.4, 0.0], &[0.1, 0.8, 0.1], &[0.3, 0.5, 0.2]], 3);
        assert!((voted[1] - 0.65).abs() < 1e-6 && (voted.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{voted:?}");
    }
}
