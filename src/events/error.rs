//! Why a log could not be read.

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;

use super::Role;
use crate::observe::Cancelled;

/// Why a log could not be read: what happened, why, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// No file was named at all.
    #[error("no log was named; name a CSV or Parquet file, a folder or a pattern")]
    NoInput,
    /// The file or folder does not exist, or a pattern matches nothing.
    #[error("there is no such file or folder, and no file matches it as a pattern; check the spelling: {}", path.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
    },
    /// A folder in which nothing looks like a log.
    #[error("the folder holds no logs: nothing in it ends in .csv, .tsv, .txt (or these with .gz, .zst) or .parquet; name the file itself: {}", path.display())]
    NoLogs {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is a table of a kind that cannot be read.
    #[error("the folder is a {kind} that cannot be read here: {why}; write its present state as plain Parquet and name that, with {instead}: {}", path.display())]
    TableFolder {
        /// What it is.
        kind: &'static str,
        /// Why it cannot be read.
        why: String,
        /// What writes it as plain Parquet.
        instead: &'static str,
        /// The folder.
        path: PathBuf,
    },
    /// A file of no bytes.
    #[error("the file is empty, so there is nothing to read; export the log again: {}", path.display())]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// Column names and no row.
    #[error("the file has column names but no rows; export the log again with its rows: {}", path.display())]
    HeaderOnly {
        /// The file.
        path: PathBuf,
    },
    /// A column that was asked for, or that an earlier file of the log has, is not there.
    #[error("there is no column `{column}` to be the {role}; the columns are {}: {}", list(columns), path.display())]
    NoSuchColumn {
        /// The column asked for.
        column: String,
        /// What it was to be.
        role: Role,
        /// The columns there are.
        columns: Vec<String>,
        /// The file without it.
        path: PathBuf,
    },
    /// A column that a filter asks for is not there.
    #[error("there is no column `{column}` to filter by; the columns are {}: {}", list(columns), path.display())]
    NoFilterColumn {
        /// The column asked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
        /// The file without it.
        path: PathBuf,
    },
    /// No column looks like one that must be there.
    #[error(
        "{}no column looks like the {role}; name it with --{role} COL; the columns are {}",
        because(cause),
        list(columns)
    )]
    RoleNotFound {
        /// What is missing.
        role: Role,
        /// What was found that explains it, and what to do about that.
        cause: Option<String>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// One column is asked to play two roles, or is asked for twice.
    #[error(
        "column `{column}` is asked for twice: as the {} and as the {}; name another column for one of them, or leave one out (only the text may be the item, the kind or the category too)",
        roles.0, roles.1
    )]
    AskedTwice {
        /// The column.
        column: String,
        /// What it was to be.
        roles: (Role, Role),
    },
    /// One role is asked of two columns.
    #[error("the {role} is asked to be two columns, `{}` and `{}`; name one (only the text may be several)", columns.0, columns.1)]
    TwoColumns {
        /// The role.
        role: Role,
        /// The columns.
        columns: (String, String),
    },
    /// The log is said to end before it begins.
    #[error("--first {first} is after --last {last}, so no day is left; exchange them or leave one out")]
    Backwards {
        /// The first day given.
        first: Date,
        /// The last day given.
        last: Date,
    },
    /// The time column holds nothing that can be read as a time.
    #[error(
        "column `{column}` holds no usable time ({detail}); name another column with --time COL or say how its times are written with --time-format, for instance --time-format '%d/%m/%Y %H:%M'"
    )]
    NoUsableTime {
        /// The time column.
        column: String,
        /// What stands there instead.
        detail: String,
    },
    /// The times can be read in two ways that give different dates.
    #[error("{0}")]
    AmbiguousTimes(Box<TwoReadings>),
    /// Too many times of the column cannot be read.
    #[error("{0}")]
    UnreadableTimes(Box<UnreadableTimes>),
    /// The times lie where no log does.
    #[error("{0}")]
    OtherCalendar(Box<OtherCalendar>),
    /// `--time-format` is not strftime's notation.
    #[error("--time-format '{format}' is no strftime notation ({why}); write for instance '%Y-%m-%d %H:%M:%S'")]
    BadTimeFormat {
        /// What was given.
        format: String,
        /// What is wrong with it.
        why: String,
    },
    /// A zone that is not known.
    #[error("--time-zone '{zone}' is no time zone known here ({why}); write for instance 'Europe/Berlin' or '+08:00'")]
    BadTimeZone {
        /// What was given.
        zone: String,
        /// What is wrong with it.
        why: String,
    },
    /// What was said about how the text is written cannot be.
    #[error(
        "the log cannot be read as it was said to be written: {why}; see --delimiter, --quote, --escape, --comment, --decimal, --encoding"
    )]
    BadDialect {
        /// What is wrong with it.
        why: String,
    },
    /// A file of another kind, whatever its name says.
    #[error("the file is {what}, which is not read here; {instead}: {}", path.display())]
    OtherKind {
        /// What it is.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The header names more or fewer columns than the rows below it have.
    #[error(
        "line {line} has {names} names, the rows have {fields} fields, so it cannot be known which name belongs to which field; mend that line, or leave it out with --skip-lines {line} --header no: {}", path.display()
    )]
    UnevenHeader {
        /// The header's line.
        line: u64,
        /// How many names it has.
        names: usize,
        /// How many fields the rows have.
        fields: usize,
        /// The file.
        path: PathBuf,
    },
    /// A second table within a file, whose columns stand in another order.
    #[error("the file cannot be read as one table: {why}: {}", path.display())]
    OtherTable {
        /// Where it begins, and what to do.
        why: String,
        /// The file.
        path: PathBuf,
    },
    /// A file taken for UTF-8 turned out to be in another encoding, by all its letters together.
    #[error("the file is not in UTF-8 but most likely in {encoding}; say --encoding {encoding} if it is: {}", path.display())]
    OtherEncoding {
        /// The encoding.
        encoding: String,
        /// The file.
        path: PathBuf,
    },
    /// The file's content is damaged or is not what it says it is.
    #[error("the file cannot be read: {why}; get a whole copy of it: {}", path.display())]
    BrokenFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A column that plays a role has a type that cannot be read.
    #[error("column `{column}` is to be the {role}, but its type ({kind}) cannot be read; save it as text, a number or a time: {}", path.display())]
    ColumnType {
        /// The column.
        column: String,
        /// Its role.
        role: Role,
        /// Its type in the file.
        kind: String,
        /// The file.
        path: PathBuf,
    },
    /// Somebody wrote to the log meanwhile.
    #[error("the log was changed while it was read, so that a part of it may be old and a part new; wait until it is written, or read a copy of it: {}", path.display())]
    Changed {
        /// The file that changed, came or went.
        path: PathBuf,
    },
    /// Every row was left out, or only returns are left.
    #[error(
        "none of the {rows_read} rows is left as an event: {reasons}; check which columns are the user, the time and the text"
    )]
    NoEvents {
        /// Rows read.
        rows_read: u64,
        /// How many rows were left out for which reason.
        reasons: String,
    },
    /// More rows than one table can number.
    #[error("the log has more than {limit} rows, which is more than can be read at once; give a part of it")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
    /// The rows left out could not be written down.
    #[error("the rows left out cannot be written: {source}; name a place that can be written to: {}", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused.
    #[error("the file cannot be read: {source}: {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Times that can be read in two ways.
