//! Names for interests: the words that set each apart from the others.

use std::collections::HashSet;

use super::words::{TermId, Vocabulary};

/// Terms kept of each interest.
const TERMS: usize = 8;
/// Terms that a label is made of.
const LABEL_TERMS: usize = 3;
/// A further term stands in the label only if it says at least this part of what the first one says.
const WORTH_SAYING: f64 = 0.03;
/// What is left of a text's say in the choice of further terms once one of its terms is chosen.
const SAID: f64 = 0.1;
/// What is left of the score of a term with a word that only describes.
const DESCRIBES: f64 = 0.05;
/// A term belongs to an interest only if it is at least so many times as common there as everywhere.
const APART: f64 = 1.5;
/// A pair of words stands for its word if it makes up this part of the word's weight in the interest.
const PAIR: f64 = 0.5;

/// What an interest is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Name {
    /// One to three terms.
    pub label: String,
    /// The terms that set it apart, strongest first.
    pub terms: Vec<String>,
}

/// Names `count` interests by their texts (`interest` and `events` by text number). No two labels are the same.
///
/// A term's score is p · ln(p / q), where p is the part of the interest's texts that have it and q that of all texts, each
/// text counting by the square root of its events: what is common here and rare elsewhere. Once a term is chosen, the
/// texts that have it say little in the choice of the next, so that the terms name different things.
pub(super) fn label(texts: &[String], events: &[u32], interest: &[u16], count: usize) -> Vec<Name> {
    let weights: Vec<f64> = events.iter().map(|events| f64::from(*events).sqrt()).collect();
    let vocabulary = Vocabulary::of(texts, &weights);
    let mut members = vec![Vec::new(); count];
    for (text, interest) in interest.iter().enumerate().filter(|(text, _)| events[*text] > 0) {
        members[usize::from(*interest)].push(text);
    }
    let everywhere = portions(&vocabulary, &weights, &members.concat());
    let mut used = HashSet::new();
    let named = members.iter().enumerate().map(|(number, members)| {
        let ranked = rank(&vocabulary, &weights, members, (count > 1).then_some(everywhere.as_slice()));
        let terms: Vec<String> = ranked.iter().map(|(term, _)| vocabulary.spelling[*term as usize].clone()).collect();
        let first = ranked.first().map_or(0.0, |(_, score)| *score);
        let worth = ranked.iter().take(LABEL_TERMS).take_while(|(_, score)| *score >= WORTH_SAYING * first).count();
        let heaviest = members.iter().max_by(|a, b| weights[**a].total_cmp(&weights[**b]).then(b.cmp(a)));
        let fallback = heaviest.map_or_else(|| format!("Interest {}", number + 1), |text| short(&texts[*text]));
        let label = distinct(&terms, worth.max(1), &fallback, &used);
        used.insert(label.clone());
        Name { label, terms }
    });
    named.collect()
}

/// The part of the weight of some texts that each term occurs in.
fn portions(vocabulary: &Vocabulary, weights: &[f64], texts: &[usize]) -> Vec<f64> {
    let mut sums = vec![0.0; vocabulary.len()];
    for text in texts {
        for term in &vocabulary.of_text[*text] {
            sums[*term as usize] += weights[*text];
        }
    }
    let total: f64 = texts.iter().map(|text| weights[*text]).sum();
    sums.iter_mut().for_each(|sum| *sum /= total.max(f64::MIN_POSITIVE));
    sums
}

/// The terms that set some texts apart from `everywhere` (or just the most common, where there is nothing to be set
/// apart from), strongest first, with their scores. No stem occurs twice.
fn rank(vocabulary: &Vocabulary, weights: &[f64], members: &[usize], everywhere: Option<&[f64]>) -> Vec<(TermId, f64)> {
    let here = portions(vocabulary, weights, members);
    let apart: Vec<f64> = (0..vocabulary.len())
        .map(|term| {
            let ratio = everywhere.map_or(std::f64::consts::E, |all| here[term] / all[term].max(f64::MIN_POSITIVE));
            let describes = if vocabulary.describing[term] { DESCRIBES } else { 1.0 };
            if ratio >= APART { ratio.ln() * describes } else { 0.0 }
        })
        .collect();
    let mut left = weights.to_vec();
    let total: f64 = members.iter().map(|text| weights[*text]).sum();
    let mut ranked: Vec<(TermId, f64)> = Vec::new();
    let mut said: HashSet<u32> = HashSet::new();
    let mut sums = vec![0.0; vocabulary.len()];
    while ranked.len() < TERMS {
        sums.fill(0.0);
        for text in members {
            for term in &vocabulary.of_text[*text] {
                sums[*term as usize] += left[*text] / total;
            }
        }
        // Neither a word that was said nor a part of one: no `door` after `doormat`.
        let heard = |word: &str| ranked.iter().any(|(term, _)| vocabulary.spelling[*term as usize].contains(word));
        let free = |term: &usize| {
            vocabulary.stems[*term].iter().all(|stem| !said.contains(stem))
                && !vocabulary.spelling[*term].split(' ').any(heard)
        };
        let score = |term: usize| sums[term] * apart[term];
        let candidates = (0..vocabulary.len()).filter(|term| score(*term) > 0.0).filter(free);
        let best = candidates.max_by(|a, b| {
            score(*a).total_cmp(&score(*b)).then_with(|| vocabulary.spelling[*b].cmp(&vocabulary.spelling[*a]))
        });
        let Some(best) = best else { break };
        // A word that mostly stands in one pair is named by the pair: `lunch bag` rather than `bag`.
        let stem = vocabulary.stems[best][0];
        let pairs = (0..vocabulary.len()).filter(|term| {
            let stems = &vocabulary.stems[*term];
            vocabulary.stems[best].len() == 1
                && stems.len() == 2
                && stems.contains(&stem)
                && !vocabulary.describing[*term]
                && here[*term] >= PAIR * here[best]
        });
        let pair = pairs.filter(free).max_by(|a, b| here[*a].total_cmp(&here[*b]).then(b.cmp(a)));
        let chosen = pair.unwrap_or(best);
        ranked.push((chosen as TermId, score(best)));
        said.extend(&vocabulary.stems[chosen]);
        for text in members {
            let terms = &vocabulary.of_text[*text];
            if [chosen, best].iter().any(|term| terms.binary_search(&(*term as TermId)).is_ok()) {
                left[*text] *= SAID;
            }
        }
    }
    ranked
}

