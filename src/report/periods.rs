//! Which periods of a log are used, in words.

use crate::calendar::Calendar;
use crate::interests::{End, WholePeriods, Wholeness};
use crate::wording::counted;

/// Which periods are used, and why those at the ends are or are not.
pub fn periods_in_words(whole: &WholePeriods, calendar: Calendar) -> String {
    let length = calendar.length;
    let mut words = match whole.len() {
        0 => format!("no whole {length}"),
        1 => format!("1 whole {length}, {}", calendar.label(whole.first)),
        many => {
            let last = whole.origin.plus(-1);
            format!("{many} whole {length}s, {} to {}", calendar.label(whole.first), calendar.label(last))
        }
    };
    let ends = [(whole.begins, "first"), (whole.ends, "last")];
    for (end, side) in ends.into_iter().filter(|(end, _)| end.why != Wholeness::Complete) {
        words += "; ";
        words += &of_end(end, side, calendar);
    }
    words
}

/// Whether there is anything to say about the ends.
pub fn ends_need_words(whole: &WholePeriods) -> bool {
    [whole.begins, whole.ends].iter().any(|end| end.why != Wholeness::Complete)
}

fn of_end(end: End, side: &str, calendar: Calendar) -> String {
    let label = calendar.label(end.period);
    let days = if end.missing == 1 {
        format!("its {side} day")
    } else {
        format!("its {side} {}", counted(end.missing as u64, "day"))
    };
    match end.why {
        Wholeness::Complete => format!("{label} is whole"),
        Wholeness::Said => format!("{label} is whole, as the log is said to cover {days} too"),
        Wholeness::Silent => format!("{label} counts as whole: on {days} the log is often silent"),
        Wholeness::Small => {
            let are = if end.missing == 1 { "is" } else { "are" };
            format!("{label} counts as whole: {days}, which the log lacks, {are} a small part of it")
        }
        Wholeness::Cut => format!("{label} lacks {days} and is not among them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Period, PeriodLength};

    #[test]
    fn the_periods_used_are_said_with_the_reason_at_either_end() {
        let calendar = Calendar::new(PeriodLength::Month);
        let end = |period, missing, why| End { period: Period(period), missing, why };
        let mut whole = WholePeriods {
            first: Period(480),
            origin: Period(504),
            begins: end(480, 0, Wholeness::Complete),
            ends: end(503, 1, Wholeness::Small),
        };
        assert_eq!(
            periods_in_words(&whole, calendar),
            "24 whole months, Jan 2010 to Dec 2011; Dec 2011 counts as whole: its last day, which the log lacks, is a \
             small part of it"
        );
        whole.begins = end(479, 9, Wholeness::Cut);
        whole.ends = end(503, 2, Wholeness::Silent);
        let words = periods_in_words(&whole, calendar);
        assert!(words.contains("Dec 2009 lacks its first 9 days and is not among them"), "{words}");
        assert!(words.contains("on its last 2 days the log is often silent"), "{words}");
        assert!(ends_need_words(&whole));
        whole.first = whole.origin;
        assert!(periods_in_words(&whole, calendar).starts_with("no whole month"));
    }
}
