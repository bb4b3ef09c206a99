//! The account of every row: read = kept + rejected.

use serde::{Deserialize, Serialize};

/// Why a row was left out. A row with several reasons is counted under the first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The line has more or fewer fields than the header.
    RaggedLine,
    /// Quotes that make no sense: one that is never closed, or closed in the middle of a field.
    StrayQuote,
    /// Bytes that are no text in the file's encoding.
    WrongEncoding,
    /// A NUL byte in a file in which such bytes stand for nothing else.
    NulByte,
    /// The names of the columns again, where files were put together.
    RepeatedHeader,
    /// A line that adds up the rows above it.
    TotalLine,
    /// A filter leaves the row out.
    FilteredOut,
    /// No user.
    NoUser,
    /// No time.
    NoTime,
    /// A time that could not be read.
    UnreadableTime,
    /// No words.
    NoText,
    /// A time far from those of all other rows, or before the day that the log is said to begin with, or after its last.
    FarInTime,
    /// Equal to an earlier row in every column.
    Duplicate,
    /// An item whose code does not have the shape of the log's item codes: postage, fees, adjustments, tests.
    NoGoods,
    /// A price of zero or below in a row that is no return.
    NoPrice,
    /// A kind of event that was given no weight.
    NoWeight,
    /// A purchase called off within a day, or its cancellation.
    CalledOff,
}

impl Reason {
    /// The reason in words, as it completes "left out because of …".
    pub fn words(self) -> &'static str {
        match self {
            Self::RaggedLine => "wrong number of fields",
            Self::StrayQuote => "stray quote",
            Self::WrongEncoding => "not in the encoding of the file",
            Self::NulByte => "NUL byte in the row",
            Self::RepeatedHeader => "the header again",
            Self::TotalLine => "line of totals",
            Self::FilteredOut => "left out by filter",
            Self::NoUser => "no user",
            Self::NoTime => "no time",
            Self::UnreadableTime => "unreadable time",
            Self::NoText => "no text",
            Self::FarInTime => "far from all other rows in time (or outside --first and --last)",
            Self::Duplicate => "exact duplicate",
            Self::NoGoods => "item code unlike the others (postage, fees, tests)",
            Self::NoPrice => "price not above zero",
            Self::NoWeight => "kind of event without weight",
            Self::CalledOff => "called off within a day (purchase and cancellation)",
        }
    }
}

/// The rows left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// How many rows.
    pub rows: u64,
    /// The first of them: line numbers from 1 in a CSV file (the header is line 1), row numbers from 1 in Parquet.
    pub first_lines: Vec<u64>,
}

/// Rows that are kept though something that is no number stands for their quantity, price or value.
///
/// They are events like all others. A quantity that is not known counts as one of a thing; what is worth nobody knows what
/// adds nothing to sums of value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueUnknown {
    /// How many rows.
    pub rows: u64,
    /// The first of them, as in [`Rejection`].
    pub first_lines: Vec<u64>,
    /// What stands there, a few of them.
    pub examples: Vec<String>,
}

/// What became of every row of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Rows read: kept + rejected.
    pub rows_read: u64,
    /// Rows kept: events + returns.
    pub rows_kept: u64,
    /// Rows kept as returns: no interest events, counted against value.
    pub returns: u64,
    /// Rows left out, by reason, in the order of [`Reason`].
    pub rejected: Vec<Rejection>,
    /// Rows kept, but with a quantity, price or value that could not be read.
    #[serde(default)]
    pub value_unknown: ValueUnknown,
}

impl Account {
    /// Rows left out in all.
    pub fn rows_rejected(&self) -> u64 {
        self.rejected.iter().map(|rejection| rejection.rows).sum()
    }
}
