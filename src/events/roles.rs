//! What each column of a log means.

use serde::{Deserialize, Serialize};

/// What a column can mean; the three that a log must have first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Role {
    /// Who.
    User,
    /// When.
    Time,
    /// What, in words. Several columns are joined by `, `.
    Text,
    /// The item's code.
    Item,
    /// The basket, order or visit that events share.
    Basket,
    /// The kind of event.
    Kind,
    /// How many.
    Quantity,
    /// The price of one unit.
    Price,
    /// What the event was worth; quantity × price when only these are there.
    Value,
    /// A category the log has already.
    Category,
}

impl Role {
    /// Whether a forecast cannot do without it.
    pub fn required(self) -> bool {
        matches!(self, Self::User | Self::Time | Self::Text)
    }
}

/// Which columns play which roles. Only what the analyst said; what is left open is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// The columns given to roles, in the order given; a role other than text has one at most.
    pub columns: Vec<(Role, String)>,
    /// Roles that stay empty even if a column looks like them.
    pub without: Vec<Role>,
}

impl Mapping {
    /// The columns that play a role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(move |(given, _)| *given == role).map(|(_, column)| column.as_str())
    }

    /// Gives a role to one column alone, or to none.
    pub fn set(&mut self, role: Role, column: Option<String>) {
        self.columns.retain(|(given, _)| *given != role);
        self.without.retain(|given| *given != role);
        match column {
            Some(column) => self.columns.push((role, column)),
            None => self.without.push(role),
        }
    }
}
