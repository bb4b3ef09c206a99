//! The window's own small parts, made from the tokens.

mod buttons;
mod card;
mod icons;
mod meter;
mod plot;
mod segmented;
mod words;

pub use buttons::{command_button, icon_button, job_button, keys, menu_item, primary, quiet_button};
pub use card::{card, hairline, well};
pub use icons::{Icon, icon, paint};
pub use meter::meter;
pub use plot::still;
pub use segmented::segmented;
pub use words::{caption, heading, labelled, section, swatch};
