//! The first stage: a log is read. What was read last is kept in memory, under its key.

use std::path::PathBuf;
use std::sync::Arc;

use super::key::key_of;
use crate::events::{self, Account, ColumnReport, EventTable, KindReport, ReadOptions, named_by_folders};
use crate::observe::Watch;
use crate::pipeline::changes::Stamps;
use crate::pipeline::{Fingerprint, Input};
use crate::project::Settings;

/// A log that was read, with what it was read from.
#[derive(Clone, Debug)]
pub struct ReadLog {
    /// The fingerprint of what was read and how.
    pub(super) key: Fingerprint,
    pub(super) inputs: Vec<Input>,
    /// The clean events.
    pub events: Arc<EventTable>,
    /// What became of every row.
    pub account: Arc<Account>,
    /// The columns and what they were taken for.
    pub columns: Vec<ColumnReport>,
    /// The kinds of events, with what each counts.
    pub kinds: Vec<KindReport>,
    /// What the analyst should know before anything is made of the log; the first of the notes.
    pub(in crate::pipeline) warnings: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// What of the settings concerns reading.
pub fn read_options(settings: &Settings) -> ReadOptions {
    ReadOptions {
        mapping: settings.mapping.clone(),
        time_format: settings.time_format.clone(),
        returns_prefix: settings.returns_prefix.clone(),
        dialect: settings.dialect.clone(),
        time_zone: settings.time_zone.clone(),
        skip_broken: settings.skip_broken,
        filters: settings.filters.clone(),
        kind_weights: settings.kind_weights.clone(),
        keep_called_off: settings.keep_called_off,
        first: settings.first,
        last: settings.last,
        keep_duplicates: settings.keep_duplicates,
        // Where nothing is written, so that a new option is thought of here.
        rejected: None,
    }
}

/// The key of a log that is read as the settings say.
pub(super) fn log_key(files: &[PathBuf], contents: &[Fingerprint], settings: &Settings) -> anyhow::Result<Fingerprint> {
    // What folders are called is a part of the log where it is read as columns.
    let folders: Vec<_> = files.iter().map(|file| named_by_folders(file)).collect();
    // All that concerns reading; the files themselves count by their contents, and where it was said changes nothing.
    let reading = Settings { preset: None, ..settings.reading() };
    let extent = (settings.first, settings.last);
    key_of("log", &(contents, folders, reading, settings.skip_broken, extent))
}

/// Reads the log, or takes the one read last if neither it nor the settings that concern it have changed.
///
/// # Errors
/// What is wrong with the settings or the log; a wish to stop.
pub fn read_log(settings: &Settings, last: &mut Option<ReadLog>, watch: &Watch) -> anyhow::Result<ReadLog> {
    settings.validate()?;
    let files = events::find_files(&settings.inputs)?;
    let before = Stamps::of(&files);
    let contents = Fingerprint::of_files(&files, watch)?;
    let key = log_key(&files, &contents, settings)?;
    if let Some(same) = last.as_ref().filter(|last| last.key == key) {
        return Ok(same.clone());
    }
    let log = events::read(&settings.inputs, &read_options(settings), watch)?;
    before.still(&settings.inputs)?;
    let inputs = files.into_iter().zip(contents).map(|(path, content)| Input { path, content }).collect();
    log.warnings.iter().for_each(|warning| watch.note(warning));
    let notes = [log.warnings.as_slice(), &log.notes].concat();
    let (events, account) = (Arc::new(log.events), Arc::new(log.account));
    let (columns, kinds, warnings) = (log.columns, log.kinds, log.warnings);
    let read = ReadLog { key, inputs, events, account, columns, kinds, warnings, notes };
    Ok(last.insert(read).clone())
}
