//! The mean text vector of every row of the trajectories, reduced to its main directions.

use tch::{Kind, Tensor};

use super::{InterestSpace, Trajectories};
use crate::calendar::WallTime;
use crate::events::EventTable;
use crate::language::Vectors;

/// Main directions of the texts that are kept.
const REDUCED: usize = 8;
/// How sharply a text belongs to the interests it is near to; a cosine is divided by it.
const TEMPERATURE: f64 = 0.1;

/// One short vector a row of [`Trajectories`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowVectors {
    /// Length of a vector.
    pub dim: usize,
    /// Rows × `dim`.
    pub data: Vec<f32>,
}

impl RowVectors {
    /// Means over each row's events of what their texts are like: how much each belongs to every interest, and where it
    /// lies along the main directions of the texts, which are found on the events before `until` and scaled to unit
    /// variance there.
    ///
    /// # Errors
    /// What libtorch reports.
    pub fn of_space(
        events: &EventTable,
        trajectories: &Trajectories,
        space: &InterestSpace,
        vectors: &Vectors,
        until: WallTime,
    ) -> Result<Self, tch::TchError> {
        let reduced = REDUCED.min(vectors.dim);
        let directions = main_directions(&vectors.data, vectors.dim, &events.text_counts_before(until), reduced)?;
        let soft = memberships(space, vectors)?;
        let width = reduced + space.len();
        let mut features = Vec::with_capacity(events.texts.len() * width);
        for (directions, soft) in directions.chunks_exact(reduced).zip(soft.chunks_exact(space.len())) {
            features.extend_from_slice(soft);
            features.extend_from_slice(directions);
        }
        Ok(Self::mean_of(events, trajectories, &features, width))
    }

    /// Means over each row's events of features of their texts, texts × `dim`.
    fn mean_of(events: &EventTable, trajectories: &Trajectories, reduced: &[f32], dim: usize) -> Self {
        let mut data = vec![0.0; trajectories.period.len() * dim];
        for user in events.user_ids() {
            let mut rows = trajectories.rows(user);
            let Some(mut row) = rows.next() else { continue };
            let mut seen = 0.0;
            for event in events.rows(user) {
                if trajectories.calendar.period(events.time[event]) != trajectories.period[row] {
                    divide(&mut data[row * dim..(row + 1) * dim], seen);
                    let Some(next) = rows.next() else { break };
                    (row, seen) = (next, 0.0);
                }
                let text = events.text[event].index();
                for (sum, value) in data[row * dim..].iter_mut().zip(&reduced[text * dim..(text + 1) * dim]) {
                    *sum += value;
                }
                seen += 1.0;
            }
            divide(&mut data[row * dim..(row + 1) * dim], seen);
        }
        Self { dim, data }
    }

    /// The vector of a row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.dim..(row + 1) * self.dim]
    }
}

fn divide(sums: &mut [f32], by: f32) {
    if by > 0.0 {
        sums.iter_mut().for_each(|sum| *sum /= by);
    }
}

/// How much each text belongs to every interest: a softmax over cosines; texts × interests.
fn memberships(space: &InterestSpace, vectors: &Vectors) -> Result<Vec<f32>, tch::TchError> {
    let _frozen = tch::no_grad_guard();
    let (dim, unit) = (vectors.dim as i64, |data: &[f32]| -> Result<Tensor, tch::TchError> {
        let rows = Tensor::f_from_slice(data)?.f_reshape([-1, vectors.dim as i64])?;
        let length = rows.f_norm_scalaropt_dim(2.0, [1_i64].as_slice(), true)?.f_clamp_min(1e-12)?;
        rows.f_div(&length)
    });
    let centroids = Tensor::f_from_slice(&space.centroids)?.f_reshape([-1, dim])?;
    let cosines = unit(&vectors.data)?.f_matmul(&centroids.f_transpose(0, 1)?)?;
    Vec::try_from(cosines.f_div_scalar(TEMPERATURE)?.f_softmax(-1, Kind::Float)?.f_flatten(0, 1)?)
}

/// Principal components of weighted vectors: texts × `dim`.
fn main_directions(vectors: &[f32], width: usize, weights: &[u32], dim: usize) -> Result<Vec<f32>, tch::TchError> {
    let _frozen = tch::no_grad_guard();
    let all = Tensor::f_from_slice(vectors)?.f_reshape([-1, width as i64])?;
    let weights: Vec<f32> = weights.iter().map(|events| *events as f32).collect();
    let weights = Tensor::f_from_slice(&weights)?.f_unsqueeze(1)?;
    let weights = weights.f_div(&weights.f_sum(Kind::Float)?.f_clamp_min(1.0)?)?;
    let mean = all.f_mul(&weights)?.f_sum_dim_intlist([0_i64].as_slice(), true, Kind::Float)?;
    let centred = all.f_sub(&mean)?;
    let covariance = centred.f_mul(&weights)?.f_transpose(0, 1)?.f_matmul(&centred)?;
    // Eigenvalues ascend, so the main directions come last.
    let (values, directions) = covariance.f_linalg_eigh("L")?;
    let from = width as i64 - dim as i64;
    let directions = directions.f_narrow(1, from, dim as i64)?;
    let scale = values.f_narrow(0, from, dim as i64)?.f_clamp_min(1e-8)?.f_rsqrt()?;
    // An eigenvector's sign is arbitrary: the largest entry is made positive.
    let largest = directions.f_gather(0, &directions.f_abs()?.f_argmax(0, true)?, false)?;
    let reduced = centred.f_matmul(&directions.f_mul(&largest.f_sign()?)?)?.f_mul(&scale)?;
    Vec::try_from(reduced.f_flatten(0, 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Calendar, Period, PeriodLength, WallTime};
    use crate::events::TextId;

    #[test]
    fn rows_hold_the_mean_of_their_texts_along_the_main_direction() {
        let day = |day: i64| WallTime(day * 86_400_000_000);
        let events = EventTable {
            users: vec!["a".into()],
            texts: vec!["left".into(), "right".into()],
            offsets: vec![0, 4],
            time: vec![day(0), day(0), day(1), day(1)],
            text: vec![TextId(0), TextId(0), TextId(0), TextId(1)],
            ..EventTable::default()
        };
        let trajectories = Trajectories {
            calendar: Calendar::new(PeriodLength::Day),
            interests: 1,
            first: Period(0),
            origin: Period(2),
            user_rows: vec![0, 2],
            period: vec![Period(0), Period(1)],
            row_cells: vec![0, 1, 2],
            interest: vec![0, 0],
            events: vec![2, 2],
            weight: Vec::new(),
            value: vec![0.0, 0.0],
        };
        let directions = main_directions(&[-1.0, 0.0, 1.0, 0.0], 2, &events.text_counts(), 1).unwrap();
        let rows = RowVectors::mean_of(&events, &trajectories, &directions, 1);
        assert_eq!(rows.data.len(), 2);
        let (one, mixed) = (rows.row(0)[0], rows.row(1)[0]);
        assert!(one * mixed < 0.0, "weighted by events, the centre lies between: {one} {mixed}");
        assert!((one + mixed).abs() < 1e-4, "{one} {mixed}");
    }
}
