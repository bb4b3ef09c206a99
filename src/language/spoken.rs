//! Which languages texts are in, told by their stop words: words that join others and name nothing (`of`, `für`, `dans`).

use std::collections::{HashMap, HashSet};

use super::folder::ModelInfo;

/// A language beside English is one of a log's if its stop words make up at least this part of all words that are no stop
/// words of another language of the log: single names that happen to be spelt like one (`hat`, `pan`) come to less than a
/// hundredth, sentences and titles to a tenth and more.
const SPOKEN: f64 = 0.03;
/// Fewest distinct stop words of such a language.
const FEWEST: usize = 5;
/// Texts that are looked at to tell the language of a log; of more every so many-th.
const LOOKED_AT: usize = 20_000;
/// Fewest letters that tell anything.
const FEWEST_LETTERS: usize = 200;

/// The languages of some words.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    /// Their stop words, in lower case.
    pub stop_words: HashSet<&'static str>,
    /// Codes of the languages, each with how many of the words are stop words of it and of none before it.
    languages: Vec<(&'static str, usize)>,
}

impl Spoken {
    /// That of words in lower case, each as often as it stands in the log. English, whose words stand in logs of every
    /// language, is always among them, and first.
    pub fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        words.for_each(|word| *counts.entry(word).or_default() += 1);
        let all = counts.values().sum::<usize>() as f64;
        let mut found = Self::default();
        let mut next = Some("en");
        while let Some(language) = next {
            let own = stop_words::lookup(language).unwrap_or_default();
            let heard = own.iter().filter_map(|word| counts.remove(word)).sum();
            found.languages.push((language, heard));
            found.stop_words.extend(own);
            let heard = |language: &&'static str| {
                let own = stop_words::lookup(language).unwrap_or_default();
                let own: HashSet<&str> = own.iter().copied().collect();
                let heard: Vec<usize> = own.iter().filter_map(|word| counts.get(word).copied()).collect();
                (heard.iter().sum::<usize>(), heard.len(), *language)
            };
            // Of languages that are heard as often the first by its code, the same on every machine.
            let most =
                stop_words::available_languages().iter().map(heard).max_by(|a, b| a.0.cmp(&b.0).then(b.2.cmp(a.2)));
            let spoken =
                |(count, distinct, _): &(usize, usize, &str)| *distinct >= FEWEST && *count as f64 >= SPOKEN * all;
            next = most.filter(spoken).map(|(.., language)| language);
        }
        found
    }

    /// The code of the language that is heard most.
    pub fn main(&self) -> &'static str {
        let most = self.languages.iter().rev().max_by_key(|(_, heard)| *heard);
        most.map_or("en", |(language, _)| language)
    }
}

/// What to know where texts are in a language that a model's card does not name; none where it names none at all, or
/// texts are too short to tell.
pub fn unknown_language(model: &ModelInfo, texts: &[String]) -> Option<String> {
    let known = |code: &str| model.languages.iter().any(|known| known == "multilingual" || known.starts_with(code));
    if model.languages.is_empty() {
        return None;
    }
    let looked_at = || texts.iter().step_by(texts.len().div_ceil(LOOKED_AT).max(1));
    let letters = looked_at().flat_map(|text| text.chars()).filter(|letter| letter.is_alphabetic());
    let (all, latin) = letters.fold((0, 0), |(all, latin), letter| (all + 1, latin + usize::from(is_latin(letter))));
    if all < FEWEST_LETTERS {
        return None;
    }
    let lower: Vec<String> = looked_at().map(|text| text.to_lowercase()).collect();
    let words = lower.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphabetic()));
    let main = Spoken::of(words.filter(|word| !word.is_empty())).main();
    let latin_alone = ["en", "de", "fr", "es", "it", "pt", "nl"];
    let all_latin = model.languages.iter().all(|known| latin_alone.contains(&known.as_str()));
    let language = match main {
        _ if 2 * latin < all && all_latin => "most of the texts are not in Latin letters".to_owned(),
        "en" => return None,
        code if known(code) => return None,
        code => format!("most of the texts seem to be in the language `{code}`"),
    };
    let knows = model.languages.join(", ");
    Some(format!(
        "The language model {} was made for {knows}, and {language}: interests may follow how words are spelt rather than \
         what they mean. A model that knows the language (--lm DIR, or Language model in the settings) finds better ones.",
        model.name
    ))
}

