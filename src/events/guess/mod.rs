//! Which column plays which role: what the analyst said, then names, then values.

#[cfg(test)]
mod headers;
mod names;

use strum::IntoEnumIterator as _;

use super::profile::Profile;
use super::times::could_count_time;
use super::{EventsError, Mapping, Role};

/// Of a column's distinct values, the share that must be readable for it to be times or numbers, where its name says so.
const MOSTLY: f64 = 0.5;
/// The same where the name says nothing.
const SURELY: f64 = 0.8;
/// What a name is worth less if the values do not bear it out.
const DOUBT: u32 = 600;
/// A name that is the role's own scores more than this.
const SURE: u32 = 500;
/// Kinds of events are few.
const MOST_KINDS: u64 = 100;

/// The columns that play roles, by place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cast {
    /// Role, column's place, why.
    parts: Vec<(Role, usize, String)>,
}

impl Cast {
    /// The first column with this role.
    pub fn of(&self, role: Role) -> Option<usize> {
        self.all(role).next()
    }

    /// All columns with this role.
    pub fn all(&self, role: Role) -> impl Iterator<Item = usize> {
        self.parts.iter().filter(move |part| part.0 == role).map(|part| part.1)
    }

    /// A column's role and why it has it.
    pub fn part(&self, column: usize) -> Option<(Role, &str)> {
        self.parts.iter().find(|part| part.1 == column).map(|part| (part.0, part.2.as_str()))
    }

    /// Whether a column plays any role.
    pub fn plays(&self, column: usize) -> bool {
        self.part(column).is_some()
    }

    /// The columns with one role alone.
    pub fn only(mut self, role: Role) -> Self {
        self.parts.retain(|part| part.0 == role);
        self
    }

    /// # Errors
    /// The first of `roles` that nobody plays.
    pub fn require(&self, roles: &[Role], columns: &[Profile]) -> Result<(), EventsError> {
        match roles.iter().find(|role| self.of(**role).is_none()) {
            None => Ok(()),
            Some(role) => Err(EventsError::RoleNotFound { role: *role, columns: spelled(columns) }),
        }
    }
}

/// Names of columns.
pub fn spelled(columns: &[Profile]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The columns asked for that are not there.
pub fn unknown<'a>(mapping: &'a Mapping, columns: &'a [Profile]) -> impl Iterator<Item = &'a (Role, String)> {
    mapping.columns.iter().filter(|(_, asked)| find(columns, asked).is_none())
}

/// A column by its name; capitals and outer spaces matter only where two names differ in nothing else.
pub fn find(columns: &[Profile], asked: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column.name == asked);
    exact.or_else(|| {
        let mut like = (0..columns.len()).filter(|at| columns[*at].name.to_lowercase() == asked.trim().to_lowercase());
        let first = like.next();
        if like.next().is_none() { first } else { None }
    })
}

/// Gives out the roles. Columns asked for that are not there are passed over; see [`unknown`].
pub fn cast(columns: &[Profile], mapping: &Mapping) -> Cast {
    let mut cast = Cast::default();
    for (role, asked) in &mapping.columns {
        let once = *role == Role::Text || cast.of(*role).is_none();
        if let Some(column) = find(columns, asked).filter(|_| once) {
            cast.parts.push((*role, column, "given".to_owned()));
        }
    }
    let open: Vec<Role> =
        Role::iter().filter(|role| mapping.of(*role).next().is_none() && !mapping.without.contains(role)).collect();

    let mut bids: Vec<(u32, Role, usize, String)> = Vec::new();
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.unreadable.is_none()) {
        for role in &open {
            let (score, why) = names::fit(&column.name, *role);
            // A column called `time` is the time even if none can be read: the error then says so. And a column whose
            // first rows are empty may be filled later.
            let doubtful = role.required() || column.looks.values == 0;
            let doubted = if doubtful { score.saturating_sub(DOUBT) } else { 0 };
            let score =
                if may_play(column, *role) || (score > SURE && is_decimal_id(column, *role)) { score } else { doubted };
            if score > 0 {
                bids.push((score, *role, at, why));
            }
        }
    }
    bids.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2)));
    for (_, role, column, why) in bids {
        if cast.of(role).is_none() && !cast.plays(column) {
            cast.parts.push((role, column, why));
        }
    }
    if open.contains(&Role::Time) && cast.of(Role::Time).is_none() {
        let found = (0..columns.len()).find(|at| !cast.plays(*at) && is_time(&columns[*at], SURELY));
        cast.parts.extend(found.map(|at| (Role::Time, at, "its values are times".to_owned())));
    }
    if open.contains(&Role::Text) && cast.of(Role::Text).is_none() {
        cast.parts.extend(wordiest(columns, &cast));
    }
    cast
}

/// The column with the most words to a value, at least two on average.
fn wordiest(columns: &[Profile], cast: &Cast) -> Option<(Role, usize, String)> {
    let words = |at: usize| f64::from(columns[at].looks.words) / f64::from(columns[at].looks.values.max(1));
    let best = (0..columns.len())
        .filter(|at| !cast.plays(*at) && may_play(&columns[*at], Role::Text) && words(*at) >= 2.0)
        .max_by(|one, other| words(*one).total_cmp(&words(*other)).then(other.cmp(one)))?;
    Some((Role::Text, best, format!("it has the most words, {:.1} to a value", words(best))))
}

