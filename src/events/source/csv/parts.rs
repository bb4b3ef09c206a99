//! What taking a text file apart needs to know.

use crate::events::LineEnd;

/// How the bytes of a file are taken apart.
#[derive(Clone, Debug)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: Option<u8>,
    pub escape: Option<u8>,
    pub comment: Option<u8>,
    pub line_end: LineEnd,
    /// Whether the file is in UTF-8; else it was turned into it.
    pub utf8: bool,
    /// What quotes behind spaces are.
    pub spaced: Spaced,
    /// Whether a space behind a delimiter is a part of it.
    pub padded: bool,
    /// Whether a field is never so long that every one of its lines looks like a record of its own.
    pub tight: bool,
    /// Whether NUL bytes pad fields and are passed over.
    pub zeros: bool,
    /// Which records are whole.
    pub shape: Shape,
}

/// What quotes behind spaces are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spaced {
    /// Letters.
    No,
    /// Quotes where the field ends with another within the line, else letters.
    Line,
    /// Quotes.
    Yes,
}

/// Which records are whole, and which are none.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The header's fields, by which it is known where it comes again; empty where there is none.
    pub names: Vec<String>,
    /// Lines above the table; as many stand above each header that comes again, where files were put together.
    pub above: u32,
    /// So many empty fields may stand behind those of a whole record.
    pub extra: usize,
    /// Whether they must.
    pub always: bool,
}

impl Dialect {
    /// With these marks, and nothing known of the rest.
    pub fn of(delimiter: u8, quote: Option<u8>, line_end: LineEnd) -> Self {
        Self {
            delimiter,
            quote,
            escape: None,
            comment: None,
            line_end,
            utf8: true,
            spaced: Spaced::Line,
            padded: false,
            tight: false,
            zeros: false,
            shape: Shape::default(),
        }
    }

    /// What ends a line.
    pub fn line_end(&self) -> u8 {
        match self.line_end {
            LineEnd::LineFeed => b'\n',
            LineEnd::CarriageReturn => b'\r',
        }
    }

    /// Whether the file itself is in UTF-8.
    pub fn is_utf8(&self) -> bool {
        self.utf8
    }
}
