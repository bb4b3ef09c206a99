//! One identity, one spelling: names that differ in nothing anybody means are one name, and those that may be one are told.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashMap;

use rayon::prelude::*;

use super::Role;
use super::dictionary::{ABSENT, Arena, hash_text};
use super::letters::{is_invisible, plain};
use super::spelling::{alike, key, lost_digits, whole_number};
use super::units::means_absent;
use crate::wording::counted;

/// This share of a column's names must be numbers for its numbers to be read as such.
const NUMERIC: f64 = 0.9;
/// So many examples are shown.
const SHOWN: usize = 3;

/// What was found among the names of a column.
#[derive(Debug, Default)]
pub struct Identities {
    /// For each name, the one that stands for it; empty where every name stands for itself.
    pub stands_for: Vec<u32>,
    /// What the analyst should know.
    pub notes: Vec<String>,
}

/// Tells which of the names are the same. `counts` are the rows of each, asked for only where two are the same: the most
/// frequent spelling stays, the first of several. The whole is done on distinct names, and most are left at first sight.
pub fn identities(role: Role, names: &Arena, counts: impl FnOnce() -> Vec<u64>) -> Identities {
    let numeric = is_numeric(names);
    let all: Vec<u32> = (0..names.len() as u32).into_par_iter().collect();
    let odd: Vec<(u32, String)> = all
        .par_iter()
        .filter(|at| !means_absent(names.get(**at as usize).trim()))
        .filter_map(|at| match key(names.get(*at as usize), numeric) {
            Cow::Borrowed(_) => None,
            Cow::Owned(key) => Some((*at, key)),
        })
        .collect();
    let counts = LazyCell::new(counts);
    let mut found = Identities::default();
    let mut keys: HashMap<u32, &str> = HashMap::new();
    if !odd.is_empty() {
        keys = odd.iter().map(|(at, key)| (*at, key.as_str())).collect();
        found.join(role, names, &keys, || &counts);
    }
    let key_of = |at: u32| keys.get(&at).copied().unwrap_or_else(|| names.get(at as usize));
    found.tell_alike(role, names, key_of);
    found.tell_lost(role, names);
    if role == Role::User {
        found.tell_nobody(names, || &counts);
    }
    found
}

impl Identities {
    /// Joins the names with equal keys.
    fn join<'a>(
        &mut self,
        role: Role,
        names: &Arena,
        keys: &HashMap<u32, &str>,
        counts: impl FnOnce() -> &'a Vec<u64>,
    ) {
        let mut groups: HashMap<&str, Vec<u32>> = HashMap::new();
        keys.iter().for_each(|(at, key)| groups.entry(key).or_default().push(*at));
        // Names that are as they should be join a group only if their key is one of it.
        for at in (0..names.len() as u32).filter(|at| !keys.contains_key(at)) {
            if let Some(group) = groups.get_mut(names.get(at as usize)) {
                group.push(at);
            }
        }
        let mut groups: Vec<Vec<u32>> = groups.into_values().filter(|group| group.len() > 1).collect();
        if groups.is_empty() {
            return;
        }
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        let counts = counts();
        let rows = |at: u32| counts.get(at as usize).copied().unwrap_or_default();
        self.stands_for = (0..names.len() as u32).collect();
        let (mut spellings, mut moved, mut examples) = (0, 0, Vec::new());
        for group in &groups {
            let Some(most) = group.iter().copied().max_by_key(|at| (rows(*at), std::cmp::Reverse(*at))) else {
                continue;
            };
            spellings += group.len();
            for at in group.iter().copied().filter(|at| *at != most) {
                self.stands_for[at as usize] = most;
                moved += rows(at);
            }
            if examples.len() < SHOWN {
                let all: Vec<String> = group.iter().map(|at| shown(names.get(*at as usize))).collect();
                examples.push(all.join(" = "));
            }
        }
        self.notes.push(format!(
            "{spellings} spellings of the {role} are {} that differ in spaces, in what cannot be seen, in how accents are stored, \
             in the marks that programs put round text or in how numbers and UUIDs are written; they are joined under the most frequent spelling ({}): {}.",
            groups.len(),
            counted(moved, "row"),
            examples.join("; ")
        ));
    }

    /// Tells names that differ in case, in leading zeros or in the width of letters alone. They stay apart.
    fn tell_alike<'a>(&mut self, role: Role, names: &'a Arena, key_of: impl Fn(u32) -> &'a str + Sync) {
        let stands = |at: u32| self.stands_for.get(at as usize).copied().unwrap_or(at);
        let kept: Vec<u32> = (0..names.len() as u32)
            .filter(|at| stands(*at) == *at && !means_absent(names.get(*at as usize).trim()))
            .collect();
        // Only where a name can be written more plainly may there be a second one.
        let changes = |at: &u32| matches!(alike(key_of(*at)), Cow::Owned(_));
        if !kept.par_iter().any(changes) {
            return;
        }
        let mut folded: Vec<(u64, u32)> =
            kept.par_iter().map(|at| (hash_text(alike(key_of(*at)).as_bytes()), *at)).collect();
        folded.par_sort_unstable();
        let groups: Vec<Vec<u32>> = folded
            .chunk_by(|one, other| one.0 == other.0)
            .filter(|group| group.len() > 1)
            .map(|group| group.iter().map(|(_, at)| *at).collect())
            .collect();
        if groups.is_empty() {
            return;
        }
        let mut first: Vec<&Vec<u32>> = groups.iter().collect();
        first.sort_unstable();
        let examples = first.iter().take(SHOWN).map(|group| {
            let all: Vec<String> = group.iter().map(|at| shown(names.get(*at as usize))).collect();
            all.join(" and ")
        });
        let spellings: usize = groups.iter().map(Vec::len).sum();
        self.notes.push(format!(
            "{spellings} spellings of the {role} differ from each other in case, leading zeros, points between digits, the width or the \
             alphabet of letters alone ({}); they are kept apart as {spellings}, though they may be {}. Write them alike in the log if they are the same.",
            examples.collect::<Vec<_>>().join("; "),
            groups.len()
        ));
    }
}

