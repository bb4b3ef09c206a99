//! Dividing a page.

use eframe::egui::{Align, Layout, Rect, Sense, Ui, UiBuilder, pos2};

use crate::app::theme::space;

/// Divides what is left of a page into a wide left and a right of `width` points.
pub fn beside(ui: &mut Ui, width: f32) -> (Ui, Ui) {
    let all = ui.available_rect_before_wrap();
    let middle = (all.right() - width).max(all.left());
    let left = Rect::from_min_max(all.min, pos2((middle - space::MEDIUM).max(all.left()), all.bottom()));
    let right = Rect::from_min_max(pos2(middle, all.top()), all.max);
    ui.allocate_rect(all, Sense::hover());
    (child(ui, left, "left"), child(ui, right, "right"))
}

/// Divides what is left of a page into a top and a bottom of `height` points.
pub fn above(ui: &mut Ui, height: f32) -> (Ui, Ui) {
    let all = ui.available_rect_before_wrap();
    let middle = (all.bottom() - height).max(all.top());
    let top = Rect::from_min_max(all.min, pos2(all.right(), (middle - space::MEDIUM).max(all.top())));
    let bottom = Rect::from_min_max(pos2(all.left(), middle), all.max);
    ui.allocate_rect(all, Sense::hover());
    (child(ui, top, "top"), child(ui, bottom, "bottom"))
}

fn child(ui: &mut Ui, rect: Rect, name: &str) -> Ui {
    ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect).layout(Layout::top_down(Align::Min)))
}

/// Words at the left, something at the right, on one line.
pub fn line(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        left(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}
