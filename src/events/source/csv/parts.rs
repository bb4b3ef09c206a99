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
    /// What they begin with.
    pub begins: Begins,
    /// Lines above the table; as many stand above each header that comes again, where files were put together.
    pub above: u32,
    /// So many empty fields may stand behind those of a whole record.
    pub extra: usize,
    /// Whether they must.
    pub always: bool,
}

/// Bytes that names begin with, whatever their case: hardly any row begins so, and one look tells.
#[derive(Clone, Debug, Default)]
pub struct Begins([u64; 4]);

impl Begins {
    /// Of these names.
    pub fn of(names: &[String]) -> Self {
        let mut begins = Self::default();
        let mut add = |byte: u8| begins.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        for name in names.iter().map(|name| name.trim()) {
            let Some(first) = name.bytes().next() else { continue };
            add(first.to_ascii_lowercase());
            add(first.to_ascii_uppercase());
            if !name.is_ascii() {
                // Letters whose small ones are ASCII's, and the other way round.
                (128..=u8::MAX).chain(*b"kKiI").for_each(&mut add);
            }
        }
        begins
    }

    /// Whether a field may be one of the names.
    pub fn may_begin(&self, field: &[u8]) -> bool {
        let first = field.trim_ascii_start().first();
        first.is_none_or(|byte| (self.0[usize::from(byte >> 6)] & (1 << (byte & 63))) != 0)
    }
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
