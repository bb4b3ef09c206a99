//! What everybody can do with a spreadsheet: what came is what will come.

use super::ledger::Ledger;
use crate::events::UserId;

/// Younger customers are taken to be so many days old, or one large first order would go on every day.
const YOUNGEST: i64 = 30;

/// Value in all the time since the first order, brought to `days`.
pub(super) fn past_rate(ledger: &Ledger, user: UserId, cut: i64, days: i64) -> f64 {
    let first = ledger.days(user).iter().find(|day| day.orders > 0).map_or(cut, |day| day.day);
    ledger.worth(user, i64::MIN..cut).0 * days as f64 / (cut - first).max(YOUNGEST) as f64
}

/// Value in the last `window` days, brought to `days`.
pub(super) fn last_days(ledger: &Ledger, user: UserId, cut: i64, days: i64, window: i64) -> f64 {
    ledger.worth(user, cut - window..cut).0 * days as f64 / window as f64
}
