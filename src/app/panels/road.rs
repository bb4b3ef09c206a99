//! The stages of a training, one below the other.

use eframe::egui::{Align, Label, Layout, Pos2, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};

use super::layout::inside;
use crate::app::commands::Actions;
use crate::app::format;
use crate::app::jobs::{Purpose, StageState, part};
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::view::View;
use crate::app::widgets::{Icon, meter, paint, section};
use crate::observe::{Progress, Stage};
use crate::wording::{counted, counted_of};

/// The stages of a training.
#[derive(Debug, Default)]
pub struct Road;

/// Height of a stage's line.
const STEP: f32 = 52.0;

impl View for Road {
    fn ui(&mut self, ui: &mut Ui, session: &Session, _: &mut Actions) {
        section(ui, "Stages");
        ui.add_space(space::SMALL);
        ui.spacing_mut().item_spacing.y = 0.0;
        let whole = session.outcome.is_some() && session.jobs.of(Purpose::Train).is_none();
        let road = session.jobs.road();
        let last = road.len().saturating_sub(1);
        // A stage that waits behind one that has begun has nothing to do: its result was kept from before.
        let begun = road.iter().rposition(|(_, state)| !matches!(state, StageState::Waiting)).unwrap_or(0);
        for (place, (stage, state)) in road.into_iter().enumerate() {
            step_ui(ui, stage, &state, whole || place < begun, place == last);
        }
    }
}

fn step_ui(ui: &mut Ui, stage: Stage, state: &StageState, kept: bool, last: bool) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), STEP), Sense::hover());
    let centre = pos2(rect.left() + 9.0, rect.top() + 10.0);
    if !last {
        let line = [pos2(centre.x, centre.y + 12.0), pos2(centre.x, centre.y + STEP - 12.0)];
        ui.painter().line_segment(line, Stroke::new(1.0, t.outline));
    }
    let done = kept || matches!(state, StageState::Done(_));
    mark(ui, centre, done, matches!(state, StageState::Running(_)));
    let words = Rect::from_min_max(pos2(rect.left() + 32.0, rect.top()), rect.max);
    inside(ui, words, Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        match state {
            StageState::Running(progress) => {
                let rest = rest(progress);
                ui.spacing_mut().interact_size.y = 0.0;
                ui.horizontal(|ui| {
                    ui.label(strong(stage.to_string()));
                    ui.add(Label::new(RichText::new(&progress.detail).size(size::SMALL).color(t.quiet)).truncate());
                });
                meter(ui, ui.available_width().min(320.0), part(progress), &format!("{stage}: progress of the stage"));
                ui.add(Label::new(RichText::new(rest).size(size::SMALL).color(t.quiet)).truncate());
            }
            StageState::Done(progress) => {
                ui.label(stage.to_string());
                let text = counted(progress.done, progress.unit);
                ui.label(RichText::new(text).size(size::SMALL).color(t.quiet));
            }
            StageState::Waiting => {
                ui.label(RichText::new(stage.to_string()).color(if kept { t.text } else { t.quiet }));
                let text = if kept { "Kept from before" } else { about(stage) };
                ui.label(RichText::new(text).size(size::SMALL).color(t.quiet));
            }
        }
    });
}

fn mark(ui: &Ui, centre: Pos2, done: bool, running: bool) {
    let t = Tokens::of(ui);
    let painter = ui.painter();
    if done {
        painter.circle_filled(centre, 9.0, t.accent_ground);
        paint(painter, Rect::from_center_size(centre, vec2(9.0, 9.0)), Icon::Tick, t.accent);
    } else if running {
        painter.circle_stroke(centre, 8.0, Stroke::new(2.0, t.accent));
        painter.circle_filled(centre, 3.5, t.accent);
    } else {
        painter.circle_stroke(centre, 8.0, Stroke::new(1.0, t.outline));
    }
}

/// How far a running stage is, how fast, and how long it will take.
fn rest(progress: &Progress) -> String {
    let mut parts = vec![match progress.total {
        Some(total) => counted_of(progress.done, total, progress.unit),
        None => counted(progress.done, progress.unit),
    }];
    if progress.rate > 0.0 {
        parts.push(format::rate(progress.rate, progress.unit));
    }
    if let Some(eta) = progress.eta.filter(|eta| !eta.is_zero()) {
        parts.push(format!("{} left", format::duration(eta)));
    }
    parts.join(" · ")
}

/// What a stage is for.
fn about(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "Reads and cleans every row",
        Stage::Embed => "Turns words into vectors",
        Stage::Cluster => "Gathers texts into interests",
        Stage::Train => "Learns from the past how interests move",
        Stage::Forecast => "Forecasts every user, with bands",
        Stage::Write => "Writes files",
    }
}
