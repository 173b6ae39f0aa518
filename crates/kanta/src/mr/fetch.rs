//! Fetching documents by prescription, or one by its own identifier.

use prescription::Oid;

use super::frame::{self, Head, Opened, hl7};
use super::store::{STORED_BYTES_AT_MOST, read_document, write_document};
use super::{DOCUMENTS_AT_MOST, FetchQuery, FetchedDocument, Frame, IDENTIFIERS_AT_MOST, MessageId, ack};
use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::xml::{Element, Writer};
use crate::{Issue, KantaError, MESSAGE_BYTES_AT_MOST, Requester, errors};

/// Parameter names of the search (wire-format notes 7.2 and 7.3).
const BY_SET: &str = "clinicalDocument.setId";
const BY_DOCUMENT: &str = "clinicalDocument.id";

pub(super) fn request(query: &FetchQuery, requester: &Requester, frame: &Frame) -> Result<Request, KantaError> {
    within_bounds(query)?;
    let head = Head {
        interaction: Key::InteractionFetch,
        frame,
        sender: requester.system.id.as_str(),
        sender_name: Some(&requester.system.name),
        numbered_by: requester.pharmacy.id.as_str(),
        receiver: Some(get(Key::PartyCentre)),
        relates_to: None,
        accept_ack: Key::AcceptAck,
    };
    let body = frame::write(&head, |w| {
        frame::write_request_act(w, Key::TriggerFetch, Key::ServiceFetch, false, requester, |w| {
            w.element("queryByParameter", &[], |w| {
                w.empty(
                    "queryId",
                    &[("root", get(Key::InteractionRoot)), ("extension", &frame.message_id.to_string())],
                );
                w.empty("statusCode", &[("code", "new")]);
                w.element("parameterList", &[], |w| {
                    query.identifiers.iter().for_each(|id| write_parameter(w, BY_SET, id));
                    query.document.iter().for_each(|id| write_parameter(w, BY_DOCUMENT, id));
                });
            });
        });
    });
    frame::request(Key::InteractionFetch, body)
}

fn within_bounds(query: &FetchQuery) -> Result<(), KantaError> {
    if query.identifiers.len() > IDENTIFIERS_AT_MOST {
        return Err(KantaError::TooLarge { what: "identifiers", limit: IDENTIFIERS_AT_MOST });
    }
    if query.identifiers.is_empty() == query.document.is_none() {
        return Err(KantaError::Malformed("a fetch is by prescriptions or by one document"));
    }
    Ok(())
}

fn write_parameter(w: &mut Writer, name: &str, id: &Oid) {
    w.element(name, &[], |w| {
        w.empty("value", &[("root", id.as_str())]);
        w.leaf("semanticsText", &[], name);
    });
}

pub(super) fn parse_request(request: &Request) -> Result<(FetchQuery, Requester, Frame), KantaError> {
    frame::open(&request.body, read_request)
}

pub(super) fn read_request(opened: &Opened<'_>) -> Result<(FetchQuery, Requester, Frame), KantaError> {
    opened.must_be(Key::InteractionFetch)?;
    let (requester, _) = frame::read_requester(opened)?;
    let parameters = opened.act()?.must(hl7(), "queryByParameter", "no query")?.must(
        hl7(),
        "parameterList",
        "no parameters of the query",
    )?;
    let mut query = FetchQuery::default();
    // A parameter that is not understood would silently widen the answer: it is refused.
    for parameter in parameters.children() {
        let value = frame::oid(parameter.must(hl7(), "value", "parameter without value")?)?;
        match parameter.name() {
            BY_SET => query.identifiers.push(value),
            BY_DOCUMENT if query.document.is_none() => query.document = Some(value),
            _ => return Err(KantaError::Malformed("parameter of the query")),
        }
    }
    within_bounds(&query)?;
    Ok((query, requester, opened.frame))
}

pub(super) fn response(documents: &[FetchedDocument], frame: &Frame, to: MessageId) -> Response {
    let too_much = || {
        let issue = Issue::of(errors::Known::DocumentTooLarge).about("answer");
        ack::refusal(&[issue], frame, Some(to))
    };
    let bytes: usize = documents.iter().map(|document| document.bytes.len()).sum();
    if documents.len() > DOCUMENTS_AT_MOST || bytes > MESSAGE_BYTES_AT_MOST {
        return too_much();
    }
    let body = frame::write(&ack::head(Key::InteractionFetchAnswer, frame, Some(to)), |w| {
        ack::write(w, true, Some(to), &[]);
        w.element("controlActProcess", &[("classCode", "CACT"), ("moodCode", "EVN")], |w| {
            for document in documents {
                write_document(w, &document.reference, document.version, &document.bytes);
            }
            w.element("queryAck", &[], |w| {
                w.empty("queryResponseCode", &[("code", if documents.is_empty() { "NF" } else { "OK" })]);
                w.empty("resultTotalQuantity", &[("value", &documents.len().to_string())]);
            });
        });
    });
    if body.len() > MESSAGE_BYTES_AT_MOST { too_much() } else { frame::response(200, body) }
}

pub(super) fn parse_response(response: &Response, to: MessageId) -> Result<Vec<FetchedDocument>, KantaError> {
    ack::open(response, to, Key::InteractionFetchAnswer, |opened, _| {
        let act = opened.act()?;
        let documents: Vec<FetchedDocument> =
            act.all(hl7(), "subject").take(DOCUMENTS_AT_MOST + 1).map(read).collect::<Result<_, _>>()?;
        if documents.len() > DOCUMENTS_AT_MOST {
            return Err(KantaError::TooLarge { what: "documents", limit: DOCUMENTS_AT_MOST });
        }
        // Fewer documents than the answer says: a dispensation that is not seen would be dispensed twice.
        let total = act
            .must(hl7(), "queryAck", "no queryAck")?
            .must(hl7(), "resultTotalQuantity", "no total")?
            .must_attribute("value", "no total")?;
        if total != documents.len().to_string() {
            return Err(KantaError::Malformed("answer holds other than its total of documents"));
        }
        Ok(documents)
    })
}

fn read(subject: Element<'_>) -> Result<FetchedDocument, KantaError> {
    let (reference, version, bytes) = read_document(subject, STORED_BYTES_AT_MOST)?;
    Ok(FetchedDocument { reference, version, bytes })
}
