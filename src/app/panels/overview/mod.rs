//! The page of the overview: what there is to see at once, each with a small picture that leads to its evidence.

mod bars;
mod columns;

use eframe::egui::{FontId, Label, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::layout::line;
use super::users::no_results;
use crate::app::commands::{Action, Actions};
use crate::app::jobs::Purpose;
use crate::app::session::Session;
use crate::app::shown::Shown;
use crate::app::theme::{Tokens, size, space};
use crate::app::view::View;
use crate::app::widgets::{caption, card, heading, section, well};
use crate::report::{self, Evidence, Finding, Picture};
use crate::wording::counted;

/// Narrower than this, cards stand below each other.
const TWO_COLUMNS: f32 = 820.0;

/// The page of the overview.
#[derive(Debug, Default)]
pub struct OverviewPage;

impl View for OverviewPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let Some(results) = session.shown() else {
            let text = "After the training, this page says what rose and fell, who changes, who may stay away, and how \
                        good the forecast is.";
            no_results(ui, session, text, actions);
            return;
        };
        heading(ui, "Overview");
        ui.add(Label::new(RichText::new(about(results)).color(Tokens::of(ui).quiet)).wrap());
        if let Some(words) = results.in_words(session.jobs.of(Purpose::Train).is_some()) {
            ui.add_space(space::TIGHT);
            let t = Tokens::of(ui);
            well(ui, t.forecast_ground, |ui| {
                ui.set_min_width(ui.available_width());
                ui.add(Label::new(RichText::new(words).size(size::SMALL).color(t.text)).wrap());
            });
        }
        ui.add_space(space::SMALL);
        ScrollArea::vertical().id_salt("overview").auto_shrink([false, false]).show(ui, |ui| {
            let across = if ui.available_width() >= TWO_COLUMNS { 2 } else { 1 };
            cards(ui, results.overview, across, results, session, actions);
        });
    }
}

/// What it is an overview of.
fn about(results: Shown) -> String {
    let trajectories = results.trajectories;
    let calendar = trajectories.calendar;
    format!(
        "{}, {} over {}, {} to {}.",
        counted(results.users.len(), "user"),
        counted(results.events.len(), "event"),
        counted(results.space.len(), "interest"),
        calendar.label(trajectories.first),
        calendar.label(trajectories.origin.plus(-1))
    )
}

/// Cards in columns; each goes on below the shortest.
fn cards(ui: &mut Ui, all: &[Finding], across: usize, results: Shown, session: &Session, actions: &mut Actions) {
    let gaps = space::MEDIUM * (across - 1) as f32;
    // The edge of a card is drawn around it.
    let width = ((ui.available_width() - gaps - 2.0) / across as f32).floor();
    let inner = width - 2.0 * space::INSET - 2.0;
    let start = ui.cursor().min;
    let mut ends = vec![0.0_f32; across];
    for finding in all {
        let column = (0..across).min_by(|a, b| ends[*a].total_cmp(&ends[*b])).unwrap_or(0);
        let height = height(ui, finding, inner);
        let outer = vec2(width, height + 2.0 * space::INSET + 2.0);
        let corner = start + vec2((width + space::MEDIUM) * column as f32, ends[column]);
        ends[column] += outer.y + space::MEDIUM;
        let rect = Rect::from_min_size(corner, outer);
        ui.scope_builder(UiBuilder::new().id_salt(finding.question).max_rect(rect), |ui| {
            card(ui, space::INSET, |ui| {
                ui.set_min_size(vec2(inner, height));
                ui.set_max_width(inner);
                finding_ui(ui, finding, results, session, actions);
            });
        });
    }
    let below = ends.into_iter().fold(0.0, f32::max);
    ui.advance_cursor_after_rect(Rect::from_min_size(start, vec2(ui.available_width(), below)));
}

fn finding_ui(ui: &mut Ui, finding: &Finding, results: Shown, session: &Session, actions: &mut Actions) {
    line(
        ui,
        |ui| {
            section(ui, finding.question.title());
        },
        |ui| {
            if let Some(evidence) = &finding.evidence {
                let button = ui.button(leads_to(evidence, results, session));
                if button.on_hover_text("What this rests on").clicked() {
                    actions.push(Action::Show(evidence.clone()));
                }
            }
        },
    );
    ui.add(Label::new(&finding.sentence).wrap().selectable(true));
    let clicked = match &finding.picture {
        Picture::Bars(bars) => ui.scope(|ui| bars::bars(ui, bars)).inner,
        Picture::Columns(columns) => {
            columns::columns(ui, columns, results.trajectories.calendar);
            None
        }
    };
    if let Some(evidence) = clicked {
        actions.push(Action::Show(evidence));
    }
    caption(ui, &finding.basis);
}

/// Where a click leads, in a few words.
fn leads_to(evidence: &Evidence, results: Shown, session: &Session) -> String {
    match evidence {
        Evidence::User(user, _) => {
            let name = results.events.users.get(user.index()).map(String::as_str).unwrap_or_default();
            // A long name stands in the sentence already.
            if name.chars().count() <= 16 { format!("See user {name}") } else { "See the user".to_owned() }
        }
        Evidence::Cohort(crate::forecast::CohortRule::Everyone, _) => "See everyone".to_owned(),
        Evidence::Cohort(rule, _) => match results.cohorts {
            Some(cohorts) => format!("See {}", report::cohort_name(*rule, results.space, cohorts)),
            None => "See the cohort".to_owned(),
        },
        Evidence::Scores if session.backtest.is_some() => "See the backtest".to_owned(),
        Evidence::Scores => "See the scores".to_owned(),
    }
}

/// How high a finding will be in so wide a card.
fn height(ui: &Ui, finding: &Finding, width: f32) -> f32 {
    let ink = Tokens::of(ui).text;
    let of =
        |text: &str, size: f32| ui.painter().layout(text.to_owned(), FontId::proportional(size), ink, width).size().y;
    let picture = match &finding.picture {
        Picture::Bars(bars) => bars::height(bars.len()),
        Picture::Columns(_) => columns::HEIGHT,
    };
    let gaps = 3.0 * ui.spacing().item_spacing.y;
    space::CONTROL + of(&finding.sentence, size::BODY) + picture + of(&finding.basis, size::SMALL) + gaps
}
