//! What the forecasts of cohorts say.

use super::{Bar, Evidence, Finding, Found, Picture, Question, SHOWN, Spans, points, signed};
use crate::events::UserId;
use crate::forecast::{Band, CohortForecast, CohortRule};
use crate::interests::Trajectories;
use crate::report::columns::label;
use crate::report::sentence::within;
use crate::report::{cohort_name, percent};

/// The level of the bands that changes are held against.
const LEVEL: u8 = 80;

/// What some users' events of a stretch come to by interest; none where there are none.
fn shares(
    trajectories: &Trajectories,
    users: &[UserId],
    span: &std::ops::Range<crate::calendar::Period>,
) -> Option<Vec<f64>> {
    let mut sum = vec![0.0; trajectories.interests];
    for user in users.iter().filter(|user| user.index() < trajectories.users()) {
        for row in trajectories.rows(*user).filter(|row| span.contains(&trajectories.period[*row])) {
            for cell in trajectories.cells(row) {
                sum[usize::from(trajectories.interest[cell])] += f64::from(trajectories.weight(cell));
            }
        }
    }
    let all = Some(sum.iter().sum::<f64>()).filter(|all| *all > 0.0)?;
    Some(sum.into_iter().map(|events| events / all).collect())
}

/// The band that changes are held against, where it reaches the next period.
fn band(cohorts: &CohortForecast) -> Option<&Band> {
    cohorts.bands.iter().find(|band| band.level == LEVEL)
}

/// A cohort's interest whose next share's band leaves out its share so far.
#[derive(Clone, Copy, Debug)]
struct Change {
    place: usize,
    interest: u16,
    before: f64,
    next: f32,
    lower: f32,
    upper: f32,
}

impl Change {
    fn size(&self) -> f64 {
        f64::from(self.next) - self.before
    }
}

/// Changes of a cohort's next period against its share so far that its band does not explain, the largest first.
fn changes(cohorts: &CohortForecast, place: usize, before: &[f64]) -> Vec<Change> {
    let Some(band) = band(cohorts) else { return Vec::new() };
    let mut changes: Vec<Change> = (0_u16..)
        .zip(before)
        .filter_map(|(interest, before)| {
            let cell = cohorts.cell(place, 0, usize::from(interest));
            let (next, lower, upper) = (*cohorts.share.get(cell)?, band.lower[cell], band.upper[cell]);
            // A limit that was not calibrated is no number and leaves nothing out.
            let outside = *before < f64::from(lower) || *before > f64::from(upper);
            let change = Change { place, interest, before: *before, next, lower, upper };
            // What reads the same is no change to tell.
            let told = percent(*before as f32) != percent(next) && change.size().abs() >= 0.01;
            (outside && told).then_some(change)
        })
        .collect();
    changes.sort_by(|a, b| b.size().abs().total_cmp(&a.size().abs()).then(a.interest.cmp(&b.interest)));
    changes
}

fn held(cohorts: &CohortForecast) -> String {
    let coverage = band(cohorts).and_then(|band| band.coverage.as_ref());
    match coverage {
        Some(coverage) => {
            format!("{LEVEL}\u{a0}% bands of cohorts held {} of past shares", percent(coverage.held as f32))
        }
        None => format!("how often {LEVEL}\u{a0}% bands of cohorts hold was not measured"),
    }
}

pub fn growing(found: &Found) -> Option<Finding> {
    let (space, trajectories, cohorts) = (found.space, found.trajectories, found.cohorts?);
    let place = cohorts.place(CohortRule::Everyone)?;
    band(cohorts)?;
    let last = trajectories.origin.plus(-1);
    let before = shares(trajectories, &cohorts.cohorts[place].users, &(last..trajectories.origin))?;
    let mut growing = changes(cohorts, place, &before);
    growing.retain(|change| change.size() > 0.0);
    let calendar = trajectories.calendar;
    let (next, now) = (calendar.label(cohorts.origin), calendar.label(last));
    let sentence = match growing.first() {
        None => format!("No interest is forecast to have a larger share in {next} than in {now}, beyond its band."),
        Some(first) => format!(
            "“{}” is forecast to grow most, from {} of all events in {now} to {} in {next} ({LEVEL}\u{a0}%: {}).",
            label(space, first.interest),
            percent(first.before as f32),
            percent(first.next),
            within(first.lower, first.upper)
        ),
    };
    growing.truncate(SHOWN);
    let drawn: Vec<u16> = growing.iter().map(|change| change.interest).collect();
    let bar = |change: &Change| Bar {
        name: label(space, change.interest),
        value: change.size(),
        words: points(change.size()),
        interest: Some(change.interest),
        evidence: Some(Evidence::Cohort(CohortRule::Everyone, vec![change.interest])),
    };
    Some(Finding {
        question: Question::Growing,
        sentence,
        basis: format!("{next} against {now}, told where the band lies above what was; {}.", held(cohorts)),
        picture: Picture::Bars(growing.iter().map(bar).collect()),
        evidence: Some(Evidence::Cohort(CohortRule::Everyone, drawn)),
    })
}

pub fn cohorts(found: &Found) -> Option<Finding> {
    let (space, trajectories, cohorts) = (found.space, found.trajectories, found.cohorts?);
    band(cohorts)?;
    let spans = Spans::of(trajectories)?;
    let calendar = trajectories.calendar;
    // Cohorts by leading interest are chosen by what they did last, so that what they do next looks like a fall whatever
    // comes; they are not compared.
    let compared = (0..cohorts.cohorts.len())
        .filter(|place| matches!(cohorts.cohorts[*place].rule, CohortRule::Activity(_)))
        .filter_map(|place| Some((place, shares(trajectories, &cohorts.cohorts[place].users, &spans.now)?)));
    let mut moved: Vec<Change> =
        compared.filter_map(|(place, before)| changes(cohorts, place, &before).first().copied()).collect();
    moved.sort_by(|a, b| b.size().abs().total_cmp(&a.size().abs()).then(a.place.cmp(&b.place)));
    let name = |change: &Change| cohort_name(cohorts.cohorts[change.place].rule, space, cohorts);
    let (next, now) = (calendar.label(cohorts.origin), Spans::name(&spans.now, calendar));
    let sentence = match moved.first() {
        None => format!("No cohort is forecast to do in {next} what its band would not allow from {now}."),
        Some(first) => format!(
            "Users with {} change most: “{}” from {} of their events to {} in {next} ({LEVEL}\u{a0}%: {}).",
            name(first),
            label(space, first.interest),
            percent(first.before as f32),
            percent(first.next),
            within(first.lower, first.upper)
        ),
    };
    let bar = |change: &Change| Bar {
        name: name(change),
        value: change.size(),
        words: format!("{} {}", signed(change.size()), label(space, change.interest)),
        interest: Some(change.interest),
        evidence: Some(Evidence::Cohort(cohorts.cohorts[change.place].rule, vec![change.interest])),
    };
    moved.truncate(SHOWN);
    let evidence = moved
        .first()
        .map_or((CohortRule::Everyone, Vec::new()), |first| (cohorts.cohorts[first.place].rule, vec![first.interest]));
    Some(Finding {
        question: Question::Cohorts,
        sentence,
        basis: format!("{next} against {now}, cohorts by how often users were active; {}.", held(cohorts)),
        picture: Picture::Bars(moved.iter().map(bar).collect()),
        evidence: cohorts.place(evidence.0).map(|_| Evidence::Cohort(evidence.0, evidence.1)),
    })
}
