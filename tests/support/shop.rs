//! A shop whose customers have interests that move: results of a run, made from plain numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use driftline::calendar::{Calendar, Period, PeriodLength, WallTime};
use driftline::events::{
    Account, ColumnReport, EventTable, Inspection, Reason, Rejection, Returns, Role, TextId, UserId,
};
use driftline::forecast::{
    ActivityScore, ActivitySource, ActivityTable, Band, Cohort, CohortForecast, CohortRule, Coverage, Errors, Forecast,
    ForecastConfig, ModelKind, SavedModel, Score, ScoreTable,
};
use driftline::interests::{Interest, InterestSpace, Source, Trajectories};
use driftline::language::{Embedded, ModelInfo};
use driftline::observe::CurvePoint;
use driftline::pipeline::{LanguageUse, Outcome};
use driftline::project::Settings;
use driftline::report::{Found, overview, summarise_users};

/// December 2009.
const FIRST: Period = Period(479);
/// Two years.
const MONTHS: i32 = 24;
const HORIZON: usize = 3;

const INTERESTS: [(&str, &str); 12] = [
    ("Tea sets & kitchen", "tea, cup, saucer, jug"),
    ("Christmas decorations", "christmas, tree, bauble, star"),
    ("Lunch bags & boxes", "lunch, bag, box, spaceboy"),
    ("Cake cases & baking", "cake, cases, retrospot, baking"),
    ("Candles & holders", "candle, holder, t-light, lantern"),
    ("Garden & outdoors", "garden, watering, planter, herb"),
    ("Cards & wrapping", "card, wrap, ribbon, tissue"),
    ("Jewellery", "necklace, bracelet, earrings, bead"),
    ("Children's toys", "dolly, playhouse, jigsaw, blocks"),
    ("Signs & wall art", "sign, metal, wall, art"),
    ("Bags & luggage", "jumbo, bag, charlotte, suitcase"),
    ("Clocks & mirrors", "clock, mirror, alarm, bakelike"),
];

/// Numbers that look random and are the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn pick(&mut self, shares: &[f64]) -> usize {
        let mut left = self.roll() * shares.iter().sum::<f64>();
        shares
            .iter()
            .position(|share| {
                left -= share;
                left < 0.0
            })
            .unwrap_or(shares.len() - 1)
    }
}

/// One customer: what is liked at first, what at last, how often there is an order.
struct Customer {
    early: Vec<f64>,
    late: Vec<f64>,
    zeal: f64,
    lines: f64,
}

impl Customer {
    fn born(dice: &mut Dice, interests: usize) -> Self {
        let taste = |dice: &mut Dice| -> Vec<f64> {
            let raw: Vec<f64> = (0..interests).map(|_| (-dice.roll().max(1e-9).ln()).powi(3) + 0.02).collect();
            let sum: f64 = raw.iter().sum();
            raw.iter().map(|share| share / sum).collect()
        };
        let early = taste(dice);
        let late = if dice.roll() < 0.6 { taste(dice) } else { early.clone() };
        Self { early, late, zeal: 0.35 + 0.6 * dice.roll(), lines: 4.0 + 40.0 * dice.roll().powi(3) }
    }

    fn shares(&self, month: i32) -> Vec<f64> {
        let way = 1.0 / (1.0 + (-(f64::from(month) - 13.0) / 3.0).exp());
        let mut shares: Vec<f64> = self.early.iter().zip(&self.late).map(|(a, b)| a * (1.0 - way) + b * way).collect();
        // Everybody buys for Christmas from September on.
        let season = f64::from((FIRST.0 + month).rem_euclid(12));
        if shares.len() > 1 && season >= 8.0 {
            shares[1] += 0.06 * (season - 7.0);
        }
        let sum: f64 = shares.iter().sum();
        shares.iter().map(|share| share / sum).collect()
    }
}

