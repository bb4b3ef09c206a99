//! The room on made-up users, beside plain loops.

use std::collections::BTreeSet;

use super::holdout::holdout;
use super::known::{Known, TextVectors};
use super::past::Past;
use super::run::{RecommendConfig, recommend};
use super::taken::{Take, Taken};
use super::together::Together;
use super::*;
use crate::calendar::WallTime;
use crate::observe::{CancelToken, Silent, Watch};

const DAY: i64 = 86_400_000_000;

fn at(day: i64) -> WallTime {
    WallTime(day * DAY)
}

/// Users who each come every ten days for 400 and take their own two items and one that moves on with time.
fn made_up(users: usize, items: u32) -> Taken {
    let mut taken =
        Taken { items: (0..items).map(|item| format!("item {item}")).collect(), offsets: vec![0], takes: Vec::new() };
    for user in 0..users as u32 {
        for (basket, day) in (i64::from(user % 10)..400).step_by(10).enumerate() {
            let mut own: Vec<u32> = vec![user % items, (user * 3 + 1) % items, (user + day as u32 / 40) % items];
            own.sort_unstable();
            own.dedup();
            taken.takes.extend(own.into_iter().map(|item| Take {
                item,
                text: item,
                time: at(day),
                basket: basket as u32,
            }));
        }
        taken.offsets.push(taken.takes.len());
    }
    taken
}

fn config(cut: Option<i64>) -> RecommendConfig {
    RecommendConfig { cut: cut.map(at), days: 30, top: 5, seed: 7 }
}

#[test]
fn a_past_and_a_window_are_those_of_plain_loops() {
    let taken = made_up(30, 12);
    let past = Past::at(&taken, at(300), 5, 30);
    let truth = holdout(&taken, &past, at(300), 30);
    for (user, truth) in truth.iter().enumerate() {
        let takes = &taken.takes[taken.rows(user)];
        for item in 0..12_u32 {
            let days: BTreeSet<i64> = takes
                .iter()
                .filter(|take| take.item == item && take.time < at(300))
                .map(|take| take.time.day())
                .collect();
            let own = past.users[user].own.iter().find(|own| past.items[own.column as usize] == item);
            let ages: Vec<f32> = days.iter().rev().map(|day| (300 - day) as f32).collect();
            assert_eq!(own.map(|own| own.ages.clone()).unwrap_or_default(), ages, "user {user} item {item}");
            let came = takes.iter().any(|take| take.item == item && take.time >= at(300) && take.time < at(330));
            let column = past.column[item as usize];
            assert_eq!(truth.contains(&column), came && column != u32::MAX, "user {user} item {item}");
        }
    }
    assert!(truth.iter().any(|truth| !truth.is_empty()));
    let few = Past::at(&taken, at(300), 31, 30);
    assert!(few.items.is_empty(), "no item has more buyers than there are users");
}

#[test]
fn ease_is_the_ridge_regression_of_each_item_on_the_others() {
    let taken = made_up(30, 6);
    let past = Past::at(&taken, at(60), 1, 30);
    let items = past.items.len();
    let ease = Together::count(&past, &Watch::silent()).unwrap().ease().unwrap();
    // Of a regression's errors nothing is left along what it was told, but for what the ridge takes: XᵀX·b + λ·b = Xᵀy.
    let has = |user: usize, column: usize| past.users[user].own.iter().any(|own| own.column as usize == column);
    let weights: Vec<Vec<f32>> = (0..items)
        .map(|from| {
            let mut lone = past.clone();
            lone.users = vec![past::UserPast {
                own: vec![past::Own { column: from as u32, ages: vec![1.0] }],
                baskets: Vec::new(),
            }];
            let mut row = vec![0.0; items];
            ease.score(&lone, 0, &mut row);
            row
        })
        .collect();
    let gram = |a: usize, b: usize| (0..30).filter(|user| has(*user, a) && has(*user, b)).count() as f32;
    for (target, own) in weights.iter().enumerate() {
        assert_eq!(own[target], 0.0, "an item does not speak for itself");
        for told in (0..items).filter(|told| *told != target) {
            let others: f32 = (0..items).map(|other| gram(told, other) * weights[other][target]).sum();
            let left = others + 500.0 * weights[told][target] - gram(told, target);
            assert!(left.abs() < 1e-2, "{target} from {told}: {left}");
        }
    }
}

#[test]
fn tifu_knn_follows_its_paper_on_one_user() {
    // Eight baskets make four groups of two: of the item in the last two baskets alone (0.9 + 1) / 2 in the last group.
    let takes = (0..8).map(|day| Take {
        item: u32::from(day >= 6),
        text: u32::from(day >= 6),
        time: at(day),
        basket: day as u32,
    });
    let taken = Taken { items: vec!["a".into(), "b".into()], offsets: vec![0, 8], takes: takes.collect() };
    let past = Past::at(&taken, at(10), 1, 30);
    let mut row = vec![0.0; 2];
    tifu_knn::TifuKnn::of(&past).score(0, &mut row);
    let group = (0.9 + 1.0) / 2.0;
    let earlier = group * (0.7 + 0.49 + 0.343);
    for (score, expected) in row.iter().zip([0.7 * earlier / 4.0, 0.7 * group / 4.0]) {
        assert!((score - expected).abs() < 1e-6, "{score} {expected}");
    }
}

