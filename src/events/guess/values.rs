//! What a column's values allow it to mean, whatever it is called.

use super::names;
use crate::events::Role;
use crate::events::profile::Profile;
use crate::events::times::could_count_time;

/// Of a column's distinct values, the share that must be readable for it to be times or numbers, where its name says so.
pub const MOSTLY: f64 = 0.5;
/// The same where the name says nothing.
pub const SURELY: f64 = 0.8;
/// Kinds of events are few.
const MOST_KINDS: u64 = 100;
/// Kinds of more than so many, or of more words than this on average, may be what the log is about.
const TELLING_KINDS: (u64, f64) = (20, 1.5);
/// Of the rows, the part that a column's distinct values may be for its values to repeat.
const REPEATS: f64 = 0.9;

/// Whether a column's values allow the role.
pub fn may_play(column: &Profile, role: Role) -> bool {
    let looks = column.looks;
    let mostly = |count: u32| looks.values > 0 && f64::from(count) >= MOSTLY * f64::from(looks.values);
    let fractions = mostly(looks.numbers) && !mostly(looks.integers);
    match role {
        Role::User | Role::Item | Role::Basket => looks.values > 0 && !is_time(column, MOSTLY) && !fractions,
        Role::Time => {
            is_time(column, MOSTLY)
                || is_month(column, MOSTLY)
                || (mostly(looks.numbers) && column.dictionary.names.iter().take(100).all(could_count_time))
        }
        Role::Text => has_letters(column) && !is_time(column, MOSTLY) && !is_month(column, MOSTLY),
        Role::Kind => looks.values > 0 && column.distinct() <= MOST_KINDS && !is_time(column, MOSTLY) && !fractions,
        Role::Quantity | Role::Price | Role::Value => mostly(looks.numbers),
        Role::Category => looks.values > 0 && !is_time(column, MOSTLY) && !fractions,
    }
}

/// Whether most values have letters.
pub fn has_letters(column: &Profile) -> bool {
    f64::from(column.looks.with_letters) >= MOSTLY * f64::from(column.looks.values.max(1))
}

/// Whether most values are words: letters that are no code, no address and no date.
pub fn holds_words(column: &Profile) -> bool {
    let looks = column.looks;
    let words = looks.with_letters.saturating_sub(looks.coded);
    looks.values > 0
        && f64::from(words) >= MOSTLY * f64::from(looks.values)
        && looks.truths < looks.values
        && !is_time(column, MOSTLY)
        && !is_month(column, MOSTLY)
}

/// How many words a value has on average.
pub fn words_to_a_value(column: &Profile) -> f64 {
    f64::from(column.looks.words) / f64::from(column.looks.values.max(1))
}

/// Whether kinds of events say so much that they can be the text where there is no other.
pub fn tells_much(column: &Profile) -> bool {
    column.distinct() > TELLING_KINDS.0 || words_to_a_value(column) >= TELLING_KINDS.1
}

/// Whether this share of the values are months, quarters or weeks without a day.
pub fn is_month(column: &Profile, share: f64) -> bool {
    let looks = column.looks;
    looks.values > 0 && f64::from(looks.months) >= share * f64::from(looks.values)
}

/// Whether these may be users' numbers with a point in them, as `1026454.4271112504` is: only a sure name says so.
pub fn is_decimal_id(column: &Profile, role: Role) -> bool {
    role == Role::User && column.looks.values > 0 && !is_time(column, MOSTLY)
}

/// Whether this share of the values are times.
pub fn is_time(column: &Profile, share: f64) -> bool {
    let looks = column.looks;
    looks.values > 0 && f64::from(looks.times) >= share * f64::from(looks.values)
}

/// Whether all values are seconds, milliseconds, micro- or nanoseconds since 1970 within our time: numbers so long are
/// hardly anything else.
pub fn counts_since_1970(column: &Profile) -> bool {
    let (looks, names) = (column.looks, &column.dictionary.names);
    let counts = |text: &str| {
        let digits = text.trim();
        let length = digits.len();
        matches!(length, 10 | 13 | 16 | 19)
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits[..2].parse().is_ok_and(|head: u8| (9..=21).contains(&head))
    };
    looks.values > 1 && looks.integers == looks.values && names.iter().take(100).all(counts)
}

/// Whether the values could name users where no name of a column does: they repeat, and there are several.
pub fn could_name_users(column: &Profile, rows: usize) -> bool {
    let distinct = column.distinct();
    may_play(column, Role::User)
        && !names::names_an_attribute(&column.name)
        && column.looks.truths < column.looks.values
        && distinct >= 2
        && distinct as f64 <= REPEATS * rows as f64
}
