//! What every long stage needs: a place to report progress to, and a token that says stop.
//!
//! A stage takes a [`Watch`], opens a [`Meter`] on it and advances the meter batch by batch. Advancing reports
//! progress (at most 30 times a second) and answers [`Cancelled`] as soon as somebody asked to stop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Shortest time between two reports of one meter.
const REPORT_EVERY: Duration = Duration::from_millis(33);

/// The stages of the road, in the order they are walked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, strum::Display, strum::EnumIter,
)]
pub enum Stage {
    /// Reading and cleaning the log.
    #[strum(to_string = "Reading the log")]
    Read,
    /// Turning texts into vectors.
    #[strum(to_string = "Embedding texts")]
    Embed,
    /// Gathering vectors into interests.
    #[strum(to_string = "Finding interests")]
    Cluster,
    /// Training the forecaster.
    #[strum(to_string = "Training")]
    Train,
    /// Forecasting and calibrating the bands.
    #[strum(to_string = "Forecasting")]
    Forecast,
    /// Writing files.
    #[strum(to_string = "Writing files")]
    Write,
}

/// How far a stage has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The stage at work.
    pub stage: Stage,
    /// What it is doing in particular, for instance `seed 2 of 3 · epoch 9`; empty if there is nothing to add.
    pub detail: String,
    /// Units done.
    pub done: u64,
    /// Units in all, where that is known.
    pub total: Option<u64>,
    /// What a unit is, said of one: `row`, `text`, `epoch`.
    pub unit: &'static str,
    /// Units per second since the stage began; 0 while nothing is done.
    pub rate: f64,
    /// Time left, where the total is known and something has been done.
    pub eta: Option<Duration>,
}

/// One point of the live training curves.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CurvePoint {
    /// Which training this belongs to, for instance `backtest · seed 1`.
    pub curve: String,
    /// Epoch, from 1.
    pub epoch: u32,
    /// Mean training loss of the epoch, nats per event.
    pub train: f64,
    /// Validation loss after the epoch, nats per event; none where training is not judged.
    pub validation: Option<f64>,
    /// Whether this is the best epoch so far.
    pub best: bool,
}

/// Who is told what happens. Called from the thread that works, so it must be quick.
pub trait Observer: Send + Sync {
    /// A stage came further.
    fn progress(&self, progress: Progress);
    /// An epoch of training ended.
    fn curve(&self, point: CurvePoint);
    /// Something the analyst should know, in a sentence.
    fn note(&self, text: String);
}

/// An observer that does not listen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: Progress) {}
    fn curve(&self, _: CurvePoint) {}
    fn note(&self, _: String) {}
}

/// The work was stopped because somebody asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Says stop to a running job. Clones share the same switch.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    asked: Arc<AtomicBool>,
    #[cfg(test)]
    looks: Arc<Looks>,
}

/// How often work looked whether to stop: tests ask to stop at one of these looks, so that they know by work and not by
/// time how soon that is heard.
#[cfg(test)]
#[derive(Debug, Default)]
struct Looks {
    done: std::sync::atomic::AtomicU64,
    /// At which look somebody asks to stop; 0 is never.
    stop_at: std::sync::atomic::AtomicU64,
}

#[cfg(test)]
impl CancelToken {
    /// A token by which somebody asks to stop at the n-th look, counted from 1.
    pub fn at_look(n: u64) -> Self {
        let token = Self::new();
        token.looks.stop_at.store(n, Ordering::Relaxed);
        token
    }

    /// How often work looked.
    pub fn looks(&self) -> u64 {
        self.looks.done.load(Ordering::Relaxed)
    }

    /// Somebody asks to stop so many looks from now; whoever asked before has thought better of it.
    pub fn stop_after(&self, looks: u64) {
        self.asked.store(false, Ordering::Relaxed);
        self.looks.stop_at.store(self.looks() + looks, Ordering::Relaxed);
    }

    fn look(&self) {
        let looked = 1 + self.looks.done.fetch_add(1, Ordering::Relaxed);
        if looked == self.looks.stop_at.load(Ordering::Relaxed) {
            self.cancel();
        }
    }
}