#[test]
fn nothing_from_the_cut_on_changes_what_is_recommended() {
    let taken = made_up(40, 20);
    let mut other = taken.clone();
    for take in other.takes.iter_mut().filter(|take| take.time >= at(150)) {
        // Another item and another text, in many more rows than before the cut.
        take.item = (take.item + 7) % 20;
        take.text = (take.text + 3) % 20;
    }
    let data = (0..20 * 4).map(|at| ((at * 37 % 19) as f32 / 19.0).sin()).collect();
    let vectors = TextVectors { dim: 4, data };
    let of = |taken| recommend(taken, &vectors, &config(Some(150)), &Watch::silent()).unwrap();
    let (one, two) = (of(taken), of(other));
    assert_eq!(one.next, two.next);
    assert_eq!(one.texts, two.texts);
    assert_ne!(one.scores, two.scores, "only the window tells them apart");
}

#[test]
fn what_is_taken_again_and_again_comes_first_with_its_reason() {
    let taken = made_up(40, 20);
    let found = recommend(taken, &TextVectors::default(), &config(Some(300)), &Watch::silent()).unwrap();
    let of_own = |model| found.scores.iter().find(|scores| scores.model == model).unwrap().clone();
    let (own, popular) = (of_own(RankingModel::Driftline), of_own(RankingModel::Popular));
    assert!(own.all.recall_at_10 > popular.all.recall_at_10, "{own:?} {popular:?}");
    assert_eq!(found.next.len(), 40 * 5);
    for one in found.next.iter().filter(|one| one.rank == 1) {
        assert!(matches!(one.reason, Reason::Repeat { times, .. } if times > 1), "{one:?}");
    }
    let others = found.next.iter().filter(|one| !matches!(one.reason, Reason::Repeat { .. }));
    assert!(others.count() > 0, "not all are repeats");
}

#[test]
fn users_with_one_event_and_logs_too_short_to_learn_from_have_recommendations() {
    let mut taken = made_up(20, 8);
    taken.takes.push(Take { item: 3, text: 3, time: at(399), basket: 0 });
    taken.offsets.push(taken.takes.len());
    let found = recommend(taken, &TextVectors::default(), &config(None), &Watch::silent()).unwrap();
    let of_last: Vec<u32> = found.next.iter().filter(|one| one.user == 20).map(|one| one.item).collect();
    assert_eq!(of_last.len(), 5, "{of_last:?}");
    assert!(found.scores.is_empty());

    let takes =
        vec![Take { item: 0, text: 0, time: at(1), basket: 0 }, Take { item: 1, text: 1, time: at(1), basket: 0 }];
    let short = Taken { items: vec!["a".into(), "b".into()], offsets: vec![0, 1, 2], takes };
    let found = recommend(short, &TextVectors::default(), &config(None), &Watch::silent()).unwrap();
    assert_eq!(found.next.len(), 4);
    assert!(found.notes.iter().any(|note| note.contains("nothing could be learnt")), "{:?}", found.notes);
}

#[test]
fn a_cut_outside_the_log_is_refused() {
    let of = |cut| recommend(made_up(20, 8), &TextVectors::default(), &config(Some(cut)), &Watch::silent());
    assert!(matches!(of(0), Err(RecommendError::NoPast { .. })));
    assert!(matches!(of(2000), Err(RecommendError::NoWindow { .. })));
}

#[test]
fn the_same_seed_gives_the_same_and_whoever_asks_to_stop_is_heard() {
    let of = |watch: &Watch| recommend(made_up(40, 20), &TextVectors::default(), &config(Some(300)), watch);
    let (one, two) = (of(&Watch::silent()).unwrap(), of(&Watch::silent()).unwrap());
    assert_eq!((one.next, one.scores), (two.next, two.scores));
    let counting = Watch::silent();
    of(&counting).unwrap();
    let looks = counting.cancel_token().looks();
    assert!(looks > 100, "{looks}");
    for look in [1, 20, looks / 2, looks] {
        let watch = Watch::new(std::sync::Arc::new(Silent), CancelToken::at_look(look));
        assert!(matches!(of(&watch), Err(RecommendError::Cancelled(_))), "look {look}");
    }
}

#[test]
fn an_item_with_only_words_is_near_to_what_means_the_like() {
    let taken = made_up(30, 6);
    // Items 0 to 2 mean one thing, 3 to 5 another, each a little apart.
    let data = (0..6_u8).flat_map(|item| {
        let side = if item < 3 { 1.0 } else { -1.0 };
        [side, f32::from(item % 3) * 0.1, f32::from(item) * 0.01]
    });
    let vectors = TextVectors { dim: 3, data: data.collect() };
    let known = Known::at(&taken, &vectors, at(300), 1, 30, &Watch::silent()).unwrap();
    let mut lone = known.past.clone();
    let column = known.past.column[1];
    lone.users =
        vec![past::UserPast { own: vec![past::Own { column, ages: vec![1.0] }], baskets: vec![(1.0, vec![column])] }];
    let mut row = vec![0.0; known.past.items.len()];
    known.meaning.score(&lone, 0, &mut row);
    let of = |item: usize| row[known.past.column[item] as usize];
    assert!(of(1) > 0.99, "an item is nearest to itself: {row:?}");
    assert!((of(0) + of(2)) > (of(3) + of(5)), "{row:?}");
}
