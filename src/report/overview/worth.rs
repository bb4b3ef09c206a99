//! How good the forecast is.

use super::{Bar, Evidence, Finding, Found, Picture, Question};
use crate::forecast::Score;
use crate::report::{SEEN_BY, model_name, percent, scores_verdict};
use crate::wording::counted;

pub fn worth(found: &Found) -> Option<Finding> {
    let scores = found.scores?;
    let calendar = found.trajectories.calendar;
    let (first, last) = (calendar.label(scores.first), calendar.label(scores.last));
    let band = found.forecast.bands.iter().find(|band| band.level == 80).and_then(|band| band.coverage.as_ref());
    let held = band.map(|coverage| format!("; 80\u{a0}% bands held {} of past shares", percent(coverage.held as f32)));
    let best = |simple: bool| {
        let of = scores.scores.iter().filter(|score| score.model.is_simple() == simple);
        of.min_by(|a, b| a.nll.total_cmp(&b.nll))
    };
    let bar = |score: &Score| Bar {
        name: model_name(score.model),
        value: score.gain,
        words: format!("{:+.3}", score.gain).replace('-', "−"),
        interest: None,
        evidence: Some(Evidence::Scores),
    };
    let bars: Vec<Bar> = [best(false), best(true)].into_iter().flatten().map(bar).collect();
    Some(Finding {
        question: Question::Worth,
        sentence: format!("{}{}.", scores_verdict(scores), held.unwrap_or_default()),
        basis: match scores.rows {
            0 => format!("Nobody who was active from {first} to {last} had been so before."),
            rows => format!(
                "Gain in nats an event over popularity, on {} from {first} to {last}. {SEEN_BY}.",
                counted(rows, "user-period")
            ),
        },
        picture: Picture::Bars(if scores.rows == 0 { Vec::new() } else { bars }),
        evidence: Some(Evidence::Scores),
    })
}
