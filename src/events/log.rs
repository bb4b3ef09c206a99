//! Opening a log and walking through it batch by batch, whatever files it is made of.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::dialect::Dialect;
use super::dictionary::mix;
use super::digest::{ColumnUse, Readers, digest};
use super::guess::{self, Cast, spelled};
use super::profile::Profile;
use super::rows::{Digest, wanted};
use super::sieve::{self, Sieve};
use super::source::{self, Batch, Batches, Cells, Field};
use super::times::{Evidence, TimeReader};
use super::{BrokenFile, ColumnReport, EventsError, Mapping, ReadOptions, Role};
use crate::observe::{Stage, Watch};

/// Rows from which roles are guessed and the first look is made.
pub const HEAD_ROWS: usize = 1000;

/// A preview opens so many files to see whether they are whole.
const OPENED: usize = 500;

/// The beginning of a log.
pub struct Head {
    /// All the files.
    pub files: Vec<PathBuf>,
    /// Files that were found broken and are none of them.
    pub broken: Vec<BrokenFile>,
    /// The columns of the first file that has rows.
    pub columns: Vec<Profile>,
    /// That file's first rows, column by column.
    pub cells: Vec<Cells>,
    /// How many rows these are, with those that were left out.
    pub rows: usize,
    /// How the first text file is written.
    pub dialect: Option<Dialect>,
    /// What each column means.
    pub cast: Cast,
}

impl Head {
    /// Reads the beginning and gives out the roles.
    ///
    /// # Errors
    /// Files that are missing, broken, empty or have only a header.
    pub fn read(mut files: Vec<PathBuf>, options: &ReadOptions) -> Result<Self, EventsError> {
        let times = TimeReader::new(None, None)?;
        let mut nothing = None;
        let mut broken = Vec::new();
        for path in &files.clone() {
            let look = || {
                let mut opened = source::open(path, &options.dialect)?;
                let batch = opened.batches.first(HEAD_ROWS)?;
                Ok((opened, batch))
            };
            let seen = match look() {
                Err(EventsError::OtherEncoding { .. }) => look(),
                seen => seen,
            };
            let (opened, batch) = match seen {
                Err(empty @ (EventsError::EmptyFile { .. } | EventsError::HeaderOnly { .. })) => {
                    nothing.get_or_insert(empty);
                    continue;
                }
                Err(error @ EventsError::BrokenFile { .. }) if options.skip_broken && files.len() > 1 => {
                    broken.push(BrokenFile { path: path.clone(), why: error.to_string() });
                    files.retain(|file| file != path);
                    continue;
                }
                opened => opened?,
            };
            let cells = (0..opened.fields.len()).map(|at| batch.cells(at)).collect::<Result<Vec<_>, _>>()?;
            let profile = |(field, cells): (&Field, &Cells)| {
                let mut profile = Profile::new(field.name.clone());
                profile.unreadable = field.unreadable.clone();
                profile.observe(cells, &times);
                profile
            };
            let columns: Vec<_> = opened.fields.iter().zip(&cells).map(profile).collect();
            let rows = batch.rows() + batch.torn().len();
            let cast = guess::cast(&columns, &options.mapping, rows);
            return Ok(Self { files, broken, columns, cells, rows, dialect: opened.dialect, cast });
        }
        Err(nothing.unwrap_or(EventsError::NoInput))
    }

    /// Opens the files that come later, as far as that is quick, and sets those aside that are broken.
    pub fn look_for_broken(&mut self, options: &ReadOptions) {
        let look = |path: &PathBuf| match source::open(path, &options.dialect) {
            Err(error @ EventsError::BrokenFile { .. }) => {
                Some(BrokenFile { path: path.clone(), why: error.to_string() })
            }
            _ => None,
        };
        let found: Vec<BrokenFile> = self.files.par_iter().take(OPENED).filter_map(look).collect();
        self.files.retain(|file| found.iter().all(|broken| broken.path != *file));
        self.broken.extend(found);
    }

    /// What the first rows say about how times are written; none if their column types them.
    pub fn evidence(&self, times: &TimeReader) -> Option<(&str, Evidence)> {
        let at = self.cast.of(Role::Time)?;
        let part = digest(&self.cells[at], ColumnUse::Times, 0, &Readers { times, decimal: None });
        let typed = self.columns[at].looks.typed_times > 0;
        (!typed).then_some((self.columns[at].name.as_str(), part.evidence))
    }

