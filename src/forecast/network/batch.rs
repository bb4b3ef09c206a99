//! What the network sees: sequences of active periods, and questions about what follows them.

use tch::{Device, TchError, Tensor};

use super::heads::ActivityBatch;
use super::resident::{AskedNumbers, Resident};
use crate::calendar::Calendar;
use crate::events::UserId;
use crate::forecast::activity::reference::Reference;
use crate::forecast::ground::fitted_pool::FittedPool;
use crate::forecast::ground::pool_weights::WEIGHED;
use crate::forecast::ground::terms::{TERMS, Terms, TopicRidges};
use crate::forecast::past::history::{Past, Question};
use crate::forecast::past::lessons::UserQuestions;
use crate::forecast::past::market::Market;
use crate::interests::{RowVectors, Trajectories};

/// The weights that training starts from where it begins at the drift: memory with decay 0.8, and half of the market's
/// drift.
pub const FIRST_WEIGHTS: [f32; TERMS] = [0.0, 0.0, 1.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0];
/// Numbers that describe a question besides the terms.
pub(in crate::forecast) const SHARE_CONTEXT: usize = 9;
/// Numbers of an active period besides those by interest.
const ACTIVITY: usize = 6;

/// Turns users and questions into tensors.
#[derive(Clone, Debug)]
pub struct Features<'a> {
    trajectories: &'a Trajectories,
    market: &'a Market,
    vectors: &'a RowVectors,
    terms: Terms<'a>,
    ridges: &'a TopicRidges,
    /// The pool, where networks begin at it.
    pool: Option<&'a FittedPool>,
    pub(in crate::forecast) device: Device,
}

/// Users and questions as tensors. `users` × `steps` sequences are padded at their ends with zeros; questions know
/// their place in the flattened sequences, so padding is never looked at. Questions about the next period come first,
/// since they are read by a layer of their own; [`Self::as_asked`] puts answers back.
#[derive(Debug)]
pub struct Batch {
    /// `[users, steps, inputs]`
    pub inputs: Tensor,
    /// `[questions]`: place of the last known active period in the flattened `[users · steps]`.
    pub place: Tensor,
    /// How many questions are about the next period, and how many about later ones.
    pub parts: [i64; 2],
    /// `[questions]`: where each question stands here, in the order in which they were asked.
    order: Tensor,
    /// `[questions, interests]`: log-popularity at the origin.
    pub ground: Tensor,
    /// `[questions, interests]`: the pool's log-shares, where networks begin at it.
    pub pooled: Option<Tensor>,
    /// `[questions, TERMS · interests + context]`: log-shares of simple forecasts relative to the ground; then calendar,
    /// distance and activity.
    pub told: Tensor,
    /// `[questions, interests]`: events of the target period times the question's weight, zero where it is not known.
    pub events: Tensor,
    /// Steps that questions about shares look at; those about activity may look at one more.
    pub steps: i64,
    /// Questions about activity, where there are any.
    pub activity: Option<ActivityBatch>,
}

/// Questions in numbers, one after the other; as in a [`Batch`].
#[derive(Debug, Default)]
pub(in crate::forecast) struct QuestionNumbers {
    pub(in crate::forecast) ground: Vec<f32>,
    pub(in crate::forecast) pooled: Vec<f32>,
    pub(in crate::forecast) told: Vec<f32>,
    pub(in crate::forecast) events: Vec<f32>,
}

impl Batch {
    /// A batch of what was gathered by place; `order` says where each question stands in it.
    pub(super) fn of_parts(
        inputs: Tensor,
        steps: i64,
        (place, parts, order): (Tensor, [i64; 2], Tensor),
        numbers: AskedNumbers,
        activity: Option<ActivityBatch>,
    ) -> Self {
        let AskedNumbers { ground, pooled, told, events } = numbers;
        Self { inputs, place, parts, order, ground, pooled, told, events, steps, activity }
    }

    /// `[questions, TERMS, interests]`: log-shares of simple forecasts relative to the ground.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn terms(&self) -> Result<Tensor, TchError> {
        let interests = self.ground.size()[1];
        self.told.f_narrow(1, 0, TERMS as i64 * interests)?.f_view([-1, TERMS as i64, interests])
    }

    /// Answers to the questions, `[questions, …]`, in the order in which they were asked.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn as_asked(&self, answers: &Tensor) -> Result<Tensor, TchError> {
        answers.f_index_select(0, &self.order)
    }
}

impl<'a> Features<'a> {
    /// Features of one log, as it is known at its origin, on one device.
    pub fn new(
        trajectories: &'a Trajectories,
        market: &'a Market,
        (terms, ridges): (Terms<'a>, &'a TopicRidges),
        vectors: &'a RowVectors,
        device: Device,
    ) -> Self {
        Self { trajectories, market, vectors, terms, ridges, pool: None, device }
    }

