//! Which texts are taken by the same people at about the same time, and the directions in which that differs.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;
use tch::{Kind, Tensor};

use super::InterestsError;
use super::one_thread::OneThread;
use crate::calendar::{Calendar, PeriodLength, WallTime};
use crate::events::EventTable;

/// Pairs counted at most between two times. Beyond, every so many users stand for all.
const PAIRS: f64 = 6e7;
/// Of a basket with more texts than this, so many are counted: it says little of any pair.
const LARGEST: usize = 512;
/// Half of a count is believed where the count is this.
const SHRINK: f32 = 0.5;
/// Directions more than asked for, which make those asked for exact.
const BESIDE: i64 = 16;
/// Rounds of the iteration.
const ROUNDS: usize = 6;
/// A user's days make baskets only if this part of their events stand beside another text.
const COMPANY: f64 = 1.0 / 3.0;

/// Sums over baskets of what of a basket each pair of texts makes up.
pub(super) struct CoOccurrence {
    /// The place of each text of the log among those counted, [`Self::NONE`] for others.
    place: Vec<u32>,
    count: usize,
    /// Count × count; only the places above the diagonal are filled.
    sums: Vec<f32>,
    calendar: Calendar,
}

/// What is taken together: everything of a user within a month where the log has baskets (one alone is too little to
/// learn from, and the month's baskets go together too), within a day where it has none; within a month again where days
/// hardly ever hold two texts. What happens at or after `until` is not looked at.
pub(super) fn basket_length(events: &EventTable, until: WallTime) -> PeriodLength {
    if events.basket.is_some() {
        return PeriodLength::Month;
    }
    let (mut beside, mut all) = (0_usize, 0_usize);
    for user in events.user_ids() {
        let rows: Vec<usize> = events.rows(user).filter(|row| events.time[*row] < until).collect();
        for day in rows.chunk_by(|a, b| events.time[*a].day() == events.time[*b].day()) {
            all += day.len();
            beside += if day.iter().any(|row| events.text[*row] != events.text[day[0]]) { day.len() } else { 0 };
        }
    }
    if beside as f64 >= COMPANY * all as f64 { PeriodLength::Day } else { PeriodLength::Month }
}

impl CoOccurrence {
    const NONE: u32 = u32::MAX;

    /// Nothing counted yet, of these texts.
    pub fn of(events: &EventTable, texts: &[usize], calendar: Calendar) -> Self {
        let mut place = vec![Self::NONE; events.texts.len()];
        texts.iter().enumerate().for_each(|(at, text)| place[*text] = at as u32);
        Self { place, count: texts.len(), sums: vec![0.0; texts.len() * texts.len()], calendar }
    }

    /// Counts the events from `from` up to `until`.
    pub fn add(&mut self, events: &EventTable, (from, until): (WallTime, WallTime)) {
        let mut baskets: Vec<Vec<u32>> = Vec::new();
        let mut pairs = 0.0;
        for user in events.user_ids() {
            let rows: Vec<usize> =
                events.rows(user).filter(|row| events.time[*row] >= from && events.time[*row] < until).collect();
            let period = |row: &usize| self.calendar.period(events.time[*row]);
            for basket in rows.chunk_by(|a, b| period(a) == period(b)) {
                let mut texts: Vec<u32> = basket.iter().map(|row| self.place[events.text[*row].index()]).collect();
                texts.sort_unstable();
                texts.dedup();
                texts.retain(|text| *text != Self::NONE);
                if texts.len() > LARGEST {
                    let (all, step) = (texts.len(), texts.len().div_ceil(LARGEST));
                    texts = (0..all).step_by(step).map(|at| texts[at]).collect();
                }
                if texts.len() > 1 {
                    pairs += (texts.len() * texts.len()) as f64 / 2.0;
                    baskets.push(texts);
                }
            }
        }
        let step = (pairs / PAIRS).ceil().max(1.0) as usize;
        for texts in baskets.iter().step_by(step) {
            // Whoever takes much together says less of each pair.
            let share = step as f32 / texts.len() as f32;
            for (at, a) in texts.iter().enumerate() {
                let row = &mut self.sums[*a as usize * self.count..][..self.count];
                texts[at + 1..].iter().for_each(|b| row[*b as usize] += share);
            }
        }
    }

