//! A column too many of whose times cannot be read was misunderstood: it is refused instead of read with holes.

use super::rows::Rows;
use super::times::{FEW, NO_TIME, UNREADABLE};
use super::{EventsError, Reason, Role, UnreadableTimes};

/// So many rows in one stretch are no accident, however long the log.
const STRETCH: usize = 10;
/// This share of the unreadable rows in one stretch makes it their place.
const DENSE: f64 = 0.8;

/// Refuses a log too many of whose times cannot be read, or all those of a stretch of it. Rows that a filter leaves out
/// are not asked.
///
/// # Errors
/// More than a few in a hundred, or a stretch in which hardly a time can be read.
pub fn unreadable_times(rows: &Rows, column: &str) -> Result<(), EventsError> {
    let asked = |row: usize| rows.fault[row] != Some(Reason::FilteredOut);
    let written = rows.time.iter().enumerate().filter(|(row, time)| **time != NO_TIME && asked(*row)).count();
    let unread = |(row, time): (usize, &i64)| (*time == UNREADABLE && asked(row)).then_some(row);
    let unreadable: Vec<usize> = rows.time.iter().enumerate().filter_map(unread).collect();
    let (Some(first), Some(last)) = (unreadable.first(), unreadable.last()) else { return Ok(()) };
    let stretch = unreadable.len() >= STRETCH && unreadable.len() as f64 >= DENSE * (last - first + 1) as f64;
    if !stretch && !are_many(unreadable.len() as u64, written as u64) {
        return Ok(());
    }
    let shown = rows.unreadable.get(&Role::Time).into_iter().flatten();
    let shown = shown.filter(|(row, _)| asked(*row as usize));
    let examples = shown.map(|(row, text)| format!("`{text}` in line {}", rows.line(*row as usize))).collect();
    Err(EventsError::UnreadableTimes(Box::new(UnreadableTimes {
        column: column.to_owned(),
        unreadable: unreadable.len() as u64,
        written: written as u64,
        stretch: stretch.then(|| (rows.line(*first), rows.line(*last))),
        examples,
    })))
}

/// Whether these are more than a few in a hundred; a single one is never many.
pub fn are_many(unreadable: u64, written: u64) -> bool {
    unreadable > 1 && unreadable as f64 > FEW * written as f64
}
