//! Why no column looks like a role: what is wrong with the file comes before what is wrong with a name.

use super::names;
use super::values::{has_letters, holds_words};
use crate::events::profile::Profile;
use crate::events::times::looks_like_time;
use crate::events::{Dialect, Role};

/// So many values are shown.
const SHOWN: usize = 2;

/// How the file was taken to be written, as far as that can be at fault.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    encoding: &'a str,
    delimiter: char,
    header: bool,
}

impl<'a> Written<'a> {
    pub fn of(dialect: &'a Dialect) -> Self {
        Self { encoding: &dialect.encoding, delimiter: dialect.delimiter, header: dialect.header }
    }
}

/// What was found that explains why nobody plays `role`, with what to do about it; none if nothing was.
pub fn cause(role: Role, columns: &[Profile], dialect: Option<Written<'_>>) -> Option<String> {
    in_the_file(columns, dialect).or_else(|| in_the_values(role, columns))
}

/// A delimiter, a header, an encoding or types that cannot be right.
fn in_the_file(columns: &[Profile], dialect: Option<Written<'_>>) -> Option<String> {
    if let (Some(dialect), [only]) = (dialect, columns) {
        return Some(format!(
            "every line was read as one field, as no delimiter was found (it is taken to be `{}`, and the first line is \
             `{}`); say what stands between fields with --delimiter",
            dialect.delimiter.escape_default(),
            only.name
        ));
    }
    if let Some(dialect) = dialect.filter(|dialect| dialect.header) {
        let value =
            |column: &&Profile| column.name.trim().parse::<f64>().is_ok() || looks_like_time(&column.name).is_some();
        if let Some(column) = columns.iter().find(value) {
            return Some(format!(
                "the first line is taken for the names of the columns, and `{}` in it is a value; if the file has no such \
                 line, say --header no",
                column.name
            ));
        }
        if let Some(column) = columns.iter().find(|column| is_garbled(column)) {
            return Some(format!(
                "`{}` looks garbled in {}; say how the file is encoded with --encoding",
                garbled_part(column),
                dialect.encoding
            ));
        }
    }
    if dialect.is_some_and(|dialect| !dialect.header) {
        return Some("the file has no line with names, so only values can tell what a column is".to_owned());
    }
    let unreadable = columns.iter().find_map(|column| Some((&column.name, column.unreadable.as_ref()?)));
    unreadable.map(|(name, kind)| format!("column `{name}` is of a type that cannot be read ({kind})"))
}

/// Letters that come of reading one encoding as another.
fn is_garbled(column: &Profile) -> bool {
    !garbled_part(column).is_empty()
}

fn garbled_part(column: &Profile) -> &str {
    let signs = ["\u{fffd}", "Ã¼", "Ã¶", "Ã¤", "Ã©", "Ã¨", "Ã³", "Ã±", "â€", "Ð°", "Ð¾"];
    let texts = std::iter::once(&column.name).chain(&column.examples);
    texts.map(String::as_str).find(|text| signs.iter().any(|sign| text.contains(sign))).unwrap_or_default()
}

/// A name that its values belie, or values of which there are none.
fn in_the_values(role: Role, columns: &[Profile]) -> Option<String> {
    let called = columns
        .iter()
        .filter(|column| names::fit(&column.name, role).0 > 0)
        .max_by_key(|column| names::fit(&column.name, role).0);
    let shown = |column: &Profile| column.examples.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match role {
        Role::Text => {
            let words: Vec<String> = columns
                .iter()
                .filter(|column| holds_words(column))
                .map(|column| format!("`{}`", column.name))
                .collect();
            match (called.filter(|column| !has_letters(column)), words.as_slice()) {
                (Some(column), []) => Some(format!(
                    "no column holds words: `{}` is called like it and holds {}",
                    column.name,
                    shown(column)
                )),
                (None, []) => Some("no column holds words".to_owned()),
                (_, [one]) => Some(format!(
                    "{one} alone holds words, and few different ones; if they are what users are interested in, name it"
                )),
                (_, several) => Some(format!("several columns hold words ({})", several.join(", "))),
            }
        }
        Role::Time => match called {
            Some(column) => Some(format!("`{}` is called like it and holds {}", column.name, shown(column))),
            None => Some("no column holds dates or times".to_owned()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::columns;
    use super::*;

    fn written(header: bool) -> Option<Written<'static>> {
        Some(Written { encoding: "UTF-8", delimiter: ',', header })
    }

    #[test]
    fn the_file_is_blamed_before_a_name() {
        let one = columns(&[("user|time|text", ["a|2024-01-01|tea", "b|2024-01-02|cup", "a|2024-01-03|pot"])]);
        assert!(cause(Role::User, &one, written(true)).unwrap().contains("--delimiter"));
        let values = columns(&[("u1", ["u2", "u3", "u2"]), ("2024-01-03", ["2024-01-04", "2024-01-05", "2024-01-05"])]);
        assert!(cause(Role::Text, &values, written(true)).unwrap().contains("--header no"));
        let garbled = columns(&[("KÃ¤ufer", ["a", "b", "a"]), ("wann", ["x", "y", "z"])]);
        assert!(cause(Role::User, &garbled, written(true)).unwrap().contains("--encoding"));
    }

    #[test]
    fn values_that_belie_a_name_are_shown() {
        let log = columns(&[("product", ["17", "23", "17"]), ("when", ["soon", "later", "now"])]);
        let words = cause(
            Role::Text,
            &columns(&[("product", ["17", "23", "17"])][..])
                .into_iter()
                .chain(columns(&[("x", ["1", "2", "3"])]))
                .collect::<Vec<_>>(),
            None,
        )
        .unwrap();
        assert!(words.contains("`product`") && words.contains("17, 23"), "{words}");
        assert!(cause(Role::Time, &log, None).unwrap().contains("`when` is called like it and holds soon, later"));
        assert_eq!(cause(Role::User, &log, None), None);
    }
}
