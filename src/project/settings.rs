//! Everything a run depends on besides the data itself.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::PeriodLength;
use crate::events::{DialectChoice, Filter, KindWeights, Mapping};
use crate::forecast::{ModelKind, NetworkShape};
use crate::interests::VectorsAsked;
use crate::language::{DeviceChoice, PrecisionChoice};
use crate::report::TableFormat;

/// How many interests.
pub const INTERESTS: RangeInclusive<u16> = 2..=512;

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
            Ok(number) if INTERESTS.contains(&number) => Ok(Self::Fixed(number)),
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
    /// How a text file writes its table; what is open is found out.
    pub dialect: DialectChoice,
    /// The log's time zone, by its name or as an offset; UTC when not given.
    pub time_zone: Option<String>,
    /// Whether files that are broken are left out, instead of the log being refused.
    pub skip_broken: bool,
    /// Rows count only if all of these hold.
    pub filters: Vec<Filter>,
    /// How much an event of each kind counts; 1 where nothing is said.
    pub kind_weights: KindWeights,
    /// Whether purchases called off within a day stay events, and their cancellations returns.
    pub keep_called_off: bool,
    /// The log's first and last day; where not given, those of the rows that carry it.
    pub first: Option<Date>,
    /// See [`Self::first`].
    pub last: Option<Date>,
    /// Whether rows that are equal to an earlier one in every column are events too.
    pub keep_duplicates: bool,
    /// How long a period is; chosen from the data when not given.
    pub period: Option<PeriodLength>,
    /// How many interests.
    pub interests: InterestCount,
    /// In which vectors interests and topics are found.
    pub vectors: VectorsAsked,
    /// Which model forecasts.
    pub model: ModelKind,
    /// How the networks are shaped and trained; as chosen for most logs when not given. `--tune` finds one.
    pub network: Option<NetworkShape>,
    /// How many periods ahead.
    pub horizon: usize,
    /// Levels of the bands, percent.
    pub levels: Vec<u8>,
    /// Whether a band holds for a whole path at once instead of for each period by itself.
    pub joint: bool,
    /// Directory of the language model; the built-in all-MiniLM-L6-v2 when not given.
    pub language_model: Option<PathBuf>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// What the language model computes in.
    pub precision: PrecisionChoice,
    /// Every random choice comes from it.
    pub seed: u64,
    /// The preset that says how the log is read, by its name. A record: what it said stands in these settings, and from a
    /// file nothing is read by it.
    pub preset: Option<String>,
    /// How tables are written.
    pub tables: TableFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            mapping: Mapping::default(),
            time_format: None,
            returns_prefix: None,
            dialect: DialectChoice::default(),
            time_zone: None,
            skip_broken: false,
            filters: Vec::new(),
            kind_weights: KindWeights::default(),
            keep_called_off: false,
            first: None,
            last: None,
            keep_duplicates: false,
            period: None,
            interests: InterestCount::Auto,
            vectors: VectorsAsked::default(),
            model: ModelKind::default(),
            network: None,
            horizon: 3,
            levels: vec![50, 80, 95],
            joint: false,
            language_model: None,
            device: DeviceChoice::Auto,
            precision: PrecisionChoice::Auto,
            seed: 7,
            preset: None,
            tables: TableFormat::Parquet,
        }
    }
}
