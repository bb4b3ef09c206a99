//! Which column plays which role: what the analyst said, then names as far as the values bear them out, then values.

mod cause;
#[cfg(test)]
mod headers;
mod lexicon;
mod lexicon_further;
mod names;
#[cfg(test)]
mod plausible;
mod values;

pub use names::role_word;

use strum::IntoEnumIterator as _;

use super::profile::Profile;
use super::{EventsError, Mapping, Role};
pub use cause::{Written, cause};
use values::{SURELY, holds_words, is_month, is_time, may_play, words_to_a_value};

/// A name that is the role's own scores more than this.
const SURE: u32 = 500;
/// What the name of a thing is worth for its words or for its codes, where it is not the role's own.
const THING: u32 = 480;

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

    /// A column's role and why it has it; the text where it has another role besides.
    pub fn part(&self, column: usize) -> Option<(Role, &str)> {
        let mut parts = self.parts.iter().filter(|part| part.1 == column);
        let first = parts.next()?;
        let part = if first.0 == Role::Text { first } else { parts.find(|part| part.0 == Role::Text).unwrap_or(first) };
        Some((part.0, part.2.as_str()))
    }

    /// The roles that a text column plays besides.
    pub fn besides_text(&self, column: usize) -> impl Iterator<Item = Role> {
        self.parts.iter().filter(move |part| part.1 == column && part.0 != Role::Text).map(|part| part.0)
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

    /// The roles of `roles` that nobody plays.
    pub fn missing(&self, roles: &[Role]) -> Vec<Role> {
        roles.iter().filter(|role| self.of(**role).is_none()).copied().collect()
    }

    fn give(&mut self, role: Role, column: usize, why: impl Into<String>) {
        self.parts.push((role, column, why.into()));
    }

    fn take_from(&mut self, column: usize) {
        self.parts.retain(|part| part.1 != column);
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

/// What the analyst asks of one column twice, or of two columns at once. The text may also be the item, the kind or the
/// category: then they are told by its words.
///
/// # Errors
/// [`EventsError::AskedTwice`] for the first such column or role.
pub fn check_asked(mapping: &Mapping, columns: &[Profile]) -> Result<(), EventsError> {
    let place = |asked: &str| find(columns, asked);
    for (at, (role, column)) in mapping.columns.iter().enumerate() {
        for (earlier, other) in &mapping.columns[..at] {
            let same = place(column).is_some_and(|here| place(other) == Some(here));
            let beside_text = |role: Role| matches!(role, Role::Item | Role::Kind | Role::Category);
            let allowed =
                (*role == Role::Text && beside_text(*earlier)) || (*earlier == Role::Text && beside_text(*role));
            if same && !allowed {
                let roles = (*earlier, *role);
                return Err(EventsError::AskedTwice { column: column.clone(), roles });
            }
            if role == earlier && *role != Role::Text {
                let columns = (other.clone(), column.clone());
                return Err(EventsError::TwoColumns { role: *role, columns });
            }
        }
    }
    Ok(())
}

/// One column's claim to a role.
struct Bid {
    score: u32,
    role: Role,
    column: usize,
    why: String,
}

/// Gives out the roles of a log whose first `rows` rows were looked at. Columns asked for that are not there are passed
/// over; see [`unknown`].
pub fn cast(columns: &[Profile], mapping: &Mapping, rows: usize) -> Cast {
    let mut cast = Cast::default();
    for (role, asked) in &mapping.columns {
        let once = *role == Role::Text || cast.of(*role).is_none();
        if let Some(column) = find(columns, asked).filter(|_| once) {
            cast.give(*role, column, "given");
        }
    }
    let open: Vec<Role> =
        Role::iter().filter(|role| mapping.of(*role).next().is_none() && !mapping.without.contains(role)).collect();
    let given = cast.parts.len();
    let (bids, doubtful) = bids(columns, &open);
    settle(bids, &mut cast);
    let missing = |cast: &Cast, role| open.contains(&role) && cast.of(role).is_none();
    let free = |cast: &Cast, at: usize| !cast.plays(at) && columns[at].unreadable.is_none();
    if missing(&cast, Role::Time) {
        let times = |at: &usize| free(&cast, *at) && is_time(&columns[*at], SURELY);
        let counts = |at: &usize| free(&cast, *at) && values::counts_since_1970(&columns[*at]);
        let months = |at: &usize| free(&cast, *at) && is_month(&columns[*at], SURELY);
        let all = || 0..columns.len();
        let found = all().find(times).or_else(|| all().find(months)).or_else(|| only(all().filter(counts)));
        found.into_iter().for_each(|at| cast.give(Role::Time, at, "its values are times"));
    }
    if missing(&cast, Role::Text) {
        let found = wordiest(columns, &cast);
        found.into_iter().for_each(|(at, why)| cast.give(Role::Text, at, why));
    }
    if missing(&cast, Role::Text)
        && let Some(at) = only_words(columns, &cast, given)
    {
        cast.take_from(at);
        cast.give(Role::Text, at, "it is the only column that holds words");
    }
    settle(doubtful, &mut cast);
    if missing(&cast, Role::User) {
        find_user(columns, &mut cast, given, rows);
    }
    cast
}

/// The claims that names make: those that the values bear out, and those that count only where nothing better is found.
fn bids(columns: &[Profile], open: &[Role]) -> (Vec<Bid>, Vec<Bid>) {
    let (mut bids, mut doubtful) = (Vec::new(), Vec::new());
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.unreadable.is_none()) {
        let words = holds_words(column);
        for role in open {
            let (score, why) = names::fit(&column.name, *role);
            let thing = names::names_a_thing(&column.name)
                || (*role == Role::Text && names::fit(&column.name, Role::Item).0 > SURE);
            let bid = |score, why: &str| Bid { score, role: *role, column: at, why: why.to_owned() };
            let fits = may_play(column, *role) || (score > SURE && values::is_decimal_id(column, *role));
            match role {
                // Codes are the item's, words the text's, whichever of them the name of a thing heads.
                Role::Item if words && score > 0 => doubtful.push(bid(score, &why)),
                Role::Item if fits && score == 0 && thing && !words => {
                    bids.push(bid(THING, "its name is that of a thing and its values are codes"));
                }
                Role::Text if words && score == 0 && thing => {
                    bids.push(bid(THING, "its name is that of a thing and its values are words"));
                }
                Role::Text if score > 0 && thing && fits && !words => doubtful.push(bid(score, &why)),
                _ if score > 0 && fits => bids.push(bid(score, &why)),
                // A column called `time` is the time even if none can be read: the error then says so.
                Role::User | Role::Time if score > SURE => doubtful.push(bid(score, &why)),
                // A column whose first rows are empty may be filled later.
                _ if score > SURE && column.looks.values == 0 => doubtful.push(bid(score, &why)),
                _ => {}
            }
        }
    }
    (bids, doubtful)
}

/// Gives each role to the highest bid.
fn settle(mut bids: Vec<Bid>, cast: &mut Cast) {
    bids.sort_by(|one, other| {
        other.score.cmp(&one.score).then(one.role.cmp(&other.role)).then(one.column.cmp(&other.column))
    });
    for Bid { role, column, why, .. } in bids {
        if cast.of(role).is_none() && !cast.plays(column) {
            cast.give(role, column, why);
        }
    }
}

/// The column with the most words to a value, at least two on average.
fn wordiest(columns: &[Profile], cast: &Cast) -> Option<(usize, String)> {
    let words = |at: usize| words_to_a_value(&columns[at]);
    let free = |at: &usize| !cast.plays(*at) && !names::names_an_attribute(&columns[*at].name);
    let best = (0..columns.len())
        .filter(|at| free(at) && holds_words(&columns[*at]) && words(*at) >= 2.0)
        .max_by(|one, other| words(*one).total_cmp(&words(*other)).then(other.cmp(one)))?;
    Some((best, format!("it has the most words, {:.1} to a value", words(best))))
}

/// The column that alone holds words, though its name may say that they are categories, kinds or items. Users' names
/// are no text, nor is what was given a role; kinds of events are if they say much.
fn only_words(columns: &[Profile], cast: &Cast, given: usize) -> Option<usize> {
    let free = |at: usize| match cast.part(at) {
        None => !names::names_an_attribute(&columns[at].name),
        Some((Role::Kind, _)) => values::tells_much(&columns[at]),
        Some((role, _)) => matches!(role, Role::Item | Role::Category | Role::Basket),
    };
    let said = |at: &usize| cast.parts[..given].iter().any(|part| part.1 == *at);
    let all = (0..columns.len()).filter(|at| !said(at) && free(*at) && holds_words(&columns[*at]));
    only(all)
}

/// Where no name says who: the column called `name` if another one has the words, else the only one left whose values
/// repeat.
fn find_user(columns: &[Profile], cast: &mut Cast, given: usize, rows: usize) {
    let said: Vec<usize> = cast.parts[..given].iter().map(|part| part.1).collect();
    let name = cast.of(Role::Text).filter(|at| !said.contains(at) && names::names_a_name(&columns[*at].name));
    if let Some(name) = name {
        let free = |at: usize| match cast.part(at) {
            None => !names::names_an_attribute(&columns[at].name),
            Some((role, _)) => !said.contains(&at) && matches!(role, Role::Item | Role::Category),
        };
        let words = (0..columns.len()).filter(|at| *at != name && free(*at) && holds_words(&columns[*at]));
        if let Some(other) = only(words) {
            cast.take_from(name);
            cast.take_from(other);
            cast.give(Role::User, name, "its name is that of people, as another column has the words");
            cast.give(Role::Text, other, "it holds words beside the names");
            return;
        }
    }
    let left = (0..columns.len()).filter(|at| !cast.plays(*at) && columns[*at].unreadable.is_none());
    let found = only(left.filter(|at| values::could_name_users(&columns[*at], rows)));
    found.into_iter().for_each(|at| cast.give(Role::User, at, "it is the only column left whose values repeat"));
}

/// The one and only.
fn only(mut places: impl Iterator<Item = usize>) -> Option<usize> {
    places.next().filter(|_| places.next().is_none())
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
        let cast = cast(&shop(), &Mapping::default(), 3);
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
        let cast = cast(&columns, &Mapping::default(), 3);
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
        let cast = cast(&shop(), &mapping, 3);
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
        let cast = cast(&columns, &Mapping::default(), 3);
        assert_eq!((cast.of(Role::Time), cast.of(Role::Text)), (Some(1), Some(2)));
        assert!(cast.part(2).unwrap().1.contains("most words"));
    }

    #[test]
    fn what_is_asked_twice_is_said() {
        let asked = |pairs: &[(Role, &str)]| {
            let columns = pairs.iter().map(|(role, column)| (*role, (*column).to_owned())).collect();
            check_asked(&Mapping { columns, without: Vec::new() }, &shop()).map_err(|error| error.to_string())
        };
        for pair in
            [(Role::User, Role::Text), (Role::Time, Role::User), (Role::Text, Role::Text), (Role::Item, Role::User)]
        {
            let error = asked(&[(pair.0, "Country"), (pair.1, " country")]).unwrap_err();
            assert!(error.contains("`Country`") || error.contains("country"), "{error}");
        }
        let both = asked(&[(Role::User, "Country"), (Role::User, "Invoice")]).unwrap_err();
        assert!(both.contains("`Country`") && both.contains("`Invoice`"), "{both}");
        for beside in [Role::Item, Role::Kind, Role::Category] {
            assert!(asked(&[(beside, "Description"), (Role::Text, "Description")]).is_ok(), "{beside} told by words");
        }
    }
}
