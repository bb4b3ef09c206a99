//! `cargo xtask generate-log`: a made-up shop's log of any size, shaped after the sample, the same from the same seed.

mod csv;
mod parquet;
mod random;
mod season;
mod shop;
mod thrift;
mod words;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::Fallible;
use csv::Csv;
use parquet::Parquet;
use shop::{Line, Shop};

/// What the command does and takes.
pub const HELP: &str = "\
Makes a made-up shop's log, shaped after the sample, as CSV or Parquet.

  cargo xtask generate-log --out FILE [--rows N] [--users N] [--texts N] [--seed N] [--format csv|parquet]

  --out FILE     where to; .parquet or another ending says the format where --format does not
  --rows N       lines of the log                  [default: 1,000,000]
  --users N      people, each of whom appears      [default: one for 20 rows]
  --texts N      distinct goods and so texts       [default: one for 500 rows, 500 at least]
  --seed N       the same seed gives the same log  [default: 7]

Columns: those of the sample (Invoice, StockCode, Description, Quantity, InvoiceDate, Price, Customer ID, Country),
in the order of time, 2009-12-01 to 2011-12-09.

Distribution
  time      sales by month (November is 2.5 times February), by weekday (hardly any on Saturdays), most at noon,
            none at Christmas, 30 % growth over the log
  users     join over the log's course, as its power 0.7, and stay for a part of it that is exponential (mean 0.6);
            who comes back is drawn by Zipf's law, weight 1 / (rank + users / 400)
  baskets   lines are geometric; the mean is rows / (4 users), between 1 and 20; one user in 200 is a wholesaler
            with twice the lines and twelve times the quantity
  texts     twelve departments; within one, weight 1 / (rank + texts / 1560). A user has a home department, moves on
            to a second one in the course of their stay, and has a third; 25 % of what they take are twelve favourites
            bought again and again, 12 % what is in season, 8 % anything
  returns   1.8 % of lines: a later basket marked C with quantities below zero; a third within the hour, the others
            within weeks
  dirt      20 % of baskets without user (not a user's first), 1.1 % of lines twice, 3 % with stray spaces, 0.4 % without text,
            0.35 % postage and fees, 0.03 % without price

Parquet is written uncompressed, as dictionaries with bit-packed codes, in row groups of 1,048,576 rows. The whole runs
in memory for the goods alone, however many rows there are.";

/// The log's columns.
const COLUMNS: [&str; 8] =
    ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"];

/// Goods are kept in memory, and their codes have six digits.
const MOST_TEXTS: u64 = 900_000;

/// What log to make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub rows: u64,
    pub users: u64,
    pub texts: u64,
    pub seed: u64,
}

/// Where lines go.
trait Sink {
    fn line(&mut self, line: &Line<'_>) -> Fallible<()>;
    fn end(&mut self) -> Fallible<()>;
}

/// What was asked for on the command line.
#[derive(Debug, PartialEq)]
struct Asked {
    out: PathBuf,
    parquet: bool,
    options: Options,
}

/// Carries out `cargo xtask generate-log`.
///
/// # Errors
/// Arguments that make no log, and a file that cannot be written.
pub fn run(arguments: &[String]) -> Fallible<()> {
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        eprintln!("{HELP}");
        return Ok(());
    }
    let asked = Asked::parse(arguments)?;
    let began = Instant::now();
    // Written beside and renamed, so that a log is there whole or not at all.
    let making = beside(&asked.out);
    let done = make(&asked, &making).and_then(|()| fs::rename(&making, &asked.out).map_err(refused));
    if let Err(why) = done {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&making);
        return Err(format!("{why}: {}", asked.out.display()));
    }
    let bytes = fs::metadata(&asked.out).map_or(0, |about| about.len());
    eprintln!(
        "{} rows, {} users, {} texts, {} MiB in {:.1} s: {}",
        asked.options.rows,
        asked.options.users,
        asked.options.texts,
        bytes >> 20,
        began.elapsed().as_secs_f64(),
        asked.out.display()
    );
    Ok(())
}

