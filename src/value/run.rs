//! What is asked of this room: every model's answer for every user, held against what came where the cut lies in the past.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::classical::{BgNbd, Fit, GammaGamma, MbgNbd, OrderValue, ParetoNbd, RepeatBuying, RepeatModel};
use super::ledger::Ledger;
use super::scores::{ValueScores, order};
use super::{own, simple};
use crate::calendar::WallTime;
use crate::events::{EventTable, UserId};
use crate::observe::{Cancelled, Watch};
use crate::wording::counted;

/// Fewer users are not enough to learn from others.
pub const LEAST_USERS: usize = 30;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueQuestion {
    /// How many days ahead.
    pub days: u32,
    /// The day from which on nothing is seen, in days since 1970-01-01; none for the day after the log's last.
    pub cut: Option<i64>,
    /// Where every random choice comes from.
    pub seed: u64,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum ValueError {
    /// Somebody asked to stop.
    #[error("cancelled")]
    Cancelled(#[from] Cancelled),
    /// The log has too few customers before the cut.
    #[error(
        "{} with a purchase before {cut}, and value needs {LEAST_USERS}; choose a later --cut or a longer log",
        counted(*users as u64, "user")
    )]
    TooFew {
        /// How many there are.
        users: usize,
        /// The cut.
        cut: String,
    },
    /// The window after the cut is not over at the log's end.
    #[error(
        "the time from {cut} on that is asked about ({}) is not over when the log ends on {last}, so what came cannot be \
         told; choose an earlier --cut or fewer --days",
        counted(*days, "day")
    )]
    NotOver {
        /// How many days.
        days: u32,
        /// The cut.
        cut: String,
        /// The log's last day.
        last: String,
    },
}

/// The models.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter,
)]
pub enum ValueModel {
    /// Value since the first order, brought to the days asked for.
    #[strum(to_string = "past-rate")]
    PastRate,
    /// Value of the last 90 days, brought to the days asked for.
    #[strum(to_string = "last-90-days")]
    Last90Days,
    /// Value of the last 365 days, brought to the days asked for.
    #[strum(to_string = "last-365-days")]
    Last365Days,
    /// BG/NBD with Gamma-Gamma.
    #[strum(to_string = "bg-nbd+gamma-gamma")]
    BgNbd,
    /// MBG/NBD with Gamma-Gamma.
    #[strum(to_string = "mbg-nbd+gamma-gamma")]
    MbgNbd,
    /// Pareto/NBD with Gamma-Gamma.
    #[strum(to_string = "pareto-nbd+gamma-gamma")]
    ParetoNbd,
    /// Driftline's own.
    #[strum(to_string = "driftline")]
    Driftline,
}

/// One model's answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelValues {
    /// Which model.
    pub model: ValueModel,
    /// Expected value, user by user.
    pub expected: Vec<f64>,
    /// Bands by level in percent: lower and upper limits, user by user; none of models that have none.
    pub bands: Vec<(u8, Vec<(f64, f64)>)>,
    /// What the answers were worth, where the cut lies in the past.
    pub scores: Option<ValueScores>,
    /// Seconds it took.
    pub seconds: f64,
}

/// What users are expected to be worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueResult {
    /// The first day ahead, in days since 1970-01-01.
    pub cut: i64,
    /// How many days ahead.
    pub days: u32,
    /// Whether values are money; otherwise orders.
    pub has_money: bool,
    /// Users with a purchase before the cut. All columns are in their order.
    pub users: Vec<UserId>,
    /// Value before the cut, net of returns.
    pub past_value: Vec<f64>,
    /// Value in the days from the cut on, where they are over.
    pub observed: Option<Vec<f64>>,
    /// Mean of the value, which adds up over users; what is expected of a single one lies nearer to their median.
    pub mean_value: Vec<f64>,
    /// Expected orders.
    pub expected_orders: Vec<f64>,
    /// Chance of an order.
    pub p_active: Vec<f64>,
    /// Place by expected value, from 1.
    pub rank: Vec<u32>,
    /// Every model's answers.
    pub models: Vec<ModelValues>,
    /// Which model the table tells.
    pub chosen: ValueModel,
    /// What the analyst should know, a sentence each.
    pub notes: Vec<String>,
}

