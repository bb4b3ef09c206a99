//! The list of pages at the left.

use eframe::egui::{Align2, CornerRadius, FontId, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::commands::{Actions, Command};
use crate::app::jobs::Purpose;
use crate::app::session::{Page, Session};
use crate::app::theme::{Tokens, size, space};
use crate::app::view::View;
use crate::app::widgets::Icon;

/// The list of pages.
#[derive(Debug, Default)]
pub struct Rail;

const PAGES: [(Page, Command, Icon); 7] = [
    (Page::Data, Command::ShowData, Icon::Table),
    (Page::Train, Command::ShowTrain, Icon::Curve),
    (Page::Tuning, Command::ShowTuning, Icon::Sliders),
    (Page::Overview, Command::ShowOverview, Icon::Overview),
    (Page::Users, Command::ShowUsers, Icon::People),
    (Page::Value, Command::ShowValue, Icon::Ranking),
    (Page::Backtest, Command::ShowBacktest, Icon::Target),
];

impl View for Rail {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        ui.spacing_mut().item_spacing.y = space::TIGHT;
        ui.add_space(space::SMALL);
        for (page, command, icon) in PAGES {
            // A spot says that something happens, or has to be done, on a page.
            let spot = match page {
                Page::Data => {
                    let asked = session.inspection.as_ref().is_some_and(|found| !found.problems.is_empty());
                    asked || session.broken.is_some()
                }
                Page::Train => session.jobs.of(Purpose::Train).is_some(),
                Page::Tuning => session.jobs.of(Purpose::Tune).is_some(),
                Page::Backtest => session.jobs.of(Purpose::Backtest).is_some(),
                Page::Value => session.jobs.of(Purpose::Value).is_some(),
                Page::Overview | Page::Users => false,
            };
            if entry(ui, command, icon, session.page == page, spot) {
                actions.run(command);
            }
        }
    }
}

fn entry(ui: &mut Ui, command: Command, icon: Icon, chosen: bool, spot: bool) -> bool {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    let round = CornerRadius::same(space::CONTROL_RADIUS);
    if chosen {
        ui.painter().rect_filled(rect, round, t.accent_ground);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, round, t.sunken);
    }
    let ink = if chosen { t.accent } else { t.text };
    let sign = Rect::from_center_size(pos2(rect.left() + 20.0, rect.center().y), vec2(16.0, 16.0));
    crate::app::widgets::paint(ui.painter(), sign, icon, if chosen { t.accent } else { t.quiet });
    let font = if chosen { crate::app::theme::strong_font(size::BODY) } else { FontId::proportional(size::BODY) };
    ui.painter().text(pos2(rect.left() + 40.0, rect.center().y), Align2::LEFT_CENTER, command.text(), font, ink);
    if spot {
        ui.painter().circle_filled(pos2(rect.right() - 14.0, rect.center().y), 3.5, t.accent);
    }
    let name = format!("{} page", command.text());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, &name));
    let keys = crate::app::widgets::keys(ui, command).unwrap_or_default();
    response.on_hover_text(format!("{}  ({keys})", command.tooltip())).clicked()
}
