//! Requests to the engine and what it answers. The window speaks only this.

use std::path::PathBuf;
use std::sync::Arc;

use super::{BacktestOutcome, BacktestScope, EarlyOutcome, Outcome, TuningOutcome, ValueView};
use crate::events::{Account, Inspection, KindReport, UserId};
use crate::forecast::{CohortRule, Tuning};
use crate::observe::{CurvePoint, Progress};
use crate::project::Settings;
use crate::report::TableFormat;

/// A job's number, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// Of whom a chart is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of a user.
    User(UserId),
    /// Of a cohort.
    Cohort(CohortRule),
}

/// What to export.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// All tables and files of `driftline forecast`, into a folder.
    Tables(TableFormat),
    /// A user's or a cohort's trajectory chart; the file's ending says SVG or PNG.
    Chart {
        /// Whose.
        whose: Whose,
        /// The interests to draw, by number.
        interests: Vec<u16>,
        /// The level of the band to draw, percent; none for no band.
        level: Option<u8>,
        /// Light text on dark ground.
        dark: bool,
    },
}

/// What the engine can be asked.
#[derive(Clone, Debug)]
pub enum Request {
    /// Look into the log: columns, guessed roles, the first rows, and the account of what cleaning leaves out.
    Inspect(Settings),
    /// Walk the whole road.
    Train(Settings),
    /// Set every model against the past.
    Backtest(Settings, BacktestScope),
    /// Look for the networks' shape among so many.
    Tune(Settings, usize),
    /// Ask what users will be worth over so many days, and what such answers were worth.
    Value(Settings, u32),
    /// Write the trials of a search to a file; its ending says CSV or Parquet.
    Trials(Arc<TuningOutcome>, PathBuf),
    /// Write the rows that cleaning leaves out to a file.
    Rejected(Settings, PathBuf),
    /// Write files.
    Export {
        /// Of which run.
        outcome: Arc<Outcome>,
        /// What.
        what: Export,
        /// Where.
        path: PathBuf,
    },
}

/// What the engine tells.
#[derive(Clone, Debug)]
pub enum Update {
    /// A stage came further.
    Progress(JobId, Progress),
    /// An epoch of training ended.
    Curve(JobId, CurvePoint),
    /// Something to know, in a sentence.
    Note(JobId, String),
    /// The first look at the log: everything but the account. Comes before [`Update::Accounted`].
    Inspected(JobId, Arc<Inspection>),
    /// The kinds of events in the log, counted. Comes before [`Update::Accounted`].
    Kinds(JobId, Vec<KindReport>),
    /// What cleaning keeps and leaves out. Ends an inspection.
    Accounted(JobId, Arc<Account>),
    /// A forecast of all users that rests on some of the models; later ones of a job rest on more. Comes before
    /// [`Update::Trained`], whose forecast is the last word.
    Early(JobId, Arc<EarlyOutcome>),
    /// The road was walked to its end.
    Trained(JobId, Arc<Outcome>),
    /// Every model was set against the past.
    Backtested(JobId, Arc<BacktestOutcome>),
    /// A trial of a search began or ended; all trials as they stand.
    Trials(JobId, Arc<Tuning>),
    /// A search came to its end, or was stopped and has this.
    Tuned(JobId, Arc<TuningOutcome>),
    /// Users were ranked by what they will be worth.
    Valued(JobId, Arc<ValueView>),
    /// Files were written; the place.
    Exported(JobId, PathBuf),
    /// The job failed: what happened, why, and what to do.
    Failed(JobId, String),
    /// The job was stopped because somebody asked for it.
    Cancelled(JobId),
}

impl Update {
    /// The job this is about.
    pub fn job(&self) -> JobId {
        match self {
            Self::Progress(job, _)
            | Self::Curve(job, _)
            | Self::Note(job, _)
            | Self::Inspected(job, _)
            | Self::Kinds(job, _)
            | Self::Accounted(job, _)
            | Self::Early(job, _)
            | Self::Trained(job, _)
            | Self::Backtested(job, _)
            | Self::Trials(job, _)
            | Self::Tuned(job, _)
            | Self::Valued(job, _)
            | Self::Exported(job, _)
            | Self::Failed(job, _)
            | Self::Cancelled(job) => *job,
        }
    }

    /// Whether this is a job's last word.
    pub fn ends(&self) -> bool {
        !matches!(
            self,
            Self::Progress(..)
                | Self::Curve(..)
                | Self::Note(..)
                | Self::Inspected(..)
                | Self::Kinds(..)
                | Self::Trials(..)
                | Self::Early(..)
        )
    }
}

/// Where requests go. The real one owns a thread; tests script their own.
pub trait Engine {
    /// Queues a request. Jobs run one after the other.
    fn submit(&mut self, request: Request) -> JobId;
    /// Asks a job to stop.
    fn cancel(&mut self, job: JobId);
    /// The next thing the engine has to tell, if there is any.
    fn poll(&mut self) -> Option<Update>;
}
