//! The spellings of everyday programs and of people's languages, each of which means one moment.

use super::{Evidence, Reading, TimeReader, UNREADABLE};
use crate::calendar::WallTime;

/// A column of one value, read.
fn read(text: &str) -> String {
    let mut reader = TimeReader::new(None, None).unwrap();
    let mut evidence = Evidence::default();
    reader.read(text, 1, &mut evidence);
    let Ok(ways) = reader.decide("when", &evidence) else { return String::new() };
    reader.follow(ways);
    match reader.value(text) {
        UNREADABLE => "unreadable".to_owned(),
        time => WallTime(time).to_string(),
    }
}

fn each_is(time: &str, texts: &[&str]) {
    let wrong: Vec<String> =
        texts.iter().filter(|text| read(text) != time).map(|text| format!("{text} is {}", read(text))).collect();
    assert!(wrong.is_empty(), "not {time}: {wrong:#?}");
}

#[test]
fn programs_write_a_moment_in_many_ways() {
    each_is(
        "2024-01-06T14:03:11",
        &[
            "Sat Jan  6 14:03:11 2024",
            "Jan  6 14:03:11 2024",
            "Sat Jan 06 14:03:11 +0000 2024",
            "Sat Jan 06 14:03:11 UTC 2024",
            "Sat Jan 06 14:03:11 CET 2024",
            "Sat Jan  6 02:03:11 PM CET 2024",
            "Sat Jan 06 2024 14:03:11 GMT+0000 (Coordinated Universal Time)",
            "Sat Jan 06 2024 15:03:11 GMT+0100 (Mitteleuropäische Normalzeit)",
            "Sat, 06 Jan 2024 14:03:11 +0000",
            "Sat, 6 Jan 2024 15:03:11 +0100 (CET)",
            "Saturday, 06-Jan-24 14:03:11 GMT",
            "Saturday, January 6, 2024 2:03:11 PM",
            "06/Jan/2024:14:03:11 +0000",
            "[06/Jan/2024:15:03:11 +0100]",
            "2024-01-06 14:03:11 +0000 UTC",
            "2024-01-06 14:03:11.123456789 +0000 UTC m=+0.000012",
            "2024-01-06 15:03:11 +0100 CET",
            "2024-01-06 14:03:11 UTC",
            "2024-01-06 14:03:11.123+00",
            "2024-01-06 14:03:11 CET",
            "2024-01-06 14:03:11 Europe/Berlin",
            "2024-01-06T14:03:11.123Z",
            "2024-01-06T14:03:11Z[UTC]",
            "06-JAN-24 02.03.11.000000 PM",
            "06JAN2024:14:03:11",
            "06JAN2024:14:03:11.00",
            "2024:01:06 14:03:11",
            "Jan 6, 2024, 2:03:11 PM UTC",
            "Jan 6, 2024, 2:03:11\u{202f}PM",
            "6 Jan 2024, 14:03:11 CET",
            "ISODate(\"2024-01-06T14:03:11Z\")",
            "Timestamp('2024-01-06 14:03:11')",
            "{\"$date\": \"2024-01-06T14:03:11Z\"}",
            "/Date(1704549791000)/",
            "/Date(1704549791000+0100)/",
            "1.704549791E+09",
            "1.704549791000E+12",
            "1704549791",
            "1704549791.0",
            "1704549791000.0",
            "1704549791000000",
            "1704549791000000000",
            "20240106140311",
            "\u{200e}2024\u{200e}-\u{200e}01\u{200e}-\u{200e}06 14:03:11",
            "２０２４/０１/０６　１４:０３:１１",
            "٢٠٢٤-٠١-٠٦ ١٤:٠٣:١١",
            "2024-01-06 14h03m11s",
        ],
    );
}

