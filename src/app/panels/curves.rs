//! The training and validation curves, live.

use eframe::egui::{FontId, Rangef, Role, Ui, Vec2b, WidgetInfo};
use egui_plot::{AxisHints, GridInput, GridMark, Line, LineStyle, MarkerShape, Plot, PlotPoints, Points, VLine};

use super::layout::line;
use crate::app::commands::Actions;
use crate::app::session::Session;
use crate::app::theme::{Tokens, size};
use crate::app::view::View;
use crate::app::widgets::{caption, section, still, swatch};
use crate::observe::CurvePoint;

/// The training and validation curves.
#[derive(Debug, Default)]
pub struct Curves;

impl View for Curves {
    fn ui(&mut self, ui: &mut Ui, session: &Session, _: &mut Actions) {
        let t = Tokens::of(ui);
        let points = &session.jobs.curves;
        // While it runs, what runs; afterwards the last training that was judged, since that has something to tell.
        let running = session.jobs.at_work().is_some();
        let shown = points.iter().rfind(|point| running || point.validation.is_some());
        let shown = shown.map(|point| point.curve.clone()).unwrap_or_default();
        let current: Vec<&CurvePoint> = points.iter().filter(|point| point.curve == shown).collect();
        ui.spacing_mut().interact_size.y = 20.0;
        let best = current.iter().rev().find(|point| point.best).copied();
        line(
            ui,
            |ui| {
                section(ui, "Loss");
                caption(ui, if shown.is_empty() { "nats per event" } else { &shown });
            },
            |ui| {
                if !points.is_empty() {
                    caption(ui, "validation");
                    swatch(ui, t.accent);
                    caption(ui, "training");
                    swatch(ui, t.quiet);
                }
            },
        );
        if points.is_empty() {
            empty(ui, session);
            return;
        }
        let summary = summary(&current, best);
        let earlier = earlier(points, &shown);
        let height = ui.available_height() - 28.0;
        let plot = plot(t, height).show(ui, |plot| {
            for curve in earlier {
                plot.line(series(curve.as_slice(), |p| p.validation, "before").color(t.hairline).width(1.5));
            }
            if let Some(best) = best.filter(|best| best.validation.is_some()) {
                let line = VLine::new("best epoch", best.epoch).color(t.outline).width(1.0);
                plot.vline(line.style(LineStyle::Dashed { length: 4.0 }));
            }
            plot.line(series(&current, |p| Some(p.train), "training").color(t.quiet).width(1.5));
            plot.line(series(&current, |p| p.validation, "validation").color(t.accent).width(2.0));
            if let Some((best, validation)) = best.and_then(|best| Some((best, best.validation?))) {
                let place = PlotPoints::new(vec![[f64::from(best.epoch), validation]]);
                plot.points(Points::new("best", place).color(t.accent).radius(4.5).shape(MarkerShape::Circle));
            }
        });
        plot.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &summary));
        caption(ui, summary);
    }
}

fn plot(t: &Tokens, height: f32) -> Plot<'static> {
    loss_plot("curves", t, height).label_formatter(|hover| match hover {
        egui_plot::HoverPosition::NearDataPoint { plot_name, position, .. } => {
            Some(format!("epoch {:.0}\n{plot_name} {:.4}", position.x, position.y))
        }
        egui_plot::HoverPosition::Elsewhere { .. } => None,
    })
}

/// A still plot of losses over epochs.
pub fn loss_plot(name: &'static str, t: &Tokens, height: f32) -> Plot<'static> {
    let font = || FontId::proportional(size::SMALL);
    let epochs = AxisHints::new_x()
        .tick_label_color(t.quiet)
        .tick_label_font(font())
        .label_spacing(Rangef::new(1.0, 1.0))
        .formatter(|mark, _| format!("{:.0}", mark.value));
    let losses = AxisHints::new_y()
        .tick_label_color(t.quiet)
        .tick_label_font(font())
        .min_thickness(44.0)
        .label_spacing(Rangef::new(1.0, 1.0))
        .formatter(|mark, _| {
            let decimals = (-mark.step_size.log10() - 1e-9).ceil().clamp(1.0, 6.0) as usize;
            format!("{:.decimals$}", mark.value)
        });
    still(Plot::new(name), t)
        .height(height)
        .x_grid_spacer(whole_epochs)
        .y_grid_spacer(round_losses)
        .custom_x_axes(vec![epochs])
        .custom_y_axes(vec![losses])
        .show_grid(Vec2b::new(false, true))
        .include_x(1.0)
        .include_x(8.0)
}

/// Marks at whole epochs, few enough to be read.
fn whole_epochs(input: GridInput) -> Vec<GridMark> {
    let most = input.bounds.1.max(1.0);
    let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0].into_iter().find(|step| most / step <= 12.0).unwrap_or(200.0);
    (1..=(most / step) as u32).map(|mark| GridMark { value: f64::from(mark) * step, step_size: step }).collect()
}

/// Four to eight round losses.
pub fn round_losses(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let wanted = (high - low).max(1e-6) / 8.0;
    let ten = 10_f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * ten).find(|step| *step >= wanted).unwrap_or(ten);
    let first = (low / step).ceil() as i64;
    (first..=(high / step).floor() as i64)
        .take(20)
        .map(|mark| GridMark { value: mark as f64 * step, step_size: step })
        .collect()
}

fn series<'a>(points: &[&CurvePoint], value: impl Fn(&CurvePoint) -> Option<f64>, name: &str) -> Line<'a> {
    let points: Vec<[f64; 2]> =
        points.iter().filter_map(|point| Some([f64::from(point.epoch), value(point)?])).collect();
    Line::new(name, PlotPoints::new(points))
}

/// The curves before the one shown, each by itself.
fn earlier<'a>(points: &'a [CurvePoint], shown: &str) -> Vec<Vec<&'a CurvePoint>> {
    let mut curves: Vec<Vec<&CurvePoint>> = Vec::new();
    for point in points.iter().filter(|point| point.curve != shown) {
        match curves.iter_mut().find(|curve| curve.first().is_some_and(|first| first.curve == point.curve)) {
            Some(curve) => curve.push(point),
            None => curves.push(vec![point]),
        }
    }
    curves
}

fn summary(current: &[&CurvePoint], best: Option<&CurvePoint>) -> String {
    let epochs = current.last().map_or(0, |point| point.epoch);
    match best.and_then(|best| Some((best.epoch, best.validation?))) {
        Some((epoch, loss)) => format!("Best at epoch {epoch} of {epochs}: validation {loss:.4} nats per event"),
        None => format!("Epoch {epochs}"),
    }
}

fn empty(ui: &mut Ui, session: &Session) {
    let t = Tokens::of(ui);
    let text = if session.jobs.at_work().is_some() {
        "The curves begin with the training stage"
    } else {
        "Here the training will show how well it does on periods it does not learn from"
    };
    let rect = ui.available_rect_before_wrap();
    let baseline =
        [rect.left_bottom() - eframe::egui::vec2(0.0, 24.0), rect.right_bottom() - eframe::egui::vec2(0.0, 24.0)];
    ui.painter().line_segment(baseline, eframe::egui::Stroke::new(1.0, t.hairline));
    ui.put(rect, eframe::egui::Label::new(eframe::egui::RichText::new(text).color(t.quiet)));
}
