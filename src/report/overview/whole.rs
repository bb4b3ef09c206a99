//! The whole log: how much happens in it, and what of it rose and fell.

use std::ops::Range;

use super::{Bar, Evidence, Finding, Found, Picture, Question, SHOWN, Spans, points};
use crate::calendar::Period;
use crate::forecast::CohortRule;
use crate::interests::Trajectories;
use crate::report::columns::label;
use crate::report::percent;
use crate::wording::counted;

/// How many standard errors over users a change has to be before it is told.
const STANDARD_ERRORS: f64 = 3.0;

/// Every row of a whole period.
fn rows(trajectories: &Trajectories) -> impl Iterator<Item = usize> + '_ {
    (0..trajectories.period.len()).filter(|row| trajectories.is_whole(*row))
}

/// Where everybody's chart is, once it can be drawn.
fn everyone(found: &Found, interests: Vec<u16>) -> Option<Evidence> {
    let known = found.cohorts.is_some_and(|cohorts| cohorts.place(CohortRule::Everyone).is_some());
    known.then_some(Evidence::Cohort(CohortRule::Everyone, interests))
}

pub fn activity(found: &Found) -> Option<Finding> {
    let trajectories = found.trajectories;
    let calendar = trajectories.calendar;
    let periods = usize::try_from(trajectories.origin.since(trajectories.first)).ok().filter(|periods| *periods > 0)?;
    let (mut events, mut users) = (vec![0_u64; periods], vec![0_u64; periods]);
    for row in rows(trajectories) {
        let at = usize::try_from(trajectories.period[row].since(trajectories.first)).unwrap_or(0);
        events[at] += u64::from(trajectories.total(row));
        users[at] += 1;
    }
    let sentence = match Spans::of(trajectories) {
        Some(spans) => {
            let sum = |span: &Range<Period>| -> u64 {
                let at = |period: Period| usize::try_from(period.since(trajectories.first)).unwrap_or(0);
                events[at(span.start)..at(span.end)].iter().sum()
            };
            let (now, before) = (sum(&spans.now), sum(&spans.before));
            let against = if spans.a_year_apart { "a year before" } else { "right before" };
            let change = match before {
                0 => format!("none in as long a time {against}"),
                _ => {
                    let change = (now as f64 / before as f64 - 1.0) * 100.0;
                    match change.round() as i64 {
                        0 => format!("as many as in as long a time {against}"),
                        up @ 1.. => format!("{up}\u{a0}% more than in as long a time {against}"),
                        down => format!("{}\u{a0}% fewer than in as long a time {against}", -down),
                    }
                }
            };
            format!("{} from {}: {change}.", counted(now, "event"), Spans::name(&spans.now, calendar))
        }
        None => {
            let all: u64 = events.iter().sum();
            let span = Spans::name(&(trajectories.first..trajectories.origin), calendar);
            format!("{} from {span}; that is too short to say what rose or fell.", counted(all, "event"))
        }
    };
    let busiest = users.iter().copied().max().unwrap_or(0);
    Some(Finding {
        question: Question::Activity,
        sentence,
        basis: format!(
            "Events by {}, of {} in all; at most {} in one.",
            calendar.length,
            counted(found.events.users.len(), "user"),
            counted(busiest, "active user")
        ),
        picture: Picture::Columns(
            (0..).zip(&events).map(|(at, events)| (trajectories.first.plus(at), *events as f64)).collect(),
        ),
        evidence: everyone(found, Vec::new()),
    })
}

/// An interest's share of all events in two stretches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Moved {
    before: f64,
    now: f64,
    /// Of the difference, over users.
    standard_error: f64,
}

/// A user's events of a stretch by interest, and their sum.
fn own(trajectories: &Trajectories, user: usize, span: &Range<Period>, own: &mut [f64]) -> f64 {
    own.fill(0.0);
    for row in trajectories.user_rows[user]..trajectories.user_rows[user + 1] {
        if span.contains(&trajectories.period[row]) {
            for cell in trajectories.cells(row) {
                own[usize::from(trajectories.interest[cell])] += f64::from(trajectories.weight(cell));
            }
        }
    }
    own.iter().sum()
}

