//! Spherical k-means: unit vectors gathered by the angle between them.
//!
//! Dhillon, Modha: Concept Decompositions for Large Sparse Text Data Using Clustering, 2001; seeded as Arthur,
//! Vassilvitskii: k-means++: The Advantages of Careful Seeding, 2007.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tch::{Kind, Tensor};

use super::InterestsError;
use super::centroids::nearest;
use super::one_thread::OneThread;
use super::sample::Sample;
use crate::observe::{Stage, Watch};

/// How long better clusters are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Seedings tried; the one whose texts lie nearest to their centroids is kept.
    pub attempts: u64,
    /// Most rounds of one attempt.
    pub rounds: usize,
}

impl Effort {
    /// For what a person will read. The sample settles in about thirty rounds.
    pub const CAREFUL: Self = Self { attempts: 16, rounds: 100 };
}

/// An attempt ends when a round gains less than this part of the objective.
const GAIN: f64 = 1e-6;

/// Vectors on the unit sphere with their weights.
pub(super) struct Points {
    /// Points × `dim`.
    data: Vec<f32>,
    dim: usize,
    weights: Vec<f64>,
}

/// What gathering found.
#[derive(Clone, Debug)]
pub(super) struct Clusters {
    /// Unit centroids, clusters × dim.
    pub centroids: Vec<f32>,
    /// The nearest centroid of each point.
    pub of: Vec<usize>,
    /// Cosines of points and centroids, points × clusters.
    pub cosines: Vec<f32>,
    /// Weighted sum of the cosines of points and their own centroid.
    objective: f64,
}

impl Points {
    /// Brings vectors to unit length. A vector of zeros stays and is alike to nothing.
    pub fn new(sample: Sample) -> Result<Self, InterestsError> {
        let Sample { mut data, dim, weights } = sample;
        data.chunks_exact_mut(dim).for_each(to_unit);
        Ok(Self { data, dim, weights })
    }

    fn row(&self, point: usize) -> &[f32] {
        &self.data[point * self.dim..(point + 1) * self.dim]
    }

    /// How many different points carry weight: no more clusters can be told apart.
    pub fn distinct(&self) -> usize {
        let bits = |point: usize| self.row(point).iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let heavy = (0..self.weights.len()).filter(|point| self.weights[*point] > 0.0);
        heavy.map(bits).collect::<std::collections::HashSet<_>>().len()
    }