#[test]
fn people_write_a_moment_in_their_language() {
    each_is(
        "2024-01-06T14:03:00",
        &[
            "January 6, 2024 at 2:03 PM",
            "6 January 2024 2:03 p.m.",
            "6th January 2024, 2:03pm",
            "Saturday the 6th of January 2024 14:03",
            "samedi 6 janvier 2024 à 14h03",
            "sam. 6 janv. 2024 14:03",
            "le 6 janvier 2024 à 14:03",
            "Samstag, 6. Januar 2024 um 14:03 Uhr",
            "Sa., 6. Jän. 2024, 14:03",
            "суббота, 6 января 2024 г. в 14:03",
            "6 янв. 2024 г., 14:03",
            "6 января 2024, 14:03",
            "субота, 6 січня 2024 р. о 14:03",
            "2024年1月6日 星期六 下午2:03",
            "2024年1月6日 14时03分",
            "2024年1月6日(土) 14時03分",
            "2024年1月6日 午後2時03分",
            "令和6年1月6日 14時03分",
            "民國113年1月6日 下午2:03",
            "2024년 1월 6일 토요일 오후 2:03",
            "2024. 1. 6. 오후 2:03",
            "السبت، 6 يناير 2024 في 2:03 م",
            "٦ يناير ٢٠٢٤ ٢:٠٣ م",
            "6 كانون الثاني 2024 14:03",
            "6 de janeiro de 2024 às 14:03",
            "6 de jan. de 2024, 14:03",
            "sábado, 6 de enero de 2024, 14:03",
            "6 ene 2024 2:03 p. m.",
            "6 Ocak 2024 Cumartesi 14:03",
            "6 OCAK 2024 14:03",
            "6 gennaio 2024 alle ore 14:03",
            "zaterdag 6 januari 2024 om 14:03",
            "sobota, 6 stycznia 2024 14:03",
            "6. ledna 2024 14:03",
            "2024. január 6. 14:03",
            "6 ianuarie 2024, 14:03",
            "Σάββατο, 6 Ιανουαρίου 2024 στις 2:03 μ.μ.",
            "6 בינואר 2024, 14:03",
            "6 जनवरी 2024, 2:03 अपराह्न",
            "6 มกราคม 2024 14:03 น.",
            "6 มกราคม พ.ศ. 2567 14:03",
            "6 ژانویهٔ 2024، 14:03",
            "6 tháng 1, 2024 14:03",
            "6 Januari 2024 pukul 14:03",
            "6. tammikuuta 2024 klo 14:03",
            "lördag 6 januari 2024 kl. 14:03",
            "6. jan. 2024 kl. 14.03",
        ],
    );
}

#[test]
fn days_are_written_in_many_ways() {
    each_is(
        "2024-01-06T00:00:00",
        &[
            "6th January 2024",
            "January 6th, 2024",
            "06-Jan-24",
            "06JAN2024",
            "6-ene-2024",
            "06-janv.-2024",
            "mar. 6 janv. 2024",
            "2024-W01-6",
            "2024W016",
            "2024-006",
            "2024年1月6日",
            "2024年01月06号",
            "2024/01/06",
            "2024. 01. 06.",
            "20240106",
            "45297",
        ],
    );
    each_is(
        "2024-01-16T14:03:00",
        &["16. 1. 2024 14:03", "16/01/2024 à 14h03", "16.1.2024 klo 14.03", "1/16/2024, 2:03 p.m."],
    );
    each_is("2024-03-05T00:00:00", &["mar. 5 mars 2024", "martes 5 mar 2024", "5 Mrz 2024", "5 march 2024"]);
}

#[test]
fn months_stand_for_their_first_day() {
    each_is(
        "2024-01-01T00:00:00",
        &[
            "2024-01",
            "2024/01",
            "01/2024",
            "1/2024",
            "202401",
            "Jan 2024",
            "January 2024",
            "Jan-24",
            "2024 Jan",
            "janv. 2024",
            "ene-24",
            "янв. 2024 г.",
            "январь 2024",
            "2024年1月",
            "2024년 1월",
            "Ocak 2024",
            "2024-Q1",
            "Q1 2024",
            "1Q2024",
            "2024-W01",
            "tháng 1 2024",
            "enero de 2024",
            "janeiro/2024",
        ],
    );
}

#[test]
fn what_may_be_something_else_is_no_time() {
    for text in [
        "6 Foo 2024",
        "Set of 3 mugs 2024",
        "14:03",
        "Jan 6",
        "6 Jan",
        "Jan  6 14:03:11",
        "1.7045E+09",
        "1.70455E+12",
        "2024-13-45",
        "6 7 Jan 2024",
        "Jan Feb 2024",
        "may be 2024 or not",
        "room 12, 2024",
        "192.168.1.1",
        "12:30:45",
        "2024",
        "3 de",
        "W05",
        "Q1",
        "32 janvier 2024",
        "30 février 2024",
        "(1)",
        "1-",
        "January",
        "№ 5 2024",
    ] {
        assert_eq!(read(text), "", "{text}");
        assert!(Reading::ALL.iter().all(|reading| reading.read(text).is_none()), "{text}");
    }
}