    /// Positive pointwise mutual information, ln of how many times more often than by chance two texts are taken
    /// together where that is above 0, shrunk where little was counted; count × count, symmetric, nothing on the
    /// diagonal.
    fn information(&self) -> Vec<f32> {
        let count = self.count;
        let mut of = vec![0.0_f64; count];
        for (a, row) in self.sums.chunks_exact(count.max(1)).enumerate() {
            for (b, sum) in row.iter().enumerate().skip(a + 1) {
                of[a] += f64::from(*sum);
                of[b] += f64::from(*sum);
            }
        }
        let all: f64 = of.iter().sum();
        let (of, sums) = (&of, &self.sums);
        let rows = (0..count).into_par_iter().flat_map_iter(move |a| {
            (0..count).map(move |b| {
                let sum = sums[a.min(b) * count + a.max(b)];
                if a == b || sum <= 0.0 {
                    return 0.0;
                }
                let more = (f64::from(sum) * all / (of[a] * of[b])).ln().max(0.0);
                more as f32 * sum / (sum + SHRINK)
            })
        });
        rows.collect()
    }

    /// Where each text lies along the `rank` leading directions of the information, each scaled by the root of its
    /// eigenvalue's size: count × rank. Fewer columns where there are fewer texts.
    ///
    /// By subspace iteration from directions that are always the same: Halko, Martinsson, Tropp: Finding Structure with
    /// Randomness, 2011. An eigenvector's largest entry is made positive.
    pub fn directions(&self, rank: usize) -> Result<(Vec<f32>, usize), InterestsError> {
        let count = self.count as i64;
        let rank = (rank as i64).min(count);
        if rank == 0 {
            return Ok((Vec::new(), 0));
        }
        let (_frozen, _one) = (tch::no_grad_guard(), OneThread::on(tch::Device::Cpu));
        let information = Tensor::f_from_slice(&self.information())?.f_reshape([count, count])?;
        let wide = (rank + BESIDE).min(count);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let start: Vec<f32> = (0..count * wide).map(|_| rng.random_range(-1.0..1.0)).collect();
        let mut basis = Tensor::f_from_slice(&start)?.f_reshape([count, wide])?;
        for _ in 0..ROUNDS {
            basis = Tensor::f_linalg_qr(&information.f_matmul(&basis)?, "reduced")?.0;
        }
        let within = basis.f_transpose(0, 1)?.f_matmul(&information.f_matmul(&basis)?)?;
        let within = within.f_add(&within.f_transpose(0, 1)?)?.f_mul_scalar(0.5)?;
        let (values, vectors) = within.f_linalg_eigh("L")?;
        let order = values.f_abs()?.f_argsort(0, true)?.f_narrow(0, 0, rank)?;
        let values = values.f_index_select(0, &order)?.f_abs()?;
        let vectors = basis.f_matmul(&vectors.f_index_select(1, &order)?)?;
        let largest = vectors.f_gather(0, &vectors.f_abs()?.f_argmax(0, true)?, false)?;
        let scaled = vectors.f_mul(&largest.f_sign()?)?.f_mul(&values.f_sqrt()?)?;
        let rows = Vec::try_from(scaled.f_to_kind(Kind::Float)?.f_contiguous()?.f_flatten(0, 1)?)?;
        Ok((rows, rank as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000_000;

    /// A log of lines (user, day, text).
    fn log(users: u32, texts: usize, mut lines: Vec<(u32, i64, u32)>) -> EventTable {
        lines.sort_unstable();
        EventTable {
            users: (0..users).map(|user| user.to_string()).collect(),
            texts: (0..texts).map(|text| text.to_string()).collect(),
            offsets: (0..=users).map(|user| lines.iter().filter(|line| line.0 < user).count()).collect(),
            time: lines.iter().map(|line| WallTime(line.1 * DAY)).collect(),
            text: lines.iter().map(|line| TextId(line.2)).collect(),
            ..EventTable::default()
        }
    }

    fn days() -> Calendar {
        Calendar::new(PeriodLength::Day)
    }

    const ALWAYS: (WallTime, WallTime) = (WallTime(i64::MIN), WallTime(i64::MAX));

    fn counted(events: &EventTable, texts: &[usize]) -> CoOccurrence {
        let mut counted = CoOccurrence::of(events, texts, days());
        counted.add(events, ALWAYS);
        counted
    }

    proptest! {
        #[test]
        fn information_is_that_of_plain_loops(
            lines in proptest::collection::vec((0..5_u32, 0..4_i64, 0..6_u32), 1..60),
        ) {
            let events = log(5, 6, lines.clone());
            let texts = [4, 0, 2, 5];
            let found = counted(&events, &texts).information();
            let mut sums = [[0.0_f64; 4]; 4];
            for (user, day) in (0..5).flat_map(|user| (0..4).map(move |day| (user, day))) {
                let within = |text: usize| lines.contains(&(user, day, text as u32));
                let size = texts.iter().filter(|text| within(**text)).count();
                for a in 0..4 {
                    for b in (0..4).filter(|b| *b != a) {
                        if within(texts[a]) && within(texts[b]) {
                            sums[a][b] += 1.0 / size as f64;
                        }
                    }
                }
            }
            let of: Vec<f64> = sums.iter().map(|row| row.iter().sum()).collect();
            let all: f64 = of.iter().sum();
            for a in 0..4 {
                for b in 0..4 {
                    let sum = sums[a][b];
                    let plain = if sum == 0.0 { 0.0 } else { (sum * all / (of[a] * of[b])).ln().max(0.0) * sum / (sum + 0.5) };
                    prop_assert!((f64::from(found[a * 4 + b]) - plain).abs() < 1e-5, "{a} {b}: {found:?}");
                }
            }
        }

        #[test]
        fn times_are_counted_piece_by_piece(
            lines in proptest::collection::vec((0..5_u32, 0..9_i64, 0..6_u32), 1..60), cut in 0..9_i64,
        ) {
            let events = log(5, 6, lines);
            let mut pieces = CoOccurrence::of(&events, &[0, 1, 2, 3, 4, 5], days());
            pieces.add(&events, (ALWAYS.0, WallTime(cut * DAY)));
            pieces.add(&events, (WallTime(cut * DAY), ALWAYS.1));
            let whole = counted(&events, &[0, 1, 2, 3, 4, 5]);
            prop_assert!(pieces.sums.iter().zip(&whole.sums).all(|(a, b)| (a - b).abs() < 1e-4));
        }
    }

    #[test]
    fn directions_rebuild_what_they_come_from_and_are_the_same_bits_twice() {
        // Two worlds that never meet: texts 0 to 4 and 5 to 9, each user's day a pair of one world.
        let lines = (0..40_u32).flat_map(|user| {
            let (world, a) = (5 * (user % 2), user / 2 % 5);
            [(user, 0, world + a), (user, 0, world + (a + 1 + user / 10) % 5)]
        });
        let counted = counted(&log(40, 10, lines.collect()), &(0..10).collect::<Vec<_>>());
        let (rows, rank) = counted.directions(10).unwrap();
        assert_eq!((rank, rows.len()), (10, 100));
        let information = counted.information();
        // The matrix of rank 10 is told by all its eigenvectors: the squares of its entries are those of the eigenvalues.
        let squares: f32 = information.iter().map(|value| value * value).sum();
        let sizes: Vec<f32> =
            (0..10).map(|column| rows.iter().skip(column).step_by(10).map(|value| value * value).sum()).collect();
        let told: f32 = sizes.iter().map(|size| size * size).sum();
        assert!((squares - told).abs() < 1e-3 * squares, "{squares} {told}");
        assert!(sizes.is_sorted_by(|a, b| *a >= *b - 1e-4), "{sizes:?}");
        let (again, _) = counted.directions(10).unwrap();
        assert!(rows.iter().zip(&again).all(|(a, b)| a.to_bits() == b.to_bits()));
        let (few, rank) = counted.directions(2).unwrap();
        assert_eq!(rank, 2);
        let same_world = |a: usize, b: usize| few[a * 2] * few[b * 2] + few[a * 2 + 1] * few[b * 2 + 1];
        assert!(same_world(0, 1) > 0.1 && same_world(5, 6) > 0.1 && same_world(0, 6).abs() < 1e-2, "{few:?}");
    }

    #[test]
    fn what_nobody_takes_together_has_no_direction() {
        let alone = counted(&log(3, 3, vec![(0, 0, 0), (1, 0, 1), (2, 0, 2)]), &[0, 1, 2]);
        assert!(alone.information().iter().all(|value| *value == 0.0));
        assert!(alone.directions(2).unwrap().0.iter().all(|value| *value == 0.0));
        let none = CoOccurrence::of(&log(1, 1, vec![(0, 0, 0)]), &[], days());
        assert_eq!(none.directions(2).unwrap(), (Vec::new(), 0));
    }

    #[test]
    fn baskets_are_days_where_days_hold_several_texts_else_months() {
        let together = log(2, 3, vec![(0, 0, 0), (0, 0, 1), (1, 0, 2), (1, 5, 2)]);
        assert_eq!(basket_length(&together, ALWAYS.1), PeriodLength::Day);
        let apart = log(2, 3, vec![(0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 0, 2)]);
        assert_eq!(basket_length(&apart, ALWAYS.1), PeriodLength::Month);
        let basket = Some(crate::events::Interned { names: vec!["a".into()], codes: vec![0; 4] });
        assert_eq!(basket_length(&EventTable { basket, ..together }, ALWAYS.1), PeriodLength::Month);
    }
}
