//! Every cohort in a line, grouped by what puts its users together.

use eframe::egui::{Align, CornerRadius, Label, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use super::layout::line;
use crate::app::commands::{Action, Actions};
use crate::app::format;
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space};
use crate::app::view::View;
use crate::app::widgets::{caption, card, section, segmented};
use crate::forecast::{CohortForecast, CohortRule};
use crate::interests::InterestSpace;
use crate::report;

/// Every cohort in a line.
#[derive(Debug, Default)]
pub struct CohortList;

/// The columns: their heading, what they mean.
const COLUMNS: [(&str, &str); 4] = [
    ("Cohort", "The set of users"),
    ("Users", "How many users"),
    ("Leading next", "The leading interest in the first period forecast, with its share"),
    ("Events next", "Events expected in the first period forecast"),
];
/// The widest that a column is, and how much it has beside what stands in it; longer words stand on two lines.
const WIDEST: f32 = 164.0;
const BESIDE: f32 = 24.0;

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Line {
    Head(&'static str),
    Cohort(usize),
}

/// Whether users are listed or cohorts, to choose from.
pub fn list_choice(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    // Cohorts come with the last word of a run.
    if session.shown().is_none_or(|results| results.cohorts.is_none()) {
        return;
    }
    let choices = [(false, "Users"), (true, "Cohorts")];
    if let Some(cohorts) = segmented(ui, "List", &choices, session.cohort.is_some()) {
        actions.push(Action::ChooseCohort(cohorts.then_some(CohortRule::Everyone)));
    }
}

impl View for CohortList {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let Some((results, cohorts)) = session.shown().and_then(|results| Some((results, results.cohorts?))) else {
            return;
        };
        line(
            ui,
            |ui| {
                section(ui, "Cohorts");
                caption(ui, format::count(cohorts.cohorts.len() as u64));
            },
            |ui| list_choice(ui, session, actions),
        );
        caption(ui, format!("Memberships as they stood before {}", cohorts.calendar.label(cohorts.origin)));
        step(cohorts, session, actions);
        card(ui, 1.0, |ui| {
            ui.set_min_size(ui.available_size());
            table(ui, session, (cohorts, results.space), actions);
        });
    }
}

/// Moves the choice by the rows asked for.
fn step(cohorts: &CohortForecast, session: &Session, actions: &mut Actions) {
    let Some(last) = cohorts.cohorts.len().checked_sub(1).filter(|_| session.step_users != 0) else { return };
    let here = session.cohort.and_then(|rule| cohorts.place(rule)).unwrap_or(0);
    let there = here.saturating_add_signed(session.step_users as isize).min(last);
    actions.push(Action::ChooseCohort(Some(cohorts.cohorts[there].rule)));
}

/// The cohorts under a heading for each kind.
fn lines(cohorts: &CohortForecast) -> Vec<Line> {
    let mut lines = Vec::new();
    for (place, cohort) in cohorts.cohorts.iter().enumerate() {
        let head = match cohort.rule {
            CohortRule::Everyone => None,
            CohortRule::Leading(_) => Some("By leading interest"),
            CohortRule::Activity(_) => Some("By active periods so far"),
        };
        if let Some(head) = head.map(Line::Head).filter(|head| !lines.contains(head)) {
            lines.push(head);
        }
        lines.push(Line::Cohort(place));
    }
    lines
}

