use super::*;
use crate::events::{Returns, TextId};
use crate::forecast::{ActivityScore, ActivitySource, ActivityTable, Band, Cohort, Coverage, Errors, ModelKind, Score};
use crate::interests::{Interest, Source};
use crate::report::summarise_users;

const INTERESTS: usize = 3;

/// A log of some months, and a forecast in which everybody goes on as before.
struct Log {
    events: EventTable,
    space: InterestSpace,
    trajectories: Trajectories,
    forecast: Forecast,
    users: Vec<UserSummary>,
}

impl Log {
    /// `of` tells a user's events by interest in a month; none where all are 0.
    fn new(users: u32, months: i32, of: impl Fn(u32, i32) -> [u32; INTERESTS]) -> Self {
        let calendar = Calendar::new(PeriodLength::Month);
        let first = Period(480);
        let mut trajectories = Trajectories::empty(calendar, INTERESTS, first, first.plus(months));
        let mut events = EventTable {
            users: (0..users).map(|user| format!("u{user}")).collect(),
            texts: ["tea", "lamp", "card"].map(String::from).into(),
            offsets: vec![0],
            returns: Returns::default(),
            ..EventTable::default()
        };
        for user in 0..users {
            for month in 0..months {
                let counts = of(user, month);
                for (interest, count) in (0_u16..).zip(counts).filter(|(_, count)| *count > 0) {
                    trajectories.interest.push(interest);
                    trajectories.events.push(count);
                    trajectories.value.push(0.0);
                    for _ in 0..count {
                        events.time.push(calendar.start(first.plus(month)));
                        events.text.push(TextId(interest.into()));
                    }
                }
                if counts.iter().sum::<u32>() > 0 {
                    trajectories.period.push(first.plus(month));
                    trajectories.row_cells.push(trajectories.interest.len());
                }
            }
            events.offsets.push(events.time.len());
            trajectories.user_rows.push(trajectories.period.len());
        }
        let interest = |label: &str| Interest {
            label: label.into(),
            terms: vec![label.to_lowercase()],
            share: 1.0 / 3.0,
            source: Source::Found,
        };
        let space = InterestSpace {
            interests: ["Tea", "Lamps", "Cards"].map(interest).into(),
            dim: 0,
            centroids: Vec::new(),
            text_interest: vec![0, 1, 2],
            text_weight: vec![1.0; 3],
        };
        let people = users as usize;
        let share: Vec<f32> = vec![1.0 / 3.0; people * INTERESTS];
        let limit = |by: f32| share.iter().map(|share| share + by).collect();
        let forecast = Forecast {
            calendar,
            origin: first.plus(months),
            horizon: 1,
            interests: INTERESTS,
            users: (0..users).map(UserId).collect(),
            bands: vec![Band { level: 80, lower: limit(-0.1), upper: limit(0.1), coverage: None }],
            no_bands: None,
            joint: false,
            p_any: Vec::new(),
            p_active: vec![0.9; people],
            expected_events: vec![3.0; people],
            expected_value: Vec::new(),
            share,
        };
        let mut log = Self { events, space, trajectories, forecast, users: Vec::new() };
        log.summarise();
        log
    }

    fn summarise(&mut self) {
        self.users = summarise_users(&self.events, &self.trajectories, &self.forecast);
    }

    fn found(&self) -> Found<'_> {
        Found {
            events: &self.events,
            space: &self.space,
            trajectories: &self.trajectories,
            forecast: &self.forecast,
            users: &self.users,
            cohorts: None,
            scores: None,
        }
    }

    /// The cohorts of these rules, each of everybody, with these shares to come.
    fn cohorts(&self, cohorts: &[(CohortRule, [f32; INTERESTS])]) -> CohortForecast {
        let share: Vec<f32> = cohorts.iter().flat_map(|(_, share)| *share).collect();
        let limit = |by: f32| share.iter().map(|share| share + by).collect();
        let users = self.forecast.users.clone();
        CohortForecast {
            calendar: self.forecast.calendar,
            origin: self.forecast.origin,
            horizon: 1,
            interests: INTERESTS,
            cohorts: cohorts.iter().map(|(rule, _)| Cohort { rule: *rule, users: users.clone() }).collect(),
            events: vec![1.0; cohorts.len()],
            bands: vec![Band {
                level: 80,
                lower: limit(-0.05),
                upper: limit(0.05),
                coverage: Some(Coverage::plain(82, 100)),
            }],
            no_bands: None,
            share,
        }
    }
}

