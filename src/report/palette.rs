//! The colour of an interest, the same everywhere: in the window, on paper, for the life of a project.
//!
//! Eight hues, each with a variant for light and one for dark ground, chosen by search: the smallest distance between
//! any two (in OKLab) is as large as could be found, seen with normal vision and with protanopia, deuteranopia and
//! tritanopia (simulated after Machado, Oliveira and Fernandes, 2009). The first six lie farther apart than all eight.
//! Interests beyond the eighth get the same hues again with another mark and dash, so colour never stands alone.

/// Red, green and blue, 0 to 255, sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The shape that marks an observed period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A disc.
    Circle,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
    /// A triangle, point up.
    Triangle,
}

/// How an interest is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Its colour on light ground.
    pub light: Rgb,
    /// Its colour on dark ground.
    pub dark: Rgb,
    /// Its mark at observed periods.
    pub mark: Mark,
    /// The dashes of its forecast: lengths of stroke and gap in turn, points.
    pub dash: &'static [f32],
}

/// At most so many interests are drawn in colour at once; the rest are one quiet "others".
pub const COLOURED: usize = 6;

/// The colour of "others": on light, on dark ground.
pub const OTHERS: (Rgb, Rgb) = (Rgb(0x8a, 0x91, 0x9b), Rgb(0x7c, 0x84, 0x8e));

const HUES: [(Rgb, Rgb); 8] = [
    (Rgb(0x2b, 0x37, 0x8b), Rgb(0xa1, 0xb4, 0xf8)), // blue
    (Rgb(0xdb, 0x6b, 0x25), Rgb(0xe2, 0x9a, 0x76)), // orange
    (Rgb(0x19, 0x9d, 0x78), Rgb(0x33, 0xe8, 0xd5)), // teal
    (Rgb(0x75, 0x13, 0x4a), Rgb(0xb1, 0x66, 0x7e)), // plum
    (Rgb(0x65, 0x5d, 0x00), Rgb(0xce, 0xd4, 0x47)), // olive
    (Rgb(0x99, 0x77, 0xe4), Rgb(0x8a, 0x68, 0xd3)), // violet
    (Rgb(0x07, 0x6c, 0x92), Rgb(0x43, 0xab, 0xc3)), // petrol
    (Rgb(0x9d, 0x52, 0x58), Rgb(0xe3, 0x66, 0x50)), // brick
];

const MARKS: [Mark; 4] = [Mark::Circle, Mark::Square, Mark::Diamond, Mark::Triangle];
const DASHES: [&[f32]; 4] = [&[6.0, 3.5], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0], &[3.5, 2.5]];

/// How the interest of this number is drawn.
pub fn style(interest: u16) -> Style {
    let number = usize::from(interest);
    let (light, dark) = HUES[number % HUES.len()];
    let turn = (number + number / HUES.len()) % MARKS.len();
    Style { light, dark, mark: MARKS[turn], dash: DASHES[turn] }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Linear = [f64; 3];

    fn linear(colour: Rgb) -> Linear {
        [colour.0, colour.1, colour.2].map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(matrix: [Linear; 3], vector: Linear) -> Linear {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0))
    }

    /// OKLab after Ottosson, 2020.
    fn oklab([r, g, b]: Linear) -> Linear {
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        ]
    }

    const EYES: [(&str, [Linear; 3]); 4] = [
        ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("protan", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
        ("deutan", [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
        ("tritan", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
    ];

    fn luminance(colour: Rgb) -> f64 {
        let [r, g, b] = linear(colour);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn nearest(colours: &[Rgb]) -> (f64, String) {
        let mut nearest = (f64::MAX, String::new());
        for (eye, matrix) in EYES {
            for (place, one) in colours.iter().enumerate() {
                for other in &colours[..place] {
                    let (a, b) = (oklab(times(matrix, linear(*one))), oklab(times(matrix, linear(*other))));
                    let apart = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                    if apart < nearest.0 {
                        nearest = (apart, format!("{one} and {other}, {eye}"));
                    }
                }
            }
        }
        nearest
    }

    #[test]
    fn colours_stay_apart_for_every_eye() {
        for variant in [HUES.map(|hue| hue.0), HUES.map(|hue| hue.1)] {
            let (apart, which) = nearest(&variant[..COLOURED]);
            assert!(apart > 0.10, "{apart:.3} between {which}");
            let (apart, which) = nearest(&variant);
            assert!(apart > 0.08, "{apart:.3} between {which}");
        }
    }

    #[test]
    fn lines_stand_out_from_their_ground() {
        let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        for (light, dark) in HUES.into_iter().chain([OTHERS]) {
            assert!(contrast(luminance(light), 1.0) >= 3.0, "{light}");
            assert!(contrast(luminance(dark), luminance(Rgb(0x1c, 0x20, 0x24))) >= 3.0, "{dark}");
        }
    }

    #[test]
    fn thirty_two_interests_look_different() {
        for one in 0..32 {
            for other in 0..one {
                assert_ne!(style(one), style(other), "{one} and {other}");
            }
        }
    }
}
