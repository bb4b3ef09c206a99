//! Chart → SVG: where everything stands.

use super::axis::{ShareAxis, time_ticks};
use super::frame::{DOTS, Frame};
use super::labels::Labels;
use super::svg::{Anchor, Stroke, Svg, Type};
use super::text::{Ruler, Weight};
use super::theme::Theme;
use super::{Series, TrajectoryChart, legend};
use crate::calendar::Period;
use crate::report::palette::Mark;
use crate::report::percent;
use crate::wording::thousands;

const TITLE: f32 = 19.0;
const TEXT: f32 = 13.0;
const SMALL: f32 = 11.0;
/// Below these a chart cannot be read.
const LEAST: (f32, f32) = (360.0, 280.0);

/// Draws the chart as an SVG document, `width` × `height` points. It names our type and lets others stand in for it.
/// The same chart gives the same document.
pub fn chart_svg(chart: &TrajectoryChart, theme: Theme, width: f32, height: f32) -> String {
    let (width, height) = (width.max(LEAST.0), height.max(LEAST.1));
    let tones = theme.tones();
    let margin = if width < 560.0 { 16.0 } else { 24.0 };
    let (inner, body) = (width - 2.0 * margin, Ruler::new(TEXT, Weight::Regular));
    let mut svg = Svg::new(width, height, &chart.title, &chart.subtitle);
    svg.rect(0.0, 0.0, width, height, tones.ground);

    let title = Type { size: TITLE, weight: Weight::SemiBold, colour: tones.ink, anchor: Anchor::Start };
    let mut y = margin + 15.0;
    svg.text(margin, y, title, &Ruler::new(TITLE, Weight::SemiBold).fit(&chart.title, inner));
    y += 6.0;
    for line in body.wrap(&chart.subtitle, inner, 2) {
        y += 18.0;
        let style = Type { size: TEXT, weight: Weight::Regular, colour: tones.quiet, ..title };
        svg.text(margin, y, style, &line);
    }

    let small = Type { size: SMALL, weight: Weight::Regular, colour: tones.quiet, anchor: Anchor::Start };
    let (source, legend_row) = (height - margin + 3.0, height - margin - 19.0);
    svg.text(margin, source, small, &Ruler::new(SMALL, Weight::Regular).fit(&chart.source, inner));

    let labels = Labels::new(chart, (width * 0.3).clamp(96.0, 260.0));
    let strip_bottom = legend_row - 60.0;
    let strip = (strip_bottom - (height * 0.075).clamp(20.0, 44.0), strip_bottom);
    let (first, last) = reach(chart);
    let frame = Frame {
        theme,
        width,
        margin,
        left: margin + 42.0,
        right: width - margin - if labels.width > 0.0 { labels.width + 14.0 } else { 0.0 },
        top: y + 38.0,
        bottom: strip.0 - 18.0,
        strip,
        first,
        last,
        shares: ShareAxis::holding(largest(chart)),
    };
    ground(&mut svg, &frame, chart);
    activity(&mut svg, &frame, chart);
    for (place, series) in chart.series.iter().enumerate() {
        band(&mut svg, &frame, chart, series, place == 0);
    }
    // The first asked for lies on top.
    for series in chart.series.iter().rev() {
        line(&mut svg, &frame, chart, series);
    }
    labels.draw(&mut svg, &frame, chart);
    legend::draw(&mut svg, &frame, chart, legend_row);
    svg.finish()
}

/// The first and the last period on the time axis.
fn reach(chart: &TrajectoryChart) -> (Period, Period) {
    let expected = chart.series.iter().filter_map(|series| series.path.expected.last()).map(|expected| expected.period);
    let last = expected.max().unwrap_or(chart.origin.plus(-1));
    let first = chart.activity.first().map_or(chart.origin.plus(-1), |activity| activity.period);
    (first.min(last), last)
}

