//! Carrying out what panels ask for.

use std::path::{Path, PathBuf};

use eframe::egui::{Context, ViewportCommand};

use super::DriftlineApp;
use super::commands::{Action, Command};
use super::dialogs::{Answer, Question};
use super::jobs::Purpose;
use super::preferences::ThemeChoice;
use super::session::{Page, file_name};
use crate::events::Role;
use crate::forecast::NetworkShape;
use crate::pipeline::{self, Export, JobId, Request, Whose};
use crate::project::{Project, Settings};
use crate::report;

impl DriftlineApp {
    /// Carries out one request.
    pub(super) fn execute(&mut self, action: Action, ctx: &Context) {
        match action {
            Action::Run(command) => {
                if command.enabled(&self.session) {
                    self.run(command, ctx);
                }
            }
            Action::Open(paths) => self.open(paths),
            Action::SetRole(column, role) => self.set_role(&column, role),
            Action::Configure(settings) => self.configure(*settings),
            Action::SetTrials(trials) => self.session.trials = trials,
            Action::SetDays(days) => self.session.value_days = days,
            Action::SetScope(scope) => self.session.scope = scope,
            Action::Choose(user) => (self.session.chosen, self.session.cohort) = (Some(user), None),
            Action::Show(evidence) => self.session.show(evidence),
            Action::ChooseCohort(cohort) => self.session.cohort = cohort,
            Action::SetLevel(level) => self.session.level = level,
            Action::Pin(interests) => self.session.pinned = interests,
            Action::Stop(job) => self.stop(job),
            Action::Dismiss(notice) => self.session.notices.dismiss(notice),
            Action::Copy(text) => ctx.copy_text(text),
            Action::SetTheme(choice) => self.set_theme(choice, ctx),
            Action::ForgetRecent => {
                self.session.preferences.recent.clear();
                self.keep_preferences();
            }
        }
    }

    fn run(&mut self, command: Command, ctx: &Context) {
        match command {
            Command::OpenLog => self.ask(Question::OpenLog),
            Command::OpenSample => {
                if let Some(sample) = self.session.sample.clone() {
                    self.open(vec![sample]);
                }
            }
            Command::OpenProject => self.ask(Question::OpenProject),
            Command::Save => match self.session.project.clone() {
                Some(path) => self.save(&path),
                None => self.run(Command::SaveAs, ctx),
            },
            Command::SaveAs => {
                let stem = Path::new(&self.session.name()).with_extension("ron");
                self.ask(Question::SaveProject { name: file_name(&stem) });
            }
            Command::Train => self.train(),
            Command::Backtest => self.backtest(),
            Command::Value => self.value(),
            Command::Tune => self.tune(),
            Command::UseTuned => {
                let network = self.session.to_use();
                // The usual shape needs no word in the project.
                let network = network.filter(|shape| *shape != NetworkShape::default());
                self.configure(Settings { network, ..self.session.settings.clone() });
            }
            Command::UseUsual => self.configure(Settings { network: None, ..self.session.settings.clone() }),
            Command::ExportTrials => {
                let stem = Path::new(&self.session.log_name()).with_extension("");
                self.ask(Question::SaveTrials { name: format!("{} trials.csv", stem.display()) });
            }
            Command::Cancel => {
                if let Some(job) = self.session.jobs.at_work().map(|job| job.id) {
                    self.stop(job);
                }
            }
            Command::ExportSvg => self.ask(Question::SaveChart { name: self.chart_name("svg") }),
            Command::ExportPng => self.ask(Question::SaveChart { name: self.chart_name("png") }),
            Command::ExportTables => self.ask(Question::TablesFolder),
            Command::ExportRejected => {
                let stem = Path::new(&self.session.log_name()).with_extension("");
                self.ask(Question::SaveRejected { name: format!("{} left out.csv", stem.display()) });
            }
            Command::ShowData => self.session.page = Page::Data,
            Command::ShowTrain => self.session.page = Page::Train,
            Command::ShowTuning => self.session.page = Page::Tuning,
            Command::ShowOverview => self.session.page = Page::Overview,
            Command::ShowUsers => self.session.page = Page::Users,
            Command::ShowValue => self.session.page = Page::Value,
            Command::ShowBacktest => self.session.page = Page::Backtest,
            Command::Filter => {
                self.session.page = Page::Users;
                self.session.focus_filter = true;
            }
            Command::PreviousUser => self.session.step_users -= 1,
            Command::NextUser => self.session.step_users += 1,
            Command::NextTheme => self.set_theme(self.session.preferences.theme.next(), ctx),
            Command::Shortcuts => self.session.shortcuts_open = !self.session.shortcuts_open,
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Takes up a person's answer to a file dialog.
    pub(super) fn answered(&mut self, answer: Answer) {
        let Some(path) = answer.paths.first().cloned() else { return };
        match answer.question {
            Question::OpenLog => self.open(answer.paths),
            Question::OpenProject => self.open_project(&path),
            Question::SaveProject { .. } => {
                self.save(&if path.extension().is_none() { path.with_extension("ron") } else { path });
            }
            Question::SaveChart { name } => {
                let ending = Path::new(&name).extension().map(ToOwned::to_owned).unwrap_or_default();
                self.export_chart(if path.extension().is_none() { path.with_extension(ending) } else { path });
            }
            Question::TablesFolder => self.export(Export::Tables(self.session.settings.tables), path),
            Question::SaveTrials { .. } => {
                let Some(found) = self.session.tuned.clone() else { return };
                let path = if path.extension().is_none() { path.with_extension("csv") } else { path };
                let id = self.engine.submit(Request::Trials(found, path));
                self.session.jobs.began(id, Purpose::Export);
            }
            Question::SaveRejected { .. } => {
                let path = if path.extension().is_none() { path.with_extension("csv") } else { path };
                let id = self.engine.submit(Request::Rejected(self.session.settings.clone(), path));
                self.session.jobs.began(id, Purpose::Export);
            }
        }
    }

    fn ask(&mut self, question: Question) {
        self.dialogs.ask(question, self.wake.clone());
    }

    /// Opens what was typed, dropped or chosen: a project, or files that make a log.
    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        match paths.as_slice() {
            [] => {}
            [one] if one.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron")) => {
                let path = one.clone();
                self.open_project(&path);
            }
            _ => {
                for path in paths.iter().rev() {
                    self.session.preferences.opened(path);
                }
                self.keep_preferences();
                self.session.project = None;
                self.session.saved = None;
                self.show_log(Settings { inputs: paths, ..Settings::default() });
                self.newly_opened = true;
            }
        }
    }

