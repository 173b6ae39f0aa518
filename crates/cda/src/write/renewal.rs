//! Renewal requests, in the places of Kela's samples and of Kela's own library.

use prescription::{Organisation, Professional, RenewalRequest, Requester};

use super::carried::{ACT, ADMINISTRATION, ALIKE, Carried, all_fit};
use super::header::{HeaderFacts, RequestFacts, document};
use super::parts::{address, author, code, coded_value, related, said, subject_with, telephone, time};
use super::there;
use super::xml::Xml;
use crate::fields::{self, CONSENTS, DOCUMENT_TYPES, RENEWAL_STATES};
use crate::{WriteError, Writing};

/// Writes a renewal request (type 8). What Kela's validator demands of a professional's request is demanded: the unit
/// that is asked with its address and telephone, the prescriber with both names and identifier, the product's name.
pub fn write_renewal_request(request: &RenewalRequest, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    check(request)?;
    let unit = request.requester.unit();
    let person = match &request.requester {
        Requester::Professional { person, unit } => {
            Some(Professional { organisation: Some(unit.clone()), ..person.as_ref().clone() })
        }
        Requester::Citizen { .. } => None,
    };
    let authors: Vec<_> = person.iter().map(|person| (None, person)).collect();
    let mobile = said(&request.mobile);
    let facts = HeaderFacts {
        reference: &request.reference,
        version: request.version,
        made_at: request.made_at,
        encounter_at: request.asked_at,
        encounter_organisation: Some(unit),
        patient: &request.patient,
        authors: &authors,
        related: &[("APND", &request.prescription)],
        request: RequestFacts {
            channel: person.is_none().then_some(unit),
            recipient: Some(&request.recipient),
            mobile,
            ..RequestFacts::default()
        },
    };
    let (place, medicine) = narrative(request);
    document(&facts, writing, (&place, &medicine), |xml| {
        xml.element("entry", &[], |xml| {
            xml.element("act", &[("classCode", "ACT"), ("moodCode", "RQO")], |xml| asked(xml, request, mobile));
        });
        xml.element("entry", &[], |xml| {
            xml.element("substanceAdministration", &[("classCode", "SBADM"), ("moodCode", "EVN")], |xml| {
                prescribed(xml, request);
            });
        });
        Carried::of(&request.unknown, "entry", ALIKE).rest(xml);
    })
}

fn check(request: &RenewalRequest) -> Result<(), WriteError> {
    if request.reference.document_type != prescription::DocumentType::RenewalRequest {
        return Err(WriteError::DocumentType);
    }
    let says = |text: &str| !text.trim().is_empty();
    there("name of the recipient", says(&request.recipient.name))?;
    there("name of the product", says(&request.product_name))?;
    there("name of the prescriber", says(&request.prescriber.name.family))?;
    there("identifier of the prescriber", said(&request.prescriber.prescriber_id).is_some())?;
    there("consent", request.consent.is_some())?;
    there("an understood part", all_fit(&request.unknown, &["act", "entry", "medicine"]))?;
    let Requester::Professional { person, unit } = &request.requester else { return Ok(()) };
    if person.organisation.as_ref().is_some_and(|stated| stated != unit) {
        return Err(WriteError::Contradiction { fact: "sender of the request" });
    }
    there("name of the author", says(&person.name.family))?;
    there("registration number of the author", person.registration.is_some())?;
    there("first name of the prescriber", request.prescriber.name.given.iter().any(|name| says(name)))?;
    there("telephone of the recipient", said(&request.recipient.phone).is_some())?;
    let address = request.recipient.address.as_ref();
    let whole = |a: &prescription::Address| says(&a.street) && says(&a.postal_code) && says(&a.city);
    there("address of the recipient", address.is_some_and(whole))
}

fn narrative(request: &RenewalRequest) -> (Vec<String>, Vec<String>) {
    let at = request.asked_at.format("%-d.%-m.%Y %H:%M");
    let mut place = vec![request.requester.unit().name.clone(), format!("Uusimispyynnön luontiaika: {at}")];
    if let Requester::Professional { person, .. } = &request.requester {
        place.push(format!("Uusija: {}", person.name.family_first()));
    }
    place.retain(|line| !line.trim().is_empty());
    let mut medicine = vec![
        format!("Uusittavan valmisteen nimi: {}", request.product_name),
        format!("Uusittavan lääkemääräyksen tekijä: {}", request.prescriber.name.family_first()),
        format!("Vastaanottaja: {}", request.recipient.name),
    ];
    medicine.extend(said(&request.message).map(|message| format!("Viesti: {message}")));
    (place, medicine)
}

/// The act: for whom, at which care unit, with which consent.
fn asked(xml: &mut Xml, request: &RenewalRequest, mobile: Option<&str>) {
    let mut carried = Carried::of(&request.unknown, "act", ACT);
    carried.before(xml, "code");
    let kind = &request.reference.document_type;
    code(xml, "code", DOCUMENT_TYPES, kind.code(), kind.title());
    carried.before(xml, "subject");
    subject_with(xml, &request.patient, mobile);
    carried.before(xml, "participant");
    recipient(xml, &request.recipient);
    carried.before(xml, "entryRelationship");
    if let Some(state) = &request.state {
        related(xml, fields::RENEWAL_STATE, |xml| {
            coded_value(xml, "CE", RENEWAL_STATES, &state.code, state.name.as_deref().unwrap_or_default());
        });
    }
    // Kela's library writes the message also where there is none.
    related(xml, fields::RENEWAL_MESSAGE, |xml| match said(&request.message) {
        Some(message) => xml.text("value", &[("xsi:type", "ST")], message),
        None => xml.empty("value", &[("xsi:type", "ST")]),
    });
    if let Some(consent) = &request.consent {
        related(xml, fields::RENEWAL_CONSENT, |xml| {
            coded_value(xml, "CE", CONSENTS, consent.code(), consent.name());
        });
    }
    carried.rest(xml);
}

fn recipient(xml: &mut Xml, unit: &Organisation) {
    xml.element("participant", &[("typeCode", "DIR")], |xml| {
        xml.element("participantRole", &[("classCode", "ROL")], |xml| {
            address(xml, unit.address.as_ref());
            telephone(xml, unit.phone.as_deref(), "DIR");
            xml.element("scopingEntity", &[("classCode", "ORG")], |xml| {
                xml.empty("id", &[("root", unit.id.as_str())]);
                xml.optional_text("desc", &unit.name);
            });
        });
    });
}

/// The medicine to be renewed: when, what and by whom it was prescribed.
fn prescribed(xml: &mut Xml, request: &RenewalRequest) {
    let mut carried = Carried::of(&request.unknown, "medicine", ADMINISTRATION);
    carried.before(xml, "effectiveTime");
    if let Some(at) = request.prescribed_at {
        time(xml, "effectiveTime", at);
    }
    carried.before(xml, "consumable");
    xml.element("consumable", &[], |xml| {
        xml.element("manufacturedProduct", &[], |xml| {
            xml.element("manufacturedLabeledDrug", &[], |xml| xml.text("name", &[], &request.product_name));
        });
    });
    carried.before(xml, "author");
    author(xml, None, &request.prescriber);
    carried.rest(xml);
}
