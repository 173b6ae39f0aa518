//! Storing a document, and the answer with the Centre's signature in it.

use chrono::{DateTime, Utc};
use prescription::{Conflict, DocumentReference, DocumentType};

use super::frame::{self, Head, Opened, hl7};
use super::{DOCUMENT_BYTES_AT_MOST, Frame, MessageId, StoreAnswer, StoreRequest, ack};
use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::xml::{Element, Writer};
use crate::{Issue, KantaError, errors};

/// A signed document with the Centre's signature added is larger than what came.
pub(super) const STORED_BYTES_AT_MOST: usize = DOCUMENT_BYTES_AT_MOST + 64 * 1024;

const REPEATED: &str = "TSK-repeated";
/// How codes of our own begin.
const OWN: &str = "TSK-";
/// The most remarks beside an acceptance that are read.
const NOTES_AT_MOST: usize = 50;
const STORED_AT: &str = "%Y%m%d%H%M%S%z";

pub(super) fn request(store: &StoreRequest) -> Result<Request, KantaError> {
    if store.document.len() > DOCUMENT_BYTES_AT_MOST {
        return Err(KantaError::TooLarge { what: "bytes of document", limit: DOCUMENT_BYTES_AT_MOST });
    }
    let requester = &store.requester;
    let head = Head {
        interaction: Key::InteractionStore,
        frame: &store.frame,
        sender: requester.system.id.as_str(),
        sender_name: Some(&requester.system.name),
        numbered_by: requester.pharmacy.id.as_str(),
        receiver: Some(get(Key::PartyCentre)),
        relates_to: None,
        accept_ack: Key::AcceptAck,
    };
    let body = frame::write(&head, |w| {
        frame::write_request_act(w, Key::TriggerStore, Key::ServiceStore, store.late, requester, |w| {
            write_document(w, &store.reference, store.version, &store.document);
        });
    });
    frame::request(Key::InteractionStore, body)
}

pub(super) fn parse_request(request: &Request) -> Result<StoreRequest, KantaError> {
    frame::open(&request.body, read_request)
}

pub(super) fn read_request(opened: &Opened<'_>) -> Result<StoreRequest, KantaError> {
    opened.must_be(Key::InteractionStore)?;
    let (requester, late) = frame::read_requester(opened)?;
    let subject = opened.act()?.must(hl7(), "subject", "no subject")?;
    let (reference, version, document) = read_document(subject, DOCUMENT_BYTES_AT_MOST)?;
    Ok(StoreRequest { frame: opened.frame, requester, reference, version, document, late })
}

/// Writes a document with what identifies it.
pub(super) fn write_document(w: &mut Writer, reference: &DocumentReference, version: u32, bytes: &[u8]) {
    w.element("subject", &[("typeCode", "SUBJ")], |w| {
        w.element("clinicalDocument", &[("classCode", "DOCCLIN"), ("moodCode", "EVN")], |w| {
            w.empty("id", &[("root", reference.id.as_str())]);
            let code = [("code", reference.document_type.code()), ("codeSystem", get(Key::SystemDocumentType))];
            w.empty("code", &code);
            w.base64("text", &[("mediaType", "text/xml"), ("representation", "B64")], bytes);
            w.empty("setId", &[("root", reference.set_id.as_str())]);
            w.empty("versionNumber", &[("value", &version.to_string())]);
        });
    });
}

/// Reads a document with what identifies it.
pub(super) fn read_document(
    subject: Element<'_>,
    bytes_at_most: usize,
) -> Result<(DocumentReference, u32, Vec<u8>), KantaError> {
    let document = subject.must(hl7(), "clinicalDocument", "no clinicalDocument")?;
    let code = document.must(hl7(), "code", "no type of document")?.must_attribute("code", "no type of document")?;
    let reference = DocumentReference {
        id: frame::oid(document.must(hl7(), "id", "no document id")?)?,
        set_id: frame::oid(document.must(hl7(), "setId", "no document setId")?)?,
        document_type: DocumentType::from(code),
    };
    let version = document.must(hl7(), "versionNumber", "no version")?.must_attribute("value", "no version")?;
    let version = version.parse().map_err(|_| KantaError::Malformed("version is not a number"))?;
    Ok((reference, version, read_text(document, bytes_at_most)?))
}