fn is_latin(letter: char) -> bool {
    letter.is_ascii() || ('\u{aa}'..='\u{24f}').contains(&letter) || ('\u{1e00}'..='\u{1eff}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> HashSet<&'static str> {
        let words: Vec<String> = texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_lowercase).collect();
        Spoken::of(words.iter().map(String::as_str)).stop_words
    }

    #[test]
    fn the_language_of_the_texts_is_found() {
        let german = of(&[
            "Suppen und Eintöpfe",
            "Der kleine Drache",
            "Gemüse auf dem Balkon",
            "Datenanalyse für alle",
            "Die Maus im Garten",
            "Backen mit Kindern",
        ]);
        assert!(["und", "der", "auf", "dem", "für", "im", "mit"].iter().all(|word| german.contains(word)));
        let polish = of(&[
            "Zupy na zimę",
            "Jak upiec chleb",
            "Kot i pies",
            "Wiersze dla dzieci",
            "Ogród w mieście",
            "Nie tylko ciasta",
        ]);
        assert!(["na", "jak", "i", "dla", "w", "nie"].iter().all(|word| polish.contains(word)));
    }

    #[test]
    fn things_that_are_spelt_like_stop_words_of_another_language_are_things() {
        let shop = of(&[
            "RED WOOLLY HAT",
            "PEDAL BIN",
            "HAT FOR A MAN",
            "CAST IRON PAN",
            "MAT IN THE HALL",
            "DIE CUT CARDS",
            "ART SET OF 3",
            "JAM PAN WITH LID",
            "TEA FOR ONE",
            "KITCHEN BIN",
            "SET OF MUGS",
            "LUNCH BAG",
        ]);
        assert!(["hat", "bin", "man", "pan", "die", "art"].iter().all(|word| !shop.contains(word)));
        assert!(["of", "with", "the", "for"].iter().all(|word| shop.contains(word)));
    }

    #[test]
    fn a_log_of_two_languages_has_the_stop_words_of_both() {
        let both = of(&[
            "Sac pour la plage",
            "Tasse avec une anse",
            "Lampe de chevet dans le salon",
            "Bag for the beach",
            "Les contes et les fables",
            "Mug with a handle",
            "Lamp in the hall",
            "Savon au miel",
        ]);
        assert!(["pour", "la", "avec", "dans", "et", "with", "the"].iter().all(|word| both.contains(word)));
    }

    #[test]
    fn without_words_there_are_the_english_ones() {
        assert!(of(&[]).contains("the"));
    }

    fn said(languages: &[&str], texts: &[&str]) -> Option<String> {
        let languages = languages.iter().map(|code| (*code).to_owned()).collect();
        let model = ModelInfo { name: "model-x".to_owned(), languages, ..ModelInfo::default() };
        let texts: Vec<String> = (0..8).flat_map(|_| texts.iter().map(|text| (*text).to_owned())).collect();
        unknown_language(&model, &texts)
    }

    const GERMAN: [&str; 6] = [
        "Suppen und Eintöpfe für jeden Tag",
        "Der kleine Drache auf der Insel",
        "Gemüse auf dem Balkon",
        "Die Maus im Garten",
        "Backen mit Kindern",
        "Das Grab im Moor",
    ];

    #[test]
    fn a_language_that_the_model_was_not_made_for_is_told() {
        assert!(
            said(&["en"], &GERMAN)
                .unwrap()
                .contains("model-x was made for en, and most of the texts seem to be in the language `de`")
        );
        assert!(
            said(
                &["en"],
                &[
                    "手工蜡烛 家居装饰",
                    "茉莉花茶 礼盒",
                    "陶瓷咖啡杯",
                    "儿童积木 玩具",
                    "不锈钢保温杯 大容量",
                    "棉麻围巾"
                ]
            )
            .unwrap()
            .contains("not in Latin letters")
        );
        assert!(
            said(&["en"], &["Ёлочные игрушки", "Чайник для дома и сада", "Кружка с ручкой", "Свечи на праздник"])
                .is_some()
        );
    }

    #[test]
    fn nothing_is_said_where_the_model_knows_the_language_or_nobody_can_tell() {
        assert_eq!(said(&["de"], &GERMAN), None);
        assert_eq!(said(&["multilingual"], &GERMAN), None);
        assert_eq!(said(&[], &GERMAN), None, "its card names none");
        assert_eq!(said(&["en", "zh"], &["手工蜡烛 家居装饰 茉莉花茶 礼盒 陶瓷咖啡杯 儿童积木"]), None);
        assert_eq!(
            said(&["en"], &["RED WOOLLY HAT", "SET OF 3 CAKE TINS", "JAM MAKING SET WITH JARS", "LUNCH BAG"]),
            None
        );
        assert_eq!(said(&["en"], &["Der", "Die"]), None, "too few letters");
    }
}
