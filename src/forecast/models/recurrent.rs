//! The recurrent networks as a model among others.

use std::ops::Range;
use std::sync::Mutex;
use std::time::Instant;

use super::member_path::{Course, Learnt, MemberPath, Next, identity};
use super::model::{FittedModel, Known};
use crate::calendar::Period;
use crate::forecast::ForecastError;
use crate::forecast::activity::outlook::Outlook;
use crate::forecast::config::{CellKind, ForecastConfig, HeadLoss, training_horizons};
use crate::forecast::network::batch::Features;
use crate::forecast::network::checkpoint::Checkpoints;
use crate::forecast::network::ensemble::{mean_outlook, mean_shares};
use crate::forecast::network::heads::HEAD_WEIGHTS;
use crate::forecast::network::saved::{NetworkRole, Networks, SavedModel, Start};
use crate::forecast::network::scatter::{Measured, ScatterTask, scatter};
use crate::forecast::network::spread::Scatter;
use crate::forecast::network::threads::{one_after_another, side_by_side, side_by_side_on};
use crate::forecast::network::train::{LessonTensors, Member, SharedMeter, Stop, Training};
use crate::forecast::past::history::Question;
use crate::forecast::past::lessons::Lessons;
use crate::forecast::past::split::Split;
use crate::observe::{CurvePoint, Meter};

/// Networks of one kind that were fitted at an origin.
#[derive(Debug)]
pub struct Trained<'a> {
    known: &'a Known<'a>,
    cell: CellKind,
    /// Learned from the periods before the tuning ones, stopped by the tuning ones.
    judged: Vec<Member>,
    /// Learned further from the tuning periods too: on the validation periods these know about as much as the last ones will of
    /// the periods to come.
    recent: Vec<Member>,
    /// Learned from everything before the origin, for as many epochs as were good for the first.
    whole: Vec<Member>,
    /// Seconds that their learning took, all threads together.
    pub seconds: f64,
}

/// Trains networks of all these kinds side by side at an origin, or takes those that were saved.
///
/// # Errors
/// [`ForecastError::Cancelled`], or what libtorch reports.
pub fn train<'a>(
    known: &'a Known<'a>,
    cells: &[CellKind],
    meter: &mut Meter,
) -> Result<Vec<Trained<'a>>, ForecastError> {
    let [for_judged, for_recent, for_whole] =
        [NetworkRole::Judged, NetworkRole::Recent, NetworkRole::Whole].map(|role| known.features(cells, role));
    let (features, for_recent, for_whole) = (for_judged?, for_recent?, for_whole?);
    let saved = |model: &SavedModel, cell: CellKind| -> Result<[Vec<Member>; 3], ForecastError> {
        let training = training(known, cell, &features);
        let of = |role| model.networks(cell, role, &training);
        Ok([of(NetworkRole::Judged)?, of(NetworkRole::Recent)?, of(NetworkRole::Whole)?])
    };
    if let Start::Saved(model) = known.start {
        let load = |cell: &CellKind| {
            let [judged, recent, whole] = saved(model, *cell)?;
            Ok(Trained { known, cell: *cell, judged, recent, whole, seconds: 0.0 })
        };
        return cells.iter().map(load).collect();
    }
    let Some(first_cell) = cells.first() else { return Ok(Vec::new()) };
    let Split { first, tune, validation, origin } = known.split;
    let horizons = training_horizons(known.config.horizon);
    let since = |end: Period| known.learnt_since(end)..end;
    let with_heads = known.heads.get().is_none_or(|heads| heads.weight().is_some());
    let of = |targets: Range<Period>| {
        let lessons = Lessons::of(&known.pasts, targets.clone(), first, &horizons);
        if with_heads { lessons.with_activity(targets) } else { lessons }
    };
    let [before_tuning, before_validation, before_origin] =
        if with_heads { known.references()?.each_ref().map(Some) } else { [None; 3] };
    let lessons = [of(since(tune)), of(tune..validation), of(since(validation)), of(since(origin))];
    let [early, tuning, up_to_validation, everything] = &lessons;
    let to_lay_out = vec![
        (&for_whole, everything, before_origin),
        (&for_recent, up_to_validation, before_validation),
        (&features, early, before_tuning),
        (&features, tuning, before_tuning),
    ];
    let lay_out = |(features, lessons, reference)| LessonTensors::of(features, lessons, reference);
    let laid_out = side_by_side(to_lay_out, side_by_side_on(known.device), lay_out)?;
    let Ok([everything, up_to_validation, early, tuning]) = <[LessonTensors; 4]>::try_from(laid_out) else {
        return Err(ForecastError::Misfit("not all lessons could be laid out".to_owned()));
    };
    let course = Course { early, tuning, up_to_validation, everything };
    let meter = Mutex::new(meter);
    let began = Instant::now();
    let mut begun = match known.heads.get() {
        Some(_) => None,
        None => Some(choose_heads(known, &training(known, *first_cell, &features), &course, &meter)?),
    };
    let chosen_in = began.elapsed().as_secs_f64();
    let config = known.config.with_heads(known.heads.get().copied().unwrap_or_default());
    let mut paths = Vec::new();
    for cell in cells {
        let mut saved = match known.start {
            Start::Continued(model, _) => saved(model, *cell)?,
            Start::Anew(_) | Start::Saved(_) => [const { Vec::new() }; 3],
        }
        .map(Vec::into_iter);
        for at in 0..config.members.max(1) {
            let [judged, recent, whole] = saved.each_mut().map(|of_role| of_role.next());
            let from = begun.take().or(judged);
            paths.push(MemberPath {
                cell: *cell,
                at,
                course: course.share(),
                next: Next::Judged { from, recent, whole },
            });
        }
    }
    let training = Training { config: &config, ..training(known, *first_cell, &features) };
    let mut learnt = one_after_another(paths, side_by_side_on(known.device), |path| path.step(&training, &meter))?;
    learnt.sort_by_key(|learnt| learnt.at);
    let gather = |cell: &CellKind| {
        let mut trained = Trained {
            known,
            cell: *cell,
            judged: Vec::new(),
            recent: Vec::new(),
            whole: Vec::new(),
            seconds: if cell == first_cell { chosen_in } else { 0.0 },
        };
        for Learnt { role, member, seconds, .. } in learnt.extract_if(.., |learnt| learnt.cell == *cell) {
            trained.seconds += seconds;
            match role {
                NetworkRole::Judged => trained.judged.push(member),
                NetworkRole::Recent => trained.recent.push(member),
                NetworkRole::Whole => trained.whole.push(member),
            }
        }
        trained
    };
    Ok(cells.iter().map(gather).collect())
}

