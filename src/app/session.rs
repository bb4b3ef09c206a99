//! What the window shows: the project, what is known of its log, the results, and what a person is looking at.
//! Panels read it; only `execute` and `logic` write it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::jobs::{Jobs, Purpose};
use super::notices::Notices;
use super::preferences::Preferences;
use super::shown::Shown;
use crate::events::{Account, Inspection, KindReport, Role, UserId};
use crate::forecast::{CohortRule, NetworkShape, Tuning};
use crate::pipeline::{BacktestOutcome, BacktestScope, EarlyOutcome, Outcome, TuningOutcome, ValueView, Whose};
use crate::project::{Project, Selection, Settings};
use crate::wording::counted;
use strum::IntoEnumIterator as _;

/// The pages, as the rail lists them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// What is in the log.
    #[default]
    Data,
    /// How the model is made.
    Train,
    /// Which shape of the networks suits this log.
    Tuning,
    /// What there is to see at once.
    Overview,
    /// Where each user is heading.
    Users,
    /// Who will be worth what.
    Value,
    /// Why the forecasts should be believed.
    Backtest,
}

/// Everything that the window shows.
#[derive(Debug, Default)]
pub struct Session {
    /// The page shown.
    pub page: Page,
    /// The settings as they stand; the log is in them.
    pub settings: Settings,
    /// The project's file, once it has one.
    pub project: Option<PathBuf>,
    /// What the project's file holds.
    pub saved: Option<Project>,
    /// The user to show once there are results, as the log spells it.
    pub wanted: Option<String>,
    /// The first look at the log.
    pub inspection: Option<Arc<Inspection>>,
    /// What cleaning keeps and leaves out.
    pub account: Option<Arc<Account>>,
    /// What to know about the log before anything is made of it.
    pub warnings: Vec<String>,
    /// The kinds of events in the log, the most frequent first.
    pub kinds: Vec<KindReport>,
    /// Why the log could not be looked into.
    pub broken: Option<String>,
    /// The latest results.
    pub outcome: Option<Arc<Outcome>>,
    /// What is forecast so far, where there are no results yet.
    pub early: Option<Arc<EarlyOutcome>>,
    /// The latest backtest.
    pub backtest: Option<Arc<BacktestOutcome>>,
    /// What users will be worth, as last asked.
    pub value: Option<Arc<ValueView>>,
    /// Over how many days that is asked.
    pub value_days: u32,
    /// What a backtest is to try.
    pub scope: BacktestScope,
    /// How many shapes a search is to try.
    pub trials: usize,
    /// The trials of the search at work as they stand.
    pub search: Option<Tuning>,
    /// What the latest search found.
    pub tuned: Option<Arc<TuningOutcome>>,
    /// The user whose chart is shown.
    pub chosen: Option<UserId>,
    /// The cohort whose chart is shown in place of the user's.
    pub cohort: Option<CohortRule>,
    /// The band to draw, percent.
    pub level: Option<u8>,
    /// The interests to draw for every user; none: each user's leading ones.
    pub pinned: Option<Vec<u16>>,
    /// The interests that the chart shows now.
    pub drawn: Vec<u16>,
    /// The jobs that have not ended.
    pub jobs: Jobs,
    /// What is said aside.
    pub notices: Notices,
    /// What is remembered between starts.
    pub preferences: Preferences,
    /// Whether the list of shortcuts is open.
    pub shortcuts_open: bool,
    /// Files hover over the window.
    pub drop_hovers: bool,
    /// Whether the filter field is to take the keyboard.
    pub focus_filter: bool,
    /// How many rows the table is to move the choice by.
    pub step_users: i32,
    /// The project that comes with the program, where it was found.
    pub sample: Option<PathBuf>,
}

impl Session {
    /// Whether there is a log to look at.
    pub fn has_log(&self) -> bool {
        !self.settings.inputs.is_empty()
    }

    /// The log's name as a person would say it.
    pub fn log_name(&self) -> String {
        match self.settings.inputs.as_slice() {
            [] => String::new(),
            [one] => file_name(one),
            [first, rest @ ..] => format!("{} and {} more", file_name(first), rest.len()),
        }
    }

    /// The project's name: its file's, or the log's.
    pub fn name(&self) -> String {
        self.project.as_deref().map_or_else(|| self.log_name(), file_name)
    }

