//! Parquet's footer and the heads of its pages, taken apart so that a test can change any number in them and put the file
//! together again with all places as they must be.

use std::ops::Range;

/// A number within a structure of Thrift's compact protocol.
#[derive(Clone, Debug)]
pub struct Number {
    /// Its bytes.
    pub at: Range<usize>,
    /// The fields and the places in lists on the way to it.
    pub path: Vec<i64>,
    pub value: i64,
    /// Whether it is the length of a word or a list.
    pub length: bool,
}

/// A number of a Parquet file: in its footer, or in the head of a page, which begins at the place given.
#[derive(Clone, Debug)]
pub struct Place {
    pub page: Option<usize>,
    pub number: Number,
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    path: Vec<i64>,
    found: Vec<Number>,
}

impl Walk<'_> {
    fn varint(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.bytes[self.at];
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return value;
            }
            shift += 7;
        }
    }

    fn note(&mut self, from: usize, value: i64, length: bool) {
        self.found.push(Number { at: from..self.at, path: self.path.clone(), value, length });
    }

    fn value(&mut self, kind: u8) {
        let from = self.at;
        match kind {
            1 | 2 => {}
            3 => self.at += 1,
            4..=6 => {
                let value = self.varint();
                self.note(from, (value >> 1) as i64 ^ -((value & 1) as i64), false);
            }
            7 => self.at += 8,
            8 => {
                let length = self.varint();
                self.note(from, length as i64, true);
                self.at += length as usize;
            }
            9 | 10 => {
                let head = self.bytes[self.at];
                self.at += 1;
                let length = if head >> 4 == 15 {
                    let from = self.at;
                    let length = self.varint();
                    self.note(from, length as i64, true);
                    length
                } else {
                    u64::from(head >> 4)
                };
                for item in 0..length {
                    self.path.push(item as i64);
                    if matches!(head & 15, 1 | 2) {
                        self.at += 1
                    } else {
                        self.value(head & 15)
                    }
                    self.path.pop();
                }
            }
            12 => self.fields(),
            other => panic!("a kind that Parquet does not use: {other}"),
        }
    }

    fn fields(&mut self) {
        let mut field = 0;
        loop {
            let head = self.bytes[self.at];
            self.at += 1;
            if head == 0 {
                return;
            }
            field = match head >> 4 {
                0 => {
                    let value = self.varint();
                    (value >> 1) as i64 ^ -((value & 1) as i64)
                }
                step => field + i64::from(step),
            };
            self.path.push(field);
            self.value(head & 15);
            self.path.pop();
        }
    }
}

/// The numbers of the struct that `bytes` begin with, and its length.
fn numbers(bytes: &[u8]) -> (Vec<Number>, usize) {
    let mut walk = Walk { bytes, at: 0, path: Vec::new(), found: Vec::new() };
    walk.fields();
    (walk.found, walk.at)
}

fn written(value: i64, length: bool) -> Vec<u8> {
    let mut rest = if length { value as u64 } else { ((value << 1) ^ (value >> 63)) as u64 };
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
}

/// The struct that `bytes` begin with, with some of its numbers changed.
fn rewritten(bytes: &[u8], change: impl Fn(&Number) -> i64) -> Vec<u8> {
    let (numbers, end) = numbers(bytes);
    let (mut out, mut from) = (Vec::new(), 0);
    for number in numbers {
        out.extend_from_slice(&bytes[from..number.at.start]);
        out.extend(written(change(&number), number.length));
        from = number.at.end;
    }
    out.extend_from_slice(&bytes[from..end]);
    out
}

/// Where a sound file's footer begins.
fn footer_of(file: &[u8]) -> usize {
    let end = file.len() - 8;
    end - u32::from_le_bytes(file[end..end + 4].try_into().unwrap()) as usize
}

/// All numbers of a sound file.
pub fn places(file: &[u8]) -> Vec<Place> {
    let footer = footer_of(file);
    let (of_footer, _) = numbers(&file[footer..]);
    let of_chunk = |chunk: &[i64], field: i64| {
        let path = [chunk, &[3, field]].concat();
        of_footer.iter().find(|number| number.path == path).map(|number| number.value)
    };
    let mut found = Vec::new();
    for number in &of_footer {
        if let [4, _, 1, _, 3, 7] = number.path[..] {
            let chunk = &number.path[..4];
            let data = of_chunk(chunk, 9).unwrap();
            let mut at = of_chunk(chunk, 11).filter(|place| *place > 0).map_or(data, |place| place.min(data)) as usize;
            let end = at + number.value as usize;
            while at < end {
                let (of_page, head) = numbers(&file[at..]);
                let packed = of_page.iter().find(|number| number.path == [3]).unwrap().value;
                found.extend(of_page.into_iter().map(|number| Place { page: Some(at), number }));
                at += head + packed as usize;
            }
        }
    }
    found.extend(of_footer.into_iter().map(|number| Place { page: None, number }));
    found
}

/// The file with one number changed, and everything else where the footer says it is.
pub fn changed(file: &[u8], place: &Place, value: i64) -> Vec<u8> {
    let footer = footer_of(file);
    let is_it = |number: &Number| number.path == place.number.path && number.length == place.number.length;
    let (body, footer) = match place.page {
        None => {
            let change = |number: &Number| if is_it(number) { value } else { number.value };
            (file[..footer].to_vec(), rewritten(&file[footer..], change))
        }
        Some(at) => {
            let change = |number: &Number| if is_it(number) { value } else { number.value };
            let (_, head) = numbers(&file[at..]);
            let new = rewritten(&file[at..], change);
            let longer = new.len() as i64 - head as i64;
            let body = [&file[..at], &new, &file[at + head..footer]].concat();
            let (of_footer, _) = numbers(&file[footer..]);
            // The chunk that the page is in becomes longer; what begins behind it moves.
            let own = of_footer
                .iter()
                .filter(|number| matches!(number.path[..], [4, _, 1, _, 3, 9 | 11]))
                .filter(|number| number.value as usize <= at);
            let own = own.max_by_key(|number| number.value).unwrap().path[..4].to_vec();
            let place = |number: &Number| match number.path[..] {
                [4, _, 1, _, 3, 9 | 11] | [4, _, 1, _, 2] | [4, _, 5] if number.value as usize > at => {
                    number.value + longer
                }
                [4, _, 1, _, 3, 6 | 7] if number.path.starts_with(&own) => number.value + longer,
                _ => number.value,
            };
            (body, rewritten(&file[footer..], place))
        }
    };
    let length = (footer.len() as u32).to_le_bytes();
    [&body, &footer[..], &length, b"PAR1"].concat()
}
