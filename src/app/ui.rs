//! Drawing: the bars, the page, and what lies over them.

use eframe::egui::{Align2, CentralPanel, Frame, Id, LayerId, Margin, Order, Panel, Ui};

use super::DriftlineApp;
use super::panels::Panels;
use super::session::Page;
use super::theme::{Tokens, size, space, strong_font};
use super::view::View as _;

impl DriftlineApp {
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        self.dark = ui.visuals().dark_mode;
        let Self { session, panels, actions, .. } = self;
        let Panels {
            top_bar,
            rail,
            status_bar,
            start,
            data,
            train,
            tuning,
            backtest,
            overview,
            value,
            users,
            notices,
            shortcuts,
        } = panels;

        let bar = Frame::new().fill(tokens.surface).inner_margin(Margin::symmetric(space::INSET as i8, 0));
        Panel::top("top bar")
            .exact_size(48.0)
            .resizable(false)
            .frame(bar)
            .show(ui, |ui| top_bar.ui(ui, session, actions));
        if session.has_log() {
            Panel::bottom("status bar")
                .exact_size(36.0)
                .resizable(false)
                .frame(bar)
                .show(ui, |ui| status_bar.ui(ui, session, actions));
            let side = Frame::new().fill(tokens.surface).inner_margin(Margin::same(space::SMALL as i8));
            Panel::left("rail")
                .exact_size(144.0)
                .resizable(false)
                .frame(side)
                .show(ui, |ui| rail.ui(ui, session, actions));
        }
        let page = Frame::new().fill(tokens.ground).inner_margin(Margin::same(space::LARGE as i8));
        CentralPanel::default().frame(page).show(ui, |ui| match session.page {
            _ if !session.has_log() => start.ui(ui, session, actions),
            Page::Data => data.ui(ui, session, actions),
            Page::Train => train.ui(ui, session, actions),
            Page::Tuning => tuning.ui(ui, session, actions),
            Page::Backtest => backtest.ui(ui, session, actions),
            Page::Value => value.ui(ui, session, actions),
            Page::Overview => overview.ui(ui, session, actions),
            Page::Users => users.ui(ui, session, actions),
        });
        if session.drop_hovers && session.has_log() {
            invite_drop(ui, tokens);
        }
        notices.ui(ui, session, actions);
        shortcuts.ui(ui, session, actions);

        session.drawn.clone_from(&users.drawn);
        session.step_users = 0;
        session.focus_filter = false;
        let ctx = ui.ctx().clone();
        for action in self.actions.take() {
            self.execute(action, &ctx);
            // What was asked for shows in the next frame, and that one is wanted now.
            ctx.request_repaint();
        }
    }
}

/// Says over the whole window that what is held may be let go.
fn invite_drop(ui: &Ui, tokens: &Tokens) {
    let layer = LayerId::new(Order::Foreground, Id::unique("driftline drop"));
    let painter = ui.ctx().layer_painter(layer);
    let room = ui.ctx().content_rect();
    painter.rect_filled(room, 0.0, tokens.accent_ground.gamma_multiply(0.92));
    let words = "Let go to open";
    painter.text(room.center(), Align2::CENTER_CENTER, words, strong_font(size::TITLE), tokens.accent);
}
