//! What can keep a forecast from being made.

use crate::calendar::PeriodLength;
use crate::observe::Cancelled;

/// Why there is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum ForecastError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
    /// The log is too short.
    #[error(
        "the log has {periods} whole {length}s, and a forecast needs at least {needed}: \
         choose a shorter period or a longer log"
    )]
    TooShort {
        /// Whole periods there are.
        periods: i32,
        /// How long they are.
        length: PeriodLength,
        /// Whole periods it takes.
        needed: i32,
    },
    /// The log reaches over more periods than are walked through.
    #[error(
        "from its first event to its last the log has {periods} {length}s, of which {active} have events, and at most \
         {most} are walked through: choose a longer --period, or say with --first and --last where the log begins and \
         ends"
    )]
    TooWide {
        /// Whole periods there are.
        periods: i32,
        /// How long they are.
        length: PeriodLength,
        /// Those of them that have events.
        active: usize,
        /// How many may be.
        most: i32,
    },
    /// Nobody has come back.
    #[error(
        "no user is active in more than one {length}, so there is nothing to learn from: \
         choose a shorter period or check which column is the user"
    )]
    NobodyReturns {
        /// How long the periods are.
        length: PeriodLength,
    },
    /// A saved model does not fit what is asked of it.
    #[error("the saved model does not fit: {0}")]
    Misfit(String),
    /// libtorch failed.
    #[error("libtorch failed: {0}")]
    Torch(#[from] tch::TchError),
    /// Weights could not be packed.
    #[error("the network's weights could not be packed: {0}")]
    Weights(#[from] safetensors::SafeTensorError),
}
