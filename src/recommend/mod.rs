//! What each user will want next, and why.
//!
//! Users × items as they stand at a cut ([`Past`]) → models that each have their say (popularity, what the user takes
//! often and lately, TIFU-KNN, EASE, item neighbours, the language model's vectors) → a mixture of them all, learnt on
//! earlier cuts → the next items of each user with a [`Reason`], and what every model was worth on the window after a cut.

mod error;
mod features;
mod holdout;
mod judge;
mod known;
mod learn;
mod meaning;
mod metrics;
mod mixture;
mod next;
mod past;
mod run;
mod simple;
mod taken;
#[cfg(test)]
mod tests;
mod tifu_knn;
mod together;

pub use error::RecommendError;
pub use judge::{RankingModel, RankingScores};
pub use known::TextVectors;
pub use metrics::Scores;
pub use next::{Reason, Recommendation};
pub use past::Past;
pub use run::{FEWEST_BUYERS, RecommendConfig, Recommended, recommend};
pub use taken::{Take, Taken};
