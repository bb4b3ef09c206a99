//! What is drawn, which is also where interests are chosen.

use eframe::egui::{CornerRadius, Popup, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::chart::colour;
use super::chart_item::mark_shape;
use crate::app::commands::{Action, Actions};
use crate::app::session::Session;
use crate::app::shown::Shown;
use crate::app::theme::{Tokens, size, space};
use crate::app::widgets::caption;
use crate::report::palette;
use crate::wording::counted;

/// The legend of the interests drawn; `ranked` are all, those that matter most first. Answers the interest pointed at.
pub fn legend(
    ui: &mut Ui,
    session: &Session,
    results: Shown,
    ranked: &[u16],
    drawn: &[u16],
    actions: &mut Actions,
) -> Option<u16> {
    let mut pointed = None;
    let width = ui.available_width();
    ui.spacing_mut().interact_size.y = 24.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::TIGHT, space::TIGHT);
        for interest in drawn {
            let response = chip(ui, results, *interest, width);
            if response.hovered() || response.has_focus() {
                pointed = Some(*interest);
            }
            if response.clicked() && drawn.len() > 1 {
                let rest = drawn.iter().copied().filter(|other| other != interest).collect();
                actions.push(Action::Pin(Some(rest)));
            }
        }
        more(ui, session, results, ranked, drawn, actions);
    });
    pointed
}

/// An interest in the legend: its mark, its colour, its name.
fn chip(ui: &mut Ui, results: Shown, interest: u16, widest: f32) -> eframe::egui::Response {
    let t = Tokens::of(ui);
    let name = results.space.interests.get(usize::from(interest)).map(|found| found.label.as_str()).unwrap_or_default();
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(
        name.to_owned(),
        eframe::egui::FontId::proportional(size::SMALL),
        t.text,
    );
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width((widest - 40.0).min(200.0));
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 32.0, 24.0), Sense::click());
    let round = CornerRadius::same(12);
    let lit = response.hovered() || response.has_focus();
    ui.painter().rect(
        rect,
        round,
        if lit { t.sunken } else { t.surface },
        Stroke::new(1.0, if lit { t.outline } else { t.hairline }),
        StrokeKind::Inside,
    );
    let style = palette::style(interest);
    let ink = colour(interest, ui.visuals().dark_mode);
    ui.painter().add(mark_shape(style.mark, pos2(rect.left() + 13.0, rect.center().y), 4.5, ink));
    let at = pos2(rect.left() + 22.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.text);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, true, format!("Hide {name}")));
    let terms = results.space.interests.get(usize::from(interest)).map(|found| found.terms.join(", "));
    response.on_hover_text(format!("{}\nClick to hide", terms.unwrap_or_default()))
}

/// The interests that are not drawn, to choose from.
fn more(ui: &mut Ui, session: &Session, results: Shown, ranked: &[u16], drawn: &[u16], actions: &mut Actions) {
    let others = ranked.len().saturating_sub(drawn.len());
    if others == 0 && session.pinned.is_none() {
        return;
    }
    let t = Tokens::of(ui);
    let text = RichText::new(format!("{}…", counted(others as u64, "other"))).size(size::SMALL).color(t.quiet);
    let button = ui.add(eframe::egui::Button::new(text).frame_when_inactive(false).min_size(vec2(0.0, 24.0)).small());
    let button = button.on_hover_text("Choose which interests are drawn");
    // The button moves and is renamed with every choice; the list stays open meanwhile.
    let id = eframe::egui::Id::unique("driftline interests to draw");
    let list = Popup::menu(&button).id(id).close_behavior(eframe::egui::PopupCloseBehavior::CloseOnClickOutside);
    list.show(|ui| {
        ui.set_min_width(240.0);
        if session.pinned.is_some() && ui.button("Back to each user's leading interests").clicked() {
            actions.push(Action::Pin(None));
        }
        caption(ui, format!("At most {} at once", palette::COLOURED));
        eframe::egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for interest in ranked {
                let name = results.space.interests.get(usize::from(*interest)).map(|found| found.label.as_str());
                let mut on = drawn.contains(interest);
                let room = on && drawn.len() > 1 || !on && drawn.len() < palette::COLOURED;
                let boxed = eframe::egui::Checkbox::new(&mut on, name.unwrap_or_default());
                if ui.add_enabled(room, boxed).changed() {
                    let mut next = drawn.to_vec();
                    next.retain(|other| other != interest);
                    if on {
                        next.push(*interest);
                    }
                    actions.push(Action::Pin(Some(next)));
                }
            }
        });
    });
}
