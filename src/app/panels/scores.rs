//! How every model did on periods it had not learnt from.

use eframe::egui::{Align, Label, Layout, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::layout::across;
use crate::app::commands::Actions;
use crate::app::format;
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::view::View;
use crate::app::widgets::{caption, card, section};
use crate::forecast::{ActivitySource, ActivityTable, Errors, ScoreTable};
use crate::pipeline::Outcome;
use crate::report::{self, model_name};
use crate::wording::counted;

/// How every model did.
#[derive(Debug, Default)]
pub struct Scores;

impl View for Scores {
    fn ui(&mut self, ui: &mut Ui, session: &Session, _: &mut Actions) {
        let Some(outcome) = &session.outcome else { return };
        card(ui, space::INSET, |ui| {
            ui.set_min_width(ui.available_width());
            section(ui, &report::scores_verdict(&outcome.scores));
            caption(ui, basis(outcome));
            if outcome.scores.rows > 0 {
                ui.add_space(space::SMALL);
                across(ui, "scores", |ui| table(ui, &outcome.scores));
            }
        });
        if let Some(found) = &outcome.scores.activity {
            ui.add_space(space::SMALL);
            card(ui, space::INSET, |ui| {
                ui.set_min_width(ui.available_width());
                section(ui, "Whether users come back, with how many events, and what they spend");
                caption(ui, taken(found));
                ui.add_space(space::SMALL);
                across(ui, "activity", |ui| activity(ui, found));
            });
        }
    }
}

fn basis(outcome: &Outcome) -> String {
    let calendar = outcome.trajectories.calendar;
    let table = &outcome.scores;
    let (first, last) = (calendar.label(table.first), calendar.label(table.last));
    let span = if first == last { format!("in {first}") } else { format!("from {first} to {last}") };
    if table.rows == 0 {
        return format!("Nobody who was active {span} had been so before.");
    }
    format!(
        "Scored on {} of {} {span}, one {} ahead. {}.",
        counted(table.events.round() as u64, "event"),
        counted(table.rows, "active user"),
        calendar.length,
        report::SEEN_BY
    )
}

fn table(ui: &mut Ui, table: &ScoreTable) {
    let t = Tokens::of(ui);
    let best = table.scores.iter().map(|score| score.nll).fold(f64::INFINITY, f64::min);
    ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
    let right = Layout::right_to_left(Align::Center);
    let headings: [(&str, &str); 5] = [
        ("Model", "What forecast it is"),
        ("Loss, nats", "Mean over events of minus the logarithm of the share that was forecast; lower is better"),
        ("Gain, nats", "How much lower the loss is than that of popularity, which forecasts the same for everybody"),
        ("Distance", "Mean distance between the shares forecast and observed, from 0 to 2; lower is better"),
        ("Leader found", "How often the leading interest was the one forecast"),
    ];
    TableBuilder::new(ui)
        .id_salt("scores")
        .cell_layout(Layout::left_to_right(Align::Center))
        .vscroll(false)
        .column(Column::exact(220.0))
        .columns(Column::exact(120.0), 4)
        .header(28.0, |mut header| {
            for (place, (heading, hover)) in headings.into_iter().enumerate() {
                header.col(|ui| {
                    let label = Label::new(RichText::new(heading).size(size::SMALL).color(t.quiet));
                    if place == 0 {
                        ui.add(label).on_hover_text(hover);
                    } else {
                        ui.with_layout(right, |ui| ui.add(label).on_hover_text(hover));
                    }
                });
            }
        })
        .body(|body| {
            body.rows(28.0, table.scores.len(), |mut row| {
                let score = &table.scores[row.index()];
                let leads = score.nll <= best;
                let text = |text: String| if leads { strong(text) } else { RichText::new(text) };
                row.col(|ui| {
                    ui.label(text(model_name(score.model)));
                });
                let gain = if score.gain.abs() < 5e-4 { "0".to_owned() } else { signed(score.gain) };
                let values =
                    [format!("{:.3}", score.nll), gain, format!("{:.3}", score.l1), format::percent(score.top1)];
                for value in values {
                    row.col(|ui| {
                        ui.with_layout(right, |ui| ui.label(text(value)));
                    });
                }
            });
        });
}

/// Whose word is taken on activity.
fn taken(found: &ActivityTable) -> String {
    let mut text = format!(
        "Over {} there, active or not. Chances are taken from the {}, events from the {}",
        counted(found.rows, "user-period"),
        forecaster(found.chance_by),
        forecaster(found.events_by)
    );
    if let Some(by) = found.spend_by {
        text += &format!(", spend from the {}", forecaster(by));
    }
    text + ": the lowest log loss and deviance."
}

fn forecaster(source: ActivitySource) -> String {
    match source {
        ActivitySource::Simple => "simple forecast".to_owned(),
        ActivitySource::Model(name) => model_name(name),
    }
}

fn activity(ui: &mut Ui, found: &ActivityTable) {
    let headings = ["Forecast", "Log loss", "Brier", "Events off by", "Deviance", "Spend off by", "Deviance"];
    let right = Layout::right_to_left(Align::Center);
    ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
    let quiet = Tokens::of(ui).quiet;
    TableBuilder::new(ui)
        .id_salt("activity")
        .cell_layout(Layout::left_to_right(Align::Center))
        .vscroll(false)
        .column(Column::exact(160.0))
        .columns(Column::exact(90.0), 6)
        .header(28.0, |mut header| {
            for (place, heading) in headings.into_iter().enumerate() {
                let label = Label::new(RichText::new(heading).size(size::SMALL).color(quiet));
                header.col(|ui| {
                    if place == 0 {
                        ui.add(label);
                    } else {
                        ui.with_layout(right, |ui| ui.add(label));
                    }
                });
            }
        })
        .body(|body| {
            body.rows(28.0, found.scores.len(), |mut row| {
                let score = &found.scores[row.index()];
                row.col(|ui| {
                    ui.label(forecaster(score.model));
                });
                let spend = |of: fn(&Errors) -> f64| {
                    score.spend.as_ref().map_or_else(|| "–".to_owned(), |errors| format!("{:.2}", of(errors)))
                };
                let values = [
                    format!("{:.4}", score.log_loss),
                    format!("{:.4}", score.brier),
                    format!("{:.2}", score.events.mae),
                    format!("{:.2}", score.events.deviance),
                    spend(|errors| errors.mae),
                    spend(|errors| errors.deviance),
                ];
                for value in values {
                    row.col(|ui| {
                        ui.with_layout(right, |ui| ui.label(value));
                    });
                }
            });
        });
}

/// A number with its sign: `+0.071`.
pub fn signed(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value < 0.0 { format!("−{:.3}", -value) } else { format!("+{value:.3}") }
}
