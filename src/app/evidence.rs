//! Going to what a finding rests on.

use super::session::{Page, Session};
use crate::report::{self, Evidence};

impl Session {
    /// Shows a finding's evidence: its user or cohort with its interests drawn, or how models did.
    pub(super) fn show(&mut self, evidence: Evidence) {
        match evidence {
            Evidence::User(user, interest) => {
                (self.chosen, self.cohort) = (Some(user), None);
                self.pinned = interest.and_then(|interest| {
                    let results = self.shown()?;
                    let paths = report::user_paths(results.trajectories, results.forecast, user);
                    let mut drawn = report::leading(&report::ranked(&paths));
                    // Where the chart draws it anyway, nothing has to be chosen.
                    (!drawn.contains(&interest)).then(|| {
                        drawn.insert(0, interest);
                        drawn
                    })
                });
                self.page = Page::Users;
            }
            Evidence::Cohort(rule, interests) => {
                self.cohort = Some(rule);
                self.pinned = Some(interests).filter(|interests| !interests.is_empty());
                self.page = Page::Users;
            }
            Evidence::Scores => {
                self.page = if self.backtest.is_some() { Page::Backtest } else { Page::Train };
            }
        }
    }
}
