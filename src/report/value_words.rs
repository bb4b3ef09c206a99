//! What users will be worth, in words and as a curve.

use super::percent;
use crate::value::{ModelValues, ValueModel, ValueResult};
use crate::wording::counted;

/// How much of all value the best users hold: from `(0, 0)` to `(1, 1)`, parts of users, best first, and of value. None
/// where there is no value to hold.
pub fn gain_curve(value: &[f64], rank: &[u32]) -> Option<Vec<(f64, f64)>> {
    let all: f64 = value.iter().sum();
    if !all.is_finite() || all <= 0.0 {
        return None;
    }
    let mut places: Vec<usize> = (0..value.len()).collect();
    places.sort_by_key(|place| rank.get(*place));
    let mut sum = 0.0;
    let point = |(at, place): (usize, &usize)| {
        sum += value[*place];
        ((at + 1) as f64 / value.len() as f64, sum / all)
    };
    Some(std::iter::once((0.0, 0.0)).chain(places.iter().enumerate().map(point)).collect())
}

/// What the best tenth is expected to hold, in a sentence.
pub fn value_sentence(result: &ValueResult) -> String {
    let users = counted(result.users.len(), "user");
    let days = counted(u64::from(result.days), "day");
    let what = if result.has_money { "of what comes" } else { "of the orders" };
    let tenth = gain_curve(&result.mean_value, &result.rank).and_then(|curve| at(&curve, 0.1));
    match tenth {
        Some(part) => format!(
            "The best tenth of {users} is expected to bring {} {what} in the {days} ahead.",
            percent(part as f32)
        ),
        None => format!("Nothing is expected of {users} in the {days} ahead."),
    }
}

/// The height of a curve where so many of the users are behind it: as many as that part rounds to.
fn at(curve: &[(f64, f64)], part: f64) -> Option<f64> {
    let users = curve.len().checked_sub(1)?;
    curve.get((users as f64 * part).round() as usize).map(|point| point.1)
}

/// What the answers were worth on days that are over, in a sentence; none where nothing could be measured.
pub fn value_held_sentence(past: &ValueResult) -> Option<String> {
    let own = past.chosen()?;
    let scores = own.scores.as_ref().filter(|scores| scores.top_10.is_finite())?;
    let simple = past.models.iter().find(|of| of.model == ValueModel::Last365Days && of.model != past.chosen);
    let beside = |of: fn(&ModelValues) -> Option<f64>, words: &dyn Fn(f64) -> String| {
        let found = simple.and_then(of).filter(|figure| figure.is_finite());
        found.map_or_else(String::new, |figure| format!(" ({}: {})", ValueModel::Last365Days, words(figure)))
    };
    let part = |figure: f64| percent(figure as f32);
    let amount = |figure: f64| if figure >= 10.0 { format!("{figure:.0}") } else { format!("{figure:.2}") };
    let held = scores.coverage.get(&80).map(|held| format!("; 80\u{a0}% bands held {}", part(*held)));
    Some(format!(
        "Asked {} earlier, the best tenth brought {} of what came{}; a user was off by {} on average{}{}.",
        counted(u64::from(past.days), "day"),
        part(scores.top_10),
        beside(|of| of.scores.as_ref().map(|scores| scores.top_10), &part),
        amount(scores.mae),
        beside(|of| of.scores.as_ref().map(|scores| scores.mae), &amount),
        held.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::UserId;
    use crate::value::ValueScores;

    fn result(observed: Option<Vec<f64>>) -> ValueResult {
        let expected: Vec<f64> = (1..=20).map(f64::from).collect();
        let model = |model, expected: &[f64]| ModelValues {
            model,
            expected: expected.to_vec(),
            bands: Vec::new(),
            scores: observed.as_ref().map(|observed| ValueScores::of(observed, expected, &[])),
            seconds: 0.1,
        };
        let flat = vec![5.0; 20];
        ValueResult {
            cut: 15_000,
            days: 90,
            has_money: true,
            users: (0..20).map(UserId).collect(),
            past_value: flat.clone(),
            mean_value: expected.clone(),
            expected_orders: flat.clone(),
            p_active: vec![0.5; 20],
            rank: (1..=20).rev().collect(),
            models: vec![model(ValueModel::Last365Days, &flat), model(ValueModel::Driftline, &expected)],
            chosen: ValueModel::Driftline,
            notes: Vec::new(),
            observed,
        }
    }

    #[test]
    fn the_curve_goes_through_users_from_the_best_to_the_last() {
        let curve = gain_curve(&[1.0, 3.0], &[2, 1]).unwrap();
        assert_eq!(curve, [(0.0, 0.0), (0.5, 0.75), (1.0, 1.0)]);
        assert_eq!(gain_curve(&[0.0, 0.0], &[1, 2]), None, "nobody holds a part of nothing");
        assert_eq!(gain_curve(&[], &[]), None);
    }

    #[test]
    fn what_is_expected_and_what_it_was_worth_is_said() {
        let said = value_sentence(&result(None)).replace('\u{a0}', " ");
        assert_eq!(said, "The best tenth of 20 users is expected to bring 19 % of what comes in the 90 days ahead.");
        assert_eq!(value_held_sentence(&result(None)), None, "nothing came yet");
        let observed = (1..=20).map(f64::from).collect();
        let held = value_held_sentence(&result(Some(observed))).unwrap().replace('\u{a0}', " ");
        assert!(held.starts_with("Asked 90 days earlier, the best tenth brought 19 % of what came"), "{held}");
        assert!(held.contains("off by 0.00 on average (last-365-days: "), "{held}");
        let nothing = value_held_sentence(&result(Some(vec![0.0; 20])));
        assert_eq!(nothing, None, "where nothing came there is no part of it");
    }
}
