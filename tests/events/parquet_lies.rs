//! Parquet files that say of themselves what is not true.

use std::fs;

use driftline::events::EventsError;

use super::parquet_types::file;
use super::thrift::{Place, changed, places};
use super::{Desk, read_one};

/// What reading answers when a number of the file is another one. Numbers are named by their way through the fields of
/// the format; of pages, the first that has such a number.
fn refused(name: &str, page: bool, path: &[i64], value: impl Fn(i64) -> i64) -> String {
    let whole = fs::read(file(name)).unwrap();
    let is_it = |place: &&Place| place.page.is_some() == page && place.number.path == path && !place.number.length;
    let place = places(&whole).iter().find(is_it).unwrap().clone();
    let desk = Desk::new();
    let lying = desk.put("lying.parquet", changed(&whole, &place, value(place.number.value)));
    match read_one(&lying) {
        Err(EventsError::BrokenFile { why, .. }) => why,
        other => panic!("{path:?} was not refused: {other:?}"),
    }
}

#[test]
fn a_footer_that_lies_is_refused() {
    for (path, value, words) in [
        (&[3][..], 121, "but its row groups have 120"),
        (&[4, 0, 3], 119, "has 120 values for 119 rows"),
        (&[4, 0, 3], -1, "below zero"),
        (&[4, 0, 3], 1 << 40, "120 values for 1099511627776 rows"),
        (&[4, 0, 1, 0, 3, 5], 121, "`user_id` has 121 values for 120 rows"),
        (&[4, 0, 1, 1, 3, 6], -5, "below zero"),
        (&[4, 0, 1, 1, 3, 7], -5, "below zero"),
        (&[4, 0, 1, 1, 3, 7], 1 << 50, "where the file has no data"),
        (&[4, 0, 1, 1, 3, 9], -1, "where the file has no data"),
        (&[4, 0, 1, 2, 3, 9], i64::MAX, "where the file has no data"),
        (&[4, 0, 1, 1, 3, 1], 5, "stored as another type"),
    ] {
        let why = refused("packed-none", false, path, |_| value);
        assert!(why.contains(words), "{path:?} as {value}: {why}");
    }
    let overlap = refused("packed-none", false, &[4, 0, 1, 1, 3, 7], |length| length + 40);
    assert!(overlap.contains("lie in the same place"), "{overlap}");
}

#[test]
fn a_page_that_lies_is_refused_before_memory_is_reserved() {
    let packed = "packed-snappy";
    for (name, path, value, words) in [
        (packed, &[2][..], 2_000_000_000, "is said to hold 2000000000"),
        ("packed-zstd", &[2], 2_000_000_000, "is said to hold 2000000000"),
        ("packed-gzip", &[2], 2_000_000_000, "is said to hold 2000000000"),
        ("packed-none", &[2], 2_000_000_000, "is said to hold 2000000000"),
        (packed, &[2], -1, "below zero"),
        (packed, &[3], -1, "below zero"),
        (packed, &[3], 2_000_000_000, "longer than its column"),
        (packed, &[4], 77, "checksum"),
        (packed, &[7, 1], 2_000_000_000, "dictionary of"),
        ("packed-none", &[5, 1], 2_000_000_000, "more than the 120 values"),
        ("packed-none", &[5, 1], -3, "fewer than no values"),
        (packed, &[8, 1], 2_000_000_000, "does not have the parts"),
        (packed, &[8, 5], 2_000_000_000, "does not have the parts"),
        (packed, &[1], 9, "newer than this program"),
    ] {
        let why = refused(name, true, path, |_| value);
        assert!(why.contains(words), "{name} {path:?} as {value}: {why}");
    }
}

#[test]
fn a_page_that_does_not_agree_with_its_checksum_is_refused() {
    let whole = fs::read(file("packed-none")).unwrap();
    let mug = whole.windows(7).position(|bytes| bytes == b"red mug").unwrap();
    let mut spoilt = whole.clone();
    spoilt[mug] = b'b';
    let desk = Desk::new();
    let error = read_one(&desk.put("spoilt.parquet", spoilt)).unwrap_err().to_string();
    assert!(error.contains("`product`") && error.contains("checksum"), "{error}");
}

#[test]
fn values_that_begin_like_none_before_them_are_refused() {
    let whole = fs::read(file("delta-words")).unwrap();
    let words = whole.windows(10).position(|bytes| bytes == b"red mug no").unwrap();
    let desk = Desk::new();
    let mut refusals = 0;
    // The lengths of what is shared stand before the first word.
    for at in words - 60..words {
        let mut spoilt = whole.clone();
        spoilt[at] = 0xff;
        if let Err(error) = read_one(&desk.put("spoilt.parquet", spoilt)) {
            assert!(matches!(error, EventsError::BrokenFile { .. }), "{error}");
            refusals += 1;
        }
    }
    assert!(refusals > 10, "{refusals}");
}
