//! What the rows of a log mean: filters, kinds of events, purchases called off, and logs that are only words.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs;

use driftline::calendar::{Calendar, PeriodLength};
use driftline::events::{EventsError, Log, Meaning, ReadOptions, Reason, Role, preview, read, read_texts};
use driftline::interests::{Interest, InterestSpace, Source, Trajectories};
use driftline::observe::Watch;

fn read_with(text: &str, options: &ReadOptions) -> Result<Log, EventsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    fs::write(&path, text).unwrap();
    let log = read(&[path], options, &Watch::silent());
    if let Ok(log) = &log {
        assert_eq!(log.account.rows_read, log.account.rows_kept + log.account.rows_rejected());
    }
    log
}

fn counts(log: &Log) -> Vec<(Reason, u64, Vec<u64>)> {
    log.account.rejected.iter().map(|left| (left.reason, left.rows, left.first_lines.clone())).collect()
}

const SHOP: &str = "\
user,time,text,item,quantity,price,Country
ann,2010-01-01 09:00,red tea,10001,2,1.5,France
ann,2010-01-02 09:00,blue cup,10002,1,3,France
,2010-01-02 10:00,blue cup,10002,1,3,Spain
bob,2010-01-03 09:00,blue cup,10002,4,3,Spain
cat,2010-01-04 09:00,red tea,10001,2,1.5,
";

#[test]
fn filters_come_before_everything_and_are_counted() {
    let with = |filters: &[&str]| ReadOptions {
        filters: filters.iter().map(|filter| filter.parse().unwrap()).collect(),
        ..ReadOptions::default()
    };
    let french = read_with(SHOP, &with(&["country=France"])).unwrap();
    assert_eq!(
        counts(&french),
        [(Reason::FilteredOut, 3, vec![4, 5, 6])],
        "the row without a user is left out by filter"
    );
    assert_eq!(french.events.users, ["ann"]);
    let both = read_with(SHOP, &with(&["Country in France,Spain", "quantity>=2"])).unwrap();
    assert_eq!(both.events.users, ["ann", "bob"]);
    assert_eq!(both.account.rows_kept, 2);
    let elsewhere = read_with(SHOP, &with(&["Country!=France"])).unwrap();
    assert_eq!(elsewhere.events.users, ["bob", "cat"]);
    let error = read_with(SHOP, &with(&["City=Paris"])).unwrap_err();
    assert!(matches!(error, EventsError::NoFilterColumn { .. }) && error.to_string().contains("`Country`"), "{error}");
    let nothing = read_with(SHOP, &with(&["Country=Norway"])).unwrap_err().to_string();
    assert!(nothing.contains("5 × left out by filter"), "{nothing}");
}

#[test]
fn filters_hold_for_parquet_and_for_texts_alone() {
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet");
    let options = ReadOptions {
        filters: vec!["Country in EIRE,France".parse().unwrap(), "InvoiceDate<2010-01-01".parse().unwrap()],
        ..ReadOptions::default()
    };
    let log = read(std::slice::from_ref(&sample), &options, &Watch::silent()).unwrap();
    // Counted with polars.
    let filtered = log.account.rejected.iter().find(|left| left.reason == Reason::FilteredOut).unwrap();
    assert_eq!(log.account.rows_read - filtered.rows, FILTERED_SAMPLE);
    let texts = read_texts(&[sample], &options, &Watch::silent()).unwrap();
    assert_eq!(texts.len(), FILTERED_TEXTS);
}

/// Rows, and distinct texts that are not blank, of Ireland and France before 2010.
const FILTERED_SAMPLE: u64 = 933;
const FILTERED_TEXTS: usize = 515;

const CLICKS: &str = "\
user,timestamp,event_type,product_name
ann,2020-01-01 09:00:00,pv,red tea
ann,2020-01-01 09:01:00,pv,blue cup
ann,2020-01-01 09:02:00,pv,blue cup
ann,2020-01-01 09:03:00,buy,red tea
bob,2020-01-02 09:00:00,wink,red tea
bob,2020-01-02 10:00:00,refund,red tea
bob,2020-01-02 11:00:00,buy,blue cup
";

fn space() -> InterestSpace {
    let interest = |label: &str| Interest { label: label.into(), terms: Vec::new(), share: 0.5, source: Source::Found };
    InterestSpace {
        interests: vec![interest("cups"), interest("tea")],
        dim: 0,
        centroids: Vec::new(),
        text_interest: vec![0, 1],
        text_weight: vec![1.0; 2],
    }
}

