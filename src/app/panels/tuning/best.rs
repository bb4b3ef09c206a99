//! The best settings beside the usual ones, and what to do with them.

use eframe::egui::{Align, Button, Grid, Label, Layout, RichText, Ui};

use super::trials::is_best;
use super::{learns_from, loss, significant};
use crate::app::commands::{Actions, Command};
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::widgets::{caption, primary, section};
use crate::forecast::{NetworkShape, Tuning};

/// Width of a column of values.
const VALUE: f32 = 84.0;

pub(super) fn best_ui(ui: &mut Ui, session: &Session, trials: &Tuning, live: bool, actions: &mut Actions) {
    let best = trials.best();
    let found = is_best(trials, best);
    section(ui, if live { "Best so far" } else { "Best settings" });
    caption(ui, words(trials, found, live));
    ui.add_space(space::TIGHT);
    let usual = &trials.trials[0];
    let shape = trials.trials[best].shape;
    let rows: [(&str, String, String); 7] = {
        let of = |name, value: &dyn Fn(&NetworkShape) -> String| (name, value(&usual.shape), value(&shape));
        [
            of("Width", &|shape| shape.hidden.to_string()),
            of("Depth", &|shape| shape.layers.to_string()),
            of("Dropout", &|shape| format!("{:.2}", shape.dropout)),
            of("Learning rate", &|shape| significant(shape.learning_rate)),
            of("Weight decay", &|shape| significant(shape.weight_decay)),
            of("Learns from", &|shape| learns_from(shape.window)),
            ("Loss, nats", loss(usual.loss), loss(trials.trials[best].loss)),
        ]
    };
    table(ui, &rows, found && best > 0);
    if !live {
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| buttons(ui, session, best, actions));
    }
}

/// What the numbers below are, in a sentence.
fn words(trials: &Tuning, found: bool, live: bool) -> String {
    match trials.gain().filter(|_| found) {
        None => "No trial has come to a loss yet.".to_owned(),
        Some(_) if trials.best() == 0 && live => "No other trial is better than the defaults yet.".to_owned(),
        Some(_) if trials.best() == 0 => "The defaults are the best settings of those tried.".to_owned(),
        Some(gain) => format!("Trial {}, {gain:.4} nats per event better than the defaults.", trials.best() + 1),
    }
}

/// Both columns; what the best has otherwise stands out.
fn table(ui: &mut Ui, rows: &[(&str, String, String)], found: bool) {
    let t = Tokens::of(ui);
    ui.spacing_mut().interact_size.y = 0.0;
    Grid::new("best settings").num_columns(3).min_col_width(VALUE).spacing([space::SMALL, 5.0]).show(ui, |ui| {
        let right = |ui: &mut Ui, text: RichText| {
            ui.allocate_ui_with_layout(
                eframe::egui::vec2(VALUE, 16.0),
                Layout::right_to_left(Align::Center),
                |ui| ui.add(Label::new(text)),
            );
        };
        ui.label("");
        right(ui, RichText::new("Defaults").size(size::SMALL).color(t.quiet));
        right(ui, RichText::new("Best").size(size::SMALL).color(t.quiet));
        ui.end_row();
        for (name, usual, best) in rows {
            ui.label(RichText::new(*name).color(t.quiet));
            right(ui, RichText::new(usual).color(t.text));
            let text = if !found {
                RichText::new(if *best == "–" { "–" } else { "as they are" }).color(t.quiet)
            } else if usual == best {
                RichText::new(best).color(t.text)
            } else {
                strong(best.clone())
            };
            right(ui, text);
            ui.end_row();
        }
    });
}

fn buttons(ui: &mut Ui, session: &Session, best: usize, actions: &mut Actions) {
    ui.horizontal(|ui| {
        let usable = session.to_use().is_some();
        let in_use = session.tuned.is_some() && !usable;
        if best == 0 && in_use {
            caption(ui, "Training uses the defaults.");
        } else if in_use {
            caption(ui, "Training uses them.");
        } else {
            let button = primary(ui, Command::UseTuned.text(), usable);
            if button.on_hover_text(Command::UseTuned.tooltip()).clicked() {
                actions.run(Command::UseTuned);
            }
        }
        if session.settings.network.is_some() && (in_use || best == 0) {
            let back = ui.add(Button::new(Command::UseUsual.text()));
            if back.on_hover_text(Command::UseUsual.tooltip()).clicked() {
                actions.run(Command::UseUsual);
            }
        }
        let save = ui.add_enabled(session.tuned.is_some(), Button::new(Command::ExportTrials.text()));
        if save.on_hover_text(Command::ExportTrials.tooltip()).clicked() {
            actions.run(Command::ExportTrials);
        }
    });
}
