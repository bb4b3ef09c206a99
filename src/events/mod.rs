//! A log on disk → a clean [`EventTable`] and the [`Account`] of every row left out.

mod account;
mod inspection;
mod roles;
mod table;

pub use account::{Account, Reason, Rejection};
pub use inspection::{ColumnReport, Inspection};
pub use roles::{Mapping, Role};
pub use table::{EventTable, Interned, Returns, TextId, UserId};
