//! Models side by side, and how sure it is that one is better than the best simple one.

use eframe::egui::{Align, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_extras::{Column, TableBuilder};

use super::table::{decimals, tenths};
use crate::app::format;
use crate::app::panels::scores::signed;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::widgets::{caption, section};
use crate::forecast::{Backtest, Difference, ModelKind, ModelResult};
use crate::report::model_name;

/// Width of the column that draws differences.
const DRAWN: f32 = 164.0;

pub(super) fn models_ui(ui: &mut Ui, backtest: &Backtest) {
    let t = Tokens::of(ui);
    section(ui, "Models, one period ahead");
    caption(
        ui,
        format!(
            "Right of the line: better than the best simple forecast ({}); the bar holds 95 % of resamples of the users.",
            backtest.best_simple.map(model_name).unwrap_or_default()
        ),
    );
    ui.add_space(space::SMALL);
    ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
    let right = Layout::right_to_left(Align::Center);
    let headings: [(&str, &str); 7] = [
        ("Model", "What forecast it is"),
        ("Loss, nats", "Mean over events of minus the logarithm of the share that was forecast; lower is better"),
        ("Gain, nats", "How much lower the loss is than that of popularity, which forecasts the same for everybody"),
        ("Beside the best simple one", "Difference of the losses, with its 95 % interval"),
        ("Leader", "How often the leading interest was the one forecast"),
        ("80 % held", "How many of the observed shares lay inside the 80 % band"),
        ("Interval", "Mean interval score of the bands: width and a penalty for what lies outside; lower is better"),
    ];
    // Popularity is so far off that on its scale all others were one spot; it is drawn at the edge.
    let near = backtest.models.iter().filter(|model| model.name.kind != ModelKind::Popularity);
    let reach = near.map(|model| reach(&model.better_than_simple)).fold(1e-6, f64::max);
    ScrollArea::both().id_salt("models").auto_shrink([false, false]).show(ui, |ui| {
        TableBuilder::new(ui)
            .id_salt("model table")
            .cell_layout(Layout::left_to_right(Align::Center))
            .vscroll(false)
            .column(Column::exact(140.0))
            .columns(Column::exact(76.0), 2)
            .column(Column::exact(DRAWN))
            .columns(Column::exact(70.0), 3)
            .header(28.0, |mut header| {
                for (place, (heading, hover)) in headings.into_iter().enumerate() {
                    header.col(|ui| {
                        let label = Label::new(RichText::new(heading).size(size::SMALL).color(t.quiet));
                        match place {
                            0 => ui.add(label).on_hover_text(hover),
                            3 => ui.centered_and_justified(|ui| ui.add(label).on_hover_text(hover)).inner,
                            _ => ui.with_layout(right, |ui| ui.add(label).on_hover_text(hover)).inner,
                        };
                    });
                }
            })
            .body(|body| {
                body.rows(26.0, backtest.models.len(), |mut row| {
                    let model = &backtest.models[row.index()];
                    let leads = model.name == backtest.chosen.into();
                    let text = |text: String| if leads { strong(text) } else { RichText::new(text) };
                    row.col(|ui| {
                        ui.add(Label::new(text(model_name(model.name))).truncate());
                    });
                    let gain = if model.one_step.gain.abs() < 5e-4 { "0".into() } else { signed(model.one_step.gain) };
                    for value in [decimals(Some(model.one_step.nll), 3), gain] {
                        row.col(|ui| {
                            ui.with_layout(right, |ui| ui.label(text(value)));
                        });
                    }
                    row.col(|ui| difference_ui(ui, model, reach, leads));
                    let held = tenths(model.one_step.coverage.get(&80));
                    let score = decimals(model.one_step.mean_interval(), 4);
                    for value in [format::percent(model.one_step.top1), held, score] {
                        row.col(|ui| {
                            ui.with_layout(right, |ui| ui.label(text(value)));
                        });
                    }
                });
            });
    });
}

/// How far a difference and its interval reach from zero.
fn reach(difference: &Difference) -> f64 {
    [difference.mean, difference.lower, difference.upper].into_iter().map(f64::abs).fold(0.0, f64::max)
}

/// A dot for the difference and a bar for its interval, on a scale that all rows share.
fn difference_ui(ui: &mut Ui, model: &ModelResult, reach: f64, leads: bool) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ui.available_height()), Sense::hover());
    let field = Rect::from_min_max(pos2(rect.left() + 12.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    let at = |value: f64| field.center().x + (value / reach).clamp(-1.0, 1.0) as f32 * field.width() / 2.0;
    ui.painter().vline(field.center().x, rect.y_range(), Stroke::new(1.0, t.hairline));
    let Difference { mean, lower, upper } = model.better_than_simple;
    let ink = if leads { t.accent } else { t.quiet };
    let middle = field.center().y;
    if mean.is_finite() {
        ui.painter().hline(at(lower)..=at(upper), middle, Stroke::new(2.0, ink));
        ui.painter().circle_filled(pos2(at(mean), middle), 3.5, ink);
    }
    let words = format!("{} nats per event ({} to {})", signed(mean), signed(lower), signed(upper));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    response.on_hover_text(words);
}
