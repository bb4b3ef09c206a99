//! The jobs given to the engine and how far they are.

use std::collections::BTreeMap;

use crate::observe::{CurvePoint, Progress, Stage};
use crate::pipeline::JobId;
use strum::IntoEnumIterator as _;

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Looking into the log.
    Inspect,
    /// Walking the whole road.
    Train,
    /// Setting every model against the past.
    Backtest,
    /// Looking for the networks' settings.
    Tune,
    /// Ranking users by what they will be worth.
    Value,
    /// Writing files.
    Export,
}

/// A job that has not ended.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it is for.
    pub purpose: Purpose,
    /// The last it said of each stage it came to, in order of arrival.
    pub stages: Vec<Progress>,
    /// Whether it was asked to stop.
    pub cancelling: bool,
}

impl Job {
    /// What it is doing now.
    pub fn now(&self) -> Option<&Progress> {
        self.stages.last()
    }

    fn advance(&mut self, progress: Progress) {
        match self.stages.iter().position(|known| known.stage == progress.stage) {
            Some(place) => {
                // A stage that comes again, after others, is the one at work now.
                self.stages.remove(place);
                self.stages.push(progress);
            }
            None => self.stages.push(progress),
        }
    }
}

/// How far a stage of the road has come.
#[derive(Clone, Debug, PartialEq)]
pub enum StageState {
    /// Not begun.
    Waiting,
    /// At work.
    Running(Progress),
    /// Behind it.
    Done(Progress),
}

/// The part of a stage that is done, from 0 to 1, where the whole is known.
pub fn part(progress: &Progress) -> Option<f32> {
    let total = progress.total.filter(|total| *total > 0)?;
    Some((progress.done as f32 / total as f32).min(1.0))
}

/// All jobs that have not ended, and what the last training told.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    running: BTreeMap<JobId, Job>,
    /// The curves of the training at work, or of the last one.
    pub curves: Vec<CurvePoint>,
    /// What the training at work wants known.
    pub notes: Vec<String>,
    /// The last training's stages, kept when it ended early.
    pub last_stages: Vec<Progress>,
}

impl Jobs {
    /// A job was given to the engine.
    pub fn began(&mut self, id: JobId, purpose: Purpose) {
        if purpose == Purpose::Train {
            self.curves.clear();
            self.notes.clear();
            self.last_stages.clear();
        }
        self.running.insert(id, Job { id, purpose, stages: Vec::new(), cancelling: false });
    }

    /// A job came further. Jobs nobody knows are not listened to.
    pub fn progress(&mut self, id: JobId, progress: Progress) {
        if let Some(job) = self.running.get_mut(&id) {
            job.advance(progress);
        }
    }

    /// A job was asked to stop.
    pub fn cancelling(&mut self, id: JobId) {
        if let Some(job) = self.running.get_mut(&id) {
            job.cancelling = true;
        }
    }

    /// A job ended; what it was, if it was known.
    pub fn ended(&mut self, id: JobId) -> Option<Job> {
        let job = self.running.remove(&id)?;
        if job.purpose == Purpose::Train {
            self.last_stages.clone_from(&job.stages);
        }
        Some(job)
    }

    /// A job by its number.
    pub fn get(&self, id: JobId) -> Option<&Job> {
        self.running.get(&id)
    }

    /// The newest job for a purpose.
    pub fn of(&self, purpose: Purpose) -> Option<&Job> {
        self.running.values().rev().find(|job| job.purpose == purpose)
    }

    /// The job at work: jobs run one after the other, the oldest first.
    pub fn at_work(&self) -> Option<&Job> {
        self.running.values().next()
    }

    /// Every job's number.
    pub fn ids(&self) -> Vec<JobId> {
        self.running.keys().copied().collect()
    }

    /// The stages of a training and how far each has come.
    pub fn road(&self) -> Vec<(Stage, StageState)> {
        let job = self.of(Purpose::Train);
        let told = job.map_or(&self.last_stages, |job| &job.stages);
        let now = job.and_then(Job::now).map(|progress| progress.stage);
        Stage::iter()
            .filter(|stage| *stage != Stage::Write)
            .map(|stage| {
                let progress = told.iter().find(|progress| progress.stage == stage).cloned();
                let state = match progress {
                    None => StageState::Waiting,
                    Some(progress) if now == Some(stage) => StageState::Running(progress),
                    Some(progress) => StageState::Done(progress),
                };
                (stage, state)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(stage: Stage, done: u64) -> Progress {
        Progress { stage, detail: String::new(), done, total: Some(10), unit: "row", rate: 1.0, eta: None }
    }

    #[test]
    fn the_stage_told_last_is_at_work_and_the_earlier_ones_are_done() {
        let mut jobs = Jobs::default();
        jobs.began(JobId(4), Purpose::Train);
        jobs.progress(JobId(4), progress(Stage::Read, 10));
        jobs.progress(JobId(4), progress(Stage::Embed, 3));
        let road = jobs.road();
        assert!(matches!(road[0], (Stage::Read, StageState::Done(_))));
        assert!(matches!(road[1], (Stage::Embed, StageState::Running(_))));
        assert!(matches!(road[2], (Stage::Cluster, StageState::Waiting)));
        assert!(road.iter().all(|(stage, _)| *stage != Stage::Write), "training writes no files");
    }

    #[test]
    fn a_job_that_ended_is_not_listened_to() {
        let mut jobs = Jobs::default();
        jobs.began(JobId(1), Purpose::Inspect);
        assert!(jobs.ended(JobId(1)).is_some());
        jobs.progress(JobId(1), progress(Stage::Read, 1));
        assert!(jobs.at_work().is_none());
        assert!(jobs.ended(JobId(1)).is_none());
    }

    #[test]
    fn a_part_is_known_only_with_its_whole() {
        assert_eq!(part(&progress(Stage::Read, 5)), Some(0.5));
        assert_eq!(part(&Progress { total: None, ..progress(Stage::Read, 5) }), None);
        assert_eq!(part(&Progress { total: Some(0), ..progress(Stage::Read, 5) }), None);
    }
}
