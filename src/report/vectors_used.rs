//! In which vectors interests were found, and why, in words.

use crate::calendar::WallTime;
use crate::interests::{Comparison, VectorsUsed};

/// A sentence on the vectors in which interests were found; none where nothing but raw ones was asked for.
pub fn vectors_in_words(used: &VectorsUsed) -> Option<String> {
    match used {
        VectorsUsed::Raw => None,
        VectorsUsed::TooLittle => Some(
            "Interests found in raw words: the log has too few texts with events, or reaches back too short, to learn \
             from behaviour where words lead."
                .to_owned(),
        ),
        VectorsUsed::NotBetter(compared) => Some(format!(
            "Interests found in raw words: mapped to behaviour they are {} {}, which is too little to count, or not so in each part of that time.",
            gained(compared),
            period(compared)
        )),
        VectorsUsed::Mapped(compared) => Some(format!(
            "Interests found in words mapped to behaviour: {} {} ({:.4} after {:.4}; by popularity {:.4}; {} directions, \
             ridge {}{}; events held back within the past that is learnt from).",
            gained(compared),
            period(compared),
            compared.mapped.nats,
            compared.raw.nats,
            compared.mapped.popularity,
            compared.rank,
            compared.ridge,
            if compared.beside { ", beside the words themselves" } else { "" },
        )),
    }
}

/// `0.0912 nats an event better than raw words`.
fn gained(compared: &Comparison) -> String {
    let gain = compared.gain();
    let word = if gain >= 0.0 { "better" } else { "worse" };
    format!("{:.4} nats an event {word} than raw words", gain.abs())
}

/// `on 2011-03-01 to 2011-08-31`.
fn period(compared: &Comparison) -> String {
    let last = WallTime(compared.until.0.saturating_sub(1));
    format!("on {} to {}", compared.from.datetime().date(), last.datetime().date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interests::ItemNats;

    const DAY: i64 = 86_400_000_000;

    fn compared(mapped: f64) -> Comparison {
        let nats = |nats| ItemNats { nats, popularity: 8.3, events: 1000 };
        Comparison {
            raw: nats(8.2),
            mapped: nats(mapped),
            rank: 64,
            ridge: 30.0,
            beside: false,
            from: WallTime(0),
            until: WallTime(31 * DAY),
        }
    }

    #[test]
    fn what_was_used_is_said_with_how_much_better_it_was_and_when() {
        let said = vectors_in_words(&VectorsUsed::Mapped(compared(8.1))).unwrap();
        let start = "Interests found in words mapped to behaviour: 0.1000 nats an event better than raw words on \
                     1970-01-01 to 1970-01-31 (8.1000 after 8.2000";
        assert!(said.starts_with(start), "{said}");
        let said = vectors_in_words(&VectorsUsed::NotBetter(compared(8.25))).unwrap();
        assert!(said.contains("0.0500 nats an event worse than raw words"), "{said}");
        let said = vectors_in_words(&VectorsUsed::NotBetter(compared(8.195))).unwrap();
        assert!(said.contains("0.0050 nats an event better"), "{said}");
        assert_eq!(vectors_in_words(&VectorsUsed::Raw), None);
        assert!(vectors_in_words(&VectorsUsed::TooLittle).unwrap().contains("too few texts"));
    }
}
