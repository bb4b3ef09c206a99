//! Cells that a spreadsheet would take for formulas.

use std::borrow::Cow;

/// A cell of a CSV file as a spreadsheet shows it instead of computing it: one that begins with `=`, `+`, `-`, `@` (also
/// in their full-width forms), a tab or an end of line gets a `'` before it, blanks before the sign or not. Numbers stay
/// numbers.
///
/// After OWASP, "CSV Injection", <https://owasp.org/www-community/attacks/CSV_Injection>.
pub fn defused(cell: &str) -> Cow<'_, str> {
    let control = cell.starts_with(['\t', '\r', '\n']);
    let sign = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if (control || sign) && !is_number(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Whether a cell is a number and nothing else: a sign, digits with points or commas between them, an exponent, a
/// percent sign. `+1-1` is none: a spreadsheet would compute it.
fn is_number(cell: &str) -> bool {
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let unsigned = unsigned.strip_suffix('%').unwrap_or(unsigned);
    let (digits, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let whole = |digits: &str| !digits.is_empty() && digits.bytes().all(|sign| sign.is_ascii_digit());
    let grouped = digits.bytes().all(|sign| sign.is_ascii_digit() || sign == b'.' || sign == b',');
    grouped && digits.bytes().any(|sign| sign.is_ascii_digit()) && whole(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_computed_is_shown_instead() {
        for cell in [
            "=1+1",
            "=HYPERLINK(\"http://example.com\",\"look\")",
            "+cmd|' /C calc'!A0",
            "-2+3+cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "\t=1+1",
            "\r=1+1",
            "\n=1+1",
            "  =1+1",
            "\u{a0}=1+1",
            "＝1+1",
            "+1-1",
            "-1e5+2",
            "-",
            "=",
            "-.",
            "+e1",
            "-1e",
        ] {
            assert_eq!(defused(cell), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn numbers_and_words_stay_as_they_are() {
        for cell in [
            "-5",
            "+5",
            "-0.25",
            "-1,234.50",
            "-1.234,50",
            "+1e9",
            "-2.5E-3",
            "-12%",
            "-.5",
            "",
            "17850",
            "a=b",
            "tea -10 %",
            "'quoted",
            "2024-01-31",
            "灯",
        ] {
            assert_eq!(defused(cell), cell);
        }
    }
}
