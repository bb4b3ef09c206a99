//! How well it was foreseen whether an interest would be touched at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::forecast::ForecastError;
use crate::forecast::bands::incidence::{Incidence, PastAnswers, chances_of_activity};
use crate::forecast::kind::ActivitySource;
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::Known;
use crate::forecast::past::history::Question;
use crate::forecast::standing::Standing;
use crate::interests::Trajectories;

/// Parts of the curve of what came against what was said.
const PARTS: usize = 10;
/// Active periods by which a user's habit is drawn towards everybody's, in the simple answer.
const PRIOR: f64 = 2.0;

/// How good chances were. Lower is better.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IncidenceScore {
    /// Mean squared distance between the chance and what came.
    pub brier: f64,
    /// Mean of −ln of the probability of what came, nats.
    pub log_loss: f64,
    /// For each tenth from 0 to 1 in which chances lay: their mean, the part that came, and how many they were.
    pub reliability: Vec<(f64, f64, u64)>,
}

/// The chances of a model beside simple ones, so many periods ahead: of every user with a past, active or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IncidenceResult {
    /// Periods ahead, from 1.
    pub horizon: usize,
    /// How many chances.
    pub cells: u64,
    /// The model's.
    pub model: IncidenceScore,
    /// The part of the user's active periods in which the interest was touched, drawn towards everybody's, times the
    /// simple chance of activity.
    pub simple: IncidenceScore,
}

/// Sums over chances, by horizon.
#[derive(Clone, Debug, Default)]
pub struct IncidenceTally(BTreeMap<usize, ChanceSums>);

#[derive(Clone, Debug, Default)]
struct ChanceSums {
    cells: u64,
    squares: f64,
    nats: f64,
    parts: [(f64, u64, u64); PARTS],
}

impl ChanceSums {
    fn add(&mut self, chance: f64, came: bool) {
        self.cells += 1;
        self.squares += (chance - f64::from(u8::from(came))).powi(2);
        let of_what_came = if came { chance } else { 1.0 - chance };
        self.nats -= of_what_came.max(1e-12).ln();
        let (said, came_in, all) = &mut self.parts[((chance * PARTS as f64) as usize).min(PARTS - 1)];
        *said += chance;
        *came_in += u64::from(came);
        *all += 1;
    }

    fn score(&self) -> IncidenceScore {
        let cells = self.cells.max(1) as f64;
        let told = self.parts.iter().filter(|(.., all)| *all > 0);
        IncidenceScore {
            brier: self.squares / cells,
            log_loss: self.nats / cells,
            reliability: told.map(|(said, came, all)| (said / *all as f64, *came as f64 / *all as f64, *all)).collect(),
        }
    }
}

impl IncidenceTally {
    /// Adds chances and whether they came, both laid out questions × interests.
    pub fn add(&mut self, questions: &[Question], chances: &[f32], came: &Touched) {
        let interests = chances.len() / questions.len().max(1);
        for (at, question) in questions.iter().enumerate().filter(|(_, question)| question.horizon() <= came.horizon) {
            let sums = self.0.entry(question.horizon()).or_default();
            let cells = at * interests..(at + 1) * interests;
            for (chance, came) in chances[cells.clone()].iter().zip(&came.any[cells]) {
                sums.add(f64::from(*chance), *came);
            }
        }
    }

    /// The scores beside those of simple chances of the same.
    pub fn results(&self, simple: &Self) -> Vec<IncidenceResult> {
        let beside = self.0.iter().filter_map(|(horizon, own)| Some((*horizon, own, simple.0.get(horizon)?)));
        beside
            .map(|(horizon, own, simple)| IncidenceResult {
                horizon,
                cells: own.cells,
                model: own.score(),
                simple: simple.score(),
            })
            .collect()
    }
}

/// Which interests were touched in the periods that questions ask for, up to `horizon` periods ahead.
#[derive(Debug)]
pub struct Touched {
    any: Vec<bool>,
    horizon: usize,
}

impl Touched {
    /// Looks at what came.
    pub fn of(trajectories: &Trajectories, questions: &[Question], horizon: usize) -> Self {
        let interests = trajectories.interests;
        let mut any = vec![false; questions.len() * interests];
        for (at, question) in questions.iter().enumerate().filter(|(_, question)| question.horizon() <= horizon) {
            let row = trajectories.rows(question.user).find(|row| trajectories.period[*row] == question.target);
            for cell in row.into_iter().flat_map(|row| trajectories.cells(row)) {
                any[at * interests + usize::from(trajectories.interest[cell])] |= trajectories.weight(cell) > 0.0;
            }
        }
        Self { any, horizon }
    }
}

/// A model's chances: those of its own heads that a user is active, or the simple ones.
pub fn of_model(
    known: &Known,
    standing: &Standing,
    answers: &Answers,
    stood: PastAnswers,
) -> Result<Vec<f32>, ForecastError> {
    let outlook = standing.outlook(answers.kind.into()).or(standing.outlook(ActivitySource::Simple));
    let first = outlook.map_or(&[][..], |outlook| &outlook.chance);
    Incidence::learnt(known, standing, answers, stood)?.ahead(known, standing, answers, first)
}

/// Simple chances.
pub fn simple(known: &Known, standing: &Standing) -> Result<Vec<f32>, ForecastError> {
    let (questions, interests) = (standing.ahead.questions(), known.interests());
    let first = standing.outlook(ActivitySource::Simple).map_or(&[][..], |outlook| &outlook.chance);
    let active = chances_of_activity(known, questions, first)?;
    let touched = |user: usize, known_periods: usize| {
        let past = &known.pasts[user];
        let mut touched = vec![0.0_f64; interests];
        for at in 0..known_periods {
            touched
                .iter_mut()
                .zip(past.counts(at))
                .for_each(|(sum, events)| *sum += f64::from(u8::from(*events > 0.0)));
        }
        touched
    };
    let (mut everybody, mut periods) = (vec![0.0; interests], 0.0);
    for (user, past) in known.pasts.iter().enumerate() {
        everybody.iter_mut().zip(touched(user, past.len())).for_each(|(sum, own)| *sum += own);
        periods += past.len() as f64;
    }
    let mut chances = Vec::with_capacity(questions.len() * interests);
    for (of_user, active) in questions.chunk_by(|a, b| a.user == b.user).zip(by_user(questions, &active)) {
        let (user, count) = (of_user[0].user.index(), of_user[0].known + 1);
        let own = touched(user, count);
        for active in active {
            chances.extend(own.iter().zip(&everybody).map(|(own, all)| {
                (active * (own + PRIOR * all / f64::max(periods, 1.0)) / (count as f64 + PRIOR)) as f32
            }));
        }
    }
    Ok(chances)
}

/// The same numbers, user by user.
fn by_user<'a>(questions: &'a [Question], numbers: &'a [f64]) -> impl Iterator<Item = &'a [f64]> {
    let mut from = 0;
    questions.chunk_by(|a, b| a.user == b.user).map(move |of_user| {
        let start = from;
        from += of_user.len();
        &numbers[start..from]
    })
}
