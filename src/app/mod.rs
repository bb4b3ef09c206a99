//! The window. The only place that knows egui.
//!
//! Panels read the [`Session`](session::Session) and ask for things by [`Action`](commands::Action); `execute` carries
//! them out, `logic` takes up what the engine tells. Neither tensors nor tables are touched here: the window speaks to
//! the [`Engine`] alone.

mod advice;
mod commands;
mod dialogs;
mod evidence;
mod execute;
mod format;
mod hear;
mod jobs;
mod logic;
mod notices;
mod panels;
mod preferences;
mod recall;
mod session;
mod shown;
mod start;
mod theme;
mod ui;
mod view;
mod widgets;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui::{Context, Ui};

use crate::pipeline::Engine;
use crate::project::Presets;
use commands::Actions;
use panels::Panels;
use session::Session;

pub use dialogs::{Answer, FileDialogs, NativeDialogs, Question, Wake};
pub use start::{display_available, run};

/// What the window opens with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    /// The start page.
    #[default]
    Nothing,
    /// A project.
    Project(PathBuf),
    /// Logs, on the page that maps their columns.
    Logs(Vec<PathBuf>),
}

/// Days ahead that value is asked for if nobody says otherwise.
const USUAL_DAYS: u32 = 90;
/// Shapes that a search tries if nobody says otherwise: so many that the last round has one of them.
const USUAL_TRIALS: usize = 9;

/// The window's whole state.
pub struct DriftlineApp {
    engine: Box<dyn Engine>,
    dialogs: Box<dyn FileDialogs>,
    session: Session,
    panels: Panels,
    actions: Actions,
    wake: Wake,
    preferences_place: Option<PathBuf>,
    presets: Option<Presets>,
    /// A log was opened of which nothing is known yet.
    newly_opened: bool,
    closing: Option<Instant>,
    title: String,
    dark: bool,
}

impl DriftlineApp {
    /// A window that speaks to `engine` and remembers nothing between starts.
    pub fn new(ctx: &Context, engine: Box<dyn Engine>, opening: Opening) -> Self {
        theme::install(ctx);
        let waker = ctx.clone();
        let session = Session {
            level: Some(80),
            sample: start::sample(),
            trials: USUAL_TRIALS,
            value_days: USUAL_DAYS,
            ..Session::default()
        };
        let mut app = Self {
            engine,
            dialogs: Box::new(NativeDialogs::default()),
            session,
            panels: Panels::default(),
            actions: Actions::default(),
            wake: Arc::new(move || waker.request_repaint()),
            preferences_place: None,
            presets: None,
            newly_opened: false,
            closing: None,
            title: String::new(),
            dark: false,
        };
        match opening {
            Opening::Nothing => {}
            Opening::Project(path) => app.open_project(&path),
            Opening::Logs(paths) => app.open(paths),
        }
        app
    }

    /// The same window with other file dialogs.
    #[must_use]
    pub fn with_dialogs(mut self, dialogs: Box<dyn FileDialogs>) -> Self {
        self.dialogs = dialogs;
        self
    }

    /// The same window, remembering its theme, its size and the files opened in a file.
    #[must_use]
    pub fn with_preferences(mut self, place: PathBuf, ctx: &Context) -> Self {
        let opened = std::mem::take(&mut self.session.preferences.recent);
        self.session.preferences = preferences::Preferences::load(&place);
        self.preferences_place = Some(place);
        for path in opened.iter().rev() {
            self.session.preferences.opened(path);
        }
        ctx.set_theme(self.session.preferences.theme);
        self
    }
}

impl eframe::App for DriftlineApp {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.think(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn clear_color(&self, visuals: &eframe::egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
