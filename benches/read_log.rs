//! How long the way from a log on disk to the table of events takes, and how much memory: `read_log FILE…`, once for
//! each file, or `read_log --times N FILE` for the median of several.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it tells what it measured, and stops where it cannot")]

use std::path::PathBuf;
use std::time::Instant;

use driftline::events::{ReadOptions, preview, read};
use driftline::observe::Watch;

/// The largest memory of this process so far, in MiB, where the system tells.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1024
}

fn main() {
    let mut files: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let mut times = 1;
    if files.first().is_some_and(|first| first == "--times") {
        times = files[1].parse().unwrap();
        files.drain(..2);
    }
    for file in files {
        let inputs = [PathBuf::from(&file)];
        let began = Instant::now();
        let seen = preview(&inputs, &ReadOptions::default(), &Watch::silent()).unwrap();
        println!("{file}: preview of {} rows in {:.3} s", seen.rows_seen, began.elapsed().as_secs_f64());
        let mut seconds = Vec::new();
        for _ in 0..times {
            let began = Instant::now();
            let log = read(&inputs, &ReadOptions::default(), &Watch::silent()).unwrap();
            seconds.push(began.elapsed().as_secs_f64());
            if seconds.len() < times {
                continue;
            }
            let account = &log.account;
            println!(
                "{file}: {} rows, {} events, {} users",
                account.rows_read,
                log.events.len(),
                log.events.users.len()
            );
            for (stage, time) in &log.stages {
                println!("  {stage}: {:.3} s", time.as_secs_f64());
            }
        }
        seconds.sort_by(f64::total_cmp);
        println!("{file}: median {:.3} s of {times}, peak memory {} MiB", seconds[times / 2], peak_mib());
    }
}
