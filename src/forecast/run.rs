//! From trajectories to a forecast: judge on the past first, then train on all of it.
//!
//! A first ensemble learns from the periods before the tuning ones, stops by the tuning ones and is judged, with every
//! simple forecast beside it, on the validation periods. Its errors on tuning and validation periods calibrate the
//! bands. A second ensemble learns from everything, for as many epochs as were good for the first, and forecasts.

use super::ForecastError;
use super::batch::Features;
use super::config::{CellKind, ForecastConfig, training_horizons};
use super::conformal::{Calibration, Cell};
use super::lessons::Lessons;
use super::market::Market;
use super::past::{Past, Question};
use super::result::{Band, Forecast, ScoreTable};
use super::returning::Returning;
use super::saved::SavedModel;
use super::score::score;
use super::simple::{Simple, tuned};
use super::split::{FEWEST_PERIODS, Split};
use super::train::{Member, Stop, Training, mean_shares};
use crate::events::UserId;
use crate::interests::{RowVectors, Trajectories};
use crate::observe::{CurvePoint, Meter, Stage, Watch};

/// Epochs a network usually takes until it stops: a guess for the time left, until it is known.
const USUAL_EPOCHS: u64 = 10;
/// Active periods whose mean tells how many events to expect.
const RECENT: usize = 6;

/// All that a training gives.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// Shares to come.
    pub forecast: Forecast,
    /// How every model did on the validation periods.
    pub scores: ScoreTable,
    /// How training went.
    pub curves: Vec<CurvePoint>,
    /// The networks that made the forecast.
    pub model: SavedModel,
}

/// Trains and forecasts. `vectors` holds the reduced mean text vector of every row of the trajectories.
///
/// # Errors
/// [`ForecastError::TooShort`] and [`ForecastError::NobodyReturns`] where there is nothing to learn from;
/// [`ForecastError::Cancelled`]; what libtorch reports.
pub fn run(
    trajectories: &Trajectories,
    vectors: &RowVectors,
    config: &ForecastConfig,
    device: tch::Device,
    watch: &Watch,
) -> Result<Run, ForecastError> {
    let (first, origin) = (trajectories.first, trajectories.origin);
    let length = trajectories.calendar.length;
    let too_short = ForecastError::TooShort { periods: origin.since(first).max(0), length, needed: FEWEST_PERIODS };
    let split = Split::of(first, origin, config.horizon).ok_or(too_short)?;
    let pasts: Vec<Past> = (0..trajectories.users() as u32).map(|user| Past::of(trajectories, UserId(user))).collect();
    if pasts.iter().all(|past| past.len() < 2) {
        return Err(ForecastError::NobodyReturns { length });
    }

    let market = Market::of(trajectories);
    let features = Features::new(trajectories, &market, vectors, device);
    let interests = trajectories.interests;
    let training = Training { features: &features, interests, cell: CellKind::Lstm, config, device, watch };
    let horizons = training_horizons(config.horizon);
    let every: Vec<usize> = (1..=config.horizon).collect();

    let learn = Lessons::of(&pasts, first..split.tune, first, &horizons);
    let tune = Lessons::of(&pasts, split.tune..split.validation, first, &horizons);
    let all = Lessons::of(&pasts, first..origin, first, &horizons);
    let members = config.members.max(1);
    let _threads = OneThread::on(device);
    let mut meter = watch.meter(Stage::Train, "epochs", Some(2 * members as u64 * USUAL_EPOCHS));
    let judged = ensemble("before validation", members, &training, &mut meter, |_| (&learn, Stop::Early(&tune)))?;
    let epochs: Vec<u32> = judged.iter().map(|member| member.epochs).collect();
    meter.set_total(meter.done() + epochs.iter().map(|epochs| u64::from(*epochs)).sum::<u64>());
    let whole = ensemble("whole past", members, &training, &mut meter, |at| (&all, Stop::After(epochs[at])))?;

    let mut meter = watch.meter(Stage::Forecast, "steps", Some(4));
    let unseen = Lessons::of(&pasts, split.validation..origin, split.tune, &every);
    let unseen_shares = mean_shares(&judged, &training, &unseen, interests)?;
    let scores = score_table(&split, &pasts, &tune, &unseen, &unseen_shares, &market, interests);
    meter.advance(1)?;

    let stopped = Lessons::of(&pasts, split.tune..split.validation, split.tune, &every);
    let stopped_shares = mean_shares(&judged, &training, &stopped, interests)?;
    let mut known = observed_cells(&pasts, stopped.questions(), &stopped_shares, interests);
    let unseen = observed_cells(&pasts, unseen.questions(), &unseen_shares, interests);
    let coverage = Calibration::on(&known, &config.levels).coverage(&unseen);
    known.extend(unseen);
    let calibration = Calibration::on(&known, &config.levels);
    meter.advance(1)?;

    let ahead = Lessons::ahead(&pasts, origin, config.horizon);
    let share = mean_shares(&whole, &training, &ahead, interests)?;
    let returning = Returning::fit(&pasts, origin, trajectories.calendar)?;
    let p_active = ahead.users().iter().map(|user| returning.chance(&pasts[user.index()], origin)).collect();
    meter.advance(1)?;

    let (bands, no_bands) = match coverage {
        Some(coverage) if !calibration.is_empty() => {
            (bands(&calibration, &coverage, &pasts, ahead.questions(), &share, config), None)
        }
        _ => (Vec::new(), Some(no_bands_because(known.len(), &split, trajectories))),
    };
    let forecast = Forecast {
        calendar: trajectories.calendar,
        origin,
        horizon: config.horizon,
        interests,
        users: ahead.users(),
        share,
        bands,
        no_bands,
        p_active,
    };
    meter.advance(1)?;
    let curves = judged.iter().chain(&whole).flat_map(|member| member.curve.clone()).collect();
    Ok(Run { forecast, scores, curves, model: SavedModel::of(config, &whole, interests)? })
}

