//! Whole logs through the `events` room: what comes out of good, odd and broken files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftline::events::{Account, EventsError, Log, Mapping, ReadOptions, Reason, Role, preview, read, read_texts};
use driftline::observe::{CancelToken, CurvePoint, Observer, Progress, Watch};
use proptest::prelude::*;

#[path = "events/calendars.rs"]
mod calendars;
#[path = "events/folders.rs"]
mod folders;
#[path = "events/parquet.rs"]
mod parquet;
#[path = "events/parquet_lies.rs"]
mod parquet_lies;
#[path = "events/parquet_types.rs"]
mod parquet_types;
#[path = "support/thrift.rs"]
mod thrift;
#[path = "events/values.rs"]
mod values;

const SHOP: &str = "\
invoice,stockcode,description,quantity,when,price,customer
1001,10001,red  tea,2,2010-01-31 09:00,1.50,ann
1001,10002,blue cup,1,2010-01-31 09:00,3.00,ann
1002,10001, red tea ,4,2010-02-01 10:30,1.50,bob
C1003,10001,red tea,-1,2010-02-02 10:30,1.50,bob
";

/// A folder with one log in it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn read_one(path: &Path) -> Result<Log, EventsError> {
    read(&[path.to_owned()], &ReadOptions::default(), &Watch::silent())
}

fn read_csv(text: &str) -> Result<Log, EventsError> {
    let desk = Desk::new();
    read_one(&desk.put("log.csv", text))
}

/// The log in `text` with one more row.
fn with_row(row: &str) -> Log {
    read_csv(&format!("{SHOP}{row}\n")).unwrap()
}

fn rejected(account: &Account) -> Vec<(Reason, u64, &[u64])> {
    account.rejected.iter().map(|left| (left.reason, left.rows, left.first_lines.as_slice())).collect()
}

fn sums_up(log: &Log) {
    assert_eq!(log.account.rows_read, log.account.rows_kept + log.account.rows_rejected());
    assert_eq!(log.account.rows_kept, (log.events.len() + log.events.returns.user.len()) as u64);
    assert_eq!(log.account.returns, log.events.returns.user.len() as u64);
}

#[test]
fn the_sample_is_cleaned_as_counted_by_other_means() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet");
    let options = ReadOptions { keep_called_off: true, ..ReadOptions::default() };
    let log = read(&[sample], &options, &Watch::silent()).unwrap();
    sums_up(&log);
    // Counted with pandas by the rules that the documentation of the data gives.
    let counts: Vec<_> = rejected(&log.account).iter().map(|left| (left.0, left.1)).collect();
    let expected =
        [(Reason::NoUser, 235_287), (Reason::Duplicate, 11_676), (Reason::NoGoods, 3_661), (Reason::NoPrice, 60)];
    assert_eq!(counts, expected);
    let events = &log.events;
    assert_eq!((events.len(), events.returns.user.len()), (776_577, 17_586));
    assert_eq!((events.users.len(), events.texts.len()), (5_875, 5_232));
    let buyers = events.user_ids().filter(|user| !events.rows(*user).is_empty()).count();
    assert_eq!((buyers, events.text_counts().iter().filter(|count| **count > 0).count()), (5_852, 5_218));
    let (first, last) = events.span().unwrap();
    assert_eq!((first.to_string(), last.to_string()), ("2009-12-01T07:45:00".into(), "2011-12-09T12:50:00".into()));
    let worth: f64 = events.value.as_ref().unwrap().iter().sum();
    assert!((worth - 17_068_567.97).abs() < 0.01, "{worth}");
    let back: f64 = events.returns.value.iter().sum();
    assert!((back - 709_953.43).abs() < 0.01, "{back}");
    assert_eq!(log.columns[0].distinct, 53_628);
    assert_eq!((log.columns[6].nulls, log.columns[6].role), (235_287, Some(Role::User)));
}

