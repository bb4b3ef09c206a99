//! Set-up, run and test of Driftline: `cargo xtask`.
//!
//! Fetches libtorch and the pre-trained language model once, points `target/libtorch` at the first, and hands over to
//! cargo. It depends on no crate, so that it is there within seconds on a machine that has never seen the project.

mod cache;
mod fetch;
mod generate;
mod link;
mod platform;
mod tools;
mod wheels;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// A message for a person: what happened, why, what to do.
type Fallible<T> = Result<T, String>;

const USAGE: &str = "\
Set-up, run and test of Driftline.

  cargo xtask setup            fetch libtorch and the language model, once
  cargo xtask run [-- ARGS]    set up, build, and start driftline with ARGS;
                               without ARGS, the window with the sample project
  cargo xtask test [-- ARGS]   set up, and run `cargo test --workspace ARGS`
  cargo xtask generate-log     make a made-up shop's log of any size; --help says more

  DRIFTLINE_CACHE=DIR          keep what is fetched in DIR, not in the system's cache folder
  DRIFTLINE_LIBTORCH=DIR       use the libtorch in DIR (with lib/ and include/), fetch none";

/// What `cargo xtask run` opens when it is told nothing else, from the repository's root.
const SAMPLE_PROJECT: &str = "sample_data/online_retail_II.ron";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((command, rest)) => dispatch(command, rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest)),
        None => Err(format!("no command was given\n\n{USAGE}")),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, rest: &[String]) -> Fallible<ExitCode> {
    let root = root();
    match command {
        "setup" if rest.is_empty() => set_up(&root).map(|()| ExitCode::SUCCESS),
        "run" => {
            set_up(&root)?;
            run(&root, rest)
        }
        "test" => {
            set_up(&root)?;
            become_child(cargo(&root, &["test", "--workspace"]).args(rest))
        }
        "generate-log" => generate::run(rest).map(|()| ExitCode::SUCCESS),
        "help" | "--help" | "-h" => {
            eprintln!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(format!("`{command}` is no command, or takes no arguments\n\n{USAGE}")),
    }
}

/// The repository's root.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Everything that a build needs and cargo does not bring.
fn set_up(root: &Path) -> Fallible<()> {
    let cache = cache::folder()?;
    let libtorch = match std::env::var_os("DRIFTLINE_LIBTORCH") {
        Some(own) => link::check_libtorch(Path::new(&own))?,
        None => fetch::bundle(&cache, &platform::libtorch()?)?,
    };
    fetch::bundle(&cache, &platform::model())?;
    link::point(&root.join("target"), &libtorch)?;
    tools::check_compiler()
}

fn run(root: &Path, arguments: &[String]) -> Fallible<ExitCode> {
    let build = cargo(root, &["build", "--package", "driftline", "--bin", "driftline"])
        .status()
        .map_err(|e| format!("cargo could not be started: {e}"))?;
    if !build.success() {
        return Ok(ExitCode::FAILURE);
    }
    let mut program = cargo(root, &["run", "--quiet", "--package", "driftline", "--bin", "driftline", "--"]);
    if arguments.is_empty() {
        program.arg(root.join(SAMPLE_PROJECT));
    }
    become_child(program.args(arguments))
}

/// Cargo on this workspace, wherever within it the command was given.
fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let (verb, options) = arguments.split_at(1);
    command.args(verb).arg("--manifest-path").arg(root.join("Cargo.toml")).args(options);
    if cfg!(windows) {
        // Windows knows no rpath: it looks for libraries along PATH.
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = std::iter::once(root.join("target/libtorch/lib")).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(places) {
            command.env("PATH", path);
        }
    }
    command
}

/// Gives this process over to another program, so that Ctrl-C, exit code and standard streams are its own.
#[cfg(unix)]
fn become_child(command: &mut Command) -> Fallible<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    Err(format!("cargo could not be started: {}", command.exec()))
}

/// Runs another program and answers its exit code.
#[cfg(not(unix))]
fn become_child(command: &mut Command) -> Fallible<ExitCode> {
    let status = command.status().map_err(|e| format!("cargo could not be started: {e}"))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
