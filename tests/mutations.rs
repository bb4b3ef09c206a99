//! Valid logs, damaged at random: each is read to its end or refused with reasons, without a panic, in time, in little
//! memory. The damaged files are read by a child process, so that even an abort or a hang is seen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use driftline::events::{EventsError, ReadOptions, preview, read};
use driftline::observe::Watch;
use polars::prelude::{
    DataFrame, DataType, IntoColumn as _, NamedFrom as _, ParquetCompression, ParquetWriter, Series, TimeUnit,
};
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

#[path = "support/thrift.rs"]
mod thrift;

/// Tells the child which folder to read.
const FOLDER: &str = "DRIFTLINE_MUTANTS";
/// One file may take no longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nor may the whole child need more memory than this, in KiB.
const MOST_KIB: u64 = 1 << 20;
/// Nor may it reserve more than this, in KiB, whether it uses it or not; libtorch, which it is linked with, takes a part.
const MOST_RESERVED_KIB: u64 = 12 << 20;
/// Files for one child.
const TOGETHER: usize = 500;

/// Valid CSV with all that it may have.
fn valid_csv() -> String {
    let mut text = String::from("invoice,item,words,quantity,when,price,customer\r\n");
    for row in 0..150 {
        let (day, user) = (row % 28 + 1, row % 11);
        text.push_str(&format!(
            "{row},{},\"tea, \"\"{row}\"\" é\nand cup\",{},2010-01-{day:02} 09:30,{}.5,u{user}\r\n",
            10_000 + row % 30,
            row % 5,
            row % 9
        ));
    }
    text
}

/// The same rows in every packing, and a file whose texts begin as the ones before them did.
fn valid_parquets(folder: &Path) -> Vec<Vec<u8>> {
    use ParquetCompression as P;
    let packings = [P::Uncompressed, P::Snappy, P::Zstd(None), P::Gzip(None), P::Brotli(None), P::Lz4Raw];
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquet-types");
    let others = ["delta-words", "packed-zstd", "uuid", "decimal38", "time-int96"];
    let others = others.map(|name| fs::read(types.join(format!("{name}.parquet"))).unwrap());
    packings.into_iter().map(|packing| valid_parquet(folder, packing)).chain(others).collect()
}

/// A number in the footer or in the head of a page made another, mostly larger; the rest of the file fits.
fn raised(valid: &[u8], dice: &mut ChaCha8Rng) -> Vec<u8> {
    let places = thrift::places(valid);
    let place = &places[dice.random_range(0..places.len())];
    let once = thrift::changed(valid, place, other(place.number.value, dice));
    // A second one, where the first left the structure as it was.
    let second = &places[dice.random_range(0..places.len())];
    let plain = |place: &thrift::Place| place.page.is_none() && !place.number.length;
    if !dice.random::<bool>() || !plain(place) || !plain(second) {
        return once;
    }
    thrift::changed(&once, second, other(second.number.value, dice))
}

fn other(value: i64, dice: &mut ChaCha8Rng) -> i64 {
    match dice.random_range(0..10) {
        0 => value.saturating_add(1),
        1 => value.saturating_mul(2),
        2 => value.saturating_mul(1000),
        3 => 1 << 20,
        4 => i64::from(i32::MAX),
        5 => 1 << dice.random_range(32..63),
        6 => value.saturating_sub(1),
        7 => -value,
        8 => 0,
        _ => dice.random_range(0..100_000),
    }
}

fn valid_parquet(folder: &Path, packing: ParquetCompression) -> Vec<u8> {
    let rows = 400;
    let number = |row: i64| Some(row % 17).filter(|number| *number != 3);
    let when: Vec<i64> = (0..rows).map(|row| row * 3_600_000_000).collect();
    let when = Series::new("when".into(), when).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    let texts: Vec<String> = (0..rows).map(|row| format!("a longer text about tea {}", row % 40)).collect();
    let columns = vec![
        Series::new("user".into(), (0..rows).map(number).collect::<Vec<_>>()).into_column(),
        when.into_column(),
        Series::new("description".into(), texts).into_column(),
        Series::new("price".into(), (0..rows).map(|row| row as f64 / 4.0).collect::<Vec<_>>()).into_column(),
    ];
    let mut frame = DataFrame::new(rows as usize, columns).unwrap();
    let path = folder.join("seed.parquet");
    let writer = ParquetWriter::new(fs::File::create(&path).unwrap()).with_row_group_size(Some(150));
    writer.with_compression(packing).finish(&mut frame).unwrap();
    fs::read(path).unwrap()
}

