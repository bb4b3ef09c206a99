//! Blocks of records as batches of rows.

use std::sync::Arc;

use super::record::Records;
use crate::events::source::{Batch, Cells, Fields, Lines};
use crate::events::{EventsError, Reason};

/// A block of text and the fields in it.
pub struct Piece {
    text: Arc<String>,
    columns: Vec<Vec<(u32, u32)>>,
    lines: Lines,
    torn: Vec<(u64, Reason)>,
    torn_spans: Vec<(u32, u32)>,
    decimal: Option<char>,
}

impl Piece {
    /// The records of a block whose first line is `first`; none if there are none.
    pub fn of(block: Records, first: u64, decimal: Option<char>) -> Option<Self> {
        let torn: Vec<_> = block.torn.iter().map(|(line, why)| (first + u64::from(*line), *why)).collect();
        (!block.lines.is_empty() || !torn.is_empty()).then(|| Self {
            text: Arc::new(block.text),
            columns: block.columns,
            lines: Lines::Listed(first, block.lines),
            torn,
            torn_spans: block.torn_spans,
            decimal,
        })
    }
}

impl Batch for Piece {
    fn decimal(&self) -> Option<char> {
        self.decimal
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        Ok(Cells::Lines(Fields { text: self.text.clone(), spans: self.columns[column].clone() }))
    }

    fn lines(&self) -> Lines {
        self.lines.clone()
    }

    fn torn(&self) -> &[(u64, Reason)] {
        &self.torn
    }

    fn torn_text(&self, at: usize) -> String {
        let span = self.torn_spans.get(at).and_then(|(from, to)| self.text.get(*from as usize..*to as usize));
        span.unwrap_or_default().trim_end_matches('\r').to_owned()
    }
}

/// The first rows of a batch.
pub struct Beginning {
    pub batch: Box<dyn Batch>,
    pub rows: usize,
}

impl Batch for Beginning {
    fn decimal(&self) -> Option<char> {
        self.batch.decimal()
    }

    fn rows(&self) -> usize {
        self.batch.rows().min(self.rows)
    }

    fn cells(&self, column: usize) -> Result<Cells, EventsError> {
        let mut cells = self.batch.cells(column)?;
        if let Cells::Lines(fields) = &mut cells {
            fields.spans.truncate(self.rows);
        }
        Ok(cells)
    }

    fn lines(&self) -> Lines {
        self.batch.lines()
    }

    fn torn(&self) -> &[(u64, Reason)] {
        let last = self.batch.lines().of(self.rows().saturating_sub(1));
        let all = self.batch.torn();
        &all[..all.partition_point(|(line, _)| *line < last || self.batch.rows() <= self.rows)]
    }
}
