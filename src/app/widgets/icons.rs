//! Signs drawn with a pen of one width, so that they match the type in both themes.

use std::f32::consts::TAU;

use eframe::egui::{Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

/// The signs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// The program itself: a line that goes on as a forecast.
    Driftline,
    /// A table.
    Table,
    /// A curve going down.
    Curve,
    /// Three sliders.
    Sliders,
    /// Bars, the longest first.
    Ranking,
    /// Four fields: what there is at a glance.
    Overview,
    /// A ring around a spot.
    Target,
    /// People.
    People,
    /// A file.
    File,
    /// A tick.
    Tick,
    /// A cross.
    Cross,
    /// A mark of warning.
    Warning,
    /// Three lines: the menu.
    Menu,
    /// Half light, half dark.
    Theme,
    /// A question mark in a ring.
    Help,
    /// Two sheets.
    Copy,
    /// An arrow into a frame.
    Drop,
}

/// Takes up a square of `side` points and draws a sign in it.
pub fn icon(ui: &mut Ui, icon: Icon, side: f32, colour: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    paint(ui.painter(), rect, icon, colour);
    response
}

/// Draws a sign into a square.
pub fn paint(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    let side = rect.width().min(rect.height());
    let rect = Rect::from_center_size(rect.center(), vec2(side, side));
    let at = |x: f32, y: f32| -> Pos2 { pos2(rect.left() + x * side, rect.top() + y * side) };
    let pen = Stroke::new((side / 11.0).clamp(1.3, 3.0), colour);
    let line = |points: &[(f32, f32)]| {
        painter.add(Shape::line(points.iter().map(|(x, y)| at(*x, *y)).collect(), pen));
    };
    let ring = |x: f32, y: f32, radius: f32| {
        painter.circle_stroke(at(x, y), radius * side, pen);
    };
    let arc = |x: f32, y: f32, radius: f32, from: f32, to: f32| {
        let points = (0..=16).map(|step| {
            let angle = (from + (to - from) * step as f32 / 16.0) * TAU;
            at(x + radius * angle.cos(), y + radius * angle.sin())
        });
        painter.add(Shape::line(points.collect(), pen));
    };
    match icon {
        Icon::Driftline => {
            line(&[(0.02, 0.78), (0.2, 0.5), (0.36, 0.62), (0.58, 0.3)]);
            painter.extend(Shape::dashed_line(&[at(0.58, 0.3), at(0.98, 0.12)], pen, 0.13 * side, 0.09 * side));
            painter.circle_filled(at(0.58, 0.3), 0.1 * side, colour);
        }
        Icon::Table => {
            painter.rect_stroke(Rect::from_min_max(at(0.06, 0.12), at(0.94, 0.88)), 2.0, pen, StrokeKind::Middle);
            line(&[(0.06, 0.38), (0.94, 0.38)]);
            line(&[(0.38, 0.38), (0.38, 0.88)]);
        }
        Icon::Curve => {
            line(&[(0.08, 0.06), (0.08, 0.92), (0.96, 0.92)]);
            line(&[(0.24, 0.2), (0.36, 0.46), (0.52, 0.62), (0.7, 0.7), (0.92, 0.72)]);
        }
        Icon::Sliders => {
            for (x, knob) in [(0.18, 0.66), (0.5, 0.3), (0.82, 0.54)] {
                line(&[(x, 0.06), (x, knob - 0.13)]);
                line(&[(x, knob + 0.13), (x, 0.94)]);
                ring(x, knob, 0.12);
            }
        }
        Icon::Ranking => {
            for (y, long) in [(0.16, 0.9), (0.5, 0.6), (0.84, 0.34)] {
                line(&[(0.06, y), (0.06 + long, y)]);
            }
            line(&[(0.06, 0.04), (0.06, 0.96)]);
        }
        Icon::Overview => {
            for (left, top, high) in [(0.06, 0.06, 0.5), (0.06, 0.7, 0.24), (0.56, 0.06, 0.24), (0.56, 0.44, 0.5)] {
                let field = Rect::from_min_max(at(left, top), at(left + 0.38, top + high));
                painter.rect_stroke(field, 1.5, pen, StrokeKind::Middle);
            }
        }
        Icon::Target => {
            ring(0.5, 0.5, 0.44);
            ring(0.5, 0.5, 0.24);
            painter.circle_filled(at(0.5, 0.5), 0.08 * side, colour);
        }
        Icon::People => {
            ring(0.36, 0.3, 0.17);
            arc(0.36, 0.92, 0.32, 0.5, 1.0);
            arc(0.66, 0.3, 0.17, -0.2, 0.25);
            arc(0.64, 0.92, 0.32, 0.78, 1.0);
        }
        Icon::File => {
            line(&[(0.2, 0.04), (0.6, 0.04), (0.82, 0.28), (0.82, 0.96), (0.2, 0.96), (0.2, 0.04)]);
            line(&[(0.58, 0.06), (0.58, 0.3), (0.8, 0.3)]);
        }
        Icon::Tick => line(&[(0.12, 0.54), (0.4, 0.8), (0.9, 0.22)]),
        Icon::Cross => {
            line(&[(0.16, 0.16), (0.84, 0.84)]);
            line(&[(0.84, 0.16), (0.16, 0.84)]);
        }
        Icon::Warning => {
            line(&[(0.5, 0.08), (0.96, 0.9), (0.04, 0.9), (0.5, 0.08)]);
            line(&[(0.5, 0.38), (0.5, 0.62)]);
            painter.circle_filled(at(0.5, 0.76), pen.width * 0.7, colour);
        }
        Icon::Menu => {
            for y in [0.2, 0.5, 0.8] {
                line(&[(0.06, y), (0.94, y)]);
            }
        }
        Icon::Theme => {
            ring(0.5, 0.5, 0.42);
            let half = (0..=16).map(|step| {
                let angle = (0.25 + 0.5 * step as f32 / 16.0) * TAU;
                at(0.5 + 0.42 * angle.cos(), 0.5 + 0.42 * angle.sin())
            });
            painter.add(Shape::convex_polygon(half.collect(), colour, Stroke::NONE));
        }
        Icon::Help => {
            ring(0.5, 0.5, 0.44);
            arc(0.5, 0.4, 0.15, -0.5, 0.14);
            line(&[(0.56, 0.53), (0.5, 0.6), (0.5, 0.64)]);
            painter.circle_filled(at(0.5, 0.75), pen.width * 0.6, colour);
        }
        Icon::Copy => {
            painter.rect_stroke(Rect::from_min_max(at(0.06, 0.3), at(0.68, 0.94)), 1.5, pen, StrokeKind::Middle);
            line(&[(0.32, 0.14), (0.32, 0.06), (0.94, 0.06), (0.94, 0.7), (0.84, 0.7)]);
        }
        Icon::Drop => {
            line(&[(0.3, 0.3), (0.06, 0.3), (0.06, 0.96), (0.94, 0.96), (0.94, 0.3), (0.7, 0.3)]);
            line(&[(0.5, 0.02), (0.5, 0.66)]);
            line(&[(0.32, 0.48), (0.5, 0.66), (0.68, 0.48)]);
        }
    }
}
