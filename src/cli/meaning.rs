//! What of a log counts, and how much: filters, kinds of events, purchases called off; and what was said last time.

use clap::Args;

use crate::events::{Filter, KindWeights};
use crate::project::Settings;

/// What of the log counts.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What of the log counts")]
pub(super) struct MeaningArguments {
    /// Take only rows of which this holds, before anything else: COL=VALUE, COL!=VALUE, COL<VALUE (or <=, >, >=),
    /// 'COL in A,B' or 'COL not in A,B'. Given several times, all must hold.
    #[arg(long = "where", value_name = "CONDITION")]
    pub(super) filters: Vec<Filter>,
    /// How much an event of each kind counts, as in purchase=1,view=0.1; `*` stands for all others, and 0 leaves a
    /// kind out [default: 1 each].
    #[arg(long, value_name = "KIND=WEIGHT,…")]
    pub(super) kind_weights: Option<KindWeights>,
    /// Let purchases that were called off within a day stay events, and their cancellations returns.
    #[arg(long)]
    pub(super) keep_called_off: bool,
    /// Keep what is said here about columns, times and rows for the next log with the same header.
    #[arg(long)]
    pub(super) remember: bool,
    /// Do not take what was kept for this header.
    #[arg(long)]
    pub(super) fresh: bool,
}

impl MeaningArguments {
    /// Puts what is said here over the settings.
    pub(super) fn apply(&self, settings: &mut Settings) {
        if !self.filters.is_empty() {
            settings.filters.clone_from(&self.filters);
        }
        if let Some(weights) = &self.kind_weights {
            settings.kind_weights.clone_from(weights);
        }
        settings.keep_called_off |= self.keep_called_off;
    }
}