/// The results of a run over `users` customers and at most twelve interests.
pub fn outcome(users: usize, interests: usize) -> Outcome {
    let mut dice = Dice(7);
    let customers: Vec<Customer> = (0..users).map(|_| Customer::born(&mut dice, interests)).collect();
    let calendar = Calendar::new(PeriodLength::Month);
    let origin = FIRST.plus(MONTHS);
    let mut events = EventTable {
        users: (0..users).map(|user| (12_346 + user * 3).to_string()).collect(),
        texts: INTERESTS[..interests].iter().map(|(_, terms)| (*terms).to_owned()).collect(),
        offsets: vec![0],
        value: Some(Vec::new()),
        returns: Returns::default(),
        ..EventTable::default()
    };
    let mut trajectories = Trajectories::empty(calendar, interests, FIRST, origin);
    for customer in &customers {
        for month in 0..MONTHS {
            let due = month == MONTHS - 1 - (dice.roll() * 3.0) as i32 || dice.roll() < customer.zeal;
            if !due {
                continue;
            }
            let shares = customer.shares(month);
            let mut counts = vec![0_u32; interests];
            for _ in 0..(1.0 + customer.lines * (0.4 + dice.roll())) as usize {
                counts[dice.pick(&shares)] += 1;
            }
            write_month(&mut events, &mut trajectories, calendar.start(FIRST.plus(month)), &counts, &mut dice);
            trajectories.period.push(FIRST.plus(month));
            trajectories.row_cells.push(trajectories.events.len());
        }
        events.offsets.push(events.time.len());
        trajectories.user_rows.push(trajectories.period.len());
    }
    let forecast = forecast(&customers, interests, origin, calendar);
    let cohorts = cohorts(&trajectories, &forecast);
    let lines = summarise_users(&events, &trajectories, &forecast);
    let (space, scores) = (space(interests, &trajectories), scores());
    let overview = overview(&Found {
        events: &events,
        space: &space,
        trajectories: &trajectories,
        forecast: &forecast,
        users: &lines,
        cohorts: Some(&cohorts),
        scores: Some(&scores),
    });
    let settings = Settings { inputs: vec!["garden_shop.csv".into()], ..Settings::default() };
    Outcome {
        settings,
        inputs: Vec::new(),
        columns: Arc::default(),
        model: Arc::new(SavedModel { config: ForecastConfig::default(), interests, ..SavedModel::default() }),
        text: Arc::default(),
        language: language(),
        times: Vec::new(),
        space: Arc::new(space),
        overview: Arc::new(overview),
        account: Arc::new(account()),
        scores: Arc::new(scores),
        curves: Arc::new(curves(2, 14)),
        users: Arc::new(lines),
        notes: vec!["December 2011 is not complete and was left out of the training.".to_owned()],
        device: "CPU, 2 threads: no GPU was found".to_owned(),
        events: Arc::new(events),
        trajectories: Arc::new(trajectories),
        forecast: Arc::new(forecast),
        cohorts: Arc::new(cohorts),
    }
}

