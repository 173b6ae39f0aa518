//! How a document lies in a store, the record's and the Centre's: compressed, with its size beside it and a checksum within,
//! so that exactly the bytes that were stored come back or nothing does. Digests and signatures are over the bytes, never
//! over this form.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

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

thread_local! {
    static COMPRESSOR: RefCell<Option<(i32, Compressor<'static>)>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses a document, at one of Zstandard's levels: 1 is quick, higher ones save few more bytes and take several times
/// as long.
pub fn pack(document: &[u8], level: i32) -> Result<Packed, PackedError> {
    let failed = |_| PackedError::Compression;
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some((of, compressor)) if *of == level => compressor,
            _ => {
                let mut new = Compressor::new(level).map_err(failed)?;
                new.set_parameter(CParameter::ChecksumFlag(true)).map_err(failed)?;
                &mut kept.insert((level, new)).1
            }
        };
        Ok(Packed { size: document.len(), frame: compressor.compress(document).map_err(failed)? })
    })
}

/// The document again; damaged where it is not exactly what was packed, or would be larger than `at_most` bytes.
pub fn unpack(frame: &[u8], size: usize, at_most: usize) -> Result<Vec<u8>, PackedError> {
    if size > at_most {
        return Err(PackedError::Damaged);
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
        _ => Err(PackedError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_bytes_come_back_in_much_less_room() {
        let document = "<observation code=\"57\" displayName=\"Lääkkeen määrä\"/>\r\n".repeat(400).into_bytes();
        for level in [1, 3] {
            let packed = pack(&document, level).unwrap();
            assert!(packed.frame.len() * 10 < document.len());
            assert_eq!(unpack(&packed.frame, packed.size, document.len()).unwrap(), document);
        }
        let empty = pack(b"", 1).unwrap();
        assert_eq!(unpack(&empty.frame, empty.size, 0).unwrap(), b"");
    }

    #[test]
    fn one_changed_byte_anywhere_is_found() {
        let packed = pack("<ClinicalDocument>artificial</ClinicalDocument>".as_bytes(), 1).unwrap();
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
