//! What the texts of every row of the trajectories are like.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use super::centroids::{Centroids, dot};
use super::one_thread::OneThread;
use super::sample::Sample;
use super::text_mapping::TextMapping;
use super::topics::{RowTopics, Topics};
use super::{InterestSpace, InterestsError, Trajectories};
use crate::calendar::WallTime;
use crate::events::EventTable;
use crate::language::SpooledVectors;
use crate::observe::Watch;

/// Main directions of the texts that are kept.
const REDUCED: usize = 8;
/// How sharply a text belongs to the interests it is near to; a cosine is divided by it.
const TEMPERATURE: f32 = 0.1;

/// What is told of a text besides its interest: where it lies along the directions in which texts differ most, and its
/// topic. Found once on a log, and then the same for other logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextFeatures {
    /// What texts' vectors are mapped to before anything is told of them; none where they stay as they are.
    pub mapping: Option<TextMapping>,
    /// The directions.
    pub main: MainDirections,
    /// The topics.
    pub topics: Topics,
}

impl TextFeatures {
    /// Those of a log's texts, each as often as it has events before `until`; `vectors` are mapped already.
    ///
    /// # Errors
    /// [`InterestsError::Cancelled`], what libtorch or the disk reports.
    pub fn before(
        events: &EventTable,
        vectors: &mut SpooledVectors,
        until: WallTime,
        watch: &Watch,
    ) -> Result<Self, InterestsError> {
        let counts: Vec<f64> = events.text_counts_before(until).into_iter().map(f64::from).collect();
        // Which texts stand for all is of no weight here: the directions hardly depend on it.
        let main = MainDirections::of(&Sample::take(vectors, &counts, 0)?)?;
        Ok(Self { mapping: None, main, topics: Topics::find(vectors, &counts, watch)? })
    }
}

/// What every row of [`Trajectories`] is made of: one short vector, and its topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowVectors {
    /// Length of a vector.
    pub dim: usize,
    /// Rows × `dim`.
    pub data: Vec<f32>,
    /// The topics of every row.
    pub topics: RowTopics,
}

impl RowVectors {
    /// Means over each row's events of what their texts are like: how much each belongs to every interest, and where it
    /// lies along the main directions; and how often each topic occurs.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn of_space(
        events: &EventTable,
        trajectories: &Trajectories,
        space: &InterestSpace,
        text: &TextFeatures,
        vectors: &mut SpooledVectors,
    ) -> Result<Self, InterestsError> {
        let (dim, width) = (vectors.dim(), space.len() + text.main.len());
        let centroids = Centroids::new(&space.centroids, dim);
        let mut features = Vec::with_capacity(events.texts.len() * width);
        let mut topics = Vec::with_capacity(events.texts.len());
        vectors.each(|_, rows| {
            let window = rows.par_chunks_exact(dim).flat_map_iter(|vector| {
                memberships(centroids.cosines(vector).collect()).into_iter().chain(text.main.along(vector))
            });
            features.par_extend(window);
            topics.par_extend(rows.par_chunks_exact(dim).map(|vector| text.topics.of(vector)));
            Ok::<(), InterestsError>(())
        })?;
        Ok(Self::mean_of(events, trajectories, &features, width, &topics, text.topics.len()))
    }

    /// Means over each row's events of features of their texts, texts × `dim`, with the rows' topics of `count`.
    fn mean_of(
        events: &EventTable,
        trajectories: &Trajectories,
        features: &[f32],
        dim: usize,
        topics: &[u16],
        count: usize,
    ) -> Self {
        let mut data = vec![0.0; trajectories.period.len() * dim];
        let (mut of_rows, mut in_row) = (RowTopics::with(count), Vec::new());
        for user in events.user_ids() {
            let mut left = events.rows(user).peekable();
            for row in trajectories.rows(user) {
                let mut seen = 0.0;
                let own = |event: &usize| trajectories.calendar.period(events.time[*event]) == trajectories.period[row];
                while let Some(event) = left.next_if(own) {
                    let text = events.text[event].index();
                    let sums = &mut data[row * dim..(row + 1) * dim];
                    sums.iter_mut().zip(&features[text * dim..]).for_each(|(sum, value)| *sum += value);
                    in_row.extend(topics.get(text));
                    seen += 1.0;
                }
                divide(&mut data[row * dim..(row + 1) * dim], seen);
                of_rows.push(&mut in_row);
            }
        }
        Self { dim, data, topics: of_rows }
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

/// How much a text belongs to every interest: a softmax over its cosines.
fn memberships(mut cosines: Vec<f32>) -> Vec<f32> {
    let largest = cosines.iter().copied().fold(f32::MIN, f32::max);
    cosines.iter_mut().for_each(|cosine| *cosine = ((*cosine - largest) / TEMPERATURE).exp());
    let sum: f32 = cosines.iter().sum();
    divide(&mut cosines, sum);
    cosines
}

/// The directions in which texts differ most, each scaled to unit variance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MainDirections {
    /// Directions × length of a vector.
    pub rows: Vec<f32>,
    /// Length of a vector.
    pub dim: usize,
    /// Where the texts' centre lies along each.
    pub centre: Vec<f32>,
}

