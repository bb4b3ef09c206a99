//! The gain curve: how much of all value the best users hold, as it is expected and as it came.

use eframe::egui::{Align2, FontId, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::app::theme::{Tokens, size, space};
use crate::app::widgets::swatch;
use crate::pipeline::ValueView;
use crate::report;

/// How high the picture is.
const HEIGHT: f32 = 220.0;
/// Points drawn of a curve at most.
const POINTS: usize = 200;

/// Draws the curves with their legend.
pub fn curve(ui: &mut Ui, view: &ValueView) {
    let t = Tokens::of(ui);
    let ahead = &view.ahead.result;
    let expected = report::gain_curve(&ahead.mean_value, &ahead.rank);
    let came = view.past.as_ref().and_then(|past| report::gain_curve(past.observed.as_deref()?, &past.rank));
    ui.horizontal_wrapped(|ui| {
        for (there, ink, name) in
            [(expected.is_some(), t.accent, "expected ahead"), (came.is_some(), t.text, "came, by the ranking before")]
        {
            if there {
                swatch(ui, ink);
                ui.label(eframe::egui::RichText::new(name).size(size::SMALL).color(t.quiet));
            }
        }
    });
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let font = FontId::proportional(size::SMALL);
    let field = eframe::egui::Rect::from_min_max(
        pos2(rect.left() + 40.0, rect.top() + space::SMALL),
        pos2(rect.right() - space::SMALL, rect.bottom() - 20.0),
    );
    let at = |x: f64, y: f64| {
        pos2(field.left() + x as f32 * field.width(), field.bottom() - y.clamp(0.0, 1.0) as f32 * field.height())
    };
    for mark in [0.0, 0.5, 1.0] {
        ui.painter().hline(field.x_range(), at(0.0, mark).y, Stroke::new(1.0, t.hairline));
        let words = format!("{:.0} %", mark * 100.0);
        let place = pos2(field.left() - space::SMALL, at(0.0, mark).y);
        ui.painter().text(place, Align2::RIGHT_CENTER, &words, font.clone(), t.quiet);
        let (below, edge) = (pos2(at(mark, 0.0).x, field.bottom() + space::TIGHT), mark >= 1.0);
        let anchor = if edge { Align2::RIGHT_TOP } else { Align2::CENTER_TOP };
        let words = if edge { format!("{words} of users") } else { words };
        ui.painter().text(below, anchor, words, font.clone(), t.quiet);
    }
    // As if everybody held the same.
    ui.painter().add(Shape::dashed_line(&[at(0.0, 0.0), at(1.0, 1.0)], Stroke::new(1.0, t.outline), 4.0, 4.0));
    for (curve, ink) in [(&came, t.text), (&expected, t.accent)] {
        let Some(curve) = curve else { continue };
        let apart = curve.len().div_ceil(POINTS).max(1);
        let points = curve.iter().step_by(apart).chain(curve.last()).map(|(x, y)| at(*x, *y)).collect();
        ui.painter().add(Shape::line(points, Stroke::new(2.0, ink)));
    }
    let said = report::value_sentence(ahead);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &said));
}