    /// Opens a project's file.
    pub(super) fn open_project(&mut self, path: &Path) {
        match Project::load(path) {
            Ok(project) => {
                self.session.preferences.opened(path);
                self.keep_preferences();
                self.session.project = Some(path.to_owned());
                self.session.saved = Some(project.clone());
                self.show_log(project.settings);
                let selection = project.selection;
                self.session.wanted = selection.user;
                self.session.level = selection.level;
                self.session.pinned = Some(selection.interests).filter(|interests| !interests.is_empty());
            }
            Err(error) => self.session.notices.failed("The project could not be opened", error.to_string()),
        }
    }

    fn save(&mut self, path: &Path) {
        let project = self.session.to_project();
        match project.save(path) {
            Ok(()) => {
                self.session.project = Some(path.to_owned());
                self.session.saved = Some(project);
                self.session.preferences.opened(path);
                self.keep_preferences();
                self.session.notices.done("Project saved", path.display().to_string());
            }
            Err(error) => self.session.notices.failed("The project could not be saved", error.to_string()),
        }
    }

    fn show_log(&mut self, settings: Settings) {
        for job in self.session.jobs.ids() {
            self.engine.cancel(job);
        }
        self.session.forget_log();
        self.session.settings = settings;
        self.newly_opened = false;
        self.session.page = Page::Data;
        self.inspect();
    }

    fn inspect(&mut self) {
        if let Some(job) = self.session.jobs.of(Purpose::Inspect).map(|job| job.id) {
            self.engine.cancel(job);
            self.session.jobs.ended(job);
        }
        self.session.account = None;
        self.session.warnings = Vec::new();
        self.session.broken = None;
        let id = self.engine.submit(Request::Inspect(self.session.settings.clone()));
        self.session.jobs.began(id, Purpose::Inspect);
    }

