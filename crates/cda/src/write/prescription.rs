//! A prescription of definition 2015.1/2015.2 (version 3.30) with its dosage as text: the artificial prescriptions of a
//! demonstration or a test. The counter itself writes none.

use prescription::amount::plain;
use prescription::codes::PrescriptionKind;
use prescription::{DocumentType, Iteration, Prescription, Quantity};

use super::parts::{
    HeaderFacts, RequestFacts, author, code, coded_value, component, consumable, document, holder, no_code, organizer,
    package, reference, related, said, strength, subject, text, time, truth, whole,
};
use super::xml::Xml;
use super::{not_negative, there, titled};
use crate::fields::{
    self, AMOUNT_FORMS, ATC, CARE_TYPES, CONTROL_CLASSES, PRESCRIBER, PRESCRIPTION_KINDS, PRODUCT_KINDS, RECORDER,
};
use crate::time::{show_date, write_date, write_time};
use crate::{WriteError, Writing};

/// Writes a prescription (type 1). Its care type is always illness (S), which the definition demands and the type does
/// not hold; details are not written. One with unknown parts or an unknown form of amount is refused.
pub fn write_prescription(prescription: &Prescription, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    let written = prescription;
    check(written)?;
    let mut authors = vec![(Some(PRESCRIBER), &written.prescriber)];
    authors.extend(written.recorder.as_ref().map(|recorder| (Some(RECORDER), recorder)));
    let facts = HeaderFacts {
        reference: &written.reference,
        version: written.version,
        made_at: written.prescribed_at,
        encounter_at: written.prescribed_at,
        encounter_organisation: written.prescribing_unit(),
        patient: &written.patient,
        authors: &authors,
        related: &[],
        request: RequestFacts::default(),
    };
    let unit = written.prescribing_unit().map(|unit| unit.name.clone()).unwrap_or_default();
    let place = [unit, show_date(written.prescribed_at.date()), titled(&written.prescriber)];
    document(&facts, writing, (&place, &narrative(written)), |xml| {
        organizer(xml, fields::PRODUCT, |xml| product(xml, written));
        if !written.active_substances.is_empty() {
            organizer(xml, fields::ACTIVE_SUBSTANCES, |xml| substances(xml, written));
        }
        organizer(xml, fields::DOSAGE, |xml| dosage(xml, written));
        organizer(xml, fields::OTHER, |xml| others(xml, written));
    })
}

fn check(written: &Prescription) -> Result<(), WriteError> {
    if written.reference.document_type != DocumentType::Prescription {
        return Err(WriteError::DocumentType);
    }
    there("an understood part", written.unknown.is_empty())?;
    there("name of the product", !written.product.name.trim().is_empty())?;
    match &written.quantity {
        Quantity::Packages { size: amount, .. } | Quantity::Total { amount } => {
            there("unit of the amount", !amount.unit.as_str().is_empty())?;
            not_negative("prescribed amount", amount.value)
        }
        Quantity::Period { .. } | Quantity::Nothing => Ok(()),
        Quantity::Unknown { .. } => Err(WriteError::Missing { fact: "form of the amount" }),
    }
}

fn narrative(written: &Prescription) -> Vec<String> {
    let mut lines = vec![format!("Kauppanimi: {}", written.product.name)];
    let mut line = |label: &str, text: Option<&str>| lines.extend(text.map(|text| format!("{label}: {text}")));
    line("Vahvuus", said(&written.product.strength));
    line("Lääkemuoto", said(&written.product.form));
    line("Annostus", said(&Some(written.dosage.text.clone())));
    lines
}

fn product(xml: &mut Xml, written: &Prescription) {
    xml.element("component", &[], |xml| {
        xml.element("substanceAdministration", &[("classCode", "SBADM"), ("moodCode", "EVN")], |xml| {
            match written.valid_until {
                Some(end) => xml.element("effectiveTime", &[("xsi:type", "IVL_TS")], |xml| {
                    xml.empty("low", &[("inclusive", "true"), ("value", &write_time(written.prescribed_at))]);
                    xml.empty("high", &[("inclusive", "true"), ("value", &write_date(end))]);
                }),
                None => time(xml, "effectiveTime", written.prescribed_at),
            }
            strength(xml, &written.product);
            consumable(xml, &written.product);
            xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| supply(xml, written));
        });
    });
}

fn supply(xml: &mut Xml, written: &Prescription) {
    xml.element("supply", &[("classCode", "SPLY"), ("moodCode", "EVN")], |xml| {
        amount(xml, written);
        subject(xml, &written.patient);
        package(xml, &written.product);
        author(xml, None, &written.prescriber);
        holder(xml, &written.product);
        if let Some(form) = said(&written.product.form) {
            related(xml, fields::FORM, text(form));
        }
        if let Some(turns) = &written.iteration {
            related(xml, fields::ITERATION, |xml| iteration(xml, turns));
        }
        related(xml, fields::COMPOUNDED, truth(written.product.kind == prescription::ProductKind::Compounded));
        if let Quantity::Packages { factor, text: size, .. } = &written.quantity {
            related(xml, fields::PACKAGE_FACTOR, whole(*factor));
            if let Some(size) = said(size) {
                related(xml, fields::PACKAGE_TEXT, text(size));
            }
        }
        if let Some(container) = said(&written.product.container) {
            related(xml, fields::CONTAINER, |xml| xml.text("value", &[("xsi:type", "SC")], container));
        }
        related(xml, fields::KIND, |xml| {
            coded_value(xml, "CD", PRODUCT_KINDS, written.product.kind.code(), written.product.kind.name());
        });
        reference(xml, "SPRT", &written.reference);
    });
}