#[derive(Debug, thiserror::Error)]
#[error(
    "the times in column `{column}` can be read in two ways and no row settles it: `{example}` is {first} by '{first_format}' or {second} by '{second_format}'; choose with --time-format '{first_format}' or --time-format '{second_format}'"
)]
pub struct TwoReadings {
    /// The time column.
    pub column: String,
    /// A time that reads differently.
    pub example: String,
    /// What it is by the first reading.
    pub first: String,
    /// How the first reading is written for `--time-format`.
    pub first_format: String,
    /// What it is by the second reading.
    pub second: String,
    /// How the second reading is written for `--time-format`.
    pub second_format: String,
}

/// A cause, before what it causes.
fn because(cause: &Option<String>) -> String {
    cause.as_ref().map(|cause| format!("{cause}. So ")).unwrap_or_default()
}

/// Times that cannot be read, so many that the column was misunderstood or the log would have holes.
#[derive(Debug)]
pub struct UnreadableTimes {
    /// The time column.
    pub column: String,
    /// Rows whose time cannot be read.
    pub unreadable: u64,
    /// Rows with something in the column.
    pub written: u64,
    /// The first and last line, where they stand together.
    pub stretch: Option<(u64, u64)>,
    /// Some of them, with their lines.
    pub examples: Vec<String>,
}

impl std::error::Error for UnreadableTimes {}

impl fmt::Display for UnreadableTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, unreadable, written, stretch, examples } = self;
        write!(f, "{unreadable} of {written} times in column `{column}` cannot be read")?;
        if let Some((first, last)) = stretch {
            write!(f, ", all between lines {first} and {last}")?;
        }
        if !examples.is_empty() {
            write!(f, ": {}", examples.join(", "))?;
        }
        f.write_str(
            "; without these rows the log would have holes. Say how they are written with --time-format (several notations \
             of one column with `|` between), name another column with --time COL, or leave such rows out with --where",
        )
    }
}

/// Times most of which lie where no log does.
#[derive(Debug)]
pub struct OtherCalendar {
    /// The time column.
    pub column: String,
    /// Rows whose times do.
    pub rows: u64,
    /// Rows with a time.
    pub all: u64,
    /// The year in the middle of them.
    pub year: i16,
    /// The calendars by which it is one of the last decades.
    pub calendars: Vec<&'static str>,
}

impl std::error::Error for OtherCalendar {}

impl fmt::Display for OtherCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, rows, all, year, calendars } = self;
        write!(f, "{rows} of {all} times in column `{column}` lie where no log does, about the year {year}")?;
        if !calendars.is_empty() {
            write!(f, "; as years of another calendar they would be recent: {}", calendars.join(", "))?;
        }
        f.write_str(
            ". Write them as dates of the Gregorian calendar or as counts since 1970; if they are meant as they stand, say \
             where the log begins and ends with --first and --last",
        )
    }
}

/// Column names in a row, each in its quotes.
fn list(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