#[test]
fn kinds_weigh_what_the_analyst_says() {
    let plain = read_with(CLICKS, &ReadOptions::default()).unwrap();
    assert_eq!((plain.account.rows_kept, plain.account.returns), (7, 1), "a refund is a return");
    assert!(plain.events.kind_weights.is_empty() && plain.kinds.iter().all(|kind| kind.weight == 1.0));
    let known: Vec<_> = plain.kinds.iter().map(|kind| (kind.kind.as_str(), kind.meaning, kind.events)).collect();
    let expected = [("pv", Some(Meaning::View), 3), ("buy", Some(Meaning::Purchase), 2), ("wink", None, 1)];
    assert_eq!(known, expected);
    let month = Calendar::new(PeriodLength::Month);
    let even = Trajectories::build(&plain.events, &space(), month);
    assert!(even.weight.is_empty());
    assert_eq!(even.shares(0), [0.5, 0.5]);

    let options = ReadOptions { kind_weights: "view=0.1,purchase=1,wink=0".parse().unwrap(), ..ReadOptions::default() };
    let weighed = read_with(CLICKS, &options).unwrap();
    assert_eq!(counts(&weighed), [(Reason::NoWeight, 1, vec![6])]);
    let weighed = Trajectories::build(&weighed.events, &space(), month);
    assert_eq!(weighed.events, [2, 2, 1], "events are still counted one by one");
    let shares = weighed.shares(0);
    assert!((shares[0] - 0.2 / 1.3).abs() < 1e-6 && (shares[1] - 1.1 / 1.3).abs() < 1e-6, "{shares:?}");
    assert_eq!(weighed.shares(1), [1.0, 0.0]);
}

#[test]
fn weights_without_kinds_are_said_to_do_nothing() {
    let options = ReadOptions { kind_weights: "view=0.1".parse().unwrap(), ..ReadOptions::default() };
    let log = read_with(SHOP, &options).unwrap();
    assert!(log.notes.iter().any(|note| note.contains("weights by kind change nothing")), "{:?}", log.notes);
    assert!(log.events.kind_weights.is_empty());
}

#[test]
fn a_purchase_called_off_is_neither_event_nor_return() {
    let text = format!("{SHOP}bob,2010-01-03 09:12,blue cup,10002,-4,3,Spain\n");
    let log = read_with(&text, &ReadOptions::default()).unwrap();
    assert_eq!(counts(&log)[1], (Reason::CalledOff, 2, vec![5, 7]));
    assert_eq!(log.events.users, ["ann", "cat"]);
    let options = ReadOptions { keep_called_off: true, ..ReadOptions::default() };
    let log = read_with(&text, &options).unwrap();
    assert_eq!((log.account.returns, log.events.users.len()), (1, 3));
}

/// Three logs that are only words: support messages, searches, page views.
const WORDS: [(&str, &str); 3] = [
    (
        "support",
        "conversation_id;author_id;created_at;body\n\
         c1;u7;2024-03-01T09:12:00Z;my parcel has not come\n\
         c1;u7;2024-03-01T09:13:00Z;it was due on Monday\n\
         c2;u9;2024-03-02T08:00:00Z;how do I reset my password?\n\
         c3;u7;2024-04-02T08:00:00Z;\"the parcel came; the cup is broken\"\n",
    ),
    (
        "searches",
        "AnonID\tQuery\tQueryTime\tItemRank\tClickURL\n\
         142\trent a flat\t2006-03-01 07:17:12\t\t\n\
         142\tflats to rent in york\t2006-03-12 12:31:06\t1\thttp://www.example.org\n\
         217\tlottery\t2006-03-01 11:58:51\t1\thttp://www.example.com\n",
    ),
    (
        "页面浏览",
        "访客ID,访问时间,页面标题\n\
         v1,2023-05-01 10:00:00,春季新品 连衣裙\n\
         v1,2023-05-01 10:02:00,春季新品 凉鞋\n\
         v2,2023-05-02 21:30:00,帐篷 露营 装备\n",
    ),
];

#[test]
fn logs_of_words_alone_come_in_and_say_what_is_switched_off() {
    for (name, text) in WORDS {
        let log = read_with(text, &ReadOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(log.account.rows_rejected(), 0, "{name}: {:?}", log.account);
        assert_eq!(log.events.users.len(), 2, "{name}");
        let off: Vec<&str> = log.off.iter().map(|off| off.what.as_str()).collect();
        assert!(off.iter().any(|off| off.starts_with("value")), "{name}: {off:?}");
        assert!(log.off.iter().any(|off| off.needs == [Role::Item]), "{name}: {off:?}");
        assert!(log.events.value.is_none() && log.events.quantity.is_none() && log.events.item.is_none());

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        fs::write(&path, text).unwrap();
        let look = preview(&[path], &ReadOptions::default(), &Watch::silent()).unwrap();
        assert!(look.problems.is_empty(), "{name}: {:?}", look.problems);
        assert_eq!(look.off, log.off, "the first look says the same");
        let month = Calendar::new(PeriodLength::Month);
        let texts = log.events.texts.len();
        let space = InterestSpace { text_interest: vec![0; texts], text_weight: vec![1.0; texts], ..space() };
        let built = Trajectories::build(&log.events, &space, month);
        assert_eq!(built.events.iter().sum::<u32>() as usize, log.events.len());
    }
}
