//! As much of Thrift's compact protocol as Parquet's headers need: writing integers, words, lists and structs.

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// A struct being written. Fields must come in ascending order.
#[derive(Debug, Default)]
pub struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    pub fn new() -> Self {
        Self::default()
    }

    /// The struct's bytes.
    pub fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }

    pub fn int(mut self, field: u8, value: i32) -> Self {
        self.field(field, I32);
        zigzag(&mut self.bytes, i64::from(value));
        self
    }

    pub fn long(mut self, field: u8, value: u64) -> Self {
        self.field(field, I64);
        zigzag(&mut self.bytes, value as i64);
        self
    }

    pub fn truth(mut self, field: u8, value: bool) -> Self {
        self.field(field, if value { 1 } else { 2 });
        self
    }

    pub fn words(mut self, field: u8, text: &str) -> Self {
        self.field(field, BINARY);
        binary(&mut self.bytes, text);
        self
    }

    pub fn nested(mut self, field: u8, inside: Self) -> Self {
        self.field(field, STRUCT);
        self.bytes.extend(inside.end());
        self
    }

    pub fn structs(self, field: u8, items: impl ExactSizeIterator<Item = Self>) -> Self {
        self.list(field, STRUCT, items, |bytes, item| bytes.extend(item.end()))
    }

    pub fn ints(self, field: u8, items: &[i32]) -> Self {
        self.list(field, I32, items.iter(), |bytes, item| zigzag(bytes, i64::from(*item)))
    }

    pub fn words_list(self, field: u8, items: &[&str]) -> Self {
        self.list(field, BINARY, items.iter(), |bytes, item| binary(bytes, item))
    }

    fn list<T>(
        mut self,
        field: u8,
        kind: u8,
        items: impl ExactSizeIterator<Item = T>,
        put: impl Fn(&mut Vec<u8>, T),
    ) -> Self {
        self.field(field, LIST);
        if items.len() < 15 {
            self.bytes.push(((items.len() as u8) << 4) | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            varint(&mut self.bytes, items.len() as u64);
        }
        items.for_each(|item| put(&mut self.bytes, item));
        self
    }

    fn field(&mut self, field: u8, kind: u8) {
        self.bytes.push(((field - self.last) << 4) | kind);
        self.last = field;
    }
}

fn binary(bytes: &mut Vec<u8>, text: &str) {
    varint(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn zigzag(bytes: &mut Vec<u8>, value: i64) {
    varint(bytes, ((value << 1) ^ (value >> 63)) as u64);
}

/// Seven bits to a byte, the lowest first.
pub fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_is_written_as_the_protocol_says() {
        let inside = Struct::new().int(1, -1);
        let bytes = Struct::new().int(1, 150).words(4, "ab").nested(5, inside).ints(6, &[1, 2]).end();
        assert_eq!(bytes, [0x15, 0xac, 0x02, 0x38, 2, b'a', b'b', 0x1c, 0x15, 1, 0, 0x19, 0x25, 2, 4, 0]);
    }
}
