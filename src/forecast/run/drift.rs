//! How far a model moved when it learnt on.

use serde::Serialize;

use crate::forecast::kind::ModelName;
use crate::forecast::network::saved::NetworkRole;
use crate::forecast::past::tally::leading;
use crate::forecast::run::Run;

/// What changed from one run to another on the same trajectories.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// Users whose forecasts are compared.
    pub users: usize,
    /// Mean total variation between the two forecasts of a user's shares, from 0 (the same) to 1 (nothing in common),
    /// by periods ahead.
    pub total_variation: Vec<f64>,
    /// Part of the users whose leading interest in the first period ahead is another now.
    pub leading_changed: f64,
    /// Loss of each model on the validation periods, one period ahead.
    pub validation: Vec<Change>,
    /// Epochs that each network learnt on.
    pub epochs: Vec<u32>,
}

/// One model's loss before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The model.
    pub model: ModelName,
    /// Nats per event before.
    pub before: f64,
    /// Nats per event after.
    pub after: f64,
}

impl Drift {
    /// Compares two runs on the same trajectories and settings.
    pub fn between(before: &Run, after: &Run) -> Self {
        let (old, new) = (&before.forecast, &after.forecast);
        let (interests, horizon) = (new.interests.max(1), new.horizon.max(1));
        let users = new.share.len() / (interests * horizon);
        let mut apart = vec![0.0; horizon];
        let mut changed = 0;
        let rows = old.share.chunks_exact(interests).zip(new.share.chunks_exact(interests));
        for (at, (old, new)) in rows.enumerate() {
            let moved: f64 = old.iter().zip(new).map(|(old, new)| f64::from((old - new).abs())).sum();
            apart[at % horizon] += moved / 2.0;
            changed += usize::from(at % horizon == 0 && leading(old) != leading(new));
        }
        let mean = |sum: f64| sum / users.max(1) as f64;
        let loss_before = |model: ModelName| before.scores.scores.iter().find(|score| score.model == model);
        let validation = after.scores.scores.iter().filter_map(|score| {
            let before = loss_before(score.model)?.nll;
            Some(Change { model: score.model, before, after: score.nll })
        });
        let epochs = before.model.members.iter().zip(&after.model.members);
        Self {
            users,
            total_variation: apart.into_iter().map(mean).collect(),
            leading_changed: mean(changed as f64),
            validation: validation.collect(),
            epochs: epochs
                .filter(|(_, after)| after.role == NetworkRole::Whole)
                .map(|(before, after)| after.epochs.saturating_sub(before.epochs))
                .collect(),
        }
    }
}
