//! The recurrent networks as a model among others.

use super::model::{FittedModel, Known, Model};
use crate::calendar::Period;
use crate::forecast::ForecastError;
use crate::forecast::activity::outlook::Outlook;
use crate::forecast::activity::reference::Reference;
use crate::forecast::config::{CellKind, ForecastConfig, HeadLoss, training_horizons};
use crate::forecast::network::batch::Features;
use crate::forecast::network::checkpoint::Checkpoints;
use crate::forecast::network::heads::HEAD_WEIGHTS;
use crate::forecast::network::saved::{NetworkRole, Networks, SavedModel, Start};
use crate::forecast::network::scatter::{Measured, scatter};
use crate::forecast::network::spread::Scatter;
use crate::forecast::network::train::{LessonTensors, Member, Stop, Training, mean_outlook, mean_shares};
use crate::forecast::past::history::Question;
use crate::forecast::past::lessons::Lessons;
use crate::forecast::past::split::Split;
use crate::observe::{CurvePoint, Meter};
use std::ops::Range;

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
    fn fit<'a>(&self, known: &'a Known<'a>, meter: &mut Meter) -> Result<Box<dyn FittedModel + 'a>, ForecastError> {
        let features = known.features();
        let training = training(known, self.0, &features);
        let saved = |model: &SavedModel| -> Result<[Vec<Member>; 3], ForecastError> {
            let of = |role| model.networks(self.0, role, &training);
            Ok([of(NetworkRole::Judged)?, of(NetworkRole::Recent)?, of(NetworkRole::Whole)?])
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
        let with_heads = known.heads.get().is_none_or(|heads| heads.weight().is_some());
        let of = |targets: Range<Period>| {
            let lessons = Lessons::of(&known.pasts, targets.clone(), first, &horizons);
            if with_heads { lessons.with_activity(targets) } else { lessons }
        };
        let references = if with_heads { known.references()?.each_ref().map(Some) } else { [None; 3] };
        let [before_tuning, before_validation, before_origin]: [Option<&Reference>; 3] = references;
        let (learn, stop) = (of(since(tune)..tune), of(tune..validation));
        let learn = LessonTensors::of(&features, &learn, before_tuning)?;
        let stop = LessonTensors::of(&features, &stop, before_tuning)?;
        let name = "before validation";
        let first_one = match known.heads.get() {
            Some(_) => None,
            None => Some(choose_heads(known, name, &training, &learn, &stop, meter)?),
        };
        let config = ForecastConfig { heads: known.heads.get().copied().unwrap_or_default(), ..known.config.clone() };
        let training = Training { config: &config, ..training };
        let judged = ensemble(name, judged, first_one, &training, meter, |_| (&learn, Stop::Early(&stop)))?;
        let epochs: Vec<u32> = judged.iter().map(|member| member.epochs).collect();
        drop((learn, stop));
        let up_to = of(since(validation)..validation);
        let up_to = LessonTensors::of(&features, &up_to, before_validation)?;
        let after = |at: usize| Stop::After(epochs[at]);
        let recent = ensemble("up to validation", recent, None, &training, meter, |at| (&up_to, after(at)))?;
        drop(up_to);
        let all = of(since(origin)..origin);
        let all = LessonTensors::of(&features, &all, before_origin)?;
        let whole = ensemble("whole past", whole, None, &training, meter, |at| (&all, after(at)))?;
        Ok(Box::new(Trained { known, cell: self.0, judged, recent, whole }))
    }
}

