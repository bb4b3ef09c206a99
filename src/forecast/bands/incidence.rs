//! The chance that an interest is touched at all in a period.
//!
//! Where few events are expected a share says little: of two events it is nothing, a half, or all. What can be told then
//! is whether there will be any. Were a user's events of the period geometric, the odds of any of an interest would be its
//! share times the events expected; a logistic regression on past cells corrects these odds, drawn towards no correction
//! where the past is short. It speaks of periods with activity; the chance of that comes on top. Who is active is also who
//! does much, so a second correction tells both together, from users who were asked about at past origins whether they
//! then were active or not.

use std::collections::BTreeMap;

use super::cell::{Answered, Cell, Situation};
use super::logistic::{chance, correction, log_odds};
use super::numbers::{dot, events, expected, leap, odds, periods, rough, silence, surge, within};
use crate::forecast::ForecastError;
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::Known;
use crate::forecast::past::history::Question;
use crate::forecast::standing::Standing;
use crate::observe::{Cancelled, Watch};

/// Numbers that a correction is told from.
const NUMBERS: usize = 13;
/// Numbers by which the chance of activity and that given activity are told to hang together.
const TOGETHER: usize = 6;
/// Chances that these are learnt from at most; of more, users are left out evenly.
const MOST_CHANCES: usize = 400_000;

/// Chances by horizon; where nothing was observed so far ahead, uncorrected ones.
#[derive(Clone, Debug, Default)]
pub struct Incidence {
    by_horizon: BTreeMap<usize, [f64; NUMBERS]>,
    together: BTreeMap<usize, [f64; TOGETHER]>,
}

/// Chances of one horizon in numbers, their log-odds, and what came.
#[derive(Debug, Default)]
struct PastChances {
    rows: Vec<[f64; TOGETHER]>,
    odds: Vec<f64>,
    came: Vec<bool>,
}

/// A model's answers at past origins about every user with a past there, and how likely activity seemed.
#[derive(Clone, Copy, Debug)]
pub struct PastAnswers<'a> {
    /// The questions; without an answer where the user was silent.
    pub questions: &'a [Question],
    /// The chance of activity, by question.
    pub active: &'a [f32],
    /// Shares, questions × interests.
    pub shares: &'a [f32],
}

