//! The chosen user or cohort: who it is, the chart, what it says in words, and how sure it is.

use eframe::egui::{Label, Popup, RichText, ScrollArea, Ui, vec2};

use super::chart::{self, Chart};
use super::layout::line;
use super::legend::legend;
use crate::app::commands::{Action, Actions, Command};
use crate::app::format;
use crate::app::jobs::Purpose;
use crate::app::session::Session;
use crate::app::shown::Shown;
use crate::app::theme::{Tokens, size, space, strong};
use crate::app::view::View;
use crate::app::widgets::{Icon, caption, card, hairline, icon_button, menu_item, segmented, well};
use crate::events::UserId;
use crate::forecast::CohortRule;
use crate::pipeline::Whose;
use crate::report::{self, InterestPath};
use crate::wording::{counted, counted_of};

/// Width of the choice of the band with its name.
const CHOICE: f32 = 264.0;

/// The picture of the chosen user or cohort.
#[derive(Debug, Default)]
pub struct TrajectoryPanel {
    seen: Option<Seen>,
    raised: Option<u16>,
    /// The interests drawn.
    pub drawn: Vec<u16>,
}

/// What is derived from a user or a cohort, kept until another is chosen.
#[derive(Debug)]
struct Seen {
    run: usize,
    whose: Whose,
    level: Option<u8>,
    pinned: Option<Vec<u16>>,
    paths: Vec<InterestPath>,
    /// All interests, those that matter most here first.
    ranked: Vec<u16>,
    /// Those that are drawn.
    drawn: Vec<u16>,
    sentence: String,
}

impl View for TrajectoryPanel {
    fn ui(&mut self, ui: &mut Ui, session: &Session, actions: &mut Actions) {
        let (Some(results), Some(whose)) = (session.shown(), session.whose()) else {
            chart::nothing(ui, ui.available_height(), "Choose a user in the list");
            return;
        };
        self.see(results, whose, session);
        // A low window has to be moved through to see all of it.
        let area = ScrollArea::vertical().id_salt("trajectory").auto_shrink([false, false]);
        area.show(ui, |ui| self.picture(ui, session, results, actions));
    }
}

impl TrajectoryPanel {
    fn picture(&mut self, ui: &mut Ui, session: &Session, results: Shown, actions: &mut Actions) {
        let Some(seen) = &self.seen else { return };
        head(ui, session, results, seen, actions);
        so_far(ui, session, results);
        ui.add_space(space::SMALL);
        let drawn = seen.drawn.clone();
        let outer = ui.available_height();
        let raised = self.raised;
        let mut pointed = None;
        card(ui, space::INSET, |ui| {
            ui.set_min_size(vec2(ui.available_width(), outer - 2.0 * space::INSET - 2.0));
            let bottom = ui.max_rect().top() + outer - 2.0 * space::INSET - 2.0;
            pointed = ui.scope(|ui| legend(ui, session, results, &seen.ranked, &drawn, actions)).inner;
            ui.add_space(space::SMALL);
            let height =
                (bottom - ui.cursor().top() - foot_height(ui, seen, &worth(session, results, seen, &drawn))).max(150.0);
            let paths: Vec<&InterestPath> =
                drawn.iter().filter_map(|interest| seen.paths.get(usize::from(*interest))).collect();
            if paths.iter().all(|path| path.observed.is_empty() && path.expected.is_empty()) {
                chart::nothing(ui, height, "There is no whole period with activity yet, so there is nothing to draw.");
            } else {
                Chart {
                    paths: &paths,
                    space: results.space,
                    calendar: results.trajectories.calendar,
                    first: results.trajectories.first,
                    origin: results.trajectories.origin,
                    horizon: if paths.iter().any(|path| !path.expected.is_empty()) {
                        results.forecast.horizon
                    } else {
                        0
                    },
                    level: session.level,
                    raised,
                    summary: &seen.sentence,
                }
                .ui(ui, height);
            }
            foot(ui, session, results, seen, &drawn, actions);
        });
        self.raised = pointed;
        self.drawn = drawn;
    }