/// What programs and people write where a user is not known.
const NOBODY: [&str; 23] = [
    "guest",
    "anonymous",
    "anon",
    "unknown",
    "nobody",
    "no user",
    "not logged in",
    "unregistered",
    "visitor",
    "gast",
    "unbekannt",
    "anonym",
    "anonyme",
    "inconnu",
    "invité",
    "anónimo",
    "desconocido",
    "гость",
    "аноним",
    "游客",
    "-1",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
];
/// Stands for nobody too, where it has far more rows than others.
const ZERO: &str = "0";
/// So many times the rows of the others, on average, are far more.
const FAR_MORE: u64 = 5;

impl Identities {
    /// Tells numbers from which a spreadsheet cut the last digits: each may have been several names.
    fn tell_lost(&mut self, role: Role, names: &Arena) {
        let lost: Vec<&str> = names.iter().filter(|name| lost_digits(name)).collect();
        if let Some(first) = lost.first() {
            self.notes.push(format!(
                "{} spellings of the {role} are numbers whose last digits are lost, as spreadsheets write long ones (such as \
                 {}): each may stand for several. Write that column as text with the program that has the whole numbers.",
                lost.len(),
                shown(first)
            ));
        }
    }

    /// Tells users who may be everybody who is not known.
    fn tell_nobody<'a>(&mut self, names: &Arena, counts: impl FnOnce() -> &'a Vec<u64>) {
        let word = |name: &str| NOBODY.contains(&name.trim().to_lowercase().as_str());
        let zero = |name: &str| name.trim() == ZERO;
        let short = |name: &&str| name.len() <= 40;
        if !names.iter().filter(short).any(|name| word(name) || zero(name)) {
            return;
        }
        let counts = counts();
        let all: u64 = counts.iter().sum();
        let others = counts.len().saturating_sub(1).max(1) as u64;
        let found: Vec<String> = names
            .iter()
            .zip(counts)
            .filter(|(name, rows)| word(name) || (zero(name) && **rows * others > FAR_MORE * (all - **rows)))
            .map(|(name, rows)| format!("{} ({})", shown(name), counted(*rows, "row")))
            .collect();
        if !found.is_empty() {
            self.notes.push(format!(
                "Some users may stand for all who are not known: {}. Each counts as one user; leave their rows out with \
                 --where if they are many people.",
                found.join(", ")
            ));
        }
    }
}

/// A name as it is shown where what cannot be seen matters.
fn shown(name: &str) -> String {
    let letter = |letter: char| match letter {
        ' ' => " ".to_owned(),
        letter if letter.is_whitespace() || is_invisible(letter) || matches!(letter, '\u{300}'..='\u{36f}') => {
            format!("<U+{:04X}>", u32::from(letter))
        }
        letter => letter.to_string(),
    };
    format!("`{}`", name.chars().map(letter).collect::<String>())
}

/// Whether nearly all names are whole numbers, however they are written.
fn is_numeric(names: &Arena) -> bool {
    let written = |name: &&str| !name.trim().is_empty();
    let number = |name: &str| {
        let plain = plain(name);
        let name = plain.trim();
        !name.is_empty() && (name.bytes().all(|byte| byte.is_ascii_digit()) || whole_number(name).is_some())
    };
    let all = names.iter().filter(written).count();
    let numbers = names.iter().filter(written).filter(|name| number(name)).count();
    all > 0 && numbers as f64 >= NUMERIC * all as f64
}