fn table(ui: &mut Ui, session: &Session, of: (&CohortForecast, &InterestSpace), actions: &mut Actions) {
    let t = Tokens::of(ui);
    let lines = lines(of.0);
    ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
    ScrollArea::horizontal().id_salt("cohorts across").auto_shrink([false, false]).show(ui, |ui| {
        let widths = widths(ui, of);
        let across = widths.iter().sum::<f32>().max(ui.available_width());
        let heading = eframe::egui::Rect::from_min_size(ui.max_rect().min, vec2(across, space::ROW));
        ui.painter().rect_filled(heading, CornerRadius { nw: 7, ne: 7, sw: 0, se: 0 }, t.sunken);
        ui.painter().hline(heading.x_range(), heading.bottom(), eframe::egui::Stroke::new(1.0, t.hairline));
        let mut table = TableBuilder::new(ui)
            .id_salt("cohort table")
            .cell_layout(Layout::left_to_right(Align::Center))
            .sense(Sense::click())
            .auto_shrink([false, false])
            .animate_scrolling(false);
        for width in widths {
            table = table.column(Column::exact(width).clip(true));
        }
        table
            .header(space::ROW, |mut header| {
                for (place, (name, hover)) in COLUMNS.into_iter().enumerate() {
                    header.col(|ui| {
                        let label = Label::new(RichText::new(name).size(size::SMALL).color(t.quiet));
                        cell(ui, is_number(place), |ui| ui.add(label).on_hover_text(hover));
                    });
                }
            })
            .body(|body| {
                body.rows(space::ROW, lines.len(), |mut row| match lines[row.index()] {
                    Line::Head(text) => {
                        row.col(|ui| {
                            let text = RichText::new(text).size(size::SMALL).color(t.quiet);
                            cell(ui, false, |ui| ui.add(Label::new(text).extend()));
                        });
                    }
                    Line::Cohort(place) => {
                        let rule = of.0.cohorts[place].rule;
                        let chosen = session.cohort == Some(rule);
                        row.set_selected(chosen);
                        row_ui(&mut row, of, place, chosen);
                        if row.response().clicked() {
                            actions.push(Action::ChooseCohort(Some(rule)));
                        }
                    }
                });
            });
    });
}

fn is_number(column: usize) -> bool {
    matches!(column, 1 | 3)
}

/// Something in a cell, numbers at its right.
fn cell<R>(ui: &mut Ui, right: bool, add: impl FnOnce(&mut Ui) -> R) {
    let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.with_layout(layout, |ui| {
        ui.add_space(12.0);
        add(ui);
    });
}

/// What stands in a cohort's line.
fn texts((cohorts, space): (&CohortForecast, &InterestSpace), place: usize) -> [String; 4] {
    let cohort = &cohorts.cohorts[place];
    let label = |interest: usize| space.interests.get(interest).map_or("", |found| found.label.as_str());
    // Under its heading an interest needs no more than its name.
    let name = match cohort.rule {
        CohortRule::Leading(interest) => label(usize::from(interest)).to_owned(),
        rule => report::cohort_name(rule, space, cohorts),
    };
    let from = cohorts.cell(place, 0, 0);
    let next = &cohorts.share[from..from + cohorts.interests];
    let leading = (0..next.len()).max_by(|a, b| next[*a].total_cmp(&next[*b]).then(b.cmp(a))).unwrap_or(0);
    let events = cohorts.events.get(place * cohorts.horizon).copied().unwrap_or(0.0);
    [
        name,
        format::count(cohort.users.len() as u64),
        format!("{}  {}", report::percent(next.get(leading).copied().unwrap_or(0.0)), label(leading)),
        format::count(events.round() as u64),
    ]
}

/// How wide words are on one line.
fn wide(ui: &Ui, text: &str, size: f32) -> f32 {
    let font = eframe::egui::FontId::proportional(size);
    ui.painter().layout_no_wrap(text.to_owned(), font, Tokens::of(ui).text).size().x
}

/// How wide the columns have to be for nothing in them to be cut.
fn widths(ui: &Ui, of: (&CohortForecast, &InterestSpace)) -> [f32; 4] {
    let mut widths = COLUMNS.map(|(name, _)| wide(ui, name, size::SMALL));
    for place in 0..of.0.cohorts.len() {
        for (width, text) in widths.iter_mut().zip(texts(of, place)) {
            *width = width.max(wide(ui, &text, size::BODY));
        }
    }
    widths.map(|width| (width.min(WIDEST) + BESIDE).ceil())
}

fn row_ui(row: &mut TableRow<'_, '_>, of: (&CohortForecast, &InterestSpace), place: usize, chosen: bool) {
    let (cohorts, space) = of;
    let cohort = &cohorts.cohorts[place];
    for (column, text) in texts(of, place).into_iter().enumerate() {
        let (_, response) = row.col(|ui| {
            let ink = Tokens::of(ui).text;
            let long = !is_number(column) && wide(ui, &text, size::BODY) > WIDEST;
            let words = Label::new(RichText::new(text).color(ink).size(if long { size::SMALL } else { size::BODY }));
            cell(ui, is_number(column), |ui| ui.add(if long { words.wrap() } else { words }));
        });
        if column == 0 {
            let name = format!("Cohort {}", report::cohort_name(cohort.rule, space, cohorts));
            response.widget_info(|| WidgetInfo::selected(Role::Row, true, chosen, name.clone()));
        }
    }
}