#[test]
fn what_was_called_off_right_away_is_netted_and_what_was_spent_stays() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet");
    let log = read_one(&sample).unwrap();
    sums_up(&log);
    // Counted with pandas, polars and DuckDB: benches/read_log.py.
    let left = log.account.rejected.last().unwrap();
    assert_eq!((left.reason, left.rows), (Reason::CalledOff, 2_510));
    let events = &log.events;
    assert_eq!((events.len(), events.returns.user.len()), (775_322, 16_331));
    let spent = events.value.iter().flatten().sum::<f64>() - events.returns.value.iter().sum::<f64>();
    assert!((spent - (17_068_567.97 - 709_953.43)).abs() < 0.01, "{spent}");
    let basket = events.basket.as_ref().unwrap();
    assert!(!basket.names.iter().any(|name| name == "581483"), "80,995 birds were called off twelve minutes later");
}

#[test]
fn any_number_of_cores_makes_the_same_table() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/online_retail_II.parquet");
    let on = |cores| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().unwrap();
        pool.install(|| read_one(&sample)).unwrap()
    };
    let one = on(1);
    for cores in [2, 7] {
        let log = on(cores);
        assert!(log.events == one.events, "{cores} cores");
        assert_eq!(
            (log.account, log.notes, log.columns),
            (one.account.clone(), one.notes.clone(), one.columns.clone())
        );
    }
}

#[test]
fn a_small_shop_becomes_a_table() {
    let log = read_csv(SHOP).unwrap();
    sums_up(&log);
    let events = &log.events;
    assert_eq!(events.users, ["ann", "bob"]);
    assert_eq!(events.texts, ["blue cup", "red tea"]);
    assert_eq!(events.offsets, [0, 2, 3]);
    assert_eq!(events.text.iter().map(|text| text.0).collect::<Vec<_>>(), [1, 0, 1]);
    assert_eq!(events.time[2].to_string(), "2010-02-01T10:30:00");
    assert_eq!(events.quantity.as_deref(), Some(&[2.0, 1.0, 4.0][..]));
    assert_eq!(events.value.as_deref(), Some(&[3.0, 3.0, 6.0][..]));
    assert_eq!(events.item.as_ref().unwrap().get(1), Some("10002"));
    assert_eq!(events.basket.as_ref().unwrap().names, ["1001", "1002"]);
    assert_eq!((events.kind.as_ref(), events.category.as_ref()), (None, None));
    assert_eq!((events.returns.user[0].0, events.returns.value[0]), (1, 1.5));
}

#[test]
fn every_reason_leaves_a_row_out_and_says_where() {
    for (row, reason) in [
        ("1004,10001,red tea,1,2010-02-03 10:30,1.50", Reason::RaggedLine),
        ("1004,10001,red tea,1,2010-02-03 10:30,1.50,ann,extra", Reason::RaggedLine),
        ("1004,10001,red tea,1,2010-02-03 10:30,1.50,", Reason::NoUser),
        ("1004,10001,red tea,1,2010-02-03 10:30,1.50, NULL ", Reason::NoUser),
        ("1004,10001,red tea,1,,1.50,ann", Reason::NoTime),
        ("1004,10001,red tea,1,2010-02-30 10:30,1.50,ann", Reason::UnreadableTime),
        ("1004,10001, ,1,2010-02-03 10:30,1.50,ann", Reason::NoText),
        ("1001,10002,blue cup,1,2010-01-31 09:00,3.00,ann", Reason::Duplicate),
        ("1004,10001,red tea,1,2010-02-03 10:30,0,ann", Reason::NoPrice),
    ] {
        let log = with_row(row);
        sums_up(&log);
        assert_eq!(rejected(&log.account), [(reason, 1, &[6][..])], "{row}");
        assert_eq!(log.account.rows_read, 5);
    }
}

#[test]
fn a_row_with_several_faults_counts_under_the_first() {
    let log = with_row("1004,10001,,many,never,0,ann");
    assert_eq!(rejected(&log.account), [(Reason::UnreadableTime, 1, &[6][..])]);
}

#[test]
fn codes_unlike_the_others_are_no_goods() {
    let goods: String =
        (0..40).map(|at| format!("2{at:03},{},tea {at},1,2010-03-01 10:00,1,cat\n", 10_100 + at)).collect();
    let log = read_csv(&format!("{SHOP}{goods}3000,POST,postage,1,2010-03-02 10:00,18,cat\n")).unwrap();
    assert_eq!(rejected(&log.account), [(Reason::NoGoods, 1, &[46][..])]);
    assert!(log.notes.iter().any(|note| note.contains("begin with 5 digits")), "{:?}", log.notes);
}

