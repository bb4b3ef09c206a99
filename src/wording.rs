//! Numbers as people read them, and nouns that agree with them.

/// A whole number with its thousands apart: `1,044,847`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something: `no users` is `0 users`, then `1 user`, `1,204 users`. `noun` is said of one.
pub fn counted(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", thousands(number), agreeing(number, noun))
}

/// How many out of how many, the noun agreeing with the latter: `3 of 16 attempts`, `1 of 1 attempt`.
pub fn counted_of(number: impl TryInto<u64>, all: impl TryInto<u64>, noun: &str) -> String {
    format!("{} of {}", thousands(number.try_into().unwrap_or(u64::MAX)), counted(all, noun))
}

/// A noun as it is said of a number of things: `user` of one, `users` of none and of more.
pub fn agreeing(number: impl TryInto<u64>, noun: &str) -> String {
    if number.try_into().is_ok_and(|number| number == 1) { noun.to_owned() } else { plural(noun) }
}

/// The plural of a noun whose last word is regular: `users`, `user-periods`, `batches`, `queries`, `days`.
pub fn plural(noun: &str) -> String {
    let vowel = |letter: char| "aeiou".contains(letter);
    if let Some(stem) = noun.strip_suffix('y').filter(|stem| !stem.ends_with(vowel)) {
        return format!("{stem}ies");
    }
    // The `ch` of an epoch is said as a `k`.
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| noun.ends_with(end)) && !noun.ends_with("epoch");
    format!("{noun}{}", if hisses { "es" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1000, 1_044_847].map(thousands), ["0", "999", "1,000", "1,044,847"]);
    }

    #[test]
    fn nouns_agree_with_none_one_and_more() {
        for (noun, many) in
            [("user", "users"), ("epoch", "epochs"), ("batch", "batches"), ("query", "queries"), ("day", "days")]
        {
            assert_eq!(
                [0, 1, 2].map(|n: u64| counted(n, noun)),
                [format!("0 {many}"), format!("1 {noun}"), format!("2 {many}")]
            );
        }
        assert_eq!(counted(5875_usize, "user"), "5,875 users");
        assert_eq!(counted_of(1_u64, 1_u64, "attempt"), "1 of 1 attempt");
        assert_eq!(counted_of(1_u64, 16_u64, "attempt"), "1 of 16 attempts");
    }
}
