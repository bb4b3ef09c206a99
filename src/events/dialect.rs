//! How a text file writes its table.

use serde::{Deserialize, Serialize};

/// How a text file writes its table, as found by looking at it or said by the analyst.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// The name of the encoding.
    pub encoding: String,
    /// What stands between fields.
    pub delimiter: char,
    /// What stands around fields that hold a delimiter or an end of a line.
    pub quote: Option<char>,
    /// What takes a quote within quotes its meaning, where doubling it does not.
    pub escape: Option<char>,
    /// What lines begin with that are no records.
    pub comment: Option<char>,
    /// How many lines stand above the table and are no part of it.
    #[serde(default)]
    pub skip_lines: u32,
    /// Whether the first record names the columns.
    pub header: bool,
    /// What stands before the fractions of numbers, where the numbers tell.
    pub decimal: Option<char>,
    /// What ends a line: a line feed, with a carriage return before it or without, or a carriage return alone.
    pub line_end: LineEnd,
    /// Why all this, a sentence each.
    pub why: Vec<String>,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnd {
    /// A line feed, with a carriage return before it or without.
    LineFeed,
    /// A carriage return alone.
    CarriageReturn,
}

/// What the analyst says about how a text file writes its table; what is left open is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DialectChoice {
    /// The name of the encoding, as the web calls it: `utf-8`, `gb18030`, `windows-1252`, `shift_jis`.
    pub encoding: Option<String>,
    /// What stands between fields.
    pub delimiter: Option<char>,
    /// What stands around fields; `Some(None)` if nothing does.
    pub quote: Option<Option<char>>,
    /// What takes a quote within quotes its meaning; `Some(None)` if quotes are doubled.
    pub escape: Option<Option<char>>,
    /// What lines begin with that are no records; `Some(None)` if all lines are.
    pub comment: Option<Option<char>>,
    /// How many lines stand above the table and are no part of it: titles, `sep=;`.
    pub skip_lines: Option<u32>,
    /// Whether the first record names the columns.
    pub header: Option<bool>,
    /// What stands before the fractions of numbers: a point or a comma.
    pub decimal: Option<char>,
}
