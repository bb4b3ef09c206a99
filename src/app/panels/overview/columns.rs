//! Events by period, as columns.

use eframe::egui::{Align2, CornerRadius, FontId, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::app::format;
use crate::app::theme::{Tokens, size, space};
use crate::calendar::{Calendar, Period};
use crate::wording::counted;

/// How high the picture is.
pub const HEIGHT: f32 = 96.0;
/// Of it, the line with the first and the last period's names.
const NAMES: f32 = 18.0;

/// Draws the columns, with the names of the first and the last period below and the largest number above.
pub fn columns(ui: &mut Ui, columns: &[(Period, f64)], calendar: Calendar) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return };
    let most = columns.iter().map(|(_, events)| *events).fold(0.0, f64::max);
    let base = rect.bottom() - NAMES;
    let font = FontId::proportional(size::SMALL);
    let top = rect.top() + NAMES;
    ui.painter().hline(rect.x_range(), base, Stroke::new(1.0, t.hairline));
    let each = rect.width() / columns.len() as f32;
    let at = |x: f32| (((x - rect.left()) / each) as usize).min(columns.len() - 1);
    let pointed = response.hover_pos().map(|pointer| at(pointer.x));
    for (place, (_, events)) in columns.iter().enumerate() {
        let left = rect.left() + each * place as f32;
        let high = (base - top) * (*events / most.max(1.0)) as f32;
        let gap = if each > 4.0 { each * 0.2 } else { 0.0 };
        let column = Rect::from_min_max(pos2(left + gap / 2.0, base - high), pos2(left + each - gap / 2.0, base));
        let ink = if pointed == Some(place) { t.accent } else { t.outline };
        ui.painter().rect_filled(column, CornerRadius::same(1), ink);
    }
    let below = base + space::TIGHT;
    let name = |period: Period| calendar.label(period);
    ui.painter().text(pos2(rect.left(), below), Align2::LEFT_TOP, name(first.0), font.clone(), t.quiet);
    if columns.len() > 1 {
        ui.painter().text(pos2(rect.right(), below), Align2::RIGHT_TOP, name(last.0), font.clone(), t.quiet);
    }
    let (period, events) = pointed.map_or_else(
        || columns.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(*last),
        |place| columns[place],
    );
    let told = format!("{}: {}", name(period), counted(events as u64, "event"));
    let words = if pointed.is_some() { told } else { format!("most in {told}") };
    ui.painter().text(rect.left_top(), Align2::LEFT_TOP, words, font, t.quiet);
    let said = format!(
        "Events by {}, {} to {}, {} at most",
        calendar.length,
        name(first.0),
        name(last.0),
        format::count(most as u64)
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
}
