//! The recurrent networks as a model among others.

use super::ForecastError;
use super::batch::Features;
use super::checkpoint::Checkpoints;
use super::config::{CellKind, training_horizons};
use super::lessons::Lessons;
use super::model::{Fitted, Known, Model};
use super::past::Question;
use super::saved::{Networks, Role, SavedModel, Start};
use super::scatter::{Measured, scatter};
use super::split::Split;
use super::spread::Scatter;
use super::train::{Held, Member, Stop, Training, mean_shares};
use crate::calendar::Period;
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
        let saved = |model: &SavedModel| -> Result<[Vec<Member>; 3], ForecastError> {
            let of = |role| model.networks(self.0, role, &training);
            Ok([of(Role::Judged)?, of(Role::Recent)?, of(Role::Whole)?])
        };
        let [judged, recent, whole] = match known.start {
            Start::Anew(_) => [None, None, None],
            Start::Saved(model) => {
                let [judged, recent, whole] = saved(model)?;
                return Ok(Box::new(Trained { known, cell: self.0, judged, recent, whole }));
            }
            Start::Continued(model, _) => saved(model)?.map(Some),
        };
        let Split { first, tune, validation, origin } = known.split;
        let horizons = training_horizons(known.config.horizon);
        let since = |end: Period| known.learnt_since(end);
        let learn = Lessons::of(&known.pasts, since(tune)..tune, first, &horizons);
        let stop = Lessons::of(&known.pasts, tune..validation, first, &horizons);
        let all = Lessons::of(&known.pasts, since(origin)..origin, first, &horizons);
        let (learn, stop) = (Held::of(&features, &learn)?, Held::of(&features, &stop)?);
        let judged = ensemble("before validation", judged, &training, meter, |_| (&learn, Stop::Early(&stop)))?;
        let epochs: Vec<u32> = judged.iter().map(|member| member.epochs).collect();
        drop((learn, stop));
        let up_to = Lessons::of(&known.pasts, since(validation)..validation, first, &horizons);
        let up_to = Held::of(&features, &up_to)?;
        let after = |at: usize| Stop::After(epochs[at]);
        let recent = ensemble("up to validation", recent, &training, meter, |at| (&up_to, after(at)))?;
        drop(up_to);
        let all = Held::of(&features, &all)?;
        let whole = ensemble("whole past", whole, &training, meter, |at| (&all, after(at)))?;
        Ok(Box::new(Trained { known, cell: self.0, judged, recent, whole }))
    }
}

impl Fitted for Trained<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let (features, interests) = (Features::new(self.known), self.known.interests());
        let training = training(self.known, self.cell, &features);
        let (early, late) = self.halves(questions);
        let early = mean_shares(&self.judged, &training, &early, interests)?;
        let late = mean_shares(&self.recent, &training, &late, interests)?;
        Ok(self.joined(questions, &early, &late))
    }

    fn scatter(&self, practice: &Lessons, ahead: &Lessons) -> Result<Vec<Scatter>, ForecastError> {
        let features = Features::new(self.known);
        let training = training(self.known, self.cell, &features);
        let Split { first, tune, validation, origin } = self.known.split;
        let measure = |members: &[Member], end: Period, questions: &Lessons, draw: u64| {
            let learnt = Lessons::of(&self.known.pasts, self.known.learnt_since(end)..end, first, &[1]);
            scatter(members, &learnt, &training, questions, self.known.config.seed ^ draw << 32)
        };
        let (early, late) = self.halves(practice);
        let early = measure(&self.judged, tune, &early, 1)?;
        let late = measure(&self.recent, validation, &late, 2)?;
        let ahead = measure(&self.whole, origin, ahead, 3)?;
        let join = |((early, late), ahead): ((Measured, Measured), Measured)| Scatter {
            spread: ahead.spread,
            practice: self.joined(practice, &early.numbers, &late.numbers),
            ahead: ahead.numbers,
            seconds: early.seconds + late.seconds + ahead.seconds,
        };
        Ok(early.into_iter().zip(late).zip(ahead).map(join).collect())
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let features = Features::new(self.known);
        mean_shares(&self.whole, &training(self.known, self.cell, &features), questions, self.known.interests())
    }

    fn curves(&self) -> Vec<CurvePoint> {
        self.judged.iter().chain(&self.recent).chain(&self.whole).flat_map(|member| member.curve.clone()).collect()
    }

    fn save(&self, networks: &mut Networks) -> Result<(), ForecastError> {
        networks.add(self.cell, Role::Judged, &self.judged)?;
        networks.add(self.cell, Role::Recent, &self.recent)?;
        networks.add(self.cell, Role::Whole, &self.whole)
    }
}

impl Trained<'_> {
    /// Whether a practice question is for the networks that learnt up to the validation periods.
    fn is_late(&self, question: &Question) -> bool {
        question.origin >= self.known.split.validation
    }

    /// Practice questions for the networks of either role.
    fn halves<'b>(&self, questions: &Lessons<'b>) -> (Lessons<'b>, Lessons<'b>) {
        (questions.only(|question| !self.is_late(question)), questions.only(|question| self.is_late(question)))
    }

    /// Numbers by interest for both halves in the order of all questions.
    fn joined(&self, questions: &Lessons, early: &[f32], late: &[f32]) -> Vec<f32> {
        let interests = self.known.interests();
        let (mut early, mut late) = (early.chunks_exact(interests), late.chunks_exact(interests));
        let next = |question: &Question| if self.is_late(question) { late.next() } else { early.next() };
        questions.questions().iter().filter_map(next).flatten().copied().collect()
    }
}

pub(super) fn training<'a>(known: &'a Known<'a>, cell: CellKind, features: &'a Features<'a>) -> Training<'a> {
    let (interests, Known { config, device, watch, .. }) = (known.interests(), known);
    let checkpoints = match known.start {
        Start::Anew(checkpoints) | Start::Continued(_, checkpoints) => checkpoints.clone(),
        Start::Saved(_) => Checkpoints::none(),
    };
    Training { features, interests, cell, config, device: *device, checkpoints, watch }
}

/// Networks with seeds of their own; those that `trained` holds learn on.
fn ensemble<'a>(
    name: &str,
    trained: Option<Vec<Member>>,
    training: &Training,
    meter: &mut Meter,
    lesson: impl Fn(usize) -> (&'a Held<'a>, Stop<'a>),
) -> Result<Vec<Member>, ForecastError> {
    let mut trained = trained.into_iter().flatten();
    let members = training.config.members.max(1);
    let train = |at: usize| {
        let (lessons, stop) = lesson(at);
        // Each member has a seed of its own, far from the neighbouring runs'.
        let kind = (training.cell as u64) << 32 | at as u64;
        let seed = training.config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(kind);
        let cell = training.cell.name().to_uppercase();
        training.member(
            &format!("{cell} · {name} · network {} of {members}", at + 1),
            seed,
            lessons,
            stop,
            trained.next(),
            meter,
        )
    };
    (0..members).map(train).collect()
}
