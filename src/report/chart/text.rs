//! How wide words are, so that they can be fitted and laid out without a window.

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

/// The type of charts, the same files as the window's. How they were made stands beside them.
pub(super) const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DriftlineSans-Regular.ttf");
/// For titles.
pub(super) const SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/DriftlineSans-SemiBold.ttf");

/// Two weights in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

/// Measures words at one size and weight.
pub(super) struct Ruler {
    font: Option<FontRef<'static>>,
    size: f32,
}

impl Ruler {
    /// `size` in points, as SVG's `font-size`.
    pub fn new(size: f32, weight: Weight) -> Self {
        let bytes = match weight {
            Weight::Regular => REGULAR,
            Weight::SemiBold => SEMIBOLD,
        };
        Self { font: FontRef::new(bytes).ok(), size }
    }

    /// The width of a line.
    pub fn width(&self, text: &str) -> f32 {
        // What another font has to draw is mostly as wide as high: Chinese, signs.
        let unknown = self.size;
        let Some(font) = &self.font else {
            return unknown * text.chars().count() as f32;
        };
        let (glyphs, widths) = (font.charmap(), font.glyph_metrics(Size::new(self.size), LocationRef::default()));
        text.chars().map(|sign| glyphs.map(sign).and_then(|glyph| widths.advance_width(glyph)).unwrap_or(unknown)).sum()
    }

    /// The line, cut with `…` if it is wider than the room.
    pub fn fit(&self, text: &str, room: f32) -> String {
        if self.width(text) <= room {
            return text.to_owned();
        }
        let mut fitted: String = text.to_owned();
        while fitted.pop().is_some() {
            let short = format!("{}…", fitted.trim_end());
            if self.width(&short) <= room {
                return short;
            }
        }
        String::new()
    }

    /// The text in lines no wider than the room; the last of at most `most` lines is cut if there is more.
    pub fn wrap(&self, text: &str, room: f32, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        // Not at no-break spaces: a number stays with its sign.
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let full = lines.len() == most;
            match lines.last_mut() {
                Some(line) if full || self.width(&format!("{line} {word}")) <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.iter().map(|line| self.fit(line, room)).collect()
    }
}

/// Whether our fonts have every sign of a text.
pub(super) fn drawable(text: &str) -> bool {
    let font = FontRef::new(REGULAR).ok();
    font.is_some_and(|font| text.chars().all(|sign| sign.is_control() || font.charmap().map(sign).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_equally_wide() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            let ruler = Ruler::new(12.0, weight);
            assert!(ruler.font.is_some());
            let one = ruler.width("1");
            assert!("0123456789".chars().all(|figure| ruler.width(&figure.to_string()) == one));
            assert!((5.0..9.0).contains(&one), "{one}");
        }
    }

    #[test]
    fn long_lines_are_cut_or_broken_to_fit() {
        let ruler = Ruler::new(13.0, Weight::Regular);
        let text = "Vintage Christmas decorations, wooden hearts and paper chains";
        let cut = ruler.fit(text, 120.0);
        assert!(cut.ends_with('…') && ruler.width(&cut) <= 120.0, "{cut}");
        assert_eq!(ruler.fit("Tea", 120.0), "Tea");
        let lines = ruler.wrap(text, 160.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(lines.iter().all(|line| ruler.width(line) <= 160.0));
        assert_eq!(ruler.wrap(text, 1000.0, 2), [text]);
        assert_eq!(ruler.fit("Tea", 1.0), "");
    }

    #[test]
    fn our_type_has_what_european_labels_need() {
        assert!(drawable("Łódź Größe Ελλάδα Кружка “12 %” – £9 ▲▼●"));
        assert!(!drawable("灯"));
    }
}
