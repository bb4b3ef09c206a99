//! The trials, one a line.

use eframe::egui::{Align, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder};

use super::order::{Key, Order};
use super::words::{learns_from, loss, significant, trial_name};
use crate::app::format;
use crate::app::panels::layout::line;
use crate::app::theme::{Tokens, size, strong};
use crate::app::widgets::{Icon, caption, paint, section};
use crate::forecast::{Trial, TrialState, Tuning};

/// Height of a line.
const LINE: f32 = 28.0;
/// Width of the column that tells how a trial stands.
const STATE: f32 = 188.0;

/// Room before the sign in that column.
const SIGN: f32 = 28.0;

/// The columns: what they sort by, their heading, their width, what they mean.
const COLUMNS: [(Key, &str, f32, &str); 11] = [
    (Key::Number, "Trial", 96.0, "Its number; the first has the usual settings"),
    (Key::Loss, "Loss, nats", 88.0, "Its best loss on periods it did not learn from, nats per event; lower is better"),
    (Key::Width, "Width", 60.0, "Width of the recurrent state"),
    (Key::Depth, "Depth", 60.0, "Recurrent layers on top of each other"),
    (Key::Dropout, "Dropout", 68.0, "Part of the numbers that is left out at random while it learns"),
    (Key::LearningRate, "Learning rate", 104.0, "Step size of the optimizer"),
    (Key::WeightDecay, "Weight decay", 104.0, "How strongly weights are drawn towards zero"),
    (Key::Window, "Learns from", 88.0, "How many periods back it learns from"),
    (Key::Heads, "Heads", 64.0, "How much activity, events and spend count in training beside the shares"),
    (Key::Round, "Round", 66.0, "Rounds it took part in"),
    (Key::Epochs, "Epochs", 66.0, "Epochs that it learnt in all rounds together"),
];

/// The trials, one a line.
#[derive(Debug, Default)]
pub(super) struct TrialTable {
    order: Order,
}

impl TrialTable {
    /// Draws the table; answers the trial under the pointer. `pointed` is the one to light up.
    pub(super) fn ui(&mut self, ui: &mut Ui, trials: &Tuning, live: bool, pointed: Option<usize>) -> Option<usize> {
        ui.spacing_mut().interact_size.y = 20.0;
        line(
            ui,
            |ui| {
                section(ui, "Trials");
                caption(ui, format::count(trials.trials.len() as u64));
            },
            |_| {},
        );
        let places = self.order.of(trials);
        ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
        let mut under = None;
        ScrollArea::horizontal().id_salt("trials across").auto_shrink([false, true]).show(ui, |ui| {
            let mut table = TableBuilder::new(ui)
                .id_salt("trial table")
                .cell_layout(Layout::left_to_right(Align::Center))
                .sense(Sense::hover())
                .vscroll(false);
            for (_, _, width, _) in COLUMNS {
                table = table.column(Column::exact(width));
            }
            table
                .column(Column::exact(STATE))
                .header(LINE, |mut header| {
                    for (key, name, _, hover) in COLUMNS {
                        header.col(|ui| {
                            if heading_ui(ui, name, hover, self.order.mark(key), key != Key::Number) {
                                self.order.sort(key);
                            }
                        });
                    }
                    header.col(|ui| {
                        ui.add_space(SIGN + 18.0);
                        ui.label(RichText::new("State").size(size::SMALL).color(Tokens::of(ui).quiet));
                    });
                })
                .body(|body| {
                    body.rows(LINE, places.len(), |mut row| {
                        let at = places[row.index()];
                        let trial = &trials.trials[at];
                        row.set_hovered(pointed == Some(at));
                        let best = is_best(trials, at);
                        let state = state(trials, at, live);
                        for (key, ..) in COLUMNS {
                            let (_, cell) = row.col(|ui| cell_ui(ui, key, trials, at, best));
                            if key == Key::Number {
                                let name = format!("Trial {}: {state}, {} nats per event", at + 1, loss(trial.loss));
                                cell.widget_info(|| WidgetInfo::selected(Role::Row, true, best, &name));
                            }
                        }
                        row.col(|ui| state_ui(ui, trial, &state, best));
                        if row.response().hovered() {
                            under = Some(at);
                        }
                    });
                });
        });
        under
    }
}

