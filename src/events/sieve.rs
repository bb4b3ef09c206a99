//! The filters of a log at work on its batches.

use super::guess::find;
use super::profile::Profile;
use super::source::{Batch, Cell};
use super::{EventsError, Filter};

/// Filters with the places of their columns among the log's columns.
#[derive(Clone, Debug, Default)]
pub struct Sieve(Vec<(usize, Filter)>);

impl Sieve {
    /// Finds the columns. What is not there is passed over; see [`missing`].
    pub fn new(filters: &[Filter], columns: &[Profile]) -> Self {
        let placed = |filter: &Filter| Some((find(columns, &filter.column)?, filter.clone()));
        Self(filters.iter().filter_map(placed).collect())
    }

    /// Whether a column is filtered by.
    pub fn needs(&self, place: usize) -> bool {
        self.0.iter().any(|(at, _)| *at == place)
    }

    /// The rows of a batch that a filter leaves out, ascending. `places` are the places of the batch's columns.
    ///
    /// # Errors
    /// What only shows when values are unpacked.
    pub fn left_out(&self, batch: &dyn Batch, places: &[usize]) -> Result<Vec<u32>, EventsError> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let mut out = vec![false; batch.rows()];
        for (place, filter) in &self.0 {
            let Some(at) = places.iter().position(|here| here == place) else { continue };
            let mut rows = out.iter_mut();
            batch.cells(at)?.each(|cell| {
                let passes = match cell {
                    Cell::Absent => filter.passes(None),
                    Cell::Text(text) => filter.passes(Some(text)),
                    other => filter.passes(other.spelled().as_deref()),
                };
                if let Some(out) = rows.next() {
                    *out |= !passes;
                }
            });
        }
        Ok((0..).zip(out).filter(|(_, out)| *out).map(|(row, _)| row).collect())
    }
}

/// The first filter whose column is not there, as an error.
pub fn missing(
    filters: &[Filter],
    columns: &[Profile],
    path: impl FnOnce() -> std::path::PathBuf,
) -> Option<EventsError> {
    let filter = filters.iter().find(|filter| find(columns, &filter.column).is_none())?;
    let columns = super::guess::spelled(columns);
    Some(EventsError::NoFilterColumn { column: filter.column.clone(), columns, path: path() })
}
