//! The shape of text files: what stands above, below and between the rows, at their ends and around their fields.

use std::io::Write as _;

use super::*;

const HEADER: &str = "user,time,text";

/// Rows of a shop, as many as asked for.
pub fn rows(count: usize) -> Vec<String> {
    let texts = ["red tea", "blue cup", "pot of jam", "kite with tail"];
    (0..count)
        .map(|row| (row, 2024 + row / 336, row / 28 % 12 + 1, row % 28 + 1))
        .map(|(row, year, month, day)| format!("c{:02},{year}-{month:02}-{day:02} 10:30,{}", row % 7, texts[row % 4]))
        .collect()
}

/// The lines, each with this end.
pub fn lines(parts: &[&str], end: &str) -> String {
    parts.iter().flat_map(|part| part.split('\n')).map(|line| format!("{line}{end}")).collect()
}

/// The names of the columns, and what was said about how the file is written.
pub fn looked(bytes: impl AsRef<[u8]>) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let seen = preview(&[put(folder.path(), "log.csv", bytes)], &ReadOptions::default(), &Watch::silent()).unwrap();
    let names = seen.columns.into_iter().map(|column| column.name).collect();
    (names, seen.dialect.unwrap().why.join("; "))
}

/// That a file reads as the plain log of so many rows, with these rows left out.
pub fn reads(name: &str, bytes: impl AsRef<[u8]>, count: usize, left_out: &[(Reason, u64, Vec<u64>)]) {
    let plain = read_plain(format!("{HEADER}\n{}\n", rows(count).join("\n"))).unwrap();
    let log = read_plain(bytes.as_ref()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(log.events, plain.events, "{name}");
    assert_eq!(rejected(&log), left_out, "{name}");
}

#[test]
fn a_header_that_comes_again_is_no_row_and_a_word_of_it_is_one() {
    let all = rows(40);
    let (one, other) = (all[..20].join("\n"), all[20..].join("\n"));
    let again = |header: &str| [(Reason::RepeatedHeader, 1, vec![22])].map(|left| (header.to_owned(), left));
    for (header, left) in
        [HEADER, "User,TIME,Text", "\u{feff}user,time,text", " user , time , text", "\"user\",\"time\",\"text\""]
            .into_iter()
            .flat_map(again)
    {
        let text = lines(&[HEADER, &one, &header, &other], "\n");
        reads(&header, text, 40, std::slice::from_ref(&left));
    }
    // Files put together without a header have their marks before a user's name.
    reads("a mark before a row", lines(&[HEADER, &one, &format!("\u{feff}{other}")], "\n"), 40, &[]);
    let word = format!("{HEADER}\n{}\nann,2024-02-03 09:00,text\n", rows(30).join("\n"));
    let log = read_plain(word).unwrap();
    assert_eq!((log.account.rows_kept, log.events.texts.contains(&"text".to_owned())), (31, true));
    let german = "Kunde;Wann;Suche\nk1;01.02.2024 10:00;Tee\nk2;13.02.2024 10:00;Suche\nk1;14.02.2024 10:00;Tasse\n";
    assert_eq!(read_with(german, &roles("Kunde", "Wann", "Suche")).unwrap().account.rows_kept, 3);
}

fn roles(user: &str, time: &str, text: &str) -> ReadOptions {
    let said = |(role, name): (Role, &str)| (role, name.to_owned());
    let columns = [(Role::User, user), (Role::Time, time), (Role::Text, text)].map(said).to_vec();
    ReadOptions { mapping: Mapping { columns, ..Mapping::default() }, ..ReadOptions::default() }
}

#[test]
fn a_header_in_another_order_begins_another_table() {
    let table = rows(20).join("\n");
    let error = read_plain(lines(&[HEADER, &table, "time,text,user", "2024-09-01,jam,ann"], "\n")).unwrap_err();
    assert!(error.to_string().contains("line 22 has the names of the columns in another order"), "{error}");
}

#[test]
fn words_alone_that_come_again_are_no_header() {
    let (names, why) = looked("ann,tea\nbob,cup\nann,pot\ncat,tea\n");
    assert_eq!(names, ["column 1", "column 2"], "{why}");
    assert_eq!(looked("c01,2024-01-01,tea\nc02,2024-01-02,cup\n").0[0], "column 1");
    assert_eq!(looked("user,time,text\nann,2024-01-01,tea\n").0, ["user", "time", "text"], "one row");
}

#[test]
fn delimiters_at_the_ends_of_lines_are_no_columns() {
    let all = rows(30);
    let ended = |end: &str| all.iter().map(|row| format!("{row}{end}")).collect::<Vec<_>>().join("\n");
    reads("of rows", lines(&[HEADER, &ended(",")], "\n"), 30, &[]);
    reads("three of each row", lines(&[HEADER, &ended(",,,")], "\r\n"), 30, &[]);
    reads("of the header", lines(&["user,time,text,", &all.join("\n")], "\n"), 30, &[]);
    reads("of one row", lines(&[HEADER, &format!("{},", all[0])], "\n"), 1, &[]);
    let half = all.iter().enumerate().map(|(at, row)| format!("{row}{}", if at % 2 == 0 { "," } else { "" }));
    reads("of half the rows", lines(&[HEADER, &half.collect::<Vec<_>>().join("\n")], "\n"), 30, &[]);
    let semicolons = lines(&[HEADER, &ended(",")], "\n").replace(',', ";");
    reads("semicolons", semicolons, 30, &[]);
    // One row with a field too many is a damaged row, and so is one without the delimiter that all the others end with.
    let one = lines(&[HEADER, &all.join("\n"), "ann,2024-05-01 09:00,jam,"], "\n");
    reads("of a single row among others", one, 30, &[(Reason::RaggedLine, 1, vec![32])]);
    let lost = lines(&[HEADER, &ended(","), "ann,2024-05-01 09:00,"], "\n");
    reads("a row that lost its text", lost, 30, &[(Reason::RaggedLine, 1, vec![32])]);
    let filled = lines(&[HEADER, &ended(","), "ann,2024-05-01 09:00,jam,x"], "\n");
    reads("a row with more than a delimiter", filled, 30, &[(Reason::RaggedLine, 1, vec![32])]);
}

#[test]
fn a_line_that_says_the_delimiter_is_no_header() {
    let table = |delimiter: &str| lines(&[HEADER, &rows(20).join("\n")], "\r\n").replace(',', delimiter);
    for (line, delimiter) in [
        ("sep=;", ";"),
        ("SEP=;", ";"),
        ("\u{feff}sep=,", ","),
        ("\u{feff}\"sep=,\"", ","),
        ("sep=\t", "\t"),
        ("sep=;;;", ";"),
        ("sep=^", "^"),
        ("sep=!", "!"),
    ] {
        reads(line, format!("{line}\r\n{}", table(delimiter)), 20, &[]);
    }
    let (_, why) = looked(format!("sep=;\r\n{}", table(";")));
    assert!(why.contains("line 1 says that the delimiter is `;`"), "{why}");
    let wide: Vec<u8> = format!("\u{feff}sep=;\r\n{}", table(";")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    reads("in UTF-16", wide, 20, &[]);
}

#[test]
fn many_odd_things_at_once_are_read() {
    let ended = rows(20).iter().map(|row| format!("{};", row.replace(',', ";"))).collect::<Vec<_>>().join("\n");
    let text = lines(&["\u{feff}sep=;", "Sales by customer", "", "user;time;text", &ended, "Summe;;"], "\r\r\n");
    reads("mark, sep, title, ends, doubled returns", text, 20, &[(Reason::TotalLine, 1, vec![25])]);
    let quoted = rows(20).iter().map(|row| format!("\"{}\"", row.replace(',', "\",\""))).collect::<Vec<_>>().join("\n");
    reads("quoted, CR CR LF", lines(&["\"user\",\"time\",\"text\"", &quoted], "\r\r\n"), 20, &[]);
    reads(
        "quoted, CR CR LF, no last end",
        lines(&["\"user\",\"time\",\"text\"", &quoted], "\r\r\n").trim_end(),
        20,
        &[],
    );
}

#[test]
fn titles_above_and_totals_below_are_no_rows() {
    let table = rows(20).join("\n");
    for titles in [
        "Sales by customer\nPeriod: 2024-01-01 to 2024-05-31\nCurrency: EUR\n",
        "Sales by customer,,\nPeriod,2024-01-01,2024-05-31\n,,",
        "Sales, by customer, all shops\nPeriod: 2024-01-01, 2024-05-31",
        "Report\nDate,2024-06-01,",
        "\"Sales of \"\"all\"\" shops\"\n",
        "\"Sales, unclosed\nMore",
        "\n\n\nExport",
    ] {
        let text = lines(&[titles, HEADER, &table, "Total,,"], "\n");
        let total = text.lines().count() as u64;
        reads(titles, text, 20, &[(Reason::TotalLine, 1, vec![total])]);
    }
    let (names, why) = looked(lines(&["Report", "made today", HEADER, &table], "\n"));
    assert!(names == ["user", "time", "text"] && why.contains("2 lines stand above the table"), "{names:?} {why}");
    for total in [
        "Total,,",
        "TOTAL:,,20",
        "Grand total,,",
        ",,Total",
        "Summe;;".replace(';', ",").as_str(),
        "合计,,",
        "Итого:,,",
        "Total 20 rows",
    ] {
        reads(total, lines(&[HEADER, &table, total], "\n"), 20, &[(Reason::TotalLine, 1, vec![22])]);
    }
    let shop = read_plain(lines(&[HEADER, &table, "Total,2024-01-25 10:00,Total Greek yoghurt"], "\n")).unwrap();
    assert_eq!(shop.account.rows_kept, 21, "a user may be called so");
}

#[test]
fn exports_put_together_with_their_titles_have_no_more_rows_than_each() {
    let all = rows(20);
    let part = |rows: &[String]| {
        lines(&["Sales by customer,,", "Period,2024-01-01,2024-05-31", ",,", HEADER, &rows.join("\n"), "Total,,"], "\n")
    };
    let text = part(&all[..12]) + &part(&all[12..]);
    let expected = [(Reason::RepeatedHeader, 4, vec![18, 19, 20, 21]), (Reason::TotalLine, 2, vec![17, 30])];
    reads("two parts", text, 20, &expected);
}

#[test]
fn titles_are_found_in_packed_files_and_can_be_said() {
    let text = lines(&["Report of sales", "", HEADER, &rows(20).join("\n")], "\n");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    reads("gz", packed.finish().unwrap(), 20, &[]);
    let said = |skip_lines, text: &str| {
        let dialect = DialectChoice { skip_lines: Some(skip_lines), ..DialectChoice::default() };
        read_with(text, &ReadOptions { dialect, ..ReadOptions::default() })
    };
    assert_eq!(said(2, &text).unwrap().account.rows_kept, 20);
    let two = lines(&["user,time,text", "ann,2024-01-01,first", HEADER, &rows(20).join("\n")], "\n");
    let log = said(2, &two).unwrap();
    assert_eq!((log.account.rows_read, rejected(&log)), (20, Vec::new()));
    let rag = said(2, &lines(&["a", "b", HEADER, &rows(20).join("\n"), "torn"], "\n")).unwrap();
    assert_eq!(rejected(&rag), [(Reason::RaggedLine, 1, vec![24])], "lines count from the file's first");
    let error = said(90, &text).unwrap_err().to_string();
    assert!(error.contains("--skip-lines"), "{error}");
}

#[test]
fn a_damaged_first_row_is_no_title() {
    let table = rows(20).join("\n");
    for (row, reason) in [
        ("ann,2024-01-01", Reason::RaggedLine),
        ("ann,\"2024-01-01,jam", Reason::StrayQuote),
        ("ann,n/a,jam", Reason::UnreadableTime),
        (",,", Reason::NoUser),
    ] {
        let log = read_plain(lines(&[HEADER, row, &table], "\n")).unwrap();
        assert_eq!((log.account.rows_read, log.account.rows_kept), (21, 20), "{row}");
        assert_eq!(log.account.rejected[0].first_lines, [2], "{row}: {reason:?}");
    }
    // Without a header too.
    let log = read_with(lines(&["ann,2024-01-01", &table], "\n"), &roles("column 1", "column 2", "column 3")).unwrap();
    assert_eq!(rejected(&log), [(Reason::RaggedLine, 1, vec![1])]);
}

#[test]
fn row_names_of_r_are_a_column() {
    let named = |names: &dyn Fn(usize) -> String| {
        let quoted = |(at, row): (usize, &String)| format!("\"{}\",\"{}\"", names(at), row.replace(',', "\",\""));
        rows(20).iter().enumerate().map(quoted).collect::<Vec<_>>().join("\n")
    };
    let header = "\"user\",\"time\",\"text\"";
    for (name, text) in [
        ("counted", lines(&[header, &named(&|at| (at + 1).to_string())], "\n")),
        ("some left out", lines(&[header, &named(&|at| (at * at + 3).to_string())], "\n")),
        ("words", lines(&[header, &named(&|at| format!("row{at}"))], "\n")),
        ("tabs", lines(&[header, &named(&|at| (at + 1).to_string())], "\n").replace("\",\"", "\"\t\"")),
        ("spaces for commas, semicolons", lines(&[header, &named(&|at| (at + 1).to_string())], "\n").replace(',', ";")),
    ] {
        reads(name, &text, 20, &[]);
        assert!(looked(&text).1.contains("row names"), "{name}");
    }
    let error = read_plain(lines(&["user,time", &rows(20).join("\n")], "\n")).unwrap_err().to_string();
    assert!(error.contains("line 1 has 2 names, the rows have 3 fields"), "{error}");
}

#[test]
fn a_header_of_another_width_is_named_as_the_cause() {
    let table = rows(20).join("\n");
    for (header, names) in [("user,time,text,price", 4), ("user,text", 2), ("user,time,text,price,shop", 5)] {
        let error = read_plain(lines(&[header, &table], "\n")).unwrap_err().to_string();
        assert!(error.contains(&format!("line 1 has {names} names, the rows have 3 fields")), "{error}");
    }
    let titled = lines(&["Report", "", "user,time,text,price", &table], "\n");
    let error = read_plain(titled).unwrap_err().to_string();
    assert!(error.contains("line 3 has 4 names"), "{error}");
    // Where a good part of the rows fits, the others are left out one by one.
    let some = rows(5).iter().map(|row| format!("{row},1.50")).collect::<Vec<_>>().join("\n");
    let log = read_plain(lines(&["user,time,text,price", &table, &some], "\n")).unwrap();
    assert_eq!((log.account.rows_kept, log.account.rows_rejected()), (5, 20));
}

#[test]
fn nul_bytes_cost_their_row_or_fill_up_fields() {
    let all = rows(60);
    let with = |row: &str| lines(&[HEADER, &all.join("\n"), row], "\n");
    for row in [
        "ann,2024-05-01 09:00,j\0am",
        "\0ann,2024-05-01 09:00,jam",
        &format!("{}ann,2024-05-01 09:00,jam", "\0".repeat(600)),
    ] {
        reads("one", with(row), 60, &[(Reason::NulByte, 1, vec![62])]);
    }
    reads("a tail of them", with(&"\0".repeat(5000)), 60, &[(Reason::NulByte, 1, vec![62])]);
    let padded = all.iter().map(|row| row.replace(',', "\0\0\0,")).collect::<Vec<_>>().join("\n");
    let log = read_plain(lines(&[HEADER, &padded], "\n")).unwrap();
    assert_eq!((log.account.rows_kept, &log.events.users[0]), (60, &"c00".to_owned()));
    assert!(log.notes.iter().any(|note| note.contains("passed over, 360 in all")), "{:?}", log.notes);
    let late = lines(&[HEADER, &rows(4000).join("\n"), "ann,2024-05-01 09:00,j\0am"], "\n");
    assert_eq!(rejected(&read_plain(late).unwrap()).iter().find(|left| left.0 == Reason::NulByte).unwrap().2, [4002]);
    let noise: Vec<u8> = (0..9000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(read_plain(noise).unwrap_err().to_string().contains("binary data"));
}

#[test]
fn files_of_other_kinds_are_named_with_what_to_do() {
    let workbook = zipped(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")]);
    let error = read_plain(workbook).unwrap_err().to_string();
    assert!(error.contains("Excel workbook (.xlsx)") && error.contains("CSV UTF-8"), "{error}");
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    assert!(read_plain(old).unwrap_err().to_string().contains("Excel workbook (.xls)"));
    let open = zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]);
    assert!(read_plain(open).unwrap_err().to_string().contains(".ods"));
    assert!(read_plain("<html><body><table>").unwrap_err().to_string().contains("web page"));
    assert!(read_plain("{\"user\": 1,\n \"time\": 2}\n").unwrap_err().to_string().contains("JSON"));
}
