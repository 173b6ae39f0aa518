//! Any text as one of the small things that documents and people hold: identifiers, amounts, sizes, intervals, dates.
//! By itself, and as the n-th value of a whole document, n being the first byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prescription::{Oid, PersonIdentityCode, RegistrationNumber, Vnr};
use std::num::NonZeroU32;
use tiski_fuzz as _; // Its bound on memory.

fuzz_target!(|bytes: &[u8]| {
    let Some((place, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    if let Ok(oid) = Oid::parse(text) {
        assert_eq!(oid.as_str(), text);
        let _ = oid.child(u64::from(*place));
    }
    for code in [PersonIdentityCode::as_stated(text)].into_iter().chain(PersonIdentityCode::parse(text)) {
        let _ = (code.birth_date(), code.check_matches(), code.is_artificial());
        let another = PersonIdentityCode::as_stated("");
        assert_eq!(format!("{code:?}"), format!("{another:?}"), "a debug print shows nothing of a code");
    }
    let _ = RegistrationNumber::parse(text);
    let _ = Vnr::parse(text);
    let _ = prescription::remaining::number_in(text);
    let _ = prescription::quantity::interval_in(text).and_then(|length| length.in_days());
    if let Some(packages) = NonZeroU32::new(u32::from(*place)) {
        let _ = prescription::amount::package_size_in(text, packages);
    }
    let _ = tiski_cda::read(document_with(usize::from(*place), text).as_bytes());
});

/// The document with this text instead of one of its values.
fn document_with(place: usize, text: &str) -> String {
    let sample = include_str!("../corpus/document/prescription-00.xml");
    let mut parts: Vec<&str> = sample.split("value=\"").collect();
    let at = 1 + place % (parts.len() - 1);
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let after = parts[at].split_once('"').map_or("", |(_, after)| after);
    let replaced = format!("{escaped}\"{after}");
    parts[at] = &replaced;
    parts.join("value=\"")
}
