//! Any bytes as a signed document: every signature is looked at and judged. What cannot be told apart is not asserted:
//! that a changed document does not verify is a test of `signature`, with documents that did.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tiski_fuzz as _; // Its bound on memory.

fuzz_target!(|bytes: &[u8]| {
    if let Ok(signatures) = signing::verify(bytes) {
        assert!(signatures.len() <= signing::MAX_SIGNATURES);
        for one in &signatures {
            let _ = one.covers_this_document();
        }
    }
});
