//! How many events each period has, below the chart and on its axis.

use eframe::egui::{Align2, CornerRadius, FontId, Rect, Sense, Stroke, Ui, pos2, vec2};
use egui_plot::PlotTransform;

use crate::app::format;
use crate::app::theme::{Tokens, size};
use crate::calendar::Period;
use crate::report::Observed;

/// Draws the strip of the periods seen, `height` points high.
pub fn strip(ui: &mut Ui, seen: &[Observed], transform: &PlotTransform, height: f32, hovered: Option<Period>) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let frame = transform.frame();
    let ground = Rect::from_x_y_ranges(frame.x_range(), rect.y_range());
    let base = ground.bottom() - 4.0;
    let painter = ui.painter_at(ground.expand2(vec2(0.0, 2.0)));
    painter.hline(ground.x_range(), base, Stroke::new(1.0, t.hairline));
    let most = seen.iter().map(|seen| seen.total).max().unwrap_or(0);
    let width = (transform.dpos_dvalue_x().abs() as f32 * 0.55).clamp(1.0, 14.0);
    let room = ground.height() - 8.0;
    for seen in seen {
        let x = transform.position_from_point_x(f64::from(seen.period.0));
        let high = (room * seen.total as f32 / most.max(1) as f32).max(1.5);
        let bar = Rect::from_min_max(pos2(x - width / 2.0, base - high), pos2(x + width / 2.0, base));
        let ink = if hovered == Some(seen.period) { t.quiet } else { t.outline };
        painter.rect_filled(bar, CornerRadius::same(1), ink);
    }
    let font = FontId::proportional(size::SMALL);
    let edge = frame.left() - 4.0;
    ui.painter().text(pos2(edge, base), Align2::RIGHT_BOTTOM, "events", font.clone(), t.quiet);
    if most > 0 {
        let at = pos2(edge, ground.top());
        ui.painter().text(at, Align2::RIGHT_TOP, format::count(most.into()), font, t.quiet);
    }
}
