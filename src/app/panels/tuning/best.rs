//! The best settings beside the usual ones, and what to do with them.

use eframe::egui::{Align, Button, Grid, Label, Layout, RichText, Ui, vec2};

use super::trials::is_best;
use super::words::{learns_from, loss, significant};
use crate::app::commands::{Actions, Command};
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::widgets::{caption, primary, section};
use crate::forecast::{NetworkShape, Tuning};
use crate::wording::counted;

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
    let rows: [(&str, String, String); 8] = {
        let of = |name, value: &dyn Fn(&NetworkShape) -> String| (name, value(&usual.shape), value(&shape));
        [
            of("Width", &|shape| shape.hidden.to_string()),
            of("Depth", &|shape| shape.layers.to_string()),
            of("Dropout", &|shape| format!("{:.2}", shape.dropout)),
            of("Learning rate", &|shape| significant(shape.learning_rate)),
            of("Weight decay", &|shape| significant(shape.weight_decay)),
            of("Learns from", &|shape| learns_from(shape.window)),
            of("Heads", &|shape| shape.heads.to_string()),
            ("Loss, nats", loss(usual.loss), loss(trials.trials[best].loss)),
        ]
    };
    // Where nothing beats the defaults there is nothing to put beside them.
    table(ui, &rows, found && best > 0);
    if !live {
        ui.add_space(space::SMALL);
        buttons(ui, session, best, actions);
    }
}

/// What the numbers below are, in a sentence.
fn words(trials: &Tuning, found: bool, live: bool) -> String {
    let best = trials.best();
    match trials.gain().filter(|_| found) {
        None => "No trial has come to a loss yet.".to_owned(),
        Some(_) if best == 0 && live => "No other trial is better than the defaults yet.".to_owned(),
        Some(_) if best == 0 => "None of the others tried is better than the defaults.".to_owned(),
        Some(gain) if live => format!("Trial {}, better by {gain:.4} nats per event.", best + 1),
        Some(_) => {
            let epochs = counted(trials.trials[best].curve.len() as u64, "epoch");
            format!("Trial {}, after {epochs}.", best + 1)
        }
    }
}

/// The usual settings, and beside them the best ones if there are some; what these have otherwise stands out.
fn table(ui: &mut Ui, rows: &[(&str, String, String)], found: bool) {
    let t = Tokens::of(ui);
    let right = |ui: &mut Ui, text: RichText| {
        ui.allocate_ui_with_layout(vec2(VALUE, 16.0), Layout::right_to_left(Align::Center), |ui| {
            ui.add(Label::new(text));
        });
    };
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        Grid::new("best settings").num_columns(3).min_col_width(VALUE).spacing([space::SMALL, 6.0]).show(ui, |ui| {
            ui.label("");
            for heading in ["Defaults", "Best"].into_iter().take(1 + usize::from(found)) {
                right(ui, RichText::new(heading).size(size::SMALL).color(t.quiet));
            }
            ui.end_row();
            for (name, usual, best) in rows {
                ui.label(RichText::new(*name).color(t.quiet));
                right(ui, RichText::new(usual).color(t.text));
                if found {
                    let same = usual == best;
                    right(ui, if same { RichText::new(best).color(t.text) } else { strong(best.clone()) });
                }
                ui.end_row();
            }
        });
    });
}

fn buttons(ui: &mut Ui, session: &Session, best: usize, actions: &mut Actions) {
    let usable = session.to_use().is_some();
    let in_use = session.tuned.as_ref().is_some_and(|tuned| tuned.tuning.gain().is_some()) && !usable;
    if in_use {
        caption(ui, if best == 0 { "Training uses the defaults." } else { "Training uses these settings." });
    }
    ui.horizontal(|ui| {
        if !in_use {
            let button = primary(ui, Command::UseTuned.text(), usable);
            if button.on_hover_text(Command::UseTuned.tooltip()).clicked() {
                actions.run(Command::UseTuned);
            }
        } else if best > 0 {
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
