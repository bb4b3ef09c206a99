//! The chart of one user: the interests' past and their forecasts over a date axis.

use eframe::egui::{
    Align, Align2, Color32, FontId, Layout, PopupAnchor, Rangef, RichText, Role, Sense, Stroke, Tooltip, Ui, Vec2b,
    WidgetInfo, pos2, vec2,
};
use egui_plot::{AxisHints, GridInput, GridMark, Plot, PlotPoint, PlotResponse, PlotTransform, Span};

use super::chart_item::{Emphasis, PathItem};
use super::strip::strip;
use super::time_axis;
use crate::app::format;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::widgets::swatch;
use crate::calendar::{Calendar, Period};
use crate::interests::InterestSpace;
use crate::report::{InterestPath, palette};
use crate::wording::counted;

/// What the chart shows.
pub struct Chart<'a> {
    /// The paths drawn, in the order of the legend.
    pub paths: &'a [&'a InterestPath],
    /// The names of interests.
    pub space: &'a InterestSpace,
    /// How periods are named.
    pub calendar: Calendar,
    /// The log's first period.
    pub first: Period,
    /// The first period forecast.
    pub origin: Period,
    /// How many periods are forecast.
    pub horizon: usize,
    /// The band drawn, percent.
    pub level: Option<u8>,
    /// The interest pointed at in the legend.
    pub raised: Option<u16>,
    /// The chart in a sentence, for who cannot see it.
    pub summary: &'a str,
}

/// An interest's colour in a theme.
pub fn colour(interest: u16, dark: bool) -> Color32 {
    let style = palette::style(interest);
    let palette::Rgb(red, green, blue) = if dark { style.dark } else { style.light };
    Color32::from_rgb(red, green, blue)
}

