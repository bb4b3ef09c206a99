//! The first rows of the log, and above each column what it means.

use eframe::egui::{Align, Button, ComboBox, Label, Layout, RichText, ScrollArea, Ui, vec2};
use egui_extras::{Column, TableBuilder};
use strum::IntoEnumIterator as _;

use crate::app::commands::{Action, Actions};
use crate::app::format;
use crate::app::session::Session;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::view::View;
use crate::events::{ColumnReport, Inspection, Role};
use crate::wording::counted;

/// Height of the heading: name, type, role.
const HEADING: f32 = 96.0;
/// Narrowest and widest column.
const WIDTHS: (f32, f32) = (136.0, 280.0);
/// How many rows decide how wide a column is.
const ROWS_FOR_WIDTH: usize = 40;

/// Width of the list of roles with what they mean.
const ROLES: f32 = 400.0;

/// The first rows of the log.
#[derive(Debug, Default)]
pub struct Preview;

impl View for Preview {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let Some(inspection) = &session.inspection else { return };
        let t = Tokens::of(ui);
        let order = order(inspection);
        let widths: Vec<f32> = order.iter().map(|column| width(inspection, *column)).collect();
        ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
        ScrollArea::horizontal().id_salt("preview").auto_shrink([false, false]).show(ui, |ui| {
            let top = ui.max_rect().min;
            let across = widths.iter().sum::<f32>().max(ui.available_width());
            let heading = eframe::egui::Rect::from_min_size(top, vec2(across, HEADING));
            ui.painter().rect_filled(heading, eframe::egui::CornerRadius { nw: 7, ne: 7, sw: 0, se: 0 }, t.sunken);
            ui.painter().hline(heading.x_range(), heading.bottom(), eframe::egui::Stroke::new(1.0, t.hairline));
            let mut table = TableBuilder::new(ui)
                .id_salt("first rows")
                .cell_layout(Layout::left_to_right(Align::Center))
                .auto_shrink([false, false])
                .striped(false);
            for width in &widths {
                table = table.column(Column::exact(*width).clip(true));
            }
            table
                .header(HEADING, |mut header| {
                    for column in &order {
                        header.col(|ui| column_ui(ui, &inspection.columns[*column], actions));
                    }
                })
                .body(|body| {
                    body.rows(28.0, inspection.preview.len(), |mut row| {
                        let values = &inspection.preview[row.index()];
                        for place in &order {
                            let value = values.get(*place).and_then(Option::as_deref);
                            row.col(|ui| value_ui(ui, value, &inspection.columns[*place]));
                        }
                    });
                });
        });
    }
}

/// Columns with roles first, in the order of roles; then the others, as the log has them.
fn order(inspection: &Inspection) -> Vec<usize> {
    let mut order: Vec<usize> = (0..inspection.columns.len()).collect();
    order.sort_by_key(|column| {
        let role = inspection.columns[*column].role;
        (role.is_none(), role)
    });
    order
}

fn width(inspection: &Inspection, column: usize) -> f32 {
    let longest = inspection
        .preview
        .iter()
        .take(ROWS_FOR_WIDTH)
        .filter_map(|row| row.get(column)?.as_ref())
        .map(|value| value.chars().count())
        .chain([inspection.columns[column].name.chars().count() + 2])
        .max()
        .unwrap_or(0);
    // Its type stands in smaller letters.
    let kind = kind(&inspection.columns[column]).chars().count() as f32 * 6.6;
    ((longest as f32 * 7.4).max(kind) + 2.0 * space::INSET).clamp(WIDTHS.0, WIDTHS.1)
}

/// A column's type, and how much of it is empty.
fn kind(column: &ColumnReport) -> String {
    let empty = if column.nulls > 0 { format!(" · {} empty", format::count(column.nulls)) } else { String::new() };
    format!("{}{empty}", column.kind)
}

