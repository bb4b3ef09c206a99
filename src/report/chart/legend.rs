//! What lines, dashes and bands mean, in one row under the chart.

use super::TrajectoryChart;
use super::frame::Frame;
use super::svg::{Anchor, Stroke, Svg, Type};
use super::text::{Ruler, Weight};
use crate::report::palette::Mark;

const SIZE: f32 = 11.0;
const KEY: f32 = 30.0;
const APART: f32 = 22.0;

/// One entry: what is drawn and what it means.
enum Entry {
    Observed,
    Forecast,
    Band,
    Gap,
    Note,
}

/// Draws the row as far as there is room; what explains most comes first.
pub(super) fn draw(svg: &mut Svg, frame: &Frame, chart: &TrajectoryChart, y: f32) {
    let (tones, ruler) = (frame.theme.tones(), Ruler::new(SIZE, Weight::Regular));
    let style = Type { size: SIZE, weight: Weight::Regular, colour: tones.quiet, anchor: Anchor::Start };
    let mut x = frame.margin;
    for (entry, text) in entries(chart) {
        let key = if matches!(entry, Entry::Note) { 0.0 } else { KEY };
        let room = frame.width - frame.margin - x - key;
        if ruler.width(&text) > room && !matches!(entry, Entry::Note) {
            break;
        }
        let text = ruler.fit(&text, room);
        let (middle, level) = (x + 11.0, y - 4.0);
        let line = [(x, level), (x + 22.0, level)];
        match entry {
            Entry::Observed => {
                svg.line(&line, Stroke::solid(tones.quiet, 2.0));
                svg.mark(Mark::Circle, (middle, level), 2.75, tones.quiet, None);
            }
            Entry::Forecast => {
                svg.line(&line, Stroke { dash: &[6.0, 3.5], ..Stroke::solid(tones.quiet, 2.0) });
                svg.mark(Mark::Circle, (middle, level), 2.75, tones.quiet, Some(tones.ground));
            }
            Entry::Band => {
                let (top, bottom) = (level - 5.5, level + 5.5);
                svg.area(&[(x, top), (x + 22.0, top), (x + 22.0, bottom), (x, bottom)], tones.quiet, 0.2);
                for edge in [top, bottom] {
                    let stroke = Stroke { opacity: 0.5, ..Stroke::solid(tones.quiet, 0.75) };
                    svg.line(&[(x, edge), (x + 22.0, edge)], stroke);
                }
            }
            Entry::Gap => svg.line(&line, Stroke { dash: super::frame::DOTS, ..Stroke::solid(tones.quiet, 1.25) }),
            Entry::Note => {}
        }
        svg.text(x + key, y, style, &text);
        x += key + ruler.width(&text) + APART;
    }
}

fn entries(chart: &TrajectoryChart) -> Vec<(Entry, String)> {
    let mut entries = Vec::new();
    if let Some(note) = &chart.note {
        entries.push((Entry::Note, note.clone()));
    }
    if let Some(band) = &chart.band {
        entries.push((Entry::Band, band.promise.clone()));
    }
    let expected = chart.series.iter().any(|series| !series.path.expected.is_empty());
    let observed = chart.series.iter().any(|series| !series.path.observed.is_empty());
    if expected {
        entries.push((Entry::Forecast, "forecast".to_owned()));
    }
    if observed {
        entries.push((Entry::Observed, "observed".to_owned()));
    }
    let gap = chart.activity.windows(2).any(|pair| pair[1].period.since(pair[0].period) > 1);
    let quiet_end = chart.activity.last().is_some_and(|last| chart.origin.since(last.period) > 1);
    if gap || (quiet_end && expected) {
        entries.push((Entry::Gap, format!("{}s without activity", chart.calendar.length)));
    }
    entries
}