impl Incidence {
    /// Learns from past cells and the shares that were observed.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn on(cells: &[(Cell, f32)], watch: &Watch) -> Result<Self, Cancelled> {
        let mut sorted: BTreeMap<usize, Vec<&(Cell, f32)>> = BTreeMap::new();
        for cell in cells {
            sorted.entry(cell.0.of.horizon).or_default().push(cell);
        }
        let fit = |(horizon, cells): (usize, Vec<_>)| fit(&cells, watch).map(|weights| (horizon, weights));
        let by_horizon = sorted.into_iter().map(fit).collect::<Result<_, _>>()?;
        Ok(Self { by_horizon, together: BTreeMap::new() })
    }

    /// The chance of any event of the cell's interest in a period in which the user is active.
    pub fn given_activity(&self, cell: &Cell) -> f64 {
        let known = self.by_horizon.get(&cell.of.horizon);
        chance(odds_of_any(cell) + known.map_or(0.0, |weights| dot(&numbers(cell), weights)))
    }

    /// Learns from a model's answers to the practice questions and from those about every user at past origins.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn learnt(
        known: &Known,
        standing: &Standing,
        answers: &Answers,
        stood: PastAnswers,
    ) -> Result<Self, Cancelled> {
        let questions = standing.practice.questions();
        let answered = Answered { questions, shares: &answers.practice, scatter: None };
        let mut learnt = Self::on(&answered.observed(known, |_| true), known.watch)?;
        learnt.together = learnt.put_together(known, stood)?;
        Ok(learnt)
    }

    fn put_together(&self, known: &Known, stood: PastAnswers) -> Result<BTreeMap<usize, [f64; TOGETHER]>, Cancelled> {
        let PastAnswers { questions, active, shares } = stood;
        let every = shares.len().div_ceil(MOST_CHANCES).max(1);
        let answered = Answered { questions, shares, scatter: None };
        let mut told: BTreeMap<usize, PastChances> = BTreeMap::new();
        if shares.is_empty() {
            return Ok(BTreeMap::new());
        }
        for (at, question) in questions.iter().enumerate() {
            if !question.user.index().is_multiple_of(every) {
                continue;
            }
            known.watch.check()?;
            let past = &known.pasts[question.user.index()];
            let told = told.entry(question.horizon()).or_default();
            for (interest, cell) in answered.cells(known, at).enumerate() {
                let both = f64::from(active[at]) * self.given_activity(&cell);
                told.rows.push(together(&cell.of, both, f64::from(active[at])));
                told.odds.push(log_odds(both));
                told.came.push(question.answer.is_some_and(|answer| past.counts(answer)[interest] > 0.0));
            }
        }
        let fit = |(horizon, told): (usize, PastChances)| {
            correction(&told.rows, &told.odds, &told.came, known.watch).map(|weights| (horizon, weights))
        };
        told.into_iter().map(fit).collect()
    }

    /// The chance of any event of the cell's interest in a period in which the user is active with a chance.
    pub fn chance(&self, cell: &Cell, active: f64) -> f64 {
        let both = active * self.given_activity(cell);
        let corrected = self
            .together
            .get(&cell.of.horizon)
            .map_or(both, |weights| chance(log_odds(both) + dot(&together(&cell.of, both, active), weights)));
        // No interest is likelier to be touched than any activity is.
        corrected.min(active)
    }

    /// The chance of any event of each interest in each period ahead, silence included: that of activity times that given
    /// activity. `first` holds the chances of activity in the first period ahead, by user.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn ahead(
        &self,
        known: &Known,
        standing: &Standing,
        answers: &Answers,
        first: &[f32],
    ) -> Result<Vec<f32>, ForecastError> {
        let questions = standing.ahead.questions();
        let answered = Answered { questions, shares: &answers.ahead, scatter: None };
        let active = chances_of_activity(known, questions, first)?;
        let mut chances = Vec::with_capacity(answers.ahead.len());
        for (at, active) in active.into_iter().enumerate() {
            known.watch.check()?;
            chances.extend(answered.cells(known, at).map(|cell| self.chance(&cell, active) as f32));
        }
        Ok(chances)
    }
}

/// The chance that each question's user is active in the period asked for. Those of the first period ahead are known, by
/// user; of later ones the simple answer is taken.
pub fn chances_of_activity(known: &Known, questions: &[Question], first: &[f32]) -> Result<Vec<f64>, ForecastError> {
    let [.., now] = known.references()?;
    let mut chances = Vec::with_capacity(questions.len());
    for (asked, first) in questions.chunk_by(|a, b| a.user == b.user).zip(first) {
        known.watch.check()?;
        let past = &known.pasts[asked[0].user.index()];
        let later = now.chances(past, asked[0].known, asked[0].origin, known.config.horizon);
        chances.extend(asked.iter().map(|question| match question.horizon() {
            1 => f64::from(*first),
            step => later.get(step - 1).map_or(0.0, |chance| f64::from(*chance)),
        }));
    }
    Ok(chances)
}

fn fit(cells: &[&(Cell, f32)], watch: &Watch) -> Result<[f64; NUMBERS], Cancelled> {
    let rows: Vec<[f64; NUMBERS]> = cells.iter().map(|(cell, _)| numbers(cell)).collect();
    let known: Vec<f64> = cells.iter().map(|(cell, _)| odds_of_any(cell)).collect();
    let came: Vec<bool> = cells.iter().map(|(_, seen)| *seen > 0.0).collect();
    correction(&rows, &known, &came, watch)
}

