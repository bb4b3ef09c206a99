//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::dialect::DialectArguments;
use super::meaning::MeaningArguments;
use crate::calendar::PeriodLength;
use crate::forecast::ModelKind;
use crate::interests::VectorsAsked;
use crate::language::{DeviceChoice, PrecisionChoice};
use crate::project::InterestCount;
use crate::report::TableFormat;

/// Shows where each user's interests are heading.
///
/// Without a command it opens the window, on a project or on logs.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do without a window.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// A project (.ron) to open, or the logs of a new one.
    #[arg(value_name = "PROJECT | LOG")]
    pub paths: Vec<PathBuf>,
}

/// The commands that need no window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is in a log: columns, guessed roles, what cleaning keeps and leaves out, and why.
    Inspect(InspectArguments),
    /// Write a log's distinct texts and their vectors.
    Embed(EmbedArguments),
    /// Walk the whole road: interests, trajectories, training, forecasts with bands.
    Forecast(ForecastArguments),
    /// Let a saved model learn on from further logs, and say how far it moved.
    Update(UpdateArguments),
    /// Set every model against the past, from several origins.
    Backtest(BacktestArguments),
    /// Rank what each user will want next, each item with its reason.
    Recommend(RecommendArguments),
    /// Say what each user will be worth over the next days.
    Value(ValueArguments),
    /// Say what is kept between runs, and clear it away.
    Cache(CacheArguments),
    /// Check that every part works: libtorch, device, language model, cache, fonts, display.
    Doctor(DoctorArguments),
}

