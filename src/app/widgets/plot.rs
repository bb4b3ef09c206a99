//! Plots that are looked at and not moved.

use egui_plot::Plot;

use crate::app::theme::Tokens;

/// A plot that stands still under the pointer: no ground of its own, a quiet grid, nothing to drag or zoom.
pub fn still<'a>(plot: Plot<'a>, t: &Tokens) -> Plot<'a> {
    plot.show_background(false)
        .grid_color(t.hairline)
        .grid_fade(0.0)
        .show_crosshair(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
}
