//! How pages are compressed: whether the size that a page is said to have when unpacked can be true. It is reserved
//! before a byte is unpacked, so it must be known beforehand.

use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};

/// No page is larger, unpacked: a mebibyte is usual, and nobody writes more than a row group in one.
const LARGEST: usize = 1 << 30;
/// Larger pages than this are believed only where they are not mostly nothing.
const LARGE: usize = 1 << 28;
/// The most by which gzip packs anything.
const USUAL_RATIO: usize = 1032;

/// The codec of this number in the format; none that cannot be read here.
pub fn codec(number: i32) -> Option<Compression> {
    Some(match number {
        0 => Compression::Uncompressed,
        1 => Compression::Snappy,
        2 => Compression::Gzip,
        4 => Compression::Brotli,
        5 => Compression::Lz4,
        6 => Compression::Zstd,
        7 => Compression::Lz4Raw,
        _ => return None,
    })
}

/// Whether bytes that are packed so can become so many.
pub fn plausible(codec: Compression, packed: &[u8], unpacked: usize) -> bool {
    let length = packed.len();
    let within = |ratio: usize| unpacked <= length.saturating_mul(ratio).saturating_add(64);
    let possible = match codec {
        Compression::Uncompressed => unpacked == length,
        // An empty page need not be packed at all.
        _ if length == 0 => unpacked == 0,
        Compression::Snappy => snappy_length(packed) == Some(unpacked) && within(22),
        Compression::Gzip => within(USUAL_RATIO),
        Compression::Lz4 | Compression::Lz4Raw => within(255),
        Compression::Zstd => match zstd::zstd_safe::get_frame_content_size(packed) {
            // There may be several frames, of which this is the first.
            Ok(Some(first)) => first <= unpacked as u64 && within(1 << 16),
            Ok(None) => within(1 << 16),
            Err(_) => false,
        },
        _ => within(1 << 16),
    };
    possible && unpacked <= LARGEST && (unpacked <= LARGE || within(USUAL_RATIO))
}

/// The length that Snappy writes before what it packed.
fn snappy_length(packed: &[u8]) -> Option<usize> {
    let mut length = 0_u64;
    for (at, byte) in packed.iter().take(5).enumerate() {
        length |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return usize::try_from(length).ok();
        }
    }
    None
}

/// Unpacks.
///
/// # Errors
/// What is no such packing.
pub fn unpack(codec: Compression, packed: &[u8], unpacked: usize) -> Result<Vec<u8>, String> {
    if codec == Compression::Uncompressed || packed.is_empty() {
        return Ok(packed.to_vec());
    }
    let mut bytes = vec![0; unpacked];
    decompress(codec, packed, &mut bytes, &mut DecompressionContext::Unset).map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_no_packing_reaches_is_not_believed() {
        let zeros = vec![0; 1 << 20];
        let packed = zstd::bulk::compress(&zeros, 3).unwrap();
        assert!(plausible(Compression::Zstd, &packed, 1 << 20));
        assert!(!plausible(Compression::Zstd, &packed, 1 << 29), "the frame says how long it is");
        assert!(!plausible(Compression::Zstd, b"no frame at all", 20));
        assert!(plausible(Compression::Uncompressed, &[1, 2], 2) && !plausible(Compression::Uncompressed, &[1, 2], 3));
        // Snappy's own length is 5: a literal of five bytes.
        let literal = [5, 4 << 2, 1, 2, 3, 4, 5];
        assert!(plausible(Compression::Snappy, &literal, 5) && !plausible(Compression::Snappy, &literal, 6));
        for codec in [Compression::Gzip, Compression::Lz4Raw, Compression::Brotli] {
            assert!(plausible(codec, &[7; 100], 1000) && !plausible(codec, &[7; 100], i32::MAX as usize), "{codec:?}");
        }
    }
}
