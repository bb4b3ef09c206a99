//! How the window looks: one set of tokens, the fonts, and egui's style made from them.

mod fonts;
mod style;
mod tokens;

pub use fonts::{size, strong, strong_font};
pub use style::install;
pub use tokens::{Tokens, space};
