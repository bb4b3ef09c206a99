//! The picture of a user or a cohort: shares of interests over time, solid to today, dashed beyond, with the band.

mod axis;
mod draw;
mod frame;
mod labels;
mod legend;
mod png;
mod svg;
mod text;
mod theme;

pub use draw::chart_svg;
pub use png::chart_png;
pub use theme::Theme;

use super::palette::{self, Style};
use super::{Expected, InterestPath, Observed, cohort_name, cohort_paths, promise, sentence, user_paths};
use crate::calendar::{Calendar, Period};
use crate::events::{EventTable, UserId};
use crate::forecast::{CohortForecast, Forecast};
use crate::interests::{InterestSpace, Trajectories};
use crate::wording::counted;

/// In place of the sentence where there is nothing to tell about.
const NOTHING_CHOSEN: &str = "No interest is chosen.";

/// Everything that a chart shows, before it has a size and a theme.
#[derive(Clone, Debug, PartialEq)]
pub struct TrajectoryChart {
    /// Who.
    pub title: String,
    /// What there is to see, in a sentence.
    pub subtitle: String,
    /// What was counted and how much of it is drawn.
    pub source: String,
    /// How periods are numbered.
    pub calendar: Calendar,
    /// The first period forecast.
    pub origin: Period,
    /// What is drawn, in the order asked for. If these are not all interests, the rest stands last as "others": named
    /// with its share so that nothing is left out silently, but without a line, which would press the others flat.
    pub series: Vec<Series>,
    /// The user's events by period, ascending, only periods with activity.
    pub activity: Vec<Activity>,
    /// The band drawn, if one is.
    pub band: Option<BandNote>,
    /// Why there is no band or no forecast, where one was to be expected.
    pub note: Option<String>,
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// Its colour, mark and dash; none for "others".
    pub style: Option<Style>,
    /// Its past and future.
    pub path: InterestPath,
}

/// How much a user did in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When.
    pub period: Period,
    /// Events over all interests.
    pub events: u32,
}

/// What a band promises and how it kept the promise.
#[derive(Clone, Debug, PartialEq)]
pub struct BandNote {
    /// The stated level, percent.
    pub level: u8,
    /// The promise and how it was kept, in words.
    pub promise: String,
}

/// The chart of a user with the interests asked for, at most [`palette::COLOURED`] of them, and, if wanted, the band of
/// a level. All other interests are added up as "others".
pub fn trajectory_chart(
    events: &EventTable,
    space: &InterestSpace,
    trajectories: &Trajectories,
    forecast: &Forecast,
    user: UserId,
    interests: &[u16],
    level: Option<u8>,
) -> TrajectoryChart {
    let paths = user_paths(trajectories, forecast, user);
    let first = first_drawn(paths.first(), trajectories.origin, forecast.horizon);
    let band = level.and_then(|level| forecast.bands.iter().find(|band| band.level == level));
    let band = band.filter(|_| forecast.place(user).is_some());
    let around = Around {
        title: format!("User {}", events.users.get(user.index()).map_or("", String::as_str)),
        source: source(events, trajectories, user, first),
        note: note(forecast, user, level, trajectories.calendar),
        band: band.map(|band| {
            let steps = forecast.joint.then_some(forecast.horizon);
            BandNote { level: band.level, promise: promise(band, steps, trajectories.calendar.length) }
        }),
    };
    drawn(&paths, space, trajectories, first, interests, level, around)
}

/// The chart of a cohort, like that of a user; `place` is the cohort's among those of the forecast.
pub fn cohort_chart(
    space: &InterestSpace,
    trajectories: &Trajectories,
    forecast: &CohortForecast,
    place: usize,
    interests: &[u16],
    level: Option<u8>,
) -> TrajectoryChart {
    let paths = cohort_paths(trajectories, forecast, place);
    let first = first_drawn(paths.first(), trajectories.origin, forecast.horizon);
    let band = level.and_then(|level| forecast.bands.iter().find(|band| band.level == level));
    let rule = forecast.cohorts.get(place).map(|cohort| cohort.rule);
    let users = forecast.cohorts.get(place).map_or(0, |cohort| cohort.users.len());
    let events: usize = paths.first().map_or(0, |path| path.observed.iter().map(|seen| seen.total as usize).sum());
    let title = rule.map_or_else(String::new, |rule| cohort_name(rule, space, forecast));
    let around = Around {
        title,
        source: format!("{} of {} · Driftline", counted(events, "event"), counted(users, "user")),
        note: level.filter(|_| band.is_none()).map(|level| no_band(forecast.no_bands.as_deref(), level)),
        band: band
            .map(|band| BandNote { level: band.level, promise: promise(band, None, trajectories.calendar.length) }),
    };
    drawn(&paths, space, trajectories, first, interests, level, around)
}

/// What a chart says besides its lines.
struct Around {
    title: String,
    source: String,
    note: Option<String>,
    band: Option<BandNote>,
}

