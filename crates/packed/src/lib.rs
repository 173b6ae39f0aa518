//! How a document lies in a store, the record's and the Centre's: compressed, with its size beside it and a checksum within,
//! so that exactly the bytes that were stored come back or nothing does. Digests and signatures are over the bytes, never
//! over this form.

use std::sync::{Mutex, PoisonError};

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

/// How much is done to save room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Level 1: for one document at a time, while somebody waits at the counter.
    Quick,
    /// Level 3: higher ones save few more bytes and take several times as long.
    Usual,
}

/// Logarithms of the entries in the two tables of [`Effort::Usual`]. Zstandard's own choice for documents of this size is
/// eight times as large: then its memory is cold whenever another thread's work has come between, and that costs several
/// times what compressing does; a document of 28 KiB becomes 29 bytes larger.
const TABLES: [CParameter; 2] = [CParameter::HashLog(13), CParameter::ChainLog(12)];

/// Contexts that are kept for the next document, at most.
const KEPT: usize = 16;

/// A document in its compressed form.
pub struct Packed {
    /// Bytes of the document as it is.
    pub size: usize,
    /// A Zstandard frame with a checksum.
    pub frame: Vec<u8>,
}

/// Why a document could not be packed or unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackedError {
    /// There is no memory to compress with.
    #[error("a document cannot be compressed")]
    Compression,
    /// The frame is not that of a document of this size.
    #[error("a compressed document is damaged")]
    Damaged,
}

/// Contexts that are not in use, the one that was used last on top: so few are in use that their memory stays warm.
struct Pool<T>(Mutex<Vec<T>>);

static QUICK: Pool<Compressor<'static>> = Pool(Mutex::new(Vec::new()));
static USUAL: Pool<Compressor<'static>> = Pool(Mutex::new(Vec::new()));
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
pub fn pack(document: &[u8], effort: Effort) -> Result<Packed, PackedError> {
    let (pool, level, tables) = match effort {
        Effort::Quick => (&QUICK, 1, &[][..]),
        Effort::Usual => (&USUAL, 3, &TABLES[..]),
    };
    let new = || -> Result<Compressor<'static>, std::io::Error> {
        let mut new = Compressor::new(level)?;
        new.set_parameter(CParameter::ChecksumFlag(true))?;
        tables.iter().try_for_each(|table| new.set_parameter(*table))?;
        Ok(new)
    };
    let frame = pool.with(new, |compressor| compressor.compress(document)).map_err(|_| PackedError::Compression)?;
    Ok(Packed { size: document.len(), frame })
}

/// The document again; damaged where it is not exactly what was packed, or would be larger than `at_most` bytes.
pub fn unpack(frame: &[u8], size: usize, at_most: usize) -> Result<Vec<u8>, PackedError> {
    if size > at_most {
        return Err(PackedError::Damaged);
    }
    let document = DECOMPRESSORS.with(Decompressor::new, |decompressor| decompressor.decompress(frame, size));
    match document {
        Ok(document) if document.len() == size => Ok(document),
        _ => Err(PackedError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_bytes_come_back_in_much_less_room() {
        let document = "<observation code=\"57\" displayName=\"Lääkkeen määrä\"/>\r\n".repeat(400).into_bytes();
        for effort in [Effort::Quick, Effort::Usual] {
            let packed = pack(&document, effort).unwrap();
            assert!(packed.frame.len() * 10 < document.len());
            assert_eq!(unpack(&packed.frame, packed.size, document.len()).unwrap(), document);
        }
        let empty = pack(b"", Effort::Quick).unwrap();
        assert_eq!(unpack(&empty.frame, empty.size, 0).unwrap(), b"");
    }

    #[test]
    fn one_changed_byte_anywhere_is_found() {
        let packed = pack("<ClinicalDocument>artificial</ClinicalDocument>".as_bytes(), Effort::Usual).unwrap();
        let document = unpack(&packed.frame, packed.size, 1000).unwrap();
        for at in 0..packed.frame.len() {
            let mut changed = packed.frame.clone();
            changed[at] ^= 1;
            // A bit of the frame's own header may mean nothing; the document is never another one.
            assert!(unpack(&changed, packed.size, 1000).map_or(true, |read| read == document), "{at}");
        }
        assert!(unpack(&packed.frame, packed.size - 1, 1000).is_err());
        assert!(unpack(&packed.frame, packed.size + 1, 1000).is_err());
        assert!(unpack(&packed.frame, packed.size, packed.size - 1).is_err());
        assert!(unpack(&packed.frame, usize::MAX, usize::MAX).is_err());
    }
}
