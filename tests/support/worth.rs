//! What the shop's customers will be worth, made from plain numbers.

use std::sync::Arc;

use driftline::pipeline::{Outcome, ValueOutcome, ValueView};
use driftline::value::{ModelValues, ValueModel, ValueResult, ValueScores};

/// 1 December 2011, in days since 1970.
const CUT: i64 = 15_309;

/// The outcome's users ranked, and the same ranking 90 days earlier held against what came.
pub fn view(of: &Outcome) -> ValueView {
    let past: Vec<f64> = of.users.iter().map(|user| user.value.max(0.0)).collect();
    let expected: Vec<f64> = past.iter().map(|value| value / 8.0).collect();
    let observed: Vec<f64> =
        expected.iter().enumerate().map(|(at, value)| value * [0.2, 1.6, 0.0, 1.1, 2.2][at % 5]).collect();
    let mut order: Vec<usize> = (0..past.len()).collect();
    order.sort_by(|a, b| expected[*b].total_cmp(&expected[*a]));
    let mut rank = vec![0; past.len()];
    (1..).zip(&order).for_each(|(place, user)| rank[*user] = place);
    let result = |cut, observed: Option<Vec<f64>>| {
        let model = |model, expected: &[f64]| {
            let bands = vec![(80, expected.iter().map(|value| (0.2 * value, 2.5 * value)).collect::<Vec<_>>())];
            let scores = observed.as_ref().map(|observed| ValueScores::of(observed, expected, &bands));
            ModelValues { model, expected: expected.to_vec(), bands, scores, seconds: 1.0 }
        };
        let simple: Vec<f64> = past.iter().rev().map(|value| value / 9.0).collect();
        ValueResult {
            cut,
            days: 90,
            has_money: true,
            users: of.users.iter().map(|user| user.user).collect(),
            past_value: past.clone(),
            mean_value: expected.iter().map(|value| 1.2 * value).collect(),
            expected_orders: of.users.iter().map(|user| f64::from(user.active_periods) / 9.0).collect(),
            p_active: of.users.iter().map(|user| f64::from(user.p_active.unwrap_or(0.0))).collect(),
            rank: rank.clone(),
            models: vec![model(ValueModel::Last365Days, &simple), model(ValueModel::Driftline, &expected)],
            chosen: ValueModel::Driftline,
            notes: Vec::new(),
            observed: observed.clone(),
        }
    };
    ValueView {
        settings: of.settings.clone(),
        ahead: ValueOutcome {
            events: Arc::clone(&of.events),
            result: result(CUT, None),
            notes: vec!["Baskets that begin with `C` are returns: their quantities are below zero.".to_owned()],
        },
        past: Some(result(CUT - 90, Some(observed))),
    }
}
