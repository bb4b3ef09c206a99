//! A row of choices of which one holds.

use eframe::egui::{CornerRadius, FontId, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::app::theme::{Tokens, size, space};

/// Shows `choices` side by side and answers the one clicked. `name` says what is chosen.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, name: &str, choices: &[(T, &str)], current: T) -> Option<T> {
    let t = Tokens::of(ui);
    let font = FontId::proportional(size::BODY);
    let galleys: Vec<_> = choices
        .iter()
        .map(|(value, text)| {
            let colour = if *value == current { t.text } else { t.quiet };
            ui.painter().layout_no_wrap((*text).to_owned(), font.clone(), colour)
        })
        .collect();
    let widths: Vec<f32> = galleys.iter().map(|galley| (galley.size().x + 24.0).max(40.0).round()).collect();
    let (rect, _) = ui.allocate_exact_size(vec2(widths.iter().sum::<f32>() + 4.0, space::CONTROL), Sense::hover());
    let round = CornerRadius::same(space::CONTROL_RADIUS);
    ui.painter().rect(rect, round, t.sunken, Stroke::new(1.0, t.hairline), StrokeKind::Inside);
    let mut picked = None;
    let mut left = rect.left() + 2.0;
    for ((value, text), (galley, width)) in choices.iter().zip(galleys.into_iter().zip(widths)) {
        let part = Rect::from_min_size(pos2(left, rect.top() + 2.0), vec2(width, rect.height() - 4.0));
        left += width;
        let response = ui.interact(part, ui.scope_id().with((name, *text)), Sense::click());
        let chosen = *value == current;
        let inner = CornerRadius::same(space::CONTROL_RADIUS - 1);
        if chosen {
            ui.painter().rect(part, inner, t.surface, Stroke::new(1.0, t.outline), StrokeKind::Inside);
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.0, t.accent);
            ui.painter().rect_stroke(part, inner, stroke, StrokeKind::Inside);
        }
        let ink =
            if response.hovered() { t.text } else { galley.job.sections.first().map_or(t.text, |s| s.format.color) };
        let at = part.center() - galley.size() / 2.0;
        ui.painter().galley_with_override_text_color(at, galley, ink);
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, format!("{name}: {text}"))
        });
        if response.clicked() && !chosen {
            picked = Some(*value);
        }
    }
    picked
}
