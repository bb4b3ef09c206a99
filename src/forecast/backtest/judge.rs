//! Holds what models said at an origin against what came.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::BacktestPlan;
use super::cohorts::observe;
use super::collected::{ActualSeconds, Scored};
use super::incidence::{self, IncidenceTally, Touched};
use super::result::{ActivityResult, Asked, Backtest, ModelResult};
use super::scores::score_models;
use crate::calendar::Period;
use crate::events::UserId;
use crate::forecast::activity::outlook::{ObservedActivity, Outlook};
use crate::forecast::bands::cell::Answered;
use crate::forecast::bands::spread_choice::{self, MeasuredSpread};
use crate::forecast::cohorts::cohort::leading_before;
use crate::forecast::cohorts::cohort_view::CohortView;
use crate::forecast::kind::{ActivitySource, ModelKind};
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::Known;
use crate::forecast::past::history::{Past, Question, recent_events};
use crate::forecast::run::banded::limits;
use crate::forecast::standing::Standing;
use crate::forecast::{ForecastConfig, ForecastError};
use crate::interests::Trajectories;
use crate::observe::{Cancelled, Watch};

/// Every model at one origin, from what was known there.
#[derive(Clone, Copy)]
pub struct AtOrigin<'a, 'b> {
    /// What was known.
    pub known: &'a Known<'b>,
    /// The models with their answers.
    pub standing: &'a Standing<'b>,
    /// The cohorts as they were then.
    pub cohorts: &'a CohortView<'b>,
}

impl AtOrigin<'_, '_> {
    fn origin(&self) -> Period {
        self.known.split.origin
    }

    /// How many periods ahead are asked for here.
    fn horizon(&self) -> usize {
        self.known.config.horizon
    }

    fn questions(&self) -> &[Question] {
        self.standing.ahead.questions()
    }
}

/// The questions of one origin that can be judged, those of users who were active in the period asked for, and what was
/// observed.
struct AnsweredQuestions {
    /// Their places among all questions of the origin.
    places: Vec<usize>,
    questions: Vec<Question>,
    /// Shares observed, questions × interests.
    seen: Vec<f32>,
    interests: usize,
}

impl AnsweredQuestions {
    /// Of numbers laid out like all questions of the origin, those of these.
    fn of_all(&self, numbers: &[f32]) -> Vec<f32> {
        let row = |place: &usize| &numbers[place * self.interests..(place + 1) * self.interests];
        self.places.iter().flat_map(row).copied().collect()
    }
}

/// Collects what came of all origins.
pub struct Judge<'a> {
    trajectories: &'a Trajectories,
    /// The settings of the backtest; those of an origin may ask for a shorter horizon.
    config: &'a ForecastConfig,
    /// Levels asked for, and those of the curve of coverage.
    levels: Vec<u8>,
    only: Option<&'a [ModelKind]>,
    /// What every user did, beyond the origins too.
    whole: Vec<Past>,
    asked: Vec<Asked>,
    /// What the events observed count, questions × interests.
    observed: Vec<f32>,
    scored: BTreeMap<ModelKind, Scored>,
    /// What was expected of users' activity, by whom, and what came.
    outlooks: BTreeMap<ActivitySource, Outlook>,
    came: Vec<ObservedActivity>,
    simple_incidence: IncidenceTally,
    chosen: Option<(ModelKind, String)>,
}

impl<'a> Judge<'a> {
    /// Before the first origin. `levels` are those that bands are judged at, `only` the models that are, beside the
    /// simple ones.
    pub fn new(
        trajectories: &'a Trajectories,
        config: &'a ForecastConfig,
        levels: Vec<u8>,
        only: Option<&'a [ModelKind]>,
    ) -> Self {
        let users = 0..trajectories.users() as u32;
        Self {
            trajectories,
            config,
            levels,
            only,
            whole: users.map(|user| Past::of(trajectories, UserId(user))).collect(),
            asked: Vec::new(),
            observed: Vec::new(),
            scored: BTreeMap::new(),
            outlooks: BTreeMap::new(),
            came: Vec::new(),
            simple_incidence: IncidenceTally::default(),
            chosen: None,
        }
    }

    /// Which model the analyst would have got at an origin, and why; the last one's stays.
    pub fn chose(&mut self, kind: ModelKind, because: String) {
        self.chosen = Some((kind, because));
    }