fn said(findings: &[Finding], question: Question) -> Option<String> {
    let found = findings.iter().find(|finding| finding.question == question)?;
    Some(format!("{} {}", found.sentence, found.basis).replace('\u{a0}', " "))
}

#[test]
fn what_many_users_turned_to_is_told_with_both_shares() {
    let log = Log::new(60, 8, |user, month| if month < 5 || user < 20 { [3, 1, 1] } else { [1, 3, 1] });
    let told = said(&overview(&log.found()), Question::Interests).unwrap();
    assert!(
        told.starts_with("“Lamps” rose most, from 20 % to 47 % of all events; “Tea” fell most, from 60 % to 33 %.")
    );
    assert!(told.contains("Jun 2010 to Aug 2010 against Mar 2010 to May 2010"), "{told}");
    assert!(!told.contains("Cards"));
}

#[test]
fn one_user_who_changes_is_no_change_of_the_log_however_many_events() {
    let log = Log::new(60, 8, |user, month| match (user, month < 5) {
        (0, true) => [500, 0, 0],
        (0, false) => [0, 500, 0],
        _ => [2, 2, 2],
    });
    let told = said(&overview(&log.found()), Question::Interests).unwrap();
    assert!(told.starts_with("No interest’s share of all events rose or fell by more than chance would do."), "{told}");
}

#[test]
fn a_season_that_comes_every_year_is_no_rise() {
    let season = |month: i32| if month % 12 >= 6 { [1, 4, 1] } else { [3, 1, 2] };
    let log = Log::new(80, 21, |_, month| season(month));
    let told = said(&overview(&log.found()), Question::Interests).unwrap();
    assert!(told.starts_with("No interest"), "{told}");
    let activity = said(&overview(&log.found()), Question::Activity).unwrap();
    assert!(activity.contains("a year before"), "{activity}");
}

#[test]
fn a_short_log_says_that_it_is_short_and_claims_nothing() {
    let log = Log::new(10, 4, |_, _| [2, 1, 1]);
    let findings = overview(&log.found());
    let told = said(&findings, Question::Activity).unwrap();
    assert!(told.starts_with("160 events from Jan 2010 to Apr 2010; that is too short"), "{told}");
    assert!(findings.iter().all(|finding| finding.question != Question::Interests));
}

#[test]
fn what_was_not_made_yet_is_not_told() {
    let log = Log::new(10, 8, |_, _| [2, 1, 1]);
    let asked: Vec<Question> = overview(&log.found()).iter().map(|finding| finding.question).collect();
    for later in [Question::Growing, Question::Cohorts, Question::Worth] {
        assert!(!asked.contains(&later), "{asked:?}");
    }
}

#[test]
fn interests_grow_where_the_band_lies_above_what_was() {
    let log = Log::new(10, 8, |_, _| [2, 1, 1]);
    let cohorts = log.cohorts(&[(CohortRule::Everyone, [0.28, 0.28, 0.44])]);
    let found = Found { cohorts: Some(&cohorts), ..log.found() };
    let told = said(&overview(&found), Question::Growing).unwrap();
    let words =
        "“Cards” is forecast to grow most, from 25 % of all events in Aug 2010 to 44 % in Sep 2010 (80 %: 39–49 %).";
    assert!(told.starts_with(words), "{told}");
    assert!(told.contains("80 % bands of cohorts held 82 %"), "{told}");
    let finding = overview(&found).into_iter().find(|finding| finding.question == Question::Growing).unwrap();
    assert_eq!(finding.evidence, Some(Evidence::Cohort(CohortRule::Everyone, vec![2])), "lamps are within the band");
    let quiet = log.cohorts(&[(CohortRule::Everyone, [0.5, 0.25, 0.25])]);
    let told = said(&overview(&Found { cohorts: Some(&quiet), ..log.found() }), Question::Growing).unwrap();
    assert!(told.starts_with("No interest is forecast to have a larger share in Sep 2010"), "{told}");
}

#[test]
fn cohorts_that_were_chosen_by_what_they_did_last_are_not_said_to_turn_away_from_it() {
    let log = Log::new(10, 8, |_, _| [2, 1, 1]);
    let leading =
        log.cohorts(&[(CohortRule::Everyone, [0.5, 0.25, 0.25]), (CohortRule::Leading(0), [0.1, 0.45, 0.45])]);
    let told = said(&overview(&Found { cohorts: Some(&leading), ..log.found() }), Question::Cohorts).unwrap();
    assert!(told.starts_with("No cohort is forecast to do"), "{told}");
    let active = log.cohorts(&[(CohortRule::Activity(1), [0.1, 0.45, 0.45])]);
    let told = said(&overview(&Found { cohorts: Some(&active), ..log.found() }), Question::Cohorts).unwrap();
    assert!(told.starts_with("Users with 4 to 9 active months change most: “Tea” from 50 % of their events to 10 %"));
}

