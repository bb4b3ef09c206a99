//! Dividing a page.

use eframe::egui::{Align, Layout, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2};

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

fn child(ui: &mut Ui, rect: Rect, name: &str) -> Ui {
    ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect).layout(Layout::top_down(Align::Min)))
}

/// Words at the left, something at the right, on one line.
pub fn line(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        // The right is laid first, so that the left knows how much room it has.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            right(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), left);
        });
    });
}

/// What may be wider than its card: it moves across under the pointer then, and nothing of it is cut for good.
pub fn across<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    ScrollArea::horizontal().id_salt((name, "across")).auto_shrink([false, true]).show(ui, add).inner
}

/// Draws into a room that was taken up before.
pub fn inside<R>(ui: &mut Ui, room: Rect, layout: Layout, add: impl FnOnce(&mut Ui) -> R) -> R {
    add(&mut ui.new_child(UiBuilder::new().max_rect(room).layout(layout)))
}
