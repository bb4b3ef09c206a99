//! The whole log, read and cleaned; the first look at it; its texts alone.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::build::build;
use super::clean::clean;
use super::files::find_files;
use super::log::{HEAD_ROWS, Head, walk};
use super::rows::Gather;
use super::source::{Cell, Cells};
use super::tally::reasons;
use super::{Account, ColumnReport, EventTable, EventsError, Inspection, Mapping, Role, times};
use crate::observe::Watch;

/// How many rows a preview shows.
const PREVIEW_ROWS: usize = 100;

/// How to read a log.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Which columns play which roles; what is open is guessed.
    pub mapping: Mapping,
    /// How times are written, in strftime's notation; found out when not given.
    pub time_format: Option<String>,
    /// Baskets that begin so are returns; found out when not given.
    pub returns_prefix: Option<String>,
}

/// A log, read and cleaned.
#[derive(Clone, Debug)]
pub struct Log {
    /// The events and the returns.
    pub events: EventTable,
    /// What became of every row.
    pub account: Account,
    /// The columns, counted over the whole log.
    pub columns: Vec<ColumnReport>,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
}

/// A fast first look: the columns, what they seem to mean, and the first rows. Reads only the log's first
/// 1,000 rows, so that what is said about roles and times is said of these.
///
/// # Errors
/// Files that are missing, broken, empty or have only a header. A role that no column plays, and times that can be
/// read two ways, are no errors here but problems of the inspection.
pub fn preview(inputs: &[PathBuf], options: &ReadOptions, watch: &Watch) -> Result<Inspection, EventsError> {
    watch.check()?;
    let head = Head::read(find_files(inputs)?, &options.mapping)?;
    watch.check()?;
    let shown = head.batch.lines.len().min(PREVIEW_ROWS);
    let mut preview = vec![Vec::with_capacity(head.columns.len()); shown];
    for cells in &head.batch.columns {
        let mut row = 0;
        cells.each(|cell| {
            if row < shown {
                preview[row].push(cell.spelled());
            }
            row += 1;
        });
    }
    let required = Role::ALL.into_iter().filter(|role| role.required());
    let mut problems: Vec<String> = head.unknown(&options.mapping).map(|error| error.to_string()).collect();
    let missing = required.filter_map(|role| head.cast.require(&[role], &head.columns).err());
    problems.extend(missing.map(|error| error.to_string()));
    problems.extend(time_problem(&head, options));
    Ok(Inspection {
        columns: head.reports(&head.columns),
        rows_seen: (head.batch.lines.len() + head.batch.ragged.len()) as u64,
        files: head.files,
        preview,
        problems,
    })
}

/// What stands in the way of reading the times of the first rows.
fn time_problem(head: &Head, options: &ReadOptions) -> Option<String> {
    let at = head.cast.of(Role::Time)?;
    if head.columns[at].looks.typed_times > 0 {
        return None;
    }
    let written: Vec<(&str, u64)> = head.columns[at].names.iter().map(|name| (name.as_str(), 1)).collect();
    let error = times::read_all(&head.columns[at].name, &written, options.time_format.as_deref()).err()?;
    // A later row may settle it, and the whole log is read before anything is refused.
    let part = if head.batch.lines.len() >= HEAD_ROWS { "In the first rows, " } else { "" };
    Some(format!("{part}{error}"))
}

/// Reads and cleans a whole log.
///
/// Rows are left out under the first [`Reason`](super::Reason) that applies; `rows_read` is always `rows_kept` and the
/// rows left out together, `rows_kept` the events and the returns. Users and texts that only returns have are in the
/// table too; such a user's range of rows is empty.
///
/// # Errors
/// Whatever stands between these files and a table of at least one event.
pub fn read(inputs: &[PathBuf], options: &ReadOptions, watch: &Watch) -> Result<Log, EventsError> {
    let head = Head::read(find_files(inputs)?, &options.mapping)?;
    head.require(&[Role::User, Role::Time, Role::Text], &options.mapping)?;
    let mut names = super::guess::spelled(&head.columns);
    let mut gather = Gather::new(&names, &head.cast);
    let mut notes = walk(&head, &mut names, watch, |batch, places, names| gather.take(batch, places, names))?;
    let Gather { profiles, rows, mut tally, .. } = gather;
    watch.check()?;
    let kept = clean(&rows, &profiles, &head.cast, options, &mut tally)?;
    let account = tally.account(kept.returns.len() as u64);
    if kept.events.is_empty() {
        return Err(EventsError::NoEvents { rows_read: account.rows_read, reasons: reasons(&account) });
    }
    watch.check()?;
    let events = build(&rows, &kept, &profiles, &head.cast);
    notes.extend(kept.notes);
    Ok(Log { events, account, columns: head.reports(&profiles), notes })
}

/// The distinct texts of the text column, spelled as the log spells them, sorted; blank ones are none. Several text
/// columns are joined by `, `. No other role is needed.
///
/// # Errors
/// Files that cannot be read, and no column of texts.
pub fn read_texts(inputs: &[PathBuf], options: &ReadOptions, watch: &Watch) -> Result<Vec<String>, EventsError> {
    let mapping = Mapping {
        columns: options.mapping.columns.iter().filter(|(role, _)| *role == Role::Text).cloned().collect(),
        without: options.mapping.without.clone(),
    };
    let head = Head::read(find_files(inputs)?, &mapping)?;
    let head = Head { cast: head.cast.only(Role::Text), ..head };
    head.require(&[Role::Text], &mapping)?;
    let mut names = super::guess::spelled(&head.columns);
    let columns: Vec<usize> = head.cast.all(Role::Text).collect();
    let mut texts = BTreeSet::new();
    walk(&head, &mut names, watch, |batch, places, _| {
        let mut joined: Vec<Option<String>> = vec![None; batch.lines.len()];
        for column in &columns {
            let cells = places.iter().position(|place| place == column).map(|at| &batch.columns[at]);
            append(&mut joined, cells);
        }
        texts.extend(joined.into_iter().flatten());
        Ok(())
    })?;
    Ok(texts.into_iter().collect())
}

/// Puts one more column's words behind each row's text.
fn append(joined: &mut [Option<String>], cells: Option<&Cells>) {
    let mut rows = joined.iter_mut();
    let Some(cells) = cells else { return };
    cells.each(|cell: Cell<'_>| {
        let (Some(row), Some(words)) = (rows.next(), cell.spelled().filter(|text| !text.trim().is_empty())) else {
            return;
        };
        match row {
            Some(text) => {
                text.push_str(", ");
                text.push_str(&words);
            }
            None => *row = Some(words),
        }
    });
}
