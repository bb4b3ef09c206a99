//! What item codes and baskets look like, learned from the log itself.

use std::collections::BTreeMap;

/// A shape must be that of this share of the rows to be the rule.
const DOMINANT: f64 = 0.95;
/// Fewer leading digits than this say nothing.
const FEWEST_DIGITS: usize = 2;

/// What the codes of goods look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoodsShape {
    /// They begin with this many digits.
    Digits(usize),
    /// They begin with these letters and have a number in them.
    Letters(String),
}

impl GoodsShape {
    /// The shape shared by nearly all rows, if there is one. `codes` pairs each code with its number of rows.
    pub fn learn<'a>(codes: impl Iterator<Item = (&'a str, u64)>) -> Option<Self> {
        let mut digits: BTreeMap<usize, u64> = BTreeMap::new();
        let mut letters: BTreeMap<String, u64> = BTreeMap::new();
        let mut rows = 0;
        for (code, count) in codes {
            rows += count;
            match leading_digits(code) {
                0 if code.bytes().any(|byte| byte.is_ascii_digit()) => {
                    *letters.entry(leading_letters(code)).or_default() += count;
                }
                0 => {}
                length => *digits.entry(length).or_default() += count,
            }
        }
        let dominates = |count: u64| rows > 0 && count as f64 >= DOMINANT * rows as f64;
        let by_digits = digits.iter().find(|(length, count)| **length >= FEWEST_DIGITS && dominates(**count));
        let by_letters = letters.iter().find(|(word, count)| !word.is_empty() && dominates(**count));
        by_digits
            .map(|(length, _)| Self::Digits(*length))
            .or_else(|| by_letters.map(|(word, _)| Self::Letters(word.clone())))
    }

    /// Whether a code is that of goods. Numbers alone always are, and among codes led by letters whatever has a digit:
    /// catalogues mix such codes, fees and tests are words.
    pub fn fits(&self, code: &str) -> bool {
        match self {
            Self::Digits(length) => {
                leading_digits(code) >= *length || (!code.is_empty() && leading_digits(code) == code.len())
            }
            Self::Letters(_) => code.bytes().any(|byte| byte.is_ascii_digit()),
        }
    }

    /// The shape in words.
    pub fn words(&self) -> String {
        match self {
            Self::Digits(length) => format!("item codes begin with {length} digits"),
            Self::Letters(word) => format!("item codes begin with `{word}` and have a number in them"),
        }
    }
}

fn leading_digits(code: &str) -> usize {
    code.bytes().take_while(u8::is_ascii_digit).count()
}

fn leading_letters(code: &str) -> String {
    code.chars().take_while(|letter| letter.is_alphabetic()).collect()
}

/// The letters that baskets begin with, among which those may be that mark returns.
pub struct Prefixes {
    letters: Vec<String>,
    /// For each basket, the place of its letters; none before all of them.
    of: Vec<u32>,
}

impl Prefixes {
    /// The letters of each basket.
    pub fn of<'a>(baskets: impl Iterator<Item = &'a str>) -> Self {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let of = baskets
            .map(|basket| {
                let letters = leading_letters(basket);
                let next = known.len() as u32 + 1;
                if letters.is_empty() { 0 } else { *known.entry(letters).or_insert(next) }
            })
            .collect();
        let mut letters = vec![String::new(); known.len() + 1];
        known.into_iter().for_each(|(word, at)| letters[at as usize] = word);
        Self { letters, of }
    }

    /// How many kinds of rows there are.
    pub fn kinds(&self) -> usize {
        2 * self.letters.len()
    }

    /// Of which kind a row of this basket and quantity is.
    pub fn kind(&self, basket: usize, quantity: f64) -> usize {
        2 * self.of[basket] as usize + usize::from(quantity < 0.0)
    }

    /// The letters that mark baskets as returns: nearly all their rows have quantities below zero, and most rows of the
    /// log are without them. `counts` are the rows of each kind.
    pub fn returns(self, counts: &[u64]) -> Option<String> {
        let all: u64 = counts.iter().sum();
        let marks = |(_, count): &(String, &[u64])| {
            let rows = count[0] + count[1];
            rows > 0 && count[1] as f64 >= DOMINANT * rows as f64 && rows * 2 < all
        };
        let lettered = self.letters.into_iter().zip(counts.chunks_exact(2)).skip(1).filter(marks);
        lettered.max_by(|one, other| (one.1[1], &one.0).cmp(&(other.1[1], &other.0))).map(|(letters, _)| letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(codes: &[(&str, u64)]) -> Option<GoodsShape> {
        GoodsShape::learn(codes.iter().copied())
    }

    #[test]
    fn codes_unlike_the_others_are_no_goods() {
        let shape = learn(&[("85123A", 900), ("22423", 90), ("POST", 5), ("gift_0001_20", 5)]).unwrap();
        assert_eq!(shape, GoodsShape::Digits(5));
        let fits = ["85123A", "22423", "POST", "gift_0001_20", "M", "", "7"].map(|code| shape.fits(code));
        assert_eq!(fits, [true, true, false, false, false, false, true]);
    }

    #[test]
    fn without_a_dominant_shape_there_is_no_rule() {
        assert_eq!(learn(&[("85123A", 90), ("POST", 10)]), None);
        assert_eq!(learn(&[("tea", 50), ("cup", 50)]), None);
        assert_eq!(learn(&[("1", 9), ("22", 90), ("333", 900)]), None, "numbers of all lengths");
        assert_eq!(learn(&[]), None);
    }

    #[test]
    fn codes_led_by_letters_leave_out_words_only() {
        let shape = learn(&[("SKU-1", 970), ("POSTAGE", 10), ("0307887898", 20)]).unwrap();
        assert_eq!(shape, GoodsShape::Letters("SKU".into()));
        let fits = ["SKU-2", "0307887898", "POSTAGE"].map(|code| shape.fits(code));
        assert_eq!(fits, [true, true, false]);
    }

    #[test]
    fn letters_whose_quantities_are_below_zero_mark_returns() {
        let marked = |rows: &[(&str, f64)]| {
            let prefixes = Prefixes::of(rows.iter().map(|row| row.0));
            let mut counts = vec![0; prefixes.kinds()];
            rows.iter().enumerate().for_each(|(at, row)| counts[prefixes.kind(at, row.1)] += 1);
            prefixes.returns(&counts)
        };
        let shop = [("1001", 2.0), ("1002", 1.0), ("1003", 4.0), ("C1004", -2.0), ("A1", 1.0)];
        assert_eq!(marked(&shop), Some("C".into()));
        assert_eq!(marked(&[("1001", 2.0), ("B1002", 1.0)]), None);
        assert_eq!(marked(&[("S1", -2.0), ("S2", -1.0)]), None, "all are lettered");
    }
}