    /// Looks at what came after an origin.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn look(&mut self, here: &AtOrigin, watch: &Watch) -> Result<(), ForecastError> {
        self.activity(here);
        let touched = Touched::of(self.trajectories, here.questions(), here.horizon());
        self.simple_incidence.add(here.questions(), &incidence::simple(here.known, here.standing)?, &touched);
        let answered = self.answered(here);
        let judged =
            |answers: &&Answers| answers.kind.is_simple() || self.only.is_none_or(|only| only.contains(&answers.kind));
        let judged: Vec<&Answers> = here.standing.models.iter().filter(judged).collect();
        let so_far: Vec<Scored> = judged
            .iter()
            .map(|answers| self.scored.remove(&answers.kind).unwrap_or_else(|| Scored::new(&self.config.levels)))
            .collect();
        // A model is judged by itself, so models can be judged side by side.
        let scored: Vec<Result<(ModelKind, Scored), ForecastError>> = judged
            .into_par_iter()
            .zip(so_far)
            .map(|(answers, mut scored)| {
                watch.check()?;
                self.model(here, answers, &answered, &touched, &mut scored)?;
                Ok((answers.kind, scored))
            })
            .collect();
        for scored in scored {
            self.scored.extend([scored?]);
        }
        Ok(())
    }

    /// Notes who was active in the first period, and what was expected of that.
    fn activity(&mut self, here: &AtOrigin) {
        let users = here.standing.ahead.users().into_iter();
        self.came.extend(users.map(|user| ObservedActivity::in_period(&self.whole[user.index()], here.origin())));
        for (source, outlook) in &here.standing.outlooks {
            self.outlooks.entry(*source).or_default().extend(outlook);
        }
    }

    /// Finds the questions that can be judged and notes them: what models learn from and bands are calibrated on, of the
    /// period asked for.
    fn answered(&mut self, here: &AtOrigin) -> AnsweredQuestions {
        let interests = self.trajectories.interests;
        let mut answered = AnsweredQuestions { places: Vec::new(), questions: Vec::new(), seen: Vec::new(), interests };
        let within = |question: &Question| question.horizon() <= here.horizon();
        for (place, question) in here.questions().iter().enumerate().filter(|(_, question)| within(question)) {
            let then = &self.whole[question.user.index()];
            let Ok(answer) = then.periods.binary_search(&question.target) else { continue };
            let total = then.totals[answer];
            if total <= 0.0 {
                continue;
            }
            answered.places.push(place);
            answered.questions.push(*question);
            answered.seen.extend(then.counts(answer).iter().map(|events| events / total));
            self.observed.extend_from_slice(then.counts(answer));
            let past = &here.known.pasts[question.user.index()];
            self.asked.push(Asked {
                user: question.user,
                origin: here.origin(),
                period: question.target,
                horizon: question.horizon(),
                active_periods: question.known as u32 + 1,
                expected_events: recent_events(past, question.known),
                leading: leading_before(past, question.known),
                total,
            });
        }
        answered
    }

    /// Judges one model: its forecasts of cohorts, its chances that interests are touched, its shares, and its bands by
    /// every spread that it knows.
    fn model(
        &self,
        here: &AtOrigin,
        answers: &Answers,
        answered: &AnsweredQuestions,
        touched: &Touched,
        scored: &mut Scored,
    ) -> Result<(), ForecastError> {
        let AtOrigin { known, standing, cohorts } = *here;
        let levels = &self.config.levels;
        scored.cohorts.extend(observe(&cohorts.forecast(standing, answers.kind, levels)?, &self.whole, here.horizon()));
        let stood = cohorts.stood(answers.kind);
        scored.incidence.add(here.questions(), &incidence::of_model(known, standing, answers, stood)?, touched);
        let scatters = standing.scatter(answers.kind)?;
        let practice = standing.practice.questions();
        let chosen = spread_choice::best(known, practice, answers, &scatters, levels)?.spread;
        let whole_paths = here.horizon() == self.config.horizon && self.config.horizon > 1;
        for by in MeasuredSpread::all(&scatters) {
            let is_chosen = by.spread == chosen;
            let levels = if is_chosen { &self.levels } else { levels };
            let bands = BandsBySpread { here, answers, answered, by, levels, asked_levels: &self.config.levels };
            let of_spread = bands.judge(scored, is_chosen, is_chosen && whole_paths)?;
            if is_chosen {
                scored.append(&of_spread);
            }
            if !scatters.is_empty() {
                let all = scored.of_spread(by.spread, &self.config.levels);
                all.chosen += usize::from(is_chosen);
                all.seconds += by.scatter.map_or(0.0, |scatter| scatter.seconds);
                all.scored.append(&of_spread);
            }
        }
        Ok(())
    }

    /// What all of it says.
    pub fn verdict(self, plan: &BacktestPlan) -> Backtest {
        let (chosen, chosen_because) = self.chosen.unwrap_or_default();
        let mut found = Backtest {
            calendar: self.trajectories.calendar,
            interests: self.trajectories.interests,
            horizon: plan.origins.iter().map(|(_, horizon)| *horizon).max().unwrap_or(1),
            origins: plan.origins.iter().map(|(origin, _)| *origin).collect(),
            joint: self.config.joint,
            asked: self.asked,
            observed: self.observed,
            models: Vec::new(),
            best_simple: None,
            chosen,
            chosen_because,
            ablations: Vec::new(),
        };
        found.models = score_models(&found, self.scored, &self.simple_incidence, self.config.horizon);
        for model in &mut found.models {
            let source = ActivitySource::Model(model.name);
            let outlooks = (self.outlooks.get(&source), self.outlooks.get(&ActivitySource::Simple));
            if let (Some(own), Some(simple)) = outlooks {
                let network = own.score(source, &self.came);
                let simple = simple.score(ActivitySource::Simple, &self.came);
                model.activity = Some(ActivityResult { rows: self.came.len() as u64, network, simple });
            }
        }
        let by_loss = |a: &ModelResult, b: &ModelResult| a.one_step.nll.total_cmp(&b.one_step.nll);
        found.models.sort_by(by_loss);
        let best_simple = found.models.iter().find(|model| model.name.is_simple() && model.one_step.rows > 0);
        found.best_simple = best_simple.map(|model| model.name.kind);
        found
    }
}