/// Puts the names that stand for others into a column.
pub fn renumber(codes: &mut [u32], stands_for: &[u32]) {
    codes.par_iter_mut().for_each(|code| *code = stands_for.get(*code as usize).copied().unwrap_or(ABSENT));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(names: &[&str]) -> Identities {
        let mut arena = Arena::default();
        names.iter().for_each(|name| arena.push(name));
        identities(Role::User, &arena, || vec![1; names.len()])
    }

    #[test]
    fn spellings_of_one_number_are_one() {
        let found = among(&["17850", "17850.0", "17,850", "17\u{a0}850", "17’850", "17850.00", "\u{200b}17850", "1"]);
        assert_eq!(found.stands_for, [0, 0, 0, 0, 0, 0, 0, 7]);
        assert!(found.notes[0].contains("7 spellings of the user are 1") && found.notes[0].contains("`17<U+00A0>850`"));
        assert_eq!(found.notes.len(), 1);
    }

    #[test]
    fn marks_of_programs_make_no_second_name() {
        for names in [
            ["=\"0017\"", "0017"],
            ["'0017", "0017"],
            ["{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"],
            ["6F9619FF-8B86-D011-B42D-00CF4FC964FF", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"],
            ["urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff", "6f9619ff-8b86-d011-b42d-00cf4fc964ff"],
            ["1.785000E+06", "1785000"],
            ["1.78510e+5", "178510"],
        ] {
            assert_eq!(among(&names).stands_for, [0, 0], "{names:?}");
        }
        for names in [["'t Hof's", "t Hof's"], ["1.7851E+3", "1785"], ["'", "''"]] {
            assert!(among(&names).stands_for.is_empty(), "{names:?}");
        }
    }

    #[test]
    fn numbers_that_lost_digits_and_users_who_are_nobody_are_told() {
        let notes = among(&["1.23457E+12", "1.23458E+12", "178500"]).notes;
        assert!(
            notes.len() == 1 && notes[0].contains("2 spellings of the user are numbers whose last digits are lost")
        );
        assert!(among(&["1.5E+1", "2e5", "E+12", "abc1E+03"]).notes.is_empty());
        let rows = |names: &[&str], rows: &[u64]| {
            let mut arena = Arena::default();
            names.iter().for_each(|name| arena.push(name));
            identities(Role::User, &arena, || rows.to_vec()).notes
        };
        assert!(rows(&["u1", "Guest", "u2"], &[5, 9, 7])[0].contains("`Guest` (9 rows)"));
        assert!(rows(&["0", "1", "2"], &[5, 9, 7]).is_empty(), "a number among others");
        let many: Vec<String> = (0..20).map(|user| user.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let counts: Vec<u64> = (0..20).map(|user| if user == 0 { 900 } else { 9 }).collect();
        assert!(rows(&many, &counts)[0].contains("`0` (900 rows)"));
    }

    #[test]
    fn a_mark_that_may_be_either_joins_nothing() {
        assert!(among(&["17850", "17.850", "12000", "12.000", "5", "6"]).stands_for.is_empty());
        assert_eq!(among(&["1234567", "1.234.567"]).stands_for, [0, 0]);
    }

    #[test]
    fn points_mean_something_where_names_are_no_numbers() {
        assert!(among(&["v1.0", "v1", "a", "b", "1.0", "1"]).stands_for.is_empty());
    }

    #[test]
    fn what_cannot_be_seen_makes_no_second_name() {
        let found =
            among(&["Zoe\u{301} Lee", "Zoé Lee", "Zoé\u{a0}Lee ", "\u{feff}Zoé Lee", "Zoé\u{200b} Lee", "Zoe Lee"]);
        assert_eq!(found.stands_for, [0, 0, 0, 0, 0, 5]);
    }

    #[test]
    fn the_most_frequent_spelling_stays() {
        let mut arena = Arena::default();
        ["a\u{200b}", "a", "b"].iter().for_each(|name| arena.push(name));
        let found = identities(Role::Item, &arena, || vec![2, 5, 9]);
        assert_eq!(found.stands_for, [1, 1, 2]);
        assert!(found.notes[0].contains("(2 rows)"), "{:?}", found.notes);
    }

    #[test]
    fn what_may_be_one_is_kept_apart_and_told() {
        for names in [
            ["00123", "123"],
            ["ID-5", "id-5"],
            ["Ａ１", "a1"],
            ["ANN", "Ann"],
            ["17.850", "17850"],
            ["А1", "A1"],
            ["ΑΒ-2", "AB-2"],
        ] {
            let found = among(&names);
            assert!(found.stands_for.is_empty());
            assert!(found.notes[0].contains("2 spellings of the user differ"), "{names:?}: {:?}", found.notes);
        }
        assert!(among(&["ann", "bob", "00123", "00124", "É1"]).notes.is_empty());
    }
}
