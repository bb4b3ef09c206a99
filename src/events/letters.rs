//! Letters of other scripts and keyboards as the plain ones that numbers and times are read from.

use std::borrow::Cow;

/// The zeros of the scripts that people write numbers in; the nine other digits follow each.
const ZEROS: [u32; 19] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
    0x17e0, 0x1810, 0xff10,
];

/// Whether a letter shows nothing and takes no room: soft hyphens, zero-width spaces, marks of direction. Those that
/// join letters (U+200C, U+200D) show in how the letters beside them look.
pub fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'
            ..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}'
    )
}

/// A text with the digits, spaces, hyphens and signs of all scripts and widths as those of ASCII, and without what
/// cannot be seen.
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|letter| !is_invisible(*letter)).map(plain_letter).collect())
}

fn plain_letter(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    if letter.is_whitespace() {
        return ' ';
    }
    let code = u32::from(letter);
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        return char::from_digit(code - zero, 10).unwrap_or(letter);
    }
    match letter {
        // The other signs of full width stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).unwrap_or(letter),
        '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2bb}' | '\u{2032}' => '\'',
        '\u{60c}' => ',',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_signs_of_all_scripts_become_plain() {
        for (text, expected) in [
            ("٢٠٢٤-٠١-٠٦", "2024-01-06"),
            ("۱۷٬۸۵۰", "17٬850"),
            ("２０２４／０１／０６　１４：０３", "2024/01/06 14:03"),
            ("२०२४", "2024"),
            ("1\u{202f}100,50\u{a0}€", "1 100,50 €"),
            ("\u{200e}1\u{200e}/\u{200e}6\u{200e}/2024", "1/6/2024"),
            ("1’234", "1'234"),
            ("−5", "-5"),
        ] {
            assert_eq!(plain(text), expected);
        }
        assert!(matches!(plain("2024"), Cow::Borrowed(_)));
    }
}
