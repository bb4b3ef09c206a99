//! Finds out by looking how a text file writes its table.

use std::path::Path;

use csv::{ReaderBuilder, Terminator};
use encoding_rs::UTF_8;

use super::Dialect;
use super::record::records;
use super::stream::Stream;
use crate::events::dialect::DialectChoice;
use crate::events::{EventsError, LineEnd};

/// What may stand between fields, in the order of preference.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What was found.
pub struct Sniffed {
    pub dialect: crate::events::Dialect,
    pub parts: Dialect,
    /// The columns' names.
    pub names: Vec<String>,
}

/// # Errors
/// A file that is empty or holds no text.
pub fn sniff(stream: &Stream, path: &Path, _choice: &DialectChoice) -> Result<Sniffed, EventsError> {
    let head = stream.head.as_slice();
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(EventsError::EmptyFile { path: path.to_owned() });
    }
    if head.contains(&0) {
        let why = "it holds binary data, not the lines of a CSV file".to_owned();
        return Err(EventsError::BrokenFile { path: path.to_owned(), why });
    }
    let line_end =
        if head.contains(&b'\n') || !head.contains(&b'\r') { LineEnd::LineFeed } else { LineEnd::CarriageReturn };
    let parts = Dialect {
        delimiter: delimiter(head),
        quote: Some(b'"'),
        escape: None,
        comment: None,
        line_end,
        utf8: stream.encoding == UTF_8,
    };
    let width = widths(head, parts.delimiter).first().copied().unwrap_or(1);
    let first = records(head.to_vec(), &parts, width, true);
    let names = first
        .columns
        .iter()
        .map(|column| column.first().and_then(|(from, to)| first.text.get(*from as usize..*to as usize)))
        .map(|name| name.unwrap_or_default().to_owned())
        .collect();
    let dialect = crate::events::Dialect {
        encoding: stream.encoding.name().to_owned(),
        delimiter: parts.delimiter.into(),
        quote: parts.quote.map(char::from),
        escape: None,
        comment: None,
        header: true,
        decimal: None,
        line_end,
        why: vec![stream.why.clone()],
    };
    Ok(Sniffed { dialect, parts, names })
}

fn widths(head: &[u8], delimiter: u8) -> Vec<usize> {
    let terminator = if head.contains(&b'\n') { Terminator::Any(b'\n') } else { Terminator::CRLF };
    ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .terminator(terminator)
        .from_reader(head)
        .into_byte_records()
        .take(200)
        .map_while(Result::ok)
        .map(|record| record.len())
        .collect()
}

/// The delimiter under which the most lines have as many fields as the header, more than one.
fn delimiter(head: &[u8]) -> u8 {
    let mut best = (0.0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let widths = widths(head, delimiter);
        let Some(&width) = widths.first().filter(|width| **width > 1) else { continue };
        let like_header = widths.iter().filter(|other| **other == width).count() as f64 / widths.len() as f64;
        let score = like_header * (width as f64).ln_1p();
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}
