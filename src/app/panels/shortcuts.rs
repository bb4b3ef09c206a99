//! The list of shortcuts, made from the commands.

use eframe::egui::{Align, Id, Layout, Modal, RichText, Ui};

use crate::app::commands::{Actions, Command};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, heading, icon_button};

/// The list of shortcuts.
#[derive(Debug, Default)]
pub struct ShortcutsPanel;

impl View for ShortcutsPanel {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        if !session.shortcuts_open {
            return;
        }
        let modal = Modal::new(Id::unique("driftline shortcuts")).show(ui.ctx(), |ui| {
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
            for command in Command::ALL {
                let Some(keys) = command.shortcut() else { continue };
                ui.horizontal(|ui| {
                    ui.set_min_height(24.0);
                    ui.label(match command {
                        Command::ShowData | Command::ShowTrain | Command::ShowUsers => {
                            format!("{} page", command.text())
                        }
                        other => other.text().trim_end_matches('…').to_owned(),
                    });
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.label(RichText::new(ui.ctx().format_shortcut(&keys)).color(t.quiet));
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