    /// Whether there is something that the project's file does not have.
    pub fn unsaved(&self) -> bool {
        let now = self.to_project();
        // Going from user to user is looking, not changing.
        let same = |saved: &Project| {
            saved.settings == now.settings
                && saved.selection.interests == now.selection.interests
                && saved.selection.level == now.selection.level
        };
        self.has_log() && !self.saved.as_ref().is_some_and(same)
    }

    /// The results to draw: the latest, or what is forecast so far.
    pub fn shown(&self) -> Option<Shown<'_>> {
        self.outcome.as_ref().map(Shown::from).or(self.early.as_ref().map(Shown::from))
    }

    /// Whose chart is shown: the cohort's, where one is chosen that the results know, else the user's.
    pub fn whose(&self) -> Option<Whose> {
        let cohorts = self.shown()?.cohorts;
        let known = |rule: &CohortRule| cohorts.is_some_and(|cohorts| cohorts.place(*rule).is_some());
        let cohort = self.cohort.filter(known);
        cohort.map(Whose::Cohort).or(self.chosen.map(Whose::User))
    }

    /// The project as it stands.
    pub fn to_project(&self) -> Project {
        let chosen = self.chosen.zip(self.shown());
        let user = chosen.and_then(|(user, shown)| shown.events.users.get(user.index()).cloned());
        Project {
            settings: self.settings.clone(),
            selection: Selection {
                user: user.or_else(|| self.wanted.clone()),
                interests: self.pinned.clone().unwrap_or_default(),
                level: self.level,
            },
            ..Project::default()
        }
    }

    /// The title of the window.
    pub fn title(&self) -> String {
        if !self.has_log() {
            return "Driftline".to_owned();
        }
        let mark = if self.unsaved() { " ●" } else { "" };
        format!("{}{mark} – Driftline", self.name())
    }

    /// Why training cannot begin, in a sentence; none if it can.
    pub fn why_not_train(&self) -> Option<String> {
        if !self.has_log() {
            return Some("Open a log first".to_owned());
        }
        if self.jobs.of(Purpose::Train).is_some() {
            return Some("A training is at work".to_owned());
        }
        if self.jobs.of(Purpose::Backtest).is_some() {
            return Some("A backtest is at work".to_owned());
        }
        if self.jobs.of(Purpose::Tune).is_some() {
            return Some("A search for settings is at work".to_owned());
        }
        if self.jobs.of(Purpose::Value).is_some() {
            return Some("Users are being ranked by value".to_owned());
        }
        let Some(inspection) = &self.inspection else {
            return Some(if self.broken.is_some() {
                "The log could not be read".to_owned()
            } else {
                "The log is being looked into".to_owned()
            });
        };
        inspection.problems.first().cloned().or_else(|| {
            let missing = Role::iter()
                .filter(|role| role.required())
                .find(|role| !inspection.columns.iter().any(|column| column.role == Some(*role)));
            missing.map(|role| format!("No column is the {role}"))
        })
    }

    /// Why no settings can be searched for, in a sentence; none if they can.
    pub fn why_not_tune(&self) -> Option<String> {
        let model = self.settings.model;
        if !model.is_trained() && !model.is_made_of_others() {
            return Some(format!("The model {model} has no network whose settings could be searched for"));
        }
        self.why_not_train()
    }

    /// The settings that the latest search found and the next training does not use yet.
    pub fn to_use(&self) -> Option<NetworkShape> {
        let tuned = self.tuned.as_ref().filter(|tuned| tuned.tuning.gain().is_some())?;
        let now = self.settings.network.unwrap_or_default();
        Some(tuned.tuning.shape()).filter(|shape| *shape != now && self.search.is_none())
    }

    /// The trials to show: of the search at work, or of the latest one.
    pub fn shown_trials(&self) -> Option<&Tuning> {
        self.search.as_ref().or_else(|| self.tuned.as_ref().map(|tuned| &*tuned.tuning))
    }

    /// What was changed since the results were made, a few words each; empty without results or changes.
    pub fn stale(&self) -> Vec<String> {
        let Some(outcome) = &self.outcome else { return Vec::new() };
        changes(&outcome.settings, &self.settings)
    }

    /// Forgets everything that belongs to a log.
    pub fn forget_log(&mut self) {
        self.inspection = None;
        self.account = None;
        self.warnings = Vec::new();
        self.kinds = Vec::new();
        self.broken = None;
        self.outcome = None;
        self.early = None;
        self.backtest = None;
        self.value = None;
        self.search = None;
        self.tuned = None;
        self.chosen = None;
        self.cohort = None;
        self.wanted = None;
        self.pinned = None;
        self.jobs = Jobs::default();
    }
}

