//! The page of the training: how the model is made, how it is doing, and how it did.

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use super::curves::Curves;
use super::language::LanguageCard;
use super::layout::{beside, line};
use super::road::Road;
use super::scores::Scores;
use crate::app::advice::in_the_window;
use crate::app::commands::{Action, Actions, Command};
use crate::app::format;
use crate::app::jobs::{Job, Purpose};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, card, heading, icon, job_button, primary, section, well};
use crate::wording::counted;

/// The page of the training.
#[derive(Debug, Default)]
pub struct TrainPage {
    road: Road,
    curves: Curves,
    scores: Scores,
    language: LanguageCard,
}

impl View for TrainPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        head(ui, session, actions);
        ui.add_space(space::MEDIUM - space::SMALL);
        stale_ui(ui, session);
        ScrollArea::vertical().id_salt("training").auto_shrink([false, false]).show(ui, |ui| {
            // Before there are results the two cards have the page to themselves.
            let height =
                if session.outcome.is_some() { 340.0 } else { (ui.available_height() - 2.0).clamp(340.0, 640.0) };
            ui.allocate_ui(eframe::egui::vec2(ui.available_width(), height), |ui| {
                ui.set_min_height(height);
                let (mut left, mut right) = beside(ui, (ui.available_width() * 0.62).max(360.0));
                let inner = height - 2.0 * space::INSET - 2.0;
                card(&mut left, space::INSET, |ui| {
                    ui.set_min_size(eframe::egui::vec2(ui.available_width(), inner));
                    self.road.ui(ui, session, actions);
                });
                card(&mut right, space::INSET, |ui| {
                    ui.set_min_size(eframe::egui::vec2(ui.available_width(), inner));
                    self.curves.ui(ui, session, actions);
                });
            });
            ui.add_space(space::MEDIUM - space::SMALL);
            self.scores.ui(ui, session, actions);
            self.language.ui(ui, session, actions);
            notes_ui(ui, session);
        });
    }
}

fn head(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let training = session.jobs.of(Purpose::Train);
    line(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                heading(ui, &title(session, training));
                let quiet = Tokens::of(ui).quiet;
                ui.add(Label::new(RichText::new(subtitle(session, training)).color(quiet)).wrap());
            });
        },
        |ui| match training {
            Some(job) => {
                if session.outcome.is_none() && session.early.is_some() {
                    let see = ui.button("See overview");
                    if see.on_hover_text(Command::ShowOverview.tooltip()).clicked() {
                        actions.run(Command::ShowOverview);
                    }
                    let see = ui.button("See users");
                    if see.on_hover_text("What is forecast so far; better forecasts take its place").clicked() {
                        actions.run(Command::ShowUsers);
                    }
                }
                let stop = ui.add_enabled(!job.cancelling, eframe::egui::Button::new("Cancel"));
                if stop.on_hover_text("Stop the training; the results shown before stay").clicked() {
                    actions.push(Action::Stop(job.id));
                }
            }
            None => {
                let why_not = session.why_not_train();
                let done = session.outcome.is_some() && session.stale().is_empty();
                let text = if session.outcome.is_some() { "Train again" } else { "Train" };
                if done && primary(ui, "See overview", true).on_hover_text(Command::ShowOverview.tooltip()).clicked() {
                    actions.run(Command::ShowOverview);
                }
                if done && ui.button("See users").on_hover_text(Command::ShowUsers.tooltip()).clicked() {
                    actions.run(Command::ShowUsers);
                }
                job_button(ui, text, Command::Train, !done, why_not, actions);
            }
        },
    );
}

fn title(session: &Session, training: Option<&Job>) -> String {
    match training {
        Some(job) if job.cancelling => "Stopping".to_owned(),
        Some(job) => job.now().map_or_else(|| "Beginning".to_owned(), |progress| progress.stage.to_string()),
        None if session.outcome.is_some() => "Trained".to_owned(),
        None if !session.jobs.last_stages.is_empty() => "Stopped".to_owned(),
        None => "Not trained yet".to_owned(),
    }
}

fn subtitle(session: &Session, training: Option<&Job>) -> String {
    match (training.map(|job| job.now()), &session.outcome) {
        (Some(Some(progress)), None) if session.early.is_some() => {
            let left = progress.eta.filter(|eta| !eta.is_zero());
            let left = left.map(|eta| format!(" About {} left in this stage.", format::duration(eta)));
            format!("Users can be looked at already.{}", left.unwrap_or_default())
        }
        (Some(Some(progress)), _) => match progress.eta.filter(|eta| !eta.is_zero()) {
            Some(eta) => format!("About {} left in this stage.", format::duration(eta)),
            None => "The window stays usable meanwhile.".to_owned(),
        },
        (Some(None), _) => "The window stays usable meanwhile.".to_owned(),
        (None, Some(outcome)) => format!(
            "{}, {} over {}.",
            counted(outcome.users.len() as u64, "user"),
            counted(outcome.events.len() as u64, "event"),
            counted(outcome.space.len() as u64, "interest"),
        ),
        (None, None) => "Finds the interests, trains the forecaster on the past, and forecasts every user.".to_owned(),
    }
}

fn stale_ui(ui: &mut Ui, session: &Session) {
    let changes = session.stale();
    if changes.is_empty() || session.jobs.of(Purpose::Train).is_some() {
        return;
    }
    let t = Tokens::of(ui);
    well(ui, t.warn_ground, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            icon(ui, Icon::Warning, 16.0, t.warn);
            ui.add(
                Label::new(format!("The results are older than the settings. Changed: {}.", changes.join(", "))).wrap(),
            );
        });
    });
    ui.add_space(space::SMALL);
}

fn notes_ui(ui: &mut Ui, session: &Session) {
    let notes = match &session.outcome {
        Some(outcome) if session.jobs.of(Purpose::Train).is_none() => &outcome.notes,
        _ => &session.jobs.notes,
    };
    if notes.is_empty() {
        return;
    }
    ui.add_space(space::MEDIUM - space::SMALL);
    card(ui, space::INSET, |ui| {
        ui.set_min_width(ui.available_width());
        section(ui, "Good to know");
        for note in notes {
            ui.add(Label::new(RichText::new(in_the_window(note)).color(Tokens::of(ui).quiet)).wrap());
        }
    });
}
