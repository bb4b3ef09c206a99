//! The engine: one named thread that owns every tensor and does one job after the other.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::road::{ReadLog, backtest_from, read_log, read_options, run_from, tune, value_beside_past};
use super::{Engine, JobId, Request, Store, Update, files};
use crate::events::{self, ReadOptions};
use crate::forecast::Tuning;
use crate::observe::{CancelToken, Cancelled, CurvePoint, Observer, Progress, Watch};
use crate::report;

/// Updates that may wait for the window.
const WAITING: usize = 1024;
/// How long dropping the engine waits for its thread. A window that wants to wait longer does so before, where it can still draw.
const PATIENCE: Duration = Duration::from_millis(300);

/// Called after an update was queued, so that a sleeping window looks.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The real engine. Dropping it cancels what runs and waits shortly.
#[derive(Debug)]
pub struct ThreadEngine {
    requests: Option<Sender<(JobId, CancelToken, Request)>>,
    updates: Receiver<Update>,
    tokens: HashMap<JobId, CancelToken>,
    next: u64,
    closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ThreadEngine {
    /// Starts the engine's thread over a store of earlier results.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(store: Store, wake: Wake) -> std::io::Result<Self> {
        let (requests, todo) = channel();
        let (tell, updates) = sync_channel(WAITING);
        let closed = Arc::new(AtomicBool::new(false));
        let outbox = Outbox { tell, wake, closed: Arc::clone(&closed) };
        let thread = std::thread::Builder::new().name("engine".into()).spawn(move || work(&todo, &outbox, &store))?;
        Ok(Self { requests: Some(requests), updates, tokens: HashMap::new(), next: 0, closed, thread: Some(thread) })
    }
}

impl Engine for ThreadEngine {
    fn submit(&mut self, request: Request) -> JobId {
        self.next += 1;
        let (job, token) = (JobId(self.next), CancelToken::new());
        self.tokens.insert(job, token.clone());
        if let Some(requests) = &self.requests {
            // The thread lives until the sender is dropped: a job's panic is caught.
            let _ = requests.send((job, token, request));
        }
        job
    }

    fn cancel(&mut self, job: JobId) {
        if let Some(token) = self.tokens.get(&job) {
            token.cancel();
        }
    }

    fn poll(&mut self) -> Option<Update> {
        let update = self.updates.try_recv().ok()?;
        if update.ends() {
            self.tokens.remove(&update.job());
        }
        Some(update)
    }
}