    /// Gathers the points into `count` clusters, at most [`Points::distinct`]. Attempts are made side by side, each on one
    /// thread, and what one finds hangs on its number alone.
    pub fn gather(&self, count: usize, seed: u64, effort: Effort, watch: &Watch) -> Result<Clusters, InterestsError> {
        let meter = Mutex::new(watch.meter(Stage::Cluster, "attempt", Some(effort.attempts)));
        let next = AtomicU64::new(0);
        let matrix = Tensor::f_from_slice(&self.data)?.f_reshape([-1, self.dim as i64])?;
        let _one = OneThread::on(tch::Device::Cpu);
        let worker = |matrix: Tensor| -> Result<Option<(u64, Clusters)>, InterestsError> {
            tch::set_num_threads(1);
            let _frozen = tch::no_grad_guard();
            let mut best: Option<(u64, Clusters)> = None;
            loop {
                let attempt = next.fetch_add(1, Ordering::Relaxed);
                if attempt >= effort.attempts {
                    return Ok(best);
                }
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                rng.set_stream(attempt);
                let found = self.attempt(&matrix, count, &mut rng, effort.rounds, watch)?;
                if best.as_ref().is_none_or(|(_, best)| found.objective > best.objective) {
                    best = Some((attempt, found));
                }
                meter.lock().unwrap_or_else(PoisonError::into_inner).advance(1)?;
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from).min(effort.attempts as usize);
        let found: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let (matrix, worker) = (matrix.shallow_clone(), &worker);
                    scope.spawn(move || worker(matrix))
                })
                .collect();
            let join =
                |worker: thread::ScopedJoinHandle<'_, _>| worker.join().unwrap_or_else(|panic| resume_unwind(panic));
            workers.into_iter().map(join).collect()
        });
        let mut found: Vec<(u64, Clusters)> =
            found.into_iter().filter_map(Result::transpose).collect::<Result<_, _>>()?;
        // Of equals the first attempt, whoever made it.
        found.sort_by(|a, b| b.1.objective.total_cmp(&a.1.objective).then(a.0.cmp(&b.0)));
        found.into_iter().next().map(|(_, best)| best).ok_or(InterestsError::NoEvents)
    }

    fn attempt(
        &self,
        matrix: &Tensor,
        count: usize,
        rng: &mut ChaCha8Rng,
        rounds: usize,
        watch: &Watch,
    ) -> Result<Clusters, InterestsError> {
        let mut found = self.assign(matrix, self.seeds(matrix, count, rng)?)?;
        for _ in 0..rounds {
            watch.check()?;
            let next = self.assign(matrix, self.centroids(&found, count))?;
            let gained = next.objective - found.objective;
            found = next;
            if gained.abs() <= GAIN * found.objective.abs() && all_used(&found.of, count) {
                break;
            }
        }
        Ok(found)
    }

    /// Centroids drawn far from each other: each next one by weight times the squared distance to the nearest so far.
    fn seeds(&self, points: &Tensor, count: usize, rng: &mut ChaCha8Rng) -> Result<Vec<f32>, InterestsError> {
        let mut centroids: Vec<f32> = Vec::with_capacity(count * self.dim);
        let mut far = vec![1.0_f64; self.weights.len()];
        while centroids.len() < count * self.dim {
            let pull: Vec<f64> = far.iter().zip(&self.weights).map(|(far, weight)| far * weight).collect();
            let point = draw(&pull, rng.random::<f64>()).ok_or(InterestsError::NoEvents)?;
            let seed = self.row(point);
            let first = centroids.is_empty();
            centroids.extend_from_slice(seed);
            let cosines = points.f_matmul(&Tensor::f_from_slice(seed)?)?;
            for (far, cosine) in far.iter_mut().zip(Vec::<f32>::try_from(cosines)?) {
                // Half the squared distance of unit vectors. Below rounding, it is the same point.
                let half = 1.0 - f64::from(cosine);
                let half = if half < 1e-6 { 0.0 } else { half };
                *far = if first { half } else { far.min(half) };
            }
        }
        Ok(centroids)
    }

    /// The weighted mean direction of each cluster. An empty cluster begins anew at the point that lies worst.
    fn centroids(&self, found: &Clusters, count: usize) -> Vec<f32> {
        let mut sums = vec![0.0_f64; count * self.dim];
        let mut weight_of = vec![0.0; count];
        for (point, cluster) in found.of.iter().enumerate() {
            let weight = self.weights[point];
            weight_of[*cluster] += weight;
            for (sum, value) in sums[cluster * self.dim..].iter_mut().zip(self.row(point)) {
                *sum += weight * f64::from(*value);
            }
        }
        let mut centroids: Vec<f32> = sums.iter().map(|sum| *sum as f32).collect();
        centroids.chunks_exact_mut(self.dim).for_each(to_unit);
        let mut taken = Vec::new();
        for empty in (0..count).filter(|cluster| weight_of[*cluster] == 0.0) {
            let apart = |point: &usize| self.weights[*point] * f64::from(1.0 - found.own(*point, count));
            let heavy = (0..self.weights.len()).filter(|point| self.weights[*point] > 0.0 && !taken.contains(point));
            if let Some(worst) = heavy.max_by(|a, b| apart(a).total_cmp(&apart(b)).then(b.cmp(a))) {
                taken.push(worst);
                centroids[empty * self.dim..(empty + 1) * self.dim].copy_from_slice(self.row(worst));
            }
        }
        centroids
    }

    fn assign(&self, points: &Tensor, centroids: Vec<f32>) -> Result<Clusters, InterestsError> {
        let count = centroids.len() / self.dim;
        let matrix = Tensor::f_from_slice(&centroids)?.f_reshape([count as i64, self.dim as i64])?;
        let cosines = points.f_matmul(&matrix.f_transpose(0, 1)?)?;
        let cosines =
            Vec::<f32>::try_from(cosines.f_to_device_(tch::Device::Cpu, Kind::Float, false, false)?.f_reshape([-1])?)?;
        let mut objective = 0.0;
        let of = cosines.chunks_exact(count).zip(&self.weights).map(|(row, weight)| {
            let best = nearest(row);
            objective += weight * f64::from(row[best]);
            best
        });
        let of = of.collect();
        Ok(Clusters { centroids, of, cosines, objective })
    }
}

