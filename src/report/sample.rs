//! A small shop for the tests of this room: three users, three interests, months.

use jiff::civil::date;

use crate::calendar::{Calendar, PeriodLength, WallTime};
use crate::events::{EventTable, Returns, TextId, UserId};
use crate::forecast::{Band, Coverage, Forecast};
use crate::interests::{Interest, InterestSpace, Source, Trajectories};

/// What the tests write and draw.
pub struct Shop {
    pub events: EventTable,
    pub space: InterestSpace,
    pub trajectories: Trajectories,
    pub forecast: Forecast,
}

/// Ann moves from tea to lamps over three months and has one event in the incomplete fourth; Bob bought once; Cid is
/// first seen in the incomplete month.
pub fn shop() -> Shop {
    let calendar = Calendar::new(PeriodLength::Month);
    let at = |month, day| WallTime::from_datetime(date(2011, month, day).at(12, 0, 0, 0));
    // Text numbers are also interest numbers here.
    let ann = [(8, &[0, 0, 0, 1][..]), (9, &[0, 1, 1, 2]), (11, &[1, 1, 1]), (12, &[2])];
    let bob = [(9, &[2][..])];
    let cid = [(12, &[2, 2][..])];
    let mut events = EventTable {
        users: ["Ann", "Bob <b@x>", "Cid"].map(String::from).into(),
        texts: ["tea pot", "lamp", "card & bow"].map(String::from).into(),
        offsets: vec![0],
        value: Some(Vec::new()),
        returns: Returns { user: vec![UserId(0)], time: vec![at(11, 20)], text: vec![TextId(1)], value: vec![5.0] },
        ..EventTable::default()
    };
    let mut trajectories = Trajectories::empty(calendar, 3, calendar.period(at(8, 1)), calendar.period(at(12, 1)));
    for months in [&ann[..], &bob, &cid] {
        for (month, texts) in months {
            for (day, text) in texts.iter().enumerate() {
                events.time.push(at(*month, day as i8 + 3));
                events.text.push(TextId(*text));
                events.value.get_or_insert_default().push(2.5);
            }
            trajectories.period.push(calendar.period(at(*month, 1)));
            for interest in 0..3_u16 {
                let count = texts.iter().filter(|text| **text == u32::from(interest)).count();
                if count > 0 {
                    trajectories.interest.push(interest);
                    trajectories.events.push(count as u32);
                    trajectories.value.push(count as f32 * 2.5);
                }
            }
            trajectories.row_cells.push(trajectories.interest.len());
        }
        events.offsets.push(events.time.len());
        trajectories.user_rows.push(trajectories.period.len());
    }
    let share = vec![0.2, 0.7, 0.1, 0.25, 0.6, 0.15, 0.3, 0.3, 0.4, 0.4, 0.3, 0.3];
    let band = |level, half: f32, coverage: f64| Band {
        level,
        lower: share.iter().map(|share| (share - half).max(0.0)).collect(),
        upper: share.iter().map(|share| (share + half).min(1.0)).collect(),
        coverage: Some(Coverage::plain((1000.0 * coverage) as u64, 1000)),
    };
    let p_any = share.iter().map(|share| 0.5 * share).collect();
    let forecast = Forecast {
        calendar,
        origin: trajectories.origin,
        horizon: 2,
        interests: 3,
        users: vec![UserId(0), UserId(1)],
        bands: vec![band(50, 0.05, 0.52), band(80, 0.12, 0.81)],
        share,
        no_bands: None,
        joint: false,
        p_any,
        p_active: vec![0.9, 0.2],
        expected_events: vec![4.5, 0.4],
        expected_value: vec![11.0, 0.8],
    };
    let interest = |label: &str, share| Interest {
        label: label.into(),
        terms: label.to_lowercase().split(' ').map(String::from).collect(),
        share,
        source: Source::Found,
    };
    let space = InterestSpace {
        interests: vec![interest("Tea sets", 0.4), interest("Lamps", 0.4), interest("Cards & bows", 0.2)],
        dim: 2,
        centroids: vec![1.0, 0.0, 0.0, 1.0, -1.0, 0.0],
        text_interest: vec![0, 1, 2],
        text_weight: vec![0.9, 0.8, 0.7],
    };
    Shop { events, space, trajectories, forecast }
}

/// As when too few past forecasts reach two steps ahead.
pub fn calibrate_one_step_only(forecast: &mut Forecast) {
    let (interests, path) = (forecast.interests, forecast.interests * forecast.horizon);
    for band in &mut forecast.bands {
        for limits in [&mut band.lower, &mut band.upper] {
            limits.chunks_exact_mut(path).for_each(|user| user[interests..].fill(f32::NAN));
        }
    }
    forecast.no_bands = Some("No bands are drawn 2 periods ahead.".into());
}