/// `driftline inspect`.
#[derive(Debug, Args)]
pub struct InspectArguments {
    #[command(flatten)]
    pub(super) log: LogArguments,
    /// Write the rows that are left out to this file, each with its file, line and reason.
    #[arg(long, value_name = "FILE.csv")]
    pub(super) rejected: Option<PathBuf>,
    /// Write the table as it is read to this file, every record with its fields as text, and do no more: no column
    /// needs a role then.
    #[arg(long, value_name = "FILE.csv", conflicts_with = "rejected")]
    pub(super) table: Option<PathBuf>,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// `driftline embed`.
#[derive(Debug, Args)]
pub struct EmbedArguments {
    #[command(flatten)]
    pub(super) log: LogArguments,
    /// The Parquet file to write (columns `text`, `embedding`).
    #[arg(long, value_name = "FILE.parquet")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) model: ModelArguments,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// `driftline forecast`.
#[derive(Debug, Args)]
pub struct ForecastArguments {
    #[command(flatten)]
    pub(super) road: RoadArguments,
    /// Forecast with a saved model (what a forecast wrote, or the folder `model` in it) instead of training one; period,
    /// interests, horizon and the like are the model's.
    #[arg(long, value_name = "DIR", conflicts_with = "tune")]
    pub(super) model_dir: Option<PathBuf>,
    /// Before training, try N shapes of the networks (width, depth, dropout, learning rate, weight decay, window) and
    /// take the best on past periods.
    #[arg(long, value_name = "N")]
    pub(super) tune: Option<usize>,
    /// Tell on standard error what is forecast so far, by which model, and after how many seconds.
    #[arg(long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

/// `driftline update`.
#[derive(Debug, Args)]
pub struct UpdateArguments {
    /// What `driftline forecast` wrote.
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// The further logs. They are read together with the model's own; rows in both count once.
    #[arg(value_name = "NEWLOG", required = true)]
    pub(super) logs: Vec<PathBuf>,
    /// The folder to write the results to [default: DIR].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Where to compute: auto, cpu, cuda or cuda:N [default: as the model's run].
    #[arg(long, value_name = "DEVICE")]
    pub(super) device: Option<DeviceChoice>,
    /// How tables are written: as Parquet files for programs, as CSV files for spreadsheets, or both [default: as the
    /// model's run].
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) tables: Option<TableFormat>,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// `driftline backtest`.
#[derive(Debug, Args)]
pub struct BacktestArguments {
    #[command(flatten)]
    pub(super) road: RoadArguments,
    /// How many of the last whole periods are looked at from right before, one period ahead.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) origins: usize,
    /// Train each network a second time without the texts' vectors and topics, and tell the difference.
    #[arg(long)]
    pub(super) ablation: bool,
}

/// `driftline recommend`.
#[derive(Debug, Args)]
pub struct RecommendArguments {
    #[command(flatten)]
    pub(super) log: LogArguments,
    /// The folder to write the results to.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// A day of the past: nothing from it on is seen, and every model is scored on what was taken then [default: the end
    /// of the log, without scores].
    #[arg(long, value_name = "DATE")]
    pub(super) cut: Option<Date>,
    /// Days of the window that is asked about.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(super) days: u32,
    /// Items for each user.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) top: usize,
    /// Where every random choice comes from [default: 7].
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// How tables are written: as Parquet files for programs, as CSV files for spreadsheets, or both [default: parquet].
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) tables: Option<TableFormat>,
    #[command(flatten)]
    pub(super) model: ModelArguments,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// `driftline value`.
#[derive(Debug, Args)]
pub struct ValueArguments {
    #[command(flatten)]
    pub(super) log: LogArguments,
    #[arg(long, value_name = "DIR", help = "The folder to write the results to")]
    pub(super) out: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 90, help = "How many days ahead")]
    pub(super) days: u32,
    #[arg(long, value_name = "DATE", help = "Stand on this day of the past and score every model")]
    pub(super) cut: Option<Date>,
    #[arg(long, value_enum, value_name = "FORMAT", help = "How tables are written [default: parquet]")]
    pub(super) tables: Option<TableFormat>,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// The settings of a road to forecasts.
#[derive(Debug, Args)]
pub(super) struct RoadArguments {
    #[command(flatten)]
    pub(super) log: LogArguments,
    /// The folder to write the results to.
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// How long a period is [default: chosen from the log].
    #[arg(long, value_enum)]
    pub(super) period: Option<PeriodLength>,
    /// How many interests: auto or a number [default: auto].
    #[arg(long, value_name = "auto|N")]
    pub(super) interests: Option<InterestCount>,
    /// In which vectors interests are found: raw as the language model gives them, or words mapped to behaviour where
    /// the log's past shows that this is better [default: raw].
    #[arg(long, value_name = "raw|behaviour")]
    pub(super) vectors: Option<VectorsAsked>,
    /// The model that forecasts; in a backtest several, separated by commas, beside the simple ones [default: ensemble,
    /// which is what did best on past periods; in a backtest all].
    #[arg(long = "model", value_name = "MODEL", value_delimiter = ',')]
    pub(super) chosen_models: Option<Vec<ModelKind>>,
    /// Draw bands that hold for a whole path at once instead of for each period by itself.
    #[arg(long)]
    pub(super) joint: bool,
    /// How many periods ahead [default: 3].
    #[arg(long, value_name = "H")]
    pub(super) horizon: Option<usize>,
    /// Levels of the bands in percent, of 50, 80 and 95 [default: 50,80,95].
    #[arg(long, value_name = "LEVELS", value_delimiter = ',')]
    pub(super) level: Option<Vec<u8>>,
    /// Where every random choice comes from [default: 7].
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// How tables are written: as Parquet files for programs, as CSV files for spreadsheets, or both [default: parquet].
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) tables: Option<TableFormat>,
    #[command(flatten)]
    pub(super) model: ModelArguments,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// `driftline cache`.
#[derive(Debug, Args)]
pub struct CacheArguments {
    /// What to do with what is kept.
    #[arg(value_enum, default_value_t)]
    pub(super) action: CacheAction,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// What to do with what is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CacheAction {
    /// Say what is kept, and how much.
    #[default]
    Show,
    /// Delete the vectors of texts, the results of stages and how far unfinished trainings have come; models, libtorch
    /// and presets stay.
    Clear,
}

/// `driftline doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub(super) model: ModelArguments,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// Which log, and how to read it.
#[derive(Debug, Default, Args)]
pub(super) struct LogArguments {
    /// CSV (also .gz, .zst, .zip) and Parquet files, folders or globs of them.
    #[arg(value_name = "LOG")]
    pub(super) logs: Vec<PathBuf>,
    /// Settings from a file or a project; what is given here wins.
    #[arg(long, value_name = "FILE.ron")]
    pub(super) settings: Option<PathBuf>,
    /// The column that says who.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) user: Option<String>,
    /// The column that says when.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) time: Option<String>,
    /// The columns that say what, in words.
    #[arg(
        long,
        value_name = "COL,…",
        value_delimiter = ',',
        help_heading = "Roles of columns; guessed where not given"
    )]
    pub(super) text: Vec<String>,
    /// The item's code.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) item: Option<String>,
    /// The basket, order or visit.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) basket: Option<String>,
    /// The kind of event.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) kind: Option<String>,
    /// How many.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) quantity: Option<String>,
    /// The price of one unit.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) price: Option<String>,
    /// What the event was worth.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) value: Option<String>,
    /// A category that the log has already.
    #[arg(long, value_name = "COL", help_heading = "Roles of columns; guessed where not given")]
    pub(super) category: Option<String>,
    /// How times are written, as in '%d/%m/%Y %H:%M', where that can be read two ways; several notations of one column
    /// with `|` between, as in '%Y-%m-%d|%d/%m/%Y'; a month without a day as in '%Y-%m'.
    #[arg(long, value_name = "FORMAT")]
    pub(super) time_format: Option<String>,
    /// What marks a return, besides a quantity below zero: `basket-prefix:C`.
    #[arg(long, value_name = "RULE", value_parser = returns)]
    pub(super) returns: Option<String>,
    #[command(flatten)]
    pub(super) meaning: MeaningArguments,
    /// Leave out files that are broken instead of refusing the log, and say which.
    #[arg(long)]
    pub(super) skip_broken: bool,
    #[command(flatten)]
    pub(super) dialect: DialectArguments,
}

