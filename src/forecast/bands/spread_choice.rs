//! Which spread bands are calibrated by: the usual one unless another proved better on periods before the origin.

use std::collections::BTreeMap;

use super::calibration::Calibration;
use super::cell::{Answered, share};
use crate::events::UserId;
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::Known;
use crate::forecast::network::spread::{Scatter, Spread};
use crate::forecast::past::history::Question;
use crate::forecast::score::interval_score;
use crate::observe::Cancelled;

/// Standard errors by which another spread must be better: three compete, and one in twenty times one of them would seem
/// better by chance (Bonferroni).
const BEYOND_NOISE: f64 = 2.4;

/// What cells are told apart by when bands are calibrated: a spread with its numbers, where it has some.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeasuredSpread<'a> {
    /// Which.
    pub spread: Spread,
    /// Its numbers, laid out like a model's answers; none for the activity.
    pub scatter: Option<&'a Scatter>,
}

impl<'a> MeasuredSpread<'a> {
    /// The usual one and those that a model has numbers of.
    pub fn all(scatters: &'a [Scatter]) -> Vec<Self> {
        let others = scatters.iter().map(|scatter| Self { spread: scatter.spread, scatter: Some(scatter) });
        std::iter::once(Self::default()).chain(others).collect()
    }

    /// Numbers around the practice answers.
    pub fn practice(&self) -> Option<&'a [f32]> {
        self.scatter.map(|scatter| &*scatter.practice)
    }

    /// Numbers around the shares ahead.
    pub fn ahead(&self) -> Option<&'a [f32]> {
        self.scatter.map(|scatter| &*scatter.ahead)
    }

    /// A model's answers to the practice questions with these numbers.
    pub fn practised<'b>(&self, questions: &'b [Question], answers: &'b Answers) -> Answered<'b>
    where
        'a: 'b,
    {
        Answered { questions, shares: &answers.practice, scatter: self.practice() }
    }

    /// Bands calibrated on the practice questions for which `wanted` holds.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn calibrated(
        &self,
        known: &Known,
        questions: &[Question],
        answers: &Answers,
        levels: &[u8],
        wanted: impl Fn(&Question) -> bool,
    ) -> Result<Calibration, Cancelled> {
        let cells = self.practised(questions, answers).observed(known, wanted);
        Calibration::on(&cells, levels, known.config.horizon, self.spread, known.watch)
    }
}

/// The spread with which bands calibrated on the tuning periods were best on the validation periods, by their mean
/// interval score (Gneiting and Raftery, *Strictly Proper Scoring Rules, Prediction, and Estimation*, 2007). The usual
/// one stays unless another is better by more than noise over users.
///
/// # Errors
/// [`Cancelled`] once somebody asked to stop.
pub fn best<'a>(
    known: &Known,
    questions: &[Question],
    answers: &Answers,
    scatters: &'a [Scatter],
    levels: &[u8],
) -> Result<MeasuredSpread<'a>, Cancelled> {
    let mut choices = MeasuredSpread::all(scatters).into_iter();
    let usual = choices.next().unwrap_or_default();
    if scatters.is_empty() {
        return Ok(usual);
    }
    let ground = losses(known, questions, answers, usual, levels)?;
    let mut best = (usual, 0.0);
    for other in choices {
        let (better, error) = difference(&ground, &losses(known, questions, answers, other, levels)?);
        if better > BEYOND_NOISE * error && better > best.1 {
            best = (other, better);
        }
    }
    Ok(best.0)
}

/// Each user's interval scores on the validation periods, summed over levels, and how many there are.
fn losses(
    known: &Known,
    questions: &[Question],
    answers: &Answers,
    by: MeasuredSpread,
    levels: &[u8],
) -> Result<BTreeMap<UserId, (f64, f64)>, Cancelled> {
    let validation = known.split.validation;
    let calibration = by.calibrated(known, questions, answers, levels, |question| question.target < validation)?;
    let answered = by.practised(questions, answers);
    let mut losses: BTreeMap<UserId, (f64, f64)> = BTreeMap::new();
    for (at, question) in questions.iter().enumerate().filter(|(_, question)| question.target >= validation) {
        known.watch.check()?;
        let (past, Some(answer)) = (&known.pasts[question.user.index()], question.answer) else { continue };
        let own = losses.entry(question.user).or_default();
        for (interest, cell) in answered.cells(known, at).enumerate() {
            let Some(predicted) = calibration.around(&cell) else { continue };
            let observed = share(past, answer, interest);
            for level in levels {
                let Some((lower, upper)) = predicted.limits(*level, false) else { continue };
                own.0 += interval_score(lower, upper, observed, *level);
                own.1 += 1.0;
            }
        }
    }
    Ok(losses)
}

/// How much lower the second losses are, and the standard error of that over users.
fn difference(first: &BTreeMap<UserId, (f64, f64)>, second: &BTreeMap<UserId, (f64, f64)>) -> (f64, f64) {
    let users: Vec<(f64, f64)> =
        first.values().zip(second.values()).map(|(first, second)| (first.0 - second.0, first.1)).collect();
    let scores: f64 = users.iter().map(|user| user.1).sum();
    if scores == 0.0 {
        return (0.0, f64::INFINITY);
    }
    let mean = users.iter().map(|user| user.0).sum::<f64>() / scores;
    let off: f64 = users.iter().map(|(sum, count)| (sum - mean * count).powi(2)).sum();
    (mean, off.sqrt() / scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(loss: impl Fn(u32) -> f64) -> BTreeMap<UserId, (f64, f64)> {
        (0..400).map(|user| (UserId(user), (loss(user), 1.0))).collect()
    }

    #[test]
    fn what_is_better_for_few_is_noise_and_what_is_better_for_most_is_not() {
        let ground = users(|_| 1.0);
        let (better, error) = difference(&ground, &users(|user| if user == 7 { 0.0 } else { 1.0 }));
        assert!(better > 0.0 && better < BEYOND_NOISE * error, "{better} ± {error}");
        let (better, error) = difference(&ground, &users(|user| if user % 3 == 0 { 1.0 } else { 0.9 }));
        assert!(better > BEYOND_NOISE * error, "{better} ± {error}");
        let (same, error) = difference(&ground, &ground);
        assert!(same <= BEYOND_NOISE * error, "the usual one stays where nothing differs");
    }
}
