//! What happens between frames: files dropped, dialogs answered, keys, and closing; [`super::hear`] hears the engine.

use std::time::{Duration, Instant};

use eframe::egui::{Context, ViewportCommand};
use strum::IntoEnumIterator as _;

use super::DriftlineApp;
use super::commands::{Action, Command};
use super::session::Page;

/// How long a closing window waits for its jobs to stop.
const CLOSING_PATIENCE: Duration = Duration::from_millis(1500);
/// How often it looks whether they did.
const CLOSING_LOOK: Duration = Duration::from_millis(30);

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