    /// The same with a pool, which must know no more than the networks that are shown it may know.
    #[must_use]
    pub fn beginning_at(self, pool: &'a FittedPool) -> Self {
        Self { pool: Some(pool), ..self }
    }

    /// Whether networks that begin at the pool can be asked.
    pub(in crate::forecast) fn has_pool(&self) -> bool {
        self.pool.is_some()
    }

    pub(in crate::forecast) fn interests(&self) -> usize {
        self.trajectories.interests
    }

    fn calendar(&self) -> Calendar {
        self.trajectories.calendar
    }

    /// Numbers that describe an active period.
    pub fn inputs(&self) -> usize {
        3 * self.interests() + self.vectors.dim + ACTIVITY
    }

    /// Numbers that describe a question.
    pub fn question(&self) -> usize {
        TERMS * self.interests() + SHARE_CONTEXT
    }

    /// Whether the log says what users spent.
    pub fn has_value(&self) -> bool {
        !self.trajectories.spend.is_empty()
    }

    /// Assembles a batch; questions about activity need the simple answers that are corrected.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn batch(&self, asked: &[UserQuestions], reference: Option<&Reference>) -> Result<Batch, TchError> {
        Resident::of(self, asked, reference)?.batch(&(0..asked.len()).collect::<Vec<_>>())
    }

    /// The questions to a user in numbers, each behind what `numbers` hold already.
    pub(in crate::forecast) fn questions(&self, asked: &UserQuestions, numbers: &mut QuestionNumbers) {
        let (past, interests) = (asked.past, self.interests());
        let (terms, apart) = match self.pool {
            None => (self.terms.of(self.ridges, asked.user, past, asked.questions), TERMS * interests),
            Some(pool) => {
                let weighed = pool.numbers(&self.terms, self.ridges, past, asked.questions);
                numbers.pooled.extend(pool.log_shares(&weighed, asked.questions, interests));
                // The last of what the pool weighs is no term: the best simple forecast.
                (weighed.terms, WEIGHED * interests)
            }
        };
        for (question, terms) in asked.questions.iter().zip(terms.chunks_exact(apart)) {
            numbers.ground.extend_from_slice(self.market.log_popularity(question.origin));
            numbers.told.extend_from_slice(&terms[..TERMS * interests]);
            self.context(past, question, &mut numbers.told);
            let events = &mut numbers.events;
            match question.answer {
                Some(answer) => events.extend(past.counts(answer).iter().map(|events| question.weight() * events)),
                None => events.resize(events.len() + interests, 0.0),
            }
        }
    }

    /// An active period in numbers: shares, log counts, the market of that period, the mean text vector, activity,
    /// gap and calendar.
    pub(in crate::forecast) fn active_period(&self, user: UserId, past: &Past, step: usize, into: &mut [f32]) {
        let interests = self.interests();
        let (period, total, counts) = (past.periods[step], past.totals[step], past.counts(step));
        let (shares, rest) = into.split_at_mut(interests);
        let (logs, rest) = rest.split_at_mut(interests);
        let (market, rest) = rest.split_at_mut(interests);
        let (vector, rest) = rest.split_at_mut(self.vectors.dim);
        for interest in 0..interests {
            shares[interest] = counts[interest] / total.max(1.0);
            logs[interest] = 0.3 * counts[interest].ln_1p();
        }
        market.copy_from_slice(&self.market.drift(period.plus(1)));
        vector.copy_from_slice(self.vectors.row(self.trajectories.rows(user).start + step));
        let gap = if step == 0 { 0.0 } else { past.periods[step].since(past.periods[step - 1]) as f32 };
        let (sin, cos) = turn(self.calendar().season_phase(period));
        rest.copy_from_slice(&[0.3 * total.ln_1p(), 0.5 * gap.ln_1p(), sin, cos, (1.0 + step as f32).ln() / 3.0, 1.0]);
    }

    /// A question in numbers: distance, gap, calendar of the target, activity.
    fn context(&self, past: &Past, question: &Question, into: &mut Vec<f32>) {
        let distance = question.target.since(past.periods[question.known]) as f32;
        let gap = question.origin.since(past.periods[question.known]) as f32;
        let events: f32 = past.totals[..=question.known].iter().sum();
        let known = question.known as f32 + 1.0;
        let (sin, cos) = turn(self.calendar().season_phase(question.target));
        into.extend([
            0.5 * distance.ln_1p(),
            0.5 * gap.ln_1p(),
            0.5 * (question.horizon() as f32).ln(),
            sin,
            cos,
            0.3 * events.ln_1p(),
            0.3 * past.totals[question.known].ln_1p(),
            known.ln() / 3.0,
            0.3 * (events / known).ln_1p(),
        ]);
    }
}

/// A phase from 0 to 1 as a point on the circle.
fn turn(phase: f64) -> (f32, f32) {
    let (sin, cos) = (phase * std::f64::consts::TAU).sin_cos();
    (sin as f32, cos as f32)
}
