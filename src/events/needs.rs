//! What a log without some columns cannot be asked.

use serde::{Deserialize, Serialize};

use super::{ColumnReport, Role};

/// Something that this log's columns do not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchedOff {
    /// The roles of which one would allow it.
    pub needs: Vec<Role>,
    /// What is switched off.
    pub what: String,
    /// Why, in a sentence.
    pub why: String,
}

/// What is switched off for want of columns. Nothing of it is needed for interests and their forecast: user, time and
/// text are enough.
pub fn switched_off(columns: &[ColumnReport]) -> Vec<SwitchedOff> {
    let there = |role: &Role| columns.iter().any(|column| column.role == Some(*role));
    let rules: [(&[Role], &str); 6] = [
        (&[Role::Value, Role::Price], "value: what users spend, and returns against it"),
        (&[Role::Quantity, Role::Basket, Role::Kind], "returns: no row can be told to be one"),
        (&[Role::Item], "goods told from postage and fees by their codes"),
        (&[Role::Quantity], "wholesalers flagged by what they take"),
        (&[Role::Kind], "weights by kind of event: every event counts the same"),
        (&[Role::Category], "the log's own categories"),
    ];
    let missing = rules.into_iter().filter(|(needs, _)| !needs.iter().any(&there));
    missing
        .map(|(needs, what)| {
            let names: Vec<String> = needs.iter().map(ToString::to_string).collect();
            let why = format!("no column is the {}", names.join(" or the "));
            SwitchedOff { needs: needs.to_vec(), what: what.to_owned(), why }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    fn column(role: Role) -> ColumnReport {
        ColumnReport {
            name: role.to_string(),
            kind: "text".into(),
            role: Some(role),
            why: String::new(),
            nulls: 0,
            distinct: 1,
            examples: Vec::new(),
        }
    }

    #[test]
    fn each_missing_column_switches_off_only_what_needs_it() {
        let bare = [Role::User, Role::Time, Role::Text].map(column);
        assert_eq!(switched_off(&bare).len(), 6);
        let mut priced = bare.to_vec();
        priced.push(column(Role::Price));
        let off = switched_off(&priced);
        assert!(off.len() == 5 && !off.iter().any(|off| off.what.starts_with("value")), "{off:?}");
        assert!(switched_off(&Role::iter().map(column).collect::<Vec<_>>()).is_empty());
        assert_eq!(switched_off(&bare)[1].why, "no column is the quantity or the basket or the kind");
    }
}
