//! Words in their sizes.

use eframe::egui::{Color32, CornerRadius, Label, Response, RichText, Sense, Ui, vec2};

use crate::app::theme::{Tokens, size, strong};

/// A page's first line.
pub fn heading(ui: &mut Ui, text: &str) -> Response {
    ui.add(Label::new(strong(text).size(size::TITLE)))
}

/// The name of a group.
pub fn section(ui: &mut Ui, text: &str) -> Response {
    ui.add(Label::new(strong(text).size(size::BODY)))
}

/// Small words that stand back.
pub fn caption(ui: &mut Ui, text: impl Into<String>) -> Response {
    let quiet = Tokens::of(ui).quiet;
    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(quiet)).wrap())
}

/// A line of a form: its name at the left, what is chosen at the right.
pub fn labelled(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_min_height(crate::app::theme::space::CONTROL);
        ui.label(name);
        ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), add);
    });
}

/// A spot of a series' colour.
pub fn swatch(ui: &mut Ui, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(5), colour);
}