/// Cohorts by what users did most, and their mean forecasts.
fn cohorts(trajectories: &Trajectories, forecast: &Forecast) -> CohortForecast {
    let Forecast { calendar, origin, horizon, interests, .. } = *forecast;
    let mut users: BTreeMap<CohortRule, Vec<UserId>> = BTreeMap::new();
    for user in &forecast.users {
        let mut counts = vec![0; interests];
        let rows = trajectories.rows(*user);
        let group = match rows.len() {
            0 => continue,
            1..=3 => 0,
            4..=9 => 1,
            _ => 2,
        };
        rows.flat_map(|row| trajectories.cells(row))
            .for_each(|cell| counts[usize::from(trajectories.interest[cell])] += trajectories.events[cell]);
        let leading = (0..interests).max_by_key(|interest| counts[*interest]).unwrap_or(0);
        for rule in [CohortRule::Everyone, CohortRule::Leading(leading as u16), CohortRule::Activity(group)] {
            users.entry(rule).or_default().push(*user);
        }
    }
    let cohorts: Vec<Cohort> = users.into_iter().map(|(rule, users)| Cohort { rule, users }).collect();
    let (mut share, mut events) = (Vec::new(), Vec::new());
    for cohort in &cohorts {
        for step in 0..horizon {
            events.push(7.3 * cohort.users.len() as f32);
            share.extend((0..interests).map(|interest| {
                let of = |user: &UserId| forecast.share[forecast.cell(forecast.place(*user).unwrap(), step, interest)];
                cohort.users.iter().map(of).sum::<f32>() / cohort.users.len() as f32
            }));
        }
    }
    let band = |level: u8, reach: f32| {
        let limits = |sign: f32| -> Vec<f32> {
            let far = |at: usize| {
                let users = cohorts[at / interests / horizon].users.len() as f32;
                reach * (share[at] * (1.0 - share[at])).sqrt() * (0.05 + 0.6 / users.sqrt())
            };
            (0..share.len()).map(|at| (share[at] + sign * far(at)).clamp(0.0, 1.0)).collect()
        };
        Band {
            level,
            lower: limits(-1.0),
            upper: limits(1.0),
            coverage: Some(Coverage::plain(u64::from(level) * 10 - 12, 1000)),
        }
    };
    let bands = vec![band(50, 0.4), band(80, 0.8), band(95, 1.3)];
    CohortForecast { calendar, origin, horizon, interests, cohorts, events, bands, no_bands: None, share }
}

fn write_month(events: &mut EventTable, out: &mut Trajectories, start: WallTime, counts: &[u32], dice: &mut Dice) {
    let day = (dice.roll() * 27.0) as i64;
    for (interest, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        out.interest.push(interest as u16);
        out.events.push(*count);
        out.value.push(*count as f32 * 12.5);
        for line in 0..*count {
            events.time.push(WallTime(start.0 + (day * 86_400 + 36_000 + i64::from(line)) * 1_000_000));
            events.text.push(TextId(interest as u32));
            events.value.as_mut().unwrap().push(4.0 + 17.0 * dice.roll());
        }
    }
}

fn forecast(customers: &[Customer], interests: usize, origin: Period, calendar: Calendar) -> Forecast {
    let mut share = Vec::new();
    for customer in customers {
        for step in 0..HORIZON as i32 {
            share.extend(customer.shares(MONTHS + step).iter().map(|share| *share as f32));
        }
    }
    let band = |level: u8, reach: f32, coverage: f64| {
        let side = |sign: f32| -> Vec<f32> {
            share
                .iter()
                .enumerate()
                .map(|(cell, share)| {
                    let step = (cell / interests % HORIZON) as f32;
                    let spread = reach * (share * (1.0 - share)).sqrt() * (1.0 + 0.25 * step);
                    (share + sign * spread).clamp(0.0, 1.0)
                })
                .collect()
        };
        let coverage = Coverage {
            with_events: Some(coverage - 0.007),
            ..Coverage::plain((1000.0 * coverage).round() as u64, 1000)
        };
        Band { level, lower: side(-0.8), upper: side(1.0), coverage: Some(coverage) }
    };
    let p_any = share.iter().map(|share| 1.0 - (1.0 - share).powi(12)).collect();
    let bands = vec![band(50, 0.11, 0.52), band(80, 0.24, 0.81), band(95, 0.42, 0.95)];
    Forecast {
        calendar,
        origin,
        horizon: HORIZON,
        interests,
        users: (0..customers.len() as u32).map(UserId).collect(),
        bands,
        no_bands: None,
        joint: false,
        p_any,
        p_active: customers.iter().map(|customer| (customer.zeal * 0.95) as f32).collect(),
        expected_events: customers.iter().map(|customer| (customer.zeal * 20.0) as f32).collect(),
        expected_value: customers.iter().map(|customer| (customer.zeal * 180.0) as f32).collect(),
        share,
    }
}