impl Chart<'_> {
    /// Draws the chart and below it the events of each period, `height` points in all.
    pub fn ui(&self, ui: &mut Ui, height: f32) {
        let t = Tokens::of(ui);
        let dark = ui.visuals().dark_mode;
        let below = 44.0;
        let response = self.plot(ui, t, dark, (height - below - space::TIGHT).max(120.0));
        let frame = *response.transform.frame();
        self.origin_label(ui, t, &response.transform);
        ui.add_space(space::TIGHT - ui.spacing().item_spacing.y);
        let hovered = self.hovered(&response);
        let seen = self.paths.first().map(|path| path.observed.as_slice()).unwrap_or_default();
        strip(ui, seen, &response.transform, below, hovered);
        if let Some(period) = hovered {
            let x = response.transform.position_from_point_x(f64::from(period.0));
            let line = [pos2(x, frame.top()), pos2(x, frame.bottom())];
            ui.painter().line_segment(line, Stroke::new(1.0, t.outline));
            self.tooltip(ui, &response, period, dark);
        }
        let summary = self.summary.to_owned();
        response.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &summary));
    }

    fn plot(&self, ui: &mut Ui, t: &Tokens, dark: bool, height: f32) -> PlotResponse<()> {
        let font = || FontId::proportional(size::SMALL);
        let calendar = self.calendar;
        let top = self.top();
        let months = AxisHints::new_x()
            .tick_label_color(t.quiet)
            .tick_label_font(font())
            .label_spacing(Rangef::new(1.0, 1.0))
            .formatter(move |mark, _| time_axis::label(calendar, mark.value));
        let shares = AxisHints::new_y()
            .tick_label_color(t.quiet)
            .tick_label_font(font())
            .label_spacing(Rangef::new(1.0, 1.0))
            .min_thickness(48.0)
            .formatter(|mark, _| format::percent(mark.value));
        let (from, to) = self.span();
        let origin = f64::from(self.origin.0) - 0.5;
        let end = origin + self.horizon as f64;
        let items: Vec<PathItem> = self
            .paths
            .iter()
            .enumerate()
            .map(|(place, path)| {
                let emphasis = match self.raised {
                    Some(raised) if raised == path.interest => Emphasis::Raised,
                    Some(_) => Emphasis::Faded,
                    None if place == 0 => Emphasis::First,
                    None => Emphasis::Usual,
                };
                PathItem::new(path, palette::style(path.interest), colour(path.interest, dark), self.level, emphasis)
            })
            .collect();
        let (ground, edge) = (t.forecast_ground, t.outline);
        Plot::new("trajectory")
            .height(height)
            .custom_x_axes(vec![months])
            .custom_y_axes(vec![shares])
            .x_grid_spacer(move |input| time_axis::marks(calendar, &input))
            .y_grid_spacer(share_marks)
            .show_grid(Vec2b::new(false, true))
            .grid_color(t.hairline)
            .grid_fade(0.0)
            .show_background(false)
            .show_crosshair(false)
            .cursor_color(Color32::TRANSPARENT)
            .label_formatter(|_| None)
            .default_x_bounds(from, to)
            .default_y_bounds(0.0, top)
            .allow_drag(Vec2b::new(true, false))
            .allow_zoom(Vec2b::new(true, false))
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .show(ui, move |plot| {
                if plot.response().double_clicked() {
                    plot.set_plot_bounds_x(from..=to);
                }
                plot.set_plot_bounds_y(0.0..=top);
                if end > origin {
                    let span = Span::new("", origin..=end).fill(ground).border(Stroke::new(1.0, Color32::TRANSPARENT));
                    plot.span(span);
                    plot.vline(egui_plot::VLine::new("", origin).color(edge).width(1.0).allow_hover(false));
                }
                for item in items {
                    plot.add(item);
                }
            })
    }

    /// The first and the last place of the axis, with half a period of air.
    fn span(&self) -> (f64, f64) {
        let end = self.origin.0 + i32::try_from(self.horizon).unwrap_or(0);
        (f64::from(self.first.0) - 0.75, (f64::from(end) - 0.5).max(f64::from(self.first.0) + 1.0))
    }

    /// The largest share to show, rounded up to a mark.
    fn top(&self) -> f64 {
        let shares = self.paths.iter().flat_map(|path| {
            let past = path.observed.iter().map(|seen| seen.share);
            let future = path.expected.iter().flat_map(|next| {
                let band = next.bands.iter().filter(|(level, ..)| Some(*level) == self.level).map(|band| band.2);
                band.chain([next.share])
            });
            past.chain(future)
        });
        let largest = f64::from(shares.fold(0.05_f32, f32::max));
        let step = share_step(largest);
        // The mark above leaves room for the words at the top.
        ((largest * 1.04 / step).ceil() * step).min(1.06)
    }

    fn origin_label(&self, ui: &Ui, t: &Tokens, transform: &PlotTransform) {
        let frame = transform.frame();
        let x = transform.position_from_point_x(f64::from(self.origin.0) - 0.5);
        if self.horizon > 0 && frame.x_range().contains(x) && frame.right() - x > 56.0 {
            let font = FontId::proportional(size::SMALL);
            ui.painter().text(pos2(x + 6.0, frame.top() + 4.0), Align2::LEFT_TOP, "forecast", font, t.quiet);
        }
    }

    fn hovered(&self, response: &PlotResponse<()>) -> Option<Period> {
        let pointer = response.response.hover_pos()?;
        let value: PlotPoint = response.transform.value_from_position(pointer);
        let period = Period(value.x.round() as i32);
        let end = self.origin.plus(i32::try_from(self.horizon).unwrap_or(0));
        (period >= self.first && period < end.max(self.origin)).then_some(period)
    }

    fn tooltip(&self, ui: &Ui, response: &PlotResponse<()>, period: Period, dark: bool) {
        let Some(pointer) = response.response.hover_pos() else { return };
        let pointed = f64::from(period.0);
        let nearest = self.nearest(&response.transform, pointer.y, period);
        let anchor = PopupAnchor::Position(pos2(response.transform.position_from_point_x(pointed) + 12.0, pointer.y));
        let id = response.response.id.with("period");
        Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, anchor).gap(8.0).width(320.0).show(|ui| {
            let t = Tokens::of(ui);
            ui.spacing_mut().item_spacing.y = space::TIGHT;
            ui.spacing_mut().interact_size.y = 16.0;
            let total = self.paths.iter().find_map(|path| path.observed.iter().find(|seen| seen.period == period));
            let ahead = period >= self.origin;
            let about = match total {
                _ if ahead => "forecast".to_owned(),
                Some(seen) => counted(seen.total, "event"),
                None => "no events".to_owned(),
            };
            ui.horizontal(|ui| {
                ui.label(strong(self.calendar.label(period)));
                ui.label(RichText::new(about).small().color(t.quiet));
            });
            let mut lines: Vec<_> =
                self.paths.iter().filter_map(|path| Some((path.interest, self.at(path, period)?))).collect();
            lines.sort_by(|one, other| other.1.0.total_cmp(&one.1.0));
            for (interest, (share, band)) in lines {
                self.tooltip_line(ui, interest, share, band, nearest == Some(interest), dark);
            }
        });
    }

    fn tooltip_line(&self, ui: &mut Ui, interest: u16, share: f64, band: Option<String>, near: bool, dark: bool) {
        let t = Tokens::of(ui);
        let weight = |text: String| if near { strong(text) } else { RichText::new(text) };
        ui.horizontal(|ui| {
            swatch(ui, colour(interest, dark));
            let room = vec2(38.0, 16.0);
            ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
                ui.set_min_width(room.x);
                ui.label(weight(format::percent(share)));
            });
            let name = self.space.interests.get(usize::from(interest)).map(|found| found.label.clone());
            ui.label(weight(name.unwrap_or_default()));
            if let Some(band) = band {
                ui.label(RichText::new(band).small().color(t.quiet));
            }
        });
    }

    /// A path's share in a period, and its band there in words.
    fn at(&self, path: &InterestPath, period: Period) -> Option<(f64, Option<String>)> {
        if let Some(seen) = path.observed.iter().find(|seen| seen.period == period) {
            return Some((seen.share.into(), None));
        }
        let next = path.expected.iter().find(|next| next.period == period)?;
        let band = next
            .bands
            .iter()
            .find(|(level, ..)| Some(*level) == self.level)
            .map(|(level, lower, upper)| format!("{level} %: {:.0}–{:.0} %", lower * 100.0, upper * 100.0));
        Some((next.share.into(), band))
    }

    fn nearest(&self, transform: &PlotTransform, y: f32, period: Period) -> Option<u16> {
        self.paths
            .iter()
            .filter_map(|path| {
                let (share, _) = self.at(path, period)?;
                Some((path.interest, (transform.position_from_point_y(share) - y).abs()))
            })
            .min_by(|one, other| one.1.total_cmp(&other.1))
            .map(|(interest, _)| interest)
    }
}

