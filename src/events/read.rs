//! The whole log, read and cleaned; the first look at it; its texts alone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use rayon::prelude::*;
use strum::IntoEnumIterator as _;

use super::build::build;
use super::clean::clean;
use super::dialect::DialectChoice;
use super::files::{find_files, find_logs};
use super::guess;
use super::log::{HEAD_ROWS, Head, Step, walk};
use super::rejected;
use super::rows::Gather;
use super::tally::reasons;
use super::times::TimeReader;
use super::{
    Account, BrokenFile, ColumnReport, EventTable, EventsError, Filter, Inspection, KindReport, KindWeights, Mapping,
    Meaning, Role, SwitchedOff, ValueUnknown, doubt, sieve, switched_off,
};
use crate::observe::Watch;
use crate::wording::counted;

/// How many rows a preview shows.
const PREVIEW_ROWS: usize = 100;

/// How to read a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Which columns play which roles; what is open is guessed.
    pub mapping: Mapping,
    /// How times are written, in strftime's notation; found out when not given.
    pub time_format: Option<String>,
    /// Baskets that begin so are returns; found out when not given.
    pub returns_prefix: Option<String>,
    /// Rows count only if all of these hold.
    pub filters: Vec<Filter>,
    /// How much an event of each kind counts.
    pub kind_weights: KindWeights,
    /// Whether purchases called off within a day stay events, and their cancellations returns.
    pub keep_called_off: bool,
    /// How a text file writes its table; what is open is found out.
    pub dialect: DialectChoice,
    /// The log's time zone, by its name (`Europe/Berlin`) or as an offset (`+08:00`): instants become what clocks showed
    /// there. UTC when not given. Times without a zone are what clocks showed, whatever the zone.
    pub time_zone: Option<String>,
    /// Whether files that are broken are left out, with a note, instead of the log being refused.
    pub skip_broken: bool,
    /// The log's first day; found by [`super::Reason::FarInTime`]'s rule when not given.
    pub first: Option<Date>,
    /// The log's last day; found likewise when not given.
    pub last: Option<Date>,
    /// Whether rows that are equal to an earlier one in every column are events too.
    pub keep_duplicates: bool,
    /// Where the rows that are left out are written, as CSV.
    pub rejected: Option<PathBuf>,
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
    /// The kinds of events, the most frequent first; none where no column tells them.
    pub kinds: Vec<KindReport>,
    /// What these columns do not allow.
    pub off: Vec<SwitchedOff>,
    /// What the analyst should know before anything is made of the log, a sentence each.
    pub warnings: Vec<String>,
    /// What the analyst should know besides, a sentence each.
    pub notes: Vec<String>,
    /// How long each part of the work took.
    pub stages: Vec<(&'static str, Duration)>,
}

/// A fast first look: the columns, what they seem to mean, and the first rows. Reads only the log's first
/// 1,000 rows, so that what is said about roles and times is said of these.
///
/// # Errors
/// Files that are missing, broken, empty or have only a header. A role that no column plays, and times that can be
/// read two ways, are no errors here but problems of the inspection.
pub fn preview(inputs: &[PathBuf], options: &ReadOptions, watch: &Watch) -> Result<Inspection, EventsError> {
    watch.check()?;
    let mut head = Head::read(find_files(inputs)?, &ReadOptions { skip_broken: true, ..options.clone() })?;
    head.look_for_broken(options);
    watch.check()?;
    let shown = head.rows.min(PREVIEW_ROWS);
    let mut preview: Vec<Vec<Option<String>>> = Vec::new();
    for cells in &head.cells {
        preview.resize_with(shown.min(cells.len()), Vec::new);
        let mut row = 0;
        cells.each(|cell| {
            if let Some(into) = preview.get_mut(row) {
                into.push(cell.spelled());
            }
            row += 1;
        });
    }
    let required = Role::iter().filter(|role| role.required());
    let mut problems: Vec<String> = head.unknown(&options.mapping).map(|error| error.to_string()).collect();
    problems.extend(guess::check_asked(&options.mapping, &head.columns).err().map(|error| error.to_string()));
    let needs = head.cast.missing(&required.collect::<Vec<_>>());
    problems.extend(needs.iter().map(|role| head.not_found(*role).to_string()));
    problems.extend(
        sieve::missing(&options.filters, &head.columns, || head.files[0].clone()).map(|error| error.to_string()),
    );
    problems.extend(time_problem(&head, options));
    if !options.skip_broken {
        let leave = |broken: &BrokenFile| format!("{}; or leave it out with --skip-broken", broken.why);
        problems.extend(head.broken.iter().map(leave));
    }
    let columns = head.reports(&head.columns);
    Ok(Inspection {
        off: switched_off(&columns),
        columns,
        rows_seen: head.rows as u64,
        dialect: head.dialect.clone(),
        broken: head.broken,
        files: head.files,
        preview,
        needs,
        problems,
    })
}