fn space(interests: usize, trajectories: &Trajectories) -> InterestSpace {
    let mut totals = vec![0_u64; interests];
    for (interest, events) in trajectories.interest.iter().zip(&trajectories.events) {
        totals[usize::from(*interest)] += u64::from(*events);
    }
    let all: u64 = totals.iter().sum();
    InterestSpace {
        interests: INTERESTS[..interests]
            .iter()
            .zip(totals)
            .map(|((label, terms), total)| Interest {
                label: (*label).to_owned(),
                terms: terms.split(", ").map(ToOwned::to_owned).collect(),
                share: total as f64 / all.max(1) as f64,
                source: Source::Found,
            })
            .collect(),
        dim: 0,
        centroids: Vec::new(),
        text_interest: (0..interests as u16).collect(),
        text_weight: vec![1.0; interests],
    }
}

fn language() -> LanguageUse {
    LanguageUse {
        model: ModelInfo {
            name: "all-MiniLM-L6-v2".to_owned(),
            architecture: "bert".to_owned(),
            dim: 384,
            layers: 6,
            parameters: 22_713_216,
            bytes: 90_868_376,
            languages: vec!["en".to_owned()],
            max_tokens: 256,
            pooling: "mean".to_owned(),
            pooling_stated: true,
            normalize: true,
            ..ModelInfo::default()
        },
        precision: "bf16: this CPU multiplies it natively".to_owned(),
        embedded: Some(Embedded {
            texts: 4_631,
            distinct: 4_598,
            cut: 2,
            tokens: 38_212,
            seconds_computing: 3.1,
            ..Embedded::default()
        }),
    }
}

fn activity() -> ActivityTable {
    let score = |model: ActivitySource, log_loss, events, spend| ActivityScore {
        model,
        log_loss,
        brier: 0.3 * log_loss,
        events: Errors { mae: events, deviance: 2.0 * events },
        spend: Some(Errors { mae: spend, deviance: 2.0 * spend }),
    };
    ActivityTable {
        rows: 9_812,
        scores: vec![
            score(ActivitySource::Simple, 0.482, 10.4, 91.3),
            score(ModelKind::Lstm.into(), 0.471, 10.1, 92.6),
        ],
        chance_by: ModelKind::Lstm.into(),
        events_by: ModelKind::Lstm.into(),
        spend_by: Some(ActivitySource::Simple),
    }
}

fn scores() -> ScoreTable {
    let rows = [
        (ModelKind::Lstm, 2.118, 0.231, 0.842, 0.41),
        (ModelKind::Ewma, 2.172, 0.177, 0.871, 0.39),
        (ModelKind::Mean, 2.189, 0.160, 0.884, 0.38),
        (ModelKind::Last, 2.241, 0.108, 0.902, 0.36),
        (ModelKind::Popularity, 2.349, 0.0, 1.013, 0.27),
    ];
    ScoreTable {
        first: FIRST.plus(MONTHS - 3),
        last: FIRST.plus(MONTHS - 1),
        rows: 4_210,
        events: 86_377.0,
        scores: rows
            .into_iter()
            .map(|(model, nll, gain, l1, top1)| Score { model: model.into(), nll, gain, l1, top1 })
            .collect(),
        activity: Some(activity()),
    }
}

/// Training curves of `seeds` seeds, `epochs` long.
pub fn curves(seeds: u32, epochs: u32) -> Vec<CurvePoint> {
    let mut points = Vec::new();
    for seed in 1..=seeds {
        let mut best = f64::INFINITY;
        for epoch in 1..=epochs {
            let x = f64::from(epoch);
            let wave = 0.004 * (x * 1.7 + f64::from(seed)).sin();
            let train = 2.05 + 0.42 * (-x / 3.4).exp() - 0.004 * x + wave;
            let validation = 2.11 + 0.30 * (-x / 2.8).exp() + 0.0011 * (x - 8.0).max(0.0).powi(2) - wave;
            let leads = validation < best;
            best = best.min(validation);
            points.push(CurvePoint {
                curve: format!("seed {seed}"),
                epoch,
                train,
                validation: Some(validation),
                best: leads,
            });
        }
    }
    points
}

