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
}

impl Dialect {
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