impl Drop for ThreadEngine {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        self.tokens.values().for_each(CancelToken::cancel);
        self.requests = None;
        let deadline = Instant::now() + PATIENCE;
        // Whoever waits to be heard is heard, so that the thread comes to its end.
        while let Some(thread) = &self.thread {
            while self.updates.try_recv().is_ok() {}
            if thread.is_finished() || Instant::now() > deadline {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Where the thread leaves its updates.
#[derive(Clone)]
struct Outbox {
    tell: SyncSender<Update>,
    wake: Wake,
    closed: Arc<AtomicBool>,
}

impl Outbox {
    /// Queues what must not be lost.
    fn send(&self, update: Update) {
        if !self.closed.load(Ordering::Relaxed) && self.tell.send(update).is_ok() {
            (self.wake)();
        }
    }

    /// Queues what the next one of its kind makes stale, unless the window is behind.
    fn offer(&self, update: Update) {
        if self.tell.try_send(update).is_ok() {
            (self.wake)();
        }
    }
}

/// Sends a job's reports to the window.
struct Reporter {
    job: JobId,
    outbox: Mutex<Outbox>,
}

impl Reporter {
    fn outbox(&self) -> std::sync::MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Reporter {
    fn progress(&self, progress: Progress) {
        self.outbox().offer(Update::Progress(self.job, progress));
    }

    fn curve(&self, point: CurvePoint) {
        self.outbox().send(Update::Curve(self.job, point));
    }

    fn note(&self, text: String) {
        self.outbox().send(Update::Note(self.job, text));
    }
}

fn work(todo: &Receiver<(JobId, CancelToken, Request)>, outbox: &Outbox, store: &Store) {
    let mut last = None;
    while let Ok((job, token, request)) = todo.recv() {
        let reporter = Reporter { job, outbox: Mutex::new(outbox.clone()) };
        let watch = Watch::new(Arc::new(reporter), token);
        let done = catch_unwind(AssertUnwindSafe(|| {
            watch.check()?;
            answer(job, request, store, &mut last, &watch, outbox)
        }));
        outbox.send(match done {
            Ok(Ok(update)) => update,
            Ok(Err(error)) if error.chain().any(|cause| cause.is::<Cancelled>()) => Update::Cancelled(job),
            Ok(Err(error)) => Update::Failed(job, format!("{error:#}")),
            Err(panic) => {
                // What was half done may be kept in the log; it is read anew.
                last = None;
                Update::Failed(job, format!("{}. This is a fault of the program.", words_of(panic.as_ref())))
            }
        });
    }
}

fn answer(
    job: JobId,
    request: Request,
    store: &Store,
    last: &mut Option<ReadLog>,
    watch: &Watch,
    outbox: &Outbox,
) -> anyhow::Result<Update> {
    match request {
        Request::Inspect(settings) => {
            let seen = events::preview(&settings.inputs, &read_options(&settings), watch)?;
            outbox.send(Update::Inspected(job, Arc::new(seen)));
            let log = read_log(&settings, last, watch)?;
            // Told here also where the log was known from before.
            log.warnings.into_iter().for_each(|warning| outbox.send(Update::Note(job, warning)));
            outbox.send(Update::Kinds(job, log.kinds));
            Ok(Update::Accounted(job, log.account))
        }
        Request::Train(settings) => {
            let mut tell = |early| outbox.send(Update::Early(job, Arc::new(early)));
            Ok(Update::Trained(job, Arc::new(run_from(&settings, store, last, Some(&mut tell), watch)?)))
        }
        Request::Backtest(settings, scope) => {
            let done = backtest_from(&settings, &scope, store, last, watch)?;
            Ok(Update::Backtested(job, Arc::new(done)))
        }
        Request::Tune(settings, trials) => {
            let mut tell = |so_far: &Tuning| outbox.send(Update::Trials(job, Arc::new(so_far.clone())));
            let done = tune(&settings, trials, store, last, &mut tell, watch)?;
            Ok(Update::Tuned(job, Arc::new(done)))
        }
        Request::Value(settings, days) => {
            Ok(Update::Valued(job, Arc::new(value_beside_past(&settings, days, last, watch)?)))
        }
        Request::Trials(found, path) => {
            report::write_tuning(&path, &found.tuning)?;
            Ok(Update::Exported(job, path))
        }
        Request::Rejected(settings, path) => {
            let options = ReadOptions { rejected: Some(path.clone()), ..read_options(&settings) };
            events::read(&settings.inputs, &options, watch)?;
            Ok(Update::Exported(job, path))
        }
        Request::Export { outcome, what, path } => {
            files::export(&outcome, &what, &path, watch)?;
            Ok(Update::Exported(job, path))
        }
    }
}

/// What a panic said, first line only: libtorch adds a trace of its own.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "A job broke down".into());
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Settings;

    fn wait_for_end(engine: &mut ThreadEngine) -> Update {
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            match engine.poll() {
                Some(update) if update.ends() => return update,
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
        panic!("the engine did not answer");
    }

    fn engine(cache: &std::path::Path) -> ThreadEngine {
        ThreadEngine::start(Store::within(cache), Arc::new(|| {})).unwrap()
    }

    #[test]
    fn a_missing_log_fails_its_job_and_the_engine_lives_on() {
        let cache = tempfile::tempdir().unwrap();
        let mut engine = engine(cache.path());
        for _ in 0..2 {
            let settings = Settings { inputs: vec![cache.path().join("none.csv")], ..Settings::default() };
            let job = engine.submit(Request::Inspect(settings));
            match wait_for_end(&mut engine) {
                Update::Failed(of, why) => assert!(of == job && why.contains("none.csv"), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_job_cancelled_before_its_turn_never_begins() {
        let cache = tempfile::tempdir().unwrap();
        let log = cache.path().join("log.csv");
        let mut text = String::from("user,time,text\n");
        for row in 0..20_000 {
            text.push_str(&format!("u{},2024-01-{:02},thing {}\n", row % 50, row % 28 + 1, row % 90));
        }
        std::fs::write(&log, text).unwrap();
        let mut engine = engine(cache.path());
        let settings = Settings { inputs: vec![log], ..Settings::default() };
        engine.submit(Request::Inspect(settings.clone()));
        let second = engine.submit(Request::Inspect(settings));
        engine.cancel(second);
        assert!(matches!(wait_for_end(&mut engine), Update::Accounted(..)));
        assert!(matches!(wait_for_end(&mut engine), Update::Cancelled(job) if job == second));
    }
}
