//! What is shown before there is a log: what the program is for, and every way to begin.

use eframe::egui::{
    Align, Align2, Button, CornerRadius, Key, Label, Layout, RichText, Sense, Shape, Stroke, TextEdit, Ui, UiBuilder,
    vec2,
};

use super::layout::inside;
use crate::app::commands::{Action, Actions, Command};
use crate::app::session::{Session, file_name};
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, caption, command_button, heading, icon, paint, primary, quiet_button, section};

/// Width of the column in the middle.
const WIDTH: f32 = 640.0;

/// The page before there is a log.
#[derive(Debug, Default)]
pub struct StartPage {
    path: String,
}

impl View for StartPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let all = ui.available_rect_before_wrap();
        let width = WIDTH.min(all.width());
        let height = if session.preferences.recent.is_empty() { 440.0 } else { 620.0_f32 };
        let top = ((all.height() - height) * 0.4).max(0.0);
        let column = eframe::egui::Rect::from_min_size(
            all.min + vec2((all.width() - width) / 2.0, top),
            vec2(width, (all.height() - top).max(0.0)),
        );
        ui.scope_builder(UiBuilder::new().max_rect(column).layout(Layout::top_down(Align::Min)), |ui| {
            heading(ui, "See where each user's interests are heading");
            ui.add_space(-4.0);
            ui.label(
                RichText::new(
                    "Open a log of behaviour – who, when, and what in words – and train. Driftline finds the interests \
                     in it and shows every user's path through them, with a forecast and how sure it is.",
                )
                .color(Tokens::of(ui).quiet),
            );
            ui.add_space(space::MEDIUM);
            drop_zone(ui, session, actions);
            ui.add_space(space::MEDIUM);
            self.path_ui(ui, actions);
            if !session.preferences.recent.is_empty() {
                ui.add_space(space::LARGE);
                recent_ui(ui, session, actions);
            }
        });
    }
}

impl StartPage {
    fn path_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        ui.horizontal(|ui| {
            let width = ui.available_width() - 84.0;
            let field = TextEdit::singleline(&mut self.path)
                .hint_text("Path of a log, a folder of logs, or a project")
                .desired_width(width)
                .align(Align2::LEFT_CENTER)
                .min_size(vec2(0.0, space::CONTROL));
            let field = ui.add(field).accessible_name("Path");
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let typed = self.path.trim();
            let button = ui.add_enabled(!typed.is_empty(), Button::new("Open").min_size(vec2(76.0, 0.0)));
            if (button.clicked() || entered) && !typed.is_empty() {
                actions.push(Action::Open(vec![typed.into()]));
                self.path.clear();
            }
        });
    }
}

fn drop_zone(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let t = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 208.0), Sense::hover());
    let round = CornerRadius::same(space::CARD_RADIUS);
    let (fill, edge) = if session.drop_hovers { (t.accent_ground, t.accent) } else { (t.surface, t.outline) };
    ui.painter().rect_filled(rect, round, fill);
    let inner = rect.shrink(0.5);
    let corners = [inner.left_top(), inner.right_top(), inner.right_bottom(), inner.left_bottom(), inner.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.0, edge), 6.0, 4.0));
    inside(ui, rect.shrink(space::LARGE), Layout::top_down(Align::Center), |ui| {
        ui.add_space(space::TIGHT);
        icon(ui, Icon::Drop, 28.0, if session.drop_hovers { t.accent } else { t.quiet });
        ui.add_space(space::TIGHT);
        ui.label(if session.drop_hovers { "Let go to open" } else { "Drop a log here" });
        ui.add_space(space::SMALL);
        // As wide as the two buttons, so that they stand in the middle.
        let width = 212.0;
        ui.allocate_ui_with_layout(vec2(width, space::CONTROL), Layout::left_to_right(Align::Center), |ui| {
            let open = primary(ui, Command::OpenLog.text(), true).on_hover_text(Command::OpenLog.tooltip());
            if open.clicked() {
                actions.run(Command::OpenLog);
            }
            command_button(ui, session, actions, Command::OpenSample);
        });
        ui.add_space(space::SMALL);
        caption(ui, "CSV in any dialect, also .gz and .zst  ·  Parquet  ·  a folder of them  ·  a Driftline project");
    });
}

fn recent_ui(ui: &mut Ui, session: &Session, actions: &mut Actions) {
    let t = Tokens::of(ui);
    ui.horizontal(|ui| {
        section(ui, "Opened before");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if quiet_button(ui, RichText::new("Clear").color(t.quiet)).clicked() {
                actions.push(Action::ForgetRecent);
            }
        });
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    for path in session.preferences.recent.iter().take(5) {
        let there = path.exists();
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, CornerRadius::same(space::CONTROL_RADIUS), t.hairline);
        }
        let ink = if there { t.text } else { t.quiet };
        let sign = eframe::egui::Rect::from_center_size(rect.left_center() + vec2(16.0, 0.0), vec2(14.0, 14.0));
        paint(ui.painter(), sign, Icon::File, t.quiet);
        let name = file_name(path);
        inside(ui, rect.shrink2(vec2(32.0, 0.0)), Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(&name).color(ink));
            let place = if there { folder } else { format!("{folder} (not there any more)") };
            ui.add(Label::new(RichText::new(place).small().color(t.quiet)).truncate());
        });
        response.widget_info(|| {
            eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Button, there, format!("Open {name} again"))
        });
        if response.clicked() && there {
            actions.push(Action::Open(vec![path.clone()]));
        }
    }
}