impl ValueResult {
    /// The answers of the model that the table tells.
    pub fn chosen(&self) -> Option<&ModelValues> {
        self.models.iter().find(|of| of.model == self.chosen)
    }
}

/// A day in words.
pub fn day_name(day: i64) -> String {
    WallTime(day.saturating_mul(86_400_000_000)).datetime().date().to_string()
}

/// Asks every model.
///
/// # Errors
/// Too few users, a window that is not over, a wish to stop.
pub fn run(events: &EventTable, question: ValueQuestion, watch: &Watch) -> Result<ValueResult, ValueError> {
    let ledger = Ledger::of(events);
    let (days, last) = (i64::from(question.days), ledger.span.map_or(0, |(_, last)| last));
    let cut = question.cut.unwrap_or(last + 1);
    let users = ledger.customers(cut);
    if users.len() < LEAST_USERS {
        return Err(ValueError::TooFew { users: users.len(), cut: day_name(cut) });
    }
    let is_past = question.cut.is_some_and(|cut| cut <= last);
    if is_past && cut + days > last + 1 {
        return Err(ValueError::NotOver { days: question.days, cut: day_name(cut), last: day_name(last) });
    }
    let ahead = cut..cut + days;
    let observed: Option<Vec<f64>> =
        is_past.then(|| users.iter().map(|user| ledger.worth(*user, ahead.clone()).0).collect());
    let mut notes = Vec::new();
    if !ledger.has_money {
        notes.push("The log has no prices, so value is told in orders; name a column with --price or --value.".into());
    }
    if !ledger.has_baskets {
        notes.push("The log has no baskets, so a day with purchases counts as one order.".into());
    }
    let mut models = Vec::new();
    let mut add = |model, began: Instant, expected: Vec<f64>, bands: Vec<(u8, Vec<(f64, f64)>)>| {
        let scores = observed.as_ref().map(|observed| ValueScores::of(observed, &expected, &bands));
        models.push(ModelValues { model, expected, bands, scores, seconds: began.elapsed().as_secs_f64() });
    };
    let each = |of: &dyn Fn(UserId) -> f64| users.iter().map(|user| of(*user)).collect::<Vec<f64>>();
    let began = Instant::now();
    add(ValueModel::PastRate, began, each(&|user| simple::past_rate(&ledger, user, cut, days)), Vec::new());
    for (model, window) in [(ValueModel::Last90Days, 90), (ValueModel::Last365Days, 365)] {
        let began = Instant::now();
        add(model, began, each(&|user| simple::last_days(&ledger, user, cut, days, window)), Vec::new());
    }
    watch.check()?;
    let past = Past::of(&ledger, &users, cut);
    let worth = GammaGamma::fit(&past.worth);
    tell(&mut notes, "gamma-gamma", &worth);
    let ahead = f64::from(question.days);
    let values = |model: &dyn RepeatModel| -> Vec<f64> {
        let orders = past.buying.iter().map(|user| model.expected(user, ahead));
        orders.zip(&past.worth).map(|(orders, own)| orders * worth.model.expected(own)).collect()
    };
    let began = Instant::now();
    let bg = BgNbd::fit(&past.buying);
    tell(&mut notes, "bg-nbd", &bg);
    add(ValueModel::BgNbd, began, values(&bg.model), Vec::new());
    watch.check()?;
    let began = Instant::now();
    let mbg = MbgNbd::fit(&past.buying);
    tell(&mut notes, "mbg-nbd", &mbg);
    let of_mbg = values(&mbg.model);
    add(ValueModel::MbgNbd, began, of_mbg.clone(), Vec::new());
    watch.check()?;
    let began = Instant::now();
    let pareto = ParetoNbd::fit(&past.buying);
    tell(&mut notes, "pareto-nbd", &pareto);
    add(ValueModel::ParetoNbd, began, values(&pareto.model), Vec::new());
    let began = Instant::now();
    let chosen;
    let (mean_value, expected_orders, p_active);
    match own::answers(&ledger, &users, cut, days, question.seed, watch)? {
        Some(own) => {
            chosen = ValueModel::Driftline;
            notes.push(format!(
                "Driftline's own model learnt from {} at {}.",
                counted(own.rows, "row"),
                counted(own.cuts, "past cut")
            ));
            (mean_value, expected_orders, p_active) = (own.mean, own.orders, own.p_active);
            add(ValueModel::Driftline, began, own.expected, own.bands);
        }
        None => {
            chosen = ValueModel::MbgNbd;
            notes.push(format!(
                "Too little came before the cut for Driftline's own model to learn what comes within {}, so \
                 mbg-nbd+gamma-gamma stands in, which has no bands; a longer log or fewer --days would do.",
                counted(question.days, "day")
            ));
            mean_value = of_mbg;
            let orders = past.buying.iter().zip(&past.orders_a_day);
            expected_orders = orders.map(|(user, each)| mbg.model.expected(user, ahead) * each).collect();
            p_active = past.buying.iter().map(|user| mbg.model.p_active(user, ahead)).collect();
        }
    }
    let mut rank = vec![0; users.len()];
    if let Some(told) = models.iter().find(|of| of.model == chosen) {
        order(&told.expected).into_iter().zip(1..).for_each(|(user, place)| rank[user] = place);
    }
    let past_value = each(&|user| ledger.worth(user, i64::MIN..cut).0);
    Ok(ValueResult {
        cut,
        days: question.days,
        has_money: ledger.has_money,
        past_value,
        observed,
        mean_value,
        expected_orders,
        p_active,
        rank,
        models,
        chosen,
        notes,
        users,
    })
}

