//! One interest as the chart draws it: the band, the past as a line with a mark at every period with activity, and
//! the forecast in dashes.

use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{Color32, Mesh, Pos2, Rect, Shape, Stroke, Ui, vec2};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoint, PlotTransform};

use crate::report::InterestPath;
use crate::report::palette::{Mark, Style};

/// How strongly an interest is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// The first of those drawn, while none is pointed at.
    First,
    /// Like the others.
    Usual,
    /// The one pointed at.
    Raised,
    /// While another is pointed at.
    Faded,
}

/// One interest in the chart.
pub struct PathItem {
    base: PlotItemBase,
    past: Vec<PlotPoint>,
    future: Vec<PlotPoint>,
    band: Vec<(f64, f64, f64)>,
    colour: Color32,
    style: Style,
    emphasis: Emphasis,
}

impl PathItem {
    /// Makes the picture of a path, with the band of a level.
    pub fn new(path: &InterestPath, style: Style, colour: Color32, level: Option<u8>, emphasis: Emphasis) -> Self {
        let past: Vec<_> =
            path.observed.iter().map(|seen| PlotPoint::new(seen.period.0, f64::from(seen.share))).collect();
        let future: Vec<_> =
            path.expected.iter().map(|next| PlotPoint::new(next.period.0, f64::from(next.share))).collect();
        let limits: Vec<_> = path
            .expected
            .iter()
            .filter_map(|next| {
                let (_, lower, upper) = next.bands.iter().find(|(found, ..)| Some(*found) == level)?;
                Some((f64::from(next.period.0), f64::from(*lower), f64::from(*upper)))
            })
            .collect();
        Self {
            base: PlotItemBase::new(format!("interest {}", path.interest)),
            past,
            future,
            band: widened(&limits),
            colour,
            style,
            emphasis,
        }
    }

    fn strength(&self) -> f32 {
        if self.emphasis == Emphasis::Faded { 0.22 } else { 1.0 }
    }

    /// The limits of the band as lines, and one interest's filled: several fills over each other are mud.
    fn band_shapes(&self, transform: &PlotTransform) -> Vec<Shape> {
        let (filled, lines) = match self.emphasis {
            Emphasis::First => (0.16, 0.5),
            Emphasis::Usual => (0.0, 0.5),
            Emphasis::Raised => (0.24, 0.7),
            Emphasis::Faded => (0.0, 0.12),
        };
        if self.band.len() < 2 {
            return Vec::new();
        }
        let stroke = Stroke::new(1.0, self.colour.gamma_multiply(lines));
        let limit = |of: fn(&(f64, f64, f64)) -> f64| {
            let point = |at: &(f64, f64, f64)| transform.position_from_point(&PlotPoint::new(at.0, of(at)));
            Shape::line(self.band.iter().map(point).collect(), stroke)
        };
        let fill = (filled > 0.0).then(|| self.fill(transform, filled));
        fill.into_iter().chain([limit(|at| at.1), limit(|at| at.2)]).collect()
    }

    fn fill(&self, transform: &PlotTransform, strength: f32) -> Shape {
        let fill = self.colour.gamma_multiply(strength);
        let mut mesh = Mesh::default();
        for (x, lower, upper) in &self.band {
            mesh.colored_vertex(transform.position_from_point(&PlotPoint::new(*x, *upper)), fill);
            mesh.colored_vertex(transform.position_from_point(&PlotPoint::new(*x, *lower)), fill);
        }
        for place in 0..self.band.len() as u32 - 1 {
            mesh.add_triangle(2 * place, 2 * place + 1, 2 * place + 2);
            mesh.add_triangle(2 * place + 1, 2 * place + 3, 2 * place + 2);
        }
        Shape::Mesh(Arc::new(mesh))
    }
}

/// A band reaches half a period to both sides of what it stands for, so that one period alone can be seen too.
fn widened(limits: &[(f64, f64, f64)]) -> Vec<(f64, f64, f64)> {
    let (Some(first), Some(last)) = (limits.first(), limits.last()) else { return Vec::new() };
    let mut band = vec![(first.0 - 0.5, first.1, first.2)];
    band.extend_from_slice(limits);
    band.push((last.0 + 0.5, last.1, last.2));
    band
}

/// A mark of about `radius` around a place.
pub fn mark_shape(mark: Mark, at: Pos2, radius: f32, colour: Color32) -> Shape {
    let polygon = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| at + vec2(*x, *y) * radius).collect();
        Shape::convex_polygon(points, colour, Stroke::NONE)
    };
    match mark {
        Mark::Circle => Shape::circle_filled(at, radius, colour),
        Mark::Square => Shape::rect_filled(Rect::from_center_size(at, vec2(1.8, 1.8) * radius), 0.0, colour),
        Mark::Diamond => polygon(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
        Mark::Triangle => polygon(&[(0.0, -1.3), (1.15, 0.8), (-1.15, 0.8)]),
    }
}

impl PlotItem for PathItem {
    fn shapes(&self, _: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        shapes.extend(self.band_shapes(transform));
        let colour = self.colour.gamma_multiply(self.strength());
        let width = if self.emphasis == Emphasis::Raised { 2.75 } else { 2.0 };
        let place = |points: &[PlotPoint]| -> Vec<Pos2> {
            points.iter().map(|point| transform.position_from_point(point)).collect()
        };
        let past = place(&self.past);
        let ahead: Vec<Pos2> = past.last().copied().into_iter().chain(place(&self.future)).collect();
        if past.len() > 1 {
            shapes.push(Shape::line(past.clone(), Stroke::new(width, colour)));
        }
        if ahead.len() > 1 {
            let (dashes, gaps): (Vec<f32>, Vec<f32>) =
                self.style.dash.chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or(3.0))).unzip();
            shapes.extend(Shape::dashed_line_with_offset(&ahead, Stroke::new(width, colour), &dashes, &gaps, 0.0));
        }
        // Marks only where there is room between them.
        let room = transform.dpos_dvalue_x().abs();
        if room >= 7.0 {
            shapes.extend(past.iter().map(|at| mark_shape(self.style.mark, *at, 3.2, colour)));
        }
        shapes
            .extend(place(&self.future).into_iter().map(|at| Shape::circle_stroke(at, 3.0, Stroke::new(1.5, colour))));
    }

    fn initialize(&mut self, _: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        self.colour
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        // The chart tells of all interests of a period at once, by itself.
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        let mut bounds = PlotBounds::NOTHING;
        for point in self.past.iter().chain(&self.future) {
            bounds.extend_with(point);
        }
        for (x, lower, upper) in &self.band {
            bounds.extend_with(&PlotPoint::new(*x, *lower));
            bounds.extend_with(&PlotPoint::new(*x, *upper));
        }
        bounds
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_of_one_period_has_a_width() {
        let band = widened(&[(500.0, 0.1, 0.4)]);
        assert_eq!(band.first(), Some(&(499.5, 0.1, 0.4)));
        assert_eq!(band.last(), Some(&(500.5, 0.1, 0.4)));
        assert!(widened(&[]).is_empty());
    }
}
