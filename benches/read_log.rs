//! How long one log takes to become an event table: `read_log LOG...` reads it once and prints one JSON object with the
//! seconds in all and by stage, those of the first look, the peak of memory and what was kept. `read_log.py` runs it
//! beside pandas, polars and DuckDB. With `--preview` it looks only, as the window does first, and prints the seconds of
//! the look.

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use driftline::events::{self, ReadOptions};
use driftline::observe::Watch;
use serde_json::json;

fn main() -> ExitCode {
    // `cargo bench` adds `--bench`.
    let inputs: Vec<PathBuf> = std::env::args_os()
        .skip(1)
        .filter(|argument| argument != "--bench" && argument != "--preview")
        .map(PathBuf::from)
        .collect();
    if inputs.is_empty() {
        eprintln!("read_log: name a log; benches/read_log.py compares with other programs");
        return ExitCode::SUCCESS;
    }
    let began = Instant::now();
    let look = events::preview(&inputs, &ReadOptions::default(), &Watch::silent());
    let preview = began.elapsed().as_secs_f64();
    if std::env::args().any(|argument| argument == "--preview") {
        let seen = look.map_or_else(|error| error.to_string(), |look| format!("{} columns", look.columns.len()));
        println!("{}", json!({ "preview": preview, "seen": seen }));
        return ExitCode::SUCCESS;
    }
    drop(look);
    let began = Instant::now();
    let log = match events::read(&inputs, &ReadOptions::default(), &Watch::silent()) {
        Ok(log) => log,
        Err(error) => {
            eprintln!("read_log: {error}");
            return ExitCode::FAILURE;
        }
    };
    let seconds = began.elapsed().as_secs_f64();
    let rejected: serde_json::Map<String, serde_json::Value> = log
        .account
        .rejected
        .iter()
        .map(|rejection| {
            let name = serde_json::to_value(rejection.reason).unwrap_or_default();
            (name.as_str().unwrap_or_default().to_owned(), rejection.rows.into())
        })
        .collect();
    let counts = json!({
        "rows_read": log.account.rows_read,
        "rejected": rejected,
        "events": log.events.len(),
        "returns": log.account.returns,
        "users": log.events.users.len(),
        "texts": log.events.texts.len(),
        "value": log.events.value.iter().flatten().sum::<f64>(),
        "returned": log.events.returns.value.iter().sum::<f64>(),
    });
    let stages: serde_json::Map<String, serde_json::Value> =
        log.stages.iter().map(|(stage, time)| ((*stage).to_owned(), time.as_secs_f64().into())).collect();
    println!(
        "{}",
        json!({ "seconds": seconds, "preview": preview, "stages": stages, "peak_mib": peak_mib(), "counts": counts })
    );
    ExitCode::SUCCESS
}

/// The process's peak of memory in MiB, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib / 1024)
}
