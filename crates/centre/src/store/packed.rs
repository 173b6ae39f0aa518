//! How a document lies in a store: compressed, with its size beside it and a checksum within, so that exactly the bytes
//! that were stored come back or nothing does. Digests and signatures are over the bytes, never over this form.

use std::sync::{Mutex, PoisonError};

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::StoreError;

/// Zstandard's level: higher ones save few more bytes and take several times as long.
const LEVEL: i32 = 3;

/// Logarithms of the entries in its two tables. Its own choice for documents of this size is eight times as large: then
/// its memory is cold whenever another thread's work has come between, and that costs several times what compressing does;
/// a document of 28 KiB becomes 29 bytes larger.
const TABLES: [CParameter; 2] = [CParameter::HashLog(13), CParameter::ChainLog(12)];

/// Contexts that are kept for the next document, at most.
const KEPT: usize = 16;

/// Larger than any document that is taken, signed by the Centre: what claims to be larger is damaged.
const SIZE_AT_MOST: usize = 2 * cda::LARGEST_DOCUMENT;

/// A document in its compressed form.
pub(super) struct Packed {
    /// Bytes of the document as it is.
    pub size: usize,
    /// A Zstandard frame with a checksum.
    pub frame: Vec<u8>,
}

/// Contexts that are not in use, the one that was used last on top: so few are in use that their memory stays warm.
struct Pool<T>(Mutex<Vec<T>>);

static COMPRESSORS: Pool<Compressor<'static>> = Pool(Mutex::new(Vec::new()));
static DECOMPRESSORS: Pool<Decompressor<'static>> = Pool(Mutex::new(Vec::new()));

impl<T> Pool<T> {
    fn with<R, E>(
        &self,
        new: impl FnOnce() -> Result<T, E>,
        work: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let pool = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = pool().pop();
        let mut context = match kept {
            Some(context) => context,
            None => new()?,
        };
        let done = work(&mut context)?;
        let mut pool = pool();
        if pool.len() < KEPT {
            pool.push(context);
        }
        Ok(done)
    }
}

/// Compresses a document.
pub(super) fn pack(document: &[u8]) -> Result<Packed, StoreError> {
    let failed = |_: std::io::Error| StoreError::Damaged { what: "compression" };
    let new = || {
        let mut new = Compressor::new(LEVEL)?;
        new.set_parameter(CParameter::ChecksumFlag(true))?;
        TABLES.into_iter().try_for_each(|table| new.set_parameter(table))?;
        Ok(new)
    };
    let frame = COMPRESSORS.with(new, |compressor| compressor.compress(document)).map_err(failed)?;
    Ok(Packed { size: document.len(), frame })
}

/// The document again; damaged where it is not exactly what was packed.
pub(super) fn unpack(frame: &[u8], size: usize) -> Result<Vec<u8>, StoreError> {
    let damaged = StoreError::Damaged { what: "document" };
    if size > SIZE_AT_MOST {
        return Err(damaged);
    }
    let document = DECOMPRESSORS.with(Decompressor::new, |decompressor| decompressor.decompress(frame, size));
    match document {
        Ok(document) if document.len() == size => Ok(document),
        _ => Err(damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_bytes_come_back_in_much_less_room() {
        let document = "<observation code=\"57\" displayName=\"Lääkkeen määrä\"/>\r\n".repeat(400).into_bytes();
        let packed = pack(&document).unwrap();
        assert!(packed.frame.len() * 10 < document.len());
        assert_eq!(unpack(&packed.frame, packed.size).unwrap(), document);
        let empty = pack(b"").unwrap();
        assert_eq!(unpack(&empty.frame, empty.size).unwrap(), b"");
    }

    #[test]
    fn one_changed_byte_anywhere_is_found() {
        let packed = pack("<ClinicalDocument>artificial</ClinicalDocument>".as_bytes()).unwrap();
        let document = unpack(&packed.frame, packed.size).unwrap();
        for at in 0..packed.frame.len() {
            let mut changed = packed.frame.clone();
            changed[at] ^= 1;
            // A bit of the frame's own header may mean nothing; the document is never another one.
            assert!(unpack(&changed, packed.size).map_or(true, |read| read == document), "{at}");
        }
        assert!(unpack(&packed.frame, packed.size - 1).is_err());
        assert!(unpack(&packed.frame, packed.size + 1).is_err());
        assert!(unpack(&packed.frame, usize::MAX).is_err());
    }
}
