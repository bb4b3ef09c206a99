//! The page of the users and cohorts: the list at the left, the chosen one's picture at the right.

use eframe::egui::{Label, Panel, RichText, Ui, UiBuilder};

use super::cohort_list::CohortList;
use super::trajectory::TrajectoryPanel;
use super::user_list::UserList;
use crate::app::commands::{Actions, Command};
use crate::app::jobs::Purpose;
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{heading, primary};

/// The page of the users.
#[derive(Debug, Default)]
pub struct UsersPage {
    list: UserList,
    cohorts: CohortList,
    trajectory: TrajectoryPanel,
    /// The interests that the chart shows, for whoever exports it.
    pub drawn: Vec<u16>,
}

impl View for UsersPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        if session.shown().is_none() {
            let text =
                "After the training, this page lists every user and shows where each one's interests are heading.";
            no_results(ui, session, text, actions);
            return;
        }
        let frame = eframe::egui::Frame::new();
        let widest = (ui.available_width() - 480.0).max(320.0);
        Panel::left("users")
            .resizable(true)
            .default_size(464.0)
            .size_range(300.0..=widest)
            .frame(frame)
            .show_separator_line(false)
            .show(ui, |ui| {
                let room = ui.available_rect_before_wrap();
                let inner =
                    eframe::egui::Rect::from_min_max(room.min, room.max - eframe::egui::vec2(space::MEDIUM, 0.0));
                ui.allocate_rect(room, eframe::egui::Sense::hover());
                ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| match session.cohort {
                    Some(_) => self.cohorts.ui(ui, session, actions),
                    None => self.list.ui(ui, session, actions),
                });
            });
        self.trajectory.ui(ui, session, actions);
        self.drawn.clone_from(&self.trajectory.drawn);
    }
}

/// A page that has nothing to show before a training; `text` says what it will show.
pub fn no_results(ui: &mut Ui, session: &Session, text: &str, actions: &mut Actions) {
    let t = Tokens::of(ui);
    let room = ui.available_rect_before_wrap();
    let column = eframe::egui::Rect::from_center_size(
        room.center() - eframe::egui::vec2(0.0, 60.0),
        eframe::egui::vec2(440.0, 180.0),
    );
    let layout = eframe::egui::Layout::top_down(eframe::egui::Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(column).layout(layout), |ui| {
        crate::app::widgets::icon(ui, crate::app::widgets::Icon::Driftline, 40.0, t.outline);
        ui.add_space(space::SMALL);
        heading(ui, "No forecasts yet");
        ui.add(Label::new(RichText::new(text).color(t.quiet)).wrap().halign(eframe::egui::Align::Center));
        ui.add_space(space::SMALL);
        if session.jobs.of(Purpose::Train).is_some() {
            if ui.button("See the training").clicked() {
                actions.run(Command::ShowTrain);
            }
        } else {
            let why_not = session.why_not_train();
            let button = primary(ui, "Train", why_not.is_none());
            let button = match why_not {
                Some(why) => button.on_disabled_hover_text(why),
                None => button.on_hover_text(Command::Train.tooltip()),
            };
            if button.clicked() {
                actions.run(Command::Train);
            }
        }
    });
}
