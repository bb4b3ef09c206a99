//! Signs and names of currencies, and words that stand where nothing is.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words that stand where a value is missing, in whatever role: what programs write there, what spreadsheets show where
/// something went wrong, dashes, and the abbreviations of people.
pub fn means_absent(text: &str) -> bool {
    const LONGEST: usize = 16;
    // Nearly all values are told by their first letter.
    match text.as_bytes().first() {
        None => return true,
        Some(b'1'..=b'9' | b'0') if !text.ends_with(['D', 'F', 'N']) => return false,
        _ if text.len() > LONGEST => return false,
        _ => {}
    }
    matches!(
        text,
        "NA" | "<NA>"
            | "NaN"
            | "nan"
            | "-NaN"
            | "-nan"
            | "NaT"
            | "\\N"
            | "."
            | "?"
            | "-"
            | "--"
            | "---"
            | "–"
            | "—"
            | "――"
            | "nil"
            | "NIL"
            | "Null"
            | "1.#QNAN"
            | "-1.#IND"
            | "1.#IND"
            | "无"
            | "暂无"
            | "なし"
            | "없음"
    ) || matches!(
        text.to_ascii_lowercase().as_str(),
        "null"
            | "(null)"
            | "[null]"
            | "<null>"
            | "none"
            | "(none)"
            | "<none>"
            | "(blank)"
            | "(empty)"
            | "(not set)"
            | "undefined"
            | "n/a"
            | "#n/a"
            | "#n/a n/a"
            | "#na"
            | "n.a."
            | "n. a."
            | "k. a."
            | "k.a."
            | "k.a"
            | "n/d"
            | "s/d"
            | "n.v.t."
            | "#null!"
            | "#value!"
            | "#ref!"
            | "#div/0!"
            | "#num!"
            | "#name?"
            | "#missing"
    ) || matches!(text, "н/д" | "Н/Д" | "k. A." | "k.\u{a0}A.")
}

/// A number without the currency before or behind it.
pub fn strip_unit(text: &str) -> &str {
    let text = text.trim_matches(|letter: char| is_currency(letter) || letter == ' ');
    let is_word = |letter: char| letter.is_alphabetic() || matches!(letter, '.' | '$' | '/');
    let ahead = text.find(|letter| !is_word(letter)).unwrap_or(text.len());
    if ahead > 0 && names_currency(&text[..ahead]) {
        return text[ahead..].trim_start();
    }
    let last = text.char_indices().rev().take_while(|(_, letter)| is_word(*letter)).last();
    match last {
        Some((at, _)) if names_currency(&text[at..]) => text[..at].trim_end(),
        _ => text,
    }
}

fn is_currency(letter: char) -> bool {
    matches!(
        letter,
        '$' | '¢'..='¥' | '\u{58f}' | '\u{60b}' | '\u{9f2}' | '\u{9f3}' | '\u{af1}' | '\u{bf9}' | '\u{e3f}' | '\u{17db}'
            | '\u{20a0}'..='\u{20cf}' | '\u{fdfc}' | '\u{fe69}' | '\u{ffe0}'..='\u{ffe6}' | '元' | '円' | '원'
    )
}

/// Codes of currencies after ISO 4217.
static CODES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
        CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD \
        HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
        MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN \
        PYG QAR RMB RON RSD RUB RUR RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND \
        TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
        .split(' ')
        .collect()
});

/// What people write for currencies.
static NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    "kr kr. zł kč руб руб. р р. грн лв лв. ft tl rs rs. re lei din kn km fr fr. sfr r$ us$ a$ c$ hk$ nt$ s$ \
        nz$ mx$ bs s/ s/. rm rp đ dh дин ден тг сум ر.س د.إ ج.م eur usd gbp chf cny rmb euro euros dollar dollars 元 円 원"
        .split(' ')
        .collect()
});

/// Whether a word is a currency's code or what people write for one.
fn names_currency(word: &str) -> bool {
    let code = word.trim_end_matches('.');
    (code.len() == 3 && CODES.contains(code)) || NAMES.contains(word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_are_nothing() {
        for word in [
            "",
            "n/a",
            "N/A",
            "-",
            "—",
            "NULL",
            "none",
            "None",
            "\\N",
            "NaN",
            "#N/A",
            "nil",
            "(null)",
            "k. A.",
            "#DIV/0!",
            "NaT",
            "<NA>",
            "undefined",
            "(not set)",
            "1.#QNAN",
        ] {
            assert!(means_absent(word), "{word}");
        }
        for word in ["0", "17850", "Nancy", "no", "-1", "none left", "na", "A-", "日", "1D", "10N", "n"] {
            assert!(!means_absent(word), "{word}");
        }
    }
}
