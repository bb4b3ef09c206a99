//! What there is to see at once in a run's results: sentences, each with the numbers of a small picture and the place
//! where its evidence is. Where something was not measured, or chance would do as much, nothing is claimed.

mod ahead;
mod people;
mod whole;
mod worth;

use std::ops::Range;

use serde::Serialize;

use super::UserSummary;
use crate::calendar::{Calendar, Period, PeriodLength};
use crate::events::{EventTable, UserId};
use crate::forecast::{CohortForecast, CohortRule, Forecast, ScoreTable};
use crate::interests::{InterestSpace, Trajectories};
use crate::wording::agreeing;

/// Entries of a picture at most.
const SHOWN: usize = 5;

/// What an overview is made of; cohorts and scores come with a run's last word only.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The clean log.
    pub events: &'a EventTable,
    /// The interests.
    pub space: &'a InterestSpace,
    /// Each user's past.
    pub trajectories: &'a Trajectories,
    /// Each user's future.
    pub forecast: &'a Forecast,
    /// One line a user, by user number.
    pub users: &'a [UserSummary],
    /// The future of cohorts.
    pub cohorts: Option<&'a CohortForecast>,
    /// How every model did on the validation periods.
    pub scores: Option<&'a ScoreTable>,
}

/// What a finding answers, in the order they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// How much happens in the log.
    Activity,
    /// Which interests rose and fell in the whole log.
    Interests,
    /// Which interests are forecast to grow.
    Growing,
    /// Which users are forecast to change most.
    Users,
    /// Which cohorts are forecast to change most.
    Cohorts,
    /// Who is likely to stay away.
    Leaving,
    /// How good the forecast is.
    Worth,
}

impl Question {
    /// What it is called above its answer.
    pub fn title(self) -> &'static str {
        match self {
            Self::Activity => "The whole log",
            Self::Interests => "What rose and fell",
            Self::Growing => "What grows",
            Self::Users => "Who changes most",
            Self::Cohorts => "Which cohorts change most",
            Self::Leaving => "Who may stay away",
            Self::Worth => "How good the forecast is",
        }
    }
}

/// Where what a finding says can be seen in full.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// A user's chart, with this interest in it.
    User(UserId, Option<u16>),
    /// A cohort's chart with these interests; none: its leading ones.
    Cohort(CohortRule, Vec<u16>),
    /// How every model did.
    Scores,
}

/// One bar of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Whose it is.
    pub name: String,
    /// How long it is: a share, a change of one, nats; below 0 to the left.
    pub value: f64,
    /// The number in words.
    pub words: String,
    /// The interest whose colour it has.
    pub interest: Option<u16>,
    /// Where it leads.
    pub evidence: Option<Evidence>,
}

/// The numbers of a small picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    /// Events by period, from the log's first whole one.
    Columns(Vec<(Period, f64)>),
    /// Bars below each other.
    Bars(Vec<Bar>),
}

/// An answer with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it answers.
    pub question: Question,
    /// The answer.
    pub sentence: String,
    /// How it was found and what it was measured on.
    pub basis: String,
    /// Its picture.
    pub picture: Picture,
    /// Where its evidence is; none before the run's last word.
    pub evidence: Option<Evidence>,
}

/// The answers that there are, in the order of [`Question`].
pub fn overview(found: &Found) -> Vec<Finding> {
    [
        whole::activity(found),
        whole::interests(found),
        ahead::growing(found),
        people::changing(found),
        ahead::cohorts(found),
        people::leaving(found),
        worth::worth(found),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The latest stretch of a log and the one it is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spans {
    now: Range<Period>,
    before: Range<Period>,
    /// Whether the two lie a year apart, so that seasons do not show.
    a_year_apart: bool,
}

impl Spans {
    /// The last three months, four weeks or seven days, and the same of the year before where the log has them, else
    /// those right before; none of a log that is too short.
    fn of(trajectories: &Trajectories) -> Option<Self> {
        let (length, year) = match trajectories.calendar.length {
            PeriodLength::Month => (3, 12),
            PeriodLength::Week => (4, 52),
            PeriodLength::Day => (7, 364),
        };
        let (first, end) = (trajectories.first, trajectories.origin);
        let whole = end.since(first);
        let back = if whole >= year + length { year } else { length };
        let now = end.plus(-length)..end;
        let before = now.start.plus(-back)..now.end.plus(-back);
        (before.start >= first).then_some(Self { now, before, a_year_apart: back == year })
    }

    /// `Sep 2011 to Nov 2011`.
    fn name(span: &Range<Period>, calendar: Calendar) -> String {
        format!("{} to {}", calendar.label(span.start), calendar.label(span.end.plus(-1)))
    }
}

/// A change of a share in points, with its sign: `+12 points`.
fn points(change: f64) -> String {
    let points = (change * 100.0).round().abs() as u64;
    format!("{} {}", signed(change), agreeing(points, "point"))
}

/// The same without its unit, for where something else follows: `+12`.
fn signed(change: f64) -> String {
    let rounded = (change * 100.0).round();
    format!("{}{}", if rounded < 0.0 { "−" } else { "+" }, rounded.abs())
}

#[cfg(test)]
mod tests;
