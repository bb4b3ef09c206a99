//! What is in a stage's key, and what is not.

use std::path::PathBuf;

use super::backtest::Backtesting;
use super::forecast::Forecasting;
use super::interests::Interests;
use super::key::Computing;
use super::log::log_key;
use super::stage::Stage as _;
use super::walk::forecast_config;
use crate::calendar::{Period, PeriodLength};
use crate::forecast::{BacktestPlan, ModelKind};
use crate::pipeline::Fingerprint;
use crate::project::{Settings, unusual};

fn computing() -> Computing {
    Computing { language_model: "lm".into(), precision: "f32".into(), device: "cpu 2 threads".into(), threads: 2 }
}

fn interests(log: Fingerprint, computing: Computing, settings: &Settings) -> Interests {
    Interests {
        log,
        computing,
        count: settings.interests,
        vectors: settings.vectors,
        seed: settings.seed,
        before: None,
    }
}

/// The key of a forecast, over those of all stages below it.
fn forecast_key(contents: &[Fingerprint], settings: &Settings) -> Fingerprint {
    let log = log_key(&[], contents, settings).unwrap();
    let interests = interests(log, computing(), settings).key().unwrap();
    let (length, config, model) = (PeriodLength::Month, forecast_config(settings), settings.model);
    Forecasting { interests, length, config, model }.key().unwrap()
}

#[test]
fn every_setting_that_can_change_a_forecast_is_in_its_key() {
    let (usual, contents) = (Settings::default(), [Fingerprint::of(&1).unwrap()]);
    let ground = forecast_key(&contents, &usual);
    let all = serde_json::to_value(&usual).unwrap();
    let changed = serde_json::to_value(unusual()).unwrap();
    // The log counts by its content, the language model by its fingerprint, the period as it was chosen, device and
    // precision by what computes.
    let elsewhere = ["inputs", "language_model", "period", "device", "precision", "preset", "tables"];
    for (field, value) in changed.as_object().unwrap() {
        let mut one = all.clone();
        one[field] = value.clone();
        let one: Settings = serde_json::from_value(one).unwrap();
        let differs = forecast_key(&contents, &one) != ground;
        assert_eq!(differs, !elsewhere.contains(&field.as_str()), "{field}");
    }
    assert_ne!(forecast_key(&[], &usual), ground);
}

#[test]
fn what_folders_are_called_is_a_part_of_the_log() {
    let (settings, contents) = (Settings::default(), [Fingerprint::of(&1).unwrap()]);
    let of = |path: &str| log_key(&[PathBuf::from(path)], &contents, &settings).unwrap();
    assert_ne!(of("log/dt=2024-01-02/a.csv"), of("log/dt=2024-01-03/a.csv"));
    assert_eq!(of("log/dt=2024-01-02/a.csv"), of("elsewhere/dt=2024-01-02/b.csv"));
}

#[test]
fn what_computes_and_what_is_looked_at_are_in_the_key_of_interests_already() {
    let (settings, log) = (Settings::default(), Fingerprint::of(&1).unwrap());
    let key = |computing: Computing| interests(log, computing, &settings).key().unwrap();
    for other in [
        Computing { language_model: "other".into(), ..computing() },
        Computing { precision: "bf16".into(), ..computing() },
        Computing { device: "cpu 4 threads".into(), ..computing() },
        Computing { threads: 4, ..computing() },
    ] {
        assert_ne!(key(other.clone()), key(computing()), "{other:?}");
    }
    let before = |before| Interests { before, ..interests(log, computing(), &settings) }.key().unwrap();
    let months = before(Some((PeriodLength::Month, Period(5))));
    assert_ne!(months, before(None));
    assert_ne!(months, before(Some((PeriodLength::Month, Period(6)))));
    assert_ne!(months, before(Some((PeriodLength::Week, Period(5)))));
}

#[test]
fn a_stage_and_a_scope_have_keys_of_their_own() {
    let (settings, interests) = (Settings::default(), Fingerprint::of(&1).unwrap());
    let usual = || Backtesting {
        interests,
        length: PeriodLength::Month,
        config: forecast_config(&settings),
        plan: BacktestPlan { origins: vec![(Period(5), 1)] },
        only: None,
        ablation: false,
    };
    let ground = usual().key().unwrap();
    let forecast = Forecasting {
        interests,
        length: PeriodLength::Month,
        config: forecast_config(&settings),
        model: ModelKind::Ensemble,
    };
    assert_ne!(ground, forecast.key().unwrap());
    for other in [
        Backtesting { plan: BacktestPlan { origins: vec![(Period(4), 1)] }, ..usual() },
        Backtesting { only: Some(Vec::new()), ..usual() },
        Backtesting { ablation: true, ..usual() },
    ] {
        assert_ne!(other.key().unwrap(), ground, "{other:?}");
    }
}