/// Whether a trial is the best so far; none is before the first has a loss.
pub(super) fn is_best(trials: &Tuning, at: usize) -> bool {
    trials.best() == at && trials.trials[at].loss.is_finite()
}

/// How a trial stands, in words.
fn state(trials: &Tuning, at: usize, live: bool) -> String {
    let trial = &trials.trials[at];
    let best = is_best(trials, at);
    match trial.state {
        TrialState::Running if best => "best, learning".to_owned(),
        TrialState::Running => "learning".to_owned(),
        _ if best && live => "best so far".to_owned(),
        _ if best => "best".to_owned(),
        TrialState::Dropped => format!("dropped after round {}", trial.rounds),
        TrialState::Waiting if live => "waiting".to_owned(),
        TrialState::Waiting if trial.rounds == 0 => "not tried".to_owned(),
        TrialState::Done if live => "its turn is done".to_owned(),
        TrialState::Done if trials.finished => "went to the end".to_owned(),
        TrialState::Waiting | TrialState::Done => "stopped".to_owned(),
    }
}

fn heading_ui(ui: &mut Ui, name: &str, hover: &str, mark: &str, right: bool) -> bool {
    let t = Tokens::of(ui);
    let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.with_layout(layout, |ui| {
        let ink = if mark.is_empty() { t.quiet } else { t.text };
        let text = RichText::new(format!("{name}{mark}")).size(size::SMALL).color(ink);
        let label = ui.add(Label::new(text).sense(Sense::click()));
        let label = label.on_hover_cursor(eframe::egui::CursorIcon::PointingHand);
        label.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort trials by {name}")));
        label.on_hover_text(hover).clicked()
    })
    .inner
}

fn cell_ui(ui: &mut Ui, key: Key, trials: &Tuning, at: usize, best: bool) {
    let t = Tokens::of(ui);
    let trial = &trials.trials[at];
    let shape = &trial.shape;
    let value = match key {
        Key::Number => trial_name(trials, at),
        Key::Loss => loss(trial.loss),
        Key::Width => shape.hidden.to_string(),
        Key::Depth => shape.layers.to_string(),
        Key::Dropout => format!("{:.2}", shape.dropout),
        Key::LearningRate => significant(shape.learning_rate),
        Key::WeightDecay => significant(shape.weight_decay),
        Key::Window => learns_from(shape.window),
        Key::Heads => shape.heads.to_string(),
        Key::Round => format!("{} of {}", trial.rounds, trials.rounds.len()),
        Key::Epochs => trial.curve.len().to_string(),
    };
    let text = if best { strong(value) } else { RichText::new(value) };
    let out = trial.state == TrialState::Dropped && !best;
    let label = Label::new(text.color(if out { t.quiet } else { t.text }));
    if key == Key::Number {
        ui.add(label);
    } else {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.add(label));
    }
}

/// A sign and a word.
fn state_ui(ui: &mut Ui, trial: &Trial, state: &str, best: bool) {
    let t = Tokens::of(ui);
    ui.add_space(SIGN);
    let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
    let sign = Rect::from_center_size(rect.center(), vec2(10.0, 10.0));
    match trial.state {
        TrialState::Running => {
            ui.painter().circle_filled(rect.center(), 3.5, t.accent);
        }
        _ if best => paint(ui.painter(), sign, Icon::Tick, t.accent),
        _ => {}
    }
    ui.add_space(6.0);
    let ink = if best || trial.state == TrialState::Running { t.text } else { t.quiet };
    ui.add(Label::new(RichText::new(state).color(ink)).truncate());
}
