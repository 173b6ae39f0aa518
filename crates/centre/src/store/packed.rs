//! How a document lies in a store: compressed, with its size beside it and a checksum within, so that exactly the bytes
//! that were stored come back or nothing does. Digests and signatures are over the bytes, never over this form.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::StoreError;

/// Zstandard's level: higher ones save few more bytes and take several times as long.
const LEVEL: i32 = 3;

/// Larger than any document that is taken, signed by the Centre: what claims to be larger is damaged.
const SIZE_AT_MOST: usize = 2 * cda::LARGEST_DOCUMENT;

/// A document in its compressed form.
pub(super) struct Packed {
    /// Bytes of the document as it is.
    pub size: usize,
    /// A Zstandard frame with a checksum.
    pub frame: Vec<u8>,
}

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses a document.
pub(super) fn pack(document: &[u8]) -> Result<Packed, StoreError> {
    let failed = |_| StoreError::Damaged { what: "compression" };
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => {
                let mut new = Compressor::new(LEVEL).map_err(failed)?;
                new.set_parameter(CParameter::ChecksumFlag(true)).map_err(failed)?;
                kept.insert(new)
            }
        };
        Ok(Packed { size: document.len(), frame: compressor.compress(document).map_err(failed)? })
    })
}

/// The document again; damaged where it is not exactly what was packed.
pub(super) fn unpack(frame: &[u8], size: usize) -> Result<Vec<u8>, StoreError> {
    let damaged = StoreError::Damaged { what: "document" };
    if size > SIZE_AT_MOST {
        return Err(damaged);
    }
    let document = DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(frame, size)
    });
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