/// The largest share to be drawn, limits of the band included; 1 if there is nothing to draw.
fn largest(chart: &TrajectoryChart) -> f32 {
    let level = chart.band.as_ref().map(|band| band.level);
    let drawn = chart.series.iter().filter(|series| series.style.is_some());
    let of = |series: &Series| {
        let observed = series.path.observed.iter().map(|observed| observed.share).fold(0.0, f32::max);
        series.path.expected.iter().fold(observed, |largest, expected| {
            let upper = expected.bands.iter().find(|band| Some(band.0) == level).map_or(0.0, |band| band.2);
            largest.max(expected.share).max(upper)
        })
    };
    let largest = drawn.map(of).fold(0.0, f32::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// The tinted future, the grid, both axes and the line of today.
fn ground(svg: &mut Svg, frame: &Frame, chart: &TrajectoryChart) {
    let tones = frame.theme.tones();
    let style = Type { size: SMALL, weight: Weight::Regular, colour: tones.quiet, anchor: Anchor::End };
    let today = frame.edge(chart.origin);
    let future = frame.right - today;
    if future > 1.0 {
        svg.rect(today, frame.top - 18.0, future, frame.strip.1 - frame.top + 18.0, tones.tint);
    }
    for tick in frame.shares.ticks() {
        let y = frame.y(tick);
        svg.line(&[(frame.left, y), (frame.right, y)], Stroke::solid(tones.hairline, 1.0));
        svg.text(frame.left - 8.0, y + 3.8, style, &percent(tick));
    }
    if future > 1.0 {
        svg.line(&[(today, frame.top - 18.0), (today, frame.strip.1)], Stroke::solid(tones.today, 1.0));
        let fits = Ruler::new(SMALL, Weight::Regular).width("Forecast") + 12.0 <= future;
        let (x, anchor) = if fits { (today + 6.0, Anchor::Start) } else { (frame.right, Anchor::End) };
        let y = if fits { frame.top - 6.0 } else { frame.top - 22.0 };
        svg.text(x, y, Type { anchor, ..style }, "Forecast");
    }
    let ruler = Ruler::new(SMALL, Weight::Regular);
    for tick in time_ticks(chart.calendar, frame.first, frame.last, frame.pitch(), &ruler) {
        let (x, y) = (frame.x(tick.period), frame.strip.1);
        svg.line(&[(x, y), (x, y + 4.0)], Stroke::solid(tones.today, 1.0));
        let style = Type { anchor: Anchor::Middle, ..style };
        svg.text(x, y + 17.0, style, &tick.label);
        if let Some(year) = &tick.year {
            svg.text(x, y + 31.0, Type { colour: tones.ink, ..style }, year);
        }
    }
}

/// How much the user did, as bars under the shares: a share of little is little.
fn activity(svg: &mut Svg, frame: &Frame, chart: &TrajectoryChart) {
    let tones = frame.theme.tones();
    let (top, bottom) = frame.strip;
    let most = chart.activity.iter().map(|activity| activity.events).max().unwrap_or(0);
    let wide = (frame.pitch() * 0.62).clamp(0.8, 18.0);
    for activity in &chart.activity {
        let high = ((bottom - top) * activity.events as f32 / most.max(1) as f32).max(1.0);
        let radius = if wide > 5.0 { 1.5_f32.min(high / 2.0) } else { 0.0 };
        svg.rounded(frame.x(activity.period) - wide / 2.0, bottom - high, wide, high, radius, tones.bar);
    }
    svg.line(&[(frame.left, bottom), (frame.right, bottom)], Stroke::solid(tones.today, 1.0));
    let style = Type { size: SMALL, weight: Weight::Regular, colour: tones.quiet, anchor: Anchor::End };
    svg.text(frame.left - 8.0, top + 6.0, style, &thousands(most.into()));
    svg.text(frame.left - 8.0, bottom + 1.0, style, "events");
}

/// The limits of a series' band, and between them, of the first asked for alone, a fill of its colour: several over each
/// other could not be told apart. It begins and ends with the periods it is about.
fn band(svg: &mut Svg, frame: &Frame, chart: &TrajectoryChart, series: &Series, filled: bool) {
    let Some(note) = &chart.band else { return };
    let limits: Vec<_> = series
        .path
        .expected
        .iter()
        .filter_map(|expected| {
            let (_, lower, upper) = expected.bands.iter().find(|(level, ..)| *level == note.level)?;
            Some((expected.period, *lower, *upper))
        })
        .collect();
    let (Some(first), Some(last)) = (limits.first(), limits.last()) else {
        return;
    };
    let side = |limit: fn(&(Period, f32, f32)) -> f32| {
        let mut points = vec![(frame.edge(first.0), frame.y(limit(first)))];
        points.extend(limits.iter().map(|cell| (frame.x(cell.0), frame.y(limit(cell)))));
        points.push((frame.edge(last.0.plus(1)), frame.y(limit(last))));
        points
    };
    let (upper, lower) = (side(|cell| cell.2), side(|cell| cell.1));
    let colour = frame.theme.colour(series.style);
    if filled {
        let around: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
        svg.area(&around, colour, 0.18);
    }
    for limit in [upper, lower] {
        svg.line(&limit, Stroke { opacity: 0.55, ..Stroke::solid(colour, 0.75) });
    }
}

/// The line of a series: solid through active periods that follow each other, dotted over those without activity,
/// dashed beyond today.
fn line(svg: &mut Svg, frame: &Frame, chart: &TrajectoryChart, series: &Series) {
    let Some(style) = series.style else { return };
    let colour = frame.theme.colour(series.style);
    let solid = Stroke::solid(colour, 2.0);
    let dots = Stroke { dash: DOTS, opacity: 0.6, ..Stroke::solid(colour, 1.25) };
    let observed: Vec<_> =
        series.path.observed.iter().map(|observed| (observed.period, frame.y(observed.share))).collect();
    let expected: Vec<_> =
        series.path.expected.iter().map(|expected| (frame.x(expected.period), frame.y(expected.share))).collect();

    let mut run: Vec<(f32, f32)> = Vec::new();
    for (place, (period, y)) in observed.iter().enumerate() {
        if let Some((before, height)) = place.checked_sub(1).map(|before| observed[before])
            && period.since(before) > 1
        {
            stretch(svg, &run, solid);
            run.clear();
            svg.line(&[(frame.x(before), height), (frame.x(*period), *y)], dots);
        }
        run.push((frame.x(*period), *y));
    }
    stretch(svg, &run, solid);

    let mut future = expected.clone();
    if let (Some((period, y)), Some(next)) = (observed.last(), expected.first()) {
        if chart.origin.since(*period) > 1 {
            svg.line(&[(frame.x(*period), *y), *next], dots);
        } else {
            future.insert(0, (frame.x(*period), *y));
        }
    }
    svg.line(&future, Stroke { dash: style.dash, ..solid });

    let Some(radius) = frame.mark_radius() else { return };
    for (period, y) in &observed {
        svg.mark(style.mark, (frame.x(*period), *y), radius, colour, None);
    }
    for point in &expected {
        svg.mark(style.mark, *point, radius, colour, Some(frame.theme.tones().tint));
    }
}

/// A run of active periods; a single one is a dot, or it would not be seen where there are no marks.
fn stretch(svg: &mut Svg, run: &[(f32, f32)], stroke: Stroke<'_>) {
    match run {
        [alone] => svg.mark(Mark::Circle, *alone, 1.5, stroke.colour, None),
        _ => svg.line(run, stroke),
    }
}
