//! Light or dark paper.

use crate::report::palette::{OTHERS, Rgb, Style};

/// The ground a chart is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on nearly black.
    Dark,
}

/// The quiet colours of a theme. Interests bring their own.
pub(super) struct Tones {
    /// Behind everything.
    pub ground: Rgb,
    /// Behind the forecast.
    pub tint: Rgb,
    /// Words and numbers that matter; at least 7 : 1.
    pub ink: Rgb,
    /// Words and numbers that explain; at least 4.5 : 1.
    pub quiet: Rgb,
    /// Grid.
    pub hairline: Rgb,
    /// The line between past and future.
    pub today: Rgb,
    /// Activity.
    pub bar: Rgb,
}

const LIGHT: Tones = Tones {
    ground: Rgb(0xff, 0xff, 0xff),
    tint: Rgb(0xf5, 0xf6, 0xf8),
    ink: Rgb(0x1a, 0x1d, 0x21),
    quiet: Rgb(0x5b, 0x62, 0x6b),
    hairline: Rgb(0xe6, 0xe8, 0xeb),
    today: Rgb(0x9a, 0xa1, 0xab),
    bar: Rgb(0xc4, 0xca, 0xd2),
};

const DARK: Tones = Tones {
    ground: Rgb(0x14, 0x17, 0x1a),
    tint: Rgb(0x1c, 0x20, 0x24),
    ink: Rgb(0xe9, 0xec, 0xef),
    quiet: Rgb(0x9f, 0xa7, 0xb1),
    hairline: Rgb(0x2a, 0x2f, 0x35),
    today: Rgb(0x6b, 0x73, 0x7d),
    bar: Rgb(0x47, 0x4e, 0x58),
};

impl Theme {
    pub(super) fn tones(self) -> &'static Tones {
        match self {
            Self::Light => &LIGHT,
            Self::Dark => &DARK,
        }
    }

    /// The colour of a series; "others" have no style.
    pub(super) fn colour(self, style: Option<Style>) -> Rgb {
        match (self, style) {
            (Self::Light, Some(style)) => style.light,
            (Self::Dark, Some(style)) => style.dark,
            (Self::Light, None) => OTHERS.0,
            (Self::Dark, None) => OTHERS.1,
        }
    }
}
