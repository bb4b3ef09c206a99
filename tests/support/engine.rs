//! An engine that keeps what it is asked and tells what a test wants told.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use driftline::app::{Answer, FileDialogs, Question, Wake};
use driftline::pipeline::{Engine, JobId, Request, Update};

#[derive(Default)]
struct Script {
    requests: Vec<(JobId, Request)>,
    cancelled: Vec<JobId>,
    news: VecDeque<Update>,
}

/// Both ends of the scripted engine: the window holds one, the test the other.
#[derive(Clone, Default)]
pub struct FakeEngine(Arc<Mutex<Script>>);

impl FakeEngine {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    /// Has the engine tell something.
    pub fn tell(&self, update: Update) {
        self.script().news.push_back(update);
    }

    /// Everything asked for so far.
    pub fn requests(&self) -> Vec<Request> {
        self.script().requests.iter().map(|(_, request)| request.clone()).collect()
    }

    /// The latest request and its job.
    pub fn latest(&self) -> (JobId, Request) {
        self.script().requests.last().cloned().expect("something was asked for")
    }

    /// The jobs asked to stop.
    pub fn cancelled(&self) -> Vec<JobId> {
        self.script().cancelled.clone()
    }
}

impl Engine for FakeEngine {
    fn submit(&mut self, request: Request) -> JobId {
        let mut script = self.script();
        let id = JobId(script.requests.len() as u64 + 1);
        script.requests.push((id, request));
        id
    }

    fn cancel(&mut self, job: JobId) {
        self.script().cancelled.push(job);
    }

    fn poll(&mut self) -> Option<Update> {
        self.script().news.pop_front()
    }
}

#[derive(Default)]
struct Desk {
    asked: Vec<Question>,
    replies: VecDeque<Vec<PathBuf>>,
    answers: VecDeque<Answer>,
}

/// Answers file dialogs at once with what a test laid ready.
#[derive(Clone, Default)]
pub struct FakeDialogs(Arc<Mutex<Desk>>);

impl FakeDialogs {
    /// Lays ready the answer to the next question.
    pub fn will_choose(&self, path: impl Into<PathBuf>) {
        self.0.lock().unwrap().replies.push_back(vec![path.into()]);
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Question> {
        self.0.lock().unwrap().asked.clone()
    }
}

impl FileDialogs for FakeDialogs {
    fn ask(&mut self, question: Question, wake: Wake) {
        let mut desk = self.0.lock().unwrap();
        desk.asked.push(question.clone());
        let paths = desk.replies.pop_front().unwrap_or_default();
        desk.answers.push_back(Answer { question, paths });
        wake();
    }

    fn poll(&mut self) -> Option<Answer> {
        self.0.lock().unwrap().answers.pop_front()
    }
}
