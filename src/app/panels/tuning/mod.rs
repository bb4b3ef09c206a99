//! The page of the search for settings: which shape of the networks suits this log.

mod best;
mod curves;
mod order;
mod trials;
mod words;

use eframe::egui::{DragValue, Label, RichText, ScrollArea, Ui, vec2};

use super::layout::{beside, line};
use crate::app::commands::{Action, Actions, Command};
use crate::app::format;
use crate::app::jobs::{Job, Purpose, part};
use crate::app::session::Session;
use crate::app::theme::{Tokens, space};
use crate::app::view::View;
use crate::app::widgets::{Icon, caption, card, heading, icon, job_button, meter, section, well};
use crate::forecast::{ForecastConfig, search_rounds};
use crate::pipeline::TuningOutcome;
use crate::project::Settings;
use crate::project::limits::TRIALS;
use crate::report;

use crate::wording::{agreeing, counted};
use best::best_ui;
use curves::curves_ui;
use trials::TrialTable;

/// Height of the cards beside each other.
const ABOVE: f32 = 348.0;
/// Width of the card with the best settings.
const BEST: f32 = 336.0;

/// The page of the search for settings.
#[derive(Debug, Default)]
pub struct TuningPage {
    table: TrialTable,
    /// The trial under the pointer, in the table or in the chart.
    pointed: Option<usize>,
}

impl View for TuningPage {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let running = session.jobs.of(Purpose::Tune);
        head(ui, session, running, actions);
        ui.add_space(space::MEDIUM - space::SMALL);
        let Some(trials) = session.shown_trials().filter(|_| running.is_none() || session.search.is_some()) else {
            empty(ui, session, running);
            return;
        };
        if running.is_none() && session.tuned.as_ref().is_some_and(|tuned| stale(tuned, &session.settings)) {
            stale_ui(ui);
        }
        let live = running.is_some();
        let before = self.pointed.take();
        ScrollArea::vertical().id_salt("tuning").auto_shrink([false, false]).show(ui, |ui| {
            ui.allocate_ui(vec2(ui.available_width(), ABOVE), |ui| {
                ui.set_min_height(ABOVE);
                let (mut left, mut right) = beside(ui, BEST);
                let inner = ABOVE - 2.0 * space::INSET - 2.0;
                card(&mut left, space::INSET, |ui| {
                    ui.set_min_size(vec2(ui.available_width(), inner));
                    self.pointed = curves_ui(ui, trials, before);
                });
                card(&mut right, space::INSET, |ui| {
                    ui.set_min_size(vec2(ui.available_width(), inner));
                    best_ui(ui, session, trials, live, actions);
                });
            });
            ui.add_space(space::MEDIUM - space::SMALL);
            card(ui, space::INSET, |ui| {
                ui.set_min_width(ui.available_width());
                let in_table = self.table.ui(ui, trials, live, before);
                self.pointed = self.pointed.or(in_table);
            });
        });
        if self.pointed != before {
            ui.ctx().request_repaint();
        }
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
                if stop.on_hover_text("Stop the search; the best so far stays").clicked() {
                    actions.push(Action::Stop(job.id));
                }
            }
            None => {
                let tuned = session.tuned.as_ref();
                let text = match tuned {
                    Some(tuned) if !tuned.tuning.finished => "Go on",
                    Some(_) => "Tune again",
                    None => "Tune",
                };
                job_button(ui, text, Command::Tune, tuned.is_none(), session.why_not_tune(), actions);
                let mut trials = session.trials;
                let noun = format!(" {}", agreeing(trials as u64, "trial"));
                let field = ui.add(DragValue::new(&mut trials).range(TRIALS).suffix(noun).speed(0.1));
                let field = field.accessible_name("Number of trials");
                field.on_hover_text("How many settings are tried: more find better ones and take longer");
                if trials != session.trials {
                    actions.push(Action::SetTrials(trials));
                }
            }
        },
    );
}

/// The page's first line, and the one below.
fn title(session: &Session, running: Option<&Job>) -> (String, String) {
    match (running, &session.tuned) {
        (Some(job), _) if job.cancelling => ("Stopping".to_owned(), "The best so far stays.".to_owned()),
        (Some(job), _) => {
            let usable = "The window stays usable meanwhile.";
            let title = if session.search.is_some() { "Trying settings" } else { "Getting ready to try settings" };
            let left = job.now().and_then(|now| now.eta).filter(|eta| !eta.is_zero() && session.search.is_some());
            let below =
                left.map_or_else(|| usable.to_owned(), |eta| format!("About {} left. {usable}", format::duration(eta)));
            (title.to_owned(), below)
        }
        (None, Some(tuned)) => {
            (report::tuning_verdict(&tuned.tuning), report::tuning_basis(&tuned.tuning, tuned.calendar))
        }
        (None, None) => (
            "Not tuned yet".to_owned(),
            "Tries several settings of the networks on past periods, and keeps the best.".to_owned(),
        ),
    }
}

/// Whether a search was made for something else than what is set now. The networks' settings themselves do not count:
/// taking up what was found makes nothing old.
fn stale(tuned: &TuningOutcome, now: &Settings) -> bool {
    Settings { network: None, ..tuned.settings.clone() } != Settings { network: None, ..now.clone() }
}

fn stale_ui(ui: &mut Ui) {
    let t = Tokens::of(ui);
    well(ui, t.warn_ground, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            icon(ui, Icon::Warning, 16.0, t.warn);
            ui.add(
                Label::new("The project was changed since this search. Tune again to find what suits it now.").wrap(),
            );
        });
    });
    ui.add_space(space::SMALL);
}

fn empty(ui: &mut Ui, session: &Session, running: Option<&Job>) {
    let height = ui.available_height();
    card(ui, space::LARGE, |ui| {
        ui.set_min_size(vec2(ui.available_width(), (height - 2.0 * space::LARGE - 2.0).clamp(160.0, 320.0)));
        match running {
            Some(job) => {
                let now = job.now();
                section(ui, &now.map_or_else(|| "Beginning".to_owned(), |progress| progress.stage.to_string()));
                meter(ui, ui.available_width().min(520.0), now.and_then(part), "Tuning: progress");
                caption(ui, now.map(|progress| progress.detail.clone()).unwrap_or_default());
            }
            None => {
                section(ui, &format!("How {} are compared", counted(session.trials as u64, "trial")));
                ui.add_space(space::TIGHT);
                for words in plan(session.trials) {
                    caption(ui, words);
                }
                ui.add_space(space::SMALL);
                caption(
                    ui,
                    "The defaults take part in every round, so that the best is compared with them after as many epochs. \
                     The periods that models are scored on are not looked at.",
                );
            }
        }
    });
}

/// The rounds of a search in words.
fn plan(trials: usize) -> Vec<String> {
    let rounds = search_rounds(trials, ForecastConfig::default().max_epochs);
    let words = rounds.iter().enumerate().map(|(number, round)| {
        let epochs = counted(round.epochs, "epoch");
        match (number, round.trials) {
            (0, all) => format!("Round 1: {} learn for {epochs}", counted(all as u64, "trial")),
            (_, 1) => format!("Round {}: the best one goes on for {epochs}", number + 1),
            (_, some) => format!("Round {}: the best {some} go on for {epochs}", number + 1),
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rounds_are_told_before_they_begin() {
        assert_eq!(
            plan(9),
            [
                "Round 1: 9 trials learn for 3 epochs",
                "Round 2: the best 3 go on for 9 epochs",
                "Round 3: the best one goes on for 27 epochs",
            ]
        );
    }
}
