//! The doors of the fuzz targets: the parts of `events` that read bytes from strangers, with nothing around them.

#![allow(dead_code, unused_imports, reason = "only a part of each file is of use here")]

#[path = "../../src/calendar.rs"]
mod calendar;
#[path = "../../src/observe.rs"]
mod observe;

#[path = "../../src/events"]
mod events {
    #[path = "account.rs"]
    mod account;
    #[path = "dialect.rs"]
    pub mod dialect;
    #[path = "error.rs"]
    mod error;
    #[path = "letters.rs"]
    mod letters;
    #[path = "guess/lexicon.rs"]
    mod lexicon;
    #[path = "guess/lexicon_further.rs"]
    mod lexicon_further;
    #[path = "guess/names.rs"]
    mod names;
    #[path = "numbers.rs"]
    pub mod numbers;
    #[path = "roles.rs"]
    mod roles;
    #[path = "times/mod.rs"]
    pub mod times;
    #[path = "today.rs"]
    mod today;
    #[path = "units.rs"]
    mod units;

    pub use account::{Account, Reason, Rejection};
    pub use dialect::{Dialect, DialectChoice, LineEnd};
    pub use error::{EventsError, OtherCalendar, TwoReadings, UnreadableTimes};
    pub use roles::{Mapping, Role};

    pub mod guess {
        pub use super::names::role_word;
    }

    #[path = "source/csv"]
    pub mod csv {
        use std::path::Path;

        #[path = "blocks.rs"]
        pub mod blocks;
        #[path = "encoding.rs"]
        mod encoding;
        #[path = "evidence.rs"]
        mod evidence;
        #[path = "fields.rs"]
        mod fields;
        #[path = "judge.rs"]
        mod judge;
        #[path = "layout.rs"]
        mod layout;
        #[path = "marks.rs"]
        mod marks;
        #[path = "parts.rs"]
        pub mod parts;
        #[path = "record.rs"]
        mod record;
        #[path = "sniff.rs"]
        pub mod sniff;
        #[path = "stream.rs"]
        pub mod stream;
        #[path = "total.rs"]
        mod total;
        #[path = "zip.rs"]
        mod zip;

        pub fn torn(path: &Path, error: &std::io::Error) -> super::EventsError {
            super::EventsError::BrokenFile { path: path.to_owned(), why: error.to_string() }
        }
    }
}

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use events::DialectChoice;
use events::csv::{blocks::Blocks, sniff::sniff, stream::Stream};
use events::times::{Evidence, TimeReader, UNREADABLE};

/// Looks at a file's bytes, and reads what it takes for its table. Every record must be a whole one or a torn one.
pub fn read_table(bytes: &[u8]) {
    let (path, choice) = (Path::new("table"), DialectChoice::default());
    let content = Box::new(Cursor::new(bytes.to_vec()));
    let Ok(stream) = Stream::of(path, content, false, bytes.len() as u64, Arc::default(), &choice) else { return };
    let Ok(found) = sniff(&stream, path, &choice) else { return };
    let mut blocks = Blocks::new(stream.text);
    while let Ok(records) = blocks.next(2, &found.parts, found.names.len()) {
        let none = records.iter().all(|one| one.lines.is_empty() && one.torn.is_empty());
        for one in &records {
            assert!(one.columns.iter().all(|column| column.len() == one.lines.len()));
            let mut spans = one.columns.iter().flatten().chain(&one.torn_spans);
            assert!(spans.all(|(from, to)| one.text.get(*from as usize..*to as usize).is_some()));
        }
        if none {
            return;
        }
    }
}

/// Reads lines as times: first gathering evidence, then by what it says.
pub fn read_times(text: &str) {
    let Ok(mut reader) = TimeReader::new(None, Some("+08:00")) else { return };
    let mut evidence = Evidence::default();
    text.lines().for_each(|line| {
        let quick = reader.quick(line, &mut evidence);
        let value = reader.value(line);
        assert!(quick.is_none_or(|quick| quick == value), "{line}: {quick:?} and {value}");
        reader.weigh(line, 1, &mut evidence);
        if let Ok(number) = line.parse() {
            // Of its own, as `+5` is a number but no count.
            events::times::read_integer(number, &reader, &mut Evidence::default());
        }
        events::times::looks_like_time(line);
    });
    if let Ok(decided) = reader.decide("when", &evidence) {
        reader.follow(decided);
        let read = text.lines().filter(|line| reader.value(line) > UNREADABLE).count();
        assert!(read > 0, "decided on a reading that reads nothing");
    }
    let _ = TimeReader::new(text.lines().next(), text.lines().nth(1));
}