/// Whether a column's values allow the role.
fn may_play(column: &Profile, role: Role) -> bool {
    let looks = column.looks;
    let mostly = |count: u32| looks.values > 0 && f64::from(count) >= MOSTLY * f64::from(looks.values);
    let fractions = mostly(looks.numbers) && !mostly(looks.integers);
    match role {
        Role::User | Role::Item | Role::Basket => looks.values > 0 && !is_time(column, MOSTLY) && !fractions,
        Role::Time => {
            is_time(column, MOSTLY)
                || (mostly(looks.numbers) && column.dictionary.names.iter().take(100).all(could_count_time))
        }
        Role::Text => f64::from(looks.with_letters) >= 0.5 * f64::from(looks.values.max(1)) && !is_time(column, MOSTLY),
        Role::Kind => looks.values > 0 && column.distinct() <= MOST_KINDS && !is_time(column, MOSTLY) && !fractions,
        Role::Quantity | Role::Price | Role::Value => mostly(looks.numbers),
        Role::Category => looks.values > 0 && !is_time(column, MOSTLY) && !fractions,
    }
}

/// Whether these may be users' numbers with a point in them, as `1026454.4271112504` is: only a sure name says so.
fn is_decimal_id(column: &Profile, role: Role) -> bool {
    role == Role::User && column.looks.values > 0 && !is_time(column, MOSTLY)
}

/// Whether this share of the values are times.
fn is_time(column: &Profile, share: f64) -> bool {
    let looks = column.looks;
    looks.values > 0 && f64::from(looks.times) >= share * f64::from(looks.values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::source::Cells;
    use polars::prelude::{NewChunkedArray as _, StringChunked};

    pub(super) fn columns(table: &[(&str, [&str; 3])]) -> Vec<Profile> {
        let profile = |(name, values): &(&str, [&str; 3])| {
            let mut profile = Profile::new((*name).to_owned());
            let cells = Cells::Text(StringChunked::from_slice("".into(), values));
            profile.observe(&cells, &crate::events::times::TimeReader::new(None, None).unwrap());
            profile
        };
        table.iter().map(profile).collect()
    }

    fn shop() -> Vec<Profile> {
        columns(&[
            ("Invoice", ["489434", "489435", "C489449"]),
            ("StockCode", ["85048", "79323P", "POST"]),
            ("Description", ["15CM CHRISTMAS GLASS BALL", "PINK CHERRY LIGHTS", "POSTAGE"]),
            ("Quantity", ["12", "-1", "3"]),
            ("InvoiceDate", ["2009-12-01 07:45", "2009-12-01 07:46", "2009-12-02 09:00"]),
            ("Price", ["6.95", "6.75", "18"]),
            ("Customer ID", ["13085", "13078", ""]),
            ("Country", ["United Kingdom", "France", "United Kingdom"]),
        ])
    }

    #[test]
    fn the_roles_of_a_shops_log_are_found() {
        let cast = cast(&shop(), &Mapping::default());
        let found: Vec<_> = Role::iter().map(|role| cast.of(role)).collect();
        let expected = [Some(6), Some(4), Some(2), Some(1), Some(0), None, Some(3), Some(5), None, None];
        assert_eq!(found, expected);
        assert!(!cast.plays(7), "a country is nobody's role");
        assert_eq!(cast.part(6), Some((Role::User, "its name says user")));
    }

    #[test]
    fn chinese_names_are_known() {
        let columns = columns(&[
            ("用户ID", ["1", "2", "3"]),
            ("行为类型", ["pv", "buy", "pv"]),
            ("商品名称", ["红茶", "绿茶", "手机壳"]),
            ("商品ID", ["11", "12", "13"]),
            ("时间戳", ["1511544070", "1511561733", "1511572885"]),
            ("类目ID", ["5", "6", "5"]),
        ]);
        let cast = cast(&columns, &Mapping::default());
        let roles = [Role::User, Role::Kind, Role::Text, Role::Item, Role::Time, Role::Category];
        assert_eq!(roles.map(|role| cast.of(role)), [0, 1, 2, 3, 4, 5].map(Some));
    }

    #[test]
    fn what_the_analyst_says_wins() {
        let mut mapping = Mapping::default();
        mapping.set(Role::User, Some("country".into()));
        mapping.set(Role::Item, None);
        mapping.columns.push((Role::Text, "Description".into()));
        mapping.columns.push((Role::Text, "Country".into()));
        let cast = cast(&shop(), &mapping);
        assert_eq!(cast.of(Role::User), Some(7));
        assert_eq!(cast.of(Role::Item), None);
        assert_eq!(cast.all(Role::Text).collect::<Vec<_>>(), [2, 7]);
    }

    #[test]
    fn values_tell_where_names_do_not() {
        let columns = columns(&[
            ("customer", ["a", "b", "c"]),
            ("x", ["2010-01-01", "2010-01-02", "2010-01-03"]),
            ("y", ["red tea cup", "blue tea cup", "a kettle"]),
            ("z", ["red", "blue", "grey"]),
        ]);
        let cast = cast(&columns, &Mapping::default());
        assert_eq!((cast.of(Role::Time), cast.of(Role::Text)), (Some(1), Some(2)));
        assert!(cast.part(2).unwrap().1.contains("most words"));
    }

    #[test]
    fn a_missing_role_says_how_to_name_it() {
        let columns = columns(&[("a", ["1", "2", "3"])]);
        let error = cast(&columns, &Mapping::default()).require(&[Role::User], &columns).unwrap_err();
        assert!(error.to_string().contains("--user COL") && error.to_string().contains("`a`"), "{error}");
    }
}
