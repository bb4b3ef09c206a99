//! One network of several, from its first lessons to its last.

use std::time::Instant;

use crate::forecast::ForecastError;
use crate::forecast::config::{CellKind, NetworkShape};
use crate::forecast::network::saved::NetworkRole;
use crate::forecast::network::train::{LessonTensors, Member, SharedMeter, Stop, Training};

/// To one in so many of the epochs that were good for the first lessons comes one from those up to the validation periods.
/// They hold the first and a few periods more, so a network that knows the first has little to learn from them.
const FURTHER_PART: u32 = 4;
/// What the step size is multiplied by then.
const FURTHER_RATE: f64 = 0.5;

fn further(epochs: u32) -> u32 {
    if epochs == 0 { 0 } else { (epochs / FURTHER_PART).max(1) }
}

/// The lessons of all networks at an origin, laid out once for all of them.
pub(super) struct Course<'a> {
    /// Before the tuning periods.
    pub early: LessonTensors<'a>,
    /// The tuning periods, which tell when to stop.
    pub tuning: LessonTensors<'a>,
    /// Up to the validation periods.
    pub up_to_validation: LessonTensors<'a>,
    /// Up to the origin.
    pub everything: LessonTensors<'a>,
}

impl Course<'_> {
    /// The same for another thread, which may only read it.
    pub fn share(&self) -> Self {
        Self {
            early: self.early.share(),
            tuning: self.tuning.share(),
            up_to_validation: self.up_to_validation.share(),
            everything: self.everything.share(),
        }
    }
}

/// What a network learns next, and from where: the network with which it begins, where there is one.
#[expect(clippy::large_enum_variant, reason = "there are a few of them, and each is moved once or twice")]
pub(super) enum Next {
    /// From what was before the tuning periods. The other two follow, from what was saved of them.
    Judged { from: Option<Member>, recent: Option<Member>, whole: Option<Member> },
    /// From all that is known, for so many epochs. The last, from `recent`, follows: it takes least
    /// time, so that it is what is left to do when there is no longer enough work for every core.
    Whole { from: Option<Member>, epochs: u32, recent: Member },
    /// From the tuning periods too, so many epochs in all.
    Recent { from: Member, epochs: u32 },
}

/// One network on its way.
pub(super) struct MemberPath<'a> {
    pub cell: CellKind,
    /// Its number among those of its kind.
    pub at: usize,
    pub course: Course<'a>,
    pub next: Next,
}

/// A network that learnt for one of its roles.
pub(super) struct Learnt {
    pub cell: CellKind,
    pub at: usize,
    pub role: NetworkRole,
    pub member: Member,
    /// Seconds that took.
    pub seconds: f64,
}

impl<'a> MemberPath<'a> {
    /// Learns what is next, and says what can be learnt after it.
    ///
    /// # Errors
    /// [`ForecastError::Cancelled`], or what libtorch reports.
    pub fn step(self, training: &Training, meter: &SharedMeter) -> Result<(Learnt, Vec<Self>), ForecastError> {
        let began = Instant::now();
        let Self { cell, at, course, next } = self;
        let training = Training { cell, checkpoints: training.checkpoints.clone(), ..*training };
        let learn = |training: &Training, name: &str, lessons: &LessonTensors, stop, from| {
            let (name, seed) = identity(name, training, at);
            training.member(&name, seed, lessons, stop, from, meter)
        };
        let (role, member, after) = match next {
            Next::Judged { from, recent, whole } => {
                let judged = learn(&training, "before validation", &course.early, Stop::Early(&course.tuning), from)?;
                let recent = recent.map_or_else(|| training.copy_of(&judged), Ok)?;
                // The one that forecasts learns all that is known from the beginning: learnt further instead, together
                // with a shorter choice of the heads, it was two thousandths of a nat worse. Which of the two did it was
                // not told apart.
                let after = Next::Whole { from: whole, epochs: judged.epochs, recent };
                (NetworkRole::Judged, judged, Some(after))
            }
            Next::Recent { from, epochs } => {
                let shape = training.config.shape;
                let config =
                    training.config.shaped(NetworkShape { learning_rate: FURTHER_RATE * shape.learning_rate, ..shape });
                let gently = Training { config: &config, checkpoints: training.checkpoints.clone(), ..training };
                let lessons = &course.up_to_validation;
                let recent = learn(&gently, "up to validation", lessons, Stop::After(epochs), Some(from))?;
                (NetworkRole::Recent, recent, None)
            }
            Next::Whole { from, epochs, recent } => {
                let whole = learn(&training, "whole past", &course.everything, Stop::After(epochs), from)?;
                let after = Next::Recent { from: recent, epochs: epochs + further(epochs) };
                (NetworkRole::Whole, whole, Some(after))
            }
        };
        let after = after.into_iter().map(|next| Self { cell, at, course: course.share(), next }).collect();
        Ok((Learnt { cell, at, role, member, seconds: began.elapsed().as_secs_f64() }, after))
    }
}

/// What a network is called, and its seed.
pub(super) fn identity(name: &str, training: &Training, at: usize) -> (String, u64) {
    let members = training.config.members.max(1);
    // Each member has a seed of its own, far from the neighbouring runs'.
    let kind = (training.cell as u64) << 32 | at as u64;
    let seed = training.config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(kind);
    let cell = training.cell.name().to_uppercase();
    (format!("{cell} · {name} · network {} of {members}", at + 1), seed)
}
