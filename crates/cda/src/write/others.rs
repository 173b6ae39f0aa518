//! The other data of a prescription: organizer 88, which is 98 in a cancellation and 99 in a correction; and the identity
//! of the medicine.

use prescription::amount::plain;
use prescription::{
    Answer, Biological, Cancellation, Change, ChangeReason, Code, Explained, MedicineIdentity, Organisation,
    PrescriptionKind, Recording,
};

use super::parts::{
    author, code, coded_value, component, own, related, represented_organisation, said, text, truth, whole,
};
use super::prescription::Written;
use super::product::in_body;
use super::xml::Xml;
use crate::fields::{
    self, ANSWERS, CANCELLATION_KINDS, CANCELLING_PARTIES, CONSENTS, CONTROL_CLASSES, FIELDS, Field,
    PRESCRIPTION_KINDS, STORED_KINDS,
};
use crate::time::write_date;

/// The entry of fields 160 and 167.
pub(super) fn medicine(xml: &mut Xml, medicine: &MedicineIdentity) {
    let act = [("classCode", "COND"), ("moodCode", "EVN")];
    xml.element("entry", &[], |xml| {
        xml.element("observation", &act, |xml| {
            code(xml, "code", FIELDS, fields::MEDICINE_ID.code, fields::MEDICINE_ID.name);
            xml.empty("value", &[("root", medicine.id.as_str()), ("xsi:type", "II")]);
            if let Some(part) = medicine.part {
                xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| {
                    xml.element("observation", &act, |xml| {
                        code(xml, "code", FIELDS, fields::MEDICINE_PART_ID.code, fields::MEDICINE_PART_ID.name);
                        whole(part)(xml);
                    });
                });
            }
        });
    });
}

/// The content of the organizer.
pub(super) fn others(xml: &mut Xml, written: &Written<'_>) {
    let made = written.prescription;
    let field = |xml: &mut Xml, field: Field, inside: &dyn Fn(&mut Xml)| component(xml, field, inside);
    // A field that has a value whatever was read must not stand beside the same one, not understood and carried on. One
    // that may be absent stands beside a second of its kind.
    let always = |xml: &mut Xml, field: Field, inside: &dyn Fn(&mut Xml)| {
        if !written.is_carried("88", field.code) {
            component(xml, field, inside);
        }
    };
    let yes = |xml: &mut Xml, of: Field, value: bool| always(xml, of, &|xml| truth(value)(xml));
    let answered = |xml: &mut Xml, of: Field, value: Option<bool>| {
        if let Some(value) = value {
            field(xml, of, &|xml| truth(value)(xml));
        }
    };
    let words = |xml: &mut Xml, of: Field, value: &Option<String>| {
        if let Some(value) = said(value) {
            field(xml, of, &|xml| text(value)(xml));
        }
    };
    words(xml, fields::PURPOSE, &made.purpose);
    if !made.care_types.is_empty() {
        field(xml, fields::CARE_TYPE, &|xml| made.care_types.iter().for_each(|code| value(xml, code)));
    }
    yes(xml, fields::PERMANENT, made.permanent);
    if let Some(report) = &made.special_report {
        field(xml, fields::SPECIAL_REPORT, &|xml| {
            if let Some(words) = said(&report.text) {
                xml.text("text", &[], words);
            }
            if let Some(date) = report.date {
                xml.empty("effectiveTime", &[("value", &write_date(date))]);
            }
            report.code.iter().for_each(|code| value(xml, code));
        });
    }
    yes(xml, fields::RENEWAL_PROHIBITED, made.renewal_prohibited.is_some());
    yes(xml, fields::SUBSTITUTION_PROHIBITED, made.substitution_prohibited);
    if let Some(weight) = &made.weight {
        field(xml, fields::WEIGHT, &|xml| {
            xml.empty("value", &[("unit", weight.unit.as_str()), ("value", &plain(weight.value)), ("xsi:type", "PQ")]);
        });
    }
    always(xml, fields::DOSE_DISPENSING, &|xml| {
        if let Some(words) = said(&made.dose_dispensing_text) {
            xml.text("text", &[], words);
        }
        truth(made.dose_dispensing)(xml);
    });
    words(xml, fields::MESSAGE_TO_PHARMACY, &made.message_to_pharmacy);
    change(xml, made.change.as_ref());
    if let Some(known_by) = &made.identification {
        field(xml, fields::IDENTIFICATION, &|xml| {
            if let Some(words) = said(&known_by.text) {
                xml.text("text", &[], words);
            }
            value(xml, &known_by.code);
        });
    }
    if let Some(class) = &made.control {
        field(xml, fields::CONTROL, &|xml| coded_value(xml, "CE", CONTROL_CLASSES, class.code(), class.name()));
    }
    yes(xml, fields::FIRST_USE, made.first_use);
    yes(xml, fields::NARCOTIC, made.narcotic);
    always(xml, fields::PRESCRIPTION_KIND, &|xml| kind(xml, &made.kind, made.hospital_pharmacy.as_ref()));
    if let Some(reason) = made.renewal_prohibited.as_ref().and_then(|prohibition| prohibition.reason.as_ref()) {
        field(xml, fields::RENEWAL_PROHIBITION_REASON, &|xml| value_with_text(xml, reason.code(), reason.text()));
    }
    if let Recording::AtPharmacy(stored) = &made.recording {
        field(xml, fields::STORED_KIND, &|xml| {
            coded_value(xml, "CE", STORED_KINDS, stored.kind.code(), stored.kind.name());
        });
        let Explained { code, text } = &stored.reason;
        field(xml, fields::STORED_REASON, &|xml| value_with_text(xml, code, said(text)));
    }
    if let Some(fee) = made.fee {
        field(xml, fields::FEE, &|xml| {
            xml.empty("value", &[("currency", "EUR"), ("value", &plain(fee)), ("xsi:type", "MO")]);
        });
    }
    answered(xml, fields::FEE_AS_SPECIALIST, made.fee_as_specialist);
    answered(xml, fields::COMMUNICABLE_DISEASES, made.communicable_disease);
    if written.is_structured() {
        if let Some(answer) = &made.monitored {
            field(xml, fields::MONITORED, &|xml| self::answer(xml, answer));
        }
        if let Some(biological) = &made.biological {
            field(xml, fields::BIOLOGICAL, &|xml| self::biological(xml, biological));
        }
        if let Some(answer) = &made.blood_product {
            field(xml, fields::BLOOD_PRODUCT, &|xml| self::answer(xml, answer));
        }
    }
}