    fn see(&mut self, results: Shown, whose: Whose, session: &Session) {
        let (run, level, pinned) = (results.run, session.level, &session.pinned);
        let same = |seen: &Seen| (seen.run, seen.whose, seen.level) == (run, whose, level) && seen.pinned == *pinned;
        if self.seen.as_ref().is_some_and(same) {
            return;
        }
        let paths = match whose {
            Whose::User(user) => report::user_paths(results.trajectories, results.forecast, user),
            Whose::Cohort(rule) => {
                // Only of cohorts that the results know is asked.
                let Some(cohorts) = results.cohorts else { return };
                report::cohort_paths(results.trajectories, cohorts, cohorts.place(rule).unwrap_or_default())
            }
        };
        let ranked = report::ranked(&paths);
        let drawn = drawn(session, &ranked, paths.len());
        // The sentence tells of the interests and of the band that are drawn, and of no others.
        let mut told: Vec<InterestPath> = paths.iter().filter(|path| drawn.contains(&path.interest)).cloned().collect();
        for next in told.iter_mut().flat_map(|path| &mut path.expected) {
            next.bands.retain(|(known, ..)| Some(*known) == level);
        }
        let sentence = report::sentence(&told, results.space, results.trajectories.calendar);
        self.seen = Some(Seen { run, whose, level, pinned: pinned.clone(), ranked, paths, drawn, sentence });
    }
}

/// What the forecast rests on, where better ones are still to come.
fn so_far(ui: &mut Ui, session: &Session, results: Shown) {
    let Some(words) = results.in_words(session.jobs.of(Purpose::Train).is_some()) else { return };
    ui.add_space(space::TIGHT);
    let t = Tokens::of(ui);
    well(ui, t.forecast_ground, |ui| {
        ui.set_min_width(ui.available_width());
        ui.add(Label::new(RichText::new(words).size(size::SMALL).color(t.text)).wrap());
    });
}

fn drawn(session: &Session, ranked: &[u16], interests: usize) -> Vec<u16> {
    let mut drawn = match &session.pinned {
        Some(pinned) => pinned.clone(),
        None => report::leading(ranked),
    };
    drawn.retain(|interest| usize::from(*interest) < interests);
    drawn
}

fn head(ui: &mut Ui, session: &Session, results: Shown, seen: &Seen, actions: &mut Actions) {
    let (name, below) = match seen.whose {
        Whose::User(user) => about_user(results, user),
        Whose::Cohort(rule) => about_cohort(results, rule),
    };
    line(
        ui,
        |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.add(Label::new(strong(&name).size(size::TITLE)).truncate());
                let quiet = Tokens::of(ui).quiet;
                ui.add(Label::new(RichText::new(&below).color(quiet)).wrap());
            });
        },
        |ui| {
            let export = ui.button("Export…").on_hover_text("The chart or all tables");
            Popup::menu(&export).show(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for command in [Command::ExportSvg, Command::ExportPng, Command::ExportTables] {
                    menu_item(ui, session, actions, command);
                }
            });
        },
    );
}

/// A user's name, and what there is to know in a line.
fn about_user(results: Shown, user: UserId) -> (String, String) {
    let name = results.events.users.get(user.index()).map(String::as_str).unwrap_or_default();
    let calendar = results.trajectories.calendar;
    let mut parts = Vec::new();
    if let Some(summary) = results.users.get(user.index()) {
        let period = calendar.length.to_string();
        parts.extend([
            counted(summary.events, "event"),
            counted(summary.active_periods, &period),
            format!("last seen {}", format::day(summary.last.datetime().date())),
        ]);
        if let Some(p) = summary.p_active {
            let next = calendar.label(results.forecast.origin);
            parts.push(format!("active in {next}: {}", format::percent(p.into())));
            if let Some(events) = summary.expected_events {
                parts.push(format!("{} expected there", counted(events.max(0.0).round() as u64, "event")));
            }
            if let Some(value) = summary.expected_value {
                parts.push(format!("{} expected spend", format::amount(f64::from(value))));
            }
        }
    }
    (format!("User {name}"), parts.join(" · "))
}

/// A cohort's name, and what there is to know in a line.
fn about_cohort(results: Shown, rule: CohortRule) -> (String, String) {
    let Some(cohorts) = results.cohorts else { return (String::new(), String::new()) };
    let space = results.space;
    let mut parts = Vec::new();
    if let Some(place) = cohorts.place(rule) {
        parts.push(counted(cohorts.cohorts[place].users.len() as u64, "user"));
        if let Some(events) = cohorts.events.get(place * cohorts.horizon) {
            let next = cohorts.calendar.label(cohorts.origin);
            parts.push(format!("{} expected in {next}", counted(events.max(0.0).round() as u64, "event")));
        }
    }
    parts.push(report::cohort_rule(rule, space, cohorts));
    (report::cohort_name(rule, space, cohorts), parts.join(" · "))
}

