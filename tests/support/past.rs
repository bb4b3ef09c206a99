//! A made-up backtest of the shop.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftline::calendar::{Calendar, Period, PeriodLength};
use driftline::events::UserId;
use driftline::forecast::{Ablation, Asked, Backtest, Compared, Difference, ModelResult, Part, Scores};
use driftline::pipeline::{BacktestOutcome, Outcome};

const SIMPLE: [&str; 4] = ["popularity", "last", "mean", "ewma"];

/// The same with twins that know no texts.
pub fn with_twins(of: &Outcome) -> BacktestOutcome {
    let mut outcome = backtest(of);
    let found = Arc::make_mut(&mut outcome.backtest);
    for (network, rise) in [("lstm", 0.0), ("gru", 0.0009)] {
        let twin = format!("{network}-without-text");
        let full = found.models.iter().find(|model| model.name == network).cloned().unwrap();
        found.models.push(ModelResult { name: twin.clone(), ..full });
        let parts = [
            (Part::All, 9_200, 0.0009, 0.0008),
            (Part::FewPeriods, 2_950, 0.0016, 0.0017),
            (Part::SomePeriods, 2_910, 0.0014, 0.0015),
            (Part::ManyPeriods, 3_340, -0.0003, 0.0012),
            (Part::NewTexts, 276, 0.0043, 0.0034),
            (Part::KnownTexts, 8_924, 0.0008, 0.0009),
        ];
        let part = |(part, events, mean, half): (Part, u64, f64, f64)| Compared {
            part,
            users: events / 12,
            events,
            with: 2.1,
            without: 2.1 + mean + rise,
            better: Difference { mean: mean + rise, lower: mean + rise - half, upper: mean + rise + half },
        };
        found.ablations.push(Ablation { model: network.to_owned(), twin, parts: parts.map(part).to_vec() });
    }
    found.models.sort_by(|a, b| a.one_step.nll.total_cmp(&b.one_step.nll));
    outcome
}

/// A backtest of a run, as an engine would tell it.
pub fn backtest(of: &Outcome) -> BacktestOutcome {
    let last = of.trajectories.origin;
    let origins: Vec<Period> = (1..=3).rev().map(|back| last.plus(-back)).collect();
    let rows = [
        ("ensemble", 2.112, (0.060, 0.049, 0.071)),
        ("gru", 2.117, (0.055, 0.044, 0.066)),
        ("lstm", 2.118, (0.054, 0.043, 0.065)),
        ("average", 2.141, (0.031, 0.024, 0.038)),
        ("vote", 2.149, (0.023, 0.012, 0.034)),
        ("drift", 2.168, (0.004, -0.003, 0.011)),
        ("ewma", 2.172, (0.0, 0.0, 0.0)),
        ("mean", 2.189, (-0.017, -0.024, -0.010)),
        ("last", 2.241, (-0.069, -0.080, -0.058)),
        ("popularity", 2.349, (-0.177, -0.190, -0.164)),
    ];
    let asked = (0..400).map(|at| Asked {
        user: UserId(at % 120),
        origin: origins[(at % 3) as usize],
        period: origins[(at % 3) as usize],
        horizon: 1,
        active_periods: 1 + at % 14,
        total: 5 + at % 37,
    });
    let found = Backtest {
        calendar: Calendar::new(PeriodLength::Month),
        interests: of.space.len(),
        horizon: 3,
        asked: asked.collect(),
        observed: Vec::new(),
        models: rows.iter().map(|(name, nll, better)| model(name, *nll, *better, &origins)).collect(),
        best_simple: "ewma".to_owned(),
        chosen: "ensemble".to_owned(),
        chosen_because: "`ensemble` did best on the periods before the last origin.".to_owned(),
        ablations: Vec::new(),
        origins,
    };
    BacktestOutcome {
        settings: of.settings.clone(),
        events: Arc::clone(&of.events),
        space: Arc::clone(&of.space),
        backtest: Arc::new(found),
        notes: Vec::new(),
        device: of.device.clone(),
        language_model: of.language.model.name.clone(),
        times: Vec::new(),
    }
}

fn model(name: &str, nll: f64, (mean, lower, upper): (f64, f64, f64), origins: &[Period]) -> ModelResult {
    let at = |nll: f64| Scores {
        nll,
        gain: 2.349 - nll,
        l1: 0.4 * nll,
        top1: 0.95 - 0.25 * nll,
        coverage: BTreeMap::from([(50, 0.513), (80, 0.806), (95, 0.948)]),
        rows: 400,
        events: 9_200,
        ..Scores::default()
    };
    ModelResult {
        name: name.to_owned(),
        simple: SIMPLE.contains(&name),
        share: Vec::new(),
        bands: Vec::new(),
        all: at(nll + 0.01),
        one_step: at(nll),
        by_origin: origins
            .iter()
            .enumerate()
            .map(|(place, origin)| (*origin, at(nll + 0.015 * place as f64)))
            .collect(),
        by_horizon: (1..=3).map(|ahead| (ahead, at(nll + 0.02 * (ahead - 1) as f64))).collect(),
        by_activity: [("1 to 3", 0.11), ("4 to 9", 0.02), ("10 and more", -0.06)]
            .map(|(group, more)| (group.to_owned(), at(nll + more)))
            .to_vec(),
        better_than_simple: Difference { mean, lower, upper },
        reliability: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
            .map(|stated: f64| (stated, stated + 0.02 * (1.0 - stated)))
            .to_vec(),
        activity: None,
    }
}
