//! The error cohort by cohort: for its users one by one, and for what they come to together.

use eframe::egui::Ui;

use super::table::{decimals, small_table, tenths};
use crate::app::panels::scores::signed;
use crate::app::widgets::caption;
use crate::forecast::{Backtest, CohortResult, ModelResult};
use crate::interests::InterestSpace;
use crate::report::model_name;

pub(super) fn cohorts_ui(ui: &mut Ui, backtest: &Backtest, space: &InterestSpace, model: &ModelResult) {
    if model.by_cohort.is_empty() {
        caption(ui, "No cohort was active in a period that was asked for.");
        return;
    }
    let said = "one by one: nats per event of each user’s forecast; together: of what the cohort’s users come to";
    caption(ui, format!("{}, {said}", model_name(model.name)));
    let headings = [
        ("Cohort", 252.0, "The set of users, as it stood at each origin"),
        ("One by one", 96.0, "Mean loss of the users’ own forecasts, nats per event; lower is better"),
        ("Gain", 84.0, "How much lower that is than popularity’s, which forecasts the same for everybody"),
        ("Together", 96.0, "Loss of the forecast of the whole cohort, nats per event; lower is better"),
        ("Off", 84.0, "Mean distance of the cohort’s shares from those observed, from 0 to 2; lower is better"),
        ("80 % held", 88.0, "How many of the cohort’s shares lay inside their 80 % band"),
        ("95 % held", 88.0, "How many of the cohort’s shares lay inside their 95 % band"),
    ];
    let label =
        |interest: u16| space.interests.get(usize::from(interest)).map(|found| found.label.clone()).unwrap_or_default();
    let row = |cohort: &CohortResult| {
        let CohortResult { rule, together, users } = cohort;
        let texts = vec![
            rule.name(label, backtest.calendar),
            decimals(Some(users.nll).filter(|_| users.rows > 0), 3),
            Some(users.gain).filter(|_| users.rows > 0).map_or_else(|| "–".to_owned(), signed),
            decimals(Some(together.nll).filter(|_| together.rows > 0), 3),
            decimals(Some(together.l1).filter(|_| together.rows > 0), 3),
            tenths(together.coverage.get(&80)),
            tenths(together.coverage.get(&95)),
        ];
        (false, texts)
    };
    let all = &model.cohorts.0;
    let mut rows: Vec<(bool, Vec<String>)> = model.by_cohort.iter().map(row).collect();
    rows.push((
        true,
        vec![
            "All cohorts".to_owned(),
            String::new(),
            String::new(),
            decimals(Some(all.nll), 3),
            decimals(Some(all.l1), 3),
            tenths(all.coverage.get(&80)),
            tenths(all.coverage.get(&95)),
        ],
    ));
    small_table(ui, "error by cohort", &headings, 1, &rows);
}
