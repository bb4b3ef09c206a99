//! What can be said about how a text file writes its table.

use clap::Args;

use crate::project::Settings;

/// How a text file is written; found out by looking where not given.
#[derive(Debug, Default, Args)]
pub(super) struct DialectArguments {
    /// What stands between fields: a character, or tab.
    #[arg(long, value_name = "CHAR", value_parser = mark, help_heading = "How a text file is written; found out where not given")]
    delimiter: Option<char>,
    /// What stands around fields: a character, or none.
    #[arg(long, value_name = "CHAR|none", value_parser = mark_or_none, help_heading = "How a text file is written; found out where not given")]
    quote: Option<Mark>,
    /// What stands before a quote within quotes: a character, or none where such quotes are doubled.
    #[arg(long, value_name = "CHAR|none", value_parser = mark_or_none, help_heading = "How a text file is written; found out where not given")]
    escape: Option<Mark>,
    /// What lines begin with that are no records: a character, or none.
    #[arg(long, value_name = "CHAR|none", value_parser = mark_or_none, help_heading = "How a text file is written; found out where not given")]
    comment: Option<Mark>,
    /// The encoding, as in utf-8, gb18030, windows-1252, shift_jis, utf-16le.
    #[arg(long, value_name = "NAME", help_heading = "How a text file is written; found out where not given")]
    encoding: Option<String>,
    /// How many lines stand above the table and are no part of it, such as titles.
    #[arg(long, value_name = "N", help_heading = "How a text file is written; found out where not given")]
    skip_lines: Option<u32>,
    /// Whether the first record names the columns; without, they are `column 1`, `column 2` and so on.
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no, help_heading = "How a text file is written; found out where not given")]
    header: Option<bool>,
    /// What stands before the fractions of numbers: `.` or `,`.
    #[arg(long, value_name = "MARK", value_parser = decimal, help_heading = "How a text file is written; found out where not given")]
    decimal: Option<char>,
    /// The log's time zone, as in Europe/Berlin or +08:00: what its clocks showed counts [default: UTC].
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    time_zone: Option<String>,
}

/// A character, or that there is none.
#[derive(Clone, Copy, Debug)]
struct Mark(Option<char>);

impl DialectArguments {
    pub(super) fn apply(&self, settings: &mut Settings) {
        let dialect = &mut settings.dialect;
        dialect.delimiter = self.delimiter.or(dialect.delimiter);
        dialect.quote = self.quote.map(|mark| mark.0).or(dialect.quote);
        dialect.escape = self.escape.map(|mark| mark.0).or(dialect.escape);
        dialect.comment = self.comment.map(|mark| mark.0).or(dialect.comment);
        dialect.encoding = self.encoding.clone().or(dialect.encoding.take());
        dialect.skip_lines = self.skip_lines.or(dialect.skip_lines);
        dialect.header = self.header.or(dialect.header);
        dialect.decimal = self.decimal.or(dialect.decimal);
        settings.time_zone = self.time_zone.clone().or(settings.time_zone.take());
    }
}

fn mark(text: &str) -> Result<char, String> {
    let mut letters = text.chars();
    match (text, letters.next(), letters.next()) {
        ("tab" | "\\t", ..) => Ok('\t'),
        (_, Some(letter), None) if letter.is_ascii() => Ok(letter),
        _ => Err(format!("`{text}` is no single plain character; write one, or tab")),
    }
}

fn mark_or_none(text: &str) -> Result<Mark, String> {
    if text == "none" { Ok(Mark(None)) } else { mark(text).map(|mark| Mark(Some(mark))) }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" | "none" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no")),
    }
}

fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err(format!("`{text}` is no decimal mark; it is . or ,")),
    }
}