/// How high the foot will be: the sentence may need several lines.
fn foot_height(ui: &Ui, seen: &Seen, worth: &str) -> f32 {
    let width = (ui.available_width() - space::CONTROL - space::SMALL).max(80.0);
    let font = eframe::egui::FontId::proportional(size::BODY);
    let sentence = ui.painter().layout(seen.sentence.clone(), font, Tokens::of(ui).text, width).size().y;
    let high = |width: f32| {
        let font = eframe::egui::FontId::proportional(size::SMALL);
        ui.painter().layout(worth.to_owned(), font, Tokens::of(ui).text, width).size().y
    };
    let last = match narrow(ui) {
        true => space::CONTROL + space::SMALL + high(ui.available_width()),
        false => high((ui.available_width() - CHOICE).max(80.0)).max(space::CONTROL),
    };
    2.0 * space::SMALL + sentence.max(space::CONTROL) + space::SMALL + last + space::SMALL
}

/// The chart in words, and which band is drawn and what it is worth.
fn foot(ui: &mut Ui, session: &Session, results: Shown, seen: &Seen, drawn: &[u16], actions: &mut Actions) {
    ui.add_space(space::TIGHT);
    hairline(ui);
    line(
        ui,
        |ui| {
            ui.add(Label::new(&seen.sentence).wrap().selectable(true));
        },
        |ui| {
            if icon_button(ui, Icon::Copy, "Copy the sentence").clicked() {
                actions.push(Action::Copy(seen.sentence.clone()));
            }
        },
    );
    let text = worth(session, results, seen, drawn);
    if narrow(ui) && !results.forecast.bands.is_empty() {
        ui.horizontal(|ui| band_choice(ui, session, results, actions));
        caption(ui, text);
        return;
    }
    line(
        ui,
        |ui| {
            caption(ui, text);
        },
        |ui| {
            if !results.forecast.bands.is_empty() {
                band_choice(ui, session, results, actions);
            }
        },
    );
}

/// Whether the choice of the band and what it is worth do not fit on one line.
fn narrow(ui: &Ui) -> bool {
    ui.available_width() < 520.0
}

fn band_choice(ui: &mut Ui, session: &Session, results: Shown, actions: &mut Actions) {
    let mut choices: Vec<(Option<u8>, String)> =
        results.forecast.bands.iter().map(|band| (Some(band.level), format!("{} %", band.level))).collect();
    choices.push((None, "Off".to_owned()));
    let choices: Vec<(Option<u8>, &str)> = choices.iter().map(|(level, text)| (*level, text.as_str())).collect();
    if let Some(level) = segmented(ui, "Band", &choices, session.level) {
        actions.push(Action::SetLevel(level));
    }
    caption(ui, "Band");
}

/// How often the band held, or why there is none, and how much of the user is drawn.
fn worth(session: &Session, results: Shown, seen: &Seen, drawn: &[u16]) -> String {
    let mut parts = Vec::new();
    let (bands, none) = match seen.whose {
        Whose::User(_) => (results.forecast.bands.as_slice(), &results.forecast.no_bands),
        Whose::Cohort(_) => results.cohorts.map_or((&[][..], &None), |cohorts| (&cohorts.bands, &cohorts.no_bands)),
    };
    match bands.iter().find(|band| Some(band.level) == session.level) {
        Some(band) => {
            let forecast = results.forecast;
            let steps = matches!(seen.whose, Whose::User(_)) && forecast.joint;
            parts.push(report::promise(band, steps.then_some(forecast.horizon), forecast.calendar.length));
            parts.extend(none.clone());
        }
        None => parts.extend(none.as_ref().map(|why| format!("No bands: {why}"))),
    }
    let whole: u32 = seen.paths.first().map_or(0, |path| path.observed.iter().map(|seen| seen.total).sum());
    let shown: f32 = drawn
        .iter()
        .filter_map(|interest| seen.paths.get(usize::from(*interest)))
        .flat_map(|path| path.observed.iter().map(|seen| seen.share * seen.total as f32))
        .sum();
    if whole > 0 {
        let part = f64::from(shown) / f64::from(whole);
        let all = seen.paths.len();
        parts.push(format!(
            "{} drawn, {} of the events of {}",
            counted_of(drawn.len() as u64, all as u64, "interest"),
            format::percent(part),
            match seen.whose {
                Whose::User(_) => "the user",
                Whose::Cohort(_) => "the cohort",
            }
        ));
    }
    parts.join("  ·  ")
}
