//! Opening a log and walking through it batch by batch, whatever files it is made of.

use std::path::{Path, PathBuf};

use super::guess::{self, Cast, spelled};
use super::profile::{ABSENT, Profile};
use super::source::{self, Batch, Cells, Field};
use super::{ColumnReport, EventsError, Mapping, Role};
use crate::observe::{Stage, Watch};

/// Rows from which roles are guessed and the first look is made.
pub const HEAD_ROWS: usize = 1000;

/// The beginning of a log.
pub struct Head {
    /// All the files.
    pub files: Vec<PathBuf>,
    /// The columns of the first file that has rows.
    pub columns: Vec<Profile>,
    /// That file's first rows.
    pub batch: Batch,
    /// What each column means.
    pub cast: Cast,
}

impl Head {
    /// Reads the beginning and gives out the roles.
    ///
    /// # Errors
    /// Files that are missing, broken, empty or have only a header.
    pub fn read(files: Vec<PathBuf>, mapping: &Mapping) -> Result<Self, EventsError> {
        let mut nothing = None;
        for path in &files {
            let mut opened = match source::open(path) {
                Err(empty @ EventsError::EmptyFile { .. }) => {
                    nothing.get_or_insert(empty);
                    continue;
                }
                opened => opened?,
            };
            let Some(batch) = opened.batches.next(HEAD_ROWS)? else {
                nothing.get_or_insert(EventsError::HeaderOnly { path: path.clone() });
                continue;
            };
            let profile = |(field, cells): (&Field, &Cells)| {
                let mut profile = Profile::new(field.name.clone(), true);
                profile.unreadable = field.unreadable.clone();
                profile.observe(cells);
                profile
            };
            let columns: Vec<_> = opened.fields.iter().zip(&batch.columns).map(profile).collect();
            let cast = guess::cast(&columns, mapping);
            return Ok(Self { files, columns, batch, cast });
        }
        Err(nothing.unwrap_or(EventsError::NoInput))
    }

    /// # Errors
    /// A column asked for that is not there, a role of `roles` that nobody plays, a role played by a column of a type
    /// that cannot be read.
    pub fn require(&self, roles: &[Role], mapping: &Mapping) -> Result<(), EventsError> {
        if let Some(error) = self.unknown(mapping).next() {
            return Err(error);
        }
        self.cast.require(roles, &self.columns)?;
        for (at, column) in self.columns.iter().enumerate() {
            if let (Some((role, _)), Some(kind)) = (self.cast.part(at), column.unreadable.clone()) {
                return Err(EventsError::ColumnType { column: column.name.clone(), role, kind, path: self.path() });
            }
        }
        Ok(())
    }

    /// The columns asked for that are not there, as errors.
    pub fn unknown<'a>(&'a self, mapping: &'a Mapping) -> impl Iterator<Item = EventsError> + 'a {
        guess::unknown(mapping, &self.columns).map(|(role, column)| EventsError::NoSuchColumn {
            column: column.clone(),
            role: *role,
            columns: spelled(&self.columns),
            path: self.path(),
        })
    }

    /// Columns as they are reported.
    pub fn reports(&self, columns: &[Profile]) -> Vec<ColumnReport> {
        let report = |(at, column): (usize, &Profile)| {
            let part = self.cast.part(at);
            let unreadable = self.columns.get(at).and_then(|column| column.unreadable.as_ref());
            ColumnReport {
                name: column.name.clone(),
                kind: unreadable.map_or(column.kind(), String::as_str).to_owned(),
                role: part.map(|(role, _)| role),
                why: part.map_or("nothing in its name or values points to a role", |(_, why)| why).to_owned(),
                nulls: column.nulls,
                distinct: column.distinct(),
                examples: column.examples.clone(),
            }
        };
        columns.iter().enumerate().map(report).collect()
    }

    fn path(&self) -> PathBuf {
        self.files.first().cloned().unwrap_or_default()
    }
}

/// Walks through all rows of all files. `take` gets each batch with, for each of its columns, the place of that column
/// in `names`, and `names`; a column met first in a later file is added to these. Reports progress, hears a cancel. Answers with
/// what to know about the files.
///
/// # Errors
/// What opening and reading may meet, a file without a column that plays a role, and what `take` refuses.
pub fn walk(
    head: &Head,
    names: &mut Vec<String>,
    watch: &Watch,
    mut take: impl FnMut(&Batch, &[usize], &[String]) -> Result<(), EventsError>,
) -> Result<Vec<String>, EventsError> {
    let mut notes = Vec::new();
    let mut opened = Vec::new();
    for path in &head.files {
        watch.check()?;
        match source::open(path) {
            Err(EventsError::EmptyFile { path }) => notes.push(format!("A file is empty: {}", path.display())),
            file => opened.push((path, file?)),
        }
    }
    let total = opened.iter().map(|(_, file)| file.rows).sum::<Option<u64>>();
    let mut meter = watch.meter(Stage::Read, "rows", total);
    for (path, mut file) in opened {
        let here: Vec<String> = file.fields.iter().map(|field| field.name.clone()).collect();
        check_columns(head, names, &here, path)?;
        let places: Vec<usize> = here
            .into_iter()
            .map(|name| {
                names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                })
            })
            .collect();
        while let Some(batch) = file.batches.next(source::BATCH_ROWS)? {
            take(&batch, &places, names)?;
            meter.advance((batch.lines.len() + batch.ragged.len()) as u64)?;
        }
        notes.extend(file.batches.notes());
    }
    notes.dedup();
    Ok(notes)
}

/// A later file must have every column that plays a role.
fn check_columns(head: &Head, names: &[String], here: &[String], path: &Path) -> Result<(), EventsError> {
    for (at, name) in names.iter().enumerate() {
        if let Some((role, _)) = head.cast.part(at)
            && !here.contains(name)
        {
            let (column, columns, path) = (name.clone(), here.to_vec(), path.to_owned());
            return Err(EventsError::NoSuchColumn { column, role, columns, path });
        }
    }
    Ok(())
}

/// A distinct value's spelling; none for [`ABSENT`].
pub fn spelling(names: &[String], code: u32) -> Option<&str> {
    if code == ABSENT { None } else { names.get(code as usize).map(String::as_str) }
}
