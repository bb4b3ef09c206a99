//! Names at the end of the lines, where the eye already is.

use super::frame::Frame;
use super::svg::{Anchor, Stroke, Svg, Type};
use super::text::{Ruler, Weight};
use super::{Series, TrajectoryChart};
use crate::report::palette::Mark;
use crate::report::percent;

const NAME: f32 = 12.0;
const NUMBERS: f32 = 11.0;
/// From the label's left edge to its words: room for the mark.
const KEY: f32 = 14.0;

/// The names of all series, measured.
pub(super) struct Labels {
    lines: Vec<(String, String)>,
    /// Room they take beside the plot.
    pub width: f32,
}

impl Labels {
    /// Measures the labels; none gets more than `room`.
    pub fn new(chart: &TrajectoryChart, room: f32) -> Self {
        let (names, numbers) = (Ruler::new(NAME, Weight::SemiBold), Ruler::new(NUMBERS, Weight::Regular));
        let lines: Vec<_> = chart
            .series
            .iter()
            .map(|series| {
                (names.fit(&series.label, room - KEY), numbers.fit(&last_and_next(series, chart), room - KEY))
            })
            .collect();
        let width = |(name, second): &(String, String)| names.width(name).max(numbers.width(second));
        let widest = lines.iter().map(width).fold(0.0, f32::max);
        Self { lines, width: if chart.series.is_empty() { 0.0 } else { (widest + KEY).min(room) } }
    }

    /// Writes the labels to the right of the plot, as near to their lines' ends as they can stand apart.
    pub fn draw(&self, svg: &mut Svg, frame: &Frame, chart: &TrajectoryChart) {
        let tones = frame.theme.tones();
        let ends: Vec<_> = chart.series.iter().map(|series| frame.end(series)).collect();
        let roomy = chart.series.len() as f32 * 34.0 <= frame.bottom - frame.top;
        let pitch = if roomy { 34.0 } else { 17.0 };
        // A name stands level with its line, its numbers hang below: the block's middle is lower.
        let lead = if roomy { 7.0 } else { 0.0 };
        let others = chart.series.iter().position(|series| series.style.is_none());
        let foot = others.map_or(frame.bottom - 6.0 - 2.0 * lead, |others| ends[others]);
        let places = stand_apart(&ends, pitch, frame.top + 6.0, foot);
        let left = frame.right + 14.0;
        for (series, ((name, numbers), (end, y))) in
            chart.series.iter().zip(self.lines.iter().zip(ends.iter().zip(&places)))
        {
            let colour = frame.theme.colour(series.style);
            let stroke = Stroke { opacity: 0.55, ..Stroke::solid(colour, 1.0) };
            match series.style {
                Some(style) => {
                    if !series.path.observed.is_empty() || !series.path.expected.is_empty() {
                        svg.line(&[(frame.right + 1.0, *end), (left - 6.0, *y)], stroke);
                    }
                    svg.mark(style.mark, (left, *y), 4.0, colour, None);
                }
                None => svg.mark(Mark::Circle, (left, *y), 3.5, colour, Some(tones.ground)),
            }
            let (weight, ink) =
                if series.style.is_some() { (Weight::SemiBold, tones.ink) } else { (Weight::Regular, tones.quiet) };
            let style = Type { size: NAME, weight, colour: ink, anchor: Anchor::Start };
            svg.text(left + KEY - 5.0, y + 4.2, style, name);
            if roomy {
                let style = Type { size: NUMBERS, weight: Weight::Regular, colour: tones.quiet, ..style };
                svg.text(left + KEY - 5.0, y + 18.5, style, numbers);
            }
        }
    }
}

/// `31 % → 36 %`: the last share and the first to come.
fn last_and_next(series: &Series, chart: &TrajectoryChart) -> String {
    let last = series.path.observed.last().map(|observed| percent(observed.share));
    let next = series.path.expected.first().map(|expected| {
        let band = chart.band.as_ref().and_then(|note| expected.bands.iter().find(|(level, ..)| *level == note.level));
        let limits = band.map(|(_, lower, upper)| {
            let whole = |share: f32| format!("{:.0}", share * 100.0);
            format!(" ({}–{})", whole(*lower), whole(*upper))
        });
        format!("{}{}", percent(expected.share), limits.unwrap_or_default())
    });
    match (last, next) {
        (Some(last), Some(next)) => format!("{last} → {next}"),
        (last, next) => last.or(next).unwrap_or_default(),
    }
}

/// Moves heights apart until they are `pitch` from each other, none beyond the limits if there is room at all, each as
/// little as its neighbours allow. The order of the result is that of the heights given.
fn stand_apart(heights: &[f32], pitch: f32, top: f32, bottom: f32) -> Vec<f32> {
    let mut order: Vec<_> = (0..heights.len()).collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]).then(a.cmp(b)));
    // Blocks of labels that touch: how many, and where the first stands. A block stands at the mean of what its members
    // want.
    let mut blocks: Vec<(usize, f32)> = Vec::new();
    let held = |count: usize, place: f32| place.min(bottom - (count - 1) as f32 * pitch).max(top);
    for label in &order {
        let mut block = (1, held(1, heights[*label]));
        while let Some((count, place)) = blocks.last().copied() {
            if place + count as f32 * pitch <= block.1 + 1e-3 {
                break;
            }
            blocks.pop();
            let members = count + block.0;
            // Both blocks' wishes for the place of their first member.
            let wish = (place * count as f32 + (block.1 - count as f32 * pitch) * block.0 as f32) / members as f32;
            block = (members, held(members, wish));
        }
        blocks.push(block);
    }
    let mut places = vec![0.0; heights.len()];
    let stood = blocks.iter().flat_map(|(count, place)| (0..*count).map(move |step| place + step as f32 * pitch));
    for (label, place) in order.iter().zip(stood) {
        places[*label] = place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_apart_and_near_their_lines() {
        let heights = [100.0, 101.0, 20.0, 103.0, 199.0];
        let places = stand_apart(&heights, 17.0, 0.0, 200.0);
        assert_eq!(places[2], 20.0, "alone, so in its place");
        let mut sorted = places.clone();
        sorted.sort_by(f32::total_cmp);
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] >= 17.0 - 1e-3), "{places:?}");
        assert!(places[0] < places[1] && places[1] < places[3], "the order of the lines stays");
        assert!((places[1] - 101.0).abs() < 3.0, "{places:?}");
        assert!(places.iter().all(|place| (0.0..=200.0).contains(place)));
    }

    #[test]
    fn labels_at_the_edge_stay_inside() {
        let places = stand_apart(&[0.0, 0.0, 0.0], 20.0, 6.0, 100.0);
        assert_eq!(places, [6.0, 26.0, 46.0]);
        let places = stand_apart(&[100.0, 100.0], 20.0, 6.0, 100.0);
        assert_eq!(places, [80.0, 100.0]);
        assert!(stand_apart(&[], 20.0, 0.0, 1.0).is_empty());
    }
}