/// What turns words into vectors, and on what.
#[derive(Debug, Default, Args)]
pub(super) struct ModelArguments {
    /// A language model's directory [default: the built-in all-MiniLM-L6-v2].
    #[arg(long, value_name = "DIR")]
    pub(super) lm: Option<PathBuf>,
    /// Where to compute: auto, cpu, cuda or cuda:N [default: auto].
    #[arg(long, value_name = "DEVICE")]
    pub(super) device: Option<DeviceChoice>,
    /// What the language model computes in: auto, f32 or bf16 [default: auto, bf16 where the device is made for it].
    #[arg(long, value_name = "PRECISION")]
    pub(super) precision: Option<PrecisionChoice>,
}

/// How much is said, and how.
#[derive(Debug, Default, Args)]
pub(super) struct Voice {
    /// Print one JSON object on standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// Say nothing but errors on standard error.
    #[arg(long)]
    pub(super) quiet: bool,
}

/// The prefix in `basket-prefix:C`.
fn returns(text: &str) -> Result<String, String> {
    match text.strip_prefix("basket-prefix:") {
        Some(prefix) if !prefix.is_empty() => Ok(prefix.to_owned()),
        _ => Err(format!("`{text}` is no rule for returns; write basket-prefix:C with the prefix in place of C")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_a_command_paths_go_to_the_window() {
        let arguments = parse("driftline a.csv b.csv").unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.paths.len(), 2);
    }

    #[test]
    fn a_forecast_takes_its_settings() {
        let line = "driftline forecast a.csv --out o --period month --interests 16 --level 80,95 --text Name,Colour \
                    --returns basket-prefix:C";
        let Some(Command::Forecast(arguments)) = parse(line).unwrap().command else { panic!("no forecast") };
        let arguments = arguments.road;
        assert_eq!(arguments.period, Some(PeriodLength::Month));
        assert_eq!(arguments.interests, Some(InterestCount::Fixed(16)));
        assert_eq!(arguments.level, Some(vec![80, 95]));
        assert_eq!(arguments.log.text, ["Name", "Colour"]);
        assert_eq!(arguments.log.returns.as_deref(), Some("C"));
    }

    #[test]
    fn senseless_settings_are_refused_with_a_way_out() {
        for (bad, hint) in [
            ("--interests 1", "auto or a number"),
            ("--vectors words", "raw or behaviour"),
            ("--device gpu", "cuda:N"),
            ("--precision f16", "auto, f32 or bf16"),
            ("--returns C", "basket-prefix:C"),
        ] {
            let error = parse(&format!("driftline forecast a.csv --out o {bad}")).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(hint), "{bad}: {error}");
        }
    }
}
