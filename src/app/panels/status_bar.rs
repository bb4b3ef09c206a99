//! The bar at the bottom: the job at work, the rows kept, the device.

use eframe::egui::{Align, Button, Label, Layout, RichText, Ui};

use crate::app::commands::{Action, Actions, Command};
use crate::app::format;
use crate::app::jobs::{Job, Purpose, part};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::meter;
use crate::wording::counted;

/// The bar at the bottom.
#[derive(Debug, Default)]
pub struct StatusBar;

impl View for StatusBar {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let t = Tokens::of(ui);
        let quiet = |text: String| RichText::new(text).small().color(t.quiet);
        ui.horizontal_centered(|ui| {
            match session.jobs.at_work() {
                Some(job) => job_ui(ui, job, actions),
                None => {
                    let text = if session.broken.is_some() {
                        "The log could not be read"
                    } else if session.outcome.is_none() {
                        "Ready"
                    } else if session.stale().is_empty() {
                        "Up to date"
                    } else {
                        "Settings changed since the training"
                    };
                    ui.label(quiet(text.to_owned()));
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::LARGE;
                let device = match &session.outcome {
                    Some(outcome) => outcome.device.clone(),
                    None => format!("Device: {}", session.settings.device),
                };
                let short =
                    device.split(':').next().filter(|_| session.outcome.is_some()).unwrap_or(&device).to_owned();
                ui.add(Label::new(quiet(short)).truncate()).on_hover_text(device);
                if let Some(account) = &session.account {
                    let kept = format::count(account.rows_kept);
                    let text = format!("{kept} of {} kept", counted(account.rows_read, "row"));
                    ui.label(quiet(text)).on_hover_text("The Data page tells what was left out, and why");
                }
            });
        });
    }
}

fn job_ui(ui: &mut Ui, job: &Job, actions: &mut Actions) {
    let t = Tokens::of(ui);
    let what = match (job.now(), job.purpose) {
        _ if job.cancelling => "Stopping".to_owned(),
        (Some(progress), _) => progress.stage.to_string(),
        (None, Purpose::Inspect) => "Looking into the log".to_owned(),
        (None, Purpose::Train | Purpose::Tune | Purpose::Backtest | Purpose::Value) => "Beginning".to_owned(),
        (None, Purpose::Export) => "Writing files".to_owned(),
    };
    ui.label(RichText::new(&what).small());
    let done = job.now().and_then(part);
    meter(ui, 160.0, done, &format!("{what}: progress"));
    let mut rest = Vec::new();
    if let Some(progress) = job.now() {
        if !progress.detail.is_empty() {
            rest.push(progress.detail.clone());
        }
        if let Some(done) = done {
            rest.push(format::percent(f64::from(done)));
        }
        if let Some(eta) = progress.eta.filter(|eta| !eta.is_zero()) {
            rest.push(format!("{} left", format::duration(eta)));
        }
    }
    ui.label(RichText::new(rest.join(" · ")).small().color(t.quiet));
    let stop = ui.add_enabled(!job.cancelling, Button::new(RichText::new("Stop").small()).small());
    if stop.on_hover_text(Command::Cancel.tooltip()).clicked() {
        actions.push(Action::Stop(job.id));
    }
}
