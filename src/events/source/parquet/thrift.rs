//! Reading Thrift's compact protocol, in which Parquet writes its footer and the heads of its pages.
//!
//! The readers at hand take a file at its word: a length that a damaged head claims is reserved before anything is
//! read, and a type that they do not know refuses the whole file. Here nothing is reserved, every length is held
//! against the bytes there are, and what is not known is passed over.

/// Structs and lists within each other; Parquet needs six.
const DEEPEST: u32 = 32;

/// The bytes are no such structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

pub type Read<T> = Result<T, Malformed>;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Truth(bool),
    Byte,
    /// Of 16, 32 or 64 bits.
    Whole,
    Double,
    Binary,
    List,
    Map,
    Struct,
    Uuid,
}

impl Kind {
    fn of(code: u8) -> Read<Self> {
        Ok(match code {
            1 => Self::Truth(true),
            2 => Self::Truth(false),
            3 => Self::Byte,
            4..=6 => Self::Whole,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Struct,
            13 => Self::Uuid,
            _ => return Err(Malformed),
        })
    }
}

/// Reads value after value.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, depth: 0 }
    }

    /// How many bytes were read.
    pub fn at(&self) -> usize {
        self.at
    }

    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let to = self.at.checked_add(count).ok_or(Malformed)?;
        let taken = self.bytes.get(self.at..to).ok_or(Malformed)?;
        self.at = to;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Read<u8> {
        self.take(1)?.first().copied().ok_or(Malformed)
    }

    fn varint(&mut self) -> Read<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    pub fn long(&mut self) -> Read<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub fn int(&mut self) -> Read<i32> {
        i32::try_from(self.long()?).map_err(|_| Malformed)
    }

    pub fn binary(&mut self) -> Read<&'a [u8]> {
        let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
        self.take(length)
    }

    /// A list's length, which is never more than the bytes that are left, and what its items are.
    pub fn list(&mut self) -> Read<(usize, Kind)> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => usize::try_from(self.varint()?).map_err(|_| Malformed)?,
            short => usize::from(short),
        };
        if length > self.bytes.len() - self.at {
            return Err(Malformed);
        }
        Ok((length, Kind::of(head & 15)?))
    }

    /// A list of structs, each read by `take`.
    pub fn structs(&mut self, mut take: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        let (length, kind) = self.list()?;
        if kind != Kind::Struct && length > 0 {
            return Err(Malformed);
        }
        (0..length).try_for_each(|_| take(self))
    }

    /// The fields of a struct, each handed to `take` with its number and kind. What `take` answers `false` to is passed
    /// over.
    pub fn fields(&mut self, mut take: impl FnMut(&mut Self, i64, Kind) -> Read<bool>) -> Read<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Malformed);
        }
        let mut field = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                break;
            }
            let kind = Kind::of(head & 15)?;
            field = match head >> 4 {
                0 => self.long()?,
                step => field + i64::from(step),
            };
            let before = self.at;
            if !take(self, field, kind)? {
                self.at = before;
                self.skip(kind)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn skip(&mut self, kind: Kind) -> Read<()> {
        match kind {
            Kind::Truth(_) => {}
            Kind::Byte => self.take(1).map(|_| ())?,
            Kind::Whole => self.varint().map(|_| ())?,
            Kind::Double => self.take(8).map(|_| ())?,
            Kind::Uuid => self.take(16).map(|_| ())?,
            Kind::Binary => self.binary().map(|_| ())?,
            Kind::Struct => self.fields(|_, _, _| Ok(false))?,
            Kind::List => {
                let (length, kind) = self.list()?;
                self.items(length, &[kind])?;
            }
            Kind::Map => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                if length > self.bytes.len() - self.at {
                    return Err(Malformed);
                }
                if length > 0 {
                    let kinds = self.byte()?;
                    self.items(length, &[Kind::of(kinds >> 4)?, Kind::of(kinds & 15)?])?;
                }
            }
        }
        Ok(())
    }

    /// Passes over so many items, or pairs of them.
    fn items(&mut self, length: usize, kinds: &[Kind]) -> Read<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Malformed);
        }
        for _ in 0..length {
            for kind in kinds {
                // Within a list a truth takes a byte of its own.
                if matches!(kind, Kind::Truth(_)) { self.take(1).map(|_| ())? } else { self.skip(*kind)? }
            }
        }
        self.depth -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_int(bytes: &[u8]) -> Read<i32> {
        let mut value = 0;
        Reader::new(bytes).fields(|reader, field, kind| {
            if field == 1 && kind == Kind::Whole {
                value = reader.int()?;
                return Ok(true);
            }
            Ok(false)
        })?;
        Ok(value)
    }

    #[test]
    fn what_is_not_asked_for_is_passed_over() {
        // Field 4 is a word, 5 a struct, 6 a list, 9 a truth.
        let bytes = [0x15, 0xac, 0x02, 0x38, 2, b'a', b'b', 0x1c, 0x15, 1, 0, 0x19, 0x25, 2, 4, 0x31, 0];
        assert_eq!(first_int(&bytes), Ok(150));
        for cut in 0..bytes.len() {
            assert_eq!(first_int(&bytes[..cut]), Err(Malformed), "cut at {cut}");
        }
    }

    #[test]
    fn lengths_are_held_against_the_bytes_there_are() {
        // A word, a list and a map that claim 2⁶² items.
        let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f];
        for head in [&[0x18][..], &[0x19, 0xf5], &[0x1b]] {
            assert_eq!(first_int(&[head, &huge, &[0; 4]].concat()), Err(Malformed));
        }
        assert_eq!(first_int(&[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]), Err(Malformed), "more than 32 bits");
        assert_eq!(first_int(&[0x1c; 100]), Err(Malformed), "structs within structs without end");
        assert_eq!(first_int(&[0x19; 100]), Err(Malformed), "lists within lists without end");
    }
}
