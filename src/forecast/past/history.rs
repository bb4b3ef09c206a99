//! One user's past as the forecasters see it: dense counts with running decayed sums.

use std::ops::Range;

use crate::calendar::Period;
use crate::events::UserId;
use crate::interests::Trajectories;

/// Active periods whose mean tells how many events to expect.
pub const RECENT: usize = 6;

/// A user's active periods before the trajectories' origin, oldest first.
#[derive(Clone, Debug)]
pub struct Past {
    interests: usize,
    /// The active periods.
    pub periods: Vec<Period>,
    /// Events of each active period.
    pub totals: Vec<f32>,
    /// Number of events of each active period, whatever their kinds count.
    pub events: Vec<f32>,
    /// What each active period brought in; empty where the log has no value.
    pub spend: Vec<f32>,
    /// Events by interest, active periods × interests.
    counts: Vec<f32>,
}

/// A question to a forecaster: what will this user's shares be in `target`, knowing only what came before `origin`?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whose shares.
    pub user: UserId,
    /// The user's last active period before `origin`, counted from 0.
    pub known: usize,
    /// First period that is not seen.
    pub origin: Period,
    /// The period asked for.
    pub target: Period,
    /// The active period that is the target, where it has been observed.
    pub answer: Option<usize>,
}

impl Question {
    /// How many periods ahead, from 1.
    pub fn horizon(&self) -> usize {
        usize::try_from(self.target.since(self.origin) + 1).unwrap_or(1)
    }

    /// How much its events count in training. Every target is asked about from each horizon; were they to count alike,
    /// the next period, which is forecast best and looked at most, would be but one of several.
    pub fn weight(&self) -> f32 {
        1.0 / self.horizon() as f32
    }
}

impl Past {
    /// Reads a user's past out of the trajectories.
    pub fn of(trajectories: &Trajectories, user: UserId) -> Self {
        let interests = trajectories.interests;
        let mut past = Self {
            interests,
            periods: Vec::new(),
            totals: Vec::new(),
            events: Vec::new(),
            spend: Vec::new(),
            counts: Vec::new(),
        };
        for row in trajectories.rows(user).take_while(|row| trajectories.period[*row] < trajectories.origin) {
            let at = past.counts.len();
            past.counts.resize(at + interests, 0.0);
            for cell in trajectories.cells(row) {
                past.counts[at + trajectories.interest[cell] as usize] = trajectories.weight(cell);
            }
            past.totals.push(past.counts[at..].iter().sum());
            past.events.push(trajectories.total(row) as f32);
            past.spend.extend(trajectories.spend.get(row));
            past.periods.push(trajectories.period[row]);
        }
        past
    }

    /// How many active periods there are.
    pub fn len(&self) -> usize {
        self.periods.len()
    }

    /// Events by interest of one active period.
    pub fn counts(&self, at: usize) -> &[f32] {
        &self.counts[at * self.interests..(at + 1) * self.interests]
    }

    /// Running sums of the counts in which a period loses the factor `decay` with every period that passes, after each
    /// active period: active periods × interests. A decay of 0 leaves the active period alone, 1 sums everything.
    pub fn decayed(&self, decay: f32) -> Vec<f32> {
        let mut sums = self.counts.clone();
        for at in 1..self.len() {
            let passed = self.periods[at].since(self.periods[at - 1]);
            let kept = decay.powi(passed);
            let (before, now) = sums.split_at_mut(at * self.interests);
            for (now, before) in now.iter_mut().zip(&before[(at - 1) * self.interests..]) {
                *now += kept * before;
            }
        }
        sums
    }

    /// The last active period before `origin`.
    pub fn known_before(&self, origin: Period) -> Option<usize> {
        self.periods.partition_point(|period| *period < origin).checked_sub(1)
    }

    /// The questions whose answers lie in `targets`, for each horizon, with origins no earlier than `earliest`.
    pub fn questions(
        &self,
        user: UserId,
        targets: Range<Period>,
        earliest: Period,
        horizons: &[usize],
    ) -> impl Iterator<Item = Question> {
        let answers = (0..self.len()).filter(move |at| targets.contains(&self.periods[*at]));
        answers.flat_map(move |answer| {
            horizons.iter().filter_map(move |horizon| {
                let target = self.periods[answer];
                let origin = target.plus(1 - i32::try_from(*horizon).ok()?);
                let known = self.known_before(origin).filter(|_| origin >= earliest)?;
                Some(Question { user, known, origin, target, answer: Some(answer) })
            })
        })
    }
}

/// Events by interest of the last active periods up to `known`.
pub fn recent_counts(past: &Past, known: usize) -> Vec<f32> {
    let mut sum = vec![0.0; past.counts(known).len()];
    for at in (known + 1).saturating_sub(RECENT)..=known {
        sum.iter_mut().zip(past.counts(at)).for_each(|(sum, events)| *sum += events);
    }
    sum
}

/// Mean events of the last active periods up to `known`.
pub fn recent_events(past: &Past, known: usize) -> f32 {
    let recent = &past.totals[(known + 1).saturating_sub(RECENT)..=known];
    recent.iter().sum::<f32>() / recent.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::testing::trajectories;

    fn past() -> Past {
        Past::of(&trajectories(2, &[&[(0, &[4, 0]), (2, &[0, 2]), (3, &[1, 1])]]), UserId(0))
    }

    #[test]
    fn decayed_sums_forget_by_the_periods_passed() {
        let past = past();
        assert_eq!(past.decayed(0.5), [4.0, 0.0, 1.0, 2.0, 1.5, 2.0]);
        assert_eq!(past.decayed(1.0)[4..], [5.0, 3.0]);
        assert_eq!(past.decayed(0.0)[4..], [1.0, 1.0]);
    }

    #[test]
    fn a_question_knows_nothing_at_or_after_its_origin() {
        let past = past();
        let asked: Vec<_> = past.questions(UserId(0), Period(0)..Period(4), Period(0), &[1, 2, 3]).collect();
        for question in &asked {
            assert!(past.periods[question.known] < question.origin);
            assert!(question.origin <= question.target);
            assert_eq!(past.periods[question.answer.unwrap()], question.target);
        }
        // Period 2 one and two ahead, period 3 one, two and three ahead; period 0 has no past.
        assert_eq!(asked.len(), 5);
        assert_eq!(past.questions(UserId(0), Period(0)..Period(4), Period(3), &[1, 2, 3]).count(), 1);
    }
}