#[test]
fn users_change_beyond_their_bands_or_not_at_all() {
    let log = Log::new(12, 8, |user, _| if user == 3 { [5, 0, 0] } else { [1, 1, 1] });
    let told = said(&overview(&log.found()), Question::Users).unwrap();
    assert!(told.starts_with("User u3 changes most: −67 points of “Tea” in Sep 2010, against all before."), "{told}");
    assert!(told.contains("1 of 12 users with 20 events in 4 months or more"), "{told}");
    let mut unsure = Log::new(12, 8, |user, _| if user == 3 { [5, 0, 0] } else { [1, 1, 1] });
    unsure.forecast.bands[0].upper.fill(1.0);
    let told = said(&overview(&unsure.found()), Question::Users).unwrap();
    assert!(told.starts_with("No user’s forecast"), "{told}");
    unsure.forecast.bands.clear();
    assert_eq!(said(&overview(&unsure.found()), Question::Users), None, "without bands nobody is told to change");
}

#[test]
fn a_user_of_one_large_basket_does_not_change_by_going_on_like_others() {
    let log =
        Log::new(12, 8, |user, month| if user == 3 { [if month == 7 { 90 } else { 0 }, 0, 0] } else { [1, 1, 1] });
    let told = said(&overview(&log.found()), Question::Users).unwrap();
    assert!(told.starts_with("No user’s forecast"), "{told}");
}

#[test]
fn regulars_whose_chance_fell_may_stay_away_and_rare_users_do_not() {
    let mut log = Log::new(5, 8, |user, month| match user {
        // Twice in eight months is no habit that could end.
        4 => [u32::from(month < 2), 0, 0],
        _ => [1, 1, 0],
    });
    log.forecast.p_active = vec![0.9, 0.2, 0.9, 0.4, 0.05];
    log.summarise();
    let told = said(&overview(&log.found()), Question::Leaving).unwrap();
    assert!(told.starts_with("2 of 4 regulars may stay away in Sep 2010, first of all user u1: 20 % likely"), "{told}");
    assert!(told.contains("not measured yet"), "{told}");
    log.forecast.p_active.fill(0.95);
    log.summarise();
    let told = said(&overview(&log.found()), Question::Leaving).unwrap();
    assert!(told.starts_with("All 4 regulars are about as likely as ever"), "{told}");
    log.forecast.p_active.clear();
    log.summarise();
    assert_eq!(said(&overview(&log.found()), Question::Leaving), None);
}

#[test]
fn the_worth_is_that_of_the_scores_and_none_is_none() {
    let log = Log::new(10, 8, |_, _| [2, 1, 1]);
    let score = |model: ModelKind, nll, gain| Score { model: model.into(), nll, gain, l1: 0.5, top1: 0.4 };
    let errors = Errors { mae: 1.0, deviance: 2.0 };
    let chances = |model, log_loss| ActivityScore { model, log_loss, brier: 0.1, events: errors, spend: None };
    let mut scores = ScoreTable {
        first: Period(486),
        last: Period(487),
        rows: 20,
        events: 80.0,
        scores: vec![score(ModelKind::Lstm, 2.0, 0.3), score(ModelKind::Ewma, 2.1, 0.2)],
        activity: Some(ActivityTable {
            rows: 20,
            scores: vec![chances(ActivitySource::Simple, 0.4), chances(ModelKind::Lstm.into(), 0.38)],
            chance_by: ModelKind::Lstm.into(),
            events_by: ActivitySource::Simple,
            spend_by: None,
        }),
    };
    let findings = overview(&Found { scores: Some(&scores), ..log.found() });
    let told = said(&findings, Question::Worth).unwrap();
    assert!(told.starts_with("The LSTM is 0.100 nats per event better than the best simple forecast"), "{told}");
    assert!(told.contains("on 20 user-periods from Jul 2010 to Aug 2010"), "{told}");
    let told = said(&findings, Question::Leaving).unwrap();
    assert!(told.contains("by the LSTM: log loss 0.380 on 20 user-periods, that of a simple forecast 0.400"), "{told}");
    scores = ScoreTable { rows: 0, scores: Vec::new(), activity: None, ..scores };
    let findings = overview(&Found { scores: Some(&scores), ..log.found() });
    let told = said(&findings, Question::Worth).unwrap();
    assert!(told.starts_with("No model could be scored."), "{told}");
    assert!(told.ends_with("had been so before."), "{told}");
}
