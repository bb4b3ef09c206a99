//! The list of shortcuts, made from the commands.

use eframe::egui::{Align, Frame, Id, Layout, Margin, Modal, RichText, Ui};
use strum::IntoEnumIterator as _;

use crate::app::commands::{Actions, Command};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, heading, icon_button, keys};

/// The list of shortcuts.
#[derive(Debug, Default)]
pub struct ShortcutsPanel;

impl View for ShortcutsPanel {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        if !session.shortcuts_open {
            return;
        }
        let frame = Frame::popup(ui.style()).inner_margin(Margin::same(space::LARGE as i8));
        let modal = Modal::new(Id::unique("driftline shortcuts")).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            let t = Tokens::of(ui);
            let mut close = false;
            ui.horizontal(|ui| {
                heading(ui, Command::Shortcuts.text());
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    close = icon_button(ui, Icon::Cross, "Close the list").clicked();
                });
            });
            ui.add_space(space::SMALL);
            ui.spacing_mut().item_spacing.y = space::TIGHT;
            ui.spacing_mut().interact_size.y = 0.0;
            for command in Command::iter() {
                let Some(keys) = keys(ui, command) else { continue };
                ui.horizontal(|ui| {
                    ui.set_min_height(24.0);
                    ui.label(match command {
                        Command::ShowData
                        | Command::ShowTrain
                        | Command::ShowTuning
                        | Command::ShowOverview
                        | Command::ShowUsers
                        | Command::ShowValue
                        | Command::ShowBacktest => format!("{} page", command.text()),
                        other => other.text().trim_end_matches('…').to_owned(),
                    });
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.label(RichText::new(keys).color(t.quiet));
                    });
                });
            }
            close
        });
        if modal.inner || modal.should_close() {
            actions.run(Command::Shortcuts);
        }
    }
}
