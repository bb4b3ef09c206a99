//! All that the models know at a cut, put together.

use super::RecommendError;
use super::meaning::Meaning;
use super::past::Past;
use super::taken::Taken;
use super::tifu_knn::TifuKnn;
use super::together::{Together, Weights};
use crate::calendar::WallTime;
use crate::observe::Watch;

/// The texts' vectors by text: texts × `dim`; without vectors `dim` is 0.
#[derive(Clone, Debug, Default)]
pub struct TextVectors {
    /// The length of one.
    pub dim: usize,
    /// All of them.
    pub data: Vec<f32>,
}

/// The past at a cut, and every model that stands on it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What was taken before the cut.
    pub past: Past,
    /// EASE.
    pub ease: Weights,
    /// Item neighbours.
    pub neighbours: Weights,
    /// TIFU-KNN.
    pub tifu: TifuKnn,
    /// The language model's vectors.
    pub meaning: Meaning,
    /// The text that each item had most often, by its number in [`Taken`].
    pub texts: Vec<u32>,
}

impl Known {
    /// Fits everything to what is before `cut`, for items that at least `fewest` users took.
    ///
    /// # Errors
    /// A wish to stop; what libtorch reports.
    pub fn at(
        taken: &Taken,
        vectors: &TextVectors,
        cut: WallTime,
        fewest: usize,
        days: i64,
        watch: &Watch,
    ) -> Result<Self, RecommendError> {
        let past = Past::at(taken, cut, fewest, days);
        watch.check()?;
        let together = Together::count(&past, watch)?;
        let ease = together.ease()?;
        watch.check()?;
        let texts = taken.texts_before(cut);
        let text = |item: &u32| texts[*item as usize] as usize * vectors.dim;
        let rows: Vec<f32> = (past.items.iter())
            .flat_map(|item| vectors.data.get(text(item)..text(item) + vectors.dim).unwrap_or_default())
            .copied()
            .collect();
        let meaning = Meaning::of(vectors.dim, &rows)?;
        Ok(Self { neighbours: together.neighbours(), ease, tifu: TifuKnn::of(&past), meaning, past, texts })
    }
}
