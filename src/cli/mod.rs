//! The pipeline without a window.
//!
//! Progress and messages go to standard error, a summary to standard output, results to files. What is promised to
//! people's scripts stands in docs/.

mod arguments;
mod backtest;
mod backtest_bands;
mod cache;
mod dialect;
mod doctor;
mod embed;
mod failure;
mod forecast;
mod inspect;
mod interrupt;
mod meaning;
mod output;
mod progress;
mod recommend;
mod settings;
mod update;
mod value;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use arguments::{Arguments, BacktestArguments, Command, UpdateArguments, ValueArguments};
pub use failure::{Misuse, tell};

/// What the program ends with.
pub mod exit {
    /// Everything was done.
    pub const DONE: u8 = 0;
    /// The program is at fault.
    pub const FAULT: u8 = 1;
    /// The input, the arguments or the place for results are at fault.
    pub const INPUT: u8 = 2;
    /// Somebody asked to stop.
    pub const CANCELLED: u8 = 130;
}

/// That no window can be opened here, and which commands need none.
pub fn without_display() -> String {
    let command = <Arguments as clap::CommandFactory>::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    format!(
        "there is no display to open a window on; without one, use one of {}, as in: driftline forecast LOG --out DIR",
        names.join(", ")
    )
}

/// Carries a command out and tells, if it fails, why. `display` says whether a window could be opened here.
///
/// Answers the program's exit code.
pub fn run(command: &Command, display: bool) -> u8 {
    let done = catch_unwind(AssertUnwindSafe(|| match command {
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Embed(arguments) => embed::run(arguments),
        Command::Forecast(arguments) => forecast::run(arguments),
        Command::Update(arguments) => update::run(arguments),
        Command::Backtest(arguments) => backtest::run(arguments),
        Command::Recommend(arguments) => recommend::run(arguments),
        Command::Value(arguments) => value::run(arguments),
        Command::Cache(arguments) => cache::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments, display),
    }));
    match done {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => failure::report(&error),
        Err(_) => {
            tell("this is a fault of Driftline; report it with what stands above");
            exit::FAULT
        }
    }
}