/// One model's bands at one origin, calibrated by one spread.
struct BandsBySpread<'a, 'b> {
    here: &'a AtOrigin<'a, 'b>,
    answers: &'a Answers,
    answered: &'a AnsweredQuestions,
    by: MeasuredSpread<'a>,
    /// Levels to calibrate at.
    levels: &'a [u8],
    /// Levels that the analyst asked for.
    asked_levels: &'a [u8],
}

impl BandsBySpread<'_, '_> {
    /// Calibrates them on practice and judges each cell by what came. The model's own bands are judged on the curve of
    /// coverage too, and where whole paths are, on these.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    fn judge(&self, scored: &mut Scored, are_its_own: bool, on_paths: bool) -> Result<Scored, Cancelled> {
        let Self { here, answers, answered, by, levels, asked_levels } = self;
        let known = here.known;
        let calibration = by.calibrated(known, here.standing.practice.questions(), answers, levels, |_| true)?;
        let shares = answered.of_all(&answers.ahead);
        let scatter = by.ahead().map(|scatter| answered.of_all(scatter));
        let ahead = Answered { questions: &answered.questions, shares: &shares, scatter: scatter.as_deref() };
        let mut of_spread = Scored::new(asked_levels);
        let cells = (0..answered.questions.len()).flat_map(|at| ahead.cells(known, at));
        for (cell, seen) in cells.zip(&answered.seen) {
            known.watch.check()?;
            let predicted = calibration.around(&cell);
            of_spread.rank(predicted.as_ref(), *seen);
            if are_its_own {
                scored.observe(predicted.as_ref(), *seen);
            }
        }
        if on_paths {
            let seen = |at: usize, interest: usize| answered.seen.get(at * answered.interests + interest).copied();
            scored.paths.add(&calibration, &ahead.beside(known, seen), asked_levels, here.horizon(), known.watch)?;
        }
        let seconds = ActualSeconds { train: answers.seconds_train, forecast: answers.seconds_forecast };
        of_spread.extend(here.origin(), &shares, limits(&calibration, known, ahead)?, seconds);
        Ok(of_spread)
    }
}
