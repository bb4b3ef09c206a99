//! Chart → PNG, without a display.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::text::{REGULAR, SEMIBOLD, drawable};
use super::theme::Theme;
use super::{TrajectoryChart, chart_svg};
use crate::report::ReportError;

/// No side longer than this many pixels: the picture would need gigabytes.
const MOST_PIXELS: f32 = 16_384.0;

/// Draws the chart as a PNG of `width` × `height` points, each `scale` pixels. Our own type is used, whatever fonts
/// the system has; only signs that it lacks are taken from them.
///
/// # Errors
/// If the picture would have no pixels, or too many.
pub fn chart_png(
    chart: &TrajectoryChart,
    theme: Theme,
    width: f32,
    height: f32,
    scale: f32,
) -> Result<Vec<u8>, ReportError> {
    let svg = chart_svg(chart, theme, width, height);
    let options = Options { fontdb: fonts(drawable(&svg)), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).map_err(|error| ReportError::Chart(error.to_string()))?;
    let size = tree.size();
    let (wide, high) = ((size.width() * scale).ceil(), (size.height() * scale).ceil());
    if !(1.0..=MOST_PIXELS).contains(&wide) || !(1.0..=MOST_PIXELS).contains(&high) {
        return Err(ReportError::Chart(format!(
            "{wide} × {high} pixels is no size for a picture; choose another scale"
        )));
    }
    let pixmap = Pixmap::new(wide as u32, high as u32);
    let mut pixmap = pixmap.ok_or_else(|| ReportError::Chart("there is not enough memory for it".into()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| ReportError::Chart(error.to_string()))
}

/// Our type alone, or with the system's fonts behind it. Those are looked for once, and only when needed.
fn fonts(ours_suffice: bool) -> Arc<fontdb::Database> {
    static OURS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    static ALL: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let ours = || {
        let mut fonts = fontdb::Database::new();
        for font in [REGULAR, SEMIBOLD] {
            fonts.load_font_data(font.to_vec());
        }
        fonts
    };
    if ours_suffice {
        return OURS.get_or_init(|| Arc::new(ours())).clone();
    }
    let all = ALL.get_or_init(|| {
        let mut fonts = ours();
        fonts.load_system_fonts();
        Arc::new(fonts)
    });
    all.clone()
}
