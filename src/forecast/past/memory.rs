//! A user's decayed past by topic.

use crate::calendar::Calendar;
use crate::interests::RowTopics;

/// A period's decay, so that a year forgets alike whatever its periods; `of_a_month` is what a past keeps over a month.
pub fn decay_of(calendar: Calendar, of_a_month: f64) -> f32 {
    of_a_month.powf(12.0 / calendar.length.per_year()) as f32
}

/// Events by topic that lose a factor with every period that passes.
#[derive(Debug)]
pub struct Memory {
    events: Vec<f32>,
    /// Topics that occurred.
    known: Vec<usize>,
    /// Events of all topics.
    pub total: f32,
    decay: f32,
}

impl Memory {
    /// Nothing yet.
    pub fn of(topics: &RowTopics, decay: f32) -> Self {
        Self { events: vec![0.0; topics.count], known: Vec::new(), total: 0.0, decay }
    }

    /// Lets so many periods pass.
    pub fn pass(&mut self, periods: i32) {
        let kept = self.decay.powi(periods);
        self.total *= kept;
        self.known.iter().for_each(|topic| self.events[*topic] *= kept);
    }

    /// Takes the events of a row.
    pub fn take(&mut self, topics: &RowTopics, row: usize) {
        for (topic, events) in topics.row(row) {
            if self.events[topic] == 0.0 {
                self.known.push(topic);
            }
            self.events[topic] += events;
            self.total += events;
        }
    }

    /// The topics that occurred, with their events.
    pub fn topics(&self) -> impl Iterator<Item = (usize, f32)> {
        self.known.iter().map(|topic| (*topic, self.events[*topic]))
    }
}
