//! A made-up backtest of the shop.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftline::calendar::{Calendar, Period, PeriodLength};
use driftline::events::UserId;
use driftline::forecast::{
    Ablation, Asked, Backtest, CohortResult, CohortRule, CohortScores, Compared, Difference, ModelKind, ModelName,
    ModelResult, Part, Scores, Spread, SpreadResult,
};
use driftline::pipeline::{BacktestOutcome, Outcome};
use strum::IntoEnumIterator as _;

/// The same with twins that know no texts.
pub fn with_twins(of: &Outcome) -> BacktestOutcome {
    let mut outcome = backtest(of);
    let found = Arc::make_mut(&mut outcome.backtest);
    for (network, rise) in [(ModelKind::Lstm, 0.0), (ModelKind::Gru, 0.0009)] {
        let twin = ModelName::twin_of(network);
        let full = found.models.iter().find(|model| model.name == network.into()).cloned().unwrap();
        found.models.push(ModelResult { name: twin, ..full });
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
            events: events as f64,
            with: 2.1,
            without: 2.1 + mean + rise,
            better: Difference { mean: mean + rise, lower: mean + rise - half, upper: mean + rise + half },
        };
        found.ablations.push(Ablation { model: network.into(), twin, parts: parts.map(part).to_vec() });
    }
    found.models.sort_by(|a, b| a.one_step.nll.total_cmp(&b.one_step.nll));
    outcome
}

/// A backtest of a run, as an engine would tell it.
pub fn backtest(of: &Outcome) -> BacktestOutcome {
    let last = of.trajectories.origin;
    let origins: Vec<Period> = (1..=3).rev().map(|back| last.plus(-back)).collect();
    let rows = [
        (ModelKind::Ensemble, 2.112, (0.060, 0.049, 0.071)),
        (ModelKind::Gru, 2.117, (0.055, 0.044, 0.066)),
        (ModelKind::Lstm, 2.118, (0.054, 0.043, 0.065)),
        (ModelKind::Average, 2.141, (0.031, 0.024, 0.038)),
        (ModelKind::Vote, 2.149, (0.023, 0.012, 0.034)),
        (ModelKind::Drift, 2.168, (0.004, -0.003, 0.011)),
        (ModelKind::Ewma, 2.172, (0.0, 0.0, 0.0)),
        (ModelKind::Mean, 2.189, (-0.017, -0.024, -0.010)),
        (ModelKind::Last, 2.241, (-0.069, -0.080, -0.058)),
        (ModelKind::Popularity, 2.349, (-0.177, -0.190, -0.164)),
    ];
    let asked = (0..400).map(|at| Asked {
        user: UserId(at % 120),
        origin: origins[(at % 3) as usize],
        period: origins[(at % 3) as usize],
        horizon: 1,
        active_periods: 1 + at % 14,
        expected_events: (3 + at % 40) as f32,
        leading: Some((at % 5) as u16),
        total: (5 + at % 37) as f32,
    });
    let found = Backtest {
        calendar: Calendar::new(PeriodLength::Month),
        interests: of.space.len(),
        horizon: 3,
        joint: false,
        asked: asked.collect(),
        observed: Vec::new(),
        models: rows.iter().map(|(kind, nll, better)| model(*kind, *nll, *better, &origins, of.space.len())).collect(),
        best_simple: Some(ModelKind::Ewma),
        chosen: ModelKind::Ensemble,
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

fn model(
    kind: ModelKind,
    nll: f64,
    (mean, lower, upper): (f64, f64, f64),
    origins: &[Period],
    of_interests: usize,
) -> ModelResult {
    let at = |nll: f64| Scores {
        nll,
        gain: 2.349 - nll,
        l1: 0.4 * nll,
        top1: 0.95 - 0.25 * nll,
        coverage: BTreeMap::from([(50, 0.513), (80, 0.806), (95, 0.948)]),
        coverage_with_events: BTreeMap::from([(50, 0.507), (80, 0.799), (95, 0.944)]),
        interval: BTreeMap::from([(50, 0.08 * nll), (80, 0.12 * nll), (95, 0.19 * nll)]),
        rows: 400,
        events: 9_200.0,
        ..Scores::default()
    };
    ModelResult {
        name: kind.into(),
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
        by_events: (1..=10).map(|tenth| (6.5 * tenth as f32, at(nll + 0.03 * f64::from(5 - tenth)))).collect(),
        paths: None,
        incidence: Vec::new(),
        better_than_simple: Difference { mean, lower, upper },
        reliability: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
            .map(|stated: f64| (stated, stated + 0.02 * (1.0 - stated)))
            .to_vec(),
        activity: None,
        spreads: spreads(kind),
        by_cohort: cohorts(of_interests, at(nll)),
        cohorts: (together(nll, 0.81), together(nll + 0.01, 0.80)),
    }
}

/// Bands by each spread, for networks.
fn spreads(kind: ModelKind) -> Vec<SpreadResult> {
    if !kind.is_trained() {
        return Vec::new();
    }
    let by = |(place, spread): (usize, Spread)| {
        let more = 0.0017 * place as f64;
        let scores = Scores {
            coverage: BTreeMap::from([(50, 0.488), (80, 0.794 + more), (95, 0.951)]),
            width: BTreeMap::from([(50, 0.035), (80, 0.0985 + more), (95, 0.207)]),
            interval: BTreeMap::from([(50, 0.172 + more), (80, 0.262 + more), (95, 0.397 + more)]),
            crps: 0.0354 + 0.1 * more,
            ..Scores::default()
        };
        let chosen = if place == 0 { 3 } else { 0 };
        SpreadResult { spread, chosen, seconds: 2.5 * more, all: scores.clone(), one_step: scores }
    };
    Spread::iter().enumerate().map(by).collect()
}

fn cohorts(interests: usize, users: Scores) -> Vec<CohortResult> {
    let leading = (0..interests as u16).map(CohortRule::Leading);
    let rules = [CohortRule::Everyone].into_iter().chain(leading).chain((0..3).map(CohortRule::Activity));
    let result = |(place, rule): (usize, CohortRule)| {
        let more = 0.03 * (place as f64 * 1.7).sin();
        CohortResult {
            rule,
            together: together(users.nll + more, 0.8 + more),
            users: Scores { nll: users.nll + more, gain: users.gain - more, ..users.clone() },
        }
    };
    rules.enumerate().map(result).collect()
}

fn together(nll: f64, held: f64) -> CohortScores {
    CohortScores {
        nll,
        gain: 2.349 - nll,
        l1: 0.03 * nll,
        coverage: BTreeMap::from([(50, 0.52), (80, held), (95, 0.947)]),
        rows: 60,
        events: 30_000.0,
        ..CohortScores::default()
    }
}
