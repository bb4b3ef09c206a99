//! A thin bar that fills.

use std::time::Duration;

use eframe::egui::{CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::theme::Tokens;

/// How often a bar of unknown length moves: enough to be seen alive, too seldom to cost anything.
const TICK: Duration = Duration::from_millis(100);

/// A bar filled to `part`; a piece that wanders if the part is not known.
pub fn meter(ui: &mut Ui, width: f32, part: Option<f32>, name: &str) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 6.0), Sense::hover());
    let round = CornerRadius::same(3);
    ui.painter().rect_filled(rect, round, t.hairline);
    let filled = match part {
        Some(part) => {
            let width = (rect.width() * part.clamp(0.0, 1.0)).max(if part > 0.0 { rect.height() } else { 0.0 });
            Rect::from_min_size(rect.min, vec2(width, rect.height()))
        }
        None => {
            ui.ctx().request_repaint_after(TICK);
            let phase = (ui.input(|input| input.time) * 0.6).fract() as f32;
            let piece = 0.25 * rect.width();
            let left = rect.left() + phase * (rect.width() + piece) - piece;
            Rect::from_min_max(pos2(left, rect.top()), pos2(left + piece, rect.bottom())).intersect(rect)
        }
    };
    ui.painter().rect_filled(filled, round, t.accent);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = part.map(|part| f64::from(part * 100.0));
        info
    });
    response
}
