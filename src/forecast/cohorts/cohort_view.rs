//! Cohorts at an origin: who they are, what models forecast of them, and how sure that is.

use std::collections::BTreeMap;

use super::cohort::{Cohort, CohortForecast, CohortSum, OfUsers, sums};
use super::cohort_bands::{CohortCalibration, Residual};
use crate::calendar::Period;
use crate::forecast::ForecastError;
use crate::forecast::activity::returning::Returning;
use crate::forecast::bands::band::Band;
use crate::forecast::bands::calibration::Calibration;
use crate::forecast::bands::cell::Answered;
use crate::forecast::bands::coverage::Coverage;
use crate::forecast::bands::incidence::PastAnswers;
use crate::forecast::bands::spread_choice::MeasuredSpread;
use crate::forecast::kind::ModelKind;
use crate::forecast::models::model::Known;
use crate::forecast::past::history::{Past, Question, recent_events};
use crate::forecast::past::lessons::Lessons;
use crate::forecast::standing::Standing;
use crate::observe::{Cancelled, Watch};

/// Questions at past origins at most. Of more, users and origins are left out evenly: how far off cohorts are is read off
/// their size too, so smaller ones tell of larger ones.
const MOST_QUESTIONS: usize = 400_000;
/// Pairs of past origins and horizons at most.
const MOST_PAIRS: usize = 60;

/// The cohorts at an origin and at the past origins that bands are calibrated on.
#[derive(Debug)]
pub struct CohortView<'a> {
    known: &'a Known<'a>,
    /// What would have been asked at past origins.
    practice: Lessons<'a>,
    /// The cohorts of each past origin and of this one.
    cohorts: BTreeMap<Period, Vec<Cohort>>,
    /// Events expected for each question at past origins, and for each ahead.
    expected: (Expected, Expected),
    /// Each model's answers to those at past origins.
    answers: Vec<(ModelKind, Vec<f32>)>,
}

/// Events expected of each question's user in the period asked for.
#[derive(Debug, Default)]
struct Expected {
    /// The chance to be active times what the user usually does.
    all: Vec<f32>,
    /// What the user usually does.
    usual: Vec<f32>,
    /// The chance to be active.
    active: Vec<f32>,
}

fn expected_events(
    pasts: &[Past],
    questions: &[Question],
    returning: impl Fn(Period) -> Returning,
    watch: &Watch,
) -> Result<Expected, Cancelled> {
    let mut models: BTreeMap<Period, Returning> = BTreeMap::new();
    let mut expected = Expected::default();
    for asked in questions.chunk_by(|a, b| (a.user, a.origin) == (b.user, b.origin)) {
        watch.check()?;
        let (first, past) = (asked[0], &pasts[asked[0].user.index()]);
        let model = models.entry(first.origin).or_insert_with(|| returning(first.origin));
        let furthest = asked.iter().map(Question::horizon).max().unwrap_or(1);
        let chances = model.chances(past, first.known, first.origin, furthest);
        let usual = recent_events(past, first.known);
        expected.all.extend(asked.iter().map(|question| chances[question.horizon() - 1] * usual));
        expected.usual.extend(asked.iter().map(|_| usual));
        expected.active.extend(asked.iter().map(|question| chances[question.horizon() - 1]));
    }
    Ok(expected)
}