    /// Gives a column a role. Whoever had that role alone loses it; the others keep what they are seen to have.
    fn set_role(&mut self, column: &str, role: Option<Role>) {
        let Some(inspection) = &self.session.inspection else { return };
        let before = inspection.columns.iter().find(|known| known.name == column).and_then(|known| known.role);
        let mut texts: Vec<String> = inspection
            .columns
            .iter()
            .filter(|known| known.role == Some(Role::Text) && known.name != column)
            .map(|known| known.name.clone())
            .collect();
        let mapping = &mut self.session.settings.mapping;
        // A column plays one role, so it leaves the one it had.
        mapping.columns.retain(|(_, name)| name != column);
        if let Some(before) = before.filter(|before| Some(*before) != role && *before != Role::Text) {
            mapping.set(before, None);
        }
        if before == Some(Role::Text) || role == Some(Role::Text) {
            // Several columns can be text together, so all of them are named.
            if role == Some(Role::Text) {
                texts.push(column.to_owned());
            }
            mapping.set(Role::Text, None);
            if !texts.is_empty() {
                mapping.without.retain(|without| *without != Role::Text);
                mapping.columns.extend(texts.into_iter().map(|text| (Role::Text, text)));
            }
        }
        if let Some(role) = role.filter(|role| *role != Role::Text) {
            mapping.set(role, Some(column.to_owned()));
        }
        self.inspect();
    }

    pub(super) fn configure(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.session.settings, settings);
        let now = &self.session.settings;
        // Only what concerns reading makes another look necessary.
        if pipeline::read_options(&before) != pipeline::read_options(now) {
            self.inspect();
        }
    }

    fn train(&mut self) {
        self.keep_reading();
        let id = self.engine.submit(Request::Train(self.session.settings.clone()));
        self.session.jobs.began(id, Purpose::Train);
        self.session.early = None;
        self.session.page = Page::Train;
    }

    fn backtest(&mut self) {
        let id = self.engine.submit(Request::Backtest(self.session.settings.clone(), self.session.scope.clone()));
        self.session.jobs.began(id, Purpose::Backtest);
        self.session.page = Page::Backtest;
    }

    fn value(&mut self) {
        let id = self.engine.submit(Request::Value(self.session.settings.clone(), self.session.value_days));
        self.session.jobs.began(id, Purpose::Value);
        self.session.page = Page::Value;
    }

    fn tune(&mut self) {
        let id = self.engine.submit(Request::Tune(self.session.settings.clone(), self.session.trials));
        self.session.jobs.began(id, Purpose::Tune);
        self.session.page = Page::Tuning;
    }

    fn stop(&mut self, job: JobId) {
        self.engine.cancel(job);
        self.session.jobs.cancelling(job);
    }

    fn export_chart(&mut self, path: PathBuf) {
        let Some(whose) = self.session.whose() else { return };
        let what =
            Export::Chart { whose, interests: self.session.drawn.clone(), level: self.session.level, dark: self.dark };
        self.export(what, path);
    }

    fn export(&mut self, what: Export, path: PathBuf) {
        let Some(outcome) = self.session.outcome.clone() else { return };
        let id = self.engine.submit(Request::Export { outcome, what, path });
        self.session.jobs.began(id, Purpose::Export);
    }

    fn chart_name(&self, ending: &str) -> String {
        let outcome = self.session.outcome.as_ref();
        let name = self.session.whose().zip(outcome).and_then(|(whose, outcome)| match whose {
            Whose::User(user) => Some(format!("user {}", outcome.events.users.get(user.index())?)),
            Whose::Cohort(rule) => {
                Some(format!("cohort {}", report::cohort_name(rule, &outcome.space, &outcome.cohorts)))
            }
        });
        // A user's spelling may hold signs that no file name can.
        let safe: String = name
            .unwrap_or_default()
            .chars()
            .map(|sign| if sign.is_alphanumeric() || "-_.@ ".contains(sign) { sign } else { '_' })
            .take(65)
            .collect();
        format!("{safe}.{ending}")
    }

    fn set_theme(&mut self, choice: ThemeChoice, ctx: &Context) {
        self.session.preferences.theme = choice;
        ctx.set_theme(choice);
        self.keep_preferences();
    }

    /// Writes the preferences where they are kept; in tests they are kept nowhere.
    pub(super) fn keep_preferences(&self) {
        if let Some(place) = &self.preferences_place {
            // Not worth a word: the window works without, and the next change tries again.
            let _ = self.session.preferences.save(place);
        }
    }
}
