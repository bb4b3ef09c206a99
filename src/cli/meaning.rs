//! What of a log counts, and how much: filters, kinds of events, purchases called off; and what was said last time.

use clap::Args;

use crate::events::{self, ColumnReport, Filter, KindWeights};
use crate::observe::Watch;
use crate::pipeline;
use crate::project::{Presets, Settings};

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

    /// Reads as last time where nothing is said about how to read and something was kept for this header. That is said
    /// on standard error whatever else is: nobody should wonder why a log is read otherwise than guessed.
    pub(super) fn recall(&self, settings: &mut Settings) {
        let presets = Presets::open_default();
        if self.fresh || presets.is_empty() || settings.says_how_to_read() {
            return;
        }
        // A log that cannot be looked into is refused with its reason when it is read.
        let found = header(settings).and_then(|header| presets.find(names(&header)));
        if let Some(preset) = found {
            settings.read_as(&preset.reading);
            eprintln!("Note: {} Say --fresh to do without.", preset.words());
        }
    }

    /// Keeps how the log was read, if that was asked for; what says nothing takes the place of what was kept, so
    /// `--fresh --remember` forgets.
    pub(super) fn keep(&self, settings: &Settings) -> anyhow::Result<()> {
        let Some(header) = header(settings).filter(|_| self.remember) else { return Ok(()) };
        let presets = Presets::open_default();
        if settings.says_how_to_read() {
            let place = presets.keep(names(&header), settings)?;
            eprintln!("Note: Kept for the next log with these columns: {}", place.display());
        } else if presets.forget(names(&header)) {
            eprintln!("Note: What was kept for logs with these columns is forgotten.");
        }
        Ok(())
    }
}

/// The columns of a log, if it can be looked into.
fn header(settings: &Settings) -> Option<Vec<ColumnReport>> {
    let options = pipeline::read_options(settings);
    events::preview(&settings.inputs, &options, &Watch::silent()).ok().map(|look| look.columns)
}

fn names(columns: &[ColumnReport]) -> impl Iterator<Item = &str> + Clone {
    columns.iter().map(|column| column.name.as_str())
}
