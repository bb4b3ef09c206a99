//! Which events are of texts that nobody had seen before.

use super::{InterestSpace, Trajectories};
use crate::calendar::Period;
use crate::events::EventTable;

/// Events of texts first seen late in a log, by row of its [`Trajectories`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewTexts {
    /// Where each row's events begin; one more entry than rows.
    starts: Vec<usize>,
    /// Each event's interest, what it counts, and the period in which its text was first seen.
    seen: Vec<(u16, f32, Period)>,
}

impl NewTexts {
    /// The events of texts that are first seen in the period `from` or later.
    pub fn since(events: &EventTable, trajectories: &Trajectories, space: &InterestSpace, from: Period) -> Self {
        let calendar = trajectories.calendar;
        let mut first: Vec<Option<Period>> = vec![None; events.texts.len()];
        for (text, time) in events.text.iter().zip(&events.time) {
            let (known, now) = (&mut first[text.index()], calendar.period(*time));
            *known = Some(known.map_or(now, |known| known.min(now)));
        }
        let mut found = Self { starts: vec![0], seen: Vec::new() };
        for user in events.user_ids() {
            let mut left = events.rows(user).peekable();
            for row in trajectories.rows(user) {
                let own = |event: &usize| calendar.period(events.time[*event]) == trajectories.period[row];
                while let Some(event) = left.next_if(own) {
                    let text = events.text[event].index();
                    if let Some(first) = first[text].filter(|first| *first >= from) {
                        found.seen.push((space.text_interest[text], events.weight(event), first));
                    }
                }
                found.starts.push(found.seen.len());
            }
        }
        found
    }

    /// The interests of a row's events whose texts are first seen at `origin` or later with what each event counts.
    pub fn of(&self, row: usize, origin: Period) -> impl Iterator<Item = (u16, f32)> {
        let range = self.starts.get(row).copied().zip(self.starts.get(row + 1).copied());
        let events = range.and_then(|(from, to)| self.seen.get(from..to)).unwrap_or_default();
        events.iter().filter(move |(.., first)| *first >= origin).map(|(interest, weight, _)| (*interest, *weight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Calendar, PeriodLength, WallTime};
    use crate::events::{TextId, UserId};

    #[test]
    fn an_event_is_new_if_nobody_had_its_text_before_the_origin() {
        // Ann buys tea in March and April, Ben a lamp in April; in May both buy lamps, and Ben the first cup.
        let day = |month: i8| WallTime::from_datetime(jiff::civil::date(2024, month, 1).into());
        let lines = [(0, 3, 0), (0, 4, 0), (0, 5, 1), (1, 4, 1), (1, 5, 1), (1, 5, 2)];
        let events = EventTable {
            users: vec!["Ann".into(), "Ben".into()],
            texts: ["tea", "lamp", "cup"].map(String::from).to_vec(),
            offsets: vec![0, 3, 6],
            time: lines.iter().map(|(_, month, _)| day(*month)).collect(),
            text: lines.iter().map(|(.., text)| TextId(*text)).collect(),
            ..EventTable::default()
        };
        let space = InterestSpace {
            interests: Vec::new(),
            dim: 0,
            centroids: Vec::new(),
            text_interest: vec![0, 1, 1],
            text_weight: Vec::new(),
        };
        let calendar = Calendar::new(PeriodLength::Month);
        let mut trajectories = Trajectories::empty(calendar, 2, calendar.period(day(3)), calendar.period(day(6)));
        for user in [&[3, 4, 5][..], &[4, 5]] {
            trajectories.period.extend(user.iter().map(|month| calendar.period(day(*month))));
            trajectories.user_rows.push(trajectories.period.len());
        }
        let (april, may) = (calendar.period(day(4)), calendar.period(day(5)));
        let found = NewTexts::since(&events, &trajectories, &space, april);
        let of = |user: u32, at: usize, origin| {
            found.of(trajectories.rows(UserId(user)).start + at, origin).collect::<Vec<_>>()
        };
        assert_eq!(of(0, 1, april), [], "Ann had bought tea before");
        assert_eq!(of(0, 2, april), [(1, 1.0)], "the lamp came in April");
        assert_eq!(of(0, 2, may), []);
        assert_eq!((of(1, 1, april), of(1, 1, may)), (vec![(1, 1.0); 2], vec![(1, 1.0)]));
    }
}
