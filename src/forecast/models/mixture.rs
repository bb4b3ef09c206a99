//! Several models' answers as one: weights learnt on past origins, the plain mean, and a vote.

use super::answers::Answers;
use super::model::Known;
use crate::forecast::kind::ModelKind;
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::tally::leading;
use crate::observe::{Cancelled, Watch};

/// Fewest events on which weights of a horizon are learnt; with fewer those of the horizon before are taken.
const FEWEST_EVENTS: f64 = 500.0;

/// Rounds of expectation and maximisation; the weights hardly move after.
const ROUNDS: usize = 300;
/// Events that speak for the fallback before anything was seen, so that a small past does not choose by chance.
const PRIOR_EVENTS: f64 = 30.0;
/// What usually does best, the networks and the pool, is spoken for beforehand by this part of the events seen, as far as it
/// did no worse than the fallback on practice. Models that see the same past differ by little, on practice by less than the
/// seasons do, so the likelihood alone picks what suited the practised months.
const USUAL_PART: f64 = 0.03;
/// The pool's part of that; networks share the rest.
const POOL_PART: f64 = 0.2;
/// Weights of a later horizon are drawn towards those of the horizon before as if these had been seen on this many times
/// the events seen. A later horizon is practised from fewer origins, and mostly by networks that know less than those that
/// forecast: by itself it learns the season of a few months.
const EARLIER_PART: f64 = 1.0;

/// One observed event kind: the shares that the models gave it, and how often it was seen.
struct Seen {
    shares: Vec<f64>,
    events: f64,
}

/// Weights of models, at least 0 and together 1, under which what was observed is likeliest, by expectation and
/// maximisation. Only questions for which `counted` holds are looked at. `prior` holds the events that speak for each
/// model beforehand (a Dirichlet prior: Dempster, Laird and Rubin, *Maximum Likelihood from Incomplete Data via the EM
/// Algorithm*, 1977). The likelihood is concave in the weights, so there is one best point, and it may give everything to
/// one model.
///
/// # Errors
/// [`Cancelled`] once somebody asked to stop, heard at every round.
pub fn weights(
    answers: &[&[f32]],
    pasts: &[Past],
    questions: &[Question],
    prior: &[f64],
    counted: impl Fn(&Question) -> bool,
    watch: &Watch,
) -> Result<Vec<f64>, Cancelled> {
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
    let all: f64 = seen.iter().map(|seen| seen.events).sum::<f64>() + prior.iter().sum::<f64>();
    for _ in 0..ROUNDS {
        watch.check()?;
        let mut next: Vec<f64> = prior.iter().map(|events| events / all).collect();
        for Seen { shares, events } in &seen {
            let mixed: f64 = shares.iter().zip(&weights).map(|(share, weight)| share * weight).sum();
            for ((next, share), weight) in next.iter_mut().zip(shares).zip(&weights) {
                *next += events / all * share * weight / mixed;
            }
        }
        weights = next;
    }
    Ok(weights)
}

/// Which part of [`USUAL_PART`] speaks for each model, by its kind and its loss on the validation periods: none for a model
/// that did worse there than the fallback.
fn usual(models: &[(ModelKind, f64)], fallback: usize) -> Vec<f64> {
    let worst = models.get(fallback).map_or(f64::NEG_INFINITY, |(_, loss)| *loss);
    let networks = models.iter().filter(|(kind, loss)| kind.is_trained() && *loss <= worst).count();
    let pooled = models.iter().any(|(kind, loss)| *kind == ModelKind::Pool && *loss <= worst);
    let of_pool = match (pooled, networks) {
        (false, _) => 0.0,
        (true, 0) => 1.0,
        (true, _) => POOL_PART,
    };
    let of = |(kind, loss): &(ModelKind, f64)| match kind {
        _ if loss.is_nan() || *loss > worst => 0.0,
        ModelKind::Pool => of_pool,
        network if network.is_trained() => (1.0 - of_pool) / networks as f64,
        _ => 0.0,
    };
    models.iter().map(of).collect()
}