    /// # Errors
    /// A column asked for that is not there, one asked for twice, a role of `roles` that nobody plays, a role played by a column of a type
    /// that cannot be read.
    pub fn require(&self, roles: &[Role], options: &ReadOptions) -> Result<(), EventsError> {
        if let Some(error) = self.unknown(&options.mapping).next() {
            return Err(error);
        }
        guess::check_asked(&options.mapping, &self.columns)?;
        if let Some(error) = sieve::missing(&options.filters, &self.columns, || self.path()) {
            return Err(error);
        }
        if let Some(role) = self.cast.missing(roles).first() {
            return Err(self.not_found(*role));
        }
        for (at, column) in self.columns.iter().enumerate() {
            if let (Some((role, _)), Some(kind)) = (self.cast.part(at), column.unreadable.clone()) {
                return Err(EventsError::ColumnType { column: column.name.clone(), role, kind, path: self.path() });
            }
        }
        Ok(())
    }

    /// That no column looks like a role, with the cause.
    pub fn not_found(&self, role: Role) -> EventsError {
        let cause = guess::cause(role, &self.columns, self.dialect.as_ref().map(guess::Written::of));
        EventsError::RoleNotFound { role, cause, columns: spelled(&self.columns) }
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
            let role = self.cast.part(at).map(|part| part.0);
            let unreadable = self.columns.get(at).and_then(|column| column.unreadable.as_ref());
            ColumnReport {
                name: column.name.clone(),
                kind: unreadable.map_or(column.kind(), String::as_str).to_owned(),
                role,
                why: self.why(at),
                nulls: column.nulls,
                distinct: column.distinct(),
                examples: column.examples.clone(),
            }
        };
        columns.iter().enumerate().map(report).collect()
    }

    /// Why a column has its role, and which it has besides.
    fn why(&self, column: usize) -> String {
        let Some((_, why)) = self.cast.part(column) else {
            return "nothing in its name or values points to a role".to_owned();
        };
        let besides: Vec<String> = self.cast.besides_text(column).map(|role| format!("the {role}")).collect();
        match self.cast.part(column) {
            Some((Role::Text, _)) if !besides.is_empty() => {
                format!("{why}; its words are {} too", besides.join(" and "))
            }
            _ => why.to_owned(),
        }
    }

    fn path(&self) -> PathBuf {
        self.files.first().cloned().unwrap_or_default()
    }
}

/// Walks through all rows of all files, several batches at once. `take` gets the batches reduced, in the log's order,
/// and `names`; a column met first in a later file is added to these. With `only_roles`, columns without a role are
/// passed over. `take` may say that the walk is of no use. Reports progress, hears a cancel. Answers with what to know
/// about the files, if it came to the end.
///
/// # Errors
/// What opening and reading may meet, a file without a column that plays a role, and what `take` refuses.
pub fn walk(
    head: &Head,
    names: &mut Vec<String>,
    options: &ReadOptions,
    times: &TimeReader,
    only_roles: bool,
    watch: &Watch,
    mut take: impl FnMut(Step) -> Result<bool, EventsError>,
) -> Result<Option<Vec<String>>, EventsError> {
    let sieve = Sieve::new(&options.filters, &head.columns);
    let mut notes = Vec::new();
    let mut opened = Vec::new();
    for path in &head.files {
        watch.check()?;
        match source::open(path, &options.dialect) {
            Err(EventsError::EmptyFile { path }) => notes.push(format!("A file is empty: {}", path.display())),
            file => opened.push((path, file?)),
        }
    }
    let known = opened.iter().map(|(_, file)| file.rows).sum::<Option<u64>>();
    let bytes: u64 = opened.iter().map(|(_, file)| file.size).sum();
    let mut meter = watch.meter(Stage::Read, "row", known);
    take(Step::Expect(known.unwrap_or_default()))?;
    let pieces = rayon::current_num_threads();
    let (mut done, mut estimated) = (0, false);
    for (number, (path, mut file)) in opened.into_iter().enumerate() {
        let here: Vec<String> = file.fields.iter().map(|field| field.name.clone()).collect();
        check_columns(head, &sieve, names, &here, path)?;
        let places: Vec<usize> = here
            .into_iter()
            .map(|name| {
                names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    let where_from = path.display();
                    notes.push(format!(
                        "Column `{name}` is not in the log's first file, so it plays no role: {where_from}"
                    ));
                    names.push(name);
                    names.len() - 1
                })
            })
            .collect();
        let apart = days_of_folders(head, &places, file.batches.as_ref()).then(|| mix(number as u64));
        if apart.is_some() {
            notes.push(DAYS_OF_FOLDERS.to_owned());
        }
        let mut wave = file.batches.next(pieces)?;
        while !wave.is_empty() {
            let reduce = || -> Vec<Result<Digest, EventsError>> {
                let all = wave.par_iter();
                all.map(|batch| reduced(batch.as_ref(), &places, head, &sieve, times, only_roles, apart)).collect()
            };
            // The next batches are fetched while these are worked on.
            let read = done + file.batches.bytes_read();
            let (digests, next) = rayon::join(reduce, || file.batches.next(pieces));
            for digest in digests {
                let digest = digest?;
                let rows = (digest.hash.len() + digest.torn.len()) as u64;
                if !take(Step::Take(digest, names))? {
                    return Ok(None);
                }
                if known.is_none() {
                    let share = (read as f64 / bytes.max(1) as f64).clamp(1e-9, 1.0);
                    let total = ((meter.done() + rows) as f64 / share) as u64;
                    meter.set_total(total.max(meter.done() + rows + 1));
                    if !estimated && share < 0.9 {
                        estimated = true;
                        take(Step::Expect(total + total / 16))?;
                    }
                }
                meter.detail(format!("{:.0} of {:.0} MB", read as f64 / 1e6, bytes as f64 / 1e6));
                meter.advance(rows)?;
            }
            wave = next?;
        }
        done += file.size;
        notes.extend(file.batches.notes());
    }
    meter.set_total(meter.done());
    meter.advance(0)?;
    // Every file of a folder says the same of itself.
    let mut said = std::collections::HashSet::new();
    notes.retain(|note| said.insert(note.clone()));
    Ok(Some(notes))
}

