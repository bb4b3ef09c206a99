//! Values written as what they share with the value before and what follows: whether they can be what they say.

/// The number that the format gives this encoding.
pub const STRINGS: i32 = 7;

/// All values of a page together, written out, are no longer.
const LONGEST: u64 = 1 << 28;

/// How many bytes the levels before the values take, which tell where values are absent.
pub fn levels(body: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(*body.first_chunk()?);
    usize::try_from(length).ok()?.checked_add(4).filter(|length| *length <= body.len())
}

/// Whether at most so many values begin as the ones before them did and end within the bytes.
pub fn sound(bytes: &[u8], values: usize) -> Option<()> {
    let (prefixes, rest) = whole_numbers(bytes, values)?;
    let (suffixes, rest) = whole_numbers(rest, values)?;
    if prefixes.len() != suffixes.len() {
        return None;
    }
    let (mut last, mut all, mut used) = (0, 0_u64, 0_u64);
    for (prefix, suffix) in prefixes.into_iter().zip(suffixes) {
        let (prefix, suffix) = (u64::try_from(prefix).ok()?, u64::try_from(suffix).ok()?);
        if prefix > last {
            return None;
        }
        used = used.checked_add(suffix).filter(|used| *used <= rest.len() as u64)?;
        last = prefix + suffix;
        all += last;
        if all > LONGEST {
            return None;
        }
    }
    Some(())
}

/// At most so many whole numbers, each written as its difference to the one before, and what follows them.
fn whole_numbers(mut bytes: &[u8], most: usize) -> Option<(Vec<i64>, &[u8])> {
    let block = usize::try_from(varint(&mut bytes)?).ok()?;
    let pieces = usize::try_from(varint(&mut bytes)?).ok()?;
    let count = usize::try_from(varint(&mut bytes)?).ok()?;
    let mut value = zigzag(&mut bytes)?;
    let piece = block.checked_div(pieces)?;
    if count > most || !block.is_multiple_of(128) || !block.is_multiple_of(pieces) || piece == 0 || piece % 32 != 0 {
        return None;
    }
    let mut numbers = Vec::with_capacity(count);
    if count > 0 {
        numbers.push(value);
    }
    while numbers.len() < count {
        let least = zigzag(&mut bytes)?;
        let (widths, rest) = bytes.split_at_checked(pieces)?;
        bytes = rest;
        for width in widths {
            if numbers.len() == count {
                break;
            }
            let width = usize::from(*width);
            let packed;
            (packed, bytes) = bytes.split_at_checked(piece.checked_mul(width)?.div_ceil(8)).filter(|_| width <= 64)?;
            for at in 0..piece.min(count - numbers.len()) {
                value = value.wrapping_add(least).wrapping_add(bits(packed, at * width, width).cast_signed());
                numbers.push(value);
            }
        }
    }
    Some((numbers, bytes))
}

/// So many bits from a place on, the lowest first.
fn bits(bytes: &[u8], from: usize, width: usize) -> u64 {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| u64::from(byte >> (at % 8) & 1));
    (0..width).fold(0, |value, at| value | bit(from + at) << at)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let value = varint(bytes)?;
    Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Hello` and `World`, as Spark writes them.
    const SPARK: [u8; 30] = [
        128, 1, 4, 2, 0, 0, 0, 0, 0, 0, 128, 1, 4, 2, 10, 0, 0, 0, 0, 0, 72, 101, 108, 108, 111, 87, 111, 114, 108, 100,
    ];

    #[test]
    fn what_fits_together_is_sound() {
        assert_eq!(sound(&SPARK, 2), Some(()));
        assert_eq!(sound(&SPARK, 1), None, "more values than the page has");
        assert_eq!(sound(&SPARK[..29], 2), None, "the last letter is missing");
    }

    #[test]
    fn a_beginning_longer_than_the_value_before_is_not() {
        let mut bytes = SPARK;
        // The first value shares five letters with none before it.
        bytes[4] = 10;
        assert_eq!(sound(&bytes, 2), None);
        // Blocks of 2⁶² values in pieces of none.
        let huge = [255, 255, 255, 255, 255, 255, 255, 255, 63, 0, 2, 0];
        assert_eq!(sound(&huge, 2), None);
    }

    #[test]
    fn differences_are_added_up() {
        // 1, 2, 3, 4 … as a first value of 1 and differences of at least 1 in no bits.
        let (numbers, rest) = whole_numbers(&[128, 1, 4, 5, 2, 2, 0, 0, 0, 0, 9], 5).unwrap();
        assert_eq!((numbers, rest), (vec![1, 2, 3, 4, 5], &[9][..]));
    }
}
