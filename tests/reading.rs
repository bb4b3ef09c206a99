//! Text files as they are met in the wild: dialects, encodings, times and zones, broken files beside whole ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and a test may tell what it measured"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use driftline::events::{DialectChoice, EventsError, Log, Mapping, ReadOptions, Reason, Role, preview, read};
use driftline::observe::Watch;
use encoding_rs::{Encoding, GB18030, SHIFT_JIS};
use proptest::prelude::*;

#[path = "reading/archives.rs"]
mod archives;
#[path = "reading/polluted.rs"]
mod polluted;
#[path = "reading/quotes.rs"]
mod quotes;
#[path = "reading/shape.rs"]
mod shape;

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn read_with(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> Result<Log, EventsError> {
    let folder = tempfile::tempdir().unwrap();
    read(&[put(folder.path(), "log.csv", bytes)], options, &Watch::silent())
}

fn read_plain(bytes: impl AsRef<[u8]>) -> Result<Log, EventsError> {
    read_with(bytes, &ReadOptions::default())
}

fn rejected(log: &Log) -> Vec<(Reason, u64, Vec<u64>)> {
    let account = &log.account;
    assert_eq!(account.rows_read, account.rows_kept + account.rows_rejected());
    account.rejected.iter().map(|left| (left.reason, left.rows, left.first_lines.clone())).collect()
}

#[test]
fn a_stray_quote_leaves_out_its_line_and_no_other() {
    let text = "user,time,text\nann,2010-01-31,\"tea\nbob,2010-02-01,\"cup\"\ncat,2010-02-01,15\" ruler\ndan,2010-02-02,\"a\"b\neve,2010-02-03,pot\n";
    let log = read_plain(text).unwrap();
    assert_eq!(rejected(&log), [(Reason::StrayQuote, 2, vec![2, 5])]);
    assert_eq!(log.events.texts, ["15\" ruler", "cup", "pot"]);
    let log = read_plain("user,time,text\nann,2010-01-31,tea\nbob,2010-02-01,\"cup\ncat,2010-02-01,pot\n").unwrap();
    assert_eq!(rejected(&log), [(Reason::StrayQuote, 1, vec![3])], "never closed");
    assert_eq!(log.events.users, ["ann", "cat"]);
}

#[test]
fn bytes_of_no_encoding_leave_out_their_row() {
    let mut text = "user,time,text\n".to_owned();
    (0..5000).for_each(|row| text.push_str(&format!("u{row},2010-01-31,crème brûlée\n")));
    let mut bytes = text.into_bytes();
    bytes.extend(b"late,2010-01-31,cr\xffme\nlast,2010-01-31,tea\n");
    let log = read_with(bytes, &ReadOptions { dialect: choice("utf-8"), ..ReadOptions::default() }).unwrap();
    assert_eq!(rejected(&log), [(Reason::WrongEncoding, 1, vec![5002])]);
    assert!(log.notes.iter().any(|note| note.contains("--encoding")), "{:?}", log.notes);
}

fn choice(encoding: &str) -> DialectChoice {
    DialectChoice { encoding: Some(encoding.to_owned()), ..DialectChoice::default() }
}

#[test]
fn texts_of_the_east_are_read_in_their_encodings() {
    let chinese = "用户,时间,商品名称\n张三,2020-01-01,红茶和绿茶的茶壶\n李四,2020-01-02,手机保护壳\n王五,2020-01-03,木头火车玩具\n";
    let japanese = "user,time,text\n山田,2020-01-01,赤いティーポットとカップ\n田中,2020-01-02,木のおもちゃの電車です\n";
    for (text, encoding) in [(chinese, GB18030), (japanese, SHIFT_JIS)] {
        let bytes = encoding.encode(text).0.into_owned();
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "log.csv", &bytes);
        let seen = preview(std::slice::from_ref(&path), &ReadOptions::default(), &Watch::silent()).unwrap();
        let dialect = seen.dialect.unwrap();
        assert_eq!(dialect.encoding.to_lowercase(), encoding.name().to_lowercase());
        assert!(dialect.why[0].contains("not in UTF-8"), "{:?}", dialect.why);
        let log = read(&[path], &ReadOptions::default(), &Watch::silent()).unwrap();
        let plain = read_plain(text).unwrap();
        assert_eq!((log.events, log.account), (plain.events, plain.account));
    }
}

