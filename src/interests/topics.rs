//! Topics: many small gatherings of texts, finer than interests. An interest is for reading, a topic for counting: what
//! was bought after things of a topic says more than what was bought after things of an interest.

use serde::{Deserialize, Serialize};

use super::InterestsError;
use super::centroids::{Centroids, nearest};
use super::cluster::{Effort, Points};
use super::sample::Sample;
use crate::language::SpooledVectors;
use crate::observe::Watch;

/// Topics at most. On two years of a retail log 256, 512 and 1024 help about as much as counting every text by itself.
const MOST: usize = 512;
/// One seeding is as good as another when there are so many; few rounds settle what matters.
const EFFORT: Effort = Effort { attempts: 1, rounds: 12 };

/// Where topics lie.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Topics {
    /// Unit centroids, topics × `dim`.
    pub centroids: Vec<f32>,
    /// Length of a vector.
    pub dim: usize,
}

impl Topics {
    /// Gathers texts that have so many events each, by their vectors.
    ///
    /// # Errors
    /// [`InterestsError::Cancelled`], what libtorch or the disk reports.
    pub(super) fn find(vectors: &mut SpooledVectors, counts: &[f64], watch: &Watch) -> Result<Self, InterestsError> {
        let weights: Vec<f64> = counts.iter().map(|events| events.sqrt()).collect();
        let points = Points::new(Sample::take(vectors, &weights, 0)?)?;
        let count = points.distinct().min(MOST);
        if count == 0 {
            return Ok(Self::default());
        }
        let centroids = points.gather(count, 0, EFFORT, watch)?.centroids;
        Ok(Self { centroids, dim: vectors.dim() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.centroids.len().checked_div(self.dim).unwrap_or(0)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.centroids.is_empty()
    }

    /// The topic of a vector.
    pub(super) fn of(&self, vector: &[f32]) -> u16 {
        let cosines: Vec<f32> = Centroids::new(&self.centroids, self.dim).cosines(vector).collect();
        nearest(&cosines) as u16
    }
}

/// How often each topic occurs in each row of the trajectories; only those that do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowTopics {
    /// How many topics there are.
    pub count: usize,
    /// Where each row begins; one more entry than rows, or none at all.
    offsets: Vec<usize>,
    topic: Vec<u16>,
    events: Vec<f32>,
}

impl RowTopics {
    /// None yet, of so many topics.
    pub(super) fn with(count: usize) -> Self {
        Self { count, offsets: vec![0], topic: Vec::new(), events: Vec::new() }
    }

    /// Rows by the topics of their events, each below `count`.
    pub fn of_rows(count: usize, rows: impl Iterator<Item = Vec<u16>>) -> Self {
        let mut built = Self::with(count);
        rows.for_each(|mut topics| built.push(&mut topics));
        built
    }

    /// Adds a row by the topics of its events.
    pub(super) fn push(&mut self, topics: &mut Vec<u16>) {
        topics.sort_unstable();
        for alike in topics.chunk_by(|a, b| a == b) {
            self.topic.push(alike[0]);
            self.events.push(alike.len() as f32);
        }
        topics.clear();
        self.offsets.push(self.topic.len());
    }

    /// The topics of a row with their events.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> {
        let range = match self.offsets.get(row..row + 2) {
            Some(limits) => limits[0]..limits[1],
            None => 0..0,
        };
        self.topic[range.clone()].iter().map(|topic| usize::from(*topic)).zip(self.events[range].iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_texts_are_a_topic_each_and_rows_count_them() {
        let mut vectors = SpooledVectors::within(&std::env::temp_dir());
        let texts = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
        texts.iter().for_each(|text| vectors.push(2, text).unwrap());
        let topics = Topics::find(&mut vectors, &[3.0, 1.0, 2.0, 0.0], &Watch::silent()).unwrap();
        assert_eq!(topics.len(), 3, "a text without events opens none");
        let of: Vec<u16> = texts.iter().map(|text| topics.of(text)).collect();
        assert!(of[0] != of[1] && of[1] != of[2] && of[0] != of[2]);

        let mut rows = RowTopics::with(3);
        rows.push(&mut vec![2, 0, 2]);
        rows.push(&mut vec![1]);
        assert_eq!(rows.row(0).collect::<Vec<_>>(), [(0, 1.0), (2, 2.0)]);
        assert_eq!(rows.row(1).collect::<Vec<_>>(), [(1, 1.0)]);
        assert_eq!(RowTopics::default().row(0).count(), 0);
    }
}
