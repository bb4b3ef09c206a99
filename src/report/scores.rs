//! How models did, in words, and what they are called.

use crate::forecast::{ModelKind, ModelName, ScoreTable};

/// How the best learned model did beside the best simple one, in a sentence without a stop.
pub fn scores_verdict(table: &ScoreTable) -> String {
    let simple = table.scores.iter().filter(|score| score.model.is_simple()).min_by(|a, b| a.nll.total_cmp(&b.nll));
    let learned = table.scores.iter().filter(|score| !score.model.is_simple()).min_by(|a, b| a.nll.total_cmp(&b.nll));
    match (learned, simple) {
        (Some(learned), Some(simple)) => {
            let gain = simple.nll - learned.nll;
            let (learned, simple) = (model_name(learned.model), model_name(simple.model));
            if gain > 0.0 {
                format!("The {learned} is {gain:.3} nats per event better than the best simple forecast ({simple})")
            } else {
                format!("The best simple forecast ({simple}) is {:.3} nats per event better than the {learned}", -gain)
            }
        }
        (Some(only), None) | (None, Some(only)) => {
            format!("Only one kind of model was scored: {}", model_name(only.model))
        }
        (None, None) => "No model could be scored".to_owned(),
    }
}

/// A model as people call it.
pub fn model_name(name: impl Into<ModelName>) -> String {
    let name = name.into();
    let kind = match name.kind {
        ModelKind::Lstm | ModelKind::Gru | ModelKind::Arima | ModelKind::Ets => name.kind.name().to_uppercase(),
        ModelKind::Theta => "Theta".to_owned(),
        ModelKind::Pool => "pool of simple forecasts".to_owned(),
        ModelKind::Drift => "market drift".to_owned(),
        ModelKind::Average => "plain average".to_owned(),
        ModelKind::Vote => "majority vote".to_owned(),
        ModelKind::Ewma => "decayed average".to_owned(),
        ModelKind::Last => "last active period".to_owned(),
        ModelKind::Mean => "mean of the past".to_owned(),
        ModelKind::Popularity | ModelKind::Ensemble => name.kind.name().to_owned(),
    };
    if name.without_text { format!("{kind} without text") } else { kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::forecast::Score;

    fn scored(scores: &[(ModelKind, f64)]) -> ScoreTable {
        let scores = scores
            .iter()
            .map(|(model, nll)| Score { model: (*model).into(), nll: *nll, gain: 0.0, l1: 0.5, top1: 0.4 })
            .collect();
        ScoreTable { first: Period(1), last: Period(2), rows: 1, events: 1.0, scores, activity: None }
    }

    #[test]
    fn the_verdict_names_the_best_of_each_kind() {
        let table = scored(&[
            (ModelKind::Lstm, 2.10),
            (ModelKind::Ewma, 2.154),
            (ModelKind::Mean, 2.3),
            (ModelKind::Popularity, 2.4),
        ]);
        let said = scores_verdict(&table);
        assert_eq!(said, "The LSTM is 0.054 nats per event better than the best simple forecast (decayed average)");
    }

    #[test]
    fn a_model_that_lost_is_not_praised() {
        let said = scores_verdict(&scored(&[(ModelKind::Lstm, 2.2), (ModelKind::Mean, 2.1)]));
        assert_eq!(said, "The best simple forecast (mean of the past) is 0.100 nats per event better than the LSTM");
        assert!(scores_verdict(&scored(&[])).starts_with("No model"));
    }
}
