//! How large the error is, by distance, by how much is known of a user, by origin, and by cohort.

use eframe::egui::{FontId, Rangef, Role, Ui, Vec2b, WidgetInfo};
use egui_plot::{AxisHints, GridInput, GridMark, Line, LineStyle, MarkerShape, Plot, PlotPoints, Points};

use super::cohorts::cohorts_ui;
use super::table::decimals;
use crate::app::panels::curves::round_losses;
use crate::app::panels::layout::line;
use crate::app::theme::{Tokens, size};
use crate::app::widgets::{caption, section, segmented, still, swatch};
use crate::forecast::{Backtest, ModelResult, Scores};
use crate::interests::InterestSpace;
use crate::report::model_name;
use crate::wording::counted;

/// What the errors are laid out by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ErrorsBy {
    /// How many periods ahead.
    #[default]
    Horizon,
    /// How many active periods the user had.
    Activity,
    /// Where the forecast stood.
    Origin,
    /// Which cohort it was of: a table, for there are many.
    Cohort,
}

impl ErrorsBy {
    fn of<'a>(self, backtest: &Backtest, model: &'a ModelResult) -> Vec<(String, &'a Scores)> {
        match self {
            Self::Horizon => {
                let unit = backtest.calendar.length;
                let name = |ahead: usize| format!("{} ahead", counted(ahead as u64, &unit.to_string()));
                model.by_horizon.iter().map(|(ahead, scores)| (name(*ahead), scores)).collect()
            }
            Self::Activity => {
                let name = |group: &str| format!("{group} active {}s", backtest.calendar.length);
                model.by_activity.iter().map(|(group, scores)| (name(group), scores)).collect()
            }
            Self::Origin => {
                model.by_origin.iter().map(|(origin, scores)| (backtest.calendar.label(*origin), scores)).collect()
            }
            Self::Cohort => Vec::new(),
        }
    }
}

pub(super) fn errors_ui(ui: &mut Ui, backtest: &Backtest, space: &InterestSpace, by: &mut ErrorsBy) {
    let t = Tokens::of(ui);
    let (chosen, simple) =
        (backtest.model(backtest.chosen), backtest.best_simple.and_then(|best| backtest.model(best)));
    let shown: Vec<(&ModelResult, bool)> = match (chosen, simple) {
        (Some(chosen), Some(simple)) if chosen.name != simple.name => vec![(simple, false), (chosen, true)],
        (Some(only), _) | (None, Some(only)) => vec![(only, true)],
        (None, None) => Vec::new(),
    };
    ui.spacing_mut().interact_size.y = 20.0;
    line(
        ui,
        |ui| {
            section(ui, "Error");
            caption(ui, "nats per event, lower is better");
        },
        |ui| {
            let choices = [
                (ErrorsBy::Horizon, "Distance"),
                (ErrorsBy::Activity, "User’s past"),
                (ErrorsBy::Origin, "Origin"),
                (ErrorsBy::Cohort, "Cohort"),
            ];
            if let Some(picked) = segmented(ui, "Error by", &choices, *by) {
                *by = picked;
            }
            for (model, leads) in shown.iter().filter(|_| *by != ErrorsBy::Cohort) {
                caption(ui, model_name(model.name));
                swatch(ui, if *leads { t.accent } else { t.quiet });
            }
        },
    );
    let Some((first, _)) = shown.first() else { return };
    if *by == ErrorsBy::Cohort {
        cohorts_ui(ui, backtest, space, shown.last().map_or(*first, |(model, _)| *model));
        return;
    }
    let names: Vec<String> = by.of(backtest, first).into_iter().map(|(name, _)| name).collect();
    let summary: Vec<String> = shown
        .iter()
        .map(|(model, _)| {
            let parts = by.of(backtest, model);
            let parts: Vec<String> =
                parts.iter().map(|(name, scores)| format!("{name} {}", decimals(Some(scores.nll), 3))).collect();
            format!("{}: {}", model_name(model.name), parts.join(", "))
        })
        .collect();
    let count = names.len();
    let font = || FontId::proportional(size::SMALL);
    let hints = AxisHints::new_x().tick_label_color(t.quiet).tick_label_font(font());
    let places = hints
        .label_spacing(Rangef::new(1.0, 1.0))
        .formatter(move |mark, _| names.get(mark.value.round() as usize).cloned().unwrap_or_default());
    let losses = AxisHints::new_y()
        .tick_label_color(t.quiet)
        .tick_label_font(font())
        .min_thickness(44.0)
        .label_spacing(Rangef::new(1.0, 1.0))
        .formatter(|mark, _| {
            let decimals = (-mark.step_size.log10() - 1e-9).ceil().clamp(1.0, 4.0) as usize;
            format!("{:.decimals$}", mark.value)
        });
    let plot = still(Plot::new(("errors", *by as u8)), t)
        .height((ui.available_height() - 8.0).max(140.0))
        .x_grid_spacer(move |_: GridInput| {
            (0..count).map(|place| GridMark { value: place as f64, step_size: 1.0 }).collect()
        })
        .y_grid_spacer(round_losses)
        .custom_x_axes(vec![places])
        .custom_y_axes(vec![losses])
        .show_grid(Vec2b::new(false, true))
        .label_formatter(|hover| match hover {
            egui_plot::HoverPosition::NearDataPoint { plot_name, position, .. } => {
                Some(format!("{plot_name}\n{:.4} nats per event", position.y))
            }
            egui_plot::HoverPosition::Elsewhere { .. } => None,
        })
        .include_x(-0.5)
        .include_x(count as f64 - 0.5)
        .show(ui, |plot| {
            for (model, leads) in &shown {
                let ink = if *leads { t.accent } else { t.quiet };
                let parts = by.of(backtest, model);
                let points: Vec<[f64; 2]> =
                    parts.iter().enumerate().map(|(place, (_, scores))| [place as f64, scores.nll]).collect();
                let points: Vec<[f64; 2]> = points.into_iter().filter(|[_, loss]| loss.is_finite()).collect();
                let name = model_name(model.name);
                let path = Line::new(name.clone(), PlotPoints::new(points.clone())).color(ink).allow_hover(false);
                let path = path.width(if *leads { 2.0 } else { 1.5 });
                let style = if *leads { LineStyle::Solid } else { LineStyle::Dashed { length: 5.0 } };
                plot.line(path.style(style));
                plot.points(Points::new(name, points).color(ink).radius(4.0).shape(MarkerShape::Circle));
            }
        });
    plot.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, summary.join("; ")));
}