fn drawn(
    paths: &[InterestPath],
    space: &InterestSpace,
    trajectories: &Trajectories,
    first: Period,
    interests: &[u16],
    level: Option<u8>,
    Around { title, source, note, band }: Around,
) -> TrajectoryChart {
    let mut coloured: Vec<&InterestPath> = Vec::new();
    for interest in interests {
        if let Some(path) = paths.get(usize::from(*interest))
            && coloured.len() < palette::COLOURED
            && !coloured.iter().any(|known| known.interest == path.interest)
        {
            coloured.push(path);
        }
    }
    let label = |number: u16| space.interests.get(usize::from(number)).map(|interest| interest.label.clone());
    let mut series: Vec<_> = coloured
        .iter()
        .map(|path| Series {
            label: label(path.interest).unwrap_or_default(),
            style: Some(palette::style(path.interest)),
            path: from_period(path, first),
        })
        .collect();
    let told: Vec<_> = coloured.iter().map(|path| with_band(path, level)).collect();
    let drawn = |path: &InterestPath| coloured.iter().any(|known| known.interest == path.interest);
    let rest: Vec<_> = paths.iter().filter(|path| !drawn(path)).collect();
    if !rest.is_empty() {
        let label = counted(rest.len(), "other");
        series.push(Series { label, style: None, path: from_period(&added_up(&rest), first) });
    }
    let calendar = trajectories.calendar;
    TrajectoryChart {
        title,
        subtitle: if told.is_empty() { NOTHING_CHOSEN.into() } else { sentence(&told, space, calendar) },
        source,
        calendar,
        origin: trajectories.origin,
        activity: activity(paths, first),
        note,
        band,
        series,
    }
}

/// The first period to draw: so long a past that the future still can be seen beside it, but always some activity.
fn first_drawn(path: Option<&InterestPath>, origin: Period, horizon: usize) -> Period {
    let reach = i32::try_from(horizon.saturating_mul(16)).unwrap_or(i32::MAX).clamp(36, 400);
    let window = origin.plus(-reach);
    let observed = path.map_or(&[][..], |path| &path.observed);
    let first = observed.first().map_or(window, |observed| observed.period);
    let last = observed.last().map_or(window, |observed| observed.period);
    first.max(window.min(last.plus(-3)))
}

fn from_period(path: &InterestPath, first: Period) -> InterestPath {
    let observed = path.observed.iter().filter(|observed| observed.period >= first).copied().collect();
    InterestPath { interest: path.interest, observed, expected: path.expected.clone() }
}

/// A path with only the band of one level, so that the sentence speaks of the band that is drawn.
fn with_band(path: &InterestPath, level: Option<u8>) -> InterestPath {
    let mut path = path.clone();
    for expected in &mut path.expected {
        expected.bands.retain(|band| Some(band.0) == level);
    }
    path
}

/// The sum of some paths of one user. Bands do not add up, so it has none.
fn added_up(paths: &[&InterestPath]) -> InterestPath {
    let mut paths_left = paths.iter();
    let Some(first) = paths_left.next() else {
        return InterestPath { interest: 0, observed: Vec::new(), expected: Vec::new() };
    };
    let expected = first.expected.iter();
    let mut sum = InterestPath {
        interest: first.interest,
        observed: first.observed.clone(),
        expected: expected.map(|known| Expected { bands: Vec::new(), ..known.clone() }).collect(),
    };
    for path in paths_left {
        for (sum, Observed { share, .. }) in sum.observed.iter_mut().zip(&path.observed) {
            sum.share += share;
        }
        for (sum, Expected { share, .. }) in sum.expected.iter_mut().zip(&path.expected) {
            sum.share += share;
        }
    }
    sum
}

/// Every path of a user has the same periods and totals, so the first tells them.
fn activity(paths: &[InterestPath], first: Period) -> Vec<Activity> {
    let observed = paths.first().map_or(&[][..], |path| &path.observed);
    let drawn = observed.iter().filter(|observed| observed.period >= first);
    drawn.map(|observed| Activity { period: observed.period, events: observed.total }).collect()
}

fn source(events: &EventTable, trajectories: &Trajectories, user: UserId, first: Period) -> String {
    let rows = events.rows(user);
    let length = trajectories.calendar.length;
    let mut parts = vec![format!(
        "{} in {}",
        counted(rows.len(), "event"),
        counted(trajectories.rows(user).len(), &format!("active {length}"))
    )];
    if let Some(last) = rows.last() {
        parts[0].push_str(&events.time[last].datetime().strftime(", last on %-d %b %Y").to_string());
    }
    if trajectories.rows(user).any(|row| trajectories.period[row] < first) {
        parts.push(format!("drawn from {}", trajectories.calendar.label(first)));
    }
    parts.push("Driftline".to_owned());
    parts.join(" · ")
}

fn note(forecast: &Forecast, user: UserId, level: Option<u8>, calendar: Calendar) -> Option<String> {
    if forecast.place(user).is_none() {
        return Some(format!("No forecast: no activity before {}", calendar.label(forecast.origin)));
    }
    let level = level?;
    if forecast.bands.iter().any(|band| band.level == level) {
        return forecast.no_bands.clone();
    }
    Some(no_band(forecast.no_bands.as_deref(), level))
}

fn no_band(why: Option<&str>, level: u8) -> String {
    match why {
        Some(why) => format!("No band: {why}"),
        None => format!("No band of {level} % was calibrated"),
    }
}
