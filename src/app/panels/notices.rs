//! What is said aside: over the page, at the lower right, never in the way of a click elsewhere.

use eframe::egui::{
    Align2, Area, CornerRadius, Frame, Id, Label, Margin, Order, RichText, ScrollArea, Stroke, Ui, vec2,
};

use crate::app::commands::{Action, Actions};
use crate::app::notices::{Notice, Tone};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space, strong};
use crate::app::view::View;
use crate::app::widgets::{Icon, icon, icon_button, quiet_button};

/// How many notices are shown at once; the newest stay.
const SHOWN: usize = 4;

/// What is said aside.
#[derive(Debug, Default)]
pub struct NoticesPanel;

impl View for NoticesPanel {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let notices: Vec<&Notice> = session.notices.iter().collect();
        if notices.is_empty() {
            return;
        }
        Area::new(Id::unique("driftline notices"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-space::LARGE, -(36.0 + space::MEDIUM)))
            .show(ui.ctx(), |ui| {
                ui.set_width(400.0);
                for notice in notices.iter().skip(notices.len().saturating_sub(SHOWN)) {
                    ui.push_id(notice.id, |ui| notice_ui(ui, notice, actions));
                }
            });
    }
}

fn notice_ui(ui: &mut Ui, notice: &Notice, actions: &mut Actions) {
    let t = Tokens::of(ui);
    let (sign, ink) = match notice.tone {
        Tone::Done => (Icon::Tick, t.good),
        Tone::Failed => (Icon::Warning, t.bad),
    };
    Frame::new()
        .fill(t.surface)
        .stroke(Stroke::new(1.0, if notice.tone == Tone::Failed { t.bad } else { t.outline }))
        .corner_radius(CornerRadius::same(space::CARD_RADIUS))
        .inner_margin(Margin::same(12))
        .shadow(ui.visuals().popup_shadow)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                icon(ui, sign, 16.0, ink);
                ui.label(strong(&notice.title));
                ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), |ui| {
                    if icon_button(ui, Icon::Cross, &format!("Close: {}", notice.title)).clicked() {
                        actions.push(Action::Dismiss(notice.id));
                    }
                });
            });
            if !notice.body.is_empty() {
                ScrollArea::vertical().max_height(180.0).show(ui, |ui| {
                    ui.add(Label::new(RichText::new(&notice.body).color(t.text)).wrap().selectable(true));
                });
            }
            if notice.tone == Tone::Failed && quiet_button(ui, RichText::new("Copy").color(t.quiet)).clicked() {
                actions.push(Action::Copy(notice.text()));
            }
        });
}
