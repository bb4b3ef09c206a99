//! The summary on standard output: numbers and tables in text.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::Misuse;

/// Prints a summary whole. A reader that has gone away (`| head`) is no fault.
///
/// # Errors
/// When standard output cannot be written to, for instance for want of space.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Misuse(format!("the summary could not be written to standard output: {e}")).into())
        }
        _ => Ok(()),
    }
}

/// Prints one JSON object.
///
/// # Errors
/// As [`print`].
pub(super) fn print_json(object: &serde_json::Value) -> anyhow::Result<()> {
    print(&format!("{object:#}\n"))
}

/// A number with its thousands set apart: `1,044,847`.
pub(super) fn count(number: impl TryInto<u64>) -> String {
    indicatif::HumanCount(number.try_into().unwrap_or(u64::MAX)).to_string()
}

/// How many of something: `1 user`, `5,875 users`.
pub(super) fn things(number: usize, name: &str) -> String {
    format!("{} {name}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Which edge a column's cells stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Left,
    Right,
}

/// Rows with their columns aligned, two spaces before and between; the first row is the head.
pub(super) fn table(edges: &[Edge], rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row.get(column).map_or(0, |cell| cell.chars().count())).max();
    let widths: Vec<usize> = (0..edges.len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for ((cell, edge), width) in row.iter().zip(edges).zip(&widths) {
            let _ = match edge {
                Edge::Left => write!(line, "  {cell:<width$}"),
                Edge::Right => write!(line, "  {cell:>width$}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows =
            [["model", "nll"], ["lstm", "2.1"], ["popularity", "12.25"]].map(|row| row.map(String::from).to_vec());
        let text = table(&[Edge::Left, Edge::Right], &rows);
        assert_eq!(text, "  model         nll\n  lstm          2.1\n  popularity  12.25\n");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1_044_847_u64), "1,044,847");
        assert_eq!(count(12_usize), "12");
        assert_eq!((things(1, "user"), things(2000, "user")), ("1 user".into(), "2,000 users".into()));
    }
}
