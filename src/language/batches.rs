//! Which texts go through the model together.

use std::cmp::Reverse;
use std::ops::Range;

/// Work of one batch: what one core of 2026 does in about a tenth of a second. A job looks only between batches whether
/// it should stop, and is to stop within 250 ms.
const BATCH_FLOPS: u64 = 10_000_000_000;
/// Bounds of a batch's tokens on a CPU: fewer waste the matrix products, more gain nothing.
const CPU_TOKENS: (u64, u64) = (64, 1024);
/// Tokens of a batch on a GPU, which a small batch would leave idle.
const GPU_TOKENS: usize = 16_384;
/// Of so many tokens of a batch one may be padding. Mostly texts of one length stand together and there is none; long
/// texts are few of each length.
const PADDING: usize = 16;

/// How many tokens, padding included, a batch may have in a model whose layers hold so many numbers.
pub(super) fn budget(numbers_in_layers: u64, gpu: bool) -> usize {
    if gpu {
        return GPU_TOKENS;
    }
    // A number is multiplied and added once for each token.
    let tokens = BATCH_FLOPS / numbers_in_layers.saturating_mul(2).max(1);
    usize::try_from(tokens.clamp(CPU_TOKENS.0, CPU_TOKENS.1)).unwrap_or(usize::MAX)
}

/// Texts by their lengths: their order, longest first, and the batches in which that order is cut. Longest first, since
/// what does not fit into memory then fails at once, and the time left is never underrated.
pub(super) fn plan(lengths: &[usize], budget: usize) -> (Vec<usize>, Vec<Range<usize>>) {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|text| (Reverse(lengths[*text]), *text));
    let mut cuts = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let width = lengths[order[start]].max(1);
        let most = (budget / width).max(1);
        let (mut end, mut padding) = (start + 1, 0);
        while end < order.len() && end - start < most {
            padding += width - lengths[order[end]];
            if padding * PADDING > width * (end + 1 - start) {
                break;
            }
            end += 1;
        }
        cuts.push(start..end);
        start = end;
    }
    (order, cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_every_text_once_and_stay_in_budget() {
        let mut lengths: Vec<usize> = (0..5000).map(|n| 3 + n % 40).collect();
        lengths.push(5000);
        let (order, cuts) = plan(&lengths, 512);
        assert_eq!(order[cuts[0].clone()], [5000], "a text beyond the budget stands alone");
        assert_eq!(cuts.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..lengths.len()).collect::<Vec<_>>());
        let mut seen = order.clone();
        seen.sort_unstable();
        assert_eq!(seen, (0..lengths.len()).collect::<Vec<_>>());
        for cut in &cuts[1..] {
            let width = lengths[order[cut.start]];
            assert!(cut.len() * width <= 512);
            let padding: usize = order[cut.clone()].iter().map(|text| width - lengths[*text]).sum();
            assert!(padding * PADDING <= cut.len() * width, "{padding} of {}", cut.len() * width);
        }
        assert!(plan(&[], 512).1.is_empty());
    }

    #[test]
    fn a_large_model_gets_small_batches() {
        assert_eq!(budget(10_600_000, false), 471);
        assert_eq!(budget(300_000_000, false), 64);
        assert_eq!(budget(0, false), 1024);
        assert_eq!(budget(300_000_000, true), 16_384);
    }
}
