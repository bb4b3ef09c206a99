//! What cleaning will leave out, and why.

use eframe::egui::{Align, CornerRadius, Label, Layout, Rect, RichText, Sense, Ui, vec2};

use crate::app::commands::{Actions, Command};
use crate::app::format;
use crate::app::jobs::{Purpose, part};
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::view::View;
use crate::app::widgets::{caption, card, command_button, meter, section};
use crate::events::{Account, Rejection};
use crate::wording::counted;

/// What cleaning will leave out.
#[derive(Debug, Default)]
pub struct Cleaning;

impl View for Cleaning {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        card(ui, space::INSET, |ui| {
            ui.set_min_width(ui.available_width());
            section(ui, "What cleaning leaves out");
            match (&session.account, session.jobs.of(Purpose::Inspect)) {
                (Some(account), _) => {
                    account_ui(ui, account);
                    for warning in &session.warnings {
                        ui.add_space(space::TIGHT);
                        ui.add(Label::new(RichText::new(warning).color(Tokens::of(ui).warn)).wrap());
                    }
                    if !account.rejected.is_empty() {
                        ui.add_space(space::TIGHT);
                        command_button(ui, session, actions, Command::ExportRejected);
                    }
                }
                (None, Some(job)) => {
                    caption(ui, "Reading every row once to count");
                    ui.add_space(space::TIGHT);
                    meter(ui, ui.available_width(), job.now().and_then(part), "Rows counted");
                    if let Some(progress) = job.now() {
                        caption(ui, counted(progress.done, progress.unit));
                    }
                }
                (None, None) if session.broken.is_some() => {
                    caption(ui, "Not counted: the log could not be read to its end.");
                }
                (None, None) if session.inspection.as_ref().is_some_and(|found| found.problems.is_empty()) => {
                    caption(ui, "Not counted: the count was stopped.");
                }
                (None, None) => {
                    caption(ui, "Not counted yet: the questions about the columns come first.");
                }
            }
        });
    }
}

fn account_ui(ui: &mut Ui, account: &Account) {
    let t = Tokens::of(ui);
    ui.add_space(space::TIGHT);
    ui.add(Label::new(strong(format::count(account.rows_kept)).size(size::TITLE)));
    ui.add_space(-6.0);
    let share = account.rows_kept as f64 / account.rows_read.max(1) as f64;
    caption(ui, format!("of {} kept ({})", counted(account.rows_read, "row"), format::percent(share)));
    bar(ui, share as f32);
    ui.add_space(space::TIGHT);
    ui.spacing_mut().item_spacing.y = space::TIGHT;
    for rejection in &account.rejected {
        row(ui, rejection.reason.words(), rejection.rows, &first_lines(rejection));
    }
    if account.rejected.is_empty() {
        caption(ui, "Nothing is left out.");
    }
    let unknown = &account.value_unknown;
    if unknown.rows > 0 {
        ui.add_space(space::TIGHT);
        let lines: Vec<String> = unknown.first_lines.iter().map(|line| format::count(*line)).collect();
        let hover = format!("Lines {}: {}", lines.join(", "), unknown.examples.join(", "));
        row(ui, "kept, value unknown", unknown.rows, &hover);
        let text = "Their quantity, price or value is no number. They are events, and add nothing to sums of value.";
        ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.quiet)).wrap());
    }
    if account.returns > 0 {
        ui.add_space(space::TIGHT);
        let text = format!(
            "Of the rows kept, {} are returns: they are no sign of interest, and count against value.",
            format::count(account.returns)
        );
        ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.quiet)).wrap());
    }
}

fn bar(ui: &mut Ui, share: f32) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), Sense::hover());
    let round = CornerRadius::same(3);
    ui.painter().rect_filled(rect, round, t.hairline);
    let kept = Rect::from_min_size(rect.min, vec2(rect.width() * share.clamp(0.0, 1.0), rect.height()));
    ui.painter().rect_filled(kept, round, t.accent);
}

fn row(ui: &mut Ui, words: &str, rows: u64, hover: &str) {
    let response = ui
        .horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                ui.label(format::count(rows));
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    ui.add(Label::new(RichText::new(words).color(Tokens::of(ui).quiet)).wrap());
                });
            });
        })
        .response;
    response.on_hover_text(hover);
}

/// Where the first rows of a reason stand.
fn first_lines(rejection: &Rejection) -> String {
    let lines: Vec<String> = rejection.first_lines.iter().map(|line| format::count(*line)).collect();
    format!("First at line {}", lines.join(", "))
}
