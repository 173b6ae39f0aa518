//! The wrappers around what is asked or answered: the SOAP envelope with its addressing, the transmission wrapper, and
//! who asks and why in the control act (wire-format notes 7.1 and 7.5).

use chrono::NaiveDateTime;
use prescription::{Oid, QueryReason, RegistrationNumber, Right};

use super::{Frame, MessageId};
use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::xml::{self, Element, Writer};
use crate::{Basis, KantaError, MESSAGE_BYTES_AT_MOST, OnBehalf, Party, Requester, User};

const TIME: &str = "%Y%m%d%H%M%S";
const UUID: &str = "urn:uuid:";

/// A HL7 child.
pub(super) fn hl7() -> &'static str {
    get(Key::Hl7Namespace)
}

/// What a message is and between whom.
pub(super) struct Head<'a> {
    pub(super) interaction: Key,
    pub(super) frame: &'a Frame,
    pub(super) sender: &'a str,
    pub(super) sender_name: Option<&'a str>,
    /// Whose node numbers the message.
    pub(super) numbered_by: &'a str,
    /// Absent where an answer goes back on the connection that it came by.
    pub(super) receiver: Option<&'a str>,
    /// For an answer: to which message, where that is known.
    pub(super) relates_to: Option<MessageId>,
    pub(super) accept_ack: Key,
}

/// Writes a message; `content` writes what follows the sender.
pub(super) fn write(head: &Head<'_>, content: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::new();
    let spaces = [("xmlns:soap", get(Key::SoapNamespace)), ("xmlns:wsa", get(Key::WsaNamespace))];
    writer.element("soap:Envelope", &spaces, |w| {
        w.element("soap:Header", &[], |w| write_addressing(head, w));
        w.element("soap:Body", &[], |w| {
            w.element(get(head.interaction), &[("xmlns", hl7()), ("ITSVersion", "XML_1.0")], |w| {
                write_transmission(head, w);
                content(w);
            });
        });
    });
    writer.into_bytes()
}

fn write_addressing(head: &Head<'_>, w: &mut Writer) {
    w.leaf("wsa:MessageID", &[], &format!("{UUID}{}", head.frame.message_id));
    if let Some(to) = head.relates_to {
        w.leaf("wsa:RelatesTo", &[], &format!("{UUID}{to}"));
    }
    w.leaf("wsa:To", &[], if head.accept_ack == Key::AcceptAck { get(Key::WsaTo) } else { get(Key::WsaAnonymous) });
    w.leaf("wsa:Action", &[], &action(head.interaction));
    w.element("wsa:ReplyTo", &[], |w| w.leaf("wsa:Address", &[], get(Key::WsaAnonymous)));
}

fn write_transmission(head: &Head<'_>, w: &mut Writer) {
    let root = format!("{}.{}", head.numbered_by, get(Key::MessageNode));
    w.empty("id", &[("root", root.as_str()), ("extension", &head.frame.message_id.to_string())]);
    w.empty("creationTime", &[("value", &prescription::time::finnish(head.frame.created_at).format(TIME).to_string())]);
    w.empty("versionCode", &[("code", get(Key::VersionCode))]);
    let authority = get(Key::InteractionAuthority);
    let interaction = [("root", get(Key::InteractionRoot)), ("extension", get(head.interaction))];
    w.empty("interactionId", &[interaction[0], interaction[1], ("assigningAuthorityName", authority)]);
    let profile = [("root", get(Key::ProfileRoot)), ("extension", get(Key::ProfileExtension))];
    w.empty("profileId", &[profile[0], profile[1], ("assigningAuthorityName", authority)]);
    w.empty("processingCode", &[("code", get(Key::ProcessingCode))]);
    w.empty("processingModeCode", &[("code", get(Key::ProcessingMode))]);
    w.empty("acceptAckCode", &[("code", get(head.accept_ack))]);
    for (role, type_code, id, name) in
        [("receiver", "RCV", head.receiver, None), ("sender", "SND", Some(head.sender), head.sender_name)]
    {
        w.element(role, &[("typeCode", type_code)], |w| {
            w.element("device", &[("classCode", "DEV"), ("determinerCode", "INSTANCE")], |w| {
                w.empty("id", &[id.map_or(("nullFlavor", "NA"), |id| ("root", id))]);
                if let Some(name) = name {
                    w.leaf("name", &[], name);
                }
            });
        });
    }
}

fn action(interaction: Key) -> String {
    format!("{}{}", get(Key::ActionPrefix), get(interaction))
}

