//! Files that are no tables of text and no Parquet, known by their first bytes, whatever they are called.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::events::EventsError;

/// So many bytes tell.
const HEAD: u64 = 4096;

/// What a spreadsheet's owner can do.
const SAVE_SHEET: &str = "open it, save the sheet with the log as `CSV UTF-8`, and read that";
/// What the owner of anything packed otherwise can do.
const UNPACK: &str = "unpack it and read what is in it (.gz, .zst and .zip are read as they are)";
/// What the owner of a table of another kind can do.
const EXPORT: &str = "write the table as Parquet or CSV with the program that made it, and read that";

/// What files of other kinds begin with, what they are, and what to do.
const MARKS: [(&[u8], &str, &str); 21] = [
    (b"%PDF", "a PDF document", "ask for the table itself, as CSV or Parquet"),
    (b"{\\rtf", "a text document (RTF)", "ask for the table itself, as CSV or Parquet"),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"ORC", "a table in ORC", EXPORT),
    (b"Obj\x01", "a table in Avro", EXPORT),
    (b"ARROW1", "a table in Arrow's file format (Feather)", EXPORT),
    (b"FEA1", "a table in the first Feather format", EXPORT),
    (b"\x89HDF\r\n", "a file in HDF5", EXPORT),
    (b"RDX", "R's own data", EXPORT),
    (b"\x80\x04\x95", "a Python pickle", EXPORT),
    (b"PARE", "an encrypted Parquet file", "write it without encryption"),
    (b"BZh", "packed with bzip2", UNPACK),
    (b"\xfd7zXZ\0", "packed with xz", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"\x04\x22\x4d\x18", "packed with lz4", UNPACK),
    (b"\xff\x06\x00\x00sNaPpY", "packed with snappy", UNPACK),
    (b"\xff\xfe\0\0", "a text in UTF-32", "save it in UTF-8"),
    (b"\0\0\xfe\xff", "a text in UTF-32", "save it in UTF-8"),
    (b"\x89PNG", "a picture", "ask for the table itself, as CSV or Parquet"),
    (b"\xff\xd8\xff", "a picture", "ask for the table itself, as CSV or Parquet"),
];

/// Refuses what is known to be no log.
///
/// # Errors
/// What the file is and what to do instead.
pub fn refuse(path: &Path) -> Result<(), EventsError> {
    let refused = |source| EventsError::Io { path: path.to_owned(), source };
    let mut head = Vec::new();
    File::open(path).map_err(refused)?.take(HEAD).read_to_end(&mut head).map_err(refused)?;
    match kind(&head, path) {
        Some((what, instead)) => Err(EventsError::OtherKind { what, instead, path: path.to_owned() }),
        None => Ok(()),
    }
}

fn kind(head: &[u8], path: &Path) -> Option<(&'static str, &'static str)> {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let begins = |mark: &[u8]| head.starts_with(mark);
    if begins(b"PK\x03\x04") {
        let made_of = |folder: &str| memchr::memmem::find(head, folder.as_bytes()).is_some();
        return if has(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet") {
            Some(("an OpenDocument spreadsheet (.ods)", SAVE_SHEET))
        } else if has(b"mimetypeapplication/") {
            Some(("an OpenDocument file without a table", "ask for the table itself, as CSV or Parquet"))
        } else if made_of("xl/") || (made_of("[Content_Types].xml") && !made_of("word/") && !made_of("ppt/")) {
            Some(("an Excel workbook (.xlsx)", SAVE_SHEET))
        } else if made_of("[Content_Types].xml") {
            Some(("an Office document without a table", "ask for the table itself, as CSV or Parquet"))
        } else if made_of("Index/Document.iwa") || made_of("Index/Tables/") {
            Some(("a Numbers spreadsheet", SAVE_SHEET))
        } else {
            None
        };
    }
    if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") || begins(&[9, 8]) || begins(&[9, 4, 6, 0]) {
        let protected =
            has("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice());
        return Some(if protected {
            ("an Excel workbook behind a password", SAVE_SHEET)
        } else {
            ("an Excel workbook (.xls)", SAVE_SHEET)
        });
    }
    // A column may be called `ORCID`, but then no such signs follow.
    let signs = head.iter().any(|byte| *byte < 7) || begins(b"%PDF-") || begins(b"{\\rtf1");
    if let Some((_, what, instead)) = MARKS.iter().find(|(mark, ..)| signs && begins(mark)) {
        return Some((what, instead));
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let tag = |name: &[u8]| text.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
    if tag(b"<?xml") || tag(b"<workbook") {
        return Some(if has(b"urn:schemas-microsoft-com:office:spreadsheet") {
            ("an Excel workbook in XML", SAVE_SHEET)
        } else {
            ("XML", EXPORT)
        });
    }
    if tag(b"<html") || tag(b"<!doctype") || tag(b"<table") || tag(b"<head") || tag(b"<meta") {
        // Many web pages offer such tables as `.xls`, and some a page that asks to log in as `.csv`.
        return Some((
            "a web page (HTML)",
            "open it in a spreadsheet program if it is a table and save that as `CSV UTF-8`",
        ));
    }
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let alone = line.last().is_some_and(|byte| b"{}[],".contains(byte));
    let json = (begins_json(text, b'{') || begins_json(text, b'[')) && (alone || !says(path, &["csv", "tsv", "txt"]));
    json.then_some(("JSON", EXPORT))
}

/// Whether a text begins as a JSON object, or a list of them.
fn begins_json(text: &[u8], open: u8) -> bool {
    let Some(rest) = text.strip_prefix(&[open]) else { return false };
    let next = rest.trim_ascii_start().first();
    if open == b'{' { next == Some(&b'"') } else { matches!(next, Some(b'{' | b'[')) }
}

fn says(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::kind;

    fn what(head: &[u8], name: &str) -> &'static str {
        kind(head, Path::new(name)).map_or("a log", |(what, _)| what)
    }

    #[test]
    fn files_are_known_by_what_they_begin_with() {
        let zip = |name: &str| [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0; 20], name.as_bytes()].concat();
        assert_eq!(what(&zip("[Content_Types].xml ... xl/workbook.xml"), "log.csv"), "an Excel workbook (.xlsx)");
        assert_eq!(
            what(&zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "log.csv"),
            "an OpenDocument spreadsheet (.ods)"
        );
        assert_eq!(what(&zip("log.csv"), "log.zip"), "a log");
        assert_eq!(what(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "log.csv"), "an Excel workbook (.xls)");
        assert_eq!(what(b" <html><table><tr><td>user", "log.xls"), "a web page (HTML)");
        assert_eq!(what(b"{\"user\": 1}\n", "log.json"), "JSON");
    }

    #[test]
    fn tables_of_text_are_logs_whatever_they_begin_with() {
        for text in [
            "user,time,text\n",
            "{name},time\n",
            "[a];b\n",
            "ORCID,time,title\n",
            "PARENT;time;text\n",
            "<user>,<time>\n",
            "sep=;\n",
            "{\"a\":1};2024-01-01;tea\n",
        ] {
            assert_eq!(what(text.as_bytes(), "log.csv"), "a log", "{text}");
        }
    }
}
