//! Networks beside their twins that know no texts: what a comparison of them says.

use serde::{Deserialize, Serialize};

use super::difference::Difference;
use crate::forecast::bands::cell::ACTIVITY_GROUPS;
use crate::forecast::kind::ModelName;

/// A network and its twin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ablation {
    /// The network: `lstm`, `gru`.
    pub model: ModelName,
    /// The same without the texts' vectors and topics.
    pub twin: ModelName,
    /// How the two compare one period ahead: over all events, by how much was known of the user, over the events of
    /// texts that nobody had before the origin, and over all others.
    pub parts: Vec<Compared>,
}

/// A network and its twin on some of the events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Which.
    pub part: Part,
    /// Users they are of.
    pub users: u64,
    /// How many they are.
    pub events: f64,
    /// Mean loss of the network, nats per event.
    pub with: f64,
    /// That of its twin.
    pub without: f64,
    /// The twin's loss less the network's: above 0 the vectors help.
    pub better: Difference,
}

/// Some of the events that a backtest asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All.
    All,
    /// Of users with one to three active periods before the origin.
    FewPeriods,
    /// With four to nine.
    SomePeriods,
    /// With ten and more.
    ManyPeriods,
    /// Of texts that nobody had before the origin.
    NewTexts,
    /// Of all other texts.
    KnownTexts,
}

impl Part {
    /// Its name in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::FewPeriods => ACTIVITY_GROUPS[0],
            Self::SomePeriods => ACTIVITY_GROUPS[1],
            Self::ManyPeriods => ACTIVITY_GROUPS[2],
            Self::NewTexts => "new texts",
            Self::KnownTexts => "known texts",
        }
    }

    /// The number of the group of users by activity that it is, if it is one.
    pub fn activity(self) -> Option<usize> {
        [Self::FewPeriods, Self::SomePeriods, Self::ManyPeriods].iter().position(|part| *part == self)
    }
}
