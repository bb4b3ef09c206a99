//! The recurrent networks as a model among others.

use super::ForecastError;
use super::batch::Features;
use super::config::{CellKind, training_horizons};
use super::lessons::Lessons;
use super::model::{Fitted, Known, Model};
use super::saved::Networks;
use super::split::Split;
use super::train::{Held, Member, Stop, Training, mean_shares};
use crate::observe::{CurvePoint, Meter};

/// Several networks of one kind, fitted anew at each origin.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent(pub CellKind);

/// Networks that were fitted at an origin.
#[derive(Debug)]
struct Trained<'a> {
    known: &'a Known<'a>,
    cell: CellKind,
    /// Learned from the periods before the tuning ones, stopped by the tuning ones.
    judged: Vec<Member>,
    /// Learned from the tuning periods too, for as many epochs as were good for the first: on the validation periods
    /// these know about as much as the last ones will of the periods to come.
    recent: Vec<Member>,
    /// Learned from everything before the origin, for as many epochs as were good for the first.
    whole: Vec<Member>,
}

impl Model for Recurrent {
    fn fit<'a>(&self, known: &'a Known<'a>, meter: &mut Meter) -> Result<Box<dyn Fitted + 'a>, ForecastError> {
        let features = Features::new(known);
        let training = training(known, self.0, &features);
        let Split { first, tune, validation, origin } = known.split;
        let horizons = training_horizons(known.config.horizon);
        let learn = Lessons::of(&known.pasts, first..tune, first, &horizons);
        let stop = Lessons::of(&known.pasts, tune..validation, first, &horizons);
        let all = Lessons::of(&known.pasts, first..origin, first, &horizons);
        let (learn, stop) = (Held::of(&features, &learn)?, Held::of(&features, &stop)?);
        let judged = ensemble("before validation", &training, meter, |_| (&learn, Stop::Early(&stop)))?;
        let epochs: Vec<u32> = judged.iter().map(|member| member.epochs).collect();
        drop((learn, stop));
        let recent = Lessons::of(&known.pasts, first..validation, first, &horizons);
        let recent = Held::of(&features, &recent)?;
        let recent = ensemble("up to validation", &training, meter, |at| (&recent, Stop::After(epochs[at])))?;
        let all = Held::of(&features, &all)?;
        let whole = ensemble("whole past", &training, meter, |at| (&all, Stop::After(epochs[at])))?;
        Ok(Box::new(Trained { known, cell: self.0, judged, recent, whole }))
    }
}

impl Fitted for Trained<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let (features, interests) = (Features::new(self.known), self.known.interests());
        let training = training(self.known, self.cell, &features);
        let mut shares = mean_shares(&self.judged, &training, questions, interests)?;
        let recent = mean_shares(&self.recent, &training, questions, interests)?;
        let both = shares.chunks_exact_mut(interests).zip(recent.chunks_exact(interests));
        for (question, (shares, recent)) in questions.questions().iter().zip(both) {
            if question.origin >= self.known.split.validation {
                shares.copy_from_slice(recent);
            }
        }
        Ok(shares)
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let features = Features::new(self.known);
        mean_shares(&self.whole, &training(self.known, self.cell, &features), questions, self.known.interests())
    }

    fn curves(&self) -> Vec<CurvePoint> {
        self.judged.iter().chain(&self.recent).chain(&self.whole).flat_map(|member| member.curve.clone()).collect()
    }

    fn save(&self, networks: &mut Networks) -> Result<(), ForecastError> {
        networks.add(self.cell, &self.whole)
    }
}

fn training<'a>(known: &'a Known<'a>, cell: CellKind, features: &'a Features<'a>) -> Training<'a> {
    let (interests, Known { config, device, watch, .. }) = (known.interests(), known);
    Training { features, interests, cell, config, device: *device, checkpoints: &known.checkpoints, watch }
}

fn ensemble<'a>(
    name: &str,
    training: &Training,
    meter: &mut Meter,
    lesson: impl Fn(usize) -> (&'a Held<'a>, Stop<'a>),
) -> Result<Vec<Member>, ForecastError> {
    let members = training.config.members.max(1);
    let train = |at: usize| {
        let (lessons, stop) = lesson(at);
        // Each member has a seed of its own, far from the neighbouring runs'.
        let kind = (training.cell as u64) << 32 | at as u64;
        let seed = training.config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(kind);
        let cell = training.cell.name().to_uppercase();
        training.member(&format!("{cell} · {name} · network {} of {members}", at + 1), seed, lessons, stop, meter)
    };
    (0..members).map(train).collect()
}
