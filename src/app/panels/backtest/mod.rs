//! The page of the backtest: why the forecasts should be believed.

mod cohorts;
mod errors;
mod models;
mod reliability;
mod spreads;
mod table;
mod texts;

use eframe::egui::{Label, RichText, ScrollArea, Ui, vec2};

use super::layout::{beside, line};
use crate::app::advice::in_the_window;
use crate::app::commands::{Action, Actions, Command};
use crate::app::format;
use crate::app::jobs::{Job, Purpose, part};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, caption, card, heading, icon, job_button, meter, section, well};
use crate::forecast::Backtest;
use crate::pipeline::BacktestScope;
use crate::report::model_name;

use crate::wording::counted;
use errors::{ErrorsBy, errors_ui};
use models::models_ui;
use reliability::reliability_ui;
use spreads::spreads_ui;
use texts::texts_ui;

/// Height of the cards beside each other.
const ABOVE: f32 = 464.0;
/// As wide as a page has to be for them.
const BESIDE: f32 = 1000.0;
/// Height of the card below them.
const BELOW: f32 = 300.0;

/// The page of the backtest.
#[derive(Debug, Default)]
pub struct BacktestPage {
    by: ErrorsBy,
}

impl View for BacktestPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let running = session.jobs.of(Purpose::Backtest);
        head(ui, session, running, actions);
        ui.add_space(space::MEDIUM - space::SMALL);
        let Some(outcome) = &session.backtest else {
            empty(ui, session, running, actions);
            return;
        };
        if outcome.settings != session.settings && running.is_none() {
            stale(ui);
        }
        let backtest = &*outcome.backtest;
        ScrollArea::vertical().id_salt("backtest").auto_shrink([false, false]).show(ui, |ui| {
            above(ui, backtest);
            card(ui, space::INSET, |ui| {
                ui.set_min_size(vec2(ui.available_width(), BELOW - 2.0 * space::INSET - 2.0));
                errors_ui(ui, backtest, &outcome.space, &mut self.by);
            });
            ui.add_space(space::MEDIUM - space::SMALL);
            card(ui, space::INSET, |ui| {
                ui.set_min_width(ui.available_width());
                texts_ui(ui, backtest);
                ui.add_space(space::SMALL);
                twins_ui(ui, session, actions);
            });
            spreads_ui(ui, backtest);
            notes(ui, outcome.notes.iter().chain([&backtest.chosen_because]));
        });
    }
}

/// The models and how their bands hold: beside each other where there is room, else below each other.
fn above(ui: &mut Ui, backtest: &Backtest) {
    let inner = ABOVE - 2.0 * space::INSET - 2.0;
    let models = |ui: &mut Ui| {
        card(ui, space::INSET, |ui| {
            ui.set_min_size(vec2(ui.available_width(), inner));
            models_ui(ui, backtest);
        });
    };
    let bands = |ui: &mut Ui| {
        card(ui, space::INSET, |ui| {
            ui.set_min_size(vec2(ui.available_width(), inner));
            reliability_ui(ui, backtest);
        });
    };
    if ui.available_width() < BESIDE {
        for part in [&models as &dyn Fn(&mut Ui), &bands] {
            ui.allocate_ui(vec2(ui.available_width(), ABOVE), |ui| {
                ui.set_max_height(ABOVE);
                part(ui);
            });
            ui.add_space(space::MEDIUM - space::SMALL);
        }
        return;
    }
    ui.allocate_ui(vec2(ui.available_width(), ABOVE), |ui| {
        ui.set_min_height(ABOVE);
        let (mut left, mut right) = beside(ui, 336.0);
        models(&mut left);
        bands(&mut right);
    });
    ui.add_space(space::MEDIUM - space::SMALL);
}

fn head(ui: &mut Ui, session: &Session, running: Option<&Job>, actions: &mut Actions) {
    line(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let (title, below) = match (running, &session.backtest) {
                    (Some(job), _) if job.cancelling => ("Stopping".to_owned(), String::new()),
                    (Some(_), _) => (
                        "Setting every model against the past".to_owned(),
                        "Each is fitted anew at every origin. The window stays usable meanwhile.".to_owned(),
                    ),
                    (None, Some(outcome)) => (verdict(&outcome.backtest), basis(&outcome.backtest)),
                    (None, None) => (
                        "Not tried on the past yet".to_owned(),
                        "Puts every model where it knows only what came before, and compares with what came."
                            .to_owned(),
                    ),
                };
                heading(ui, &title);
                let quiet = Tokens::of(ui).quiet;
                ui.add(Label::new(RichText::new(below).color(quiet)).wrap());
            });
        },
        |ui| match running {
            Some(job) => {
                let stop = ui.add_enabled(!job.cancelling, eframe::egui::Button::new("Cancel"));
                if stop.on_hover_text("Stop the backtest; the one shown before stays").clicked() {
                    actions.push(Action::Stop(job.id));
                }
            }
            None => {
                let why_not = session.why_not_train();
                let before = session.backtest.is_some();
                let text = if before { "Run again" } else { "Run backtest" };
                job_button(ui, text, Command::Backtest, !before, why_not, actions);
            }
        },
    );
}

