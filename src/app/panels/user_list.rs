//! Every user in a line. Only the lines that are seen are made, so a hundred thousand users cost no more than a hundred.

use eframe::egui::{
    Align, Align2, CornerRadius, Key, Label, Layout, Response, RichText, Role, ScrollArea, Sense, TextEdit, Ui,
    WidgetInfo, vec2,
};
use egui_extras::{Column, TableBuilder, TableRow};

use super::cohort_list::list_choice;
use super::layout::line;
use crate::app::commands::{Action, Actions};
use crate::app::format;
use crate::app::session::Session;
use crate::app::shown::Shown;
use crate::app::theme::{Tokens, size, space};
use crate::app::view::View;
use crate::app::widgets::{caption, card, section};
use crate::events::UserId;
use crate::report::UserSummary;

mod order;

use order::{Key as SortKey, Order};

/// Every user in a line.
#[derive(Debug, Default)]
pub struct UserList {
    filter: String,
    order: Order,
    /// The run and the user last brought into view.
    in_view: Option<(usize, UserId)>,
}

/// The columns: what they sort by, their heading, their width, what they mean.
const COLUMNS: [(SortKey, &str, f32, &str); 9] = [
    (SortKey::User, "User", 80.0, "The user, as the log spells it"),
    (SortKey::Events, "Events", 70.0, "How many events"),
    (
        SortKey::Change,
        "Change",
        194.0,
        "Which interest the forecast moves most against the user's mean, in percentage points",
    ),
    (SortKey::LastSeen, "Last seen", 102.0, "The day of the last event"),
    (SortKey::Active, "Active next", 104.0, "How likely any activity is in the first period forecast"),
    (SortKey::Value, "Value", 80.0, "What the user spent, net of returns"),
    (SortKey::Periods, "Periods", 88.0, "Periods with activity"),
    (SortKey::Now, "Leading now", 168.0, "The leading interest in the last active period"),
    (SortKey::Next, "Leading next", 168.0, "The leading interest in the first period forecast"),
];

impl View for UserList {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let Some(results) = session.shown() else { return };
        let order = self.order.of(results, &self.filter);
        let (shown, all) = (order.len() as u64, results.users.len() as u64);
        line(
            ui,
            |ui| {
                section(ui, "Users");
                let text = if shown == all {
                    format::count(all)
                } else {
                    format!("{} of {}", format::count(shown), format::count(all))
                };
                caption(ui, text);
            },
            |ui| list_choice(ui, session, actions),
        );
        let field = TextEdit::singleline(&mut self.filter)
            .hint_text("Filter by user or interest  ( / )")
            .desired_width(f32::INFINITY)
            .align(Align2::LEFT_CENTER)
            .min_size(vec2(0.0, space::CONTROL));
        let field = ui.add(field).accessible_name("Filter users");
        if session.focus_filter {
            field.request_focus();
        }
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.filter.clear();
        }
        step(&order, session, actions);
        let moved = self.moved(&order, session, results);
        card(ui, 1.0, |ui| {
            ui.set_min_size(ui.available_size());
            if order.is_empty() {
                ui.add_space(space::LARGE);
                ui.vertical_centered(|ui| ui.label(format!("No user and no interest holds “{}”", self.filter.trim())));
                return;
            }
            self.table(ui, session, results, &order, moved, actions);
        });
    }
}

/// Moves the choice by the rows asked for.
fn step(order: &[u32], session: &Session, actions: &mut Actions) {
    let Some(last) = order.len().checked_sub(1).filter(|_| session.step_users != 0) else { return };
    let here = session.chosen.and_then(|user| order.iter().position(|line| *line == user.0));
    let there = here.map_or(0, |here| here.saturating_add_signed(session.step_users as isize).min(last));
    actions.push(Action::Choose(UserId(order[there])));
}

impl UserList {
    /// The row to bring into view: the chosen user's, when another was chosen since.
    fn moved(&mut self, order: &[u32], session: &Session, results: Shown) -> Option<usize> {
        let chosen = (results.run, session.chosen?);
        if self.in_view == Some(chosen) {
            return None;
        }
        self.in_view = Some(chosen);
        order.iter().position(|line| *line == chosen.1.0)
    }