#[test]
fn what_returns_are_can_be_said() {
    let text = SHOP.replace("C1003,10001,red tea,-1", "R1003,10001,red tea,1");
    assert_eq!(read_csv(&text).unwrap().account.returns, 0);
    let desk = Desk::new();
    let options = ReadOptions { returns_prefix: Some("R".into()), ..ReadOptions::default() };
    let log = read(&[desk.put("log.csv", text)], &options, &Watch::silent()).unwrap();
    assert_eq!(log.account.returns, 1);
}

#[test]
fn lines_are_numbered_as_an_editor_numbers_them() {
    let text = "user,time,text\n\nann,2010-01-31,\"two\nlines\"\nann,2010-02-01\n,2010-02-01,tea\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let log = read_csv(&text).unwrap();
        assert_eq!(
            rejected(&log.account),
            [(Reason::RaggedLine, 1, &[5][..]), (Reason::NoUser, 1, &[6][..])],
            "{text:?}"
        );
        assert_eq!(log.events.texts, ["two lines"]);
    }
}

#[test]
fn the_same_rows_in_another_order_or_dress_make_the_same_table() {
    let plain = read_csv(SHOP).unwrap();
    let desk = Desk::new();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(SHOP.as_bytes()).unwrap();
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(SHOP.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let dressed = [
        desk.put("semicolon.csv", SHOP.replace(',', ";")),
        desk.put("tab.tsv", SHOP.replace(',', "\t")),
        desk.put("bar.txt", SHOP.replace(',', "|")),
        desk.put("windows.csv", format!("\u{feff}{}", SHOP.replace('\n', "\r\n"))),
        desk.put("mac.csv", SHOP.replace('\n', "\r")),
        desk.put("wide.csv", utf16),
        desk.put("no_end.csv", SHOP.trim_end()),
        desk.put("packed.csv.gz", gz.finish().unwrap()),
        desk.put("packed.csv.zst", zstd::encode_all(SHOP.as_bytes(), 0).unwrap()),
        desk.put(
            "us.csv",
            SHOP.replace("2010-01-31", "1/31/2010")
                .replace("2010-02-0", "2/0")
                .replace("2/01 ", "2/1/2010 ")
                .replace("2/02 ", "2/2/2010 "),
        ),
    ];
    for path in dressed {
        let log = read_one(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(log.events, plain.events, "{}", path.display());
        assert_eq!(log.account, plain.account, "{}", path.display());
    }

    let mut lines: Vec<&str> = SHOP.lines().collect();
    lines[1..].reverse();
    let turned = read_csv(&lines.join("\n")).unwrap().events;
    assert_eq!(
        (&turned.users, &turned.texts, &turned.offsets),
        (&plain.events.users, &plain.events.texts, &plain.events.offsets)
    );
}

#[test]
fn a_file_in_latin_1_keeps_its_accents() {
    let desk = Desk::new();
    let path = desk.put("log.csv", b"user,time,text\nann,2010-01-31,cr\xe8me br\xfbl\xe9e\n");
    let log = read_one(&path).unwrap();
    assert_eq!(log.events.texts, ["crème brûlée"]);
    assert!(log.notes[0].contains("windows-1252"), "{:?}", log.notes);
}

#[test]
fn several_files_make_one_log() {
    let desk = Desk::new();
    desk.put("a.csv", "user,time,text\nann,2010-01-31,tea\n");
    desk.put("b.csv", "text,user,time,extra\ncup,bob,2010-02-01,x\ntea,ann,2010-01-31,\n");
    desk.put("c.csv", "");
    let log = read_one(desk.0.path()).unwrap();
    assert_eq!(log.events.users, ["ann", "bob"]);
    assert_eq!(log.columns.iter().map(|column| column.nulls).collect::<Vec<_>>(), [0, 0, 0, 2]);
    sums_up(&log);

    desk.put("d.csv", "user,time\nann,2010-01-31\n");
    let error = read_one(desk.0.path()).unwrap_err();
    assert!(matches!(&error, EventsError::NoSuchColumn { column, .. } if column == "text"), "{error}");
}

#[test]
fn texts_of_several_columns_are_joined() {
    let desk = Desk::new();
    let path = desk.put("log.csv", "user,time,name,colour\nann,2010-01-31,tea,red\nann,2010-02-01,cup,\n");
    let mut mapping = Mapping::default();
    mapping.columns.push((Role::Text, "colour".into()));
    mapping.columns.push((Role::Text, "name".into()));
    let options = ReadOptions { mapping, ..ReadOptions::default() };
    let log = read(&[path], &options, &Watch::silent()).unwrap();
    assert_eq!(log.events.texts, ["cup", "red, tea"]);
}

#[test]
fn files_that_are_no_logs_say_what_they_are() {
    let desk = Desk::new();
    for (name, bytes, words) in [
        ("empty.csv", &b""[..], "is empty"),
        ("blank.csv", b"\n \n", "is empty"),
        ("header.csv", b"user,time,text\n", "no rows"),
        ("empty.parquet", b"", "is empty"),
        ("no.parquet", b"user,time,text\nann,2010-01-01,tea\n", "no Parquet file"),
        ("binary.csv", b"\x7fELF\0\0\0", "binary"),
        ("torn.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03junk", "breaks off"),
        ("users.csv", b"a,time,text\nann,2010-01-31,tea\n", "--user COL"),
        ("times.csv", b"user,time,text\nann,soon,tea\n", "no usable time"),
        ("no_times.csv", b"user,time,text\nann,,tea\n", "--time COL"),
        ("nobody.csv", b"user,time,text\n,2010-01-31,tea\n", "1 × no user"),
    ] {
        let path = desk.put(name, bytes);
        let error = read_one(&path).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
    let folder = desk.0.path().join("folder");
    fs::create_dir(&folder).unwrap();
    assert!(read_one(&folder).unwrap_err().to_string().contains("holds no logs"));
    assert!(matches!(read_one(Path::new("/nowhere.csv")), Err(EventsError::Missing { .. })));
}

#[test]
fn a_column_that_is_not_there_is_named_beside_those_that_are() {
    let desk = Desk::new();
    let path = desk.put("log.csv", SHOP);
    let mut options = ReadOptions::default();
    options.mapping.set(Role::User, Some("buyer".into()));
    let error = read(std::slice::from_ref(&path), &options, &Watch::silent()).unwrap_err().to_string();
    assert!(error.contains("`buyer`") && error.contains("`customer`") && error.contains("user"), "{error}");
    let seen = preview(&[path], &options, &Watch::silent()).unwrap();
    assert!(seen.problems.iter().any(|problem| problem.contains("`buyer`")), "{:?}", seen.problems);
}

#[test]
fn times_with_two_readings_are_refused_until_told() {
    let desk = Desk::new();
    let path = desk.put("log.csv", "user,time,text\nann,01/02/2010,tea\n");
    let error = read_one(&path).unwrap_err().to_string();
    assert!(error.contains("1 February 2010") && error.contains("2 January 2010"), "{error}");
    let seen = preview(std::slice::from_ref(&path), &ReadOptions::default(), &Watch::silent()).unwrap();
    assert!(seen.problems[0].contains("two ways"), "{:?}", seen.problems);
    let options = ReadOptions { time_format: Some("%m/%d/%Y".into()), ..ReadOptions::default() };
    let log = read(&[path], &options, &Watch::silent()).unwrap();
    assert_eq!(log.events.time[0].to_string(), "2010-01-02T00:00:00");
}

#[test]
fn one_event_is_a_log() {
    let log = read_csv("user,time,text\nann,2010-01-31,tea\n").unwrap();
    assert_eq!((log.events.len(), log.events.users.len(), log.events.texts.len()), (1, 1, 1));
    assert_eq!((log.events.value, log.events.quantity), (None, None));
}

#[test]
fn a_preview_shows_the_first_rows_and_what_is_missing() {
    let desk = Desk::new();
    let rows: String = (0..3000).map(|at| format!("{at},{}\n", if at == 0 { "" } else { "x" })).collect();
    let seen =
        preview(&[desk.put("log.csv", format!("a,b\n{rows}"))], &ReadOptions::default(), &Watch::silent()).unwrap();
    assert_eq!((seen.rows_seen, seen.preview.len()), (1000, 100));
    assert_eq!(seen.preview[0], [Some("0".to_owned()), None]);
    assert_eq!((seen.columns[0].kind.as_str(), seen.columns[1].nulls), ("integer", 1));
    assert!(seen.problems.iter().any(|problem| problem.contains("--user COL")), "{:?}", seen.problems);
}

#[test]
fn texts_alone_need_only_their_column() {
    let desk = Desk::new();
    let path = desk.put("log.csv", "description,x\n red  tea ,1\ncup,2\n ,3\ncup,4\n");
    let texts = read_texts(&[path], &ReadOptions::default(), &Watch::silent()).unwrap();
    assert_eq!(texts, [" red  tea ", "cup"], "as the log spells them");
}

#[test]
fn a_cancel_stops_the_reading() {
    struct Stop(CancelToken);
    impl Observer for Stop {
        fn progress(&self, progress: Progress) {
            assert_eq!(progress.unit, "row");
            self.0.cancel();
        }
        fn curve(&self, _: CurvePoint) {}
        fn note(&self, _: String) {}
    }
    let token = CancelToken::new();
    let watch = Watch::new(Arc::new(Stop(token.clone())), token);
    let desk = Desk::new();
    let result = read(&[desk.put("log.csv", SHOP)], &ReadOptions::default(), &watch);
    assert!(matches!(result, Err(EventsError::Cancelled(_))));
}

#[test]
fn legal_csv_means_what_its_authors_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/csv-spectrum");
    let mut files = 0;
    for entry in fs::read_dir(folder.join("csvs")).unwrap() {
        let csv = entry.unwrap().path();
        let name = csv.file_stem().unwrap().to_string_lossy().into_owned();
        let json = fs::read_to_string(folder.join(format!("json/{name}.json"))).unwrap();
        let expected: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&json).unwrap();
        let seen = preview(&[csv], &ReadOptions::default(), &Watch::silent()).unwrap();
        assert_eq!(seen.preview.len(), expected.len(), "{name}");
        for (row, object) in seen.preview.iter().zip(&expected) {
            assert_eq!(seen.columns.len(), object.len(), "{name}");
            for (column, value) in seen.columns.iter().zip(row) {
                let value = value.clone().unwrap_or_default();
                assert_eq!(Some(value.as_str()), object[&column.name].as_str(), "{name}");
            }
        }
        files += 1;
    }
    assert_eq!(files, 11);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_row_is_lost(rows in prop::collection::vec(record(), 1..30)) {
        let mut text = "user,time,text,quantity\n".to_owned();
        for row in &rows {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        match read_csv(&text) {
            Ok(log) => {
                sums_up(&log);
                prop_assert_eq!(log.account.rows_read, rows.len() as u64);
                prop_assert_eq!(log.events.offsets.last(), Some(&log.events.len()));
            }
            Err(EventsError::NoEvents { rows_read, .. }) => prop_assert_eq!(rows_read, rows.len() as u64),
            Err(EventsError::UnevenHeader { fields, .. }) => {
                let alike = rows.iter().filter(|row| row.len() == fields).count();
                prop_assert!(fields != 4 && alike * 2 > rows.len());
            }
            Err(
                EventsError::NoUsableTime { .. }
                | EventsError::AmbiguousTimes(_)
                | EventsError::UnreadableTimes(_)
                | EventsError::RoleNotFound { .. },
            ) => {}
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }
}

/// A row most of which have a date in the second field.
fn record() -> impl Strategy<Value = Vec<String>> {
    (prop::collection::vec(field(), 3..6), 1..28_u8, 0..40_u8).prop_map(|(mut fields, day, chance)| {
        if chance > 0 {
            fields[1] = format!("2010-01-{day:02}");
        }
        fields
    })
}

/// A field of a log that went through many hands.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]",
        4 => (1..28_u8).prop_map(|day| format!("2010-01-{day:02}")),
        2 => "-?[0-9]{1,3}",
        1 => "\"[a-z ,]{0,6}\"",
        1 => Just(String::new()),
        1 => "[a-z] {1,3}[é中]",
    ]
}
