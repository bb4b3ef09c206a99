//! Forecast shares with all that their bands depend on.

use crate::events::UserId;
use crate::forecast::models::model::Known;
use crate::forecast::past::history::{Past, Question, recent_events};

/// Cells that bands are calibrated on at most. Of more, users are left out evenly: what is read off a million shares
/// is known to a tenth of a percent.
const MOST_CELLS: usize = 1_000_000;

/// Users by the active periods before the origin: few, some, many.
pub fn activity_group(active_periods: u32) -> usize {
    match active_periods {
        ..=3 => 0,
        4..=9 => 1,
        _ => 2,
    }
}

/// What the groups of [`activity_group`] are called.
pub const ACTIVITY_GROUPS: [&str; 3] = ["1 to 3", "4 to 9", "10 and more"];

/// What is known of a user at the origin of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Situation {
    /// Who.
    pub user: UserId,
    /// Periods ahead, from 1.
    pub horizon: usize,
    /// Mean events of the last active periods.
    pub expected_events: f32,
    /// Events of the last one.
    pub last_events: f32,
    /// Active periods.
    pub active_periods: u32,
    /// Periods from the last active one to the origin, from 1.
    pub silence: i32,
    /// How far the shares moved beyond chance; see [`crate::forecast::past::roughness`].
    pub roughness: f32,
}

impl Situation {
    /// That of a question's user at its origin.
    pub fn of(known: &Known, question: &Question) -> Self {
        let past = &known.pasts[question.user.index()];
        Self {
            user: question.user,
            horizon: question.horizon(),
            expected_events: recent_events(past, question.known),
            last_events: past.totals[question.known],
            active_periods: u32::try_from(question.known + 1).unwrap_or(u32::MAX),
            silence: question.origin.since(past.periods[question.known]),
            roughness: known.roughness.at(question.user, question.known, question.origin),
        }
    }
}

/// A forecast share with what its band depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// What is known of the user.
    pub of: Situation,
    /// Forecast share.
    pub share: f32,
    /// The share in the last active period.
    pub last_share: f32,
    /// How far the model's answers scatter around the share, where bands are calibrated by that.
    pub scatter: f32,
    /// Number of the path that this is a step of: the same user, origin and interest. Ascending.
    pub path: u32,
}

/// Numbers of a model's answers, laid out questions × interests.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The questions.
    pub questions: &'a [Question],
    /// Forecast shares.
    pub shares: &'a [f32],
    /// How far the answers scatter, where bands are calibrated by that.
    pub scatter: Option<&'a [f32]>,
}

impl Answered<'_> {
    /// The cells of one question, one for each interest, as steps of path 0.
    pub fn cells(&self, known: &Known, at: usize) -> impl Iterator<Item = Cell> {
        let (question, interests) = (&self.questions[at], known.interests());
        let of = Situation::of(known, question);
        let past = &known.pasts[question.user.index()];
        (0..interests).map(move |interest| {
            let place = at * interests + interest;
            Cell {
                of,
                share: self.shares[place],
                last_share: share(past, question.known, interest),
                scatter: self.scatter.map_or(0.0, |scatter| scatter[place]),
                path: 0,
            }
        })
    }

    /// The cells of the questions for which `wanted` holds and whose answers are known, with the shares that were
    /// observed, path by path. Users are left out evenly where that would be too many.
    pub fn observed(&self, known: &Known, wanted: impl Fn(&Question) -> bool) -> Vec<(Cell, f32)> {
        let asked = self.questions.iter().filter(|question| wanted(question)).count();
        let every = (asked * known.interests()).div_ceil(MOST_CELLS).max(1);
        let seen = |question: &Question, interest: usize| {
            let answer = question.answer.filter(|_| wanted(question) && question.user.index().is_multiple_of(every))?;
            Some(share(&known.pasts[question.user.index()], answer, interest))
        };
        self.beside(known, |at, interest| seen(&self.questions[at], interest))
    }

    /// The cells of the questions of which the shares were `seen`, by place of the question and interest, beside these,
    /// path by path.
    pub fn beside(&self, known: &Known, seen: impl Fn(usize, usize) -> Option<f32>) -> Vec<(Cell, f32)> {
        let (questions, interests) = (self.questions, known.interests());
        let mut order: Vec<usize> = (0..questions.len()).filter(|at| seen(*at, 0).is_some()).collect();
        order.sort_by_key(|at| (questions[*at].user, questions[*at].origin, questions[*at].target));
        let mut cells = Vec::with_capacity(order.len() * interests);
        let start = |at: &usize| (questions[*at].user, questions[*at].origin);
        let mut path = 0;
        for of_path in order.chunk_by(|a, b| start(a) == start(b)) {
            let steps: Vec<(usize, Vec<Cell>)> =
                of_path.iter().map(|at| (*at, self.cells(known, *at).collect())).collect();
            for interest in 0..interests {
                let of_steps = steps
                    .iter()
                    .filter_map(|(at, cells)| Some((Cell { path, ..cells[interest] }, seen(*at, interest)?)));
                cells.extend(of_steps);
                path += 1;
            }
        }
        cells
    }
}

/// The share of an interest in one active period; 0 where all that happened counts nothing.
pub fn share(past: &Past, at: usize, interest: usize) -> f32 {
    let total = past.totals[at];
    if total > 0.0 { past.counts(at)[interest] / total } else { 0.0 }
}