/// Whether a file's times are days that its folders are called by, and nothing in it counts how many. The layout took
/// from its rows what told them apart, so equal ones are no slip.
fn days_of_folders(head: &Head, places: &[usize], file: &dyn Batches) -> bool {
    let time = head.cast.of(Role::Time).and_then(|time| places.iter().position(|place| *place == time));
    let counted = [Role::Quantity, Role::Basket].into_iter().any(|role| head.cast.of(role).is_some());
    !counted && time.is_some_and(|time| file.of_folder(time))
}

const DAYS_OF_FOLDERS: &str =
    "Times are the names of folders, and nothing counts how many, so equal rows of a day are events of their own.";

/// What a walk hands out.
pub enum Step<'a> {
    /// About so many rows will come in all.
    Expect(u64),
    /// The next batch, and the log's columns so far.
    Take(Digest, &'a [String]),
}

/// A batch, column by column reduced. With `apart`, the number of its file, no row is equal to another.
fn reduced(
    batch: &dyn Batch,
    places: &[usize],
    head: &Head,
    sieve: &Sieve,
    times: &TimeReader,
    only_roles: bool,
    apart: Option<u64>,
) -> Result<Digest, EventsError> {
    let readers = Readers { times, decimal: batch.decimal() };
    let one = |(at, place): (usize, &usize)| {
        let role = head.cast.part(*place).map(|part| part.0);
        if only_roles && role.is_none() {
            return None;
        }
        let part = |cells: Cells| (*place, digest(&cells, wanted(role), mix(*place as u64), &readers));
        Some(batch.cells(at).map(part))
    };
    let mut parts = places.par_iter().enumerate().filter_map(one).collect::<Result<Vec<_>, EventsError>>()?;
    let mut hash = vec![0_u64; batch.rows()];
    for (_, part) in &mut parts {
        let hashes = std::mem::take(&mut part.row_hashes);
        hash.iter_mut().zip(hashes).for_each(|(all, one)| *all = all.wrapping_add(one));
    }
    let lines = batch.lines();
    if let Some(file) = apart {
        let own = |row| mix(file ^ lines.of(row));
        hash.iter_mut().enumerate().for_each(|(row, all)| *all = all.wrapping_add(own(row)));
    }
    let filtered = sieve.left_out(batch, places)?;
    Ok(Digest { parts, hash, filtered, lines, torn: batch.torn().to_vec() })
}

/// A later file must have every column that plays a role or is filtered by.
fn check_columns(
    head: &Head,
    sieve: &Sieve,
    names: &[String],
    here: &[String],
    path: &Path,
) -> Result<(), EventsError> {
    for (at, name) in names.iter().enumerate() {
        if let Some((role, _)) = head.cast.part(at)
            && !here.contains(name)
        {
            let (column, columns, path) = (name.clone(), here.to_vec(), path.to_owned());
            return Err(EventsError::NoSuchColumn { column, role, columns, path });
        }
        if sieve.needs(at) && !here.contains(name) {
            let (column, columns, path) = (name.clone(), here.to_vec(), path.to_owned());
            return Err(EventsError::NoFilterColumn { column, columns, path });
        }
    }
    Ok(())
}
