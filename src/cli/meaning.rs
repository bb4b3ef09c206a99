//! What of a log counts, and how much: filters, kinds of events, purchases called off; and what was said last time.

use clap::Args;
use jiff::civil::Date;

use super::Misuse;
use crate::events::{self, ColumnReport, Filter, KindWeights};
use crate::observe::Watch;
use crate::pipeline;
use crate::project::{Keeper, Preset, Presets, Settings};

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
    /// The log's first day, as in 2022-01-01: rows before it are left out, all others of that end count [default: the
    /// first day of the rows that carry the log; rows far from all others in time are left out and named].
    #[arg(long, value_name = "DATE")]
    pub(super) first: Option<Date>,
    /// The log's last day, likewise; a last period that ends by then is whole.
    #[arg(long, value_name = "DATE")]
    pub(super) last: Option<Date>,
    /// Let rows that are equal to an earlier one in every column be events of their own.
    #[arg(long)]
    pub(super) keep_duplicates: bool,
    /// Keep what is said here about columns, times and rows for the next log with the same header; with a name, as in
    /// --remember=orders, for --preset.
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(super) remember: Option<String>,
    /// Read the log as it was kept under this name; `window` is what the window kept for these columns, `remembered` what
    /// --remember did. What else is said here wins.
    #[arg(long, value_name = "NAME", conflicts_with = "fresh")]
    pub(super) preset: Option<String>,
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
        settings.keep_duplicates |= self.keep_duplicates;
        settings.first = self.first.or(settings.first);
        settings.last = self.last.or(settings.last);
    }

    /// Reads as last time where nothing is said about how to read and something was kept for this header. That is said
    /// on standard error whatever else is: nobody should wonder why a log is read otherwise than guessed.
    pub(super) fn recall(&self, settings: &mut Settings) {
        let presets = Presets::open_default();
        if self.fresh || self.preset.is_some() || presets.is_empty() || settings.says_how_to_read() {
            return;
        }
        // A log that cannot be looked into is refused with its reason when it is read. What the window kept is not taken:
        // a click there must not change what a script reads here.
        let found = header(settings).and_then(|header| presets.find(Keeper::CommandLine, names(&header)));
        if let Some(preset) = found {
            settings.read_as(&preset.reading);
            eprintln!("Note: {} Say --fresh to do without.", preset.words());
        }
    }

    /// Takes the preset that is named, before what else is said.
    ///
    /// # Errors
    /// If nothing is kept under the name.
    pub(super) fn take_named(&self, settings: &mut Settings) -> anyhow::Result<()> {
        let Some(name) = &self.preset else { return Ok(()) };
        let presets = Presets::open_default();
        let kept_by = |keeper| presets.find(keeper, names(&header(settings)?));
        let found = match name.as_str() {
            Preset::WINDOW => header(settings).and_then(|header| presets.find_for_window(names(&header))),
            Preset::REMEMBERED => kept_by(Keeper::CommandLine),
            name => presets.named(name),
        };
        let Some(preset) = found else {
            let known = presets.names();
            let known = if known.is_empty() { "no name is".into() } else { format!("kept are {}", known.join(", ")) };
            let why = match name.as_str() {
                Preset::WINDOW | Preset::REMEMBERED => "nothing is kept there for a log with these columns".to_owned(),
                _ => format!("nothing is kept under that name, {known}; keep it with --remember={name}"),
            };
            return Err(Misuse(format!("--preset {name}: {why}")).into());
        };
        settings.read_as(&preset.reading);
        Ok(())
    }

    /// Keeps how the log was read, if that was asked for; what says nothing takes the place of what was kept, so
    /// `--fresh --remember` forgets.
    pub(super) fn keep(&self, settings: &Settings) -> anyhow::Result<()> {
        let Some(name) = &self.remember else { return Ok(()) };
        let Some(header) = header(settings) else { return Ok(()) };
        let presets = Presets::open_default();
        if !name.is_empty() {
            let place = presets.keep_named(name, names(&header), settings)?;
            eprintln!("Note: Kept for --preset {name}: {}", place.display());
        } else if settings.says_how_to_read() {
            let place = presets.keep(Keeper::CommandLine, names(&header), settings)?;
            eprintln!("Note: Kept for the next log with these columns: {}", place.display());
        } else if presets.forget(Keeper::CommandLine, names(&header)) {
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
