//! How often whole paths stayed within their bands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::forecast::bands::calibration::{Calibration, complete_paths};
use crate::forecast::bands::cell::Cell;
use crate::observe::{Cancelled, Watch};

/// What came of the complete paths: those of one user and interest, active in every period ahead of an origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholePaths {
    /// Periods of each.
    pub steps: usize,
    /// How many were complete.
    pub paths: u64,
    /// Part of them that stayed inside joint bands, by level in percent; without the levels that were not calibrated.
    pub joint: BTreeMap<u8, f64>,
    /// Part of them that stayed inside the bands of single periods, which promise nothing about paths.
    pub single: BTreeMap<u8, f64>,
}

/// Paths inside and paths judged, by level.
type InsideByLevel = BTreeMap<u8, (u64, u64)>;

/// Counts of them.
#[derive(Clone, Debug, Default)]
pub struct PathTally {
    paths: u64,
    joint: InsideByLevel,
    single: InsideByLevel,
}

impl PathTally {
    /// Judges the complete paths among cells, ascending by path.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop, heard at every path.
    pub fn add(
        &mut self,
        calibration: &Calibration,
        cells: &[(Cell, f32)],
        levels: &[u8],
        steps: usize,
        watch: &Watch,
    ) -> Result<(), Cancelled> {
        for path in complete_paths(cells, steps) {
            watch.check()?;
            self.paths += 1;
            for (joint, of) in [(true, &mut self.joint), (false, &mut self.single)] {
                for level in levels {
                    let held = path.iter().map(|(cell, seen)| {
                        let (lower, upper) = calibration.around(cell)?.limits(*level, joint)?;
                        Some((lower..=upper).contains(seen))
                    });
                    let Some(held) = held.collect::<Option<Vec<bool>>>() else { continue };
                    let (inside, all) = of.entry(*level).or_default();
                    *inside += u64::from(held.into_iter().all(|held| held));
                    *all += 1;
                }
            }
        }
        Ok(())
    }

    /// What came of paths of so many steps; none where no path was complete.
    pub fn result(&self, steps: usize) -> Option<WholePaths> {
        let parts = |held: &InsideByLevel| {
            held.iter().map(|(level, (inside, all))| (*level, *inside as f64 / *all as f64)).collect()
        };
        let Self { paths, joint, single } = self;
        (*paths > 0).then(|| WholePaths { steps, paths: *paths, joint: parts(joint), single: parts(single) })
    }
}
