//! Colours and distances. The colours stand in `assets/theme.ron`.

use std::sync::LazyLock;

use eframe::egui::{Color32, Ui};
use serde::Deserialize;

/// Distances, in points, on a grid of four.
pub mod space {
    /// Between an icon and its word.
    pub const TIGHT: f32 = 4.0;
    /// Within a group.
    pub const SMALL: f32 = 8.0;
    /// Inside a card, beside its edge.
    pub const INSET: f32 = 16.0;
    /// Between groups.
    pub const MEDIUM: f32 = 16.0;
    /// Around a page.
    pub const LARGE: f32 = 24.0;
    /// Height of buttons and fields.
    pub const CONTROL: f32 = 32.0;
    /// Height of a row in a table.
    pub const ROW: f32 = 32.0;
    /// Rounding of cards.
    pub const CARD_RADIUS: u8 = 8;
    /// Rounding of controls.
    pub const CONTROL_RADIUS: u8 = 6;
}

/// The colours of one theme.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Behind everything.
    #[serde(deserialize_with = "hex")]
    pub ground: Color32,
    /// Cards, bars and fields.
    #[serde(deserialize_with = "hex")]
    pub surface: Color32,
    /// Wells inside a card: table headings, tracks.
    #[serde(deserialize_with = "hex")]
    pub sunken: Color32,
    /// Lines that part.
    #[serde(deserialize_with = "hex")]
    pub hairline: Color32,
    /// Lines around what can be used.
    #[serde(deserialize_with = "hex")]
    pub outline: Color32,
    /// Words to read.
    #[serde(deserialize_with = "hex")]
    pub text: Color32,
    /// Words that stand back.
    #[serde(deserialize_with = "hex")]
    pub quiet: Color32,
    /// The one colour that says: here.
    #[serde(deserialize_with = "hex")]
    pub accent: Color32,
    /// The accent under the pointer.
    #[serde(deserialize_with = "hex")]
    pub accent_hover: Color32,
    /// Ground of what is chosen.
    #[serde(deserialize_with = "hex")]
    pub accent_ground: Color32,
    /// Words on the accent.
    #[serde(deserialize_with = "hex")]
    pub on_accent: Color32,
    /// Up, done.
    #[serde(deserialize_with = "hex")]
    pub good: Color32,
    /// Look at this.
    #[serde(deserialize_with = "hex")]
    pub warn: Color32,
    /// Ground of a warning.
    #[serde(deserialize_with = "hex")]
    pub warn_ground: Color32,
    /// Down, failed.
    #[serde(deserialize_with = "hex")]
    pub bad: Color32,
    /// Ground of a failure.
    #[serde(deserialize_with = "hex")]
    pub bad_ground: Color32,
    /// Behind the part of a chart that has not happened yet.
    #[serde(deserialize_with = "hex")]
    pub forecast_ground: Color32,
    /// Under what floats.
    #[serde(deserialize_with = "hex")]
    pub shadow: Color32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Themes {
    light: Tokens,
    dark: Tokens,
}

static THEMES: LazyLock<Themes> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    ron::from_str(include_str!("../../../assets/theme.ron")).expect("assets/theme.ron names every token once")
});

impl Tokens {
    /// The tokens of the theme that a part of the window is drawn in.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::in_theme(ui.visuals().dark_mode)
    }

    /// The tokens of the dark or the light theme.
    pub fn in_theme(dark: bool) -> &'static Self {
        if dark { &THEMES.dark } else { &THEMES.light }
    }
}

fn hex<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Color32, D::Error> {
    let text = String::deserialize(deserializer)?;
    Color32::from_hex(&text).map_err(|_| serde::de::Error::custom(format!("`{text}` is no colour like #3452D1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.2's relative luminance.
    fn luminance(colour: Color32) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn words_stand_out_from_every_ground_they_are_used_on() {
        for dark in [false, true] {
            let t = Tokens::in_theme(dark);
            let grounds = [t.ground, t.surface, t.sunken, t.accent_ground, t.forecast_ground];
            for ground in grounds {
                for (word, colour) in [("text", t.text), ("quiet", t.quiet), ("accent", t.accent)] {
                    let got = contrast(colour, ground);
                    assert!(got >= 4.5, "dark {dark}: {word} on {ground:?} has {got:.2}");
                }
            }
            for (word, ground, colour) in [
                ("button", t.accent, t.on_accent),
                ("button under the pointer", t.accent_hover, t.on_accent),
                ("warning", t.warn_ground, t.warn),
                ("failure", t.bad_ground, t.bad),
                ("text of a warning", t.warn_ground, t.text),
                ("text of a failure", t.bad_ground, t.text),
                ("up", t.surface, t.good),
                ("down", t.surface, t.bad),
                ("up in a chosen row", t.accent_ground, t.good),
                ("down in a chosen row", t.accent_ground, t.bad),
            ] {
                let got = contrast(colour, ground);
                assert!(got >= 4.5, "dark {dark}: {word} has {got:.2}");
            }
        }
    }

    #[test]
    fn the_edges_of_controls_can_be_seen_in_both_themes() {
        for dark in [false, true] {
            let t = Tokens::in_theme(dark);
            assert!(contrast(t.outline, t.surface) > contrast(t.hairline, t.surface));
            assert!(contrast(t.outline, t.surface) >= 1.4);
        }
    }
}
