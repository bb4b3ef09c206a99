//! Users who change, and users who may stay away.

use super::{Bar, Evidence, Finding, Found, Picture, Question, SHOWN, Spans, points, signed};
use crate::forecast::ActivitySource;
use crate::report::columns::label;
use crate::report::{UserSummary, model_name, percent};
use crate::wording::{counted, counted_of};

/// Fewer events than these say little of what a user is like.
const ENOUGH_EVENTS: u32 = 20;
/// Fewer active periods than these make nobody a regular.
const ENOUGH_PERIODS: u32 = 4;
/// The part of their periods in which regulars were active.
const REGULAR: f64 = 0.5;
/// Whose chance is below this part of what was usual may stay away.
const UNUSUAL: f64 = 0.5;
/// The level of the bands that changes are held against.
const LEVEL: u8 = 80;

fn name(found: &Found, user: &UserSummary) -> String {
    found.events.users.get(user.user.index()).cloned().unwrap_or_default()
}

/// A user's largest change, where its band leaves out what the user did so far.
fn sure_change(found: &Found, user: &UserSummary) -> Option<(u16, f32)> {
    let (interest, change) = user.largest_change?;
    let forecast = found.forecast;
    let cell = forecast.cell(forecast.place(user.user)?, 0, usize::from(interest));
    let band = forecast.bands.iter().find(|band| band.level == LEVEL)?;
    let so_far = forecast.share.get(cell)? - change;
    (so_far < band.lower[cell] || so_far > band.upper[cell]).then_some((interest, change))
}

pub fn changing(found: &Found) -> Option<Finding> {
    let (trajectories, space) = (found.trajectories, found.space);
    let calendar = trajectories.calendar;
    let since = Spans::of(trajectories)?.now.start;
    let start = calendar.start(since);
    // Whoever bought once goes on like others whatever they bought: that is no change of theirs.
    let known = |user: &&UserSummary| user.events >= ENOUGH_EVENTS && user.active_periods >= ENOUGH_PERIODS;
    let asked: Vec<&UserSummary> = found.users.iter().filter(known).filter(|user| user.last >= start).collect();
    if asked.is_empty() || !found.forecast.bands.iter().any(|band| band.level == LEVEL) {
        return None;
    }
    let mut moved: Vec<(&UserSummary, u16, f32)> = asked
        .iter()
        .filter_map(|user| sure_change(found, user).map(|(interest, change)| (*user, interest, change)))
        .collect();
    let all = moved.len();
    moved.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()).then(a.0.user.cmp(&b.0.user)));
    moved.truncate(SHOWN);
    let next = calendar.label(found.forecast.origin);
    let sentence = match moved.first() {
        None => format!("No user’s forecast for {next} leaves what they did so far outside its band."),
        Some((user, interest, change)) => format!(
            "User {} changes most: {} of “{}” in {next}, against all before.",
            name(found, user),
            points(f64::from(*change)),
            label(space, *interest)
        ),
    };
    let bar = |(user, interest, change): &(&UserSummary, u16, f32)| Bar {
        name: name(found, user),
        value: f64::from(*change),
        words: format!("{} {}", signed(f64::from(*change)), label(space, *interest)),
        interest: Some(*interest),
        evidence: Some(Evidence::User(user.user, Some(*interest))),
    };
    let bars: Vec<Bar> = moved.iter().map(bar).collect();
    Some(Finding {
        question: Question::Users,
        sentence,
        basis: format!(
            "{} with {ENOUGH_EVENTS} events in {ENOUGH_PERIODS} {}s or more and seen since {} change beyond their \
             {LEVEL}\u{a0}% band.",
            counted_of(all, asked.len(), "user"),
            calendar.length,
            calendar.label(since)
        ),
        evidence: bars.first().and_then(|bar| bar.evidence.clone()),
        picture: Picture::Bars(bars),
    })
}

pub fn leaving(found: &Found) -> Option<Finding> {
    let trajectories = found.trajectories;
    let calendar = trajectories.calendar;
    let mut regulars = 0_usize;
    let mut leaving: Vec<(&UserSummary, f64, f64)> = Vec::new();
    for user in found.users {
        let Some(chance) = user.p_active.map(f64::from) else { continue };
        let rows = trajectories.rows(user.user).filter(|row| trajectories.is_whole(*row));
        let (active, first) = (rows.clone().count(), rows.clone().next().map(|row| trajectories.period[row]));
        let Some(first) = first.filter(|_| active >= ENOUGH_PERIODS as usize) else { continue };
        let usual = active as f64 / f64::from(trajectories.origin.since(first).max(1));
        if usual >= REGULAR {
            regulars += 1;
            if chance < UNUSUAL * usual {
                leaving.push((user, chance, usual));
            }
        }
    }
    if regulars == 0 {
        return None;
    }
    leaving.sort_by(|a, b| (b.2 - b.1).total_cmp(&(a.2 - a.1)).then(a.0.user.cmp(&b.0.user)));
    let next = calendar.label(found.forecast.origin);
    let length = calendar.length;
    let sentence = match leaving.first() {
        None => format!("All {regulars} regulars are about as likely as ever to be active in {next}."),
        Some((user, chance, usual)) => format!(
            "{} may stay away in {next}, first of all user {}: {} likely to be active, after {} of {length}s so far.",
            counted_of(leaving.len(), regulars, "regular"),
            name(found, user),
            percent(*chance as f32),
            percent(*usual as f32)
        ),
    };
    let bar = |(user, chance, usual): &(&UserSummary, f64, f64)| Bar {
        name: name(found, user),
        value: chance - usual,
        words: format!("{}, was {}", percent(*chance as f32), percent(*usual as f32)),
        interest: None,
        evidence: Some(Evidence::User(user.user, None)),
    };
    leaving.truncate(SHOWN);
    let bars: Vec<Bar> = leaving.iter().map(bar).collect();
    Some(Finding {
        question: Question::Leaving,
        sentence,
        basis: format!(
            "Regulars were active in half of their {length}s or more, {ENOUGH_PERIODS} at least; told is whose chance is \
             below half of that. {}",
            chances(found)
        ),
        evidence: bars.first().and_then(|bar| bar.evidence.clone()),
        picture: Picture::Bars(bars),
    })
}

/// What the chances were worth on past periods.
fn chances(found: &Found) -> String {
    let Some(table) = found.scores.and_then(|scores| scores.activity.as_ref()) else {
        return "What such chances are worth is not measured yet.".to_owned();
    };
    let of = |source: ActivitySource| table.scores.iter().find(|score| score.model == source);
    let by = match table.chance_by {
        ActivitySource::Simple => "the simple forecast".to_owned(),
        ActivitySource::Model(name) => format!("the {}", model_name(name)),
    };
    match (of(table.chance_by), of(ActivitySource::Simple)) {
        (Some(own), Some(simple)) if table.chance_by != ActivitySource::Simple => format!(
            "Chances by {by}: log loss {:.3} on {}, that of a simple forecast {:.3}.",
            own.log_loss,
            counted(table.rows, "user-period"),
            simple.log_loss
        ),
        (Some(own), _) => {
            format!("Chances by {by}: log loss {:.3} on {}.", own.log_loss, counted(table.rows, "user-period"))
        }
        _ => format!("Chances by {by}."),
    }
}
