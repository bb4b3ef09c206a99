//! What the window has to say aside from its pages: failures stay until they are closed, the rest goes by itself.

use std::time::{Duration, Instant};

/// How long a notice stays that is no failure.
const STAYS: Duration = Duration::from_secs(8);

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something failed.
    Failed,
}

/// One notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// How grave it is.
    pub tone: Tone,
    /// What happened, in a few words.
    pub title: String,
    /// Why, and what to do; the path last.
    pub body: String,
    until: Option<Instant>,
}

impl Notice {
    /// The whole notice as text to paste elsewhere.
    pub fn text(&self) -> String {
        if self.body.is_empty() { self.title.clone() } else { format!("{}\n{}", self.title, self.body) }
    }
}

/// The notices that are shown, oldest first.
#[derive(Debug, Default)]
pub struct Notices {
    shown: Vec<Notice>,
    next: u64,
}

impl Notices {
    /// Says that something was done.
    pub fn done(&mut self, title: impl Into<String>, body: impl Into<String>) {
        self.add(Tone::Done, title.into(), body.into(), Some(Instant::now() + STAYS));
    }

    /// Says that something failed.
    pub fn failed(&mut self, title: impl Into<String>, body: impl Into<String>) {
        self.add(Tone::Failed, title.into(), body.into(), None);
    }

    fn add(&mut self, tone: Tone, title: String, body: String, until: Option<Instant>) {
        // The same failure twice is one failure.
        self.shown.retain(|notice| notice.title != title || notice.body != body);
        self.shown.push(Notice { id: self.next, tone, title, body, until });
        self.next += 1;
    }

    /// Takes a notice away.
    pub fn dismiss(&mut self, id: u64) {
        self.shown.retain(|notice| notice.id != id);
    }

    /// The newest notice's number.
    pub fn newest(&self) -> Option<u64> {
        self.shown.last().map(|notice| notice.id)
    }

    /// Takes away what has been shown long enough; answers when the next one goes.
    pub fn expire(&mut self, now: Instant) -> Option<Duration> {
        self.shown.retain(|notice| notice.until.is_none_or(|until| until > now));
        self.shown.iter().filter_map(|notice| notice.until).min().map(|until| until.saturating_duration_since(now))
    }

    /// What is shown, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.shown.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_stay_and_good_news_goes() {
        let mut notices = Notices::default();
        notices.failed("The log could not be read", "It is empty. Choose another file. a.csv");
        notices.done("Project saved", "a.ron");
        let now = Instant::now();
        assert!(notices.expire(now).is_some_and(|left| left <= STAYS));
        assert_eq!(notices.iter().count(), 2);
        assert_eq!(notices.expire(now + STAYS + Duration::from_secs(1)), None);
        let left: Vec<_> = notices.iter().map(|notice| notice.tone).collect();
        assert_eq!(left, [Tone::Failed]);
    }

    #[test]
    fn the_same_failure_is_said_once() {
        let mut notices = Notices::default();
        notices.failed("No", "why");
        notices.failed("No", "why");
        assert_eq!(notices.iter().count(), 1);
        assert_eq!(notices.iter().next().map(Notice::text).as_deref(), Some("No\nwhy"));
    }
}