impl<'a> CohortView<'a> {
    /// Looks at the usual cohorts; `kinds` are the models that will be asked of them.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn of(known: &'a Known<'a>, standing: &Standing<'a>, kinds: &[ModelKind]) -> Result<Self, ForecastError> {
        let (pasts, split, horizon) = (&*known.pasts, known.split, known.config.horizon);
        let every: Vec<Period> = (0..split.origin.since(split.tune)).map(|step| split.tune.plus(step)).collect();
        let apart = (every.len() * horizon).div_ceil(MOST_PAIRS).max(1);
        // The latest are kept: they say most about today.
        let mut origins: Vec<Period> = every.into_iter().rev().step_by(apart).collect();
        origins.reverse();
        let stride = (pasts.len() * origins.len() * horizon).div_ceil(MOST_QUESTIONS);
        let practice = Lessons::standing(pasts, &origins, split.origin, horizon, stride);
        let sampled = |cohort: Cohort| {
            let users = cohort.users.into_iter().filter(|user| user.index().is_multiple_of(stride.max(1))).collect();
            Cohort { users, ..cohort }
        };
        let mut cohorts: BTreeMap<Period, Vec<Cohort>> = origins
            .iter()
            .map(|origin| (*origin, Cohort::usual(pasts, *origin).into_iter().map(sampled).collect()))
            .collect();
        cohorts.insert(split.origin, Cohort::usual(pasts, split.origin));
        let fit = |until| Returning::fit(pasts, until, known.trajectories.calendar, known.watch);
        let (early, late, now) = (fit(split.tune)?, fit(split.validation)?, fit(split.origin)?);
        // As with every practice: nothing is answered by what learnt from the answer.
        let then = |origin: Period| if origin < split.validation { early.clone() } else { late.clone() };
        let expected = (
            expected_events(pasts, practice.questions(), then, known.watch)?,
            expected_events(pasts, standing.ahead.questions(), |_| now.clone(), known.watch)?,
        );
        let answers = standing.practise(&practice, kinds)?;
        Ok(Self { known, practice, cohorts, expected, answers })
    }

    /// What a model forecasts of the cohorts, with bands.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn forecast(&self, standing: &Standing, kind: ModelKind, levels: &[u8]) -> Result<CohortForecast, Cancelled> {
        let (interests, horizon, origin) = (self.known.interests(), self.known.config.horizon, self.known.split.origin);
        let practised = self.answers.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, answers)| answers);
        let watch = self.known.watch;
        let usual = MeasuredSpread::default();
        let calibrated =
            |answers| usual.calibrated(self.known, standing.practice.questions(), answers, levels, |_| true);
        let users = standing.of(kind).map(calibrated).transpose()?;
        let residuals = self.residuals(practised, users.as_ref())?;
        let calibration = CohortCalibration::on(&residuals, watch)?;
        let ahead: &[f32] = standing.of(kind).map_or(&[], |answers| &answers.ahead);
        let scales = self.scales(users.as_ref(), standing.ahead.questions(), ahead)?;
        let of = self.of_users(standing.ahead.questions(), &self.expected.1, ahead, &scales);
        let sums = sums(&self.cohorts, of, watch)?;
        let cohorts = self.cohorts.get(&origin).cloned().unwrap_or_default();
        let (mut events, mut share, mut independent) = (Vec::new(), Vec::new(), Vec::new());
        for place in 0..cohorts.len() {
            for step in 1..=horizon {
                let none = || CohortSum {
                    events: 0.0,
                    shares: vec![1.0 / interests as f32; interests],
                    independent: vec![0.0; interests],
                };
                let sum = sums.get(&(origin, place, step)).cloned().unwrap_or_else(none);
                events.push(sum.events as f32);
                share.extend(sum.shares);
                independent.extend(sum.independent);
            }
        }
        let mut levels = levels.to_vec();
        levels.sort_unstable();
        let coverage = CohortCalibration::coverage(&residuals, &levels, watch)?;
        let band = |(level, coverage): (&u8, Option<Coverage>)| {
            let limits = |(at, share): (usize, &f32)| {
                let period = at / interests;
                let limits = calibration.limits(1 + period % horizon, *share, independent[at], *level);
                limits.unwrap_or((f32::NAN, f32::NAN))
            };
            let (lower, upper) = share.iter().enumerate().map(limits).unzip();
            Band { level: *level, lower, upper, coverage }
        };
        let none = calibration.is_empty();
        Ok(CohortForecast {
            calendar: self.known.trajectories.calendar,
            origin,
            horizon,
            interests,
            bands: if none { Vec::new() } else { levels.iter().zip(coverage).map(band).collect() },
            no_bands: (1..=horizon).find(|step| !calibration.reaches(*step)).map(|step| self.no_bands_because(step)),
            cohorts,
            events,
            share,
        })
    }

    /// A model's answers about every user at past origins.
    pub fn stood(&self, kind: ModelKind) -> PastAnswers<'_> {
        let shares = self.answers.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, answers)| answers);
        PastAnswers { questions: self.practice.questions(), active: &self.expected.0.active, shares }
    }

    /// How far users' shares are usually off; empty where that is not known for every step.
    fn scales(
        &self,
        users: Option<&Calibration>,
        questions: &[Question],
        shares: &[f32],
    ) -> Result<Vec<f32>, Cancelled> {
        let reaches = |users: &&Calibration| (1..=self.known.config.horizon).all(|step| users.reaches(step, false));
        let Some(users) = users.filter(reaches) else { return Ok(Vec::new()) };
        let answered = Answered { questions, shares, scatter: None };
        let mut scales = Vec::with_capacity(shares.len());
        for at in 0..questions.len() {
            self.known.watch.check()?;
            let scale = |cell| users.around(&cell).map_or(0.0, |around| around.scale() as f32);
            scales.extend(answered.cells(self.known, at).map(scale));
        }
        Ok(scales)
    }

    fn of_users<'b>(
        &self,
        questions: &'b [Question],
        expected: &'b Expected,
        shares: &'b [f32],
        scales: &'b [f32],
    ) -> OfUsers<'b> {
        let Expected { all, usual, .. } = expected;
        OfUsers { questions, expected: all, usual, shares, scales, interests: self.known.interests() }
    }

    /// How far off a model's answers were at past origins.
    fn residuals(&self, practised: &[f32], users: Option<&Calibration>) -> Result<Vec<Residual>, Cancelled> {
        let questions = self.practice.questions();
        let scales = self.scales(users, questions, practised)?;
        let of = self.of_users(questions, &self.expected.0, practised, &scales);
        let past = sums(&self.cohorts, of, self.known.watch)?;
        let mut residuals = Vec::new();
        for ((origin, place, horizon), sum) in past {
            self.known.watch.check()?;
            let cohort = &self.cohorts[&origin][place];
            let target = origin.plus(i32::try_from(horizon).unwrap_or(1) - 1);
            let observed = cohort.observed(&self.known.pasts, target);
            let total: f64 = observed.iter().sum();
            if total <= 0.0 {
                continue;
            }
            let shares = sum.shares.iter().zip(sum.independent);
            residuals.extend(shares.zip(observed).map(|((share, events), seen)| {
                let observed = (seen / total) as f32;
                Residual { origin, horizon, share: *share, events, observed }
            }));
        }
        Ok(residuals)
    }

    /// Why there are no bands from a step on.
    fn no_bands_because(&self, step: usize) -> String {
        let calendar = self.known.trajectories.calendar;
        let reach = |origin: &Period| self.known.split.origin.since(*origin) >= i32::try_from(step).unwrap_or(i32::MAX);
        let past = self.cohorts.keys().filter(|origin| reach(origin)).count();
        let ahead = match step {
            1 => String::new(),
            _ => format!(" from {step} {}s ahead on", calendar.length),
        };
        format!(
            "No bands are drawn for cohorts{ahead}: since {} there are {past} past origins to compare such forecasts with \
             what came, which is too few to say how far off a forecast may be.",
            calendar.label(self.known.split.tune),
        )
    }
}
