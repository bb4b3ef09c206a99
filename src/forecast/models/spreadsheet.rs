//! The models that need no training: the four simple ones, and `drift`.

use super::model::{FittedModel, Known, Model};
use crate::calendar::Period;
use crate::forecast::ForecastError;
use crate::forecast::ground::moved::Moved;
use crate::forecast::ground::simple::{DECAYS, tuned};
use crate::forecast::kind::ModelKind;
use crate::forecast::past::history::Question;
use crate::forecast::past::lessons::Lessons;

/// A simple model by its kind: popularity, last, mean, ewma or drift.
#[derive(Clone, Copy, Debug)]
pub struct Spreadsheet(pub ModelKind);

/// A simple model with its prior, decay and power chosen.
#[derive(Debug)]
struct Tuned<'a> {
    known: &'a Known<'a>,
    /// Chosen on the tuning periods; answers for the validation periods.
    before: Moved,
    /// Chosen on all periods from the tuning ones on.
    whole: Moved,
}

impl Model for Spreadsheet {
    fn fit<'a>(&self, known: &'a Known<'a>) -> Result<Box<dyn FittedModel + 'a>, ForecastError> {
        let split = known.split;
        let choose = |until: Period| {
            let lessons = Lessons::of(&known.pasts, split.tune..until, split.tune, &[1]);
            let questions = lessons.questions();
            let still = |decays: &[f32]| Moved::still(tuned(decays, &known.pasts, questions, &known.market));
            match self.0 {
                ModelKind::Popularity => Moved::POPULARITY,
                ModelKind::Last => still(&[0.0]),
                ModelKind::Mean => still(&[1.0]),
                ModelKind::Drift => Moved::chosen(&known.pasts, &known.market, questions, &drift(known)),
                _ => still(&DECAYS),
            }
        };
        Ok(Box::new(Tuned { known, before: choose(split.validation), whole: choose(split.origin) }))
    }
}

impl FittedModel for Tuned<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        Ok(self.shares(self.before, questions))
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        Ok(self.shares(self.whole, questions))
    }
}

impl Tuned<'_> {
    fn shares(&self, simple: Moved, questions: &Lessons) -> Vec<f32> {
        simple.shares(&self.known.pasts, &self.known.market, questions.questions(), &drift(self.known))
    }
}

/// What the market lately did.
fn drift(known: &Known) -> impl Fn(&Question) -> Vec<f32> {
    |question| known.market.drift(question.origin)
}
