//! The vectors in which interests are found: what can be asked for, and what it was in the end.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::item_likelihood::ItemNats;
use crate::calendar::WallTime;

/// The vectors that an analyst asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VectorsAsked {
    /// The language model's own.
    #[default]
    Raw,
    /// Words mapped to behaviour where the log's past says that this is better, else the language model's own.
    Behaviour,
}

impl fmt::Display for VectorsAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "raw",
            Self::Behaviour => "behaviour",
        })
    }
}

impl FromStr for VectorsAsked {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "raw" => Ok(Self::Raw),
            "behaviour" => Ok(Self::Behaviour),
            _ => Err(format!("`{text}` are no vectors; use raw or behaviour")),
        }
    }
}

/// The vectors in which interests and topics are found, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum VectorsUsed {
    /// The language model's own: nothing else was asked for.
    #[default]
    Raw,
    /// The language model's own: there is too little behaviour to learn from.
    TooLittle,
    /// The language model's own, as no mapping was better.
    NotBetter(Comparison),
    /// Words mapped to behaviour.
    Mapped(Comparison),
}

/// The best mapping beside raw vectors, on the same events of the log's past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// By raw vectors, the mean over folds.
    pub raw: ItemNats,
    /// By the best mapping.
    pub mapped: ItemNats,
    /// Directions of behaviour of that mapping.
    pub rank: usize,
    /// Weight of its ridge.
    pub ridge: f64,
    /// Whether the centred text stands beside what it is mapped to.
    pub beside: bool,
    /// The first day of what was held back.
    pub from: WallTime,
    /// Where that ends.
    pub until: WallTime,
}

impl Comparison {
    /// By how much interests found in mapped words say more, in nats an event.
    pub fn gain(&self) -> f64 {
        self.raw.nats - self.mapped.nats
    }
}