/// What differs between two settings, a few words each. What a preset says stands in the others, and how tables are
/// written changes no result.
fn changes(then: &Settings, now: &Settings) -> Vec<String> {
    let columns =
        then.mapping != now.mapping || then.time_format != now.time_format || then.returns_prefix != now.returns_prefix;
    let file = then.dialect != now.dialect || then.time_zone != now.time_zone || then.skip_broken != now.skip_broken;
    let periods = now
        .period
        .map_or_else(|| "the period chosen from the log".to_owned(), |period| format!("{period}s as periods"));
    let called_off = if now.keep_called_off { "what was called off stays" } else { "what was called off is left out" };
    let bands = if now.joint { "bands for whole paths" } else { "bands for each period by itself" };
    let all = [
        (then.inputs != now.inputs, "another log".to_owned()),
        (columns, "what columns mean".to_owned()),
        (then.filters != now.filters, "which rows count".to_owned()),
        (then.kind_weights != now.kind_weights, "how much kinds of events count".to_owned()),
        (then.keep_called_off != now.keep_called_off, called_off.to_owned()),
        (then.first != now.first || then.last != now.last, "where the log begins and ends".to_owned()),
        (then.keep_duplicates != now.keep_duplicates, "whether equal rows count".to_owned()),
        (file, "how the file is read".to_owned()),
        (then.model != now.model, format!("the model: {}", now.model)),
        (then.network != now.network, "the networks’ settings".to_owned()),
        (then.period != now.period, periods),
        (then.interests != now.interests, format!("{} interests", now.interests)),
        (then.vectors != now.vectors, format!("interests found in {} vectors", now.vectors)),
        (then.horizon != now.horizon, format!("{} ahead", counted(now.horizon as u64, "period"))),
        (then.levels != now.levels, "the bands' levels".to_owned()),
        (then.joint != now.joint, bands.to_owned()),
        (then.language_model != now.language_model, "another language model".to_owned()),
        (then.precision != now.precision, format!("texts computed in {}", now.precision)),
        (then.device != now.device, format!("device {}", now.device)),
        (then.seed != now.seed, format!("seed {}", now.seed)),
    ];
    all.into_iter().filter(|(differs, _)| *differs).map(|(_, words)| words).collect()
}

/// A path's last part.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::unusual;

    fn with_log() -> Session {
        let settings = Settings { inputs: vec!["logs/orders.csv".into()], ..Settings::default() };
        Session { settings, ..Session::default() }
    }

    #[test]
    fn the_title_tells_the_name_and_what_is_unsaved() {
        let mut session = with_log();
        assert_eq!(session.title(), "orders.csv ● – Driftline");
        session.project = Some("spring.ron".into());
        session.saved = Some(session.to_project());
        assert_eq!(session.title(), "spring.ron – Driftline");
        session.settings.seed += 1;
        assert!(session.unsaved());
        assert_eq!(Session::default().title(), "Driftline");
    }

    #[test]
    fn what_stands_between_a_log_and_training_is_said() {
        assert_eq!(Session::default().why_not_train().as_deref(), Some("Open a log first"));
        let mut session = with_log();
        assert_eq!(session.why_not_train().as_deref(), Some("The log is being looked into"));
        session.inspection = Some(Arc::new(Inspection::default()));
        assert_eq!(session.why_not_train().as_deref(), Some("No column is the user"));
    }

    #[test]
    fn whatever_setting_was_changed_is_said() {
        let usual = Settings::default();
        let changed = unusual();
        assert_eq!(changes(&usual, &usual), [""; 0]);
        let (fields, all) = (serde_json::to_value(&changed).unwrap(), serde_json::to_value(&usual).unwrap());
        for (field, value) in fields.as_object().unwrap() {
            let mut one = all.clone();
            one[field] = value.clone();
            let one: Settings = serde_json::from_value(one).unwrap();
            let none = ["preset", "tables"].contains(&field.as_str());
            assert_eq!(changes(&usual, &one).len(), usize::from(!none), "{field}");
        }
    }

    #[test]
    fn several_files_are_one_log() {
        let mut session = with_log();
        session.settings.inputs.push("logs/more.csv".into());
        assert_eq!(session.log_name(), "orders.csv and 1 more");
    }
}