/// Weights for each of `horizons` periods ahead, from models' answers to questions for which `counted` holds; `usual` says
/// which part of [`USUAL_PART`] speaks for each model beforehand.
fn by_horizon(
    (usual, answers): (&[f64], &[&[f32]]),
    pasts: &[Past],
    questions: &[Question],
    fallback: usize,
    counted: impl Fn(&Question) -> bool,
    horizons: usize,
    watch: &Watch,
) -> Result<Vec<Vec<f64>>, Cancelled> {
    let mut learnt: Vec<Vec<f64>> = Vec::new();
    for horizon in 1..=horizons.max(1) {
        let counted = |question: &Question| question.horizon() == horizon && counted(question);
        let events = |question: &Question| Some(f64::from(pasts[question.user.index()].totals[question.answer?]));
        let seen: f64 = questions.iter().filter(|question| counted(question)).filter_map(events).sum();
        let of = |prior: &[f64]| weights(answers, pasts, questions, prior, counted, watch);
        let next = match learnt.last() {
            Some(before) if seen < FEWEST_EVENTS => before.clone(),
            Some(before) => of(&before.iter().map(|weight| EARLIER_PART * seen * weight).collect::<Vec<f64>>())?,
            None if seen < FEWEST_EVENTS => (0..usual.len()).map(|at| if at == fallback { 1.0 } else { 0.0 }).collect(),
            None => {
                let mut prior: Vec<f64> = usual.iter().map(|part| USUAL_PART * seen * part).collect();
                prior.iter_mut().skip(fallback).take(1).for_each(|events| *events += PRIOR_EVENTS);
                of(&prior)?
            }
        };
        learnt.push(next);
    }
    Ok(learnt)
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
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn learnt(
        kind: ModelKind,
        known: &Known,
        models: &[Answers],
        practice: &[Question],
    ) -> Result<Self, Cancelled> {
        match kind {
            ModelKind::Vote => return Ok(Self::Vote),
            ModelKind::Average => return Ok(Self::Average),
            _ => {}
        }
        let practised: Vec<&[f32]> = models.iter().map(|answers| &*answers.practice).collect();
        let losses: Vec<f64> = models
            .iter()
            .map(|answers| Some(answers.validation.nll()).filter(|nll| answers.kind.is_simple() && nll.is_finite()))
            .map(|nll| nll.unwrap_or(f64::INFINITY))
            .collect();
        let fallback = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap_or(0);
        let told: Vec<_> = models.iter().map(|answers| (answers.kind, answers.validation.nll())).collect();
        let usual = usual(&told, fallback);
        let learn = |half: Option<u32>| {
            let counted = |question: &Question| {
                question.target >= known.split.validation && half.is_none_or(|half| question.user.0 % 2 == half)
            };
            let answered = (&*usual, &*practised);
            by_horizon(answered, &known.pasts, practice, fallback, counted, known.config.horizon, known.watch)
        };
        Ok(Self::Weighed([learn(Some(1))?, learn(Some(0))?, learn(None)?]))
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
        let learnt =
            weights(&[&bad, &good], &pasts([30, 10], 50), &asked(50), &[0.0, 30.0], |_| true, &Watch::silent())
                .unwrap();
        assert!(learnt[1] > 0.99, "{learnt:?}");
        let mixed = mixed(&[&bad, &good], 2, |model, _| learnt[model]);
        assert!((mixed[0] - 0.75).abs() < 0.01 && (mixed[0] + mixed[1] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn models_that_err_apart_share_the_weight() {
        let (low, high) = ([0.6, 0.4].repeat(50), [0.9, 0.1].repeat(50));
        let learnt =
            weights(&[&low, &high], &pasts([30, 10], 50), &asked(50), &[30.0, 0.0], |_| true, &Watch::silent())
                .unwrap();
        // Of 2000 events three in four fell to the first interest. The 30 that speak for the fallback beforehand draw the
        // best point of the likelihood from 0.75 to 0.7322.
        assert!((learnt[0] * 0.6 + learnt[1] * 0.9 - 0.7322).abs() < 0.001, "{learnt:?}");
        assert_eq!(
            weights(&[&low, &high], &[], &[], &[0.0, 30.0], |_| true, &Watch::silent()).unwrap()[1],
            1.0,
            "nothing seen: the fallback"
        );
    }

    /// The same users asked one period ahead and two, with answers one after the other.
    fn both_horizons(users: u32) -> Vec<Question> {
        let later =
            |question: &Question| Question { target: Period(2), origin: Period(1), answer: Some(2), ..*question };
        let next = asked(users);
        next.iter().copied().chain(next.iter().map(later)).collect()
    }

    #[test]
    fn a_later_horizon_leans_on_the_one_before_it() {
        // The first model is right one period ahead, the second two periods ahead, both by little.
        let log = [(0, &[1_u32, 1] as &[u32]), (1, &[30, 10]), (2, &[24, 16])];
        let log = trajectories(2, &vec![&log[..]; 50]);
        let pasts: Vec<Past> = (0..50).map(|user| Past::of(&log, UserId(user))).collect();
        let questions = both_horizons(50);
        let (first, second) = ([0.75, 0.25].repeat(100), [0.6, 0.4].repeat(100));
        let (nobody, answers) = ([0.0; 2], [&*first, &*second]);
        let learnt = by_horizon((&nobody, &answers), &pasts, &questions, 0, |_| true, 3, &Watch::silent()).unwrap();
        let alone =
            weights(&answers, &pasts, &questions, &[0.0, 0.0], |question| question.horizon() == 2, &Watch::silent())
                .unwrap();
        assert!(learnt[0][0] > 0.95 && alone[0] < 0.05, "{learnt:?} {alone:?}");
        assert!(learnt[1][0] > 0.4 && learnt[1][0] < learnt[0][0], "{learnt:?}");
        assert_eq!(learnt[2], learnt[1], "nobody was asked three periods ahead");
        let few = by_horizon(
            (&nobody, &answers),
            &pasts,
            &questions[..100],
            0,
            |question| question.user.0 < 1,
            2,
            &Watch::silent(),
        )
        .unwrap();
        assert_eq!(few, [[1.0, 0.0], [1.0, 0.0]], "too few events: the fallback");
    }

    #[test]
    fn what_usually_does_best_is_taken_where_nothing_tells_models_apart() {
        let kinds = [ModelKind::Ewma, ModelKind::Pool, ModelKind::Lstm, ModelKind::Gru];
        let usual = |losses: [f64; 4]| usual(&kinds.into_iter().zip(losses).collect::<Vec<_>>(), 0);
        let (pasts, questions) = (pasts([30, 10], 50), asked(50));
        let alike = [0.75, 0.25].repeat(50);
        let learnt =
            by_horizon((&usual([2.0; 4]), &[&*alike; 4]), &pasts, &questions, 0, |_| true, 1, &Watch::silent())
                .unwrap()
                .remove(0);
        assert!(learnt[1] > 0.1 && (learnt[2] - 2.0 * learnt[1]).abs() < 1e-5, "{learnt:?}");
        assert_eq!(learnt[2], learnt[3]);
        assert_eq!(
            usual([2.0, 1.0, 1.0, 2.1]),
            [0.0, 0.2, 0.8, 0.0],
            "a network behind the fallback is not spoken for"
        );
        assert_eq!(usual([2.0, 2.5, 1.0, 1.0]), [0.0, 0.0, 0.5, 0.5]);
        assert_eq!(usual([2.0, 1.0, 3.0, 3.0]), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(usual([2.0, 2.5, f64::NAN, 2.1]), [0.0; 4]);
        let worse = [0.5, 0.5].repeat(50);
        let (nobody, answers) = (usual([2.0, 2.1, 2.1, 2.1]), [&*alike, &*worse, &*worse, &*worse]);
        let learnt =
            by_horizon((&nobody, &answers), &pasts, &questions, 0, |_| true, 1, &Watch::silent()).unwrap().remove(0);
        assert!(learnt[0] > 0.95, "{learnt:?}");
    }

    #[test]
    fn a_vote_follows_the_most() {
        let voted = vote(&[&[0.6, 0.4, 0.0], &[0.1, 0.8, 0.1], &[0.3, 0.5, 0.2]], 3);
        assert!((voted[1] - 0.65).abs() < 1e-6 && (voted.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{voted:?}");
    }
}