    fn table(
        &mut self,
        ui: &mut Ui,
        session: &Session,
        results: Shown,
        order: &[u32],
        moved: Option<usize>,
        actions: &mut Actions,
    ) {
        let t = Tokens::of(ui);
        ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
        ScrollArea::horizontal().id_salt("users across").auto_shrink([false, false]).show(ui, |ui| {
            let across = COLUMNS.iter().map(|column| column.2).sum::<f32>().max(ui.available_width());
            let heading = eframe::egui::Rect::from_min_size(ui.max_rect().min, vec2(across, space::ROW));
            ui.painter().rect_filled(heading, CornerRadius { nw: 7, ne: 7, sw: 0, se: 0 }, t.sunken);
            ui.painter().hline(heading.x_range(), heading.bottom(), eframe::egui::Stroke::new(1.0, t.hairline));
            let mut table = TableBuilder::new(ui)
                .id_salt("user table")
                .cell_layout(Layout::left_to_right(Align::Center))
                .sense(Sense::click())
                .auto_shrink([false, false])
                .animate_scrolling(false);
            for (_, _, width, _) in COLUMNS {
                table = table.column(Column::exact(width).clip(true));
            }
            if let Some(row) = moved {
                table = table.scroll_to_row(row, None);
            }
            table
                .header(space::ROW, |mut header| {
                    for (key, name, _, hover) in COLUMNS {
                        let right = key.is_number();
                        header.col(|ui| {
                            if heading_ui(ui, name, hover, self.order.mark(key), right) {
                                self.order.sort(key);
                            }
                        });
                    }
                })
                .body(|body| {
                    body.rows(space::ROW, order.len(), |mut row| {
                        let Some(summary) = results.users.get(order[row.index()] as usize) else { return };
                        let chosen = session.chosen == Some(summary.user);
                        row.set_selected(chosen);
                        if row_ui(&mut row, results, summary, chosen).clicked() {
                            actions.push(Action::Choose(summary.user));
                        }
                    });
                });
        });
    }
}

fn heading_ui(ui: &mut Ui, name: &str, hover: &str, mark: &str, right: bool) -> bool {
    let t = Tokens::of(ui);
    let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.with_layout(layout, |ui| {
        ui.add_space(12.0);
        let ink = if mark.is_empty() { t.quiet } else { t.text };
        let text = RichText::new(format!("{name}{mark}")).size(size::SMALL).color(ink);
        let label = ui.add(Label::new(text).sense(Sense::click()));
        let label = label.on_hover_cursor(eframe::egui::CursorIcon::PointingHand);
        label.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Sort by {name}")));
        label.on_hover_text(hover).clicked()
    })
    .inner
}

fn row_ui(row: &mut TableRow<'_, '_>, results: Shown, summary: &UserSummary, chosen: bool) -> Response {
    let name = results.events.users.get(summary.user.index()).map(String::as_str).unwrap_or_default();
    let label = |interest: u16| {
        results.space.interests.get(usize::from(interest)).map(|found| found.label.clone()).unwrap_or_default()
    };
    for (key, ..) in COLUMNS {
        let (_, cell) = row.col(|ui| match key {
            SortKey::User => words(ui, name),
            SortKey::Events => number(ui, format::count(summary.events.into())),
            SortKey::Change => change_ui(ui, summary, label),
            SortKey::LastSeen => number(ui, format::day(summary.last.datetime().date())),
            SortKey::Active => {
                number(ui, summary.p_active.map_or_else(|| "–".to_owned(), |p| format::percent(p.into())));
            }
            SortKey::Value => number(ui, format::amount(summary.value)),
            SortKey::Periods => number(ui, format::count(summary.active_periods.into())),
            SortKey::Now => words(ui, &label(summary.leading_now)),
            SortKey::Next => words(ui, &summary.leading_next.map(label).unwrap_or_default()),
        });
        if key == SortKey::User {
            cell.widget_info(|| WidgetInfo::selected(Role::Row, true, chosen, format!("User {name}")));
        }
    }
    row.response()
}

fn words(ui: &mut Ui, text: &str) {
    ui.add_space(12.0);
    ui.add(Label::new(RichText::new(text).color(Tokens::of(ui).text)).truncate());
}

fn number(ui: &mut Ui, text: String) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(12.0);
        ui.label(RichText::new(text).color(Tokens::of(ui).text));
    });
}

/// Sign, words and colour: never colour alone.
fn change_ui(ui: &mut Ui, summary: &UserSummary, label: impl Fn(u16) -> String) {
    let t = Tokens::of(ui);
    ui.add_space(12.0);
    let Some((interest, change)) = summary.largest_change else {
        ui.label(RichText::new("–").color(t.quiet));
        return;
    };
    let points = format::points(change.into());
    let ink = match change {
        _ if points == format::points(0.0) => t.quiet,
        up if up > 0.0 => t.good,
        _ => t.bad,
    };
    let (rect, _) = ui.allocate_exact_size(vec2(28.0, 16.0), Sense::hover());
    let font = eframe::egui::FontId::proportional(size::BODY);
    ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, &points, font, ink);
    ui.add_space(space::SMALL);
    let word = if change >= 0.0 { "up" } else { "down" };
    let name = label(interest);
    let text = ui.add(Label::new(RichText::new(&name).color(t.text)).truncate());
    text.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {word} {points} points")));
}
