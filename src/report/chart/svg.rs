//! Writes SVG: the few elements a chart needs, numbers short, text escaped.

use std::fmt::Write as _;

use super::text::Weight;
use crate::report::palette::{Mark, Rgb};

/// The names of our type and of what stands in for it where it is not installed.
const FAMILY: &str = "'Driftline Sans', Inter, 'Helvetica Neue', Arial, sans-serif";

/// Which end of a text stands at its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Stroke<'a> {
    pub colour: Rgb,
    pub width: f32,
    pub opacity: f32,
    /// Stroke and gap in turn; empty for solid.
    pub dash: &'a [f32],
}

impl Stroke<'_> {
    /// A solid line.
    pub fn solid(colour: Rgb, width: f32) -> Self {
        Self { colour, width, opacity: 1.0, dash: &[] }
    }
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub size: f32,
    pub weight: Weight,
    pub colour: Rgb,
    pub anchor: Anchor,
}

/// A drawing in the making.
pub(super) struct Svg(String);

impl Svg {
    /// An empty drawing with what a screen reader says of it.
    pub fn new(width: f32, height: f32, title: &str, description: &str) -> Self {
        let mut svg = Self(String::with_capacity(16 << 10));
        svg.put(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" font-family="{FAMILY}">"#
        ));
        svg.put(format_args!("\n<title>{}</title>\n<desc>{}</desc>\n", Escaped(title), Escaped(description)));
        svg
    }

    /// A filled rectangle.
    pub fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, fill: Rgb) {
        self.rounded(x, y, width, height, 0.0, fill);
    }

    /// A filled rectangle with round corners.
    pub fn rounded(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32, fill: Rgb) {
        let (x, y, width, height) = (Short(x), Short(y), Short(width.max(0.0)), Short(height.max(0.0)));
        self.put(format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}""#));
        if radius > 0.0 {
            self.put(format_args!(r#" rx="{}""#, Short(radius)));
        }
        self.put(format_args!(" fill=\"{fill}\"/>\n"));
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f32, f32)], stroke: Stroke<'_>) {
        if points.len() < 2 {
            return;
        }
        self.put(format_args!("<path d=\""));
        self.points(points);
        self.put(format_args!("\" fill=\"none\" stroke-linejoin=\"round\""));
        self.stroke(stroke);
        self.put(format_args!("/>\n"));
    }

    /// A filled area.
    pub fn area(&mut self, points: &[(f32, f32)], fill: Rgb, opacity: f32) {
        self.put(format_args!("<path d=\""));
        self.points(points);
        self.put(format_args!("Z\" fill=\"{fill}\" fill-opacity=\"{}\"/>\n", Short(opacity)));
    }

    /// A mark, filled or, on a given ground, hollow.
    pub fn mark(&mut self, mark: Mark, (x, y): (f32, f32), radius: f32, colour: Rgb, hollow: Option<Rgb>) {
        let shape = |corners: &[(f32, f32)]| corners.iter().map(|(a, b)| (x + a * radius, y + b * radius)).collect();
        let corners: Vec<_> = match mark {
            Mark::Circle => Vec::new(),
            Mark::Square => shape(&[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]),
            Mark::Diamond => shape(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
            Mark::Triangle => shape(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
        };
        if corners.is_empty() {
            self.put(format_args!(r#"<circle cx="{}" cy="{}" r="{}""#, Short(x), Short(y), Short(radius)));
        } else {
            self.put(format_args!("<path d=\""));
            self.points(&corners);
            self.put(format_args!("Z\""));
        }
        match hollow {
            Some(ground) => {
                self.put(format_args!(" fill=\"{ground}\""));
                self.stroke(Stroke::solid(colour, 1.5));
            }
            None => self.put(format_args!(" fill=\"{colour}\"")),
        }
        self.put(format_args!("/>\n"));
    }

    /// A line of text, its baseline at `y`.
    pub fn text(&mut self, x: f32, y: f32, style: Type, text: &str) {
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if style.weight == Weight::SemiBold { r#" font-weight="600""# } else { "" };
        self.put(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight}{anchor} fill=\"{}\">{}</text>\n",
            Short(x),
            Short(y),
            Short(style.size),
            style.colour,
            Escaped(text)
        ));
    }

    /// The finished document.
    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }

    fn points(&mut self, points: &[(f32, f32)]) {
        for (place, (x, y)) in points.iter().enumerate() {
            self.put(format_args!("{}{} {}", if place == 0 { 'M' } else { 'L' }, Short(*x), Short(*y)));
        }
    }

    fn stroke(&mut self, stroke: Stroke<'_>) {
        self.put(format_args!(" stroke=\"{}\" stroke-width=\"{}\"", stroke.colour, Short(stroke.width)));
        if stroke.opacity < 1.0 {
            self.put(format_args!(" stroke-opacity=\"{}\"", Short(stroke.opacity)));
        }
        if !stroke.dash.is_empty() {
            let dash: Vec<_> = stroke.dash.iter().map(|length| Short(*length).to_string()).collect();
            self.put(format_args!(" stroke-dasharray=\"{}\"", dash.join(" ")));
        }
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.0.write_fmt(what);
    }
}

/// A number with at most two places behind the point; what is no number becomes 0, so that the document stays valid.
struct Short(f32);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = if self.0.is_finite() { (self.0 * 100.0).round() / 100.0 } else { 0.0 };
        // Adding 0 makes −0 a plain 0.
        write!(f, "{}", number + 0.0)
    }
}

/// Text that cannot be taken for markup. Signs that XML forbids are left out.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for sign in self.0.chars() {
            match sign {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => {}
                _ => f.write_char(sign)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(Escaped("a<b> & \u{1}\"c\"\n").to_string(), "a&lt;b&gt; &amp; \"c\" ");
    }

    #[test]
    fn numbers_are_short_and_always_numbers() {
        let all = [1.0, -0.001, 12.3456, f32::NAN, f32::INFINITY].map(|number| Short(number).to_string());
        assert_eq!(all, ["1", "0", "12.35", "0", "0"]);
    }
}
