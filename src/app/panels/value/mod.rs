//! The page of value: who will be worth what over the next days, ranked, and how good such a ranking was.

mod curve;
mod table;

use eframe::egui::{DragValue, Label, RichText, ScrollArea, Ui, vec2};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::layout::{beside, line};
use crate::app::advice::in_the_window;
use crate::app::commands::{Action, Actions, Command};
use crate::app::format;
use crate::app::jobs::{Job, Purpose, part};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{caption, card, heading, job_button, meter, section};
use crate::pipeline::ValueView;
use crate::project::limits::DAYS;
use crate::report;
use crate::wording::{agreeing, counted};

/// Width of the card beside the table.
const BESIDE: f32 = 336.0;

/// The page of value.
#[derive(Debug, Default)]
pub struct ValuePage {
    /// The rows of a result from the best on, and which result that is.
    order: (usize, Vec<usize>),
}

impl View for ValuePage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let running = session.jobs.of(Purpose::Value);
        head(ui, session, running, actions);
        ui.add_space(space::MEDIUM - space::SMALL);
        let Some(view) = &session.value else {
            empty(ui, running);
            return;
        };
        let run = std::sync::Arc::as_ptr(view) as usize;
        if self.order.0 != run {
            let rank = &view.ahead.result.rank;
            let mut rows: Vec<usize> = (0..rank.len()).collect();
            rows.sort_by_key(|row| rank[*row]);
            self.order = (run, rows);
        }
        if ui.available_width() < 2.2 * BESIDE {
            // Where there is no room beside the table, the curve stands above it.
            ScrollArea::vertical().id_salt("value").auto_shrink([false, false]).show(ui, |ui| {
                worth(ui, view, 0.0);
                ui.add_space(space::MEDIUM - space::SMALL);
                ui.allocate_ui(vec2(ui.available_width(), 480.0), |ui| self.ranked(ui, session, view, actions));
            });
            return;
        }
        let (mut left, mut right) = beside(ui, BESIDE);
        self.ranked(&mut left, session, view, actions);
        let height = right.available_height() - 2.0 * space::INSET - 2.0;
        worth(&mut right, view, height);
    }
}

impl ValuePage {
    fn ranked(&self, ui: &mut Ui, session: &Session, view: &ValueView, actions: &mut Actions) {
        card(ui, 1.0, |ui| {
            ui.set_min_size(ui.available_size() - vec2(2.0, 2.0));
            if let Some(user) = table::ranked(ui, &view.ahead, &self.order.1, session) {
                actions.push(Action::Show(report::Evidence::User(user, None)));
            }
        });
    }
}

fn head(ui: &mut Ui, session: &Session, running: Option<&Job>, actions: &mut Actions) {
    line(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let (title, below) = title(session, running);
                heading(ui, &title);
                ui.add(Label::new(RichText::new(below).color(Tokens::of(ui).quiet)).wrap());
            });
        },
        |ui| match running {
            Some(job) => {
                let stop = ui.add_enabled(!job.cancelling, eframe::egui::Button::new("Cancel"));
                if stop.on_hover_text("Stop; the ranking shown before stays").clicked() {
                    actions.push(Action::Stop(job.id));
                }
            }
            None => {
                let text = if session.value.is_some() { "Rank again" } else { "Rank by value" };
                job_button(ui, text, Command::Value, session.value.is_none(), session.why_not_train(), actions);
                let mut days = session.value_days;
                let noun = format!(" {}", agreeing(u64::from(days), "day"));
                let field = ui.add(DragValue::new(&mut days).range(DAYS).suffix(noun).speed(0.5));
                field.accessible_name("Days ahead").on_hover_text("How many days ahead value is asked for");
                if days != session.value_days {
                    actions.push(Action::SetDays(days));
                }
            }
        },
    );
}

/// The page's first line, and the one below.
fn title(session: &Session, running: Option<&Job>) -> (String, String) {
    match (running, &session.value) {
        (Some(job), _) if job.cancelling => ("Stopping".to_owned(), String::new()),
        (Some(_), _) => (
            "Ranking users by value".to_owned(),
            "From the days ahead, and from as many that are over, to tell how good it is.".to_owned(),
        ),
        (None, Some(view)) => {
            let result = &view.ahead.result;
            let stale = if view.settings == session.settings { "" } else { " The settings have changed since." };
            let below = format!("From {} on, by {}.{stale}", format::day(day(result.cut)), result.chosen);
            (report::value_sentence(result).trim_end_matches('.').to_owned(), below)
        }
        (None, None) => (
            "Not ranked yet".to_owned(),
            "Says what each user will be worth over the next days, with bands, and holds the same against the past."
                .to_owned(),
        ),
    }
}

/// The day so many days after 1 January 1970.
fn day(days: i64) -> Date {
    Date::constant(1970, 1, 1).saturating_add(days.days())
}

fn empty(ui: &mut Ui, running: Option<&Job>) {
    card(ui, space::LARGE, |ui| {
        ui.set_min_width(ui.available_width());
        match running.map(Job::now) {
            None => {
                section(ui, "What will stand here");
                for text in [
                    "Every user with a purchase, the highest expected value first, with bands, orders and chances",
                    "How much of all value the best users hold",
                    "What the same ranking was worth on days that are over",
                ] {
                    caption(ui, text);
                }
            }
            Some(now) => {
                let stage = now.map_or_else(|| "Beginning".to_owned(), |now| now.stage.to_string());
                section(ui, &stage);
                let width = ui.available_width().min(420.0);
                meter(ui, width, now.and_then(part), "Ranking: progress");
            }
        }
    });
}

/// How much the best hold, what that was worth, and what there is to know.
fn worth(ui: &mut Ui, view: &ValueView, height: f32) {
    card(ui, space::INSET, |ui| {
        ui.set_min_size(vec2(ui.available_width(), height));
        if height > 0.0 {
            // Beside the table the card is as high as the page, whatever there is to say.
            let area = ScrollArea::vertical().id_salt("worth").max_height(height).auto_shrink([false, false]);
            area.show(ui, |ui| said(ui, view));
        } else {
            said(ui, view);
        }
    });
}

/// The curve, and what there is to say of it.
fn said(ui: &mut Ui, view: &ValueView) {
    section(ui, "How much the best users hold");
    curve::curve(ui, view);
    let held = view.past.as_ref().and_then(report::value_held_sentence);
    let held = held.unwrap_or_else(|| "How good the ranking is was not measured.".to_owned());
    ui.add(Label::new(held).wrap().selectable(true));
    let sum: f64 = view.ahead.result.mean_value.iter().sum();
    let all = format::amount(sum);
    let users = counted(view.ahead.result.users.len(), "user");
    let words = match view.ahead.result.has_money {
        true => format!("{users} together are expected to bring {all}."),
        false => format!("{users} together are expected to order {all} times."),
    };
    caption(ui, words);
    for note in &view.ahead.notes {
        caption(ui, in_the_window(note));
    }
}
