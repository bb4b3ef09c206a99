//! What the window can be told to do. Panels only send these; `execute` carries them out.

use std::path::PathBuf;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::preferences::ThemeChoice;
use super::session::Session;
use crate::events::{Role, UserId};
use crate::forecast::CohortRule;
use crate::pipeline::{BacktestScope, JobId};
use crate::project::Settings;
use crate::report::Evidence;

/// A command that needs nothing more to be said. One list makes the menu, the shortcuts and the tooltips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumIter)]
pub enum Command {
    /// Choose a log by dialog.
    OpenLog,
    /// Open the project that comes with the program.
    OpenSample,
    /// Choose a project by dialog.
    OpenProject,
    /// Save the project where it lies, or ask where.
    Save,
    /// Save the project elsewhere.
    SaveAs,
    /// Train.
    Train,
    /// Set every model against the past.
    Backtest,
    /// Rank users by what they will be worth.
    Value,
    /// Look for the networks' settings.
    Tune,
    /// Let the training use the settings found.
    UseTuned,
    /// Let the training use the usual settings.
    UseUsual,
    /// The trials of the search as a table.
    ExportTrials,
    /// Stop the job at work.
    Cancel,
    /// The chosen user's chart as SVG.
    ExportSvg,
    /// The chosen user's chart as PNG.
    ExportPng,
    /// All tables.
    ExportTables,
    /// The rows that cleaning leaves out.
    ExportRejected,
    /// The page of the log.
    ShowData,
    /// The page of the training.
    ShowTrain,
    /// The page of the search for settings.
    ShowTuning,
    /// The page of the overview.
    ShowOverview,
    /// The page of the users.
    ShowUsers,
    /// The page of value.
    ShowValue,
    /// The page of the backtest.
    ShowBacktest,
    /// Type into the users' filter.
    Filter,
    /// The user above.
    PreviousUser,
    /// The user below.
    NextUser,
    /// Light, dark, as the system.
    NextTheme,
    /// The list of shortcuts.
    Shortcuts,
    /// Close the window.
    Quit,
}

impl Command {
    /// The label on a button or in a menu.
    pub fn text(self) -> &'static str {
        match self {
            Self::OpenLog => "Open log…",
            Self::OpenSample => "Open sample",
            Self::OpenProject => "Open project…",
            Self::Save => "Save project",
            Self::SaveAs => "Save project as…",
            Self::Train => "Train",
            Self::Backtest => "Run backtest",
            Self::Value => "Rank by value",
            Self::Tune => "Tune",
            Self::UseTuned => "Use these settings",
            Self::UseUsual => "Back to the defaults",
            Self::ExportTrials => "Save trials…",
            Self::Cancel => "Cancel",
            Self::ExportSvg => "Chart as SVG…",
            Self::ExportPng => "Chart as PNG…",
            Self::ExportTables => "All tables into a folder…",
            Self::ExportRejected => "Save rows left out…",
            Self::ShowData => "Data",
            Self::ShowTrain => "Train",
            Self::ShowTuning => "Tuning",
            Self::ShowOverview => "Overview",
            Self::ShowUsers => "Users",
            Self::ShowValue => "Value",
            Self::ShowBacktest => "Backtest",
            Self::Filter => "Filter users",
            Self::PreviousUser => "Previous user",
            Self::NextUser => "Next user",
            Self::NextTheme => "Change theme",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::Quit => "Quit",
        }
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::OpenLog => "Choose a CSV or Parquet file of events",
            Self::OpenSample => "Two years of orders in an online gift shop, as an example",
            Self::OpenProject => "Choose a project saved earlier",
            Self::Save => "Keep the log's place, its roles and the settings in a .ron file",
            Self::SaveAs => "Keep the project in another file",
            Self::Train => "Find interests, train the forecaster and forecast every user",
            Self::Backtest => "Put every model where it knows only what came before, and compare with what came",
            Self::Value => "Say what each user will be worth over the next days, and what such answers were worth",
            Self::Tune => "Try several settings of the networks on past periods, and keep the best",
            Self::UseTuned => "Put the best settings into the project, so that the next training uses them",
            Self::UseUsual => {
                "Take the found settings out of the project, so that the next training uses the usual ones"
            }
            Self::ExportTrials => "Every trial with its settings and its curve, as a CSV or Parquet file",
            Self::Cancel => "Stop the job at work",
            Self::ExportSvg => "The chart as it is shown, as a vector drawing",
            Self::ExportPng => "The chart as it is shown, as a picture",
            Self::ExportTables => "Interests, trajectories, forecasts and users as Parquet files, with the model",
            Self::ExportRejected => "Every row that is left out, with its line and the reason, as a CSV file",
            Self::ShowData => "What is in the log, and what each column means",
            Self::ShowTrain => "How the model is made, and how it is doing",
            Self::ShowTuning => "Which settings of the networks suit this log",
            Self::ShowOverview => "What there is to see at once, each with its evidence",
            Self::ShowUsers => "Where each user is heading",
            Self::ShowValue => "Who will be worth what over the next days",
            Self::ShowBacktest => "Why the forecasts should be believed",
            Self::Filter => "Show only users whose name or leading interest holds some words",
            Self::PreviousUser => "The user above in the table",
            Self::NextUser => "The user below in the table",
            Self::NextTheme => "Light, dark, or as the system has it",
            Self::Shortcuts => "What can be done from the keyboard",
            Self::Quit => "Close the window; a job at work is stopped",
        }
    }

    /// Its keys.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        let ctrl = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND, key));
        let ctrl_shift = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key));
        let plain = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        match self {
            Self::OpenLog => ctrl(Key::O),
            Self::OpenProject => ctrl_shift(Key::O),
            Self::Save => ctrl(Key::S),
            Self::SaveAs => ctrl_shift(Key::S),
            Self::Train => ctrl(Key::R),
            Self::Cancel => ctrl(Key::Period),
            Self::ExportSvg => ctrl(Key::E),
            Self::ExportPng => ctrl_shift(Key::E),
            Self::ShowData => ctrl(Key::Num1),
            Self::ShowTrain => ctrl(Key::Num2),
            Self::ShowTuning => ctrl(Key::Num3),
            Self::ShowOverview => ctrl(Key::Num4),
            Self::ShowUsers => ctrl(Key::Num5),
            Self::ShowValue => ctrl(Key::Num6),
            Self::ShowBacktest => ctrl(Key::Num7),
            Self::Backtest => ctrl(Key::B),
            Self::Filter => plain(Key::Slash),
            Self::PreviousUser => plain(Key::ArrowUp),
            Self::NextUser => plain(Key::ArrowDown),
            Self::Shortcuts => plain(Key::F1),
            Self::Quit => ctrl(Key::Q),
            Self::Tune => ctrl(Key::T),
            Self::Value | Self::OpenSample | Self::ExportTables | Self::ExportRejected | Self::NextTheme => None,
            Self::UseTuned | Self::UseUsual | Self::ExportTrials => None,
        }
    }

    /// Whether it can be done now.
    pub fn enabled(self, session: &Session) -> bool {
        match self {
            Self::OpenSample => session.sample.is_some(),
            Self::Save | Self::SaveAs => session.has_log(),
            Self::Train | Self::Backtest | Self::Value => session.why_not_train().is_none(),
            Self::Tune => session.why_not_tune().is_none(),
            Self::UseTuned => session.to_use().is_some(),
            Self::UseUsual => session.settings.network.is_some(),
            Self::ExportTrials => session.tuned.is_some(),
            Self::Cancel => session.jobs.at_work().is_some(),
            Self::ExportSvg | Self::ExportPng => session.outcome.is_some() && session.whose().is_some(),
            Self::ExportTables => session.outcome.is_some(),
            Self::ExportRejected => session.account.as_ref().is_some_and(|account| !account.rejected.is_empty()),
            Self::ShowData | Self::ShowTrain => session.has_log(),
            Self::ShowTuning | Self::ShowOverview | Self::ShowUsers => session.has_log(),
            Self::ShowValue | Self::ShowBacktest => session.has_log(),
            Self::Filter | Self::PreviousUser | Self::NextUser => session.shown().is_some(),
            Self::OpenLog | Self::OpenProject | Self::NextTheme | Self::Shortcuts | Self::Quit => true,
        }
    }
}