/// While this lives, libtorch computes on one thread. The products of this network are so small that a second thread
/// costs more than it brings, many times more when another program wants the same core.
struct OneThread(Option<i32>);

impl OneThread {
    fn on(device: tch::Device) -> Self {
        let before = (device == tch::Device::Cpu).then(tch::get_num_threads);
        if before.is_some() {
            tch::set_num_threads(1);
        }
        Self(before)
    }
}

impl Drop for OneThread {
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            tch::set_num_threads(before);
        }
    }
}

fn ensemble<'a>(
    name: &str,
    members: usize,
    training: &Training,
    meter: &mut Meter,
    lesson: impl Fn(usize) -> (&'a Lessons<'a>, Stop<'a>),
) -> Result<Vec<Member>, ForecastError> {
    let train = |at: usize| {
        let (lessons, stop) = lesson(at);
        // Each member has a seed of its own, far from the neighbouring runs'.
        let seed = training.config.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(at as u64);
        training.member(&format!("{name} · network {} of {members}", at + 1), seed, lessons, stop, meter)
    };
    (0..members).map(train).collect()
}

/// Every model's score one step ahead on the validation periods.
fn score_table(
    split: &Split,
    pasts: &[Past],
    tune: &Lessons,
    unseen: &Lessons,
    network: &[f32],
    market: &Market,
    interests: usize,
) -> ScoreTable {
    let next = |question: &&Question| question.horizon() == 1;
    let tuning: Vec<Question> = tune.questions().iter().filter(next).copied().collect();
    let judging: Vec<Question> = unseen.questions().iter().filter(next).copied().collect();
    let of_network = unseen.questions().iter().zip(network.chunks_exact(interests));
    let of_network: Vec<f32> =
        of_network.filter(|(question, _)| next(question)).flat_map(|(_, shares)| shares.iter().copied()).collect();

    let mut scores = vec![score(CellKind::Lstm.name(), pasts, &judging, &of_network, interests)];
    for (name, simple) in tuned(pasts, &tuning, market) {
        scores.push(score(name, pasts, &judging, &simple_shares(simple, pasts, &judging, market), interests));
    }
    let popularity = scores.iter().find(|score| score.model == "popularity").map_or(0.0, |score| score.nll);
    for score in &mut scores {
        score.gain = popularity - score.nll;
    }
    scores.sort_by(|a, b| a.nll.total_cmp(&b.nll));
    let answers = judging.iter().filter_map(|asked| Some((asked, asked.answer?)));
    let events: f64 = answers.map(|(asked, at)| f64::from(pasts[asked.user.index()].totals[at])).sum();
    ScoreTable {
        first: split.validation,
        last: split.origin.plus(-1),
        rows: judging.len() as u64,
        events: events as u64,
        scores,
    }
}

fn simple_shares(simple: Simple, pasts: &[Past], questions: &[Question], market: &Market) -> Vec<f32> {
    let mut shares = Vec::new();
    for of_user in questions.chunk_by(|a, b| a.user == b.user) {
        let sums = pasts[of_user[0].user.index()].decayed(simple.decay);
        for question in of_user {
            shares.extend(simple.shares(&sums, question, market));
        }
    }
    shares
}

fn cell(past: &Past, question: &Question, share: f32) -> Cell {
    let recent = &past.totals[(question.known + 1).saturating_sub(RECENT)..=question.known];
    let expected_events = recent.iter().sum::<f32>() / recent.len() as f32;
    Cell { horizon: question.horizon(), share, expected_events }
}

/// Forecast cells with the shares that were observed.
fn observed_cells(pasts: &[Past], questions: &[Question], shares: &[f32], interests: usize) -> Vec<(Cell, f32)> {
    let mut cells = Vec::with_capacity(shares.len());
    for (question, shares) in questions.iter().zip(shares.chunks_exact(interests)) {
        let past = &pasts[question.user.index()];
        let Some(answer) = question.answer else { continue };
        let observed = past.counts(answer).iter().map(|events| events / past.totals[answer]);
        cells.extend(shares.iter().zip(observed).map(|(share, observed)| (cell(past, question, *share), observed)));
    }
    cells
}

fn bands(
    calibration: &Calibration,
    coverage: &[f64],
    pasts: &[Past],
    questions: &[Question],
    shares: &[f32],
    config: &ForecastConfig,
) -> Vec<Band> {
    let band = |(level, coverage): (&u8, &f64)| Band {
        level: *level,
        lower: vec![f32::NAN; shares.len()],
        upper: vec![f32::NAN; shares.len()],
        coverage: *coverage,
    };
    let mut bands: Vec<Band> = config.levels.iter().zip(coverage).map(band).collect();
    let interests = shares.len() / questions.len().max(1);
    for (at, share) in shares.iter().enumerate() {
        let question = &questions[at / interests];
        let cell = cell(&pasts[question.user.index()], question, *share);
        for (band, (lower, upper)) in bands.iter_mut().zip(calibration.limits(&cell).into_iter().flatten()) {
            (band.lower[at], band.upper[at]) = (lower, upper);
        }
    }
    bands.sort_by_key(|band| band.level);
    bands
}

fn no_bands_because(cells: usize, split: &Split, trajectories: &Trajectories) -> String {
    let calendar = trajectories.calendar;
    format!(
        "No bands are drawn: from {} to {} users were active often enough to compare {cells} forecast shares with what \
         came, which is too few to say how far off a forecast may be.",
        calendar.label(split.tune),
        calendar.label(split.origin.plus(-1)),
    )
}