/// Steps of the share axis that give four or five lines.
fn share_step(largest: f64) -> f64 {
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.25].into_iter().find(|step| largest / step <= 5.0).unwrap_or(0.25)
}

fn share_marks(input: GridInput) -> Vec<GridMark> {
    let step = share_step(input.bounds.1);
    (0..=(input.bounds.1.min(1.0) / step + 1e-9) as i32)
        .map(|mark| GridMark { value: f64::from(mark) * step, step_size: step })
        .collect()
}

/// Takes up the place of a chart when there is nothing to draw.
pub fn nothing(ui: &mut Ui, height: f32, why: &str) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.put(rect, eframe::egui::Label::new(RichText::new(why).color(t.quiet)).wrap());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_axis_has_few_lines_and_reaches_the_top() {
        for largest in [0.04, 0.11, 0.3, 0.5, 0.72, 1.0] {
            let marks = share_marks(GridInput { bounds: (0.0, largest), base_step_size: 0.01 });
            assert!((2..=6).contains(&marks.len()), "{largest}: {}", marks.len());
            assert_eq!(marks[0].value, 0.0);
        }
    }

    #[test]
    fn an_interest_has_another_colour_in_the_dark() {
        for interest in 0..8 {
            assert_ne!(colour(interest, false), colour(interest, true));
        }
    }
}
