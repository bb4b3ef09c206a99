//! Quotes that are quotes, quotes that are letters, and bytes that are no letters at all.

use super::shape::{lines, looked, reads, rows};
use super::*;

const HEADER: &str = "user,time,text";

fn texts(bytes: impl AsRef<[u8]>) -> Vec<String> {
    read_plain(bytes).unwrap().events.texts
}

/// A row that lost the delimiter before a quoted field which holds one has as many fields as before, but wrong ones.
#[test]
fn a_delimiter_lost_before_a_quoted_field_leaves_out_its_row() {
    let header = "user,time,shop,text,price";
    let row = |at: usize| format!("u{at},2024-01-{:02},Acme,\"big, red shoe\",9.00", at + 1);
    let whole = (0..20).map(row).collect::<Vec<_>>().join("\n");
    for damaged in [
        "u1,2024-02-03,Acme\"big, red shoe\",9.00",
        "u1,2024-02-03,Acme\"big \"\"and\"\" wide, red shoe\",9.00",
        "u1,2024-02-03Acme,\"x\",Acme\"big, red\"",
        "u1,2024-02-03,Acme\" big, red shoe\",9.00",
    ] {
        let log = read_plain(lines(&[header, &whole, damaged], "\n")).unwrap();
        assert_eq!(rejected(&log), [(Reason::StrayQuote, 1, vec![22])], "{damaged}");
        assert_eq!(log.account.rows_kept, 20);
    }
    // Inches, feet and a word within quotes lose nothing.
    for sound in ["5\" nail,pair of 12\"", "5\"x3\" frame,x", "the \"red\" one,x", "15\",12\"", "a \"b\" c,d \"e\" f"] {
        let log = read_plain(lines(&[header, &whole, &format!("u1,2024-02-03,{sound},9.00")], "\n")).unwrap();
        assert_eq!((log.account.rows_kept, log.account.rows_rejected()), (21, 0), "{sound}");
    }
}

#[test]
fn spaces_beside_quotes_are_no_part_of_the_fields() {
    let quoted = |before: &str, after: &str| {
        let fields = |row: &String| row.split(',').map(|field| format!("\"{field}\"")).collect::<Vec<_>>();
        rows(20).iter().map(|row| fields(row).join(&format!("{after},{before}"))).collect::<Vec<_>>().join("\n")
    };
    for (before, after) in [(" ", ""), ("   ", ""), ("", " "), (" ", "  ")] {
        let header = format!("\"user\"{after},{before}\"time\"{after},{before}\"text\"");
        reads(&format!("{before}|{after}"), lines(&[&header, &quoted(before, after)], "\n"), 20, &[]);
    }
    let some = "user, time, text\na, 2024-01-01, \"tea, red\"\nb, 2024-01-02, cup\nc, 2024-01-03, \"a \"\"b\"\" c\"\n";
    assert_eq!(texts(some), ["a \"b\" c", "cup", "tea, red"]);
    let (names, why) = looked(some);
    assert!(names == ["user", "time", "text"] && why.contains("a space follows every delimiter"), "{names:?} {why}");
    // Behind what is looked at first, and a title whose first word alone stands within quotes.
    let late =
        lines(&[HEADER, &rows(4000).join("\n"), "a,2024-01-01, \"tea, red\"", "b,2024-01-02, \"Red\" by Ann"], "\n");
    let log = read_plain(late).unwrap();
    assert_eq!(log.account.rows_kept, 4002);
    assert!(log.events.texts.contains(&"tea, red".to_owned()), "{:?}", log.events.texts);
    assert!(log.events.texts.contains(&"\"Red\" by Ann".to_owned()), "{:?}", log.events.texts);
}

#[test]
fn quotes_that_are_part_of_a_word_stay() {
    let tracks = ["'Round Midnight", "'Heroes'", "Rock 'n' Roll", "'Til Tuesday", "Dogs'", "'Tis", "'Heroes'", "'Twas"];
    let songs = tracks.iter().enumerate().map(|(at, track)| format!("u{at},2024-01-{:02},{track}", at + 1));
    let songs: Vec<String> = songs.collect();
    let log = read_plain(lines(&[HEADER, &songs.join("\n"), &rows(20).join("\n")], "\n")).unwrap();
    assert_eq!((log.account.rows_kept, log.account.rows_rejected()), (28, 0));
    assert!(tracks.iter().all(|track| log.events.texts.contains(&(*track).to_owned())), "{:?}", log.events.texts);
    let few =
        rows(20).into_iter().enumerate().map(|(at, row)| format!("{row}{}", if at < 3 { ",'Heroes'" } else { ",x" }));
    let few = lines(&["user,time,place,text", &few.collect::<Vec<_>>().join("\n")], "\n");
    assert!(texts(few).contains(&"'Heroes'".to_owned()), "a word within quotes here and there is no field within them");
}

#[test]
fn single_quotes_are_quotes_even_where_a_double_one_occurs() {
    let quoted = |row: &String| format!("'{}'", row.replace(',', "','").replace("blue", "15\" blue"));
    let all = rows(20).iter().map(quoted).collect::<Vec<_>>().join("\n");
    let log = read_plain(lines(&["'user','time','text'", &all], "\n")).unwrap();
    assert_eq!((log.account.rows_kept, log.events.texts[0].as_str()), (20, "15\" blue cup"));
    let some = "user,time,text\nann,2024-01-01,'tea, red'\nbob,2024-01-02,cup\ncat,2024-01-03,'a \"b\", c'\ndan,2024-01-04,pot\n";
    assert_eq!(texts(some), ["a \"b\", c", "cup", "pot", "tea, red"]);
    let torn = lines(&["'user','time','text'", &all, "'u1','2024-05-01','Round' Midnight'"], "\n");
    assert_eq!(rejected(&read_plain(torn).unwrap()), [(Reason::StrayQuote, 1, vec![22])]);
}

