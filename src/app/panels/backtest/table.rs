//! Small tables that stand on a page in full.

use eframe::egui::{Align, Label, Layout, RichText, Ui, Vec2};
use egui_extras::{Column, TableBuilder};

use crate::app::panels::layout::across;
use crate::app::theme::{Tokens, size, strong};

/// A column: its heading, its width, what it means. All but the first stand at the right.
pub(super) type Heading<'a> = (&'a str, f32, &'a str);

/// Draws a table; rows that lead are set strong.
pub(super) fn small_table(ui: &mut Ui, name: &str, headings: &[Heading], words: usize, rows: &[(bool, Vec<String>)]) {
    across(ui, name, |ui| table(ui, name, headings, words, rows));
}

fn table(ui: &mut Ui, name: &str, headings: &[Heading], words: usize, rows: &[(bool, Vec<String>)]) {
    let t = Tokens::of(ui);
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    let layout = |column: usize| match column < words {
        true => Layout::left_to_right(Align::Center),
        false => Layout::right_to_left(Align::Center),
    };
    let mut table = TableBuilder::new(ui)
        .id_salt(name)
        .cell_layout(Layout::left_to_right(Align::Center))
        .vscroll(false)
        .auto_shrink([false, true]);
    for (_, width, _) in headings {
        table = table.column(Column::exact(*width).clip(true));
    }
    table
        .header(28.0, |mut header| {
            for (column, (heading, _, hover)) in headings.iter().enumerate() {
                header.col(|ui| {
                    let label = Label::new(RichText::new(*heading).size(size::SMALL).color(t.quiet));
                    ui.with_layout(layout(column), |ui| ui.add(label).on_hover_text(*hover));
                });
            }
        })
        .body(|body| {
            body.rows(26.0, rows.len(), |mut row| {
                let (leads, texts) = &rows[row.index()];
                for (column, text) in texts.iter().enumerate() {
                    row.col(|ui| {
                        let text = if *leads { strong(text) } else { RichText::new(text) };
                        ui.with_layout(layout(column), |ui| ui.add(Label::new(text).truncate()));
                    });
                }
            });
        });
}

/// Percent with one decimal, or a dash: a band's held part is judged by less than a percent.
pub(super) fn tenths(part: Option<&f64>) -> String {
    let part = part.filter(|part| part.is_finite());
    part.map_or_else(|| "–".to_owned(), |part| format!("{:.1} %", part * 100.0))
}

/// A number with some decimals, or a dash.
pub(super) fn decimals(value: Option<f64>, decimals: usize) -> String {
    let value = value.filter(|value| value.is_finite());
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
}
