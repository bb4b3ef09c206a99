//! The summary on standard output: numbers and tables in text.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Misuse;
use crate::wording::thousands;

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
    thousands(number.try_into().unwrap_or(u64::MAX))
}

/// A figure with some decimals, or a dash where there is none.
pub(super) fn decimals(figure: f64, decimals: usize) -> String {
    if figure.is_finite() { format!("{figure:.decimals$}") } else { "–".to_owned() }
}

/// The same with its sign.
pub(super) fn signed(figure: f64, decimals: usize) -> String {
    if figure.is_finite() { format!("{figure:+.decimals$}") } else { "–".to_owned() }
}

/// A part in percent with one decimal, or a dash where there is none.
pub(super) fn percent(part: f64) -> String {
    if part.is_finite() { format!("{:.1} %", part * 100.0) } else { "–".to_owned() }
}

/// Which edge a column's cells stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Left,
    Right,
}

/// Rows with their columns aligned, two spaces before and between; the first row is the head. A sign of Chinese takes the
/// room of two letters, an accent that stands by itself none.
pub(super) fn table(edges: &[Edge], rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row.get(column).map_or(0, |cell| cell.width())).max();
    let widths: Vec<usize> = (0..edges.len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for ((cell, edge), width) in row.iter().zip(edges).zip(&widths) {
            let room = " ".repeat(width - cell.width());
            let _ = match edge {
                Edge::Left => write!(line, "  {cell}{room}"),
                Edge::Right => write!(line, "  {room}{cell}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// As much of a text as has room, with a sign that there was more.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut used = 0;
    let mut short: String = text
        .chars()
        .take_while(|sign| {
            used += sign.width().unwrap_or(0);
            used < room
        })
        .collect();
    short.push('…');
    short
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
    fn columns_line_up_in_every_script() {
        let rows = [["role", "column"], ["用户编号", "17"], ["cafe\u{301}", "8"], ["ｶﾅ", "9"]];
        let text = table(&[Edge::Left, Edge::Right], &rows.map(|row| row.map(String::from).to_vec()));
        for line in text.lines() {
            assert_eq!(line.width(), 2 + 8 + 2 + 6, "{text}");
        }
        assert!(text.contains("  用户编号      17\n"), "{text}");
        let left =
            table(&[Edge::Left, Edge::Left], &[["灯", "x"], ["lamp", "y"]].map(|row| row.map(String::from).to_vec()));
        assert_eq!(left, "  灯    x\n  lamp  y\n");
    }

    #[test]
    fn what_has_no_room_is_cut_by_its_width() {
        assert_eq!(cut("lamp", 4), "lamp");
        assert_eq!(cut("lamps", 4), "lam…");
        assert_eq!(cut("灯笼灯", 5), "灯笼…");
        assert_eq!(cut("灯笼", 4), "灯笼");
    }

    #[test]
    fn what_was_not_measured_is_no_figure() {
        let shown = |figure: f64| [decimals(figure, 4), signed(figure, 4), percent(figure)];
        assert_eq!(shown(0.5), ["0.5000", "+0.5000", "50.0 %"]);
        for none in [f64::NAN, f64::INFINITY] {
            assert_eq!(shown(none), ["–", "–", "–"]);
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1_044_847_u64), "1,044,847");
        assert_eq!(count(12_usize), "12");
    }
}
