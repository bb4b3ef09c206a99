//! The bands of a run: calibrated on all practice, with the coverage of bands that were calibrated on the earlier part of
//! it and judged on the later.

use crate::forecast::bands::band::Band;
use crate::forecast::bands::calibration::{Calibration, FEWEST_USERS};
use crate::forecast::bands::cell::Answered;
use crate::forecast::bands::coverage::Coverage;
use crate::forecast::bands::spread_choice::MeasuredSpread;
use crate::forecast::models::answers::Answers;
use crate::forecast::models::model::Known;
use crate::forecast::past::history::Question;
use crate::forecast::standing::Standing;
use crate::observe::Cancelled;
use crate::wording::counted;

/// Past cells that bands are calibrated on when they are wanted at once.
const QUICK_CELLS: usize = 100_000;

/// Bands of a run.
#[derive(Debug)]
pub struct Banded {
    /// Narrowest level first; none where there was too little past.
    pub bands: Vec<Band>,
    /// Why there are none, or none from some step on.
    pub why_none: Option<String>,
}

impl Banded {
    /// Those around a model's shares ahead, by what at most [`QUICK_CELLS`] past cells say: there at once, and near to
    /// what all of them say.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn quickly(known: &Known, standing: &Standing, answers: &Answers) -> Result<Self, Cancelled> {
        let every = answers.practice.len().div_ceil(QUICK_CELLS).max(1);
        Self::on(known, standing, answers, MeasuredSpread::default(), |asked| asked.user.index().is_multiple_of(every))
    }

    /// Those around a model's shares ahead.
    ///
    /// # Errors
    /// [`Cancelled`] once somebody asked to stop.
    pub fn of(known: &Known, standing: &Standing, answers: &Answers, by: MeasuredSpread) -> Result<Self, Cancelled> {
        Self::on(known, standing, answers, by, |_| true)
    }

    /// Those that the past questions for which `wanted` holds say.
    fn on(
        known: &Known,
        standing: &Standing,
        answers: &Answers,
        by: MeasuredSpread,
        wanted: impl Fn(&Question) -> bool,
    ) -> Result<Self, Cancelled> {
        let (config, validation) = (known.config, known.split.validation);
        let questions = standing.practice.questions();
        let calibration = by.calibrated(known, questions, answers, &config.levels, &wanted)?;
        let why_none = why_none(&calibration, known, standing);
        if !calibration.reaches(1, config.joint) {
            return Ok(Self { bands: Vec::new(), why_none });
        }
        let before = by.calibrated(known, questions, answers, &config.levels, |asked| {
            wanted(asked) && asked.target < validation
        })?;
        let unseen =
            by.practised(questions, answers).observed(known, |asked| wanted(asked) && asked.target >= validation);
        let ahead = Answered { questions: standing.ahead.questions(), shares: &answers.ahead, scatter: by.ahead() };
        let mut bands = limits(&calibration, known, ahead)?;
        for band in &mut bands {
            let judged = before.judge(&unseen, band.level, config.joint.then_some(config.horizon), known.watch)?;
            band.coverage = Coverage::of(&judged);
        }
        Ok(Self { bands, why_none })
    }
}

/// The bands around shares, narrowest first, limits NaN where there is no calibration. Their coverage is not measured yet.
///
/// # Errors
/// [`Cancelled`] once somebody asked to stop.
pub fn limits(calibration: &Calibration, known: &Known, answered: Answered) -> Result<Vec<Band>, Cancelled> {
    let mut levels = known.config.levels.clone();
    levels.sort_unstable();
    let cells = answered.shares.len();
    let band = |level: &u8| Band {
        level: *level,
        lower: Vec::with_capacity(cells),
        upper: Vec::with_capacity(cells),
        coverage: None,
    };
    let mut bands: Vec<Band> = levels.iter().map(band).collect();
    for cell in (0..answered.questions.len()).flat_map(|at| answered.cells(known, at)) {
        known.watch.check()?;
        let predicted = calibration.around(&cell);
        for band in &mut bands {
            let limits = predicted.as_ref().and_then(|predicted| predicted.limits(band.level, known.config.joint));
            let (lower, upper) = limits.unwrap_or((f32::NAN, f32::NAN));
            band.lower.push(lower);
            band.upper.push(upper);
        }
    }
    Ok(bands)
}

/// Why there are no bands, or none from some step on.
fn why_none(calibration: &Calibration, known: &Known, standing: &Standing) -> Option<String> {
    let (calendar, split, config) = (known.trajectories.calendar, known.split, known.config);
    let (first, last) = (calendar.label(split.tune), calendar.label(split.origin.plus(-1)));
    let without = (1..=config.horizon).find(|step| !calibration.reaches(*step, config.joint))?;
    let length = calendar.length;
    Some(match without {
        _ if config.joint => format!(
            "No bands are drawn: fewer than {FEWEST_USERS} users were active in {} {length}s on end from {first} to {last}, \
             which is too few to say how far off a whole path may be. Without --joint there may be bands for each {length} by itself.",
            config.horizon
        ),
        1 => format!(
            "No bands are drawn: from {first} to {last} only {} came back whose shares a forecast can be compared with, too few \
             to say how far off one may be; it takes {FEWEST_USERS}.",
            counted(standing.practice.users().len(), "user")
        ),
        _ => format!(
            "No bands are drawn from {without} {length}s ahead on: fewer than {FEWEST_USERS} users were active that long after a \
             past origin, which is too few to say how far off a forecast may be."
        ),
    })
}
