//! Dates of three numbers of two digits each: whether the year stands first or last.
//!
//! `24/01/03` may be the third of January 2024 or the 24th of January 2003, and nearly every such date can be read either
//! way. A column tells: within it the year takes few values and the day many.

use super::reading::Reading;
use crate::events::today::this_year;

/// The end with the day takes at least so many values, and this many times as many as the end with the year.
const DAYS: u32 = 8;
const TIMES_AS_MANY: u32 = 2;

/// The numbers at both ends of a column's short dates, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortYears {
    firsts: u128,
    thirds: u128,
    /// Whether any is parted by dashes.
    dashed: bool,
}

impl ShortYears {
    /// Notes a date, if the text begins with a short one.
    pub fn see(&mut self, text: &str) {
        let &[a, b, mark, c, d, again, e, f, ref rest @ ..] = text.as_bytes() else { return };
        let digits = [a, b, c, d, e, f].iter().all(u8::is_ascii_digit);
        if digits
            && mark == again
            && matches!(mark, b'-' | b'/' | b'.')
            && !rest.first().is_some_and(u8::is_ascii_digit)
        {
            let two = |tens: u8, ones: u8| 1_u128 << ((tens - b'0') * 10 + (ones - b'0'));
            self.firsts |= two(a, b);
            self.thirds |= two(e, f);
            self.dashed |= mark == b'-';
        }
    }

    /// Adds what later rows show.
    pub fn merge(&mut self, later: Self) {
        self.firsts |= later.firsts;
        self.thirds |= later.thirds;
        self.dashed |= later.dashed;
    }

    /// Whether the numbers say that the year stands first.
    pub fn year_first(self) -> bool {
        let (years, days) = (self.firsts.count_ones(), self.thirds.count_ones());
        // Dates that are all of the first of a month, or of the last, name no years; nor do years to come.
        let earliest = self.firsts.trailing_zeros();
        let latest = (self.firsts & ((1 << 69) - 1)).checked_ilog2().unwrap_or(0);
        let of_years = earliest > 1 && latest <= this_year().rem_euclid(100).unsigned_abs().into();
        days >= DAYS && days >= TIMES_AS_MANY * years && of_years
    }

    /// Of the readings that can read a value (a bit each), those that the column leaves.
    pub fn narrowed(self, readings: usize) -> usize {
        let last = 1 << Reading::DayFirst as usize | 1 << Reading::MonthFirst as usize;
        let first = 1 << Reading::ShortYearFirst as usize;
        if readings & first == 0 || readings & last == 0 {
            readings
        } else if self.year_first() {
            readings & !last
        } else if self.dashed {
            readings
        } else {
            // Between other signs a short year stands last where nothing else is known.
            readings & !first
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: impl Iterator<Item = String>) -> ShortYears {
        let mut seen = ShortYears::default();
        texts.for_each(|text| seen.see(&text));
        seen
    }

    #[test]
    fn the_end_with_few_values_is_the_year() {
        assert!(of((1..29).map(|day| format!("24/02/{day:02}"))).year_first());
        assert!(of((1..29).map(|day| format!("2{}.02.{day:02} 10:00", day % 2 + 3))).year_first());
        assert!(!of((1..29).map(|day| format!("{day:02}/02/24"))).year_first());
        assert!(!of((10..26).map(|year| format!("01/05/{year}"))).year_first(), "firsts of months");
        assert!(!of((10..26).map(|year| format!("31/05/{year}"))).year_first(), "and lasts");
        assert!(!of((1..6).map(|day| format!("24/02/{day:02}"))).year_first(), "too few to tell");
    }
}