#[test]
fn quotes_in_text_between_tabs_are_letters_where_far_more_rows_are_kept_so() {
    let titles =
        ["\"Heroes\" by David", "\"Red", "Tea \"for\" two", "\"Cup\"", "12\" single", "plain", "\"A\" and \"B\""];
    let pages = |count: usize| {
        let row = |at: usize| format!("u{}\t2024-01-{:02} 10:{:02}\t{}", at % 9, at % 28 + 1, at % 60, titles[at % 7]);
        (0..count).map(row).collect::<Vec<_>>().join("\n")
    };
    let log = read_plain(lines(&["user\ttime\tpage_title", &pages(200)], "\n")).unwrap();
    assert_eq!((log.account.rows_read, log.account.rows_kept), (200, 200), "{:?}", rejected(&log));
    assert!(titles.iter().all(|title| log.events.texts.contains(&(*title).to_owned())), "{:?}", log.events.texts);
    // One quote that opens and another that closes lines later: none of the rows between is swallowed.
    let plain = lines(&["user\ttime\ttext", &rows(3000).join("\n").replace(',', "\t")], "\n");
    let late = format!("{plain}ann\t2024-05-01\t\"tea\nbob\t2024-05-02\tcup\ncat\t2024-05-03\tpot\"\n");
    let log = read_plain(late).unwrap();
    assert_eq!((log.account.rows_read, rejected(&log)), (3003, vec![(Reason::StrayQuote, 1, vec![3002])]));
    // Quotes that hold tabs and ends of lines are quotes.
    let quoted = "user\ttime\ttext\nann\t2024-01-01\t\"a\tb\"\nbob\t2024-01-02\t\"c\nd\"\ncat\t2024-01-03\t\"e\"\n";
    assert_eq!(read_plain(quoted).unwrap().account.rows_kept, 3);
}

/// A few bytes that are no UTF-8 cost their rows, wherever they lie, and never turn the file into another encoding.
#[test]
fn the_letters_of_the_whole_file_say_its_encoding() {
    let rows = |count: usize| {
        (0..count).map(|row| {
            format!(
                "u{},2024-01-{:02} {:02}:{:02},crème brûlée {}\n",
                row % 9,
                row % 28 + 1,
                row % 24,
                row % 60,
                row % 4000
            )
        })
    };
    let plain = |count: usize| {
        (0..count).map(|row| {
            format!("u{},2024-02-{:02} {:02}:{:02},tea {}\n", row % 9, row % 28 + 1, row % 24, row % 60, row % 4000)
        })
    };
    let bad = b"late,2024-03-01,cr\xe8me\n".as_slice();
    let file = |parts: &[&[u8]]| [b"user,time,text\n".as_slice(), &parts.concat()].concat();
    let (accents, ascii) = (rows(20_000).collect::<String>(), plain(20_000).collect::<String>());
    for (name, bytes) in [
        ("at the beginning", file(&[bad, ascii.as_bytes(), accents.as_bytes()])),
        ("in the middle", file(&[ascii.as_bytes(), bad, accents.as_bytes()])),
        ("at the end", file(&[accents.as_bytes(), ascii.as_bytes(), bad])),
        ("beside the only letters", file(&[ascii.as_bytes(), bad, "late,2024-03-01,crème\n".as_bytes()])),
    ] {
        let log = read_plain(bytes).unwrap();
        let wrong: Vec<_> = rejected(&log).into_iter().filter(|left| left.0 == Reason::WrongEncoding).collect();
        assert_eq!((wrong.len(), wrong[0].1), (1, 1), "{name}");
    }
    // A single letter of another encoding behind everything that was looked at: the whole file is in that encoding.
    for (at, name) in [(0, "at the beginning"), (1, "in the middle"), (2, "at the end")] {
        let mut parts = [ascii.as_bytes(), ascii.as_bytes()].to_vec();
        parts.insert(at, bad);
        let log = read_plain(file(&parts)).unwrap();
        assert!(log.events.texts.contains(&"crème".to_owned()), "{name}");
        assert!(log.notes.iter().any(|note| note.contains("windows-1252")), "{name}: {:?}", log.notes);
    }
    let chinese =
        "user,time,text\n".to_owned() + &plain(30_000).collect::<String>() + "张三,2024-03-01,红茶和绿茶的茶壶\n";
    let log = read_plain(GB18030.encode(&chinese).0).unwrap();
    assert!(log.events.texts.contains(&"红茶和绿茶的茶壶".to_owned()));
}

#[test]
fn utf_16_of_chinese_letters_is_known_without_a_mark() {
    let rows = (0..40).map(|row| {
        format!("张三{row},2024-01-{:02},订单没有到货想要退款优惠券不能用会员积分问题发票在哪里下载\n", row % 28 + 1)
    });
    let text = format!("用户,时间,消息\n{}", rows.collect::<String>());
    let plain = read_plain(&text).unwrap();
    for little in [true, false] {
        let bytes: Vec<u8> = text
            .encode_utf16()
            .flat_map(|letter| if little { letter.to_le_bytes() } else { letter.to_be_bytes() })
            .collect();
        assert_eq!(read_plain(bytes).unwrap().events, plain.events, "little end first {little}");
    }
}
