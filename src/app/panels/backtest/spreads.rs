//! What bands would be like if sure forecasts were told from unsure ones in another way.

use eframe::egui::Ui;

use super::table::{decimals, small_table, tenths};
use crate::app::theme::space;
use crate::app::widgets::{caption, card, section};
use crate::forecast::{Backtest, Scores, Spread};
use crate::report::model_name;

pub(super) fn spreads_ui(ui: &mut Ui, backtest: &Backtest) {
    if backtest.models.iter().all(|model| model.spreads.is_empty()) {
        return;
    }
    let headings = [
        ("Model", 72.0, "Whose forecasts the bands are around"),
        ("Spread", 172.0, "By what sure forecasts are told from unsure ones"),
        ("80 % held", 84.0, "How many of the observed shares lay inside the 80 % band"),
        ("95 % held", 84.0, "How many of the observed shares lay inside the 95 % band"),
        ("Width 80 %", 88.0, "Mean width of the 80 % band"),
        (
            "Interval score",
            104.0,
            "Mean over the levels of the width and a penalty for what lies outside; lower is better",
        ),
        ("CRPS", 84.0, "How far the whole distribution is from what was observed; lower is better"),
        ("Used", 92.0, "Origins at which the periods before spoke for it"),
    ];
    let mut rows = Vec::new();
    for model in &backtest.models {
        let best = model.spreads.iter().filter_map(|by| by.one_step.mean_interval()).fold(f64::INFINITY, f64::min);
        for (place, by) in model.spreads.iter().enumerate() {
            let Scores { coverage, width, crps, .. } = &by.one_step;
            let score = by.one_step.mean_interval();
            let texts = vec![
                if place == 0 { model_name(model.name) } else { String::new() },
                name(by.spread).to_owned(),
                tenths(coverage.get(&80)),
                tenths(coverage.get(&95)),
                decimals(width.get(&80).copied(), 4),
                decimals(score, 4),
                decimals(Some(*crps), 4),
                format!("{} of {}", by.chosen, backtest.origins.len()),
            ];
            rows.push((score.is_some_and(|score| score <= best), texts));
        }
    }
    ui.add_space(space::MEDIUM - space::SMALL);
    card(ui, space::INSET, |ui| {
        ui.set_min_width(ui.available_width());
        section(ui, "Bands by spread");
        caption(
            ui,
            "The same forecasts with bands calibrated in other ways, one period ahead. The usual way is used unless past \
             periods speak clearly for another.",
        );
        small_table(ui, "bands by spread", &headings, 2, &rows);
    });
}

/// A spread as people call it.
fn name(spread: Spread) -> &'static str {
    match spread {
        Spread::Activity => "activity alone (usual)",
        Spread::Ensemble => "between the networks",
        Spread::Dropout => "under dropout",
        Spread::LastLayer => "Bayesian last layer",
    }
}
