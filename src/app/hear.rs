//! The engine's news.

use std::sync::Arc;

use eframe::egui::Context;

use super::DriftlineApp;
use super::advice::in_the_window;
use super::jobs::{Job, Purpose};
use super::session::Session;
use crate::events::{EventTable, UserId};
use crate::forecast::{TrialState, Tuning};
use crate::interests::InterestSpace;
use crate::observe::CurvePoint;
use crate::pipeline::{EarlyOutcome, JobId, Outcome, Update};
use crate::report::UserSummary;

/// How many of the engine's updates one frame takes up at most, so that a flood of them cannot stop the window.
const UPDATES_A_FRAME: usize = 512;

impl DriftlineApp {
    pub(super) fn hear_engine(&mut self, ctx: &Context) {
        for _ in 0..UPDATES_A_FRAME {
            match self.engine.poll() {
                Some(update) => self.hear(update),
                None => return,
            }
        }
        ctx.request_repaint();
    }

    fn hear(&mut self, update: Update) {
        let session = &mut self.session;
        match update {
            Update::Progress(id, progress) => session.jobs.progress(id, progress),
            Update::Curve(id, point) => match session.jobs.get(id).map(|job| job.purpose) {
                Some(Purpose::Train) => session.jobs.curves.push(point),
                Some(Purpose::Tune) => learnt(&mut session.search, point),
                _ => {}
            },
            Update::Note(id, note) => session.noted(id, in_the_window(&note)),
            Update::Trials(id, trials) => {
                if session.jobs.get(id).is_some() {
                    session.search = Some((*trials).clone());
                }
            }
            Update::Tuned(id, found) => {
                if session.jobs.ended(id).is_some() {
                    session.search = None;
                    session.tuned = Some(found);
                }
            }
            Update::Inspected(id, inspection) => {
                if session.jobs.get(id).is_some() {
                    let mut inspection = Arc::unwrap_or_clone(inspection);
                    inspection.problems.iter_mut().for_each(|problem| *problem = in_the_window(problem));
                    session.inspection = Some(Arc::new(inspection));
                    self.recall();
                }
            }
            Update::Kinds(id, kinds) => {
                if session.jobs.get(id).is_some() {
                    session.kinds = kinds;
                }
            }
            Update::Accounted(id, account) => {
                if session.jobs.ended(id).is_some() {
                    session.account = Some(account);
                }
            }
            Update::Early(id, early) => {
                if session.jobs.get(id).is_some() {
                    session.forecast_so_far(early);
                }
            }
            Update::Trained(id, outcome) => {
                if session.jobs.ended(id).is_some() {
                    session.trained(outcome);
                }
            }
            Update::Backtested(id, outcome) => {
                if session.jobs.ended(id).is_some() {
                    session.backtest = Some(outcome);
                }
            }
            Update::Valued(id, view) => {
                if session.jobs.ended(id).is_some() {
                    session.value = Some(view);
                }
            }
            Update::Exported(id, path) => {
                if session.jobs.ended(id).is_some() {
                    session.notices.done("Exported", path.display().to_string());
                }
            }
            Update::Failed(id, why) => {
                if let Some(job) = session.jobs.ended(id) {
                    session.failed(&job, in_the_window(&why));
                }
            }
            Update::Cancelled(id) => {
                if let Some(job) = session.jobs.ended(id) {
                    session.cancelled(&job);
                }
            }
        }
    }
}

impl Session {
    fn noted(&mut self, id: JobId, note: String) {
        match self.jobs.get(id).map(|job| job.purpose) {
            Some(Purpose::Train) => self.jobs.notes.push(note),
            Some(Purpose::Inspect) if !self.warnings.contains(&note) => self.warnings.push(note),
            _ => {}
        }
    }

    /// A forecast is there before the run has come to its end. Results that are there already stay until then.
    fn forecast_so_far(&mut self, early: Arc<EarlyOutcome>) {
        if self.outcome.is_none() {
            self.turn_to(&early.events, &early.users, &early.space);
            self.early = Some(early);
        }
    }

    fn trained(&mut self, outcome: Arc<Outcome>) {
        self.jobs.curves.clone_from(&outcome.curves);
        self.account = Some(outcome.account.clone());
        self.turn_to(&outcome.events, &outcome.users, &outcome.space);
        self.wanted = None;
        self.early = None;
        self.outcome = Some(outcome);
    }

    /// Keeps in view what was looked at, as far as other results know it: the user by name, interests where they are the
    /// same.
    fn turn_to(&mut self, events: &EventTable, users: &[UserSummary], space: &InterestSpace) {
        let name = self.to_project().selection.user;
        let again = name
            .and_then(|name| users.iter().find(|line| events.users.get(line.user.index()) == Some(&name)))
            .map(|line| line.user);
        let busiest = || -> Option<UserId> { users.iter().max_by_key(|line| line.events).map(|line| line.user) };
        // Numbers of interests mean nothing in another space.
        let another = self.shown().is_some_and(|before| before.space.interests != space.interests);
        let interests = space.len();
        self.chosen = again.or_else(busiest);
        let mut pinned = self.pinned.take().filter(|_| !another).unwrap_or_default();
        pinned.retain(|interest| usize::from(*interest) < interests);
        self.pinned = Some(pinned).filter(|pinned| !pinned.is_empty());
    }

    fn failed(&mut self, job: &Job, why: String) {
        let title = match job.purpose {
            Purpose::Inspect => {
                // The page of the log tells what is wrong with it. Where questions stand there already, it is one of them
                // that the reading met.
                let asked = self.inspection.as_ref().is_some_and(|found| !found.problems.is_empty());
                self.broken = Some(why).filter(|_| !asked);
                return;
            }
            Purpose::Train => "The training stopped",
            Purpose::Backtest => "The backtest stopped",
            Purpose::Tune => "The search stopped",
            Purpose::Value => "Users were not ranked",
            Purpose::Export => "Nothing was exported",
        };
        if job.purpose == Purpose::Tune {
            self.search = None;
        }
        self.notices.failed(title, why);
    }

    fn cancelled(&mut self, job: &Job) {
        if job.purpose == Purpose::Tune {
            self.search = None;
        }
        if job.purpose == Purpose::Inspect && self.inspection.is_none() {
            self.broken = Some("It was stopped before its columns were known. Open it again.".to_owned());
        }
    }
}

/// An epoch of the trial that learns now ended. When the trial ends, all are told anew.
fn learnt(search: &mut Option<Tuning>, point: CurvePoint) {
    let trials = search.iter_mut().flat_map(|search| &mut search.trials);
    if let Some(trial) = trials.into_iter().find(|trial| trial.state == TrialState::Running) {
        trial.loss = point.validation.map_or(trial.loss, |loss| loss.min(trial.loss));
        trial.curve.push(point);
    }
}
