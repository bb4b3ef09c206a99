//! egui's style, made from the tokens.

use eframe::egui::style::{ScrollStyle, Selection, WidgetVisuals};
use eframe::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Vec2, Visuals,
    epaint::Shadow, vec2,
};

use super::fonts::{self, size, strong_font};
use super::tokens::{Tokens, space};

/// Gives a window its fonts and both its themes.
pub fn install(ctx: &Context) {
    fonts::install(ctx);
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| apply(style, theme == Theme::Dark));
    }
}

fn apply(style: &mut Style, dark: bool) {
    let tokens = Tokens::in_theme(dark);
    style.text_styles = [
        (TextStyle::Small, FontId::new(size::SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(size::SMALL, FontFamily::Monospace)),
        (TextStyle::Heading, strong_font(size::TITLE)),
    ]
    .into();
    style.spacing.item_spacing = Vec2::splat(space::SMALL);
    style.spacing.button_padding = vec2(12.0, 4.0);
    style.spacing.interact_size = vec2(space::CONTROL, space::CONTROL);
    style.spacing.combo_width = 0.0;
    style.spacing.icon_spacing = space::SMALL;
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(space::INSET as i8);
    style.spacing.tooltip_width = 360.0;
    style.spacing.scroll = ScrollStyle { bar_width: 8.0, ..ScrollStyle::floating() };
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = false;
    style.animation_time = 0.12;
    style.visuals = visuals(tokens, dark);
}

fn visuals(t: &Tokens, dark: bool) -> Visuals {
    let radius = CornerRadius::same(space::CONTROL_RADIUS);
    let widget = |fill: Color32, stroke: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, stroke),
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let mut v = if dark { Visuals::dark() } else { Visuals::light() };
    v.widgets.noninteractive = widget(t.surface, t.hairline, t.text);
    v.widgets.inactive = widget(t.surface, t.outline, t.text);
    v.widgets.hovered = widget(t.sunken, t.quiet, t.text);
    v.widgets.active = widget(t.accent_ground, t.accent, t.text);
    v.widgets.open = widget(t.sunken, t.accent, t.text);
    v.selection = Selection { bg_fill: t.accent_ground, stroke: Stroke::new(1.0, t.accent) };
    v.weak_text_color = Some(t.quiet);
    v.hyperlink_color = t.accent;
    v.faint_bg_color = t.sunken;
    v.extreme_bg_color = t.sunken;
    v.text_edit_bg_color = Some(t.surface);
    v.code_bg_color = t.sunken;
    v.warn_fg_color = t.warn;
    v.error_fg_color = t.bad;
    v.window_fill = t.surface;
    v.window_stroke = Stroke::new(1.0, t.hairline);
    v.panel_fill = t.ground;
    v.window_corner_radius = CornerRadius::same(space::CARD_RADIUS);
    v.menu_corner_radius = CornerRadius::same(space::CARD_RADIUS);
    let shadow = |blur: u8| Shadow { offset: [0, 4], blur, spread: 0, color: t.shadow };
    v.window_shadow = shadow(24);
    v.popup_shadow = shadow(16);
    v.text_cursor.stroke = Stroke::new(1.5, t.accent);
    v.striped = false;
    v
}