/// A piece of a large file ends within a letter as often as not, and half a letter is none in any of these encodings.
#[test]
fn large_texts_of_the_east_are_known_wherever_a_piece_of_them_ends() {
    let chat = ["无法登录账户", "订单没有到货", "想要退款", "优惠券不能用", "发票在哪里下载", "会员积分问题"];
    let goods = ["赤いティーポット", "木のおもちゃ", "白いカップとソーサー"];
    for (head, texts, encoding) in
        [("客户编号;时间;消息\n", &chat[..], GB18030), ("お客様;日時;商品名\n", &goods[..], SHIFT_JIS)]
    {
        for shift in 0..4 {
            let mut text = format!("{}{head}", "#".repeat(shift) + if shift > 0 { "\n" } else { "" });
            for row in 0..4000 {
                let (day, message) = (row % 28 + 1, texts[row % texts.len()]);
                text.push_str(&format!("C{:04};2023-02-{day:02} 15:{:02};{message}\n", row % 120, row % 60));
            }
            let folder = tempfile::tempdir().unwrap();
            let path = put(folder.path(), "log.csv", encoding.encode(&text).0);
            let seen = preview(&[path], &ReadOptions::default(), &Watch::silent()).unwrap();
            assert_eq!(seen.dialect.unwrap().encoding.to_lowercase(), encoding.name().to_lowercase(), "{shift}");
        }
    }
}

#[test]
fn messages_in_chinese_are_the_text_by_their_name_or_by_their_letters() {
    for name in ["消息", "留言", "甲"] {
        let rows = (0..30).map(|row| format!("C{},2023-02-{:02} 15:30,订单没有到货想要退款\n", row % 7, row % 28 + 1));
        let log = read_plain(format!("客户编号,时间,{name}\n{}", rows.collect::<String>())).unwrap();
        assert_eq!((log.events.users.len(), log.events.texts.len()), (7, 1), "{name}");
    }
}

#[test]
fn utf_16_is_known_with_a_mark_and_without() {
    let text = "user,time,text\nann,2010-01-31,crème\nbob,2010-02-01,cup\n";
    let plain = read_plain(text).unwrap();
    for (mark, little) in [(true, true), (true, false), (false, true), (false, false)] {
        let letters = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        let bytes: Vec<u8> =
            letters.flat_map(|letter| if little { letter.to_le_bytes() } else { letter.to_be_bytes() }).collect();
        assert_eq!(read_plain(bytes).unwrap().events, plain.events, "mark {mark}, little end first {little}");
    }
}

