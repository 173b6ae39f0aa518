//! Any bytes as a document: read, header compared with body, and written again. What is written can be read, agrees
//! with itself, and is understood and written the same way again where all of the first was understood.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tiski_cda::{header_body_mismatches, read};
use tiski_fuzz::{is_understood, written_again};

fuzz_target!(|bytes: &[u8]| {
    let _ = tiski_cda::compared_facts(bytes);
    let Ok(document) = read(bytes) else { return };
    let Some(written) = written_again(&document) else { return };
    let back = read(&written).expect("what we write, we read");
    if !is_understood(&document) {
        return;
    }
    let mismatches = header_body_mismatches(&written).expect("what we write, we compare");
    assert!(mismatches.is_empty(), "what we write contradicts itself");
    assert!(is_understood(&back), "what we write, we understand");
    assert!(written_again(&back).as_ref() == Some(&written), "what we wrote is written another way");
});