/// Writes the control act of a request: the trigger, the reasons, who asks, then `content`.
pub(super) fn write_request_act(
    w: &mut Writer,
    trigger: Key,
    service: Key,
    late: bool,
    requester: &Requester,
    content: impl FnOnce(&mut Writer),
) {
    w.element("controlActProcess", &[("classCode", "CACT"), ("moodCode", "EVN")], |w| {
        w.empty("code", &[("code", get(trigger)), ("codeSystem", get(Key::TriggerSystem))]);
        w.empty("reasonCode", &[("code", get(service)), ("codeSystem", get(Key::ServiceSystem))]);
        let reason = [("code", requester.reason.code()), ("codeSystem", get(Key::SystemQueryReason))];
        match &requester.reason_text {
            None => w.empty("reasonCode", &reason),
            Some(text) => w.element("reasonCode", &reason, |w| w.leaf("originalText", &[], text)),
        }
        if late {
            w.empty("reasonCode", &[("code", get(Key::LateCode)), ("codeSystem", get(Key::LateSystem))]);
        }
        if let Some(behalf) = &requester.on_behalf {
            let code = [("code", behalf.basis.code()), ("codeSystem", get(Key::BehalfSystem))];
            match &behalf.medicine {
                None => w.empty("reasonCode", &code),
                Some(named) => w.element("reasonCode", &code, |w| w.leaf("originalText", &[], named)),
            }
        }
        w.element("authorOrPerformer", &[("typeCode", "AUT")], |w| write_author(w, requester));
        content(w);
    });
}

fn write_author(w: &mut Writer, requester: &Requester) {
    if let Some(user) = &requester.user {
        w.empty("modeCode", &[("code", user.authentication.as_str())]);
    }
    w.element("assignedPerson", &[("classCode", "ASSIGNED")], |w| {
        match &requester.user {
            Some(user) => {
                let id = [("root", get(Key::SystemRegistration)), ("extension", user.registration.as_str())];
                w.empty("id", &id);
                w.empty("code", &[("code", user.right.code()), ("codeSystem", get(Key::SystemRight))]);
                let person = [("classCode", "PSN"), ("determinerCode", "INSTANCE")];
                w.element("assignedPerson", &person, |w| w.leaf("name", &[], &user.name));
            }
            None => w.empty("id", &[("nullFlavor", "NA")]),
        }
        w.element("representedOrganization", &[("classCode", "ORG"), ("determinerCode", "INSTANCE")], |w| {
            w.empty("id", &[("root", requester.pharmacy.id.as_str())]);
            w.leaf("name", &[], &requester.pharmacy.name);
        });
    });
}

/// Wraps a request's bytes, which must not be larger than a message may be.
pub(super) fn request(interaction: Key, body: Vec<u8>) -> Result<Request, KantaError> {
    if body.len() > MESSAGE_BYTES_AT_MOST {
        return Err(KantaError::TooLarge { what: "bytes of message", limit: MESSAGE_BYTES_AT_MOST });
    }
    let headers = vec![
        ("Content-Type".to_owned(), get(Key::ContentTypeSoap).to_owned()),
        ("SOAPAction".to_owned(), format!("\"{}\"", action(interaction))),
    ];
    Ok(Request::post(get(Key::PathMedicalRecords), headers, body))
}

/// Wraps an answer's bytes.
pub(super) fn response(status: u16, body: Vec<u8>) -> Response {
    let headers = vec![("Content-Type".to_owned(), get(Key::ContentTypeSoap).to_owned())];
    Response { status, headers, body }
}

/// A message, opened: its kind, its own frame, and the element that holds the rest.
pub(super) struct Opened<'d> {
    pub(super) frame: Frame,
    pub(super) message: Element<'d>,
}

impl<'d> Opened<'d> {
    /// Whether the message is of that kind.
    pub(super) fn is(&self, interaction: Key) -> bool {
        self.message.name() == get(interaction)
    }

    /// Refuses a message of another kind.
    pub(super) fn must_be(&self, interaction: Key) -> Result<(), KantaError> {
        if self.is(interaction) { Ok(()) } else { Err(KantaError::WrongInteraction) }
    }

    /// The control act.
    pub(super) fn act(&self) -> Result<Element<'d>, KantaError> {
        self.message.must(hl7(), "controlActProcess", "no controlActProcess")
    }
}

