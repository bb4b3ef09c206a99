//! Zip archives as other programs write them.

use driftline::events::EventsError;

use super::{read_plain, zipped};

/// Written into a pipe, by Python: the sizes stand behind the table.
const DESCRIPTOR: &str = "504b030414000800080000002100000000000000000000000000070000006c6f672e6373762b2d4e2dd229c9cc4dd52949ad\
    28e14acccbd331323034d03530d43536048a257225e52741858c80a23ac9a5055c00504b0708f03916cc2f00000035000000\
    504b0102140314000800080000002100f03916cc2f000000350000000700000000000000000000008001000000006c6f672e\
    637376504b0506000000000100010035000000640000000000";
/// All sizes and places in eight bytes, as programs write what may grow beyond four gigabytes.
const WIDE: &str = "504b03042d000000000000002100f03916ccffffffffffffffff070014006c6f672e63737601001000350000000000000035\
    00000000000000757365722c74696d652c746578740a616e6e2c323031302d30312d33312c7465610a626f622c323031302d\
    30322d30312c6375700a504b01022d032d000000000000002100f03916ccffffffffffffffff07001c000000000000000000\
    8001ffffffff6c6f672e63737601001800350000000000000035000000000000000000000000000000504b06062c00000000\
    0000002d002d0000000000000000000100000000000000010000000000000051000000000000006e00000000000000504b06\
    0700000000bf0000000000000001000000504b050600000000ffffffffffffffffffffffff0000";
/// Locked with a password, by Info-ZIP.
const ENCRYPTED: &str = "504b03041400090008003c31815df03916cc3b00000035000000070000006c6f672e63737603ad6df7e951085dd2b3e64238\
    c35b96938fc5899687f9f6e3c71bd16146ae8a1e0935e044c03b90370a5567fc8f5ed9c1ce8727560c40c6f1c0fa504b0708\
    f03916cc3b00000035000000504b01021e031400090008003c31815df03916cc3b0000003500000007000000000000000100\
    0000a481000000006c6f672e637376504b0506000000000100010035000000700000000000";

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn refusal(archive: &[u8]) -> String {
    match read_plain(archive) {
        Err(error @ EventsError::BrokenFile { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sizes_behind_a_table_and_in_eight_bytes_are_read() {
    for archive in [DESCRIPTOR, WIDE] {
        let log = read_plain(bytes(archive)).unwrap();
        assert_eq!((log.events.texts, log.account.rows_read), (vec!["cup".to_owned(), "tea".to_owned()], 2));
    }
}

#[test]
fn a_locked_archive_says_so() {
    assert!(refusal(&bytes(ENCRYPTED)).contains("encrypted"));
}

#[test]
fn archives_cut_anywhere_or_with_a_byte_turned_over_are_refused_or_read_as_they_were() {
    let whole = read_plain(bytes(DESCRIPTOR)).unwrap();
    for archive in [bytes(DESCRIPTOR), bytes(WIDE), zipped(&[("log.csv", b"user,time,text\nann,2010-01-31,tea\n")])] {
        for end in 0..archive.len() {
            assert!(read_plain(&archive[..end]).is_err(), "cut at {end}");
        }
    }
    let archive = bytes(DESCRIPTOR);
    for at in 0..archive.len() {
        for bit in [0x01, 0x10, 0x80] {
            let mut turned = archive.clone();
            turned[at] ^= bit;
            if let Ok(log) = read_plain(&turned) {
                assert_eq!((&log.events.texts, &log.events.time), (&whole.events.texts, &whole.events.time), "{at}");
            }
        }
    }
}

#[test]
fn a_table_longer_than_the_archive_says_is_refused() {
    let mut archive = bytes(DESCRIPTOR);
    let list = archive.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    archive[list + 24] -= 9;
    let words = read_plain(&archive).unwrap_err().to_string();
    assert!(words.contains("behind the length"), "{words}");
    // A claim of gigabytes for so few bytes is none either.
    archive[list + 27] = 0x7f;
    assert!(refusal(&archive).contains("damaged"));
}
