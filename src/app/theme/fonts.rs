//! The typeface: two weights, three sizes.

use std::sync::Arc;

use eframe::egui::{Context, FontData, FontDefinitions, FontFamily, FontId, RichText};

/// The family of the heavier weight.
const STRONG: &str = "strong";

/// Sizes of type, in points.
pub mod size {
    /// Captions, axes, table headings.
    pub const SMALL: f32 = 12.0;
    /// Everything else.
    pub const BODY: f32 = 13.0;
    /// A page's first line.
    pub const TITLE: f32 = 20.0;
}

/// Words in the heavier weight.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(STRONG.into()))
}

/// The heavier weight in a size.
pub fn strong_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Gives the window its typeface; egui's own follow for signs that it lacks.
pub fn install(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("regular", include_bytes!("../../../assets/fonts/DriftlineSans-Regular.ttf"));
    add("semibold", include_bytes!("../../../assets/fonts/DriftlineSans-SemiBold.ttf"));
    let others = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with = |first: &str| [vec![first.to_owned()], others.clone()].concat();
    fonts.families.insert(FontFamily::Name(STRONG.into()), with("semibold"));
    fonts.families.insert(FontFamily::Proportional, with("regular"));
    ctx.set_fonts(fonts);
}