impl Clusters {
    /// The cosine of a point and its own centroid.
    fn own(&self, point: usize, count: usize) -> f32 {
        self.cosines[point * count + self.of[point]]
    }
}

fn all_used(of: &[usize], count: usize) -> bool {
    let mut used = vec![false; count];
    of.iter().for_each(|cluster| used[*cluster] = true);
    used.into_iter().all(|used| used)
}

fn to_unit(row: &mut [f32]) {
    let length = row.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 && length.is_finite() {
        row.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    } else {
        row.fill(0.0);
    }
}

/// The place where `at` (from 0 to 1) of the sum of `pulls` is reached; where all pulls are 0, none.
fn draw(pulls: &[f64], at: f64) -> Option<usize> {
    let mut left = pulls.iter().sum::<f64>() * at;
    let mut last = None;
    for (place, pull) in pulls.iter().enumerate().filter(|(_, pull)| **pull > 0.0) {
        last = Some(place);
        left -= pull;
        if left < 0.0 {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Directions in the plane, in degrees.
    fn plane(degrees: &[f64]) -> Points {
        let vectors: Vec<f32> = degrees
            .iter()
            .flat_map(|degree| [degree.to_radians().cos() as f32 * 3.0, degree.to_radians().sin() as f32 * 3.0])
            .collect();
        Points::new(Sample { data: vectors, dim: 2, weights: vec![1.0; degrees.len()] }).unwrap()
    }

    fn gather(points: &Points, count: usize, seed: u64) -> Clusters {
        points.gather(count, seed, Effort::CAREFUL, &Watch::silent()).unwrap()
    }

    #[test]
    fn two_bundles_are_told_apart() {
        let found = gather(&plane(&[0.0, 4.0, 8.0, 90.0, 95.0, 99.0]), 2, 7);
        assert_eq!(found.of[0], found.of[1]);
        assert_eq!(found.of[0], found.of[2]);
        assert_eq!(found.of[3], found.of[4]);
        assert_eq!(found.of[3], found.of[5]);
        assert_ne!(found.of[0], found.of[3]);
        for centroid in found.centroids.chunks_exact(2) {
            assert!((centroid[0].hypot(centroid[1]) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn weight_pulls_a_centroid() {
        let data = vec![1.0, 0.0, 0.0, 1.0];
        let points = Points::new(Sample { data, dim: 2, weights: vec![9.0, 1.0] }).unwrap();
        let found = gather(&points, 1, 1);
        assert!(found.centroids[0] > 0.99 && found.centroids[1] < 0.12, "{:?}", found.centroids);
    }

    #[test]
    fn as_many_clusters_as_distinct_points_are_all_used() {
        let points = plane(&[0.0, 0.0, 50.0, 100.0, 100.0, 200.0]);
        assert_eq!(points.distinct(), 4);
        for seed in 0..20 {
            assert!(all_used(&gather(&points, 4, seed).of, 4), "seed {seed}");
        }
    }

    proptest! {
        #[test]
        fn every_point_goes_to_its_nearest_centroid_and_the_seed_decides_all(
            degrees in proptest::collection::vec(0.0..360.0_f64, 5..40), count in 1..5_usize, seed in 0..9_u64,
        ) {
            let points = plane(&degrees);
            let count = count.min(points.distinct());
            let found = gather(&points, count, seed);
            for (row, own) in found.cosines.chunks_exact(count).zip(&found.of) {
                prop_assert!(row.iter().all(|cosine| *cosine <= row[*own]));
            }
            let again = gather(&points, count, seed);
            prop_assert_eq!(found.of, again.of);
            prop_assert_eq!(found.centroids, again.centroids);
        }

        #[test]
        fn the_order_of_texts_does_not_matter_for_bundles_apart(turn in 0..12_usize, seed in 0..9_u64) {
            let degrees: Vec<f64> = (0..12).map(|n| f64::from(n % 3) * 100.0 + f64::from(n)).collect();
            let mut turned = degrees.clone();
            turned.rotate_left(turn);
            let (plain, other) = (gather(&plane(&degrees), 3, seed), gather(&plane(&turned), 3, seed));
            for a in 0..12 {
                for b in 0..12 {
                    let (c, d) = ((a + 12 - turn) % 12, (b + 12 - turn) % 12);
                    prop_assert_eq!(plain.of[a] == plain.of[b], other.of[c] == other.of[d]);
                }
            }
        }
    }
}