impl FittedModel for Trained<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let (features, interests) = (self.known.features(), self.known.interests());
        let training = training(self.known, self.cell, &features);
        let (early, late) = self.halves(questions);
        let early = mean_shares(&self.judged, &training, &early, interests)?;
        let late = mean_shares(&self.recent, &training, &late, interests)?;
        Ok(self.joined(questions, &early, &late))
    }

    fn scatter(&self, practice: &Lessons, ahead: &Lessons) -> Result<Vec<Scatter>, ForecastError> {
        let features = self.known.features();
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
        let features = self.known.features();
        mean_shares(&self.whole, &training(self.known, self.cell, &features), questions, self.known.interests())
    }

    fn outlooks(&self, [validation, ahead]: [&Lessons; 2]) -> Result<Option<[Outlook; 2]>, ForecastError> {
        let features = self.known.features();
        let training = training(self.known, self.cell, &features);
        if self.whole.iter().any(|member| member.network.heads.is_none()) {
            return Ok(None);
        }
        let [_, before_validation, before_origin] = self.known.references()?;
        let validation = mean_outlook(&self.recent, &training, validation, before_validation)?;
        let ahead = mean_outlook(&self.whole, &training, ahead, before_origin)?;
        Ok(validation.zip(ahead).map(|(validation, ahead)| [validation, ahead]))
    }

    fn curves(&self) -> Vec<CurvePoint> {
        self.judged.iter().chain(&self.recent).chain(&self.whole).flat_map(|member| member.curve.clone()).collect()
    }

    fn save(&self, networks: &mut Networks) -> Result<(), ForecastError> {
        networks.add(self.cell, NetworkRole::Judged, &self.judged)?;
        networks.add(self.cell, NetworkRole::Recent, &self.recent)?;
        networks.add(self.cell, NetworkRole::Whole, &self.whole)
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

pub(in crate::forecast) fn training<'a>(
    known: &'a Known<'a>,
    cell: CellKind,
    features: &'a Features<'a>,
) -> Training<'a> {
    let (interests, Known { config, device, watch, .. }) = (known.interests(), known);
    let checkpoints = match known.start {
        Start::Anew(checkpoints) | Start::Continued(_, checkpoints) => checkpoints.clone(),
        Start::Saved(_) => Checkpoints::none(),
    };
    Training { features, interests, cell, config, device: *device, checkpoints, watch }
}

/// Nats per event by which shares may lose on the tuning periods when heads shape the network.
const NO_WORSE: f64 = 2e-4;

/// Trains the first network once for each of [`HEAD_WEIGHTS`] and keeps the best on the tuning periods: of those whose
/// shares are no worse than beside heads that only look on, the one whose heads lose least. The weight is kept in `known`.
fn choose_heads(
    known: &Known,
    name: &str,
    training: &Training,
    learn: &LessonTensors,
    stop: &LessonTensors,
    meter: &mut Meter,
) -> Result<Member, ForecastError> {
    let mut tried = Vec::new();
    for weight in HEAD_WEIGHTS {
        let config = ForecastConfig { heads: HeadLoss::Weight(weight), ..known.config.clone() };
        let training = Training { config: &config, checkpoints: training.checkpoints.clone(), ..*training };
        let (full, seed) = identity(name, &training, 0);
        let full = if weight > 0.0 { format!("{full} · heads {weight}") } else { full };
        let member = training.member(&full, seed, learn, Stop::Early(stop), None, meter)?;
        let (shares, heads) = training.judge_all(&member.network, stop)?;
        tried.push((weight, shares, heads, member));
    }
    let worst = tried.first().map_or(f64::INFINITY, |(_, shares, ..)| shares + NO_WORSE);
    tried.retain(|(_, shares, ..)| *shares <= worst);
    tried.sort_by(|a, b| a.2.total_cmp(&b.2));
    let (weight, _, _, member) = tried.swap_remove(0);
    // It was empty, or nothing would have been tried.
    let _ = known.heads.set(HeadLoss::Weight(weight));
    Ok(member)
}

/// What a network is called, and its seed.
fn identity(name: &str, training: &Training, at: usize) -> (String, u64) {
    let members = training.config.members.max(1);
    // Each member has a seed of its own, far from the neighbouring runs'.
    let kind = (training.cell as u64) << 32 | at as u64;
    let seed = training.config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(kind);
    let cell = training.cell.name().to_uppercase();
    (format!("{cell} · {name} · network {} of {members}", at + 1), seed)
}

/// Networks with seeds of their own; those that `trained` holds learn on, and `first` has learnt already.
fn ensemble<'a>(
    name: &str,
    trained: Option<Vec<Member>>,
    first: Option<Member>,
    training: &Training,
    meter: &mut Meter,
    lesson: impl Fn(usize) -> (&'a LessonTensors<'a>, Stop<'a>),
) -> Result<Vec<Member>, ForecastError> {
    let mut trained = trained.into_iter().flatten();
    let from = usize::from(first.is_some());
    let train = |at: usize| {
        let (lessons, stop) = lesson(at);
        let (full, seed) = identity(name, training, at);
        training.member(&full, seed, lessons, stop, trained.next(), meter)
    };
    let rest = (from..training.config.members.max(1)).map(train);
    first.into_iter().map(Ok).chain(rest).collect()
}
