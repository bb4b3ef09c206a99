//! A few bars below each other, each with its name and its number in words.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Align2, Color32, CornerRadius, FontId, Galley, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::panels::chart::colour;
use crate::app::theme::{Tokens, size, space};
use crate::report::{Bar, Evidence};

/// Height of a bar with what stands beside it.
const ROW: f32 = 24.0;
/// The part of the width that bars have, and names at least.
const BARS: f32 = 0.26;
const NAMES: f32 = 0.25;

/// How high so many bars are.
pub fn height(bars: usize) -> f32 {
    ROW * bars as f32
}

/// Draws bars and answers where the one clicked leads.
pub fn bars(ui: &mut Ui, bars: &[Bar]) -> Option<Evidence> {
    let t = Tokens::of(ui);
    let largest = bars.iter().map(|bar| bar.value.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let (up, down) = (bars.iter().any(|bar| bar.value > 0.0), bars.iter().any(|bar| bar.value < 0.0));
    let mut picked = None;
    let width = ui.available_width();
    let widest = |text: fn(&Bar) -> &str| {
        bars.iter().map(|bar| laid(ui, text(bar), f32::INFINITY, t.text).size().x).fold(0.0, f32::max)
    };
    // Names have what bars and numbers leave them.
    let gaps = 2.0 * (space::SMALL + space::TIGHT);
    let left = width * (1.0 - BARS) - widest(|bar| &bar.words) - gaps;
    let named = (widest(|bar| &bar.name) + space::SMALL + space::TIGHT).min(left.max(width * NAMES));
    ui.spacing_mut().item_spacing.y = 0.0;
    for bar in bars {
        let sense = if bar.evidence.is_some() { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), sense);
        let lit = bar.evidence.is_some() && (response.hovered() || response.has_focus());
        if lit {
            let round = CornerRadius::same(space::CONTROL_RADIUS);
            ui.painter().rect_filled(rect.expand2(vec2(6.0, 0.0)), round, t.sunken);
        }
        let middle = rect.center().y;
        let names = Rect::from_min_size(rect.min, vec2(named - space::SMALL, ROW));
        words(ui, names, &bar.name, t.text);
        let room = Rect::from_min_size(pos2(rect.left() + named, rect.top()), vec2(width * BARS, ROW));
        let zero = match (up, down) {
            (true, true) => room.center().x,
            (false, true) => room.right(),
            _ => room.left(),
        };
        let reach = if up && down { room.width() / 2.0 } else { room.width() };
        let end = zero + reach * (bar.value / largest) as f32;
        let ink = bar.interest.map_or(t.accent, |interest| colour(interest, ui.visuals().dark_mode));
        let filled =
            Rect::from_x_y_ranges(zero.min(end)..=zero.max(end).max(zero.min(end) + 1.5), middle - 5.0..=middle + 5.0);
        ui.painter().rect_filled(filled, CornerRadius::same(2), ink);
        ui.painter().vline(zero, rect.y_range(), eframe::egui::Stroke::new(1.0, t.outline));
        let told = Rect::from_min_max(pos2(room.right() + space::SMALL + space::TIGHT, rect.top()), rect.max);
        words(ui, told, &bar.words, if lit { t.text } else { t.quiet });
        let name = format!("{}: {}", bar.name, bar.words);
        let role = if bar.evidence.is_some() { Role::Button } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, true, &name));
        if response.on_hover_text(&name).clicked() {
            picked.clone_from(&bar.evidence);
        }
    }
    picked
}

/// Words in a room of one line; what does not fit is told under the pointer.
fn words(ui: &Ui, room: Rect, text: &str, ink: Color32) {
    let galley = laid(ui, text, room.width().max(0.0), ink);
    let at = Align2::LEFT_CENTER.anchor_size(room.left_center(), galley.size()).min;
    ui.painter().galley(at, galley, ink);
}

fn laid(ui: &Ui, text: &str, width: f32, ink: Color32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(size::SMALL), ink);
    job.wrap = TextWrapping::truncate_at_width(width);
    ui.painter().layout_job(job)
}
