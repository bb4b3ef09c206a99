//! Small files polluted one way each, in the spirit of the benchmark Pollock (Vitagliano, Hameed, Jiang, Reisener, Wu and
//! Naumann: Pollock, a data loading benchmark. PVLDB 16, 2023): the table as it is read must be the clean one.

use driftline::events::write_table;

use super::*;

/// The clean table: dates, times, numbers, words, fields with delimiters, quotes and ends of lines, and empty ones.
fn clean() -> Vec<Vec<String>> {
    let words = ["Tea, red", "Cup", "Pot of \"jam\"", "Kite\nwith tail", "Bag; blue", "", "Box", "Hat"];
    let mut table = vec!["DATE TIME Qty PRODUCTID Price ProductType Comments".split(' ').map(String::from).collect()];
    for row in 0..84_usize {
        let (day, hour) = (row % 28 + 1, row % 24);
        table.push(vec![
            format!("{day:02}/01/2019"),
            format!("{hour:02}:05"),
            (row % 9 + 1).to_string(),
            format!("P{:03}", row % 50),
            format!("{}.{:02}", row % 30 + 1, row % 100),
            words[row % 8].to_owned(),
            if row % 5 == 0 { String::new() } else { format!("ok {row}") },
        ]);
    }
    table
}

/// How a table is spelled.
struct Spelling {
    delimiter: &'static str,
    quote: char,
    escape: &'static str,
    end: &'static str,
    all: bool,
}

const USUAL: Spelling = Spelling { delimiter: ",", quote: '"', escape: "\"", end: "\r\n", all: false };

impl Spelling {
    fn line(&self, row: &[String]) -> String {
        let field = |field: &String| {
            let special = field.contains([self.quote, '\n', '\r']) || field.contains(self.delimiter.trim());
            if !special && !self.all {
                return field.clone();
            }
            let inner = field.replace(self.quote, &format!("{}{}", self.escape, self.quote));
            format!("{}{inner}{}", self.quote, self.quote)
        };
        row.iter().map(field).collect::<Vec<_>>().join(self.delimiter) + self.end
    }

    fn text(&self, table: &[Vec<String>]) -> String {
        table.iter().map(|row| self.line(row)).collect()
    }
}

/// The table as it is read, with its header.
fn as_read(bytes: impl AsRef<[u8]>) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (put(folder.path(), "log.csv", bytes), folder.path().join("out.csv"));
    write_table(&[path], &ReadOptions::default(), &out, &Watch::silent()).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(out).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_table_is_the_same_however_it_is_spelled() {
    let table = clean();
    for (name, spelling) in [
        ("usual", USUAL),
        ("semicolons", Spelling { delimiter: ";", ..USUAL }),
        ("tabs", Spelling { delimiter: "\t", ..USUAL }),
        ("bars", Spelling { delimiter: "|", ..USUAL }),
        ("comma and space", Spelling { delimiter: ", ", ..USUAL }),
        ("comma and space, all quoted", Spelling { delimiter: ", ", all: true, ..USUAL }),
        ("semicolon and space", Spelling { delimiter: "; ", ..USUAL }),
        ("single quotes", Spelling { quote: '\'', escape: "'", ..USUAL }),
        ("single quotes, all", Spelling { quote: '\'', escape: "'", all: true, ..USUAL }),
        ("backslashes", Spelling { escape: "\\", ..USUAL }),
        ("all quoted", Spelling { all: true, ..USUAL }),
        ("line feeds", Spelling { end: "\n", ..USUAL }),
        ("doubled returns", Spelling { end: "\r\r\n", ..USUAL }),
    ] {
        assert_eq!(as_read(spelling.text(&table)), table, "{name}");
    }
    let returns = Spelling { end: "\r", ..USUAL }.text(&table);
    assert_eq!(as_read(returns), table, "carriage returns");
    assert_eq!(as_read(USUAL.text(&table).trim_end()), table, "no last end of line");
}

#[test]
fn a_table_is_the_same_whatever_stands_around_it() {
    let table = clean();
    let text = USUAL.text(&table);
    let wide = ",".repeat(6);
    for (name, before) in [
        ("a mark", "\u{feff}".to_owned()),
        ("a preamble", "Sales of 2019\r\nmade on 01/02/2020, by hand\r\n\r\n".to_owned()),
        ("a preamble of the table's width", format!("Sales of 2019{wide}\r\nmade on,01/02/2020{}\r\n", &wide[1..])),
        ("empty lines", "\r\n\r\n\r\n".to_owned()),
        ("comments", "# made by hand\r\n# on a Monday\r\n".to_owned()),
        ("sep", "sep=,\r\n".to_owned()),
    ] {
        assert_eq!(as_read(format!("{before}{text}")), table, "{name}");
    }
    let header = USUAL.line(&table[0]);
    let twice = format!("{}{header}{}", USUAL.text(&table[..40]), USUAL.text(&table[40..]));
    assert_eq!(as_read(twice), table, "the header again");
    assert_eq!(as_read(format!("{header}{text}")), table, "the header twice");
    assert_eq!(as_read(format!("{text}\r\n\r\n")), table, "empty lines at the end");
    assert_eq!(as_read(format!("{text}Total{wide}\r\n")), table, "totals");
    assert_eq!(as_read(USUAL.text(&table[1..])), table[1..], "no header");
    assert_eq!(as_read(USUAL.text(&table[..2])), table[..2], "one row");
    let names: Vec<Vec<String>> = [vec![vec![String::new(); 7]], table[1..].to_vec()].concat();
    let unnamed = as_read(USUAL.text(&names));
    assert_eq!(unnamed[unnamed.len() - 84..], table[1..], "a header of empty names");
}

#[test]
fn a_row_that_is_not_whole_costs_no_other() {
    let table = clean();
    let text = USUAL.text(&table);
    for at in [1, 40, 84] {
        let lines: Vec<String> = table.iter().map(|row| USUAL.line(row)).collect();
        let mut without = table.clone();
        without.remove(at);
        let line = &lines[at];
        let cut = line.find(',').unwrap();
        for (name, damaged) in [
            ("a field too many", format!("{},more\r\n", line.trim_end())),
            ("a field too few", line[cut + 1..].to_owned()),
            ("a stray quote", line.replacen(',', ",\"", 1)),
        ] {
            let polluted = text.replacen(line.as_str(), &damaged, 1);
            assert_eq!(as_read(polluted), without, "{name} in line {at}");
        }
    }
    let other = format!("{text}\r\nname,place\r\nann,north\r\nbob,south\r\n");
    assert_eq!(as_read(other), table, "a second table below");
}