/// What is known of a user in numbers, beside the chance of any event and that of activity.
fn together(of: &Situation, both: f64, active: f64) -> [f64; TOGETHER] {
    [1.0, log_odds(both), log_odds(active), silence(of), periods(of), events(of)]
}

/// Log-odds of any event before they are corrected.
fn odds_of_any(cell: &Cell) -> f64 {
    (within(f64::from(cell.share)) * expected(&cell.of)).ln()
}

fn numbers(cell: &Cell) -> [f64; NUMBERS] {
    let (of, share) = (&cell.of, within(f64::from(cell.share)));
    let (events, odds, rough, leap) = (events(of), odds(share), rough(of), leap(cell.last_share, share));
    [
        1.0,
        events,
        odds,
        events * events,
        odds * odds,
        events * odds,
        rough,
        periods(of),
        silence(of),
        rough * events,
        surge(of),
        leap,
        leap * events,
    ]
}

#[cfg(test)]
mod tests {
    use super::super::cell::Situation;
    use super::*;
    use crate::events::UserId;
    use rand::{Rng as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    /// Cells of users with few events, drawn one by one.
    fn cells(users: u32, seed: u64) -> Vec<(Cell, f32)> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut found = Vec::new();
        for path in 0..users * 4 {
            let events = 1 + path / 4 % 5;
            let share: f32 = random.random_range(0.01..0.6);
            let hits = (0..events).filter(|_| random.random_bool(f64::from(share))).count();
            let of = Situation {
                user: UserId(path / 4),
                horizon: 1,
                expected_events: events as f32,
                last_events: events as f32,
                active_periods: 5,
                silence: 1,
                roughness: 0.05,
            };
            let cell = Cell { of, share, last_share: share, scatter: 0.0, path };
            found.push((cell, hits as f32 / events as f32));
        }
        found
    }

    fn brier(incidence: &Incidence, cells: &[(Cell, f32)]) -> f64 {
        let squares = cells
            .iter()
            .map(|(cell, seen)| (incidence.given_activity(cell) - f64::from(u8::from(*seen > 0.0))).powi(2));
        squares.sum::<f64>() / cells.len() as f64
    }

    #[test]
    fn chances_come_as_often_as_they_say() {
        let incidence = Incidence::on(&cells(3000, 1), &Watch::silent()).unwrap();
        let unseen = cells(3000, 2);
        for (low, high) in [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)] {
            let own: Vec<_> =
                unseen.iter().filter(|(cell, _)| (low..high).contains(&incidence.given_activity(cell))).collect();
            let said = own.iter().map(|(cell, _)| incidence.given_activity(cell)).sum::<f64>() / own.len() as f64;
            let came = own.iter().filter(|(_, seen)| *seen > 0.0).count() as f64 / own.len() as f64;
            assert!((said - came).abs() < 0.03, "{low} to {high}: {said} said, {came} came");
        }
        assert!(brier(&incidence, &unseen) < 0.98 * brier(&Incidence::default(), &unseen), "corrected ones are better");
    }

    #[test]
    fn little_past_corrects_little_and_more_events_are_likelier_to_hold_any() {
        let few = Incidence::on(&cells(3, 1), &Watch::silent()).unwrap();
        let unseen = cells(500, 2);
        assert!(brier(&few, &unseen) < 1.1 * brier(&Incidence::default(), &unseen));
        for (cell, _) in unseen.iter().take(50) {
            let plain = Incidence::default().given_activity(cell);
            let more = Cell { of: Situation { expected_events: 2.0 * cell.of.expected_events, ..cell.of }, ..*cell };
            assert!(0.0 < plain && plain < Incidence::default().given_activity(&more));
            let far = Cell { of: Situation { horizon: 7, ..cell.of }, ..*cell };
            assert_eq!(few.given_activity(&far), plain, "of what is far ahead nothing was learnt");
        }
    }
}