/// Cut, flipped, turned around.
fn damaged(valid: &[u8], number: usize, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    if number < 16 {
        bytes.truncate(valid.len() * number / 16);
        return bytes;
    }
    let place = |dice: &mut ChaCha8Rng, bytes: &[u8]| dice.random_range(0..bytes.len().max(1));
    for _ in 0..dice.random_range(1..6) {
        if bytes.is_empty() {
            break;
        }
        let (one, other) = (place(dice, &bytes), place(dice, &bytes));
        let (from, to) = (one.min(other), one.max(other));
        match dice.random_range(0..7) {
            0 | 1 => bytes[one] ^= 1 << dice.random_range(0..8),
            2 => bytes[one] = dice.random(),
            3 => bytes.swap(one, other),
            4 => drop(bytes.drain(from..to.min(from + 40))),
            5 => {
                let again = bytes[from..to.min(from + 40)].to_vec();
                bytes.splice(one..one, again);
            }
            _ => bytes.truncate(bytes.len() - bytes.len() / 16),
        }
    }
    bytes
}

/// CSV with its columns in another order, in all rows or from one on.
fn swapped(valid: &str, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let (one, other) = (dice.random_range(0..7), dice.random_range(0..7));
    let from = if dice.random() { 0 } else { dice.random_range(0..150) };
    let mut text = String::new();
    for (at, line) in valid.split("\r\n").enumerate() {
        let mut fields: Vec<&str> = line.split(',').collect();
        if at >= from && fields.len() > one.max(other) {
            fields.swap(one, other);
        }
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// Reads the files of a folder, in a process of its own.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        println!("\nread {}", path.display());
        let inputs = [path.clone()];
        let seen = preview(&inputs, &ReadOptions::default(), &Watch::silent());
        match read(&inputs, &ReadOptions::default(), &Watch::silent()) {
            Ok(log) => {
                assert!(seen.is_ok(), "{}", path.display());
                let account = &log.account;
                assert_eq!(account.rows_read, account.rows_kept + account.rows_rejected(), "{}", path.display());
                assert_eq!(account.rows_kept, (log.events.len() + log.events.returns.user.len()) as u64);
            }
            Err(error) => {
                let words = error.to_string();
                let of_the_file = matches!(error, EventsError::BrokenFile { .. } | EventsError::EmptyFile { .. });
                assert!(!of_the_file || words.contains(&path.display().to_string()), "{words}");
                assert!(words.len() > 20, "{words}");
            }
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(peak < MOST_KIB, "{} needs {peak} KiB", path.display());
    }
    println!("\nall read");
}

/// Damages valid files in `count` ways and has them read.
fn try_out(count: usize, seed: u64) {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let seeds = tempfile::tempdir().unwrap();
    let (csv, parquets) = (valid_csv(), valid_parquets(seeds.path()));
    let mut done = 0;
    let mut slowest = Duration::ZERO;
    while done < count {
        let folder = tempfile::tempdir().unwrap();
        for number in done..count.min(done + TOGETHER) {
            let (bytes, ending) = match number % 5 {
                0 | 1 => (damaged(csv.as_bytes(), number / 5 * 2 + number % 5, &mut dice), "csv"),
                2 => (swapped(&csv, &mut dice), "csv"),
                3 => (raised(&parquets[number / 5 % parquets.len()], &mut dice), "parquet"),
                _ => {
                    let seed = &parquets[number / 5 % parquets.len()];
                    (damaged(seed, number / 5 / parquets.len(), &mut dice), "parquet")
                }
            };
            fs::write(folder.path().join(format!("{number:05}.{ending}")), bytes).unwrap();
        }
        done = count.min(done + TOGETHER);
        slowest = slowest.max(read_by_a_child(folder.path()));
    }
    println!("{count} damaged files, the slowest took {slowest:?}");
}

/// How long the slowest file took.
fn read_by_a_child(folder: &Path) -> Duration {
    let own = std::env::current_exe().unwrap();
    let mut limited = Command::new("sh");
    limited.arg("-c").arg(format!("ulimit -v {MOST_RESERVED_KIB} && exec \"$0\" \"$@\"")).arg(&own);
    let mut child = if cfg!(target_os = "linux") { limited } else { Command::new(own) };
    let mut child = child
        .args(["--exact", "child", "--nocapture", "--test-threads", "1"])
        .env(FOLDER, folder)
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let faults = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let faults = std::thread::spawn(move || faults.collect::<Vec<String>>());
    let (tell, told) = channel();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reader = std::thread::spawn(move || lines.map_while(Result::ok).all(|line| tell.send(line).is_ok()));
    let (mut last, mut slowest, mut ended) = (String::new(), Duration::ZERO, false);
    let mut began = Instant::now();
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(line) => {
                ended |= line == "all read";
                if line.starts_with("read ") {
                    slowest = slowest.max(if last.is_empty() { Duration::ZERO } else { began.elapsed() });
                    (last, began) = (line, Instant::now());
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                child.kill().unwrap();
                panic!("it hangs: {last}");
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    reader.join().unwrap();
    let faults = faults.join().unwrap();
    assert!(faults.is_empty(), "said on standard error: {faults:?}; the last was {last}");
    assert!(child.wait().unwrap().success() && ended, "the last was {last}");
    slowest
}

#[test]
fn damaged_logs_are_read_or_refused() {
    try_out(300, 1);
}

#[test]
#[ignore = "takes minutes; the whole proof"]
fn ten_thousand_damaged_logs_are_read_or_refused() {
    try_out(10_000, 2);
}
