//! Everything a run depends on besides the data itself.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::calendar::PeriodLength;
use crate::events::Mapping;
use crate::language::{DeviceChoice, PrecisionChoice};

/// How many interests to look for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InterestCount {
    /// A sensible number for the log.
    #[default]
    Auto,
    /// This many.
    Fixed(u16),
}

impl fmt::Display for InterestCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(number) => write!(f, "{number}"),
        }
    }
}

impl FromStr for InterestCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            _ if text == "auto" => Ok(Self::Auto),
            Ok(number @ 2..=512) => Ok(Self::Fixed(number)),
            _ => Err(format!("`{text}` is no number of interests; use auto or a number from 2 to 512")),
        }
    }
}

/// The settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The log: files, folders or globs.
    pub inputs: Vec<PathBuf>,
    /// Which columns play which roles; what is open is guessed.
    pub mapping: Mapping,
    /// How times are written, in strftime's notation, where they can be read two ways.
    pub time_format: Option<String>,
    /// Baskets that begin so are returns, as quantities below zero are; guessed when not given.
    pub returns_prefix: Option<String>,
    /// How long a period is; chosen from the data when not given.
    pub period: Option<PeriodLength>,
    /// How many interests.
    pub interests: InterestCount,
    /// How many periods ahead.
    pub horizon: usize,
    /// Levels of the bands, percent.
    pub levels: Vec<u8>,
    /// Directory of the language model; the built-in all-MiniLM-L6-v2 when not given.
    pub language_model: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// What the language model computes in.
    pub precision: PrecisionChoice,
    /// Every random choice comes from it.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            mapping: Mapping::default(),
            time_format: None,
            returns_prefix: None,
            period: None,
            interests: InterestCount::Auto,
            horizon: 3,
            levels: vec![50, 80, 95],
            language_model: None,
            device: DeviceChoice::Auto,
            precision: PrecisionChoice::Auto,
            seed: 7,
        }
    }
}