fn make(asked: &Asked, place: &Path) -> Fallible<()> {
    let file = BufWriter::with_capacity(1 << 20, File::create(place).map_err(refused)?);
    if asked.parquet { fill(asked.options, Parquet::new(file)?) } else { fill(asked.options, Csv::new(file)?) }
}

fn fill(options: Options, mut sink: impl Sink) -> Fallible<()> {
    let mut rows = 0_u64;
    Shop::new(options).walk(|line| {
        rows += 1;
        if rows.is_multiple_of(10_000_000) {
            eprintln!("{rows} of {} rows", options.rows);
        }
        sink.line(line)
    })?;
    sink.end()
}

impl Asked {
    fn parse(arguments: &[String]) -> Fallible<Self> {
        let (mut out, mut format) = (None, None);
        let (mut rows, mut users, mut texts, mut seed) = (1_000_000, None, None, 7);
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value\n\n{HELP}"));
            match word.as_str() {
                "--out" => out = Some(PathBuf::from(value()?)),
                "--format" => format = Some(value()?.as_str()),
                "--rows" => rows = number(word, value()?)?,
                "--users" => users = Some(number(word, value()?)?),
                "--texts" => texts = Some(number(word, value()?)?),
                "--seed" => seed = number(word, value()?)?,
                _ => return Err(format!("`{word}` is nothing that generate-log takes\n\n{HELP}")),
            }
        }
        let out = out.ok_or_else(|| format!("--out FILE is missing: where should the log go?\n\n{HELP}"))?;
        let parquet = match format {
            Some("parquet") => true,
            Some("csv") => false,
            Some(other) => return Err(format!("`{other}` is no format; use csv or parquet")),
            None => out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")),
        };
        let users = users.unwrap_or(rows / 20).max(1);
        let texts = texts.unwrap_or((rows / 500).clamp(500, MOST_TEXTS));
        if rows < 2 * users || rows > u64::from(u32::MAX) {
            return Err(format!(
                "{rows} rows for {users} users: a log needs two rows a user at least, and can have {} at most",
                u32::MAX
            ));
        }
        if !(1..=MOST_TEXTS).contains(&texts) {
            return Err(format!("{texts} texts: the shop has 1 to {MOST_TEXTS}"));
        }
        Ok(Self { out, parquet, options: Options { rows, users, texts, seed } })
    }
}

/// A whole number; `_` and `,` may set its thousands apart.
fn number(word: &str, text: &str) -> Fallible<u64> {
    text.replace([',', '_'], "").parse().map_err(|_| format!("{word} needs a whole number, not `{text}`"))
}

fn beside(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn refused(error: std::io::Error) -> String {
    format!("the log could not be written: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Fallible<Asked> {
        Asked::parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_not_said_follows_from_the_rows() {
        let asked = parse("--out log.parquet --rows 100,000,000").unwrap();
        assert!(asked.parquet);
        assert_eq!(asked.options, Options { rows: 100_000_000, users: 5_000_000, texts: 200_000, seed: 7 });
        assert!(!parse("--out log.parquet --format csv").unwrap().parquet);
    }

    #[test]
    fn senseless_logs_are_refused() {
        for (line, says) in [
            ("--rows 10", "--out FILE is missing"),
            ("--out a --rows many", "whole number"),
            ("--out a --users 20 --rows 30", "two rows a user"),
            ("--out a --format arrow", "csv or parquet"),
            ("--out a --row 3", "nothing that generate-log takes"),
            ("--out a --texts 0", "the shop has"),
        ] {
            assert!(parse(line).unwrap_err().contains(says), "{line}");
        }
    }

    #[test]
    fn a_log_is_there_whole() {
        let folder = std::env::temp_dir().join(format!("driftline-xtask-{}-log", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["log.csv", "log.parquet"] {
            let out = folder.join(name);
            run(&["--out".into(), out.display().to_string(), "--rows".into(), "3000".into()]).unwrap();
            let bytes = fs::read(&out).unwrap();
            if name.ends_with("csv") {
                assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 3001);
            } else {
                assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
            }
            assert!(!beside(&out).exists());
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