/// Fields 95 and 96 of a cancellation, 97 of a correction.
pub(super) fn change(xml: &mut Xml, change: Option<&Change>) {
    match change {
        Some(Change::Correction(correction)) => component(xml, fields::CORRECTION_REASON, |xml| {
            reason(xml, &correction.reason);
            author(xml, None, &in_body(&correction.by));
        }),
        Some(Change::Cancellation(cancellation)) => {
            component(xml, fields::CANCELLATION_REASON, |xml| reason(xml, &cancellation.reason));
            component(xml, fields::CANCELLATION_TYPE, |xml| cancellation_type(xml, cancellation));
        }
        Some(Change::Unclear) | None => {}
    }
}

/// A code, and words as a second value.
fn reason(xml: &mut Xml, reason: &ChangeReason) {
    value(xml, reason.code());
    if let Some(words) = reason.text() {
        text(words)(xml);
    }
}

fn cancellation_type(xml: &mut Xml, cancellation: &Cancellation) {
    let kind = &cancellation.kind;
    let attributes = [
        ("code", kind.code()),
        ("codeSystem", CANCELLATION_KINDS.oid),
        ("codeSystemName", CANCELLATION_KINDS.name),
        ("displayName", kind.name()),
        ("xsi:type", "CD"),
    ];
    let qualifier = |xml: &mut Xml, field: Field, value: &dyn Fn(&mut Xml)| {
        xml.element("qualifier", &[], |xml| {
            code(xml, "name", FIELDS, field.code, field.name);
            value(xml);
        });
    };
    xml.element("value", &attributes, |xml| {
        qualifier(xml, fields::CANCELLING_PARTY, &|xml| {
            let party = Code { system: CANCELLING_PARTIES.oid.to_owned(), ..cancellation.party.clone() };
            xml.empty("value", &own(&party));
        });
        if let Some(consent) = &cancellation.consent {
            qualifier(xml, fields::CANCELLATION_CONSENT, &|xml| {
                code(xml, "value", CONSENTS, consent.code(), consent.name());
            });
        }
    });
}

fn kind(xml: &mut Xml, kind: &PrescriptionKind, hospital: Option<&Organisation>) {
    coded_value(xml, "CE", PRESCRIPTION_KINDS, kind.code(), kind.name());
    if let Some(pharmacy) = hospital.filter(|_| *kind == PrescriptionKind::HospitalPharmacy) {
        xml.element("author", &[], |xml| {
            xml.empty("time", &[("nullFlavor", "NA")]);
            xml.element("assignedAuthor", &[], |xml| {
                xml.empty("id", &[("nullFlavor", "NA")]);
                represented_organisation(xml, pharmacy);
            });
        });
    }
}

fn biological(xml: &mut Xml, stated: &Biological) {
    answer(xml, &stated.is_biological);
    if let Some(biosimilar) = &stated.biosimilar {
        related(xml, fields::BIOSIMILAR, |xml| answer(xml, biosimilar));
    }
    if let Some(because) = said(&stated.not_cheapest_because) {
        related(xml, fields::NOT_CHEAPEST, text(because));
    }
    if let Some(group) = said(&stated.group) {
        related(xml, fields::MEDICINE_GROUP, text(group));
    }
}

fn answer(xml: &mut Xml, answer: &Answer) {
    coded_value(xml, "CE", ANSWERS, answer.code(), answer.name());
}

/// A coded value that keeps its name.
fn value(xml: &mut Xml, stated: &Code) {
    value_with_text(xml, stated, None);
}

/// The same with the words in it.
pub(super) fn value_with_text(xml: &mut Xml, stated: &Code, words: Option<&str>) {
    let [code, system, name, shown] = own(stated);
    let attributes = [code, system, name, shown, ("xsi:type", "CE")];
    match words {
        Some(words) => xml.element("value", &attributes, |xml| xml.text("originalText", &[], words)),
        None => xml.empty("value", &attributes),
    }
}
