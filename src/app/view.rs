//! What a panel is.

use eframe::egui::Ui;

use super::commands::Actions;
use super::session::Session;

/// A part of the window. It reads the session, keeps only what concerns its own looks, and asks for everything else.
pub trait View {
    /// Draws it and notes what a person asked for.
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions);
}
