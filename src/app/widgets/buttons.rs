//! Buttons: one loud kind, one plain kind, one quiet kind.

use eframe::egui::{
    Button, Color32, CornerRadius, Key, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo, WidgetText, vec2,
};

use super::icons::{Icon, paint};
use crate::app::commands::{Actions, Command};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space, strong};

/// The one button of a page that moves on.
pub fn primary(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let t = Tokens::of(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for (state, fill) in [
            (&mut widgets.inactive, t.accent),
            (&mut widgets.hovered, t.accent_hover),
            (&mut widgets.active, t.accent_hover),
        ] {
            state.weak_bg_fill = fill;
            state.bg_stroke = Stroke::NONE;
        }
        ui.spacing_mut().button_padding.x = 16.0;
        ui.add_enabled(enabled, Button::new(strong(text).color(t.on_accent)))
    })
    .inner
}

/// The button that begins a job: loud while there is nothing else to do, and with the reason where it cannot be pressed.
pub fn job_button(
    ui: &mut Ui,
    text: &str,
    command: Command,
    loud: bool,
    why_not: Option<impl Into<WidgetText>>,
    actions: &mut Actions,
) {
    let button =
        if loud { primary(ui, text, why_not.is_none()) } else { ui.add_enabled(why_not.is_none(), Button::new(text)) };
    let button = match why_not {
        Some(why) => button.on_disabled_hover_text(why),
        None => button.on_hover_text(command.tooltip()),
    };
    if button.clicked() {
        actions.run(command);
    }
}

/// A button without an edge until the pointer is on it.
pub fn quiet_button(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    ui.add(Button::new(text.into()).frame_when_inactive(false))
}

/// A button that is only a sign; `name` is what screen readers and the tooltip say.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let t = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(space::CONTROL, space::CONTROL), Sense::click());
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(rect, CornerRadius::same(space::CONTROL_RADIUS), t.sunken);
    }
    paint(ui.painter(), rect.shrink(8.0), icon, if lit { t.text } else { t.quiet });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    response.on_hover_text(name)
}

/// A command's keys as they stand on a keyboard.
pub fn keys(ui: &Ui, command: Command) -> Option<String> {
    let shortcut = command.shortcut()?;
    let text = ui.ctx().format_shortcut(&shortcut);
    let name = shortcut.logical_key.name();
    let sign = match shortcut.logical_key {
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        Key::Slash => "/",
        Key::Period => ".",
        _ => name,
    };
    Some(text.strip_suffix(name).map_or_else(|| text.clone(), |modifiers| format!("{modifiers}{sign}")))
}

fn explained(ui: &Ui, response: Response, command: Command) -> Response {
    let text = keys(ui, command)
        .map_or_else(|| command.tooltip().to_owned(), |keys| format!("{}  ({keys})", command.tooltip()));
    response.on_hover_text(text)
}

/// A plain button for a command.
pub fn command_button(ui: &mut Ui, session: &Session, actions: &mut Actions, command: Command) -> Response {
    let response = ui.add_enabled(command.enabled(session), Button::new(command.text()));
    if response.clicked() {
        actions.run(command);
    }
    explained(ui, response, command)
}

/// A command in a menu, its keys at the right.
pub fn menu_item(ui: &mut Ui, session: &Session, actions: &mut Actions, command: Command) -> Response {
    let keys = keys(ui, command).unwrap_or_default();
    let quiet = Tokens::of(ui).quiet;
    let button = Button::new(command.text())
        .right_text(RichText::new(keys).color(quiet).small())
        .min_size(vec2(232.0, space::CONTROL))
        .frame_when_inactive(false)
        .stroke(Stroke::new(0.0, Color32::TRANSPARENT));
    let response = ui.add_enabled(command.enabled(session), button);
    if response.clicked() {
        actions.run(command);
        ui.close();
    }
    response.accessible_name(command.text()).on_hover_text(command.tooltip())
}