#[test]
fn marks_of_all_kinds_are_found_and_told() {
    let log = "user,time,text,price\nann,2010-01-31,tea,1.5\nbob,2010-02-01,cup,2.25\n";
    for (text, delimiter, part) in [
        (log.to_owned(), ',', "3 of the first 3 records have 4 fields"),
        (log.replace(',', "^"), '^', ""),
        (log.replace(',', "\u{1}"), '\u{1}', ""),
        (format!("# made by a program\n# on a Monday\n{log}"), ',', "comments"),
        (log.lines().skip(1).map(|line| format!("{line}\n")).collect(), ',', "no header"),
        (log.replace(',', ";").replace('.', ","), ';', "decimal `,`"),
        (
            log.replace("tea", "'tea'").replace("cup", "'cup'").replace("ann", "'ann'").replace("bob", "'bob'"),
            ',',
            "single quotes",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let seen = preview(&[put(folder.path(), "log.csv", &text)], &ReadOptions::default(), &Watch::silent()).unwrap();
        let dialect = seen.dialect.unwrap();
        assert_eq!(dialect.delimiter, delimiter, "{text}");
        assert!(dialect.why.iter().any(|why| why.contains(part)), "{text}: {:?}", dialect.why);
        assert_eq!(seen.preview.len(), 2, "{text}");
        assert_eq!(seen.preview[0][2].as_deref(), Some("tea"), "{text}");
    }
}

#[test]
fn a_known_decimal_mark_reads_thousands_right() {
    let rows = "ann;2010-01-31;tea;1,5\nbob;2010-02-01;cup;1.250\ncat;2010-02-01;pot;2,125\n";
    let log = read_plain(format!("user;time;text;value\n{rows}")).unwrap();
    assert_eq!(log.events.value.unwrap(), [1.5, 1250.0, 2.125]);
}

#[test]
fn a_backslash_before_quotes_is_understood() {
    let log =
        read_plain("user,time,text\nann,2010-01-31,\"a \\\"red\\\", hot tea\"\nbob,2010-02-01,\"c\\\"p\"\n").unwrap();
    assert_eq!(log.events.texts, ["a \"red\", hot tea", "c\"p"]);
}

/// An archive of files that are stored, not deflated: local headers and contents, list of entries, its end.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let mut sum = flate2::Crc::new();
        sum.update(text);
        let size = (text.len() as u32).to_le_bytes();
        let sizes = [sum.sum().to_le_bytes(), size, size].concat();
        let start = (zip.len() as u32).to_le_bytes();
        zip.write_all(b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0").unwrap();
        zip.extend(&sizes);
        zip.extend([name.len() as u8, 0, 0, 0]);
        zip.extend(name.as_bytes());
        zip.extend(*text);
        list.write_all(b"PK\x01\x02\x0a\0\x0a\0\0\0\0\0\0\0\0\0").unwrap();
        list.extend(&sizes);
        list.extend([name.len() as u8, 0]);
        list.extend([0; 12]);
        list.extend(start);
        list.extend(name.as_bytes());
    }
    let (from, length, count) = (zip.len() as u32, list.len() as u32, files.len() as u8);
    zip.extend(list);
    zip.write_all(b"PK\x05\x06\0\0\0\0").unwrap();
    zip.extend([count, 0, count, 0]);
    zip.extend(length.to_le_bytes());
    zip.extend(from.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

#[test]
fn a_zip_with_one_table_is_a_log() {
    let mut zip = zipped(&[("log.csv", b"user,time,text\nann,2010-01-31,tea\n"), ("readme.md", b"about it")]);
    assert_eq!(read_plain(&zip).unwrap().events.texts, ["tea"]);
    let at = zip.windows(3).position(|word| word == b"tea").unwrap();
    zip[at] = b's';
    assert!(read_plain(&zip).unwrap_err().to_string().contains("checksum"));
    zip.truncate(60);
    assert!(read_plain(&zip).unwrap_err().to_string().contains("damaged or cut off"));
}

#[test]
fn tables_of_one_header_in_a_zip_are_one_log() {
    let parts: [(&str, &[u8]); 3] = [
        ("2010-02.csv", b"\xef\xbb\xbfuser,time,text\r\nbob,2010-02-01,cup"),
        ("2010-01.csv", b"user,time,text\r\nann,2010-01-31,tea\r\n"),
        ("2010-03.csv", b"user,time,text\r\nann,2010-03-01,pot\r\n,2010-03-02,pan\r\n"),
    ];
    let log = read_plain(zipped(&parts)).unwrap();
    assert_eq!(log.events.texts, ["cup", "pot", "tea"]);
    assert_eq!((log.account.rows_read, log.account.rows_kept), (4, 3));
    assert_eq!(log.account.rejected[0].first_lines, [6], "lines count on, headers among them");

    let mixed = [parts[0], ("users.csv", b"user,name\r\nann,Ann\r\n")];
    let error = read_plain(zipped(&mixed)).unwrap_err().to_string();
    assert!(error.contains("`users.csv` does not begin with the header of `2010-02.csv`"), "{error}");
    let mut broken = zipped(&parts);
    let at = broken.windows(3).position(|word| word == b"pot").unwrap();
    broken[at] = b'd';
    assert!(read_plain(&broken).unwrap_err().to_string().contains("checksum"), "of later tables too");
}

#[test]
fn decimals_of_parquet_are_numbers_however_they_are_stored() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/decimals");
    for stored in ["integers.parquet", "bytes.parquet"] {
        let log = read(&[folder.join(stored)], &ReadOptions::default(), &Watch::silent()).unwrap();
        assert_eq!(log.events.users, ["1001", "1002"], "{stored}");
        assert_eq!(log.events.quantity.as_deref(), Some(&[2.0, 0.125, 3.0][..]), "{stored}");
        assert_eq!(log.events.value.as_deref(), Some(&[5.1, 154_320.986_25, 1e-18][..]), "{stored}: 38 digits");
        assert_eq!((log.events.returns.value.as_slice(), log.account.rows_kept), (&[0.1][..], 4), "{stored}");
        assert_eq!(rejected(&log), [(Reason::NoUser, 1, vec![5])], "{stored}");
        let kinds: Vec<&str> = log.columns.iter().map(|column| column.kind.as_str()).collect();
        assert_eq!(kinds, ["integer", "time", "text", "integer", "number", "number", "number"], "{stored}");
        assert_eq!(log.columns[5].examples[0], "2.55", "{stored}");
    }
}

#[test]
fn instants_are_told_in_the_time_of_the_log() {
    let days = |zone: Option<&str>, text: &str| -> Vec<String> {
        let options = ReadOptions { time_zone: zone.map(ToOwned::to_owned), ..ReadOptions::default() };
        let log = read_with(format!("user,time,text\n{text}"), &options).unwrap();
        log.events.time.iter().map(ToString::to_string).collect()
    };
    let iso = "ann,2024-03-31T22:30:00Z,tea\n";
    assert_eq!(days(None, iso), ["2024-03-31T22:30:00"]);
    assert_eq!(days(Some("Europe/Berlin"), iso), ["2024-04-01T00:30:00"], "in summer time");
    assert_eq!(days(Some("America/New_York"), "ann,1711924200,tea\n"), ["2024-03-31T18:30:00"]);
    assert_eq!(days(Some("Asia/Shanghai"), "ann,1711924200123,tea\n"), ["2024-04-01T06:30:00"]);
    assert_eq!(
        days(Some("Europe/Berlin"), "ann,2024-03-31 22:30,tea\n"),
        ["2024-03-31T22:30:00"],
        "no zone: as written"
    );
    assert_eq!(days(None, "ann,45382.9375,tea\n"), ["2024-03-31T22:30:00"], "a spreadsheet's days");
    let error = read_with(iso, &ReadOptions { time_zone: Some("Moon".into()), ..ReadOptions::default() });
    assert!(error.is_err());
}

#[test]
fn a_later_row_that_settles_the_order_of_days_settles_it_for_all() {
    let mut text = "user,time,text\n".to_owned();
    (0..3000).for_each(|row| text.push_str(&format!("u{},01/{:02}/2010,tea\n", row % 7, row / 300 + 1)));
    text.push_str("u1,01/13/2010,cup\n");
    let log = read_plain(&text).unwrap();
    assert_eq!(log.events.span().unwrap().1.to_string(), "2010-01-13T00:00:00");
    assert!(rejected(&log).iter().all(|left| left.0 == Reason::Duplicate));
}

#[test]
fn the_rest_of_a_folder_is_read_without_the_broken_file() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.csv", "user,time,text\nann,2010-01-31,tea\n");
    put(folder.path(), "b.parquet", b"PAR1 and then nothing of worth PAR1");
    let inputs = [folder.path().to_owned()];
    let error = read(&inputs, &ReadOptions::default(), &Watch::silent()).unwrap_err().to_string();
    assert!(error.contains("b.parquet"), "{error}");
    let seen = preview(&inputs, &ReadOptions::default(), &Watch::silent()).unwrap();
    assert!(seen.broken[0].why.contains("b.parquet") && seen.files.len() == 1, "{seen:?}");
    assert!(seen.problems[0].contains("--skip-broken"), "{:?}", seen.problems);
    let options = ReadOptions { skip_broken: true, ..ReadOptions::default() };
    let log = read(&inputs, &options, &Watch::silent()).unwrap();
    assert_eq!(log.events.len(), 1);
    assert!(log.notes.iter().any(|note| note.contains("b.parquet")), "{:?}", log.notes);
}

