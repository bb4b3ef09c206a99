//! What happens between frames: the engine's news, files dropped, dialogs answered, keys, and closing.

use std::time::{Duration, Instant};

use eframe::egui::{Context, ViewportCommand};
use strum::IntoEnumIterator as _;

use super::DriftlineApp;
use super::commands::{Action, Command};
use super::jobs::Purpose;
use super::session::Page;
use crate::forecast::{TrialState, Tuning};
use crate::observe::CurvePoint;
use crate::pipeline::Update;

/// How long a closing window waits for its jobs to stop.
const CLOSING_PATIENCE: Duration = Duration::from_millis(1500);
/// How often it looks whether they did.
const CLOSING_LOOK: Duration = Duration::from_millis(30);
/// How many of the engine's updates one frame takes up at most, so that a flood of them cannot stop the window.
const UPDATES_A_FRAME: usize = 512;

impl DriftlineApp {
    /// Everything of a frame but its drawing. Runs also while the window is hidden.
    pub(super) fn think(&mut self, ctx: &Context) {
        self.hear_engine(ctx);
        while let Some(answer) = self.dialogs.poll() {
            self.answered(answer);
        }
        self.take_drops(ctx);
        self.take_keys(ctx);
        if let Some(next) = self.session.notices.expire(Instant::now()) {
            ctx.request_repaint_after(next);
        }
        self.see_to_closing(ctx);
        self.show_title(ctx);
    }

    fn hear_engine(&mut self, ctx: &Context) {
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
            Update::Note(id, note) => match session.jobs.get(id).map(|job| job.purpose) {
                Some(Purpose::Train) => session.jobs.notes.push(note),
                Some(Purpose::Inspect) if !session.warnings.contains(&note) => session.warnings.push(note),
                _ => {}
            },
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
                    session.inspection = Some(inspection);
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
            // What is drawn is drawn once, when the run has come to its end.
            Update::Early(..) => {}
            Update::Trained(id, outcome) => {
                if session.jobs.ended(id).is_some() {
                    session.jobs.curves.clone_from(&outcome.curves);
                    session.account = Some(outcome.account.clone());
                    // The user looked at before is still of interest, if the new run knows the name.
                    let name = session.to_project().selection.user;
                    let busiest = outcome.users.iter().max_by_key(|summary| summary.events).map(|summary| summary.user);
                    let again = name.and_then(|name| {
                        outcome.users.iter().find(|line| outcome.events.users.get(line.user.index()) == Some(&name))
                    });
                    session.chosen = again.map(|line| line.user).or(busiest);
                    session.wanted = None;
                    let interests = outcome.space.len();
                    if session.outcome.as_ref().is_some_and(|before| before.space.interests != outcome.space.interests)
                    {
                        // Numbers of interests mean nothing in another space.
                        session.pinned = None;
                    }
                    if let Some(pinned) = &mut session.pinned {
                        pinned.retain(|interest| usize::from(*interest) < interests);
                    }
                    session.pinned = session.pinned.take().filter(|pinned| !pinned.is_empty());
                    session.outcome = Some(outcome);
                }
            }
            Update::Backtested(id, outcome) => {
                if session.jobs.ended(id).is_some() {
                    session.backtest = Some(outcome);
                }
            }
            Update::Exported(id, path) => {
                if session.jobs.ended(id).is_some() {
                    session.notices.done("Exported", path.display().to_string());
                }
            }
            Update::Failed(id, why) => {
                if let Some(job) = session.jobs.ended(id) {
                    if job.purpose == Purpose::Tune {
                        session.search = None;
                    }
                    let title = match job.purpose {
                        Purpose::Inspect => "The log could not be read",
                        Purpose::Train => "The training stopped",
                        Purpose::Backtest => "The backtest stopped",
                        Purpose::Tune => "The search stopped",
                        Purpose::Export => "Nothing was exported",
                    };
                    if job.purpose == Purpose::Inspect {
                        session.broken = Some(why.clone());
                    }
                    session.notices.failed(title, why);
                }
            }
            Update::Cancelled(id) => {
                let stopped = session.jobs.ended(id).map(|job| job.purpose);
                if stopped == Some(Purpose::Tune) {
                    session.search = None;
                }
                if stopped == Some(Purpose::Inspect) && session.inspection.is_none() {
                    session.broken = Some("It was stopped before its columns were known. Open it again.".to_owned());
                }
            }
        }
    }

    fn take_drops(&mut self, ctx: &Context) {
        let (dropped, hovers) = ctx.input(|input| {
            let dropped: Vec<_> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
            (dropped, !input.raw.hovered_files.is_empty())
        });
        self.session.drop_hovers = hovers;
        if !dropped.is_empty() {
            self.open(dropped);
        }
    }

    fn take_keys(&mut self, ctx: &Context) {
        let typing = ctx.egui_wants_keyboard_input();
        // The longer shortcut first: Ctrl+Shift+S also holds Ctrl+S.
        let mut with_keys: Vec<_> =
            Command::iter().filter_map(|command| Some((command, command.shortcut()?))).collect();
        with_keys.sort_by_key(|(_, keys)| !keys.modifiers.shift);
        for (command, keys) in with_keys {
            let moves = matches!(command, Command::PreviousUser | Command::NextUser);
            if moves && (self.session.page != Page::Users || eframe::egui::Popup::is_any_open(ctx)) {
                continue;
            }
            // Up and down mean nothing within one line of text, so they move through users there too.
            if typing && keys.conflicts_with_text_editing() && !moves && command != Command::Shortcuts {
                continue;
            }
            if command.enabled(&self.session) && ctx.input_mut(|input| input.consume_shortcut(&keys)) {
                self.execute(Action::Run(command), ctx);
            }
        }
        if ctx.input(|input| input.key_pressed(eframe::egui::Key::Escape)) && !eframe::egui::Popup::is_any_open(ctx) {
            if self.session.shortcuts_open {
                self.session.shortcuts_open = false;
            } else if let Some(newest) = self.session.notices.newest().filter(|_| !typing) {
                self.session.notices.dismiss(newest);
            }
        }
    }

    /// A window that is closed stops its jobs first and waits for them a little, drawing on meanwhile.
    fn see_to_closing(&mut self, ctx: &Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        if asked && self.closing.is_none() {
            if let Some(size) = ctx.input(|input| input.viewport().inner_rect).map(|rect| rect.size()) {
                self.session.preferences.size = Some((size.x, size.y));
                self.keep_preferences();
            }
            let jobs = self.session.jobs.ids();
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                self.engine.cancel(job);
                self.session.jobs.cancelling(job);
            }
            self.closing = Some(Instant::now());
        }
        let Some(since) = self.closing else { return };
        let patient = since.elapsed() < CLOSING_PATIENCE && self.session.jobs.at_work().is_some();
        match (patient, asked) {
            (true, true) => {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                ctx.request_repaint_after(CLOSING_LOOK);
            }
            (true, false) => ctx.request_repaint_after(CLOSING_LOOK),
            (false, true) => {}
            (false, false) => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    fn show_title(&mut self, ctx: &Context) {
        let title = self.session.title();
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
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