/// The amount in its form (DI-6).
fn amount(xml: &mut Xml, written: &Prescription) {
    let form = |xml: &mut Xml, form: &str, shown: &str| code(xml, "code", AMOUNT_FORMS, form, shown);
    let independent = |xml: &mut Xml| xml.empty("independentInd", &[("value", "false")]);
    match &written.quantity {
        Quantity::Packages { count, size, .. } => {
            form(xml, "1", "Pakkaus");
            xml.empty("repeatNumber", &[("value", &count.to_string())]);
            independent(xml);
            xml.empty("quantity", &[("unit", size.unit.as_str()), ("value", &plain(size.value))]);
        }
        Quantity::Total { amount } => {
            form(xml, "2", "Kokonaismäärä");
            independent(xml);
            xml.empty("quantity", &[("unit", amount.unit.as_str()), ("value", &plain(amount.value))]);
        }
        Quantity::Period { start, length, unit } => {
            form(xml, "3", "Lääkehoidon kestoaika");
            xml.element("effectiveTime", &[("xsi:type", "IVL_TS")], |xml| {
                if let Some(start) = start {
                    xml.empty("low", &[("inclusive", "true"), ("value", &write_date(*start))]);
                }
                xml.empty("width", &[("unit", unit), ("value", &length.to_string())]);
            });
            independent(xml);
        }
        Quantity::Nothing | Quantity::Unknown { .. } => {
            form(xml, "9", "Ei toimitettavaa");
            independent(xml);
        }
    }
}

fn iteration(xml: &mut Xml, turns: &Iteration) {
    if let Some(words) = said(&turns.text) {
        xml.text("text", &[], words);
    }
    if let Some(days) = turns.interval_days {
        xml.element("effectiveTime", &[], |xml| {
            xml.empty("width", &[("unit", "d"), ("value", &days.to_string())]);
        });
    }
    xml.empty("repeatNumber", &[("value", &turns.repeats.to_string())]);
}

fn substances(xml: &mut Xml, written: &Prescription) {
    let version = said(&written.product.database_version).unwrap_or_default();
    for substance in &written.active_substances {
        xml.element("component", &[], |xml| {
            xml.element("substanceAdministration", &[("classCode", "SBADM"), ("moodCode", "EVN")], |xml| {
                xml.element("consumable", &[], |xml| {
                    xml.element("manufacturedProduct", &[], |xml| {
                        xml.element("manufacturedLabeledDrug", &[], |xml| {
                            no_code(xml, ATC, version);
                            xml.text("name", &[], substance);
                        });
                    });
                });
            });
        });
    }
}

fn dosage(xml: &mut Xml, written: &Prescription) {
    component(xml, fields::DOSAGE_ONLY_TEXT, truth(written.dosage.only_text));
    xml.element("component", &[], |xml| {
        xml.element("substanceAdministration", &[("classCode", "SBADM"), ("moodCode", "EVN")], |xml| {
            xml.optional_text("text", &written.dosage.text);
            xml.element("consumable", &[], |xml| {
                xml.element("manufacturedProduct", &[], |xml| {
                    xml.empty("manufacturedLabeledDrug", &[("nullFlavor", "NI")]);
                });
            });
            related(xml, fields::SIC, truth(written.dosage.sic));
        });
    });
}

fn others(xml: &mut Xml, written: &Prescription) {
    if let Some(purpose) = said(&written.purpose) {
        component(xml, fields::PURPOSE, text(purpose));
    }
    component(xml, fields::CARE_TYPE, |xml| coded_value(xml, "CE", CARE_TYPES, "S", "Sairauden hoito"));
    component(xml, fields::PERMANENT, truth(written.permanent));
    component(xml, fields::RENEWAL_PROHIBITED, truth(written.renewal_prohibited));
    component(xml, fields::SUBSTITUTION_PROHIBITED, truth(written.substitution_prohibited));
    component(xml, fields::DOSE_DISPENSING, truth(written.dose_dispensing));
    if let Some(message) = said(&written.message_to_pharmacy) {
        component(xml, fields::MESSAGE_TO_PHARMACY, text(message));
    }
    if let Some(class) = &written.control {
        component(xml, fields::CONTROL, |xml| {
            coded_value(xml, "CE", CONTROL_CLASSES, class.code(), class.name());
        });
    }
    component(xml, fields::FIRST_USE, truth(written.first_use));
    component(xml, fields::NARCOTIC, truth(written.narcotic));
    component(xml, fields::PRESCRIPTION_KIND, |xml| {
        let shown = match written.kind {
            PrescriptionKind::Ordinary => "Resepti",
            PrescriptionKind::HospitalPharmacy => "Sairaala-apteekkiresepti",
            PrescriptionKind::Abroad => "Ulkomaanresepti",
            PrescriptionKind::Unknown(_) => "",
        };
        coded_value(xml, "CE", PRESCRIPTION_KINDS, written.kind.code(), shown);
    });
}