#[test]
fn rows_left_out_can_be_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let text = "user,time,text\nann,2010-01-31,tea\n,2010-02-01,\"a, b\"\nbob,never,cup\ncat,2010-02-01\n";
    let path = put(folder.path(), "log.csv", text);
    let place = folder.path().join("left_out.csv");
    let options = ReadOptions { rejected: Some(place.clone()), ..ReadOptions::default() };
    read(std::slice::from_ref(&path), &options, &Watch::silent()).unwrap();
    let name = path.display();
    let expected = format!(
        "file,line,reason,record,user,time,text\n{name},5,wrong number of fields,\"cat,2010-02-01\",,,\n{name},3,no user,,,2010-02-01,\"a, b\"\n{name},4,unreadable time,,bob,never,cup\n"
    );
    assert_eq!(fs::read_to_string(place).unwrap(), expected);
}

/// How a table is written in a test.
#[derive(Clone, Debug)]
struct Written {
    choice: DialectChoice,
    encoding: &'static Encoding,
    mark: bool,
    end: &'static str,
    last_end: bool,
    all_quoted: bool,
}

/// Any dialect that is known here, with letters that its encoding has.
fn written() -> impl Strategy<Value = (Written, &'static str)> {
    let delimiters = prop::sample::select(vec![',', ';', '\t', '|', '^', '~', '\u{1}']);
    let quotes = prop::sample::select(vec!['"', '\'']);
    let encodings = prop::sample::select(vec![
        (encoding_rs::UTF_8, "[a-z0-9 ,;|'\"\t\n\r\\\\#é中ß😀]{0,8}"),
        (encoding_rs::UTF_16LE, "[a-z0-9 ,;|'\"\t\n\r\\\\#é中ß😀]{0,8}"),
        (encoding_rs::UTF_16BE, "[a-z ,;\"\n\r\\\\中😀]{0,8}"),
        (encoding_rs::WINDOWS_1252, "[a-z ,;|'\"\n\r\\\\éß€]{0,8}"),
        (GB18030, "[a-z ,;|'\"\n\r\\\\中文茶壶]{0,8}"),
        (SHIFT_JIS, "[a-z ,;|'\"\n\rカップ茶]{0,8}"),
    ]);
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    (delimiters, quotes, any::<bool>(), encodings, ends, any::<[bool; 3]>()).prop_map(
        |(delimiter, quote, escaped, (encoding, letters), end, [mark, last_end, all_quoted])| {
            let choice = DialectChoice {
                encoding: None,
                delimiter: Some(delimiter),
                quote: Some(Some(quote)),
                escape: Some(escaped.then_some('\\')),
                comment: Some(None),
                skip_lines: None,
                header: Some(true),
                decimal: None,
            };
            (Written { choice, encoding, mark, end, last_end, all_quoted }, letters)
        },
    )
}