impl CancelToken {
    /// A token nobody has used yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop.
    pub fn cancel(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn check(&self) -> Result<(), Cancelled> {
        #[cfg(test)]
        self.look();
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// What a stage is handed: whom to tell, and when to stop.
#[derive(Clone)]
pub struct Watch {
    observer: Arc<dyn Observer>,
    cancel: CancelToken,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

impl Watch {
    /// Reports to `observer`, stops by `cancel`.
    pub fn new(observer: Arc<dyn Observer>, cancel: CancelToken) -> Self {
        Self { observer, cancel }
    }

    /// Reports to nobody and never stops.
    pub fn silent() -> Self {
        Self::new(Arc::new(Silent), CancelToken::new())
    }

    /// The token that stops this work.
    pub fn cancel_token(&self) -> &CancelToken {
        &self.cancel
    }

    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn check(&self) -> Result<(), Cancelled> {
        self.cancel.check()
    }

    /// Tells the analyst something in a sentence.
    pub fn note(&self, text: impl Into<String>) {
        self.observer.note(text.into());
    }

    /// Reports one point of a training curve.
    pub fn curve(&self, point: CurvePoint) {
        self.observer.curve(point);
    }

    /// Opens a meter on a stage and reports its beginning; `unit` is said of one: `row`.
    pub fn meter(&self, stage: Stage, unit: &'static str, total: Option<u64>) -> Meter {
        let now = Instant::now();
        let meter = Meter {
            watch: self.clone(),
            stage,
            detail: String::new(),
            unit,
            total,
            done: 0,
            skipped: 0,
            began: now,
            told: now,
        };
        meter.report();
        meter
    }
}

/// Counts the units of one stage.
#[derive(Debug)]
pub struct Meter {
    watch: Watch,
    stage: Stage,
    detail: String,
    unit: &'static str,
    total: Option<u64>,
    done: u64,
    /// Units of these that cost no work.
    skipped: u64,
    began: Instant,
    told: Instant,
}

impl Meter {
    /// Counts `units` more as done.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn advance(&mut self, units: u64) -> Result<(), Cancelled> {
        self.done += units;
        if self.told.elapsed() >= REPORT_EVERY || self.total == Some(self.done) {
            self.told = Instant::now();
            self.report();
        }
        self.watch.check()
    }

    /// Counts `units` more as done that cost no work, so that rate and time left do not speak of them.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn skip(&mut self, units: u64) -> Result<(), Cancelled> {
        self.skipped += units;
        self.advance(units)
    }

    /// Units done so far.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Corrects how many units there are in all.
    pub fn set_total(&mut self, total: u64) {
        self.total = Some(total.max(self.done));
    }

    /// Says what the stage is doing in particular.
    pub fn detail(&mut self, detail: impl Into<String>) {
        self.detail = detail.into();
    }

    fn report(&self) {
        let secs = self.began.elapsed().as_secs_f64();
        let worked = self.done - self.skipped;
        let rate = if worked == 0 { 0.0 } else { worked as f64 / secs.max(1e-9) };
        let left = self.total.map(|total| total.saturating_sub(self.done));
        let eta = left.filter(|_| rate > 0.0).map(|left| Duration::from_secs_f64((left as f64 / rate).min(1e9)));
        self.watch.observer.progress(Progress {
            stage: self.stage,
            detail: self.detail.clone(),
            done: self.done,
            total: self.total,
            unit: self.unit,
            rate,
            eta,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Ledger(Mutex<Vec<Progress>>);

    impl Observer for Ledger {
        fn progress(&self, progress: Progress) {
            self.0.lock().unwrap().push(progress);
        }
        fn curve(&self, _: CurvePoint) {}
        fn note(&self, _: String) {}
    }

    #[test]
    fn the_first_and_the_last_step_are_always_told() {
        let ledger = Arc::new(Ledger::default());
        let watch = Watch::new(ledger.clone(), CancelToken::new());
        let mut meter = watch.meter(Stage::Embed, "text", Some(1000));
        for _ in 0..1000 {
            meter.advance(1).unwrap();
        }
        let told = ledger.0.lock().unwrap();
        assert_eq!(told.first().unwrap().done, 0);
        assert_eq!(told.first().unwrap().eta, None, "nothing done, so no guess");
        assert_eq!(told.last().unwrap().done, 1000);
        assert_eq!(told.last().unwrap().eta, Some(Duration::ZERO));
        assert!(told.len() < 1000, "reports are coalesced");
    }

    #[test]
    fn what_cost_no_work_does_not_make_the_rest_look_quick() {
        let ledger = Arc::new(Ledger::default());
        let mut meter = Watch::new(ledger.clone(), CancelToken::new()).meter(Stage::Embed, "text", Some(1000));
        meter.skip(500).unwrap();
        std::thread::sleep(REPORT_EVERY);
        meter.advance(1).unwrap();
        let told = ledger.0.lock().unwrap();
        let last = told.last().unwrap();
        assert_eq!(last.done, 501);
        assert!(last.rate <= 1.0 / REPORT_EVERY.as_secs_f64(), "{}", last.rate);
        assert!(last.eta.unwrap() > Duration::from_secs(10), "{:?}", last.eta);
    }

    #[test]
    fn a_cancelled_meter_stops_at_the_next_step() {
        let watch = Watch::silent();
        let mut meter = watch.meter(Stage::Read, "row", None);
        assert_eq!(meter.advance(1), Ok(()));
        watch.cancel_token().cancel();
        assert_eq!(meter.advance(1), Err(Cancelled));
    }
}
