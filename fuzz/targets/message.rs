//! Any bytes as a message. The first line says which reader gets the rest: `q` a request to the path for documents, `s` a
//! search (with what its Authorization header holds), `f` and `t` the answers to a fetch and to a storing, `m` the
//! answer to a search, `r` single FHIR resources.
#![no_main]

use kanta::http::{Request, Response};
use kanta::identifiers::{self, Key};
use kanta::{Incoming, MessageId, incoming, metadata, mr};
use libfuzzer_sys::fuzz_target;
use tiski_fuzz as _; // Its bound on memory.

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (first, rest) = bytes.split_at(end);
    let body = rest.get(1..).unwrap_or_default();
    let Some((which, more)) = first.split_first() else { return };
    // The corpus' answers are to this message.
    let to = MessageId::from_random([7; 16]);
    let answer = || Response { status: 200, headers: vec![], body: body.to_vec() };
    match which {
        b'q' => asked(&Request::post(identifiers::get(Key::PathMedicalRecords), vec![], body.to_vec())),
        b's' => {
            let header = ("Authorization".to_owned(), String::from_utf8_lossy(more).into_owned());
            asked(&Request::post(identifiers::get(Key::PathMetadata), vec![header], body.to_vec()));
        }
        b'f' => drop(mr::parse_fetch_response(&answer(), to)),
        b't' => drop(mr::parse_store_response(&answer(), to)),
        b'm' => drop(metadata::parse_response(&answer())),
        b'r' => drop(metadata::read_resources(&body.split(|byte| *byte == b'\n').collect::<Vec<_>>())),
        _ => {}
    }
});

/// What is asked, is refused in its own form: that is read back.
fn asked(request: &Request) {
    let Err(error) = Incoming::read(request) else { return };
    let frame = kanta::Frame { message_id: MessageId::from_random([9; 16]), created_at: Default::default() };
    let refusal = incoming::refuse(request, &error.issues(), &frame);
    let to = mr::message_id(request).unwrap_or(frame.message_id);
    if request.path == identifiers::get(Key::PathMedicalRecords) {
        assert!(mr::parse_fetch_response(&refusal, to).is_err());
    } else {
        assert!(metadata::parse_response(&refusal).is_err());
    }
}
