//! The models that need no training: the four simple ones, and `drift`.

use super::model::{FittedModel, Known, Model};
use super::simple::{DECAYS, Simple, negative_log_likelihood, tuned};
use crate::calendar::Period;
use crate::forecast::ForecastError;
use crate::forecast::kind::ModelKind;
use crate::forecast::past::history::Question;
use crate::forecast::past::lessons::Lessons;

/// Powers of the market's recent change tried for `drift`; 0 leaves it out.
const POWERS: [f32; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// A simple model by its kind: popularity, last, mean, ewma or drift.
#[derive(Clone, Copy, Debug)]
pub struct Spreadsheet(pub ModelKind);

/// A simple model with its prior, decay and power chosen.
#[derive(Debug)]
struct Tuned<'a> {
    known: &'a Known<'a>,
    /// Chosen on the tuning periods; answers for the validation periods.
    before: (Simple, f32),
    /// Chosen on all periods from the tuning ones on.
    whole: (Simple, f32),
}

impl Model for Spreadsheet {
    fn fit<'a>(&self, known: &'a Known<'a>) -> Result<Box<dyn FittedModel + 'a>, ForecastError> {
        let split = known.split;
        let choose = |until: Period| {
            let lessons = Lessons::of(&known.pasts, split.tune..until, split.tune, &[1]);
            let questions = lessons.questions();
            let of = |decays: &[f32]| tuned(decays, &known.pasts, questions, &known.market);
            match self.0 {
                ModelKind::Popularity => (Simple::POPULARITY, 0.0),
                ModelKind::Last => (of(&[0.0]), 0.0),
                ModelKind::Mean => (of(&[1.0]), 0.0),
                ModelKind::Drift => {
                    let simple = of(&DECAYS);
                    (simple, best_power(simple, known, questions, &|question| known.market.drift(question.origin)))
                }
                _ => (of(&DECAYS), 0.0),
            }
        };
        Ok(Box::new(Tuned { known, before: choose(split.validation), whole: choose(split.origin) }))
    }
}

impl FittedModel for Tuned<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        Ok(shares(self.before, self.known, questions.questions(), &self.change()))
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        Ok(shares(self.whole, self.known, questions.questions(), &self.change()))
    }
}

impl Tuned<'_> {
    /// What the market lately did.
    fn change(&self) -> impl Fn(&Question) -> Vec<f32> {
        |question| self.known.market.drift(question.origin)
    }
}

/// The power of the market's change that did best after a simple forecast. `change` answers the logarithm of the
/// change that a question asks across, one for each interest.
pub fn best_power(
    simple: Simple,
    known: &Known,
    questions: &[Question],
    change: &dyn Fn(&Question) -> Vec<f32>,
) -> f32 {
    let loss = |power: f32| {
        let answers = shares((simple, power), known, questions, change);
        let of_one = |(question, shares): (&Question, &[f32])| {
            let answer = question.answer?;
            Some(negative_log_likelihood(known.pasts[question.user.index()].counts(answer), shares))
        };
        questions.iter().zip(answers.chunks_exact(known.interests())).filter_map(of_one).sum::<f64>()
    };
    let losses = POWERS.map(loss);
    (0..POWERS.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).map_or(0.0, |at| POWERS[at])
}

/// Answers of a simple forecast times a power of the market's change; questions × interests.
pub fn shares(
    (simple, power): (Simple, f32),
    known: &Known,
    questions: &[Question],
    change: &dyn Fn(&Question) -> Vec<f32>,
) -> Vec<f32> {
    let mut answers = Vec::with_capacity(questions.len() * known.interests());
    for of_user in questions.chunk_by(|a, b| a.user == b.user) {
        let sums = known.pasts[of_user[0].user.index()].decayed(simple.decay);
        for question in of_user {
            let mut shares = simple.shares(&sums, question, &known.market);
            if power > 0.0 {
                shares.iter_mut().zip(change(question)).for_each(|(share, change)| *share *= (power * change).exp());
                let sum: f32 = shares.iter().sum();
                shares.iter_mut().for_each(|share| *share /= sum);
            }
            answers.extend(shares);
        }
    }
    answers
}