/// A label of the first `worth` terms, of more where that is taken, and numbered where all are.
fn distinct(terms: &[String], worth: usize, fallback: &str, used: &HashSet<String>) -> String {
    for many in worth..=terms.len().max(worth) {
        let parts: Vec<String> = terms.iter().take(many).map(|term| capital(term)).collect();
        let label = if parts.is_empty() { fallback.to_owned() } else { parts.join(" · ") };
        if !used.contains(&label) {
            return label;
        }
    }
    let base = terms.first().map_or_else(|| fallback.to_owned(), |term| capital(term));
    let numbered = (2..).map(|number| format!("{base} {number}"));
    numbered.into_iter().find(|label| !used.contains(label)).unwrap_or(base)
}

/// A word with a capital letter.
fn capital(term: &str) -> String {
    let mut letters = term.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A text cut to the length of a label.
fn short(text: &str) -> String {
    const LONGEST: usize = 40;
    let text = text.trim();
    if text.is_empty() {
        return "(no words)".to_owned();
    }
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", text[..cut].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(texts: &[(&str, u16)]) -> Vec<Name> {
        let words: Vec<String> = texts.iter().map(|(text, _)| (*text).to_owned()).collect();
        let interest: Vec<u16> = texts.iter().map(|(_, interest)| *interest).collect();
        let count = usize::from(*interest.iter().max().unwrap()) + 1;
        label(&words, &vec![1; words.len()], &interest, count)
    }

    #[test]
    fn an_interest_is_called_by_what_the_others_are_not() {
        let names = named(&[
            ("SET OF 3 RED LUNCH BAG", 0),
            ("BLUE LUNCH BAG", 0),
            ("LUNCH BAGS SPACEBOY", 0),
            ("RED CHRISTMAS TREE", 1),
            ("BLUE CHRISTMAS TREE", 1),
            ("CHRISTMAS STAR SET OF 3", 1),
            ("RED STAR CANDLE", 2),
            ("BLUE CANDLE", 2),
            ("CANDLE IN A JAR", 2),
        ]);
        assert!(names[0].label.starts_with("Lunch bag"), "{names:?}");
        assert!(names[1].label.starts_with("Christmas"), "{names:?}");
        assert!(names[2].label.starts_with("Candle"), "{names:?}");
        assert!(names.iter().all(|name| !name.label.to_lowercase().contains("red")), "{names:?}");
    }

    #[test]
    fn an_interest_alone_is_called_by_its_commonest_words() {
        assert!(named(&[("red mug", 0), ("blue mug", 0), ("green mug", 0)])[0].label.starts_with("Mug"));
    }

    #[test]
    fn texts_without_words_still_have_a_name() {
        let names = named(&[("12345", 0), ("67890", 1), ("", 2)]);
        assert_eq!(names.iter().map(|name| name.label.as_str()).collect::<Vec<_>>(), ["12345", "67890", "(no words)"]);
    }

    proptest! {
        #[test]
        fn labels_differ_and_repeat_no_word(
            texts in proptest::collection::vec(("([a-c]{2} ){1,4}", 0..5_u16), 1..30),
        ) {
            let texts: Vec<(&str, u16)> = texts.iter().map(|(text, interest)| (text.as_str(), *interest)).collect();
            let names = named(&texts);
            let labels: HashSet<&str> = names.iter().map(|name| name.label.as_str()).collect();
            prop_assert_eq!(labels.len(), names.len());
            for name in &names {
                let words: Vec<&str> = name.terms.iter().flat_map(|term| term.split(' ')).collect();
                prop_assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
            }
        }
    }
}
