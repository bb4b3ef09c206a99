//! The page of the log: what each column means, and what cleaning will leave out.

use eframe::egui::{ScrollArea, Ui};

use super::cleaning::Cleaning;
use super::layout::{beside, line};
use super::preview::Preview;
use super::reading::ReadingCard;
use super::settings::SettingsCard;
use crate::app::commands::{Actions, Command};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, caption, card, heading, icon, primary, section, well};
use crate::wording::{counted, counted_of};

/// The page of the log.
#[derive(Debug, Default)]
pub struct DataPage {
    preview: Preview,
    settings: SettingsCard,
    reading: ReadingCard,
    cleaning: Cleaning,
}

impl View for DataPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        head(ui, session, actions);
        ui.add_space(space::MEDIUM - space::SMALL);
        let (mut left, mut right) = beside(ui, 320.0);
        if let Some(inspection) = &session.inspection {
            // Of a log whose first rows are there, what stopped the reading further down.
            for problem in inspection.problems.iter().chain(&session.broken) {
                remark(&mut left, problem);
            }
        }
        match (&session.inspection, &session.broken) {
            (Some(_), _) => {
                let height = left.available_height();
                card(&mut left, 1.0, |ui| {
                    ui.set_min_size(eframe::egui::vec2(ui.available_width(), height - 2.0));
                    self.preview.ui(ui, session, actions);
                });
            }
            (None, Some(why)) => {
                card(&mut left, space::LARGE, |ui| {
                    ui.set_min_width(ui.available_width());
                    section(ui, "The log could not be read");
                    ui.label(why);
                    ui.add_space(space::SMALL);
                    crate::app::widgets::command_button(ui, session, actions, Command::OpenLog);
                });
            }
            (None, None) => skeleton(&mut left),
        }
        ScrollArea::vertical().id_salt("settings and cleaning").show(&mut right, |ui| {
            self.cleaning.ui(ui, session, actions);
            ui.add_space(space::MEDIUM - space::SMALL);
            self.settings.ui(ui, session, actions);
            ui.add_space(space::MEDIUM - space::SMALL);
            self.reading.ui(ui, session, actions);
        });
    }
}

fn head(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let why_not = session.why_not_train();
    line(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                heading(ui, &session.log_name());
                let text = match &session.inspection {
                    Some(_) if session.broken.is_some() => "It cannot be read to its end.".to_owned(),
                    Some(found) if found.problems.is_empty() => format!(
                        "{}{}. Check what each column means, then train.",
                        counted(found.columns.len() as u64, "column"),
                        shown(session, found.preview.len())
                    ),
                    Some(found) => format!(
                        "{}, {} to settle before training.",
                        counted(found.columns.len() as u64, "column"),
                        counted(found.problems.len() as u64, "question")
                    ),
                    None if session.broken.is_some() => "Nothing to show.".to_owned(),
                    None => "Looking into the log.".to_owned(),
                };
                ui.label(eframe::egui::RichText::new(text).color(Tokens::of(ui).quiet));
            });
        },
        |ui| {
            let text = if session.stale().is_empty() { "Train" } else { "Train again" };
            let button = primary(ui, text, why_not.is_none());
            let button = match &why_not {
                Some(why) => button.on_disabled_hover_text(why),
                None => button.on_hover_text(Command::Train.tooltip()),
            };
            if button.clicked() {
                actions.run(Command::Train);
            }
        },
    );
}

/// How many of the log's rows stand below, where not all do.
fn shown(session: &Session, rows: usize) -> String {
    let all = session.account.as_ref().map_or(0, |account| account.rows_read);
    if rows > 0 && all > rows as u64 { format!(", the first {}", counted_of(rows, all, "row")) } else { String::new() }
}

/// A problem of the log, in a sentence.
fn remark(ui: &mut Ui, text: &str) {
    let t = Tokens::of(ui);
    well(ui, t.warn_ground, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            icon(ui, Icon::Warning, 16.0, t.warn);
            ui.add(eframe::egui::Label::new(text).wrap());
        });
    });
}

/// The shape of the table that is to come.
fn skeleton(ui: &mut Ui) {
    let t = Tokens::of(ui);
    let height = ui.available_height();
    card(ui, space::INSET, |ui| {
        ui.set_min_size(eframe::egui::vec2(ui.available_width(), height - 2.0 * space::INSET - 2.0));
        caption(ui, "Looking into the log");
        ui.add_space(space::SMALL);
        let width = ui.available_width();
        for row in 0..8 {
            let (rect, _) = ui.allocate_exact_size(eframe::egui::vec2(width, 16.0), eframe::egui::Sense::hover());
            let mut left = rect.left();
            for column in 0..5 {
                let long = 60.0 + 22.0 * ((row * 3 + column * 5) % 4) as f32;
                let bar = eframe::egui::Rect::from_min_size(
                    eframe::egui::pos2(left, rect.top()),
                    eframe::egui::vec2(long.min(rect.right() - left).max(0.0), 10.0),
                );
                ui.painter().rect_filled(bar, 3.0, t.sunken);
                left += width / 5.0;
            }
            ui.add_space(space::SMALL);
        }
    });
}
