//! How logs were read before: taken up when one with the same header is opened, kept when a training begins, which says
//! that the reading is right.

use std::path::Path;

use super::DriftlineApp;
use crate::events::Inspection;
use crate::project::{Keeper, Presets};

impl DriftlineApp {
    /// The same window, which keeps in a cache folder how logs are read, and reads the next with the same header so.
    #[must_use]
    pub fn with_presets(mut self, cache: &Path) -> Self {
        self.presets = Some(Presets::within(cache));
        self
    }

    /// Reads a log that was just opened as last time. What a project or a person says stands, so this looks once.
    pub(super) fn recall(&mut self) {
        let new = std::mem::take(&mut self.newly_opened);
        let (Some(presets), Some(found)) = (&self.presets, &self.session.inspection) else { return };
        if !new || self.session.settings.says_how_to_read() {
            return;
        }
        if let Some(preset) = presets.find_for_window(header(found)) {
            let mut settings = self.session.settings.clone();
            settings.read_as(&preset.reading);
            self.session.notices.done("Read as last time", preset.words());
            self.configure(settings);
        }
    }

    /// Keeps how the log is read. Where nothing is said about it, nothing is kept either.
    pub(super) fn keep_reading(&mut self) {
        let (Some(presets), Some(found)) = (&self.presets, &self.session.inspection) else { return };
        let settings = &self.session.settings;
        if !settings.says_how_to_read() {
            presets.forget(Keeper::Window, header(found));
        } else if let Err(error) = presets.keep(Keeper::Window, header(found), settings) {
            self.session.notices.failed("How the log is read could not be kept", error.to_string());
        }
    }
}

fn header(found: &Inspection) -> impl Iterator<Item = &str> + Clone {
    found.columns.iter().map(|column| column.name.as_str())
}
