//! Lines below a table, or between its parts, that add it up.

/// How a line of totals begins, in the languages that office programs and shops speak; without capitals.
const WORDS: [&str; 67] = [
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "sub-total",
    "sum",
    "overall total",
    "total general",
    "sum total",
    "summe",
    "gesamt",
    "gesamtsumme",
    "zwischensumme",
    "endsumme",
    "insgesamt",
    "total général",
    "sous-total",
    "somme",
    "totaux",
    "totale",
    "totale generale",
    "subtotale",
    "somma",
    "totaal",
    "subtotaal",
    "eindtotaal",
    "suma",
    "suma total",
    "total geral",
    "soma",
    "razem",
    "suma końcowa",
    "łącznie",
    "ogółem",
    "итого",
    "всего",
    "общий итог",
    "промежуточный итог",
    "разом",
    "усього",
    "celkem",
    "spolu",
    "součet",
    "összesen",
    "végösszeg",
    "toplam",
    "genel toplam",
    "summa",
    "totalt",
    "i alt",
    "yhteensä",
    "kokku",
    "iš viso",
    "kopā",
    "σύνολο",
    "合计",
    "总计",
    "小计",
    "合計",
    "總計",
    "総計",
    "小計",
    "총계",
    "합계",
    "tổng cộng",
    "รวม",
];

/// A longer field names no total.
const LONGEST: usize = 40;

/// Whether the fields of a record are a line of totals: one that begins with a word for them, has something missing and
/// tells no time of its own.
pub fn is_total<'a>(fields: impl Iterator<Item = &'a str> + Clone, tells_time: impl Fn(&str) -> bool) -> bool {
    let mut filled = fields.clone().filter(|field| !field.trim().is_empty());
    filled.next().is_some_and(names_total) && !fields.clone().any(tells_time)
}

/// Whether a field could begin with a word for totals, told from its first byte alone.
pub fn may_name_total(first: u8) -> bool {
    first >= 0x80
        || matches!(first | 0x20, b't' | b's' | b'g' | b'o' | b'z' | b'e' | b'i' | b'r' | b'c' | b'k' | b'y' | b'v')
}

/// `Total`, `TOTAL:`, `Total 60 rows`, `Summe (60)`; not `Total Greek yoghurt`.
fn names_total(field: &str) -> bool {
    if field.len() > LONGEST {
        return false;
    }
    let field = field.trim().to_lowercase();
    let behind = |word: &&str| {
        let rest = field.strip_prefix(*word)?;
        let plain = rest.trim_matches(|letter: char| !letter.is_alphabetic());
        let apart = rest.chars().next().is_none_or(|letter| !letter.is_alphanumeric());
        Some(apart && (plain.is_empty() || (rest.contains(|letter: char| letter.is_ascii_digit()) && is_count(plain))))
    };
    WORDS.iter().any(|word| behind(word) == Some(true))
}

/// What is counted in a line of totals.
fn is_count(word: &str) -> bool {
    matches!(word, "rows" | "row" | "records" | "record" | "items" | "lines" | "zeilen" | "lignes" | "行" | "条" | "件")
}

#[cfg(test)]
mod tests {
    use super::{is_total, may_name_total, names_total};

    #[test]
    fn words_for_totals_are_known_in_their_languages_and_goods_called_so_are_none() {
        for field in
            ["Total", "TOTAL:", "Grand Total", "total 60 rows", "Summe (60)", "Итого:", "合计", " Razem ", "総計"]
        {
            assert!(names_total(field), "{field}");
            assert!(may_name_total(field.trim().as_bytes()[0]), "{field}");
        }
        for field in ["Total Greek yoghurt", "totally", "Summer hat", "sumac", "Samsung", "", "合计算器"] {
            assert!(!names_total(field), "{field}");
        }
    }

    #[test]
    fn a_line_of_totals_tells_no_time() {
        let time = |field: &str| field.starts_with("2024");
        assert!(is_total(["", "Total", "12.50"].into_iter(), time));
        assert!(!is_total(["Total", "2024-01-01", ""].into_iter(), time), "a shop may be called so");
        assert!(!is_total(["ann", "Total", ""].into_iter(), time));
    }
}