fn read_text(document: Element<'_>, bytes_at_most: usize) -> Result<Vec<u8>, KantaError> {
    let text = document.must(hl7(), "text", "no document")?;
    if text.attribute("representation") != Some("B64") {
        return Err(KantaError::Malformed("document is not marked as base64"));
    }
    let bytes = text.base64(bytes_at_most)?;
    if bytes.is_empty() { Err(KantaError::Malformed("document is empty")) } else { Ok(bytes) }
}

pub(super) fn response(answer: &StoreAnswer, frame: &Frame, to: MessageId) -> Response {
    let (id, stored_at, document, notes) = match answer {
        StoreAnswer::Refused(issues) => return ack::refusal(issues, frame, Some(to)),
        StoreAnswer::Accepted { document_id, stored_at, document, repeated, conflicts } => {
            let conflicts = conflicts.iter().map(|conflict| format!("{OWN}{}", conflict.code()));
            let notes: Vec<String> = repeated.then(|| REPEATED.to_owned()).into_iter().chain(conflicts).collect();
            (document_id, stored_at, document, notes)
        }
    };
    if document.len() > STORED_BYTES_AT_MOST {
        let issue = Issue::of(errors::Known::DocumentTooLarge).about("stored document");
        return ack::refusal(&[issue], frame, Some(to));
    }
    let body = frame::write(&ack::head(Key::InteractionStoreAnswer, frame, Some(to)), |w| {
        ack::write(w, true, Some(to), &notes);
        w.element("controlActProcess", &[("classCode", "CACT"), ("moodCode", "EVN")], |w| {
            w.element("subject", &[("typeCode", "SUBJ")], |w| {
                w.element("clinicalDocument", &[("classCode", "DOCCLIN"), ("moodCode", "EVN")], |w| {
                    w.empty("id", &[("root", id.as_str())]);
                    w.base64("text", &[("mediaType", "text/xml"), ("representation", "B64")], document);
                    let at = prescription::time::finnish_with_offset(*stored_at).format(STORED_AT).to_string();
                    w.empty("effectiveTime", &[("value", &at)]);
                });
            });
        });
    });
    frame::response(200, body)
}

pub(super) fn parse_response(response: &Response, to: MessageId) -> Result<StoreAnswer, KantaError> {
    let read = ack::open(response, to, Key::InteractionStoreAnswer, |opened, ack| {
        let subject = opened.act()?.must(hl7(), "subject", "no subject")?;
        let document = subject.must(hl7(), "clinicalDocument", "no clinicalDocument")?;
        let at = document.must(hl7(), "effectiveTime", "no time of storing")?;
        let at = DateTime::parse_from_str(at.must_attribute("value", "no time of storing")?, STORED_AT)
            .map_err(|_| KantaError::Malformed("time of storing"))?;
        let notes: Vec<&str> = ack
            .all(hl7(), "acknowledgementDetail")
            .take(NOTES_AT_MOST)
            .flat_map(|detail| detail.all(hl7(), "code").filter_map(|code| code.attribute("code")))
            .collect();
        let conflict = |note: &&str| Conflict::parse(note.strip_prefix(OWN)?);
        Ok(StoreAnswer::Accepted {
            document_id: frame::oid(document.must(hl7(), "id", "no document id")?)?,
            stored_at: at.with_timezone(&Utc),
            document: read_text(document, STORED_BYTES_AT_MOST)?,
            repeated: notes.contains(&REPEATED),
            conflicts: notes.iter().filter_map(conflict).collect(),
        })
    });
    match read {
        Err(KantaError::Refused(issues)) => Ok(StoreAnswer::Refused(issues)),
        read => read,
    }
}