/// The result in a sentence.
pub fn verdict(backtest: &Backtest) -> String {
    if backtest.asked.is_empty() {
        return "Nothing could be scored: nobody came back in the periods after the origins".to_owned();
    }
    let simple = backtest.best_simple.map(model_name).unwrap_or_default();
    let chosen = backtest.model(backtest.chosen);
    let best_gain = backtest.best_simple.and_then(|best| backtest.model(best)).map_or(0.0, |model| model.one_step.gain);
    match chosen {
        Some(chosen) if !chosen.name.is_simple() => {
            let better = chosen.better_than_simple.mean;
            let name = model_name(chosen.name);
            if chosen.better_than_simple.lower > 0.0 && best_gain > 0.0 {
                let times = chosen.one_step.gain / best_gain;
                format!("The {name} gains {times:.2} times as much as the best simple forecast ({simple})")
            } else if better > 0.0 {
                format!("The {name} is {better:.3} nats per event better than the {simple}, which may be chance")
            } else {
                format!("The {name} was chosen, but the {simple} was {:.3} nats per event better here", -better)
            }
        }
        Some(_) => format!("Nothing beats a simple forecast here ({simple}), so it is the one used"),
        None => "No model could be tried on the past".to_owned(),
    }
}

fn basis(backtest: &Backtest) -> String {
    let events: f64 = backtest.asked.iter().map(|asked| f64::from(asked.total)).sum();
    let origins: Vec<String> = backtest.origins.iter().map(|origin| backtest.calendar.label(*origin)).collect();
    format!(
        "From {} ({}): {} of {}; no model had seen them.",
        counted(origins.len() as u64, "origin"),
        origins.join(", "),
        counted(events.round() as u64, "event"),
        counted(backtest.asked.len() as u64, "user period"),
    )
}

fn stale(ui: &mut Ui) {
    let t = Tokens::of(ui);
    well(ui, t.warn_ground, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            icon(ui, Icon::Warning, 16.0, t.warn);
            ui.add(Label::new("The settings were changed since this backtest. Run it again to judge them.").wrap());
        });
    });
    ui.add_space(space::SMALL);
}

fn empty(ui: &mut Ui, session: &Session, running: Option<&Job>, actions: &mut Actions) {
    let height = ui.available_height();
    card(ui, space::LARGE, |ui| {
        ui.set_min_size(vec2(ui.available_width(), (height - 2.0 * space::LARGE - 2.0).clamp(160.0, 320.0)));
        match running {
            Some(job) => {
                let now = job.now();
                section(ui, &now.map_or_else(|| "Beginning".to_owned(), |progress| progress.stage.to_string()));
                let width = ui.available_width().min(520.0);
                meter(ui, width, now.and_then(part), "Backtest: progress");
                if let Some(progress) = now {
                    let left = progress.eta.filter(|eta| !eta.is_zero());
                    let left = left.map(|eta| format!("about {} left in this stage", format::duration(eta)));
                    let words = [Some(progress.detail.clone()).filter(|words| !words.is_empty()), left];
                    caption(ui, words.into_iter().flatten().collect::<Vec<_>>().join(" · "));
                }
            }
            None => {
                section(ui, "What will stand here");
                for words in [
                    "Every model beside the simple forecasts, with how sure their differences are",
                    "How often each band held what it says",
                    "How the error grows with the distance, and for whom it is large",
                ] {
                    caption(ui, words);
                }
                ui.add_space(space::SMALL);
                twins_ui(ui, session, actions);
            }
        }
    });
}

/// Whether the next backtest has twins of the networks that know no texts.
fn twins_ui(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let mut ablation = session.scope.ablation;
    let tick = ui.checkbox(&mut ablation, "Train the networks a second time without text");
    tick.on_hover_text("The next backtest then tells what the words add; it takes about twice as long");
    if ablation != session.scope.ablation {
        actions.push(Action::SetScope(BacktestScope { ablation, ..session.scope.clone() }));
    }
}

fn notes<'a>(ui: &mut Ui, notes: impl Iterator<Item = &'a String>) {
    let notes: Vec<&String> = notes.filter(|note| !note.is_empty()).collect();
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
