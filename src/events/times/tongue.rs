//! What months, weekdays and the halves of the day are called in 95 languages, after the Unicode Common Locale Data
//! Repository.

use std::collections::HashSet;
use std::sync::OnceLock;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::scan::month;
use crate::events::letters::is_invisible;

/// A line a language: code, name, twelve months, weekdays, the two halves of the day; see the folder's README.
const TABLE: &str = include_str!("../../../assets/cldr/words.tsv");

/// A set of languages, a bit each by their line in the table.
pub type Languages = u128;

/// Any language.
pub const ANY: Languages = Languages::MAX;

/// The first words of a language's months must be so long to stand for them.
const SHORTEST: usize = 3;

/// The name of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthWord {
    /// The name, folded; empty if it is one of English, which no other language has for another month.
    pub word: String,
    /// What it can mean, and in which languages.
    pub months: Vec<(u8, Languages)>,
}

/// The month that a word names, in English or one of these languages.
pub fn month_of(word: &str, among: Languages) -> Option<MonthWord> {
    if let Some(month) = month(word) {
        return Some(MonthWord { word: String::new(), months: vec![(month as u8, ANY)] });
    }
    let word = fold(word);
    let months = words().months(&word, among);
    (!months.is_empty()).then_some(MonthWord { word, months })
}

/// The table, ready to look words up.
pub struct Words {
    names: Vec<&'static str>,
    /// Folded word, month from 1, languages; sorted.
    months: Vec<(&'static str, u8, Languages)>,
    weekdays: HashSet<&'static str>,
    halves: [HashSet<&'static str>; 2],
}

/// The table.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(Words::read)
}

impl Words {
    fn read() -> Self {
        let mut words =
            Self { names: Vec::new(), months: Vec::new(), weekdays: HashSet::new(), halves: Default::default() };
        for (at, line) in TABLE.lines().enumerate() {
            let cells: Vec<&'static str> = line.split('\t').collect();
            let spelled = |cell: usize| {
                cells.get(cell).into_iter().flat_map(|cell| cell.split(',')).filter(|word| !word.is_empty())
            };
            words.names.extend(cells.get(1));
            for month in 1..=12_u8 {
                words.months.extend(spelled(usize::from(month) + 1).map(|word| (word, month, 1 << at)));
            }
            words.weekdays.extend(spelled(14));
            words.halves[0].extend(spelled(15));
            words.halves[1].extend(spelled(16));
        }
        words.months.sort_unstable();
        words.months.dedup_by(|later, first| {
            let same = (later.0, later.1) == (first.0, first.1);
            if same {
                first.2 |= later.2;
            }
            same
        });
        words
    }

    /// The months that a folded word can mean in some of these languages, and in which of them: the word itself, or,
    /// where no language has it, the first letters of one month alone.
    pub fn months(&self, word: &str, among: Languages) -> Vec<(u8, Languages)> {
        let from = self.months.partition_point(|known| known.0 < word);
        let begun = || self.months[from..].iter().take_while(|known| known.0.starts_with(word));
        let gathered = |known: &mut dyn Iterator<Item = &(&str, u8, Languages)>| {
            let mut found: Vec<(u8, Languages)> = Vec::new();
            for (_, month, languages) in known {
                match found.iter_mut().find(|(other, _)| other == month) {
                    Some((_, all)) => *all |= languages,
                    None => found.push((*month, *languages)),
                }
            }
            found
        };
        let mut found = gathered(&mut begun().filter(|known| known.0 == word));
        if found.is_empty() && word.chars().count() >= SHORTEST {
            found = gathered(&mut begun());
            found.truncate(if found.len() == 1 { 1 } else { 0 });
        }
        found.iter_mut().for_each(|(_, languages)| *languages &= among);
        found.retain(|(_, languages)| *languages != 0);
        found
    }

    /// Whether a folded word is a weekday somewhere.
    pub fn is_weekday(&self, word: &str) -> bool {
        self.weekdays.contains(word)
    }

    /// `AM` or `PM`, if a folded word is a half of the day somewhere.
    pub fn half(&self, word: &str) -> Option<&'static str> {
        ["AM", "PM"].into_iter().zip(&self.halves).find(|(_, words)| words.contains(word)).map(|(half, _)| half)
    }

    /// The languages' names.
    pub fn names(&self, languages: Languages) -> String {
        let names = self.names.iter().enumerate().filter(|(at, _)| languages & (1 << at) != 0).map(|(_, name)| *name);
        names.collect::<Vec<_>>().join(" and ")
    }
}

/// Small letters without accents, marks and full stops; `assets/cldr/make.py` folds the table's words in the same way.
pub fn fold(word: &str) -> String {
    // Accents, and the vowels and other marks of Arabic.
    let is_mark = |letter: char| matches!(letter, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{655}');
    let unmarked = |letter: &char| !is_mark(*letter) && !is_invisible(*letter);
    let same = |letter: char| match letter {
        'ı' => 'i',
        '\u{2bc}' | '\u{2bb}' | '\u{2019}' => '\'',
        other => other,
    };
    if word.is_ascii() {
        return word.to_ascii_lowercase().replace('.', "");
    }
    let small: String = word.to_lowercase().chars().filter(|letter| *letter != '.').map(same).collect();
    let apart = DecomposingNormalizerBorrowed::new_nfd().normalize(&small);
    let bare: String = apart.chars().filter(unmarked).collect();
    ComposingNormalizerBorrowed::new_nfc().normalize(&bare).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_in_many_languages() {
        for (word, month) in [
            ("février", 2),
            ("Märzen", 0),
            ("März", 3),
            ("Jänner", 1),
            ("января", 1),
            ("МАЙ", 5),
            ("يناير", 1),
            ("fevereiro", 2),
            ("Şubat", 2),
            ("ŞUBAT", 2),
            ("KASIM", 11),
            ("Aralık", 12),
            ("Aralik", 12),
            ("d’abril", 4),
            ("janv.", 1),
            ("févr", 2),
            ("sept", 9),
            ("มกราคม", 1),
            ("ม.ค.", 1),
            ("जनवरी", 1),
            ("Ιανουαρίου", 1),
            ("styczeń", 1),
            ("août", 8),
            ("aout", 8),
            ("jui", 0),
            ("marketing", 0),
        ] {
            let found = words().months(&fold(word), ANY);
            let months: Vec<u8> = found.iter().map(|found| found.0).collect();
            assert_eq!(months, if month == 0 { vec![] } else { vec![month] }, "{word}");
        }
    }

    #[test]
    fn a_word_of_two_months_tells_the_languages() {
        let found = words().months("listopada", ANY);
        let named: Vec<(u8, String)> = found.iter().map(|(month, among)| (*month, words().names(*among))).collect();
        assert_eq!(named, [(10, "Croatian".to_owned()), (11, "Polish".to_owned())]);
        assert_eq!(words().months("listopada", found[1].1).len(), 1);
    }
}
