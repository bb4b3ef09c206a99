//! What settings may be. Whatever settings came from (a file, a project, flags, the window, a saved model), they are
//! held to this before anything is made of them, and flags and fields of the window take their ranges from here.

use std::fmt::Display;
use std::ops::RangeInclusive;

pub use super::settings::INTERESTS;
use super::{InterestCount, Settings};
use crate::events::{DialectChoice, KindWeights};
use crate::forecast::{ForecastConfig, HeadLoss, NetworkShape};

/// How many periods ahead.
pub const HORIZON: RangeInclusive<usize> = 1..=120;
/// Levels of bands, percent: the files have columns for these.
pub const LEVELS: [u8; 3] = [50, 80, 95];
/// How many shapes of networks a search tries.
pub const TRIALS: RangeInclusive<usize> = 2..=1000;
/// How many origins of a backtest are looked at from right before.
pub const ORIGINS: RangeInclusive<usize> = 1..=120;
/// How many days ahead users' value is asked for.
pub const DAYS: RangeInclusive<u32> = 1..=3650;
/// What an event of a kind may count.
const KIND_WEIGHT: RangeInclusive<f32> = 0.0..=1000.0;

const WIDTH: RangeInclusive<i64> = 1..=4096;
const DEPTH: RangeInclusive<i64> = 1..=16;
const DROPOUT: RangeInclusive<f64> = 0.0..=0.95;
const LEARNING_RATE: RangeInclusive<f64> = 1e-8..=1.0;
const WEIGHT_DECAY: RangeInclusive<f64> = 0.0..=1.0;
const WINDOW: RangeInclusive<i32> = 1..=1_000_000;
const HEADS: RangeInclusive<f64> = 0.0..=1000.0;
const MEMBERS: RangeInclusive<usize> = 1..=64;
const BATCH: RangeInclusive<usize> = 1..=1_000_000;
const EPOCHS: RangeInclusive<u32> = 1..=100_000;

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the setting `{field}` is {value}, and it has to be {allowed}")]
pub struct BadSetting {
    /// Which one, as files name it.
    pub field: &'static str,
    /// What it is.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

fn bad(field: &'static str, value: impl Display, allowed: impl Into<String>) -> Result<(), BadSetting> {
    Err(BadSetting { field, value: value.to_string(), allowed: allowed.into() })
}

/// Holds a number to its range. What is no number lies in none.
fn within<T: PartialOrd + Display>(field: &'static str, value: T, range: &RangeInclusive<T>) -> Result<(), BadSetting> {
    match range.contains(&value) {
        true => Ok(()),
        false => bad(field, value, format!("from {} to {}", range.start(), range.end())),
    }
}

impl Settings {
    /// Holds every setting to what it may be.
    ///
    /// # Errors
    /// The first that cannot be.
    pub fn validate(&self) -> Result<(), BadSetting> {
        // A new setting is to be thought of here too, so all are named.
        let Self {
            inputs: _,
            mapping: _,
            time_format,
            returns_prefix,
            dialect,
            time_zone,
            skip_broken: _,
            filters: _,
            kind_weights,
            keep_called_off: _,
            // That the one is not after the other is said where the log is read.
            first: _,
            last: _,
            keep_duplicates: _,
            period: _,
            interests,
            vectors: _,
            model: _,
            network,
            horizon,
            levels,
            joint: _,
            language_model: _,
            device: _,
            precision: _,
            seed: _,
            preset: _,
            tables: _,
        } = self;
        filled("time_format", time_format.as_deref(), "a format like '%d/%m/%Y', or left out")?;
        filled("returns_prefix", returns_prefix.as_deref(), "what baskets of returns begin with, or left out")?;
        filled("time_zone", time_zone.as_deref(), "a zone like Europe/Berlin or +08:00, or left out")?;
        check_dialect(dialect)?;
        check_weights(kind_weights)?;
        if let InterestCount::Fixed(number) = interests {
            within("interests", *number, &INTERESTS)?;
        }
        check_horizon(*horizon)?;
        check_levels(levels)?;
        network.as_ref().map_or(Ok(()), check_shape)
    }
}

/// Holds what a saved model was made with to what it may be.
///
/// # Errors
/// The first setting that cannot be.
pub fn check_config(config: &ForecastConfig) -> Result<(), BadSetting> {
    check_horizon(config.horizon)?;
    check_levels(&config.levels)?;
    within("members", config.members, &MEMBERS)?;
    within("batch_users", config.batch_users, &BATCH)?;
    within("max_epochs", config.max_epochs, &EPOCHS)?;
    within("patience", config.patience, &EPOCHS)?;
    check_shape(&config.shape)
}

/// Holds the number of trials of a search to what it may be.
///
/// # Errors
/// If it is none that can be tried.
pub fn check_trials(trials: usize) -> Result<(), BadSetting> {
    within("tune", trials, &TRIALS)
}

/// Holds the number of a backtest's origins to what it may be.
///
/// # Errors
/// If it is none that can be looked at.
pub fn check_origins(origins: usize) -> Result<(), BadSetting> {
    within("origins", origins, &ORIGINS)
}

/// Holds the days ahead that value is asked for to what they may be.
///
/// # Errors
/// If they are none that can be looked at.
pub fn check_days(days: u32) -> Result<(), BadSetting> {
    within("days", days, &DAYS)
}

/// Words that say nothing are not the same as no words: what begins with nothing is everything.
fn filled(field: &'static str, text: Option<&str>, allowed: &str) -> Result<(), BadSetting> {
    if text.is_some_and(|text| text.trim().is_empty()) { bad(field, "empty", allowed) } else { Ok(()) }
}

fn check_horizon(horizon: usize) -> Result<(), BadSetting> {
    within("horizon", horizon, &HORIZON)
}

fn check_levels(levels: &[u8]) -> Result<(), BadSetting> {
    for (at, level) in levels.iter().enumerate() {
        if !LEVELS.contains(level) || levels[..at].contains(level) {
            let words: Vec<String> = levels.iter().map(u8::to_string).collect();
            return bad("levels", format!("[{}]", words.join(", ")), "some of 50, 80 and 95, each once");
        }
    }
    Ok(())
}

fn check_shape(shape: &NetworkShape) -> Result<(), BadSetting> {
    let NetworkShape { hidden, layers, dropout, learning_rate, weight_decay, window, heads } = *shape;
    within("network.hidden", hidden, &WIDTH)?;
    within("network.layers", layers, &DEPTH)?;
    within("network.dropout", dropout, &DROPOUT)?;
    within("network.learning_rate", learning_rate, &LEARNING_RATE)?;
    within("network.weight_decay", weight_decay, &WEIGHT_DECAY)?;
    if let Some(window) = window {
        within("network.window", window, &WINDOW)?;
    }
    match heads {
        HeadLoss::Weight(weight) => within("network.heads", weight, &HEADS),
        HeadLoss::Chosen | HeadLoss::Without => Ok(()),
    }
}

fn check_weights(weights: &KindWeights) -> Result<(), BadSetting> {
    weights.0.iter().try_for_each(|(kind, weight)| match KIND_WEIGHT.contains(weight) {
        true => Ok(()),
        false => {
            let allowed = format!("weights from {} to {}", KIND_WEIGHT.start(), KIND_WEIGHT.end());
            bad("kind_weights", format!("{kind}={weight}"), allowed)
        }
    })
}

fn check_dialect(dialect: &DialectChoice) -> Result<(), BadSetting> {
    let marks = [
        ("dialect.delimiter", dialect.delimiter),
        ("dialect.quote", dialect.quote.flatten()),
        ("dialect.escape", dialect.escape.flatten()),
        ("dialect.comment", dialect.comment.flatten()),
    ];
    for (field, mark) in marks {
        if let Some(mark) = mark.filter(|mark| !mark.is_ascii() || "\0\r\n".contains(*mark)) {
            return bad(field, format!("{mark:?}"), "a single plain character that ends no line");
        }
    }
    let same = dialect.quote.flatten().filter(|quote| dialect.delimiter == Some(*quote));
    if let Some(mark) = same {
        return bad("dialect.quote", format!("{mark:?}"), "another character than `dialect.delimiter`");
    }
    match dialect.decimal {
        None | Some('.' | ',') => Ok(()),
        Some(mark) => bad("dialect.decimal", format!("{mark:?}"), "'.' or ','"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(change: impl Fn(&mut NetworkShape)) -> Settings {
        let mut shape = NetworkShape::default();
        change(&mut shape);
        Settings { network: Some(shape), ..Settings::default() }
    }

    #[test]
    fn what_cannot_be_is_refused_with_field_value_and_what_may_be() {
        let usual = Settings::default;
        let dialect = |choice: DialectChoice| Settings { dialect: choice, ..usual() };
        let weights = |weight: f32| Settings { kind_weights: KindWeights(vec![("view".into(), weight)]), ..usual() };
        let cases: Vec<(Settings, &str, &str, &str)> = vec![
            (Settings { horizon: 0, ..usual() }, "horizon", "0", "from 1 to 120"),
            (Settings { horizon: 4_000_000, ..usual() }, "horizon", "4000000", "from 1 to 120"),
            (Settings { levels: vec![90], ..usual() }, "levels", "[90]", "50, 80 and 95"),
            (Settings { levels: vec![80, 80], ..usual() }, "levels", "[80, 80]", "each once"),
            (Settings { interests: InterestCount::Fixed(1), ..usual() }, "interests", "1", "from 2 to 512"),
            (Settings { interests: InterestCount::Fixed(60_000), ..usual() }, "interests", "60000", "from 2 to 512"),
            (shaped(|shape| shape.hidden = -5), "network.hidden", "-5", "from 1 to 4096"),
            (shaped(|shape| shape.layers = 0), "network.layers", "0", "from 1"),
            (shaped(|shape| shape.dropout = 1.0), "network.dropout", "1", "from 0 to 0.95"),
            (shaped(|shape| shape.dropout = f64::NAN), "network.dropout", "NaN", "from 0 to 0.95"),
            (shaped(|shape| shape.learning_rate = 0.0), "network.learning_rate", "0", "to 1"),
            (shaped(|shape| shape.weight_decay = f64::INFINITY), "network.weight_decay", "inf", "from 0 to 1"),
            (shaped(|shape| shape.window = Some(-3)), "network.window", "-3", "from 1"),
            (shaped(|shape| shape.heads = HeadLoss::Weight(-1.0)), "network.heads", "-1", "from 0"),
            (Settings { returns_prefix: Some(String::new()), ..usual() }, "returns_prefix", "empty", "begin with"),
            (Settings { time_format: Some(" ".into()), ..usual() }, "time_format", "empty", "%d/%m/%Y"),
            (weights(f32::NAN), "kind_weights", "view=NaN", "from 0 to 1000"),
            (weights(-0.5), "kind_weights", "view=-0.5", "from 0 to 1000"),
            (
                dialect(DialectChoice { delimiter: Some('→'), ..DialectChoice::default() }),
                "dialect.delimiter",
                "'→'",
                "plain character",
            ),
            (
                dialect(DialectChoice { decimal: Some(';'), ..DialectChoice::default() }),
                "dialect.decimal",
                "';'",
                "'.' or ','",
            ),
        ];
        assert_eq!(usual().validate(), Ok(()));
        for (settings, field, value, allowed) in cases {
            let told = settings.validate().expect_err(field);
            assert_eq!((told.field, told.value.as_str()), (field, value));
            assert!(told.allowed.contains(allowed), "{told}");
        }
    }

    #[test]
    fn what_a_saved_model_says_of_itself_is_held_to_the_same() {
        let usual = ForecastConfig::default;
        assert_eq!(check_config(&usual()), Ok(()));
        for (config, field) in [
            (usual().shaped(NetworkShape { hidden: -5, ..NetworkShape::default() }), "network.hidden"),
            (ForecastConfig { members: 0, ..usual() }, "members"),
            (ForecastConfig { max_epochs: 0, ..usual() }, "max_epochs"),
            (ForecastConfig { batch_users: 0, ..usual() }, "batch_users"),
            (ForecastConfig { horizon: 0, ..usual() }, "horizon"),
            (ForecastConfig { levels: vec![99], ..usual() }, "levels"),
        ] {
            assert_eq!(check_config(&config).map_err(|bad| bad.field), Err(field));
        }
    }

    #[test]
    fn numbers_of_trials_and_origins_have_bounds_too() {
        assert!(check_trials(2).is_ok() && check_trials(1).is_err() && check_trials(1001).is_err());
        assert!(check_origins(1).is_ok() && check_origins(0).is_err() && check_origins(121).is_err());
    }
}
