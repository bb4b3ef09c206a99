//! Under which keys results are kept: everything that can change a result is in its key, or an older result would be taken
//! for one that nobody computed.
//!
//! A key holds the keys of what it was made from, so what changes the reading of a log changes all that follows.

use std::path::PathBuf;

use serde::Serialize;

use super::{BacktestScope, Fingerprint, ModelFolder};
use crate::calendar::PeriodLength;
use crate::events::named_by_folders;
use crate::forecast::{BacktestPlan, CellKind, ForecastConfig, NetworkShape};
use crate::language::{Device, Embedding, ModelInfo};
use crate::project::Settings;

/// Changes whenever a stage would give something else for the same settings and data within one version of the program.
const STAGES: u32 = 19;

/// What vectors and networks are computed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Computing {
    /// The language model's fingerprint.
    language_model: String,
    /// What it computes in.
    precision: &'static str,
    /// Device and threads of tensors.
    device: String,
    /// Threads of all else.
    threads: usize,
}

impl Computing {
    pub(super) fn of(model: &ModelInfo, embedding: &Embedding) -> Self {
        Self {
            language_model: model.fingerprint.clone(),
            precision: embedding.precision.name(),
            device: Device::key(&embedding.device),
            threads: rayon::current_num_threads(),
        }
    }
}

/// A key of a stage: besides its parts, the program that makes it.
fn key(stage: &str, parts: &impl Serialize) -> anyhow::Result<Fingerprint> {
    Fingerprint::of(&(STAGES, env!("CARGO_PKG_VERSION"), stage, parts))
}

/// Of a log that was read.
pub(super) fn log(files: &[PathBuf], contents: &[Fingerprint], settings: &Settings) -> anyhow::Result<Fingerprint> {
    // What folders are called is a part of the log where it is read as columns.
    let folders: Vec<_> = files.iter().map(|file| named_by_folders(file)).collect();
    // All that concerns reading; the files themselves count by their contents, and where it was said changes nothing.
    let reading = Settings { preset: None, ..settings.reading() };
    let extent = (settings.first, settings.last);
    key("log", &(contents, folders, reading, settings.skip_broken, extent))
}

/// Of the interests.
pub(super) fn interests(log: Fingerprint, by: &Computing, settings: &Settings) -> anyhow::Result<Fingerprint> {
    key("interests", &(log, by, settings.interests, settings.seed))
}

/// Of a forecast.
pub(super) fn forecast(
    interests: Fingerprint,
    length: PeriodLength,
    config: &ForecastConfig,
    settings: &Settings,
) -> anyhow::Result<Fingerprint> {
    key("forecast", &(interests, length, config, settings.model))
}

/// Of a backtest.
pub(super) fn backtest(
    interests: Fingerprint,
    length: PeriodLength,
    config: &ForecastConfig,
    plan: &BacktestPlan,
    scope: &BacktestScope,
) -> anyhow::Result<Fingerprint> {
    let BacktestScope { origins, only, ablation } = scope;
    key("backtest", &(interests, length, config, plan, origins, only, ablation))
}

/// Of a search for a shape. The shape that is set counts only by what is tried: one that this search found brings its
/// result back.
pub(super) fn tuning(
    interests: Fingerprint,
    length: PeriodLength,
    config: &ForecastConfig,
    tried: &[NetworkShape],
    cell: CellKind,
) -> anyhow::Result<Fingerprint> {
    key("tuning", &(interests, length, config.shaped(NetworkShape::default()), tried, cell))
}

/// Of a saved model that learnt on. Its card holds what it was made with and the hashes of the files beside it.
pub(super) fn update(
    log: Fingerprint,
    by: &Computing,
    saved: &ModelFolder,
    settings: &Settings,
) -> anyhow::Result<Fingerprint> {
    key("update", &(log, by, &saved.card, &settings.levels, settings.joint, settings.model))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Period;
    use crate::pipeline::road::forecast_config;
    use crate::project::unusual;

    fn by() -> Computing {
        Computing { language_model: "lm".into(), precision: "f32", device: "cpu 2 threads".into(), threads: 2 }
    }

    /// The keys on the way to a forecast.
    fn chain(contents: &[Fingerprint], by: &Computing, settings: &Settings) -> [Fingerprint; 3] {
        let log = log(&[], contents, settings).unwrap();
        let interests = interests(log, by, settings).unwrap();
        let config = forecast_config(settings);
        [log, interests, forecast(interests, PeriodLength::Month, &config, settings).unwrap()]
    }

    #[test]
    fn every_setting_that_can_change_a_forecast_is_in_its_key() {
        let (usual, contents) = (Settings::default(), [Fingerprint::of(&1).unwrap()]);
        let ground = chain(&contents, &by(), &usual);
        let all = serde_json::to_value(&usual).unwrap();
        let changed = serde_json::to_value(unusual()).unwrap();
        // The log counts by its content, the language model by its fingerprint, the period as it was chosen, device and
        // precision by what computes.
        let elsewhere = ["inputs", "language_model", "period", "device", "precision", "preset", "tables"];
        for (field, value) in changed.as_object().unwrap() {
            let mut one = all.clone();
            one[field] = value.clone();
            let one: Settings = serde_json::from_value(one).unwrap();
            let differs = chain(&contents, &by(), &one)[2] != ground[2];
            assert_eq!(differs, !elsewhere.contains(&field.as_str()), "{field}");
        }
        assert_ne!(chain(&[], &by(), &usual), ground);
    }

    #[test]
    fn what_folders_are_called_is_a_part_of_the_log() {
        let (settings, contents) = (Settings::default(), [Fingerprint::of(&1).unwrap()]);
        let of = |path: &str| log(&[PathBuf::from(path)], &contents, &settings).unwrap();
        assert_ne!(of("log/dt=2024-01-02/a.csv"), of("log/dt=2024-01-03/a.csv"));
        assert_eq!(of("log/dt=2024-01-02/a.csv"), of("elsewhere/dt=2024-01-02/b.csv"));
    }

    #[test]
    fn what_computes_is_in_the_key_of_interests_already() {
        let (settings, log) = (Settings::default(), Fingerprint::of(&1).unwrap());
        let key = |by: &Computing| interests(log, by, &settings).unwrap();
        for other in [
            Computing { language_model: "other".into(), ..by() },
            Computing { precision: "bf16", ..by() },
            Computing { device: "cpu 4 threads".into(), ..by() },
            Computing { threads: 4, ..by() },
        ] {
            assert_ne!(key(&other), key(&by()), "{other:?}");
        }
    }

    #[test]
    fn a_stage_and_a_scope_have_keys_of_their_own() {
        let (settings, from) = (Settings::default(), Fingerprint::of(&1).unwrap());
        let config = forecast_config(&settings);
        let plan = BacktestPlan { origins: vec![(Period(5), 1)] };
        let key = |scope: &BacktestScope| backtest(from, PeriodLength::Month, &config, &plan, scope).unwrap();
        let usual = BacktestScope::default();
        let ground = key(&usual);
        assert_ne!(ground, forecast(from, PeriodLength::Month, &config, &settings).unwrap());
        for other in [
            BacktestScope { origins: 4, ..usual.clone() },
            BacktestScope { only: Some(Vec::new()), ..usual.clone() },
            BacktestScope { ablation: true, ..usual.clone() },
        ] {
            assert_ne!(key(&other), ground, "{other:?}");
        }
    }
}