fn tell<M>(notes: &mut Vec<String>, name: &str, fit: &Fit<M>) {
    notes.extend(fit.fallback.map(|why| format!("{name}: {why}.")));
}

/// What classical models know of users before a cut.
struct Past {
    buying: Vec<RepeatBuying>,
    /// Days with orders, and what each was worth net of returns.
    worth: Vec<OrderValue>,
    /// Orders on a day with orders.
    orders_a_day: Vec<f64>,
}

impl Past {
    fn of(ledger: &Ledger, users: &[UserId], cut: i64) -> Self {
        let mut past = Self { buying: Vec::new(), worth: Vec::new(), orders_a_day: Vec::new() };
        for user in users {
            let own = ledger.within(*user, i64::MIN..cut);
            let bought = || own.iter().filter(|day| day.orders > 0);
            let (first, last) =
                (bought().next().map_or(cut, |day| day.day), bought().next_back().map_or(cut, |day| day.day));
            let many = bought().count() as f64;
            past.buying.push(RepeatBuying {
                repeats: many - 1.0,
                recency_days: (last - first) as f64,
                age_days: (cut - first) as f64,
            });
            let (value, orders) = ledger.worth(*user, i64::MIN..cut);
            past.worth.push(OrderValue { orders: many, mean: value / many });
            past.orders_a_day.push(orders / many);
        }
        past
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::TextId;

    /// Users who buy every `1 + user % 5` weeks for `10 + user`, the last `gone` of them for the first half only.
    fn shop(users: u32, weeks: i64, priced: bool) -> EventTable {
        let mut table = EventTable { offsets: vec![0], texts: vec!["lamp".into()], ..EventTable::default() };
        let mut value = Vec::new();
        for user in 0..users {
            table.users.push(format!("u{user:04}"));
            let until = if user % 3 == 0 { weeks / 2 } else { weeks };
            for week in (i64::from(user % 4)..until).step_by(1 + user as usize % 5) {
                table.time.push(WallTime((week * 7 + i64::from(user % 7)) * 86_400_000_000));
                table.text.push(TextId(0));
                value.push(10.0 + f64::from(user));
            }
            table.offsets.push(table.time.len());
        }
        table.value = priced.then_some(value);
        table
    }

    #[test]
    fn nothing_from_the_cut_on_is_seen() {
        let whole = shop(60, 80, true);
        let mut cut_short = whole.clone();
        let question = ValueQuestion { days: 60, cut: Some(400), seed: 7 };
        let keep: Vec<bool> = whole.time.iter().map(|time| time.day() < 400).collect();
        for user in 0..60 {
            let kept = (whole.offsets[user]..whole.offsets[user + 1]).filter(|row| keep[*row]).count();
            cut_short.offsets[user + 1] = cut_short.offsets[user] + kept;
        }
        let mut rows = keep.iter();
        cut_short.time.retain(|_| *rows.next().unwrap());
        let mut rows = keep.iter();
        cut_short.value.as_mut().unwrap().retain(|_| *rows.next().unwrap());
        cut_short.text.truncate(cut_short.time.len());
        let with = run(&whole, question, &Watch::silent()).unwrap();
        let without = run(&cut_short, question, &Watch::silent()).unwrap();
        assert!(with.observed.is_some() && without.observed.is_none());
        for (one, other) in with.models.iter().zip(&without.models) {
            assert_eq!((one.model, &one.expected, &one.bands), (other.model, &other.expected, &other.bands));
        }
    }

    #[test]
    fn a_shop_with_a_rhythm_is_foreseen_and_those_who_left_rank_last() {
        let result = run(&shop(90, 80, true), ValueQuestion { days: 60, cut: Some(480), seed: 7 }, &Watch::silent());
        let result = result.unwrap();
        assert_eq!(result.chosen, ValueModel::Driftline);
        let scores = result.chosen().unwrap().scores.clone().unwrap();
        assert!(scores.gini > 0.8 && scores.spearman > 0.8, "{scores:?}");
        let gone = |user: &UserId| user.0.is_multiple_of(3);
        for (user, p_active) in result.users.iter().zip(&result.p_active) {
            assert!((*p_active < 0.5) == gone(user), "{user:?}: {p_active}");
        }
        for (level, limits) in &result.chosen().unwrap().bands {
            let around = limits.iter().zip(&result.chosen().unwrap().expected);
            assert!(around.clone().all(|((lower, upper), x)| lower <= x && x <= upper && *lower >= 0.0), "{level}");
        }
        let mut ranks = result.rank.clone();
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=90).collect::<Vec<u32>>());
    }

    #[test]
    fn without_prices_value_is_orders_and_it_is_said() {
        let result = run(&shop(40, 60, false), ValueQuestion { days: 30, cut: Some(380), seed: 7 }, &Watch::silent());
        let result = result.unwrap();
        assert!(!result.has_money && result.notes.iter().any(|note| note.contains("no prices")));
        let most = result.observed.unwrap().into_iter().fold(0.0, f64::max);
        assert!((1.0..=5.0).contains(&most), "{most}");
    }

    #[test]
    fn a_short_log_gets_a_classical_answer_and_a_reason() {
        let result = run(&shop(40, 6, true), ValueQuestion { days: 90, cut: None, seed: 7 }, &Watch::silent()).unwrap();
        assert_eq!(result.chosen, ValueModel::MbgNbd);
        assert!(result.notes.iter().any(|note| note.contains("stands in")));
        assert!(result.chosen().unwrap().expected.iter().all(|value| value.is_finite() && *value >= 0.0));
        assert!(result.p_active.iter().all(|chance| (0.0..=1.0).contains(chance)));
    }

    #[test]
    fn what_cannot_be_answered_is_refused_with_its_reason() {
        let few = run(&shop(29, 60, true), ValueQuestion { days: 30, cut: None, seed: 7 }, &Watch::silent());
        assert!(few.unwrap_err().to_string().starts_with("29 users"));
        let open = run(&shop(40, 60, true), ValueQuestion { days: 90, cut: Some(400), seed: 7 }, &Watch::silent());
        assert!(open.unwrap_err().to_string().contains("earlier --cut"));
        let before = run(&shop(40, 60, true), ValueQuestion { days: 9, cut: Some(-9), seed: 7 }, &Watch::silent());
        assert!(matches!(before, Err(ValueError::TooFew { users: 0, .. })));
    }
}
