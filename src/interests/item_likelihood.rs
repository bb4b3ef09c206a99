//! What interests say about which text a user takes next: one measure for interests of any kind and number.

use serde::{Deserialize, Serialize};

use crate::calendar::WallTime;
use crate::events::EventTable;

/// Events by which a user's shares lean on everybody's.
const PRIOR: f64 = 20.0;
/// What is added to a text's events, so that a new text is possible.
const UNSEEN: f64 = 0.5;

/// What is judged, and what is known by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedTime {
    /// From here to the first of `starts`, events say how a text does within its interest.
    pub recent: WallTime,
    /// Where the judged windows begin; at each, all that a user took before it is known.
    pub starts: Vec<WallTime>,
    /// Where the last window ends.
    pub end: WallTime,
}

/// What interests are worth, in nats an event; less is better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemNats {
    /// Mean of −ln Σₖ share(user, k) · p(text | k).
    pub nats: f64,
    /// The same of every text by its recent events alone, for everybody.
    pub popularity: f64,
    /// Events judged: those of users who had taken something before.
    pub events: usize,
}

/// The interest of a text that is left out of the judgement.
pub(super) const NOBODYS: u16 = u16::MAX;

/// Judges interests (`interest` by text number, each below `count`) by the texts that users take later. A user's shares
/// are those of all they took before a window with a prior of 20 events by everybody's recent shares; within an interest
/// a text has the part of its recent events, half an event more each. As every text is of one interest, the sum over
/// interests has one term. None where nothing is to be judged.
pub fn item_nats(events: &EventTable, interest: &[u16], count: usize, time: &JudgedTime) -> Option<ItemNats> {
    let first = *time.starts.first()?;
    let mut text_weight: Vec<f64> =
        interest.iter().map(|interest| if *interest == NOBODYS { 0.0 } else { UNSEEN }).collect();
    let judged = |row: usize| interest[events.text[row].index()] != NOBODYS;
    for row in (0..events.len()).filter(|row| judged(*row)) {
        if events.time[row] >= time.recent && events.time[row] < first {
            text_weight[events.text[row].index()] += 1.0;
        }
    }
    let mut weight = vec![0.0; count];
    for (interest, text) in interest.iter().zip(&text_weight).filter(|(interest, _)| **interest != NOBODYS) {
        weight[usize::from(*interest)] += text;
    }
    let all: f64 = weight.iter().sum();
    let (mut nats, mut popularity, mut seen) = (0.0, 0.0, 0);
    for user in events.user_ids() {
        let rows = events.rows(user);
        let (mut own, mut total) = (vec![0.0; count], 0.0);
        let mut known = rows.start;
        for (window, from) in time.starts.iter().enumerate() {
            let until = time.starts.get(window + 1).copied().unwrap_or(time.end);
            while known < rows.end && events.time[known] < *from {
                if judged(known) {
                    own[usize::from(interest[events.text[known].index()])] += 1.0;
                    total += 1.0;
                }
                known += 1;
            }
            if total == 0.0 {
                continue;
            }
            let later = (known..rows.end).take_while(|row| events.time[*row] < until);
            for text in later.filter(|row| judged(*row)).map(|row| events.text[row].index()) {
                let of = usize::from(interest[text]);
                let share = (own[of] + PRIOR * weight[of] / all) / (total + PRIOR);
                nats -= (share * text_weight[text] / weight[of]).ln();
                popularity -= (text_weight[text] / all).ln();
                seen += 1;
            }
        }
    }
    let mean = |sum: f64| sum / seen as f64;
    (seen > 0).then(|| ItemNats { nats: mean(nats), popularity: mean(popularity), events: seen })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;
    use proptest::prelude::*;

    /// A log of lines (user, time, text), of so many users and texts.
    fn log(users: u32, texts: usize, mut lines: Vec<(u32, i64, u32)>) -> EventTable {
        lines.sort_unstable();
        EventTable {
            users: (0..users).map(|user| user.to_string()).collect(),
            texts: (0..texts).map(|text| text.to_string()).collect(),
            offsets: (0..=users).map(|user| lines.iter().filter(|line| line.0 < user).count()).collect(),
            time: lines.iter().map(|line| WallTime(line.1)).collect(),
            text: lines.iter().map(|line| TextId(line.2)).collect(),
            ..EventTable::default()
        }
    }

    fn time() -> JudgedTime {
        JudgedTime { recent: WallTime(4), starts: vec![WallTime(10), WallTime(15)], end: WallTime(20) }
    }

    #[test]
    fn a_user_who_took_one_interest_is_told_by_it() {
        // Text 0 is tea, 1 and 2 are lamps. Recent: tea twice, lamp 1 once. The user had two lamps, then takes one.
        let events = log(2, 3, vec![(0, 1, 1), (0, 5, 1), (0, 12, 1), (1, 4, 0), (1, 6, 0)]);
        let found = item_nats(&events, &[0, 1, 1], 2, &time()).unwrap();
        let share = (2.0 + 20.0 * 2.0 / 4.5) / 22.0;
        assert!((found.nats + f64::ln(share * 1.5 / 2.0)).abs() < 1e-12, "{found:?}");
        assert!((found.popularity + f64::ln(1.5 / 4.5)).abs() < 1e-12, "{found:?}");
        assert_eq!(found.events, 1);
        assert_eq!(item_nats(&log(1, 1, vec![(0, 12, 0)]), &[0], 1, &time()), None, "who took nothing is not judged");
    }

    proptest! {
        #[test]
        fn it_is_the_plain_sum_over_interests(
            lines in proptest::collection::vec((0..4_u32, 0..25_i64, 0..6_u32), 1..80),
            interest in proptest::collection::vec(0..3_u16, 6),
        ) {
            let (events, time) = (log(4, 6, lines.clone()), time());
            let recent = |text: u32| {
                0.5 + lines.iter().filter(|line| line.2 == text && line.1 >= 4 && line.1 < 10).count() as f64
            };
            let of = |k: u16| (0..6_u32).filter(|text| interest[*text as usize] == k).map(recent).sum::<f64>();
            let all: f64 = (0..6).map(recent).sum();
            let (mut sum, mut popular, mut seen) = (0.0, 0.0, 0);
            for (user, at, text) in lines.iter().filter(|line| line.1 >= 10 && line.1 < 20) {
                let from = if *at < 15 { 10 } else { 15 };
                let past: Vec<u16> = lines.iter().filter(|line| line.0 == *user && line.1 < from)
                    .map(|line| interest[line.2 as usize]).collect();
                if past.is_empty() {
                    continue;
                }
                let chance: f64 = (0..3_u16).map(|k| {
                    let own = past.iter().filter(|took| **took == k).count() as f64;
                    let share = (own + 20.0 * of(k) / all) / (past.len() as f64 + 20.0);
                    if interest[*text as usize] == k { share * recent(*text) / of(k) } else { 0.0 }
                }).sum();
                sum -= chance.ln();
                popular -= (recent(*text) / all).ln();
                seen += 1;
            }
            match item_nats(&events, &interest, 3, &time) {
                None => prop_assert_eq!(seen, 0),
                Some(found) => {
                    prop_assert_eq!(found.events, seen);
                    prop_assert!((found.nats - sum / seen as f64).abs() < 1e-9);
                    prop_assert!((found.popularity - popular / seen as f64).abs() < 1e-9);
                }
            }
            // Interests of one text each lose nothing: the user's own texts speak.
            prop_assert!(item_nats(&events, &[0, 1, 2, 3, 4, 5], 6, &time).is_none_or(|found| found.nats.is_finite()));
        }

        #[test]
        fn one_interest_is_popularity(lines in proptest::collection::vec((0..4_u32, 0..25_i64, 0..6_u32), 1..80)) {
            if let Some(found) = item_nats(&log(4, 6, lines), &[0; 6], 1, &time()) {
                prop_assert!((found.nats - found.popularity).abs() < 1e-12);
            }
        }

        #[test]
        fn what_comes_at_the_end_or_later_changes_nothing(
            lines in proptest::collection::vec((0..4_u32, 0..25_i64, 0..6_u32), 1..80), text in 0..6_u32,
        ) {
            let other = |line: &(u32, i64, u32)| (line.0, line.1, if line.1 >= 20 { text } else { line.2 });
            let changed = log(4, 6, lines.iter().map(other).collect());
            let groups = [0, 0, 1, 1, 2, 2];
            prop_assert_eq!(item_nats(&log(4, 6, lines), &groups, 3, &time()), item_nats(&changed, &groups, 3, &time()));
        }
    }
}
