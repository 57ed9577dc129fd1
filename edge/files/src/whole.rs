//! Small gzip files in one go.
//!
//! A decoder that holds the whole input and the whole output is about twice as
//! fast as one that is fed. It serves the common case alone, one sound member;
//! whatever else a file may be is left to the machine that is fed, which reads
//! all that can be read and says what is wrong.

use crate::gunzip::{Header, header_len};
use libdeflater::Decompressor;

/// Largest file that is read whole, in bytes as it lies on the disk.
pub(crate) const MAX_RAW: usize = 16 << 20;

/// Largest content that is decoded whole.
const MAX_DECODED: usize = 64 << 20;

/// Deflate cannot do better: 258 bytes for two bits. A trailer that claims more
/// is not believed, so that no memory is set aside for it.
const MAX_RATIO: usize = 1032;

/// Checksum and length after a member.
const TRAILER: usize = 8;

/// Decodes `raw` if it is one sound gzip member and nothing else. `room` is
/// memory to work in, which a caller keeps from file to file.
pub(crate) fn one_member<'a>(raw: &[u8], room: &'a mut Vec<u8>, inflate: &mut Decompressor) -> Option<&'a [u8]> {
    let Header::Ends(_) = header_len(raw) else { return None };
    let body = raw.len().checked_sub(TRAILER)?;
    let trailer: [u8; TRAILER] = raw.get(body..)?.try_into().ok()?;
    let [c0, c1, c2, c3, l0, l1, l2, l3] = trailer;
    let size = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).ok()?;
    if size == 0 || size > MAX_DECODED.min(raw.len().saturating_mul(MAX_RATIO)) {
        return None;
    }
    if room.len() < size {
        // What it held is of no use: let it go before more is taken.
        *room = vec![0; size];
    }
    let decoded = room.get_mut(..size)?;
    // The library checks the trailer that follows the first member, and ignores
    // what comes after it. That nothing does is known if the trailer at the end
    // of the file fits this content and stands nowhere else in the file.
    let alone = inflate.gzip_decompress(raw, decoded).ok()? == size
        && libdeflater::crc32(decoded) == u32::from_le_bytes([c0, c1, c2, c3])
        && memchr::memmem::find(raw, &trailer) == Some(body);
    alone.then_some(&*decoded)
}
