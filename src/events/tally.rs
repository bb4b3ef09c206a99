//! Counts rows left out, by reason.

use std::collections::BTreeMap;

use super::{Account, Reason, Rejection, ValueUnknown};

/// How many line numbers are kept for each reason.
pub const FIRST_LINES: usize = 10;

/// The account while it is being made.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub rows_read: u64,
    rejected: BTreeMap<Reason, (u64, Vec<u64>)>,
}

impl Tally {
    /// Counts a row left out.
    pub fn reject(&mut self, reason: Reason, line: u64) {
        let (rows, first) = self.rejected.entry(reason).or_default();
        *rows += 1;
        if first.len() < FIRST_LINES {
            first.push(line);
        }
    }

    /// Adds the tally of later rows, its lines turned by `line` into those of the file.
    pub fn merge(&mut self, later: Self, line: impl Fn(u64) -> u64) {
        self.rows_read += later.rows_read;
        for (reason, (more, lines)) in later.rejected {
            let (rows, first) = self.rejected.entry(reason).or_default();
            *rows += more;
            let room = FIRST_LINES.saturating_sub(first.len());
            first.extend(lines.into_iter().take(room).map(&line));
        }
    }

    /// The account, with the rows not left out as kept.
    pub fn account(self, returns: u64, value_unknown: ValueUnknown) -> Account {
        let rejected: Vec<Rejection> = self
            .rejected
            .into_iter()
            .map(|(reason, (rows, first_lines))| Rejection { reason, rows, first_lines })
            .collect();
        let left_out: u64 = rejected.iter().map(|rejection| rejection.rows).sum();
        Account { rows_read: self.rows_read, rows_kept: self.rows_read - left_out, returns, rejected, value_unknown }
    }
}

/// The reasons with their counts, in a sentence's part: `12 × no user, 3 × no time`.
pub fn reasons(account: &Account) -> String {
    let mut parts: Vec<String> =
        account.rejected.iter().map(|left_out| format!("{} × {}", left_out.rows, left_out.reason.words())).collect();
    if account.returns > 0 {
        parts.push(format!("{} × return", account.returns));
    }
    parts.join(", ")
}
