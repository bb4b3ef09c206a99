//! Named interests: regions of the language model's space.

use serde::{Deserialize, Serialize};

/// Where an interest comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Found by clustering.
    Found,
}

/// One interest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interest {
    /// A name a person recognises.
    pub label: String,
    /// The words that set it apart from the others, strongest first.
    pub terms: Vec<String>,
    /// Its share of all events, from 0 to 1.
    pub share: f64,
    /// Where it comes from.
    pub source: Source,
}

/// The interests of a log and each text's place among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterestSpace {
    /// The interests, largest share first.
    pub interests: Vec<Interest>,
    /// Length of a vector.
    pub dim: usize,
    /// Unit centroids, interests × `dim`, row by row.
    pub centroids: Vec<f32>,
    /// The interest of each text, by text number.
    pub text_interest: Vec<u16>,
    /// How surely each text belongs to its interest, from 0 to 1, by text number.
    pub text_weight: Vec<f32>,
}

impl InterestSpace {
    /// How many interests there are.
    pub fn len(&self) -> usize {
        self.interests.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.interests.is_empty()
    }
}
