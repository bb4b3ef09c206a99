//! The program: arguments → the command line or the window.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use driftline::app::{self, Opening};
use driftline::cli::{self, Arguments, exit};
use driftline::pipeline::{Engine, Store, ThreadEngine};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ExitCode::from(match &arguments.command {
        Some(command) => cli::run(command, app::display_available()),
        None => window(arguments.paths),
    })
}

/// Opens the window and answers the exit code.
fn window(paths: Vec<PathBuf>) -> u8 {
    if let Some(path) = paths.iter().find(|path| !path.exists() && !is_glob(path)) {
        cli::tell(&format!("there is no command and no file of that name; see driftline --help: {}", path.display()));
        return exit::INPUT;
    }
    if !app::display_available() {
        cli::tell(&cli::without_display());
        return exit::INPUT;
    }
    match app::run(Box::new(start), opening(paths)) {
        Ok(()) => exit::DONE,
        Err(error) => {
            cli::tell(&format!("{error:#}"));
            exit::INPUT
        }
    }
}

/// A project, or the logs of a new one.
fn opening(mut paths: Vec<PathBuf>) -> Opening {
    let is_project = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron"));
    match paths.as_slice() {
        [] => Opening::Nothing,
        [path] if is_project(path) => Opening::Project(paths.remove(0)),
        _ => Opening::Logs(paths),
    }
}

fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

fn start(wake: Arc<dyn Fn() + Send + Sync>) -> Box<dyn Engine> {
    match ThreadEngine::start(Store::open_default(), wake) {
        Ok(engine) => Box::new(engine),
        Err(error) => {
            cli::tell(&format!("the system gave no thread to work on: {error}"));
            std::process::exit(i32::from(exit::FAULT))
        }
    }
}
