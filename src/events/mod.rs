//! A log on disk → a clean [`EventTable`] and the [`Account`] of every row left out.

mod account;
mod build;
mod clean;
mod dialect;
mod dictionary;
mod digest;
mod distinct;
mod error;
mod files;
mod guess;
mod inspection;
mod log;
mod numbers;
mod order;
mod profile;
mod read;
mod rejected;
mod roles;
mod rows;
mod shapes;
mod source;
mod table;
mod tally;
mod times;

pub use account::{Account, Reason, Rejection};
pub use dialect::{Dialect, DialectChoice, LineEnd};
pub use error::{EventsError, TwoReadings};
pub use files::find_files;
pub use inspection::{BrokenFile, ColumnReport, Inspection};
pub use read::{Log, ReadOptions, preview, read, read_texts};
pub use roles::{Mapping, Role};
pub use table::{EventTable, Interned, Returns, TextId, UserId};