fn column_ui(ui: &mut Ui, column: &ColumnReport, actions: &mut Actions) {
    let t = Tokens::of(ui);
    ui.add_space(space::INSET);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add_space(12.0);
        ui.add(Label::new(strong(&column.name)).truncate());
        let kind = RichText::new(kind(column)).size(size::SMALL).color(t.quiet);
        ui.add(Label::new(kind).truncate()).on_hover_ui(|ui| {
            ui.label(counted(column.distinct, "distinct value"));
            ui.label(RichText::new(column.examples.join("\n")).small().color(t.quiet));
        });
        ui.add_space(space::TIGHT);
        role_ui(ui, column, actions);
    });
}

fn role_ui(ui: &mut Ui, column: &ColumnReport, actions: &mut Actions) {
    let t = Tokens::of(ui);
    let text = match column.role {
        Some(role) => strong(role.to_string()).color(t.accent),
        None => RichText::new("not used").color(t.quiet),
    };
    let chosen = ComboBox::from_id_salt(("role", &column.name))
        .selected_text(text)
        .width((ui.available_width() - space::INSET).max(80.0))
        .height(480.0)
        .show_ui(ui, |ui| {
            ui.set_min_width(ROLES);
            ui.spacing_mut().item_spacing.y = 0.0;
            let mut picked = None;
            for role in Role::iter() {
                let told = RichText::new(meaning(role)).size(size::SMALL).color(t.quiet);
                let button = Button::selectable(column.role == Some(role), role.to_string()).right_text(told);
                let button = ui.add(button.min_size(vec2(ROLES, 28.0)));
                if button.accessible_name(format!("{role}: {}", meaning(role))).clicked() {
                    picked = Some(Some(role));
                }
            }
            crate::app::widgets::hairline(ui);
            if ui.selectable_label(column.role.is_none(), "not used").clicked() {
                picked = Some(None);
            }
            picked
        });
    chosen.response.accessible_name(format!("Role of {}", column.name)).on_hover_text(&column.why);
    if let Some(role) = chosen.inner.flatten().filter(|role| *role != column.role) {
        actions.push(Action::SetRole(column.name.clone(), role));
    }
}

/// What a role is for, in a few words.
fn meaning(role: Role) -> &'static str {
    match role {
        Role::User => "Who did it; every log needs one",
        Role::Time => "When it happened; every log needs one",
        Role::Text => "What it was, in words; several columns are joined",
        Role::Item => "The code of what it was",
        Role::Basket => "The order or visit that events share",
        Role::Kind => "What was done: viewed, bought, …",
        Role::Quantity => "How many; below zero is a return",
        Role::Price => "The price of one",
        Role::Value => "What the event was worth in all",
        Role::Category => "A category that the log has already",
    }
}

fn value_ui(ui: &mut Ui, value: Option<&str>, column: &ColumnReport) {
    let t = Tokens::of(ui);
    let ink = if column.role.is_some() { t.text } else { t.quiet };
    // Numbers line up at their last digit.
    if matches!(column.kind.as_str(), "integer" | "number") {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(space::INSET);
            written_ui(ui, value, ink);
        });
    } else {
        ui.add_space(space::INSET);
        written_ui(ui, value, ink);
    }
}

fn written_ui(ui: &mut Ui, value: Option<&str>, ink: eframe::egui::Color32) {
    let t = Tokens::of(ui);
    match value {
        Some(value) => ui.add(Label::new(RichText::new(value.trim()).color(ink)).truncate()),
        None => ui.label(RichText::new("empty").small().color(t.quiet)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_with_roles_come_first_and_the_others_stay_as_they_lie() {
        let column = |name: &str, role| ColumnReport {
            name: name.into(),
            kind: "text".into(),
            role,
            why: String::new(),
            nulls: 0,
            distinct: 1,
            examples: Vec::new(),
        };
        let columns = vec![
            column("shop", None),
            column("price", Some(Role::Price)),
            column("when", Some(Role::Time)),
            column("city", None),
            column("who", Some(Role::User)),
        ];
        assert_eq!(order(&Inspection { columns, ..Inspection::default() }), [4, 2, 1, 0, 3]);
    }
}
