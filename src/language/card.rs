//! The model's card: the head of its `README.md`, between two lines of dashes.

/// The languages that a card names, in its own words (mostly codes such as `en`); none if it names none.
pub(super) fn languages(card: &str) -> Vec<String> {
    let mut lines = card.trim_start_matches('\u{feff}').lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return Vec::new();
    }
    let mut head = lines.take_while(|line| line.trim_end() != "---").skip_while(|line| !line.starts_with("language:"));
    let Some(first) = head.next().and_then(|line| line.strip_prefix("language:")) else { return Vec::new() };
    let first = first.trim();
    if first.is_empty() {
        let items = head.map_while(|line| line.trim_start().strip_prefix('-'));
        return items.filter_map(word).collect();
    }
    let inner = first.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.map_or_else(|| word(first).into_iter().collect(), |list| list.split(',').filter_map(word).collect())
}

/// A value without its quotes and what is remarked behind it.
fn word(value: &str) -> Option<String> {
    let value = value.split(" #").next().unwrap_or_default().trim();
    let value = value.trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_several_or_no_language_is_read() {
        assert_eq!(languages("---\nlicense: mit\nlanguage: en\ntags:\n- x\n---\n# Name"), ["en"]);
        assert_eq!(languages("---\nlanguage:\n- en\n  - 'no' # Norwegian\nlicense: mit\n---\n"), ["en", "no"]);
        assert_eq!(languages("---\nlanguage: [en, \"zh\"]\n---"), ["en", "zh"]);
        assert!(languages("---\nlicense: mit\n---\nlanguage: en").is_empty());
        assert!(languages("# A model\nlanguage: en").is_empty());
        assert!(languages("").is_empty());
    }
}
