//! Folders that are tables: columns in the names of folders, parts that differ.

use std::fs;
use std::path::{Path, PathBuf};

use driftline::events::{EventsError, Log, ReadOptions, Reason, Role, preview, read};
use driftline::observe::Watch;
use polars::prelude::{DataFrame, IntoColumn as _, NamedFrom as _, ParquetWriter, Series};

use super::{Desk, rejected, sums_up};

fn put(desk: &Desk, name: &str, text: &str) -> PathBuf {
    let path = desk.0.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

fn read_folder(path: &Path) -> Result<Log, EventsError> {
    read(&[path.to_owned()], &ReadOptions::default(), &Watch::silent())
}

fn column<'a>(log: &'a Log, name: &str) -> (Option<Role>, u64, &'a [String]) {
    let column = log.columns.iter().find(|column| column.name == name).unwrap();
    (column.role, column.nulls, &column.examples)
}

#[test]
fn several_levels_of_folders_are_columns_of_text_files_too() {
    let desk = Desk::new();
    put(&desk, "log/dt=2024-01-02/user=an%20na/part.csv", "product\ntea\ncup\n");
    put(&desk, "log/dt=2024-01-03/user=Zo%C3%AB/part.csv", "product\ntea\n");
    put(&desk, "log/dt=2024-01-04/user=__HIVE_DEFAULT_PARTITION__/part.csv", "product\ntea\n");
    let log = read_folder(&desk.0.path().join("log")).unwrap();
    sums_up(&log);
    assert_eq!(log.events.users, ["Zoë", "an na"]);
    assert_eq!(rejected(&log.account), [(Reason::NoUser, 1, &[2][..])]);
    let (first, last) = log.events.span().unwrap();
    assert_eq!((first.to_string(), last.to_string()), ("2024-01-02T00:00:00".into(), "2024-01-03T00:00:00".into()));
    assert_eq!(column(&log, "user"), (Some(Role::User), 1, &["an na".to_owned(), "Zoë".to_owned()][..]));
    assert!(
        log.notes.contains(&"The names of folders were read as columns: `dt`, `user`.".to_owned()),
        "{:?}",
        log.notes
    );
}

#[test]
fn equal_rows_of_a_folders_day_are_events_of_their_own() {
    let desk = Desk::new();
    put(&desk, "log/dt=2024-01-02/a.csv", "user,product\nann,tea\nann,tea\nbob,cup\n");
    put(&desk, "log/dt=2024-01-02/b.csv", "user,product\nann,tea\n");
    let log = read_folder(&desk.0.path().join("log")).unwrap();
    assert_eq!((log.account.rows_kept, rejected(&log.account)), (4, vec![]));
    assert!(log.notes.iter().any(|note| note.contains("events of their own")), "{:?}", log.notes);
    // What counts how many tells that an equal row is one too many.
    let desk = Desk::new();
    put(&desk, "log/dt=2024-01-02/a.csv", "user,product,quantity\nann,tea,2\nann,tea,2\nbob,cup,1\n");
    let log = read_folder(&desk.0.path().join("log")).unwrap();
    assert_eq!(rejected(&log.account), [(Reason::Duplicate, 1, &[3][..])]);
}

#[test]
fn a_column_of_the_file_goes_before_the_folder_of_its_name() {
    let desk = Desk::new();
    put(
        &desk,
        "log/dt=2024-01-02/country=DE/a.csv",
        "user,dt,product\nann,2024-01-02 09:30,tea\nbob,2024-01-02 10:30,cup\n",
    );
    put(&desk, "log/dt=2024-01-03/country=FR/a.csv", "user,dt,product\nann,2024-01-03 09:30,tea\n");
    let log = read_folder(&desk.0.path().join("log")).unwrap();
    assert_eq!(log.events.span().unwrap().0.to_string(), "2024-01-02T09:30:00");
    assert_eq!(log.columns.len(), 4);
    let told: Vec<_> = log.notes.iter().filter(|note| note.starts_with("The names of folders")).collect();
    assert!(told.len() == 2 && told[1].contains("say `dt` too"), "each is said once for all files: {:?}", log.notes);
}

#[test]
fn year_month_and_day_in_folders_are_a_time() {
    let desk = Desk::new();
    for (day, text) in [("1", "tea"), ("12", "cup"), ("30", "pot")] {
        put(
            &desk,
            &format!("log/year=2024/month=3/day={day}/a.csv"),
            &format!("user,product\nann,{text}\nbob,{text}\n"),
        );
    }
    let log = read_folder(&desk.0.path().join("log")).unwrap();
    let (first, last) = log.events.span().unwrap();
    assert_eq!((first.to_string(), last.to_string()), ("2024-03-01T00:00:00".into(), "2024-03-30T00:00:00".into()));
    assert_eq!(column(&log, "date").0, Some(Role::Time));
}

#[test]
fn a_file_named_alone_has_the_columns_of_its_folders() {
    let desk = Desk::new();
    let path = put(&desk, "dt=2024-01-02/a.csv", "user,product\nann,tea\nbob,cup\n");
    let look = preview(std::slice::from_ref(&path), &ReadOptions::default(), &Watch::silent()).unwrap();
    let names: Vec<_> = look.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["user", "product", "dt"]);
    assert_eq!(look.preview[1], [Some("bob"), Some("cup"), Some("2024-01-02")].map(|cell| cell.map(str::to_owned)));
    assert!(look.problems.is_empty(), "{:?}", look.problems);
    assert_eq!(read_folder(&path).unwrap().account.rows_kept, 2);
}

/// Parts as a table gets them over the years: a column more, another width of numbers, another order.
#[test]
fn parts_with_other_columns_and_types_are_one_log() {
    let desk = Desk::new();
    fs::create_dir(desk.0.path().join("log")).unwrap();
    let write = |name: &str, columns: Vec<Series>| {
        let columns = columns.into_iter().map(|series| series.into_column()).collect();
        let file = fs::File::create(desk.0.path().join("log").join(name)).unwrap();
        ParquetWriter::new(file).finish(&mut DataFrame::new(2, columns).unwrap()).unwrap();
    };
    let text = |name: &str, values: [&str; 2]| Series::new(name.into(), values);
    let days = |from: u8| {
        text(
            "time",
            if from == 1 { ["2024-01-01 08:00", "2024-01-02 08:00"] } else { ["2024-02-01 08:00", "2024-02-02 08:00"] },
        )
    };
    write("a.parquet", vec![Series::new("user".into(), [17_i32, 18]), days(1), text("product", ["tea", "cup"])]);
    write(
        "b.parquet",
        vec![
            text("product", ["tea", "pot"]),
            days(2),
            Series::new("user".into(), [17_i64, 19]),
            Series::new("price".into(), [1.5, 2.0]),
        ],
    );
    let log = read_folder(&desk.0.path().join("log")).unwrap();
    sums_up(&log);
    assert_eq!(log.events.users, ["17", "18", "19"]);
    assert_eq!((log.account.rows_kept, column(&log, "price").1), (4, 2));
    let told = |note: &String| {
        note.starts_with("Column `price` is not in the log's first file") && note.ends_with("b.parquet")
    };
    assert!(log.notes.iter().any(told), "{:?}", log.notes);
}
