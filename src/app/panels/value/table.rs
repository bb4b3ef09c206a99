//! Users in the order of what they are expected to be worth.

use eframe::egui::{Align, CornerRadius, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder};

use crate::app::format;
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space};
use crate::events::UserId;
use crate::pipeline::ValueOutcome;

/// The columns: their heading, their width, what they mean. All but the second stand at the right.
const COLUMNS: [(&str, f32, &str); 7] = [
    ("Rank", 56.0, "By expected value"),
    ("User", 104.0, "The user, as the log spells it"),
    ("Expected", 92.0, "What one such user is worth, near the median: half are worth less"),
    ("80 % band", 136.0, "What four in five users like this are worth"),
    ("Mean", 92.0, "The mean, which adds up over users"),
    ("Orders", 72.0, "Expected orders"),
    ("Active", 72.0, "How likely any order is"),
];

/// Draws the ranked users and answers whose chart is asked for, where there are charts.
pub fn ranked(ui: &mut Ui, outcome: &ValueOutcome, order: &[usize], session: &Session) -> Option<UserId> {
    let t = Tokens::of(ui);
    let mut picked = None;
    ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
    ScrollArea::horizontal().id_salt("value across").auto_shrink([false, false]).show(ui, |ui| {
        let across = COLUMNS.iter().map(|column| column.1).sum::<f32>().max(ui.available_width());
        let heading = Rect::from_min_size(ui.max_rect().min, vec2(across, space::ROW));
        ui.painter().rect_filled(heading, CornerRadius { nw: 7, ne: 7, sw: 0, se: 0 }, t.sunken);
        ui.painter().hline(heading.x_range(), heading.bottom(), eframe::egui::Stroke::new(1.0, t.hairline));
        let mut table = TableBuilder::new(ui)
            .id_salt("value table")
            .cell_layout(Layout::left_to_right(Align::Center))
            .sense(Sense::click())
            .auto_shrink([false, false]);
        for (_, width, _) in COLUMNS {
            table = table.column(Column::exact(width).clip(true));
        }
        table
            .header(space::ROW, |mut header| {
                for (place, (name, _, hover)) in COLUMNS.into_iter().enumerate() {
                    header.col(|ui| {
                        let label = Label::new(RichText::new(name).size(size::SMALL).color(t.quiet));
                        cell(ui, place != 1, |ui| ui.add(label).on_hover_text(hover));
                    });
                }
            })
            .body(|body| {
                body.rows(space::ROW, order.len(), |mut row| {
                    let place = order[row.index()];
                    let (name, texts) = line(outcome, place);
                    for (column, text) in texts.into_iter().enumerate() {
                        let (_, response) = row.col(|ui| {
                            let words = Label::new(RichText::new(text).color(t.text)).truncate();
                            cell(ui, column != 1, |ui| ui.add(words));
                        });
                        if column == 0 {
                            response.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("Value of {name}")));
                        }
                    }
                    if row.response().clicked() {
                        picked = known(session, &name);
                    }
                });
            });
    });
    picked
}

/// The user of this name among the results shown: numbers of users mean nothing in another reading of the log.
fn known(session: &Session, name: &str) -> Option<UserId> {
    let results = session.shown()?;
    let place = results.events.users.binary_search_by(|user| user.as_str().cmp(name)).ok()?;
    u32::try_from(place).ok().map(UserId)
}

/// A user's name and line.
fn line(outcome: &ValueOutcome, place: usize) -> (String, [String; 7]) {
    let result = &outcome.result;
    let name = outcome.events.users.get(result.users[place].index()).cloned().unwrap_or_default();
    let amount = |value: f64| {
        // Orders are few; money is told without fractions.
        if result.has_money { format::amount(value) } else { format!("{value:.1}") }
    };
    let told = result.chosen();
    let dash = || "–".to_owned();
    let expected = told.and_then(|told| told.expected.get(place)).map_or_else(dash, |value| amount(*value));
    let band = told.and_then(|told| told.bands.iter().find(|(level, _)| *level == 80));
    let band = band.and_then(|(_, limits)| limits.get(place));
    let texts = [
        format::count(u64::from(result.rank[place])),
        name.clone(),
        expected,
        band.map_or_else(dash, |(lower, upper)| format!("{} to {}", amount(*lower), amount(*upper))),
        amount(result.mean_value[place]),
        format!("{:.1}", result.expected_orders[place]),
        format::percent(result.p_active[place]),
    ];
    (name, texts)
}

/// Something in a cell, numbers at its right.
fn cell<R>(ui: &mut Ui, right: bool, add: impl FnOnce(&mut Ui) -> R) {
    let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.with_layout(layout, |ui| {
        ui.add_space(12.0);
        add(ui);
    });
}
