//! The models by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator as _;

use super::config::CellKind;

/// The models by name; those made of others last.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ModelKind {
    /// The share of all events before the origin.
    Popularity,
    /// The user's last active period.
    Last,
    /// The user's past.
    Mean,
    /// The user's past, the nearer the heavier.
    Ewma,
    /// `ewma` times the market's recent change.
    Drift,
    /// `ewma` times the change of the market that exponential smoothing expects.
    Ets,
    /// The same with the theta method.
    Theta,
    /// The same with ARIMA.
    Arima,
    /// Simple forecasts and what a user's topics add to them, weighed in log-shares in closed form.
    Pool,
    /// A long short-term memory that corrects simple forecasts.
    Lstm,
    /// The same with gated recurrent units.
    Gru,
    /// All of them, weighed by how well each did on past origins.
    #[default]
    Ensemble,
    /// All of them, each with the same weight.
    Average,
    /// The mean of those that agree with most on the leading interest.
    Vote,
}

/// What a forecast rests on. While all models are fitted, those of the lower tiers have answers long before the others.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Tier {
    /// Simple models.
    Simple,
    /// Classical models of the market's series and the pool beside them.
    Classical,
    /// Networks, and mixtures of all models.
    Networks,
    /// All models, with bands.
    Bands,
}

impl ModelKind {
    /// The tier that it belongs to.
    pub fn tier(self) -> Tier {
        match self {
            Self::Popularity | Self::Last | Self::Mean | Self::Ewma => Tier::Simple,
            Self::Drift | Self::Ets | Self::Theta | Self::Arima | Self::Pool => Tier::Classical,
            Self::Lstm | Self::Gru | Self::Ensemble | Self::Average | Self::Vote => Tier::Networks,
        }
    }

    /// The name in files, tables and on the command line.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a spreadsheet could make it. Every backtest holds these.
    pub fn is_simple(self) -> bool {
        matches!(self, Self::Popularity | Self::Last | Self::Mean | Self::Ewma)
    }

    /// Whether fitting it takes epochs.
    pub fn is_trained(self) -> bool {
        self.cell().is_some()
    }

    /// The recurrent layer of a network; none for other models.
    pub fn cell(self) -> Option<CellKind> {
        match self {
            Self::Lstm => Some(CellKind::Lstm),
            Self::Gru => Some(CellKind::Gru),
            _ => None,
        }
    }

    /// Whether it is made of the others' answers.
    pub fn is_made_of_others(self) -> bool {
        matches!(self, Self::Ensemble | Self::Average | Self::Vote)
    }
}

impl FromStr for ModelKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = || Self::iter().map(Self::name).collect::<Vec<_>>().join(", ");
        let found = Self::iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| format!("`{text}` is no model; use one of {}", names()))
    }
}

/// A model among others: of a kind, or the twin of a network that knows no texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ModelName {
    /// What it is.
    pub kind: ModelKind,
    /// Whether it was trained without the texts' vectors.
    pub without_text: bool,
}

/// What the name of a twin ends in.
const WITHOUT: &str = "-without-text";

impl ModelName {
    /// The twin that knows no texts.
    pub fn twin_of(kind: ModelKind) -> Self {
        Self { kind, without_text: true }
    }

    /// Whether a spreadsheet could make it.
    pub fn is_simple(self) -> bool {
        self.kind.is_simple() && !self.without_text
    }
}

impl From<ModelKind> for ModelName {
    fn from(kind: ModelKind) -> Self {
        Self { kind, without_text: false }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.name(), if self.without_text { WITHOUT } else { "" })
    }
}

impl FromStr for ModelName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.strip_suffix(WITHOUT);
        Ok(Self { kind: network.unwrap_or(text).parse()?, without_text: network.is_some() })
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for ModelName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Who foresees activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum ActivitySource {
    /// The chance by a hazard model, times the user's recent mean drawn towards the market's.
    Simple,
    /// A network.
    Model(ModelName),
}

/// What the simple forecaster of activity is called.
const SIMPLE: &str = "simple";

impl From<ModelKind> for ActivitySource {
    fn from(kind: ModelKind) -> Self {
        Self::Model(kind.into())
    }
}

impl fmt::Display for ActivitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple => f.write_str(SIMPLE),
            Self::Model(name) => name.fmt(f),
        }
    }
}

impl From<ActivitySource> for String {
    fn from(source: ActivitySource) -> Self {
        source.to_string()
    }
}

impl TryFrom<String> for ActivitySource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == SIMPLE { Ok(Self::Simple) } else { Ok(Self::Model(text.parse()?)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_as_it_is_written() {
        for kind in ModelKind::iter() {
            for name in [ModelName::from(kind), ModelName::twin_of(kind)] {
                assert_eq!(name.to_string().parse(), Ok(name));
                let source = ActivitySource::Model(name);
                assert_eq!(ActivitySource::try_from(String::from(source)), Ok(source));
            }
            assert_eq!(serde_json::to_string(&ModelName::from(kind)).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!(ActivitySource::try_from("simple".to_owned()), Ok(ActivitySource::Simple));
        assert!(ModelName::from_str("lstm-without").is_err() && ModelName::from_str("").is_err());
    }
}
