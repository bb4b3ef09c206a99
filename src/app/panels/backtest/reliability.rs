//! How often bands held what they say.

use eframe::egui::{FontId, Rangef, Role, Ui, Vec2b, WidgetInfo};
use egui_plot::{AxisHints, GridInput, GridMark, Line, LineStyle, MarkerShape, Plot, PlotPoints, Points};

use crate::app::theme::{Tokens, size};
use crate::app::widgets::{caption, section, still};
use crate::forecast::{Backtest, ModelResult};
use crate::report::model_name;

pub(super) fn reliability_ui(ui: &mut Ui, backtest: &Backtest) {
    let t = Tokens::of(ui);
    section(ui, "Bands that hold");
    let Some(model) = backtest.model(backtest.chosen).filter(|model| !model.reliability.is_empty()) else {
        caption(ui, "There was too little past to calibrate bands.");
        return;
    };
    caption(ui, format!("Stated level and part of shares inside ({})", model_name(model.name)));
    let summary = summary(model);
    let font = || FontId::proportional(size::SMALL);
    let percent = |mark: GridMark| format!("{:.0} %", mark.value * 100.0);
    let axis = |hints: AxisHints<'static>| {
        hints.tick_label_color(t.quiet).tick_label_font(font()).label_spacing(Rangef::new(1.0, 1.0))
    };
    let plot = still(Plot::new("reliability"), t)
        .height(ui.available_height() - 40.0)
        .x_grid_spacer(quarters)
        .y_grid_spacer(quarters)
        .custom_x_axes(vec![axis(AxisHints::new_x()).formatter(move |mark, _| percent(mark))])
        .custom_y_axes(vec![axis(AxisHints::new_y()).min_thickness(44.0).formatter(move |mark, _| percent(mark))])
        .show_grid(Vec2b::TRUE)
        .label_formatter(|hover| match hover {
            egui_plot::HoverPosition::NearDataPoint { position, .. } => {
                Some(format!("{:.0} % stated\n{:.1} % inside", position.x * 100.0, position.y * 100.0))
            }
            egui_plot::HoverPosition::Elsewhere { .. } => None,
        })
        .include_x(0.0)
        .include_x(1.0)
        .include_y(0.0)
        .include_y(1.0)
        .show(ui, |plot| {
            let diagonal = PlotPoints::new(vec![[0.0, 0.0], [1.0, 1.0]]);
            let diagonal = Line::new("as stated", diagonal).color(t.outline).width(1.0).allow_hover(false);
            plot.line(diagonal.style(LineStyle::Dashed { length: 5.0 }));
            let held: Vec<[f64; 2]> = model.reliability.iter().map(|(stated, held)| [*stated, *held]).collect();
            plot.line(Line::new("held", PlotPoints::new(held.clone())).color(t.accent).width(2.0).allow_hover(false));
            plot.points(Points::new("held", held).color(t.accent).radius(4.0).shape(MarkerShape::Circle));
        });
    plot.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &summary));
    caption(ui, summary);
}

fn summary(model: &ModelResult) -> String {
    let held = |level: u8| {
        let held = model.one_step.coverage.get(&level).filter(|held| held.is_finite())?;
        Some(format!("{level} % held {:.1} %", held * 100.0))
    };
    let mut words: Vec<String> = [50, 80, 95].into_iter().filter_map(held).collect();
    let with_events = model.one_step.coverage_with_events.get(&80);
    words.extend(with_events.map(|held| format!("80 % with events {:.1} %", held * 100.0)));
    words.join(" · ")
}

fn quarters(_: GridInput) -> Vec<GridMark> {
    (0..=4).map(|quarter| GridMark { value: f64::from(quarter) / 4.0, step_size: 0.25 }).collect()
}
