//! Where an axis has ticks and what they say.

use super::text::Ruler;
use crate::calendar::{Calendar, Period, PeriodLength};

/// Shares from 0 upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ShareAxis {
    /// Distance of ticks.
    pub step: f32,
    /// The last tick, at most 1.
    pub top: f32,
}

impl ShareAxis {
    /// An axis that holds the largest share with at most five steps.
    pub fn holding(largest: f32) -> Self {
        let largest = largest.clamp(0.01, 1.0);
        let step = [0.01, 0.02, 0.05, 0.1, 0.2].into_iter().find(|step| largest / step <= 5.001).unwrap_or(0.2);
        Self { step, top: ((largest / step - 0.001).ceil() * step).min(1.0) }
    }

    /// The ticks, from 0.
    pub fn ticks(self) -> impl Iterator<Item = f32> {
        (0..=(self.top / self.step).round() as usize).map(move |tick| tick as f32 * self.step)
    }
}

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub period: Period,
    /// The day or month.
    pub label: String,
    /// The year, where it is the first tick in it and the label does not say it.
    pub year: Option<String>,
}

/// Which periods get a tick.
#[derive(Clone, Copy)]
enum Rhythm {
    /// Every so many periods, counted from a Monday for days.
    Periods(i32),
    /// The period in which every so-manieth month begins, counted from January.
    Months(i8),
    /// The period in which every so-manieth year begins.
    Years(i16),
}

impl Rhythm {
    fn of(length: PeriodLength) -> &'static [Self] {
        use Rhythm::{Months, Periods, Years};
        match length {
            PeriodLength::Day => {
                &[Periods(1), Periods(2), Periods(7), Periods(14), Months(1), Months(3), Years(1), Years(5)]
            }
            PeriodLength::Week => {
                &[Periods(1), Periods(2), Periods(4), Months(1), Months(2), Months(3), Years(1), Years(5)]
            }
            PeriodLength::Month => {
                &[Months(1), Months(2), Months(3), Months(6), Years(1), Years(2), Years(5), Years(10)]
            }
        }
    }

    fn falls_on(self, calendar: Calendar, period: Period) -> bool {
        match self {
            Self::Periods(every) => {
                // Day 4, 1970-01-05, was a Monday.
                let monday = if calendar.length == PeriodLength::Day { 4 } else { 0 };
                (period.0 - monday).rem_euclid(every) == 0
            }
            Self::Months(every) => {
                let (day, before) = (calendar.first_day(period), calendar.first_day(period.plus(-1)));
                day.month() != before.month() && (day.month() - 1) % every == 0
            }
            Self::Years(every) => {
                let (day, before) = (calendar.first_day(period), calendar.first_day(period.plus(-1)));
                day.year() != before.year() && day.year() % every == 0
            }
        }
    }

    fn format(self) -> &'static str {
        match self {
            Self::Periods(_) => "%-d %b",
            Self::Months(_) => "%b",
            Self::Years(_) => "%Y",
        }
    }
}

/// The ticks from one period to another that have room, `pitch` points from period to period.
pub(super) fn time_ticks(calendar: Calendar, first: Period, last: Period, pitch: f32, ruler: &Ruler) -> Vec<Tick> {
    let rhythms = Rhythm::of(calendar.length);
    let fitting = rhythms.iter().find_map(|rhythm| {
        let ticks = ticks(*rhythm, calendar, first, last);
        let roomy = ticks.windows(2).all(|pair| {
            let half = |tick: &Tick| ruler.width(&tick.label).max(ruler.width("2000")) / 2.0;
            pair[1].period.since(pair[0].period) as f32 * pitch >= half(&pair[0]) + half(&pair[1]) + 12.0
        });
        (roomy && !ticks.is_empty()).then_some(ticks)
    });
    fitting.unwrap_or_else(|| vec![Tick { period: first, label: calendar.label(first), year: None }])
}

fn ticks(rhythm: Rhythm, calendar: Calendar, first: Period, last: Period) -> Vec<Tick> {
    let mut known_year = None;
    let periods = (first.0..=last.0).map(Period).filter(|period| rhythm.falls_on(calendar, *period));
    let tick = |period| {
        let day = calendar.first_day(period);
        let new_year = known_year.replace(day.year()) != Some(day.year());
        let says_year = matches!(rhythm, Rhythm::Years(_));
        Tick {
            period,
            label: day.strftime(rhythm.format()).to_string(),
            year: (new_year && !says_year).then(|| day.strftime("%Y").to_string()),
        }
    };
    periods.map(tick).collect()
}

#[cfg(test)]
mod tests {
    use super::super::text::Weight;
    use super::*;
    use crate::calendar::WallTime;
    use jiff::civil::date;

    fn axis(length: PeriodLength, first: (i16, i8, i8), periods: i32, width: f32) -> Vec<String> {
        let calendar = Calendar::new(length);
        let start = WallTime::from_datetime(date(first.0, first.1, first.2).at(0, 0, 0, 0));
        let first = calendar.period(start);
        let ruler = Ruler::new(11.0, Weight::Regular);
        let ticks = time_ticks(calendar, first, first.plus(periods - 1), width / periods as f32, &ruler);
        ticks
            .into_iter()
            .map(|tick| tick.year.map_or(tick.label.clone(), |year| format!("{} {year}", tick.label)))
            .collect()
    }

    #[test]
    fn share_axes_hold_what_they_show() {
        for largest in [0.0, 0.004, 0.03, 0.12, 0.3, 0.305, 0.5, 0.61, 0.999, 1.0] {
            let axis = ShareAxis::holding(largest);
            assert!(axis.top >= largest - 1e-6, "{axis:?} for {largest}");
            assert!((2..=6).contains(&axis.ticks().count()), "{axis:?}");
            assert!((axis.ticks().last().unwrap() - axis.top).abs() < 1e-6);
        }
        assert_eq!(ShareAxis::holding(0.47), ShareAxis { step: 0.1, top: 0.5 });
    }

    #[test]
    fn months_are_named_and_years_said_once() {
        assert_eq!(axis(PeriodLength::Month, (2011, 11, 1), 4, 600.0), ["Nov 2011", "Dec", "Jan 2012", "Feb"]);
        let two_years = axis(PeriodLength::Month, (2009, 12, 1), 27, 600.0);
        assert_eq!(two_years[..3], ["Jan 2010", "Mar", "May"]);
        assert_eq!(axis(PeriodLength::Month, (2000, 1, 1), 144, 700.0)[..2], ["2000", "2001"]);
    }

    #[test]
    fn weeks_and_days_fall_back_to_months_when_there_are_many() {
        assert_eq!(axis(PeriodLength::Week, (2011, 10, 3), 4, 500.0), ["3 Oct 2011", "10 Oct", "17 Oct", "24 Oct"]);
        assert_eq!(axis(PeriodLength::Week, (2011, 1, 3), 52, 500.0)[..2], ["Jan 2011", "Mar"]);
        let fortnight = axis(PeriodLength::Day, (2011, 10, 1), 28, 500.0);
        assert_eq!(fortnight, ["3 Oct 2011", "10 Oct", "17 Oct", "24 Oct"], "days tick on Mondays");
    }
}
