//! Every model against what was taken from a cut on, all items ranked.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::features::{Voices, candidates, common_candidates, top};
use super::known::Known;
use super::metrics::{Scores, Sums, TOP};
use super::mixture::Mixture;
use super::next::mixed;
use super::simple;
use crate::observe::{Cancelled, Meter};

/// Users between two looks whether to stop.
const BLOCK: usize = 512;

/// A model that ranks items.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum RankingModel {
    /// What has the most rows of the last 30 days.
    #[serde(rename = "popular-30-days")]
    #[strum(to_string = "popular-30-days")]
    Popular,
    /// What the user took most often.
    PersonalFrequency,
    /// The same, by how lately and by how much everybody wants it.
    PersonalFrequencyRecent,
    /// The user's baskets beside those of the users most alike.
    TifuKnn,
    /// A linear autoencoder in closed form.
    Ease,
    /// What users of the same items take.
    ItemNeighbours,
    /// What means the like.
    Meaning,
    /// Driftline's own: the learnt mixture of them all.
    Driftline,
}

/// What a model was worth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankingScores {
    /// Which.
    pub model: RankingModel,
    /// All items ranked, all that was taken.
    #[serde(flatten)]
    pub all: Scores,
    /// The user's past items ranked among themselves, those that were taken again.
    pub repeated: Scores,
    /// All items that the user had not taken ranked among themselves, those that were taken for the first time.
    pub new: Scores,
}

/// Scores every model; `truth` has by user what was taken, by column ascending. Without a mixture Driftline's own is
/// what stands in for it: `personal-frequency-recent`.
///
/// # Errors
/// A wish to stop.
pub fn judge(
    known: &Known,
    mixture: Option<&Mixture>,
    truth: &[Vec<u32>],
    days: i64,
    meter: &mut Meter,
) -> Result<Vec<RankingScores>, Cancelled> {
    let models: Vec<RankingModel> = <RankingModel as strum::IntoEnumIterator>::iter().collect();
    let users: Vec<usize> = (0..truth.len()).filter(|user| !truth[*user].is_empty()).collect();
    let common = common_candidates(known);
    let items = known.past.items.len();
    let mut sums = vec![[Sums::default(); 3]; models.len()];
    for block in users.chunks(BLOCK) {
        let of_block: Vec<Vec<[Sums; 3]>> = block
            .par_iter()
            .map_init(
                || (Voices::new(items), vec![0.0; items]),
                |(voices, row), user| {
                    voices.hear(known, *user);
                    let of_model = |model: &RankingModel| {
                        rank(known, mixture, &common, *user, days, *model, voices, row);
                        sums_of(known, *user, row, &truth[*user])
                    };
                    models.iter().map(of_model).collect()
                },
            )
            .collect();
        // In the order of users, whoever came first: the last bit of a sum hangs on it.
        for of_user in of_block {
            for (sums, more) in sums.iter_mut().zip(of_user) {
                sums.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.and(more));
            }
        }
        meter.advance(block.len() as u64)?;
    }
    let table = models.into_iter().zip(sums).map(|(model, [all, repeated, new])| RankingScores {
        model,
        all: all.scores(),
        repeated: repeated.scores(),
        new: new.scores(),
    });
    Ok(table.collect())
}

#[expect(clippy::too_many_arguments, reason = "what one user's row is made of; the buffers serve all users")]
fn rank(
    known: &Known,
    mixture: Option<&Mixture>,
    common: &[u32],
    user: usize,
    days: i64,
    model: RankingModel,
    voices: &Voices,
    row: &mut [f32],
) {
    match (model, mixture) {
        (RankingModel::Popular, _) => simple::popular(&known.past, row),
        (RankingModel::PersonalFrequency, _) => simple::frequency(&known.past, user, row),
        (RankingModel::PersonalFrequencyRecent, _) | (RankingModel::Driftline, None) => {
            simple::recent(&known.past, user, row);
        }
        (RankingModel::TifuKnn, _) => row.copy_from_slice(&voices.tifu),
        (RankingModel::Ease, _) => row.copy_from_slice(&voices.ease),
        (RankingModel::ItemNeighbours, _) => row.copy_from_slice(&voices.neighbours),
        (RankingModel::Meaning, _) => row.copy_from_slice(&voices.meaning),
        (RankingModel::Driftline, Some(mixture)) => {
            mixed(known, mixture, candidates(known, user, voices, common, days), row);
        }
    }
}

/// One user's figures: of all items, of their past ones, of those new to them.
fn sums_of(known: &Known, user: usize, row: &[f32], truth: &[u32]) -> [Sums; 3] {
    let own = &known.past.users[user].own;
    let is_own = |column: &u32| own.binary_search_by_key(column, |own| own.column).is_ok();
    let (again, new): (Vec<u32>, Vec<u32>) = truth.iter().copied().partition(is_own);
    let mut sums = [Sums::default(); 3];
    sums[0].add(&top(row, TOP, |_| true), truth);
    sums[1].add(&top(row, TOP, |column| is_own(&column)), &again);
    sums[2].add(&top(row, TOP, |column| !is_own(&column)), &new);
    sums
}
