//! Whatever bytes come, verification answers: it never panics, and never says that a changed body holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::sync::OnceLock;

use common::*;
use proptest::prelude::*;
use signing::{Covered, verify};

fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(signed)
}

#[derive(Debug, Clone)]
enum Change {
    Put(usize, u8),
    Take(usize, usize),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let length = document().len();
    prop_oneof![
        (0..length, any::<u8>()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (0..length, prop::sample::select(b"<>&\"'/#=: \n".to_vec())).prop_map(|(at, byte)| Change::Put(at, byte)),
        (0..length, 1..200_usize).prop_map(|(at, many)| Change::Take(at, many)),
        (0..length, 1..600_usize, 0..length).prop_map(|(from, many, to)| Change::Copy(from, many, to)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let length = bytes.len();
    if length == 0 {
        return;
    }
    match *change {
        Change::Put(at, byte) => bytes[at % length] = byte,
        Change::Take(at, many) => {
            let at = at % length;
            bytes.drain(at..(at + many).min(length));
        }
        Change::Copy(from, many, to) => {
            let from = from % length;
            let piece = bytes[from..(from + many).min(length)].to_vec();
            let to = to % length;
            bytes.splice(to..to, piece);
        }
    }
}

/// The body as an independent eye would read it: text between its tags, without comments and markup forms.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let text = std::str::from_utf8(bytes).ok()?;
    let from = text.find("<structuredBody")?;
    let to = text.find("</structuredBody>")?;
    bytes.get(from..to)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_bytes_never_panic_and_never_pass_as_another_body(changes in prop::collection::vec(change(), 1..4)) {
        let mut bytes = document().as_bytes().to_vec();
        for one in &changes {
            apply(&mut bytes, one);
        }
        if let Ok(verified) = verify(&bytes) {
            let holds = verified.iter().any(|one| one.outcome == Ok(Covered::Body));
            if holds && body(&bytes) != body(document().as_bytes()) {
                // The only lawful differences are those that canonicalisation does not see:
                // comments, and the writing of a character, a quote, a space in a tag.
                let seen = |bytes: &[u8]| {
                    let text = String::from_utf8_lossy(body(bytes).unwrap_or_default()).into_owned();
                    let mut out = String::new();
                    let mut rest = text.as_str();
                    while let Some(at) = rest.find("<!--") {
                        out.push_str(&rest[..at]);
                        rest = rest[at..].find("-->").map_or("", |end| &rest[at + end + 3..]);
                    }
                    out.push_str(rest);
                    out.chars().filter(|one| one.is_alphanumeric()).collect::<String>()
                };
                prop_assert_eq!(seen(&bytes), seen(document().as_bytes()));
            }
        }
    }

    #[test]
    fn any_bytes_at_all_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = verify(&bytes);
    }
}
