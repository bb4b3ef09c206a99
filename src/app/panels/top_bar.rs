//! The bar at the top: the program, the project, and the menu.

use eframe::egui::{Align, CornerRadius, Label, Layout, Popup, Rect, RichText, Sense, Ui, vec2};

use crate::app::commands::{Action, Actions, Command};
use crate::app::preferences::ThemeChoice;
use crate::app::session::Session;
use crate::app::theme::{Tokens, space, strong};
use crate::app::view::View;
use crate::app::widgets::{Icon, hairline, icon, icon_button, menu_item};

/// What the menu holds; lines part the groups.
const MENU: [&[Command]; 4] = [
    &[Command::OpenLog, Command::OpenSample, Command::OpenProject],
    &[Command::Save, Command::SaveAs],
    &[Command::ExportSvg, Command::ExportPng, Command::ExportTables, Command::ExportRejected],
    &[Command::Shortcuts, Command::Quit],
];

/// The bar at the top.
#[derive(Debug, Default)]
pub struct TopBar;

impl View for TopBar {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let t = Tokens::of(ui);
        ui.horizontal_centered(|ui| {
            icon(ui, Icon::Driftline, 22.0, t.accent);
            ui.label(strong("Driftline"));
            if session.has_log() {
                let (line, _) = ui.allocate_exact_size(vec2(17.0, 20.0), Sense::hover());
                let line = Rect::from_center_size(line.center(), vec2(1.0, line.height()));
                ui.painter().rect_filled(line, CornerRadius::ZERO, t.outline);
                ui.add(Label::new(session.name()).truncate());
                if session.unsaved() {
                    let (rect, response) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
                    ui.painter().circle_filled(rect.center(), 3.5, t.accent);
                    response.on_hover_text("Not saved");
                    ui.label(RichText::new("Not saved").small().color(t.quiet));
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::TIGHT;
                let menu = icon_button(ui, Icon::Menu, "Menu");
                Popup::menu(&menu).show(|ui| {
                    ui.set_width(248.0);
                    for (place, group) in MENU.into_iter().enumerate() {
                        if place > 0 {
                            hairline(ui);
                        }
                        ui.spacing_mut().item_spacing.y = 0.0;
                        for command in group {
                            menu_item(ui, session, actions, *command);
                        }
                    }
                });
                let theme = icon_button(ui, Icon::Theme, "Theme");
                Popup::menu(&theme).show(|ui| {
                    ui.set_min_width(160.0);
                    for choice in [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark] {
                        if ui.selectable_label(session.preferences.theme == choice, choice.text()).clicked() {
                            actions.push(Action::SetTheme(choice));
                        }
                    }
                });
                if icon_button(ui, Icon::Help, Command::Shortcuts.text()).clicked() {
                    actions.run(Command::Shortcuts);
                }
            });
        });
    }
}