/// How each interest's share moved; none where a stretch is empty. Events of one user are alike, so users, not events,
/// are what is independent: the error is the jackknife's that leaves out one user after the other, and it is large where
/// a single one makes the change.
fn moves(trajectories: &Trajectories, spans: &Spans) -> Option<Vec<Moved>> {
    let (interests, users) = (trajectories.interests, trajectories.users());
    let both = [&spans.before, &spans.now];
    let (mut sums, mut all) = ([vec![0.0; interests], vec![0.0; interests]], [0.0; 2]);
    let mut of_user = vec![0.0; interests];
    for user in 0..users {
        for (at, span) in both.into_iter().enumerate() {
            all[at] += own(trajectories, user, span, &mut of_user);
            sums[at].iter_mut().zip(&of_user).for_each(|(sum, own)| *sum += own);
        }
    }
    if all.iter().any(|all| *all <= 0.0) {
        return None;
    }
    let share = |at: usize, interest: usize| sums[at][interest] / all[at];
    let mut moved: Vec<Moved> = (0..interests)
        .map(|interest| Moved { before: share(0, interest), now: share(1, interest), standard_error: 0.0 })
        .collect();
    let mut without = vec![0.0; interests];
    for user in 0..users {
        without.fill(0.0);
        let mut alone = false;
        for (at, span) in both.into_iter().enumerate() {
            let total = own(trajectories, user, span, &mut of_user);
            let rest = all[at] - total;
            alone |= rest <= 0.0;
            let sign = if at == 0 { -1.0 } else { 1.0 };
            for (interest, share) in without.iter_mut().enumerate() {
                *share += sign * (sums[at][interest] - of_user[interest]) / rest;
            }
        }
        for (moved, without) in moved.iter_mut().zip(&without) {
            // Where one user is all there is, nothing can be said of others.
            let apart = if alone { f64::INFINITY } else { without - (moved.now - moved.before) };
            moved.standard_error += apart * apart;
        }
    }
    let part = users.saturating_sub(1) as f64 / users.max(1) as f64;
    moved.iter_mut().for_each(|moved| moved.standard_error = (moved.standard_error * part).sqrt());
    Some(moved)
}

pub fn interests(found: &Found) -> Option<Finding> {
    let (trajectories, space) = (found.trajectories, found.space);
    let calendar = trajectories.calendar;
    let spans = Spans::of(trajectories)?;
    let shares = moves(trajectories, &spans)?;
    let mut moved: Vec<(u16, f64)> = Vec::new();
    for (interest, share) in (0_u16..).zip(&shares) {
        let change = share.now - share.before;
        // What rounds to no point is nothing to read into.
        if change.abs() > STANDARD_ERRORS * share.standard_error && change.abs() >= 0.005 {
            moved.push((interest, change));
        }
    }
    moved.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    let name = |span: &_| Spans::name(span, calendar);
    let told = |way: &str, interest: u16| {
        let Moved { before, now, .. } = shares[usize::from(interest)];
        format!("“{}” {way}, from {} to {}", label(space, interest), percent(before as f32), percent(now as f32))
    };
    let rose = moved.iter().find(|(_, change)| *change > 0.0).map(|(interest, _)| told("rose most", *interest));
    let fell = moved.iter().find(|(_, change)| *change < 0.0).map(|(interest, _)| told("fell most", *interest));
    let sentence = match (rose, fell) {
        (None, None) => "No interest’s share of all events rose or fell by more than chance would do.".to_owned(),
        (Some(one), None) | (None, Some(one)) => format!("{one} of all events."),
        (Some(rose), Some(fell)) => format!("{rose} of all events; {fell}."),
    };
    moved.truncate(SHOWN);
    moved.sort_by(|a, b| b.1.total_cmp(&a.1));
    let drawn: Vec<u16> = moved.iter().map(|(interest, _)| *interest).collect();
    let bar = |(interest, change): &(u16, f64)| Bar {
        name: label(space, *interest),
        value: *change,
        words: points(*change),
        interest: Some(*interest),
        evidence: everyone(found, vec![*interest]),
    };
    Some(Finding {
        question: Question::Interests,
        sentence,
        basis: format!(
            "{} against {}; told are changes of more than {STANDARD_ERRORS} standard errors (jackknife over users).",
            name(&spans.now),
            name(&spans.before)
        ),
        picture: Picture::Bars(moved.iter().map(bar).collect()),
        evidence: everyone(found, drawn),
    })
}