/// What became of the rows of the shop's log.
pub fn account() -> Account {
    let rejection = |reason, rows, first_lines: &[u64]| Rejection { reason, rows, first_lines: first_lines.to_vec() };
    Account {
        rows_read: 612_480,
        rows_kept: 503_197,
        returns: 18_390,
        rejected: vec![
            rejection(Reason::NoUser, 97_610, &[264, 284, 471]),
            rejection(Reason::Duplicate, 6_875, &[372, 384, 386]),
            rejection(Reason::NoGoods, 3_801, &[90, 127, 174]),
            rejection(Reason::NoPrice, 997, &[4675, 6782]),
        ],
        ..Account::default()
    }
}

/// The first look at the shop's log.
pub fn inspection() -> Inspection {
    let column = |name: &str, kind: &str, role: Option<Role>, why: &str, nulls: u64, distinct: u64| ColumnReport {
        name: name.to_owned(),
        kind: kind.to_owned(),
        role,
        why: why.to_owned(),
        nulls,
        distinct,
        examples: Vec::new(),
    };
    let rows = [
        [
            "489434",
            "85048",
            "15CM CHRISTMAS GLASS BALL 20 LIGHTS",
            "12",
            "2009-12-01 07:45:00",
            "6.95",
            "13085",
            "United Kingdom",
        ],
        ["489434", "79323P", "PINK CHERRY LIGHTS", "12", "2009-12-01 07:45:00", "6.75", "13085", "United Kingdom"],
        [
            "489434",
            "22041",
            "RECORD FRAME 7\" SINGLE SIZE",
            "48",
            "2009-12-01 07:45:00",
            "2.10",
            "13085",
            "United Kingdom",
        ],
        ["489435", "22350", "CAT BOWL", "12", "2009-12-01 07:46:00", "2.55", "13085", "United Kingdom"],
        ["489436", "48173C", "DOOR MAT BLACK FLOCK", "10", "2009-12-01 09:06:00", "5.95", "13078", "United Kingdom"],
        ["489439", "22065", "CHRISTMAS PUDDING TRINKET POT", "12", "2009-12-01 09:28:00", "1.45", "12682", "France"],
        ["C489449", "22087", "PAPER BUNTING WHITE LACE", "-12", "2009-12-01 10:33:00", "2.95", "16321", "Australia"],
        ["489464", "21733", "85123a mixed", "-96", "2009-12-01 10:52:00", "0.00", "", "United Kingdom"],
    ];
    let preview = (0..48)
        .map(|row| {
            rows[row % rows.len()].iter().map(|value| Some((*value).to_owned()).filter(|v| !v.is_empty())).collect()
        })
        .collect();
    Inspection {
        files: vec!["garden_shop.csv".into()],
        dialect: None,
        broken: Vec::new(),
        rows_seen: 50_000,
        columns: vec![
            column("Invoice", "text", Some(Role::Basket), "many rows share one value, and each has one user", 0, 2_103),
            column("StockCode", "text", Some(Role::Item), "the name says code", 0, 2_512),
            column("Description", "text", Some(Role::Text), "words, many different ones", 312, 2_688),
            column("Quantity", "integer", Some(Role::Quantity), "the name says quantity", 0, 301),
            column("InvoiceDate", "time", Some(Role::Time), "the only column of times", 0, 1_620),
            column("Price", "number", Some(Role::Price), "the name says price", 0, 404),
            column("Customer ID", "integer", Some(Role::User), "the name says customer", 13_602, 1_045),
            column("Country", "text", None, "few different values", 0, 24),
        ],
        preview,
        off: Vec::new(),
        needs: Vec::new(),
        problems: Vec::new(),
    }
}
