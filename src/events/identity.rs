//! One identity, one spelling: names that differ in nothing anybody means are one name, and those that may be one are told.

use std::borrow::Cow;
use std::collections::HashMap;

use icu_normalizer::ComposingNormalizerBorrowed;
use rayon::prelude::*;

use super::Role;
use super::dictionary::{ABSENT, Arena, hash_text};
use super::letters::{is_invisible, plain};
use super::units::means_absent;

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
    let mut found = Identities::default();
    let mut keys: HashMap<u32, &str> = HashMap::new();
    if !odd.is_empty() {
        keys = odd.iter().map(|(at, key)| (*at, key.as_str())).collect();
        found.join(role, names, &keys, counts);
    }
    let key_of = |at: u32| keys.get(&at).copied().unwrap_or_else(|| names.get(at as usize));
    found.tell_alike(role, names, key_of);
    found
}

impl Identities {
    /// Joins the names with equal keys.
    fn join(&mut self, role: Role, names: &Arena, keys: &HashMap<u32, &str>, counts: impl FnOnce() -> Vec<u64>) {
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
            "{spellings} spellings of the {role} are {} that differ in spaces, in what cannot be seen, in how accents are stored \
             or in how numbers are written; they are joined under the most frequent spelling ({moved} rows): {}.",
            groups.len(),
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
            "{spellings} spellings of the {role} differ from each other in case, leading zeros or the width of letters alone ({}); \
             they are kept apart as {spellings}, though they may be {}. Write them alike in the log if they are the same.",
            examples.collect::<Vec<_>>().join("; "),
            groups.len()
        ));
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

/// What a name means: without outer spaces and what cannot be seen, spaces of all kinds as one, accents composed, and,
/// where names are numbers, digits alone. Borrowed where the name is that already.
fn key(name: &str, numeric: bool) -> Cow<'_, str> {
    let bytes = name.as_bytes();
    let simple = |byte: &u8| byte.is_ascii() && !byte.is_ascii_whitespace();
    if bytes.iter().all(simple) && (!numeric || bytes.iter().all(u8::is_ascii_digit)) {
        return Cow::Borrowed(name);
    }
    let seen = name.chars().filter(|letter| !is_invisible(*letter));
    let ascii = seen
        .clone()
        .all(|letter| letter.is_ascii() || matches!(letter, '\u{200c}' | '\u{200d}') || letter.is_whitespace());
    // What joins letters means something between letters of other scripts only.
    let seen: String = seen.filter(|letter| !(ascii && matches!(letter, '\u{200c}' | '\u{200d}'))).collect();
    let spaced = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&spaced);
    let key = match whole_number(&composed).filter(|_| numeric) {
        Some(digits) => digits,
        None => composed.into_owned(),
    };
    if key == name { Cow::Borrowed(name) } else { Cow::Owned(key) }
}

/// The digits of `17850.0`, `17,850`, `17 850`, `1.234.567`. One point before three digits may be either mark: that is
/// nobody's to say.
fn whole_number(name: &str) -> Option<String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = name.split_once('.').unwrap_or((name, ""));
    if fraction.bytes().all(|byte| byte == b'0') && fraction.len() != 3 && name.matches('.').count() <= 1 {
        if digits(whole) {
            return name.contains('.').then(|| whole.to_owned()).filter(|_| !fraction.is_empty());
        }
        return grouped(whole, &[',', ' ', '\'', '\u{2019}']);
    }
    let groups = name.matches('.').count();
    if groups > 1 { grouped(name, &['.']) } else { None }
}

/// The digits of a number whose thousands are parted by one of these marks.
fn grouped(name: &str, marks: &[char]) -> Option<String> {
    let mark = name.chars().find(|letter| marks.contains(letter))?;
    let groups: Vec<&str> = name.split(mark).collect();
    let (first, rest) = groups.split_first()?;
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let fits = digits && first.len() <= 3 && !first.starts_with('0') && rest.iter().all(|group| group.len() == 3);
    fits.then(|| groups.concat())
}

/// A key in small letters of usual width, without leading zeros. Borrowed where it is that already.
fn alike(key: &str) -> Cow<'_, str> {
    let bytes = key.as_bytes();
    let leading = bytes.len() > 1 && bytes[0] == b'0';
    if !leading && bytes.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(key);
    }
    let small = plain(key).to_lowercase();
    let bare = if small.bytes().all(|byte| byte.is_ascii_digit()) { small.trim_start_matches('0') } else { &small };
    if bare == key { Cow::Borrowed(key) } else { Cow::Owned(bare.to_owned()) }
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
        for names in [["00123", "123"], ["ID-5", "id-5"], ["Ａ１", "a1"], ["ANN", "Ann"]] {
            let found = among(&names);
            assert!(found.stands_for.is_empty());
            assert!(found.notes[0].contains("2 spellings of the user differ"), "{names:?}: {:?}", found.notes);
        }
        assert!(among(&["ann", "bob", "00123", "00124", "É1"]).notes.is_empty());
    }
}