impl MainDirections {
    /// Principal components of a weighted sample.
    fn of(sample: &Sample) -> Result<Self, InterestsError> {
        let (_frozen, _one) = (tch::no_grad_guard(), OneThread::on(tch::Device::Cpu));
        let (width, count) = (sample.dim as i64, REDUCED.min(sample.dim) as i64);
        let all = Tensor::f_from_slice(&sample.data)?.f_reshape([-1, width])?;
        let weights: Vec<f32> = sample.weights.iter().map(|weight| *weight as f32).collect();
        let weights = Tensor::f_from_slice(&weights)?.f_unsqueeze(1)?;
        let weights = weights.f_div(&weights.f_sum(Kind::Float)?.f_clamp_min(1.0)?)?;
        let mean = all.f_mul(&weights)?.f_sum_dim_intlist([0_i64].as_slice(), true, Kind::Float)?;
        let centred = all.f_sub(&mean)?;
        let covariance = centred.f_mul(&weights)?.f_transpose(0, 1)?.f_matmul(&centred)?;
        // Eigenvalues ascend, so the main directions come last.
        let (values, directions) = covariance.f_linalg_eigh("L")?;
        let from = width - count;
        let directions = directions.f_narrow(1, from, count)?;
        let scale = values.f_narrow(0, from, count)?.f_clamp_min(1e-8)?.f_rsqrt()?;
        // An eigenvector's sign is arbitrary: the largest entry is made positive.
        let largest = directions.f_gather(0, &directions.f_abs()?.f_argmax(0, true)?, false)?;
        let scaled = directions.f_mul(&largest.f_sign()?)?.f_mul(&scale)?;
        let rows = Vec::try_from(scaled.f_transpose(0, 1)?.f_contiguous()?.f_flatten(0, 1)?)?;
        let centre = Vec::try_from(mean.f_matmul(&scaled)?.f_flatten(0, 1)?)?;
        Ok(Self { rows, dim: sample.dim, centre })
    }

    fn len(&self) -> usize {
        self.centre.len()
    }

    /// Where a vector lies along each direction.
    fn along(&self, vector: &[f32]) -> impl Iterator<Item = f32> {
        self.rows.chunks_exact(self.dim).zip(&self.centre).map(move |(row, centre)| dot(row, vector) - centre)
    }
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
            spend: vec![],
        };
        let texts = [-1.0, 0.0, 1.0, 0.0];
        let weights = events.text_counts().into_iter().map(f64::from).collect();
        let main = MainDirections::of(&Sample { data: texts.to_vec(), dim: 2, weights }).unwrap();
        let along: Vec<f32> = texts.chunks(2).flat_map(|text| main.along(text)).collect();
        let rows = RowVectors::mean_of(&events, &trajectories, &along, 2, &[0, 1], 2);
        assert_eq!(rows.data.len(), 4);
        // Eigenvalues ascend: the main direction is the last.
        let (one, mixed) = (rows.row(0)[1], rows.row(1)[1]);
        assert!(one * mixed < 0.0, "weighted by events, the centre lies between: {one} {mixed}");
        assert!((one + mixed).abs() < 1e-4, "{one} {mixed}");
        assert_eq!(rows.topics.row(1).collect::<Vec<_>>(), [(0, 1.0), (1, 1.0)]);
    }
}
