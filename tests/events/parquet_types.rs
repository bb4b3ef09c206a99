//! What Parquet's types hold, as people write it.

use std::path::{Path, PathBuf};

use driftline::events::{Reason, Role};

use super::{read_one, rejected, sums_up};

pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parquet-types").join(format!("{name}.parquet"))
}

#[test]
fn identities_of_every_type_are_shown_as_people_write_them() {
    let numbered = |stem: &str| (0..4).map(|user| format!("{stem}{user}")).collect::<Vec<_>>();
    let largest = (0..4).map(|user| (u64::MAX - 3 + user).to_string()).collect();
    for (name, users) in [
        ("uuid", numbered("8f14e45f-ceea-467f-ab0e-00000000000")),
        ("fixed16", numbered("8f14e45fceea467fab0e00000000000")),
        ("binary-words", numbered("Zoë ")),
        ("binary-hash", (0..4).map(|user| format!("fe0{user}07")).collect()),
        ("fixed-words", ["DE", "FR", "I", "UK"].map(str::to_owned).to_vec()),
        (
            "decimal38",
            (0..4).map(|user| (12_345_678_901_234_567_890_123_456_789_012_345_678_i128 + user).to_string()).collect(),
        ),
        ("decimal256", numbered(&format!("1{}", "0".repeat(59)))),
        ("unsigned64", largest),
    ] {
        let log = read_one(&file(name)).unwrap();
        sums_up(&log);
        assert_eq!(log.events.users, users, "{name}");
        assert_eq!(log.account.rows_kept, 120, "{name}");
    }
}

#[test]
fn a_number_of_two_bytes_is_a_price() {
    let log = read_one(&file("half")).unwrap();
    let price = log.columns.iter().find(|column| column.name == "price").unwrap();
    assert_eq!((price.kind.as_str(), price.role), ("number", Some(Role::Price)));
    assert_eq!(price.examples[1], "0.5");
}

#[test]
fn times_of_every_type_are_those_that_the_file_says() {
    for name in ["time-us", "time-ms-utc", "time-ns", "time-int96", "date32"] {
        let log = read_one(&file(name)).unwrap();
        sums_up(&log);
        let clock = if name == "date32" { "00:00:00" } else { "09:00:00" };
        for time in &log.events.time {
            let time = time.to_string();
            let (day, at) = time.split_once('T').unwrap();
            let end = matches!(day, "9999-12-31" | "0001-01-01");
            assert!(end && at == "00:00:00" || (day.starts_with("2024-0") && at == clock), "{name}: {time}");
        }
        let within = log.events.time.iter().filter(|time| time.to_string().starts_with("2024"));
        assert!(within.count() >= 118, "{name}");
    }
}

#[test]
fn times_beyond_every_calendar_are_no_times() {
    let log = read_one(&file("time-beyond")).unwrap();
    sums_up(&log);
    assert_eq!(rejected(&log.account), [(Reason::UnreadableTime, 2, &[119, 120][..])]);
    assert!(log.events.time.iter().all(|time| time.to_string().starts_with("2024")));
}

#[test]
fn the_same_rows_are_read_however_they_are_packed() {
    let log = |name: &str| read_one(&file(name)).unwrap();
    let expected = log("packed-none");
    assert_eq!((expected.account.rows_kept, expected.events.users.len()), (120, 4));
    for name in ["packed-snappy", "packed-gzip", "packed-brotli", "packed-zstd", "packed-lz4", "delta-words"] {
        assert_eq!(log(name).events, expected.events, "{name}");
    }
}

#[test]
fn a_column_of_a_type_newer_than_this_program_is_passed_over_and_named() {
    for (name, kind) in [("newer-geometry", "geometry"), ("newer-unheard-of", "a type newer than this program")] {
        let log = read_one(&file(name)).unwrap();
        assert_eq!((log.account.rows_kept, log.events.users.len()), (120, 4), "{name}");
        assert_eq!(log.columns.last().unwrap().kind, kind);
        let note = format!("Column `extra` was not read, as its type is {kind}; duplicates are told without it.");
        assert!(log.notes.contains(&note), "{name}: {:?}", log.notes);
    }
}