impl Written {
    fn field(&self, text: &str) -> String {
        let (quote, escape) = (self.choice.quote.unwrap().unwrap(), self.choice.escape.unwrap());
        let special = [self.choice.delimiter.unwrap(), quote, '\n', '\r', '\\'];
        if !self.all_quoted && !text.contains(special) {
            return text.to_owned();
        }
        let inner = match escape {
            Some(escape) => {
                text.replace(escape, &format!("{escape}{escape}")).replace(quote, &format!("{escape}{quote}"))
            }
            None => text.replace(quote, &format!("{quote}{quote}")),
        };
        format!("{quote}{inner}{quote}")
    }

    /// The file, and what is to be said about it.
    fn file(&self, table: &[Vec<String>]) -> (Vec<u8>, DialectChoice) {
        let delimiter = self.choice.delimiter.unwrap().to_string();
        let lines: Vec<String> = table
            .iter()
            .map(|row| row.iter().map(|field| self.field(field)).collect::<Vec<_>>().join(&delimiter))
            .collect();
        let text = lines.join(self.end) + if self.last_end { self.end } else { "" };
        let wide = self.encoding.output_encoding() != self.encoding;
        let marked = if self.mark && (wide || self.encoding == encoding_rs::UTF_8) { "\u{feff}" } else { "" };
        let text = format!("{marked}{text}");
        let bytes = match self.encoding {
            known if known == encoding_rs::UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            known if known == encoding_rs::UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            known => known.encode(&text).0.into_owned(),
        };
        (bytes, DialectChoice { encoding: Some(self.encoding.name().to_owned()), ..self.choice.clone() })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_table_written_in_any_dialect_reads_back_the_same(
        (written, table) in written().prop_flat_map(|(written, letters)| {
            let table = (2..6_usize, 1..20_usize).prop_flat_map(move |(width, rows)| {
                prop::collection::vec(prop::collection::vec(letters, width), rows)
            });
            (Just(written), table)
        })
    ) {
        let width = table[0].len();
        let mut whole = vec![(0..width).map(|at| format!("c{at}")).collect::<Vec<_>>()];
        whole.extend(table.iter().cloned());
        let (bytes, choice) = written.file(&whole);
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "table.csv", &bytes);
        let options = ReadOptions { dialect: choice, ..ReadOptions::default() };
        let seen = preview(&[path], &options, &Watch::silent()).unwrap();
        let names: Vec<&str> = seen.columns.iter().map(|column| column.name.as_str()).collect();
        prop_assert_eq!(names, whole[0].iter().map(String::as_str).collect::<Vec<_>>());
        let read: Vec<Vec<String>> =
            seen.preview.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect();
        prop_assert_eq!(read, table);
    }
}
