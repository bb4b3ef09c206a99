//! Lessons laid out once as tensors that stay on the device; a batch is gathered from them.

use std::sync::Arc;

use tch::{Device, Kind, TchError, Tensor};

use super::batch::{Batch, Features, QuestionNumbers};
use super::heads::ActivityBatch;
use crate::forecast::activity::reference::{ACTIVITY_CONTEXT, Reference, SEEN, STARTS};
use crate::forecast::past::lessons::UserQuestions;

/// Users and what is asked of them. Only periods that a question may look at are held.
#[derive(Debug)]
pub struct Resident {
    /// `[rows + 1, inputs]`: the users' active periods one after the other, and a row of zeros to pad with.
    rows: Tensor,
    asked: AskedNumbers,
    /// `[questions about activity, …]`, as in an activity batch.
    start: Tensor,
    about: Tensor,
    seen: Tensor,
    users: Arc<[UserPlace]>,
    /// Which of the user's active periods a question stands on, and whether it is about a later period than the next.
    known: Arc<[(usize, bool)]>,
    /// The same of a question about activity.
    activity_known: Arc<[usize]>,
    device: Device,
}

/// Questions about shares in numbers, as in a [`Batch`].
#[derive(Debug)]
pub(super) struct AskedNumbers {
    pub(super) ground: Tensor,
    pub(super) pooled: Option<Tensor>,
    pub(super) told: Tensor,
    pub(super) events: Tensor,
}

impl AskedNumbers {
    fn share(&self) -> Self {
        Self {
            ground: self.ground.shallow_clone(),
            pooled: self.pooled.as_ref().map(Tensor::shallow_clone),
            told: self.told.shallow_clone(),
            events: self.events.shallow_clone(),
        }
    }

    fn of(&self, questions: &Tensor) -> Result<Self, TchError> {
        let of = |numbers: &Tensor| numbers.f_index_select(0, questions);
        Ok(Self {
            ground: of(&self.ground)?,
            pooled: self.pooled.as_ref().map(of).transpose()?,
            told: of(&self.told)?,
            events: of(&self.events)?,
        })
    }
}

/// Where a user lies.
#[derive(Clone, Copy, Debug)]
struct UserPlace {
    row: usize,
    rows: usize,
    question: usize,
    questions: usize,
    /// Active periods that questions about shares look at.
    steps: usize,
    activity: usize,
    activities: usize,
}

/// A shape whose first size follows from the numbers there are: libtorch cannot tell it where there are none.
fn rows_of(data: &[f32], shape: &[i64]) -> Vec<i64> {
    let wide: i64 = shape[1..].iter().product();
    let mut shape = shape.to_vec();
    shape[0] = data.len() as i64 / wide.max(1);
    shape
}