/// What stands in the way of reading the times of the first rows.
fn time_problem(head: &Head, options: &ReadOptions) -> Option<String> {
    let times = match TimeReader::new(options.time_format.as_deref(), options.time_zone.as_deref()) {
        Ok(times) => times,
        Err(error) => return Some(error.to_string()),
    };
    let (column, evidence) = head.evidence(&times)?;
    // A later row may settle it, and the whole log is read before anything is refused.
    let part = if head.rows >= HEAD_ROWS { "In the first rows, " } else { "" };
    let mut times = times;
    match times.decide(column, &evidence) {
        Err(error) => Some(format!("{part}{error}")),
        Ok(ways) => {
            times.follow(ways);
            let (written, unreadable) = times.unreadable(&evidence);
            let first = evidence.first().unwrap_or_default();
            doubt::are_many(unreadable, written).then(|| {
                format!(
                    "{part}{unreadable} of {written} times in column `{column}` cannot be read, such as `{first}`; say how they \
                     are written with --time-format (several notations with `|` between) or name another column with --time \
                     COL"
                )
            })
        }
    }
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
    if let (Some(first), Some(last)) = (options.first, options.last)
        && first > last
    {
        return Err(EventsError::Backwards { first, last });
    }
    let found = find_logs(inputs)?;
    let mut head = Head::read(found.files, options)?;
    head.require(&[Role::User, Role::Time, Role::Text], options)?;
    let mut stages = Vec::new();
    let mut began = Instant::now();
    let mut done = |stage| stages.push((stage, std::mem::replace(&mut began, Instant::now()).elapsed()));
    let (gather, walked) = gathered(&mut head, options, false, watch)?;
    let mut notes = [found.notes, walked].concat();
    done("read");
    let (mut rows, profiles, mut tally) = gather.finish(&head.cast);
    watch.check()?;
    if let Some(column) = head.cast.of(Role::Time).and_then(|at| profiles.get(at)) {
        // Where the analyst says when the log begins or ends, its times are meant so.
        if options.first.is_none() && options.last.is_none() {
            doubt::other_calendar(&rows, &column.name)?;
        }
        doubt::unreadable_times(&rows, &column.name)?;
    }
    done("gather");
    let mut kept = clean(&mut rows, options, &mut tally);
    done("clean");
    let account = tally.account(kept.returns.len() as u64, std::mem::take(&mut kept.value_unknown));
    if let Some(path) = &options.rejected {
        let names: Vec<String> = profiles.iter().map(|profile| profile.name.clone()).collect();
        rejected::write(&head, &names, &std::mem::take(&mut kept.left_out), path, options, watch)?;
    }
    if kept.events.is_empty() {
        return Err(EventsError::NoEvents { rows_read: account.rows_read, reasons: reasons(&account) });
    }
    watch.check()?;
    notes.append(&mut rows.notes);
    notes.append(&mut kept.notes);
    notes.extend(value_note(&account));
    let warnings = std::mem::take(&mut kept.warnings);
    let mut events = EventTable { covers: (options.first, options.last), ..build(rows, kept) };
    done("build");
    notes.extend(weigh(&mut events, &options.kind_weights));
    let columns = head.reports(&profiles);
    let (kinds, off) = (kinds_of(&events), switched_off(&columns));
    Ok(Log { events, account, columns, kinds, off, warnings, notes, stages })
}

/// What becomes of rows whose value is not known.
fn value_note(account: &Account) -> Option<String> {
    let ValueUnknown { rows, examples, .. } = &account.value_unknown;
    let examples: Vec<String> = examples.iter().take(3).map(|text| format!("`{text}`")).collect();
    (*rows > 0).then(|| {
        format!(
            "A quantity, price or value that is no number stands in {} ({}): such a row counts as an event, a quantity that \
             is not known as one, and it adds nothing to sums of value.",
            counted(*rows, "row"),
            examples.join(", ")
        )
    })
}

