//! What the fuzzed programs share: a bound on memory, and how what was read is written again.
//!
//! `cargo xtask test` replays the corpus and fuzzes a few seconds; `--long` ten minutes each, with the address sanitizer.
//! The corpus is of our own making (`cargo run --example seeds`), what was found once stays in `found/`.

use std::alloc::System;

use cap::Cap;
use prescription::Item;
use tiski_cda::{Content, Definition, Document, Software, Writing};

/// The most that one input may hold of the heap, in bytes: 256 MiB. libFuzzer's own limit on one allocation needs a
/// sanitizer; this one does not, and an input that needs more ends the program.
pub const MEMORY: usize = 256 << 20;

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, MEMORY);

/// A document written again from what was read of it; `None` where this program does not write its type, or refuses to
/// write what is in it.
pub fn written_again(document: &Document) -> Option<Vec<u8>> {
    match &document.content {
        Content::Prescription(it) => {
            let old = Definition::version_3_30().ok().filter(|old| old.header == it.definition);
            let definition = old.map_or_else(Definition::version_4_00, Ok);
            tiski_cda::write_prescription(it, &writing(definition)?).ok()
        }
        Content::Dispensation(it) => tiski_cda::write_dispensation(it, &writing(Definition::dispensation_2014())?).ok(),
        Content::Mark(it) => tiski_cda::write_mark(it, &writing(Definition::dispensation_2014())?).ok(),
        Content::RenewalRequest(it) => {
            tiski_cda::write_renewal_request(it, &writing(Definition::dispensation_2014())?).ok()
        }
        Content::RenewalAnswer(_) | Content::Other(_) => None,
    }
}

/// Whether everything in a document was understood. What was not is carried on as it stood, as far as there is a place
/// for it; a product of no known kind is not.
pub fn is_understood(document: &Document) -> bool {
    let unknown = match &document.content {
        Content::Prescription(it) if matches!(it.product.item, Item::Unknown { .. }) => return false,
        Content::Prescription(it) => &it.unknown,
        Content::Dispensation(it) => &it.unknown,
        Content::Mark(it) => &it.unknown,
        Content::RenewalRequest(it) => &it.unknown,
        Content::RenewalAnswer(it) => &it.unknown,
        Content::Other(_) => return false,
    };
    unknown.is_empty()
}

fn writing<E>(definition: Result<Definition, E>) -> Option<Writing> {
    let software = Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1.0".into() };
    Some(Writing { definition: definition.ok()?, software })
}