impl Resident {
    /// Lays out users and questions; those about activity only where there is a reference to correct.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn of(features: &Features, asked: &[UserQuestions], reference: Option<&Reference>) -> Result<Self, TchError> {
        let (wide, interests, device) = (features.inputs(), features.interests() as i64, features.device);
        let (mut rows, mut users, mut known) = (Vec::new(), Vec::new(), Vec::new());
        let mut questions = QuestionNumbers::default();
        let (mut start, mut about, mut seen, mut activity_known) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for asked in asked {
            let activity = if reference.is_some() { asked.activity } else { &[] };
            let steps = asked.questions.iter().map(|question| question.known + 1).max().unwrap_or(0);
            let needed = activity.iter().map(|question| question.known + 1).max().unwrap_or(0).max(steps);
            let place = UserPlace {
                row: rows.len() / wide,
                rows: needed,
                question: known.len(),
                questions: asked.questions.len(),
                steps,
                activity: activity_known.len(),
                activities: activity.len(),
            };
            for step in 0..needed {
                let at = rows.len();
                rows.resize(at + wide, 0.0);
                features.active_period(asked.user, asked.past, step, &mut rows[at..]);
            }
            if !asked.questions.is_empty() {
                features.questions(asked, &mut questions);
            }
            if let Some(reference) = reference {
                reference.lay_out(asked.past, activity, &mut start, &mut about, &mut seen);
            }
            activity_known.extend(activity.iter().map(|question| question.known));
            known.extend(asked.questions.iter().map(|question| (question.known, question.horizon() > 1)));
            users.push(place);
        }
        rows.resize(rows.len() + wide, 0.0);
        let tensor = |data: &[f32], shape: &[i64]| {
            Tensor::f_from_slice(data)?.f_reshape(rows_of(data, shape))?.f_to_device(device)
        };
        let QuestionNumbers { ground, pooled, told, events } = questions;
        Ok(Self {
            rows: tensor(&rows, &[-1, wide as i64])?,
            asked: AskedNumbers {
                ground: tensor(&ground, &[-1, interests])?,
                pooled: if features.has_pool() { Some(tensor(&pooled, &[-1, interests])?) } else { None },
                told: tensor(&told, &[-1, features.question() as i64])?,
                events: tensor(&events, &[-1, interests])?,
            },
            start: tensor(&start, &[-1, STARTS as i64])?,
            about: tensor(&about, &[-1, ACTIVITY_CONTEXT as i64])?,
            seen: tensor(&seen, &[-1, SEEN as i64])?,
            users: users.into(),
            known: known.into(),
            activity_known: activity_known.into(),
            device,
        })
    }

    /// The same tensors under handles of their own. Threads may read them side by side; nobody may change them.
    #[must_use]
    pub fn share(&self) -> Self {
        Self {
            rows: self.rows.shallow_clone(),
            asked: self.asked.share(),
            start: self.start.shallow_clone(),
            about: self.about.shallow_clone(),
            seen: self.seen.shallow_clone(),
            users: self.users.clone(),
            known: self.known.clone(),
            activity_known: self.activity_known.clone(),
            device: self.device,
        }
    }

    /// How many active periods a user's questions about shares look at.
    pub fn length(&self, user: usize) -> usize {
        self.users[user].steps
    }

    /// Users, by their place in what was laid out, with all that is asked of them.
    ///
    /// # Errors
    /// When libtorch has no memory for it.
    pub fn batch(&self, users: &[usize]) -> Result<Batch, TchError> {
        let steps = users.iter().map(|user| self.users[*user].rows).max().unwrap_or(0).max(1);
        let padding = self.rows.size()[0] - 1;
        let mut rows = vec![padding; users.len() * steps];
        // Questions about the next period, and about later ones: each with its place.
        let mut parts: [Vec<(i64, i64)>; 2] = [Vec::new(), Vec::new()];
        // In which part each question is, and where in it.
        let mut asked: Vec<(usize, usize)> = Vec::new();
        let (mut activity, mut activity_places) = (Vec::new(), Vec::new());
        for (at, user) in users.iter().enumerate() {
            let user = self.users[*user];
            let from = at * steps;
            for step in 0..user.rows {
                rows[from + step] = (user.row + step) as i64;
            }
            for question in user.question..user.question + user.questions {
                let (known, later) = self.known[question];
                let part = usize::from(later);
                asked.push((part, parts[part].len()));
                parts[part].push((question as i64, (from + known) as i64));
            }
            for question in user.activity..user.activity + user.activities {
                activity.push(question as i64);
                activity_places.push((from + self.activity_known[question]) as i64);
            }
        }
        let index = |data: &[i64]| Tensor::f_from_slice(data)?.f_to_kind(Kind::Int64)?.f_to_device(self.device);
        let next = parts[0].len();
        let order: Vec<i64> = asked.iter().map(|(part, at)| (part * next + at) as i64).collect();
        let counts = parts.each_ref().map(|part| part.len() as i64);
        let (questions, places): (Vec<i64>, Vec<i64>) = parts.concat().into_iter().unzip();
        let shape = [users.len() as i64, steps as i64, self.rows.size()[1]];
        Ok(Batch::of_parts(
            self.rows.f_index_select(0, &index(&rows)?)?.f_view(shape)?,
            users.iter().map(|user| self.users[*user].steps).max().unwrap_or(0) as i64,
            (index(&places)?, counts, index(&order)?),
            self.asked.of(&index(&questions)?)?,
            if activity.is_empty() {
                None
            } else {
                let asked = index(&activity)?;
                Some(ActivityBatch {
                    place: index(&activity_places)?,
                    start: self.start.f_index_select(0, &asked)?,
                    context: self.about.f_index_select(0, &asked)?,
                    seen: self.seen.f_index_select(0, &asked)?,
                })
            },
        ))
    }
}