/// Gives the events their kinds' weights. Answers what there is to know about them.
fn weigh(events: &mut EventTable, weights: &KindWeights) -> Option<String> {
    let Some(kind) = &events.kind else {
        let idle = "No column is the kind of event, so the weights by kind change nothing.";
        return (!weights.is_empty()).then(|| idle.to_owned());
    };
    let of_each: Vec<f32> = kind.names.iter().map(String::as_str).chain([""]).map(|kind| weights.of(kind)).collect();
    if of_each.iter().any(|weight| *weight != 1.0) {
        events.kind_weights = of_each;
    }
    None
}

fn kinds_of(events: &EventTable) -> Vec<KindReport> {
    let Some(kind) = &events.kind else { return Vec::new() };
    let mut counts = vec![0_u64; kind.names.len()];
    kind.codes.iter().for_each(|code| {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    });
    let report = |((at, kind), events_of): ((usize, &String), u64)| KindReport {
        kind: kind.clone(),
        meaning: Meaning::of(kind),
        events: events_of,
        weight: events.kind_weights.get(at).copied().unwrap_or(1.0),
    };
    let mut kinds: Vec<KindReport> = kind.names.iter().enumerate().zip(counts).map(report).collect();
    kinds.sort_by(|one, other| other.events.cmp(&one.events).then_with(|| one.kind.cmp(&other.kind)));
    kinds
}

/// All rows. Times are read in the way that the first rows suggest; if all rows together say otherwise, once more.
fn gathered(
    head: &mut Head,
    options: &ReadOptions,
    only_roles: bool,
    watch: &Watch,
) -> Result<(Gather, Vec<String>), EventsError> {
    let mut times = TimeReader::new(options.time_format.as_deref(), options.time_zone.as_deref())?;
    let likeliest = head.evidence(&times).and_then(|(_, evidence)| evidence.likeliest());
    times.follow(likeliest);
    let mut patient = false;
    let (mut without, mut settled) = (Vec::new(), Vec::new());
    loop {
        let mut names = guess::spelled(&head.columns);
        let mut gather = Gather::new(&names, &head.cast);
        let mut better = None;
        let mut batches = 0_u32;
        let walked = walk(head, &mut names, options, &times, only_roles, watch, |step| match step {
            Step::Expect(rows) => {
                gather.expect(rows);
                Ok(true)
            }
            Step::Take(digest, names) => {
                gather.take(digest, names)?;
                batches += 1;
                // Looked at now and then, as it may save the rest of the way.
                if !patient && batches.is_power_of_two() {
                    let ways = gather.evidence().and_then(|(_, evidence)| evidence.likeliest());
                    better = ways.filter(|ways| !times.clone().follow(Some(ways.clone())));
                }
                Ok(better.is_none())
            }
        });
        let walked = match walked {
            Err(EventsError::BrokenFile { path, why }) if options.skip_broken && head.files.len() > 1 => {
                // From the beginning, as some of its rows may be in.
                without.push(format!("A file was left out, as {why}: {}", path.display()));
                head.files.retain(|file| *file != path);
                continue;
            }
            Err(EventsError::OtherEncoding { path, .. }) if !settled.contains(&path) => {
                // All its letters were asked, and it is opened as what they say from now on.
                settled.push(path);
                *head = Head::read(std::mem::take(&mut head.files), options)?;
                if only_roles {
                    head.cast = std::mem::take(&mut head.cast).only(Role::Text);
                    head.require(&[Role::Text], options)?;
                } else {
                    head.require(&[Role::User, Role::Time, Role::Text], options)?;
                }
                continue;
            }
            walked => walked?,
        };
        let decided = match (walked, gather.evidence()) {
            (None, _) => better,
            (Some(notes), None) => return Ok((gather, [without, notes].concat())),
            (Some(notes), Some((column, evidence))) => {
                let decided = times.decide(column, evidence)?;
                if times.clone().follow(decided.clone()) {
                    let of_times = times.notes(column, evidence);
                    return Ok((gather, [without, notes, of_times].concat()));
                }
                decided
            }
        };
        patient = !times.follow(decided) && patient || batches > 1;
    }
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
    let options = ReadOptions { mapping, ..options.clone() };
    let head = Head::read(find_files(inputs)?, &options)?;
    let mut head = Head { cast: head.cast.only(Role::Text), ..head };
    head.require(&[Role::Text], &options)?;
    let (gather, _) = gathered(&mut head, &options, true, watch)?;
    let mut texts = gather.texts(&head.cast);
    texts.par_sort_unstable();
    texts.dedup();
    Ok(texts)
}
