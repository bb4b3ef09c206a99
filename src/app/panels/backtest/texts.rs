//! What the texts' vectors bring: each network beside its twin without them.

use eframe::egui::{Align, Label, Layout, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_extras::{Column, TableBuilder};

use crate::app::format;
use crate::app::theme::{Tokens, size, space};
use crate::app::widgets::{caption, section};
use crate::calendar::Calendar;
use crate::forecast::{Ablation, Backtest, Compared, Difference, Part};
use crate::report::model_name;
use crate::wording::counted;

/// Width of the column that draws differences.
const DRAWN: f32 = 208.0;

pub(super) fn texts_ui(ui: &mut Ui, backtest: &Backtest) {
    section(ui, "What the words add");
    if backtest.ablations.is_empty() {
        caption(ui, "How much better the networks are for knowing the texts: a backtest tells it on demand.");
        return;
    }
    caption(
        ui,
        "Each network beside a twin that was trained the same way without the texts’ vectors and topics, one period \
         ahead. Right of the line the vectors help; the bar holds 95 % of resamples of the users.",
    );
    ui.add_space(space::SMALL);
    ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
    let all = backtest.ablations.iter().flat_map(|ablation| &ablation.parts);
    let reach = all.map(|part| reach(&part.better)).fold(1e-6, f64::max);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(48.0, space::MEDIUM);
        for ablation in &backtest.ablations {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing = eframe::egui::Vec2::ZERO;
                table(ui, ablation, reach, backtest.calendar);
            });
        }
    });
}

fn table(ui: &mut Ui, ablation: &Ablation, reach: f64, calendar: Calendar) {
    let t = Tokens::of(ui);
    let right = Layout::right_to_left(Align::Center);
    let network = model_name(ablation.model);
    let headings: [(&str, &str); 3] = [
        (&network, "On which events"),
        ("Events", "How many events the difference is read off"),
        ("Better by, nats", "The twin’s loss less the network’s, nats per event"),
    ];
    TableBuilder::new(ui)
        .id_salt(("texts", &ablation.model))
        .cell_layout(Layout::left_to_right(Align::Center))
        .vscroll(false)
        .column(Column::exact(176.0))
        .column(Column::exact(72.0))
        .column(Column::exact(DRAWN))
        .header(28.0, |mut header| {
            for (place, (heading, hover)) in headings.into_iter().enumerate() {
                header.col(|ui| {
                    let label = Label::new(RichText::new(heading).size(size::SMALL).color(t.quiet));
                    match place {
                        0 => ui.add(label).on_hover_text(hover),
                        2 => ui.centered_and_justified(|ui| ui.add(label).on_hover_text(hover)).inner,
                        _ => ui.with_layout(right, |ui| ui.add(label).on_hover_text(hover)).inner,
                    };
                });
            }
        })
        .body(|body| {
            body.rows(26.0, ablation.parts.len(), |mut row| {
                let part = &ablation.parts[row.index()];
                row.col(|ui| {
                    ui.add(Label::new(RichText::new(part_name(part.part, calendar)).color(t.text)).truncate());
                });
                row.col(|ui| {
                    ui.with_layout(right, |ui| {
                        ui.label(RichText::new(format::count(part.events.round() as u64)).color(t.text))
                    });
                });
                row.col(|ui| difference_ui(ui, &network, part, reach, calendar));
            });
        });
}

/// Some of the events, as people call them.
fn part_name(part: Part, calendar: Calendar) -> String {
    match part.activity() {
        Some(_) => format!("{} active {}s", part.name(), calendar.length),
        None if part == Part::All => "All events".to_owned(),
        None if part == Part::NewTexts => "Texts new to all".to_owned(),
        None => "Texts seen before".to_owned(),
    }
}

fn reach(Difference { mean, lower, upper }: &Difference) -> f64 {
    [mean, lower, upper].into_iter().map(|value| value.abs()).fold(0.0, f64::max)
}

/// A difference of thousandths, with its sign: `+0.0043`.
fn signed(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value < 0.0 { format!("−{:.4}", -value) } else { format!("+{value:.4}") }
}

/// The number, and a dot with a bar for its interval on a scale that all rows share. What may be chance stands back.
fn difference_ui(ui: &mut Ui, network: &str, part: &Compared, reach: f64, calendar: Calendar) {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ui.available_height()), Sense::hover());
    let field = Rect::from_min_max(pos2(rect.left() + 80.0, rect.top()), pos2(rect.right() - 4.0, rect.bottom()));
    let at = |value: f64| field.center().x + (value / reach).clamp(-1.0, 1.0) as f32 * field.width() / 2.0;
    let middle = field.center().y;
    ui.painter().vline(field.center().x, rect.y_range(), Stroke::new(1.0, t.hairline));
    let Difference { mean, lower, upper } = part.better;
    let sure = lower > 0.0 || upper < 0.0;
    let ink = if sure { t.accent } else { t.quiet };
    if mean.is_finite() {
        ui.painter().hline(at(lower)..=at(upper), middle, Stroke::new(2.0, ink));
        ui.painter().circle_filled(pos2(at(mean), middle), 3.5, ink);
    }
    let font = eframe::egui::FontId::proportional(size::BODY);
    let place = pos2(rect.left() + 68.0, middle);
    let ink = if sure { t.text } else { t.quiet };
    ui.painter().text(place, eframe::egui::Align2::RIGHT_CENTER, signed(mean), font, ink);
    let words = format!(
        "{network}, {}: {} nats per event ({} to {}), {}",
        part_name(part.part, calendar),
        signed(mean),
        signed(lower),
        signed(upper),
        counted(part.users, "user")
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    response.on_hover_text(words);
}