impl FittedModel for Trained<'_> {
    fn practise(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let (early, late) = self.halves(questions);
        let of = |members, role, questions| {
            let features = self.features(role)?;
            mean_shares(members, &training(self.known, self.cell, &features), questions)
        };
        let early = of(&self.judged, NetworkRole::Judged, &early)?;
        let late = of(&self.recent, NetworkRole::Recent, &late)?;
        Ok(self.joined(questions, &early, &late))
    }

    fn scatter(&self, practice: &Lessons, ahead: &Lessons) -> Result<Vec<Scatter>, ForecastError> {
        let [for_judged, for_recent, for_whole] =
            [NetworkRole::Judged, NetworkRole::Recent, NetworkRole::Whole].map(|role| self.features(role));
        let (for_judged, for_recent, for_whole) = (for_judged?, for_recent?, for_whole?);
        let training = training(self.known, self.cell, &for_judged);
        let Split { first, tune, validation, origin } = self.known.split;
        let learnt = |end| Lessons::of(&self.known.pasts, self.known.learnt_since(end)..end, first, &[1]);
        let (early, late) = self.halves(practice);
        let roles = [
            (&self.judged, &for_judged, learnt(tune), &early),
            (&self.recent, &for_recent, learnt(validation), &late),
            (&self.whole, &for_whole, learnt(origin), ahead),
        ];
        let asked = roles.each_ref().map(|(members, features, learnt, questions)| ScatterTask {
            members,
            features,
            learnt,
            questions,
        });
        let [early, late, ahead] = scatter(asked, &training, self.known.config.seed)?;
        let join = |((early, late), ahead): ((Measured, Measured), Measured)| Scatter {
            spread: ahead.spread,
            practice: self.joined(practice, &early.numbers, &late.numbers),
            ahead: ahead.numbers,
            seconds: early.seconds + late.seconds + ahead.seconds,
        };
        Ok(early.into_iter().zip(late).zip(ahead).map(join).collect())
    }

    fn forecast(&self, questions: &Lessons) -> Result<Vec<f32>, ForecastError> {
        let features = self.features(NetworkRole::Whole)?;
        mean_shares(&self.whole, &training(self.known, self.cell, &features), questions)
    }

    fn outlooks(&self, [validation, ahead]: [&Lessons; 2]) -> Result<Option<[Outlook; 2]>, ForecastError> {
        let features = self.features(NetworkRole::Whole)?;
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
    /// What the networks of a role are shown.
    fn features(&self, role: NetworkRole) -> Result<Features<'_>, ForecastError> {
        self.known.features(&[self.cell], role)
    }

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
/// Epochs after which the weights of the heads are compared.
pub(in crate::forecast) const TRIED_EPOCHS: u32 = 4;

/// Begins the first network once for each of [`HEAD_WEIGHTS`] and keeps the best on the tuning periods: of those whose
/// shares are no worse than beside heads that only look on, the one whose heads lose least. The weight is kept in `known`.
fn choose_heads(
    known: &Known,
    training: &Training,
    course: &Course,
    meter: &SharedMeter,
) -> Result<Member, ForecastError> {
    let tries = HEAD_WEIGHTS.map(|weight| (weight, course.share())).into();
    let (watched, checkpoints) = (training, &training.checkpoints);
    let mut tried = side_by_side(tries, side_by_side_on(known.device), |(weight, course)| {
        let max_epochs = TRIED_EPOCHS.min(training.config.max_epochs);
        let config = ForecastConfig { max_epochs, ..training.config.with_heads(HeadLoss::Weight(weight)) };
        let training = Training { config: &config, checkpoints: checkpoints.clone(), ..*watched };
        let (full, seed) = identity("before validation", &training, 0);
        let name = format!("{full} · heads {weight}");
        let member = training.member(&name, seed, &course.early, Stop::Early(&course.tuning), None, meter)?;
        let (shares, heads) = training.judge_all(&member.network, &course.tuning)?;
        Ok((weight, shares, heads, member))
    })?;
    let worst = tried.first().map_or(f64::INFINITY, |(_, shares, ..)| shares + NO_WORSE);
    tried.retain(|(_, shares, ..)| *shares <= worst);
    tried.sort_by(|a, b| a.2.total_cmp(&b.2));
    let (weight, _, _, member) = tried.swap_remove(0);
    // It was empty, or nothing would have been tried.
    let _ = known.heads.set(HeadLoss::Weight(weight));
    Ok(member)
}
