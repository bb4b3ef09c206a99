//! The parts of the window, one a file.

mod backtest;
mod chart;
mod chart_item;
mod cleaning;
mod cohort_list;
mod curves;
mod data;
mod language;
mod layout;
mod legend;
mod notices;
mod overview;
mod preview;
mod rail;
mod reading;
mod road;
mod scores;
mod settings;
mod shortcuts;
mod start;
mod status_bar;
mod strip;
mod time_axis;
mod top_bar;
mod train;
mod trajectory;
mod tuning;
mod user_list;
mod users;
mod value;

pub use backtest::BacktestPage;
pub use data::DataPage;
pub use notices::NoticesPanel;
pub use overview::OverviewPage;
pub use rail::Rail;
pub use shortcuts::ShortcutsPanel;
pub use start::StartPage;
pub use status_bar::StatusBar;
pub use top_bar::TopBar;
pub use train::TrainPage;
pub use tuning::TuningPage;
pub use users::UsersPage;
pub use value::ValuePage;

/// Every part of the window.
#[derive(Default)]
pub struct Panels {
    /// The bar with the project's name and the menu.
    pub top_bar: TopBar,
    /// The list of pages.
    pub rail: Rail,
    /// The bar with the job at work.
    pub status_bar: StatusBar,
    /// What is shown before there is a log.
    pub start: StartPage,
    /// The page of the log.
    pub data: DataPage,
    /// The page of the training.
    pub train: TrainPage,
    /// The page of the search for settings.
    pub tuning: TuningPage,
    /// The page of the backtest.
    pub backtest: BacktestPage,
    /// The page of the overview.
    pub overview: OverviewPage,
    /// The page of the users.
    pub users: UsersPage,
    /// The page of value.
    pub value: ValuePage,
    /// What is said aside.
    pub notices: NoticesPanel,
    /// The list of shortcuts.
    pub shortcuts: ShortcutsPanel,
}
