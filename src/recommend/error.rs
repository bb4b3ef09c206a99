//! What can hinder a recommendation.

use crate::observe::Cancelled;

/// Why nothing could be recommended.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
    /// Nothing was taken before the cut.
    #[error(
        "nobody has an event before {cut}, so there is nothing to learn from; the log reaches from {first} to {last}: \
         choose a later --cut"
    )]
    NoPast {
        /// The cut.
        cut: String,
        /// The first day of the log.
        first: String,
        /// The last day of the log.
        last: String,
    },
    /// Nothing was taken from the cut on.
    #[error(
        "the log ends on {last}, and {days} days from {cut} on are asked for; choose an earlier --cut or fewer --days, so \
         that what was taken in the window is known"
    )]
    NoWindow {
        /// The cut.
        cut: String,
        /// The last day of the log.
        last: String,
        /// Days asked for.
        days: i64,
    },
    /// The engine failed.
    #[error("the numerical engine failed: {0}")]
    Engine(#[from] tch::TchError),
}
