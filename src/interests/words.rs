//! Texts as the words and pairs of words that a label can be made of.

use std::collections::{HashMap, HashSet};

use crate::language::Spoken;

/// Words that say of what size, number, colour or make a thing is rather than what it is. They name an interest only
/// where little else does.
#[rustfmt::skip] // One word a line would fill two screens.
const DESCRIBING: &[&str] = &[
    "ass", "assorted", "asst", "asstd", "big", "black", "blue", "bright", "brown", "cm", "col", "color", "colour",
    "coloured", "colours", "cream", "dark", "design", "designs", "extra", "fancy", "feet", "foot", "gold", "green",
    "grey", "half", "inch", "ivory", "jumbo", "kg", "large", "lilac", "little", "long", "medium", "mini",
    "multi", "natural", "new", "orange", "pack", "packs", "pair", "pc", "pcs", "piece", "pieces", "pink", "plain",
    "purple", "red", "round", "set", "sets", "shape", "shaped", "short", "silver", "single", "size", "small",
    "square", "style", "tall", "tier", "tone", "turq", "turquoise", "type", "white", "wide", "yellow",
];

/// A term's number within [`Vocabulary`].
pub(super) type TermId = u32;

/// Every word and pair of neighbouring words of some texts. Singular and plural are one term.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// The term as it is most often spelt, in lower case.
    pub spelling: Vec<String>,
    /// The stems it consists of: one for a word, two for a pair.
    pub stems: Vec<Vec<u32>>,
    /// Whether one of its words only describes.
    pub describing: Vec<bool>,
    /// The distinct terms of each text.
    pub of_text: Vec<Vec<TermId>>,
}

impl Vocabulary {
    /// Collects the terms of texts; each spelling counts with its text's weight.
    pub fn of(texts: &[String], weights: &[f64]) -> Self {
        let split: Vec<Vec<Vec<String>>> = texts.iter().map(|text| phrases(text)).collect();
        let joining = Spoken::of(split.iter().flatten().flatten().map(String::as_str)).stop_words;
        let split: Vec<Vec<Vec<String>>> = split.into_iter().map(|phrases| without(phrases, &joining)).collect();
        let stems = Stems::of(split.iter().flatten().flatten());
        let mut found = Self::default();
        let mut numbers: HashMap<Vec<u32>, TermId> = HashMap::new();
        let mut spellings: Vec<HashMap<String, f64>> = Vec::new();
        for (phrases, weight) in split.iter().zip(weights) {
            let mut terms = Vec::new();
            for phrase in phrases {
                let words = phrase.windows(1).chain(phrase.windows(2));
                for words in words {
                    let key: Vec<u32> = words.iter().map(|word| stems.number[word]).collect();
                    if key.len() == 2 && key[0] == key[1] {
                        continue;
                    }
                    let term = *numbers.entry(key).or_insert_with_key(|key| {
                        found.stems.push(key.clone());
                        found.describing.push(words.iter().any(|word| DESCRIBING.contains(&word.as_str())));
                        spellings.push(HashMap::new());
                        found.stems.len() as TermId - 1
                    });
                    *spellings[term as usize].entry(words.join(" ")).or_default() += weight;
                    terms.push(term);
                }
            }
            terms.sort_unstable();
            terms.dedup();
            found.of_text.push(terms);
        }
        found.spelling = spellings.into_iter().map(most_common).collect();
        found
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.stems.len()
    }
}

/// The spelling with the most weight; of equals the first by alphabet.
fn most_common(spellings: HashMap<String, f64>) -> String {
    let best = spellings.into_iter().max_by(|(a, much), (b, more)| much.total_cmp(more).then_with(|| b.cmp(a)));
    best.map(|(spelling, _)| spelling).unwrap_or_default()
}

/// Phrases cut wherever a joining word stands.
fn without(phrases: Vec<Vec<String>>, joining: &HashSet<&str>) -> Vec<Vec<String>> {
    let parts = |phrase: Vec<String>| -> Vec<Vec<String>> {
        phrase.split(|word| joining.contains(word.as_str())).map(<[String]>::to_vec).collect()
    };
    phrases.into_iter().flat_map(parts).filter(|phrase| !phrase.is_empty()).collect()
}

/// A text's words in lower case, cut into phrases wherever a number or a mark stands between.
fn phrases(text: &str) -> Vec<Vec<String>> {
    let mut phrases = vec![Vec::new()];
    for part in text.to_lowercase().split([',', '.', ';', ':', '/', '|', '(', ')', '&', '+']) {
        for word in part.split_whitespace() {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).trim_end_matches("'s");
            let names = word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !word.chars().any(|c| c.is_numeric());
            if !names {
                phrases.push(Vec::new());
            } else if let Some(phrase) = phrases.last_mut() {
                phrase.push(word.to_owned());
            }
        }
        phrases.push(Vec::new());
    }
    phrases.retain(|phrase| !phrase.is_empty());
    phrases
}

/// Words with singular and plural under one number.
struct Stems<'a> {
    number: HashMap<&'a String, u32>,
}

impl<'a> Stems<'a> {
    fn of(words: impl Iterator<Item = &'a String>) -> Self {
        let mut number: HashMap<&String, u32> = HashMap::new();
        for word in words {
            let next = number.len() as u32;
            number.entry(word).or_insert(next);
        }
        let singular = |word: &String| {
            let forms = [
                word.strip_suffix('s').map(str::to_owned),
                word.strip_suffix("es").map(str::to_owned),
                word.strip_suffix("ies").map(|stem| format!("{stem}y")),
            ];
            // Only where the log has the singular too: so `glass` does not become `glas`.
            forms
                .into_iter()
                .flatten()
                .filter(|form| form.chars().count() > 2)
                .find_map(|form| number.get(&form).copied())
        };
        let joined = number.iter().map(|(word, own)| (*word, singular(word).unwrap_or(*own))).collect();
        Self { number: joined }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(texts: &[&str]) -> Vocabulary {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Vocabulary::of(&texts, &vec![1.0; texts.len()])
    }

    #[test]
    fn singular_and_plural_are_one_term_spelt_as_usual() {
        let found = vocabulary(&["LUNCH BAG", "lunch bags", "Lunch Bags", "GLASS"]);
        let mut spelling = found.spelling.clone();
        spelling.sort();
        assert_eq!(spelling, ["bags", "glass", "lunch", "lunch bags"]);
        assert_eq!(found.of_text[0], found.of_text[1]);
    }

    #[test]
    fn numbers_marks_and_joining_words_part_a_phrase() {
        let found = vocabulary(&["SET OF 3 CAKE TINS, PANTRY 12CM  JAR"]);
        let mut spelling = found.spelling.clone();
        spelling.sort();
        assert_eq!(spelling, ["cake", "cake tins", "jar", "pantry", "set", "tins"]);
        let describing: Vec<&str> =
            found.spelling.iter().zip(&found.describing).filter(|(_, d)| **d).map(|(s, _)| s.as_str()).collect();
        assert_eq!(describing, ["set"]);
    }

    #[test]
    fn texts_without_words_have_no_terms() {
        let found = vocabulary(&["", "12 34", "??", "手工蜡烛"]);
        assert_eq!(found.of_text.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 0, 1]);
    }
}