/// Opens a message and reads its wrapper.
pub(super) fn open<T>(bytes: &[u8], read: impl FnOnce(&Opened<'_>) -> Result<T, KantaError>) -> Result<T, KantaError> {
    let document = xml::parse(xml::text(bytes)?)?;
    let soap = get(Key::SoapNamespace);
    let envelope = Element::root(&document)?;
    if !envelope.is(soap, "Envelope") {
        return Err(KantaError::Malformed("root is not a SOAP envelope"));
    }
    let body = envelope.must(soap, "Body", "no SOAP body")?;
    let mut contents = body.children();
    let message = match (contents.next(), contents.next()) {
        (Some(message), None) => message,
        _ => return Err(KantaError::Malformed("SOAP body holds other than one message")),
    };
    if message.is(soap, "Fault") {
        return Err(KantaError::Fault);
    }
    read(&Opened { frame: read_transmission(envelope, message)?, message })
}

fn read_transmission(envelope: Element<'_>, message: Element<'_>) -> Result<Frame, KantaError> {
    if !message.is(hl7(), message.name()) {
        return Err(KantaError::Malformed("message is not in the HL7 namespace"));
    }
    let said = message.must(hl7(), "interactionId", "no interactionId")?.attribute("extension");
    let header = envelope.child(get(Key::SoapNamespace), "Header")?;
    let addressed = header.map(|h| h.child(get(Key::WsaNamespace), "Action")).transpose()?.flatten();
    let addressed_otherwise =
        addressed.is_some_and(|a| a.text().trim() != format!("{}{}", get(Key::ActionPrefix), message.name()));
    if said != Some(message.name()) || addressed_otherwise {
        return Err(KantaError::Malformed("message names itself in two ways"));
    }
    let environment = message.must(hl7(), "processingCode", "no processingCode")?;
    if environment.attribute("code") != Some(get(Key::ProcessingCode)) {
        return Err(KantaError::WrongEnvironment);
    }
    let id = message.must(hl7(), "id", "no message id")?.must_attribute("extension", "no message id")?;
    let message_id = MessageId::parse(id).ok_or(KantaError::Malformed("message id is not a UUID"))?;
    let created = message.must(hl7(), "creationTime", "no creationTime")?.must_attribute("value", "no creationTime")?;
    let created = NaiveDateTime::parse_from_str(created, TIME).map_err(|_| KantaError::Malformed("creationTime"))?;
    Ok(Frame { message_id, created_at: prescription::time::instant(created) })
}

/// Reads who asks and why, and whether the sending is late.
pub(super) fn read_requester(opened: &Opened<'_>) -> Result<(Requester, bool), KantaError> {
    let act = opened.act()?;
    let mut reason = None;
    let mut late = false;
    let mut on_behalf = None;
    let mut reason_text = None;
    for code in act.all(hl7(), "reasonCode") {
        let (system, value) = (code.attribute("codeSystem"), code.attribute("code").unwrap_or_default());
        if system == Some(get(Key::SystemQueryReason)) && reason.replace(QueryReason::from(value)).is_some() {
            return Err(KantaError::Malformed("two reasons of query"));
        }
        if system == Some(get(Key::SystemQueryReason)) {
            reason_text = code.child(hl7(), "originalText")?.map(Element::text);
        }
        if system == Some(get(Key::BehalfSystem)) && on_behalf.replace(read_behalf(code, value)?).is_some() {
            return Err(KantaError::Malformed("two bases of acting for a patient"));
        }
        late |= system == Some(get(Key::LateSystem)) && value == get(Key::LateCode);
    }
    let author = act.must(hl7(), "authorOrPerformer", "no authorOrPerformer")?;
    let person = author.must(hl7(), "assignedPerson", "no assignedPerson")?;
    let organisation = person.must(hl7(), "representedOrganization", "no representedOrganization")?;
    let device = opened.message.must(hl7(), "sender", "no sender")?.must(hl7(), "device", "no sending device")?;
    if !Requester::fits(reason_text.as_deref()) {
        return Err(KantaError::Malformed("reason of query in words"));
    }
    let requester = Requester {
        system: read_party(device)?,
        pharmacy: read_party(organisation)?,
        user: read_user(author, person)?,
        reason: reason.ok_or(KantaError::Malformed("no reason of query"))?,
        reason_text,
        on_behalf,
    };
    Ok((requester, late))
}

fn read_behalf(reason: Element<'_>, code: &str) -> Result<OnBehalf, KantaError> {
    let medicine = reason.child(hl7(), "originalText")?.map(Element::text);
    if medicine.as_ref().is_some_and(|named| named.chars().count() > OnBehalf::MEDICINE_CHARS_AT_MOST) {
        return Err(KantaError::Malformed("named medicine"));
    }
    Ok(OnBehalf { basis: Basis::from(code.to_owned()), medicine })
}

fn read_party(element: Element<'_>) -> Result<Party, KantaError> {
    let id = element.must(hl7(), "id", "no identifier of a party")?;
    let name = element.child(hl7(), "name")?.map(Element::text).unwrap_or_default();
    Ok(Party { id: oid(id)?, name })
}

fn read_user(author: Element<'_>, person: Element<'_>) -> Result<Option<User>, KantaError> {
    let id = person.must(hl7(), "id", "no identifier of the user")?;
    let Some(number) = id.attribute("extension") else { return Ok(None) };
    if id.attribute("root") != Some(get(Key::SystemRegistration)) {
        return Err(KantaError::Malformed("user is not named by registration number"));
    }
    let right = person.must(hl7(), "code", "no right of the user")?.must_attribute("code", "no right of the user")?;
    let name = person.child(hl7(), "assignedPerson")?.map(|inner| inner.child(hl7(), "name")).transpose()?.flatten();
    let mode = author.child(hl7(), "modeCode")?.and_then(|mode| mode.attribute("code"));
    Ok(Some(User {
        registration: RegistrationNumber::parse(number).map_err(|_| KantaError::Malformed("registration number"))?,
        name: name.map(Element::text).unwrap_or_default(),
        right: Right::new(right),
        authentication: mode.unwrap_or_default().to_owned(),
    }))
}

/// The object identifier that an element's `root` is.
pub(super) fn oid(element: Element<'_>) -> Result<Oid, KantaError> {
    let root = element.must_attribute("root", "no identifier")?;
    Oid::parse(root).map_err(|_| KantaError::Malformed("not an object identifier"))
}