/// Everything that a panel can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A command from the menu, a button or the keyboard.
    Run(Command),
    /// Open what a person typed or dropped: logs, or a project.
    Open(Vec<PathBuf>),
    /// Give a column a role, or none.
    SetRole(String, Option<Role>),
    /// Change the settings.
    Configure(Box<Settings>),
    /// How many shapes a search is to try.
    SetTrials(usize),
    /// Over how many days value is asked for.
    SetDays(u32),
    /// What a backtest is to try.
    SetScope(BacktestScope),
    /// Show a user.
    Choose(UserId),
    /// Show what a finding of the overview rests on.
    Show(Evidence),
    /// Show a cohort in place of the user; none: the user again.
    ChooseCohort(Option<CohortRule>),
    /// Which band to draw, percent.
    SetLevel(Option<u8>),
    /// Draw exactly these interests for every user; none: each user's leading ones.
    Pin(Option<Vec<u16>>),
    /// Stop a job.
    Stop(JobId),
    /// Take a notice away.
    Dismiss(u64),
    /// Put words on the clipboard.
    Copy(String),
    /// Light, dark, or as the system.
    SetTheme(ThemeChoice),
    /// Forget the files opened before.
    ForgetRecent,
}

/// Where panels put what they ask for, until the frame is drawn.
#[derive(Debug, Default)]
pub struct Actions(Vec<Action>);

impl Actions {
    /// Asks for something.
    pub fn push(&mut self, action: Action) {
        self.0.push(action);
    }

    /// Asks for a command.
    pub fn run(&mut self, command: Command) {
        self.push(Action::Run(command));
    }

    /// Everything asked for, in order.
    pub fn take(&mut self) -> Vec<Action> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn no_two_commands_share_their_keys() {
        let keys: Vec<_> = Command::iter().filter_map(|command| command.shortcut()).collect();
        let distinct: BTreeSet<String> = keys.iter().map(|keys| format!("{keys:?}")).collect();
        assert_eq!(keys.len(), distinct.len());
    }

    #[test]
    fn labels_are_short_and_explanations_are_sentences_without_a_stop() {
        for command in Command::iter() {
            assert!(command.text().chars().count() <= 26, "{command:?}");
            assert!(!command.tooltip().ends_with('.'), "{command:?}");
            assert!(command.tooltip().len() > command.text().len(), "{command:?} says more under the pointer");
        }
    }

    #[test]
    fn buttons_that_ask_for_more_end_in_three_dots() {
        for command in [
            Command::OpenLog,
            Command::OpenProject,
            Command::SaveAs,
            Command::ExportTables,
            Command::ExportRejected,
            Command::ExportTrials,
        ] {
            assert!(command.text().ends_with('…'), "{command:?}");
        }
    }
}
