//! Grounds to put things on.

use eframe::egui::{CornerRadius, Frame, InnerResponse, Margin, Sense, Stroke, Ui, vec2};

use crate::app::theme::{Tokens, space};

/// A card: the surface with a hairline around it.
pub fn card<R>(ui: &mut Ui, inset: f32, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let t = Tokens::of(ui);
    Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, t.hairline))
        .corner_radius(CornerRadius::same(space::CARD_RADIUS))
        .inner_margin(Margin::same(inset as i8))
        .show(ui, add)
}

/// A well: a tinted ground without an edge, for a remark.
pub fn well<R>(ui: &mut Ui, fill: eframe::egui::Color32, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    Frame::new()
        .fill(fill)
        .corner_radius(CornerRadius::same(space::CONTROL_RADIUS))
        .inner_margin(Margin::symmetric(12, space::SMALL as i8))
        .show(ui, add)
}

/// A line across, one point high.
pub fn hairline(ui: &mut Ui) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::ZERO, t.hairline);
}
