//! Which rows of a log count at all: conditions on the values of columns, judged before anything else.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::numbers::parse_number;

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// One of these.
    In(Vec<String>),
    /// None of these.
    NotIn(Vec<String>),
    /// Less than this.
    Below(String),
    /// This or less.
    AtMost(String),
    /// More than this.
    Above(String),
    /// This or more.
    AtLeast(String),
}

/// A condition on one column. Several filters must all hold.
///
/// Values are compared without outer spaces, as the log spells them, or as numbers where both are some: `5` is `5.0`.
/// Larger and smaller are told by number where the bound is one, else by spelling, which is right for dates like
/// `2011-01-31`. An absent value equals only the empty word and is neither larger nor smaller than anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// The column's name.
    pub column: String,
    /// What its value must be.
    pub condition: Condition,
}

impl Filter {
    /// Whether a row with this value in the column counts.
    pub fn passes(&self, value: Option<&str>) -> bool {
        let value = value.unwrap_or_default().trim();
        let ordered = |bound: &str, fits: fn(Ordering) -> bool| {
            let order = match parse_number(bound) {
                Some(bound) => parse_number(value).and_then(|value| value.partial_cmp(&bound)),
                None => Some(value.cmp(bound.trim())).filter(|_| !value.is_empty()),
            };
            order.is_some_and(fits)
        };
        match &self.condition {
            Condition::In(words) => words.iter().any(|word| same(value, word)),
            Condition::NotIn(words) => !words.iter().any(|word| same(value, word)),
            Condition::Below(bound) => ordered(bound, Ordering::is_lt),
            Condition::AtMost(bound) => ordered(bound, Ordering::is_le),
            Condition::Above(bound) => ordered(bound, Ordering::is_gt),
            Condition::AtLeast(bound) => ordered(bound, Ordering::is_ge),
        }
    }
}

fn same(value: &str, word: &str) -> bool {
    let word = word.trim();
    value == word || parse_number(value).zip(parse_number(word)).is_some_and(|(value, word)| value == word)
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = &self.column;
        match &self.condition {
            Condition::In(words) => match words.as_slice() {
                [word] => write!(f, "{column}={word}"),
                words => write!(f, "{column} in {}", words.join(",")),
            },
            Condition::NotIn(words) => match words.as_slice() {
                [word] => write!(f, "{column}!={word}"),
                words => write!(f, "{column} not in {}", words.join(",")),
            },
            Condition::Below(bound) => write!(f, "{column}<{bound}"),
            Condition::AtMost(bound) => write!(f, "{column}<={bound}"),
            Condition::Above(bound) => write!(f, "{column}>{bound}"),
            Condition::AtLeast(bound) => write!(f, "{column}>={bound}"),
        }
    }
}

impl FromStr for Filter {
    type Err = String;

    /// Reads `Country=France`, `Country!=France`, `Price>=2.5` (also `<`, `<=`, `>`), `Country in France,Spain` and
    /// `Country not in France,Spain`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sign = text.find(['=', '<', '>', '!']).map(|at| {
            let (column, rest) = text.split_at(at);
            let sign = ["!=", "<=", ">=", "==", "=", "<", ">"].into_iter().find(|sign| rest.starts_with(sign));
            (column, sign, rest)
        });
        let made = match sign {
            Some((column, Some(sign), rest)) => {
                let value = rest[sign.len()..].trim().to_owned();
                let condition = match sign {
                    "!=" => Condition::NotIn(vec![value]),
                    "<=" => Condition::AtMost(value),
                    ">=" => Condition::AtLeast(value),
                    "<" => Condition::Below(value),
                    ">" => Condition::Above(value),
                    _ => Condition::In(vec![value]),
                };
                Some((column, condition))
            }
            _ => listed(text),
        };
        match made {
            Some((column, condition)) if !column.trim().is_empty() => {
                Ok(Self { column: column.trim().to_owned(), condition })
            }
            _ => Err(format!(
                "`{text}` is no condition; write COL=VALUE, COL!=VALUE, COL<VALUE (or <=, >, >=), COL in A,B or COL \
                 not in A,B"
            )),
        }
    }
}

/// `COL in A,B` and `COL not in A,B`, with or without brackets round the list.
fn listed(text: &str) -> Option<(&str, Condition)> {
    let (left, right) = text.split_once(" in ")?;
    let right = right.trim();
    let right = right.strip_prefix('(').and_then(|right| right.strip_suffix(')')).unwrap_or(right);
    let words: Vec<String> = right.split(',').map(|word| word.trim().to_owned()).collect();
    Some(match left.strip_suffix(" not") {
        Some(column) => (column, Condition::NotIn(words)),
        None => (left, Condition::In(words)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(filter: &str, value: &str) -> bool {
        filter.parse::<Filter>().unwrap().passes(Some(value))
    }

    #[test]
    fn conditions_are_read_as_people_write_them_and_said_again() {
        for text in
            ["Country=France", "Country!=France", "Price<=2.5", "Price>0", "Country in France,Spain", "a not in 1,2"]
        {
            assert_eq!(text.parse::<Filter>().unwrap().to_string(), text);
        }
        let spaced: Filter = "Customer ID  >= 12".parse().unwrap();
        assert_eq!((spaced.column.as_str(), spaced.condition), ("Customer ID", Condition::AtLeast("12".into())));
        let bracketed: Filter = "城市 in (北京, 上海)".parse().unwrap();
        assert_eq!(bracketed.condition, Condition::In(vec!["北京".into(), "上海".into()]));
        for senseless in ["", "Country", "=France", "in a,b"] {
            let error = senseless.parse::<Filter>().unwrap_err();
            assert!(error.contains("COL=VALUE"), "{senseless}: {error}");
        }
    }

    #[test]
    fn values_pass_by_spelling_number_or_date() {
        assert!(passes("Country=France", " France ") && !passes("Country=France", "Spain"));
        assert!(passes("n=5", "5.0") && passes("n!=5", "6") && !passes("n!=5", "5"));
        assert!(passes("c in a,b", "b") && !passes("c not in a,b", "b") && passes("c not in a,b", "c"));
        assert!(passes("p<10", "9.5") && !passes("p<10", "10") && passes("p<=10", "10") && !passes("p>9", "none"));
        assert!(passes("d>=2011-01-31", "2011-02-01 08:00") && !passes("d>=2011-01-31", "2010-12-31"));
    }

    #[test]
    fn an_absent_value_is_only_the_empty_word() {
        for (text, expected) in
            [("c=", true), ("c!=", false), ("c=x", false), ("c!=x", true), ("c<5", false), ("c>a", false)]
        {
            assert_eq!(text.parse::<Filter>().unwrap().passes(None), expected, "{text}");
        }
    }
}
