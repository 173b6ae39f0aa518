//! A dispensation of definition 2014.29/2014.30, with the fields in the places of Kela's public sample.

use prescription::amount::plain;
use prescription::{Amount, Dispensation, DocumentType, RemainingStatement};

use super::parts::{
    HeaderFacts, RequestFacts, author, coded_value, component, consumable, document, holder, organizer, package,
    performer, reference, related, said, strength, subject, text, time, truth, whole,
};
use super::xml::Xml;
use super::{not_negative, there, titled};
use crate::fields::{self, CONTROL_CLASSES, DISPENSER, PRODUCT_KINDS, SUBSTITUTION_REASONS};
use crate::time::show_date;
use crate::{WriteError, Writing};

/// Writes a dispensation (type 10). The container of the product is not written: this definition has no place for it.
/// An author without an organisation acts for the pharmacy.
pub fn write_dispensation(dispensation: &Dispensation, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    let made = dispensation;
    check(made)?;
    let mut signer = made.author.clone();
    signer.organisation = Some(made.pharmacy.clone());
    let facts = HeaderFacts {
        reference: &made.reference,
        version: made.version,
        made_at: made.made_at,
        encounter_at: made.dispensed_at,
        encounter_organisation: Some(&made.pharmacy),
        patient: &made.patient,
        authors: &[(Some(DISPENSER), &signer)],
        related: &[("APND", &made.prescription)],
        request: RequestFacts::default(),
    };
    let place = [made.pharmacy.name.clone(), show_date(made.dispensed_at.date()), titled(&signer)];
    document(&facts, writing, (&place, &narrative(made)), |xml| {
        organizer(xml, fields::DISPENSED_PRODUCT, |xml| {
            xml.element("component", &[], |xml| {
                xml.element("substanceAdministration", &[("classCode", "SBADM"), ("moodCode", "EVN")], |xml| {
                    time(xml, "effectiveTime", made.dispensed_at);
                    strength(xml, &made.product);
                    subject(xml, &made.patient);
                    consumable(xml, &made.product);
                    if let Some(preparer) = &made.preparer {
                        performer(xml, preparer);
                    }
                    author(xml, None, &signer);
                    related(xml, fields::DELIVERED, |xml| quantity(xml, &made.delivered));
                    remaining(xml, &made.remaining);
                    xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| supply(xml, made));
                    reference(xml, "SPRT", &made.reference);
                    reference(xml, "REFR", &made.prescription);
                });
            });
        });
        organizer(xml, fields::OTHER_OF_DISPENSATION, |xml| others(xml, made));
    })
}

fn check(made: &Dispensation) -> Result<(), WriteError> {
    if made.reference.document_type != DocumentType::Dispensation {
        return Err(WriteError::DocumentType);
    }
    if made.author.organisation.as_ref().is_some_and(|unit| *unit != made.pharmacy) {
        return Err(WriteError::Contradiction { fact: "pharmacy" });
    }
    there("registration number of the author", made.author.registration.is_some())?;
    there("name of the author", !made.author.name.family.trim().is_empty())?;
    there("name of the product", !made.product.name.trim().is_empty())?;
    there("unit of the delivered amount", !made.delivered.unit.as_str().is_empty())?;
    there("unit of the package size", !made.package_size.unit.as_str().is_empty())?;
    not_negative("delivered amount", made.delivered.value)?;
    not_negative("package size", made.package_size.value)?;
    not_negative("remaining amount", made.remaining.value.unwrap_or_default())?;
    not_negative("price", made.price.unwrap_or_default())
}

/// What a person reads, from the same values.
fn narrative(made: &Dispensation) -> Vec<String> {
    let mut lines = vec![format!("Kauppanimi: {}", made.product.name)];
    let mut line = |label: &str, text: Option<&str>| lines.extend(text.map(|text| format!("{label}: {text}")));
    line("Vahvuus", said(&made.product.strength));
    line("Lääkemuoto", said(&made.product.form));
    line("Toimitettu määrä", Some(&made.delivered.to_string()));
    line("Jäljellä oleva määrä", said(&Some(made.remaining.shown())));
    line("Annostusohje", said(&Some(made.label_dosage.clone())));
    line("Apteekin huomautus", said(&made.remark));
    lines
}

fn quantity(xml: &mut Xml, amount: &Amount) {
    xml.empty("value", &[("unit", amount.unit.as_str()), ("value", &plain(amount.value)), ("xsi:type", "PQ")]);
}

/// Field 103: a number, a text such as "3X21", both, or nothing at all (a length of treatment has no remaining amount).
fn remaining(xml: &mut Xml, stated: &RemainingStatement) {
    let number = stated.value.map(plain);
    let unit = stated.unit.as_str();
    let text = said(&stated.text);
    if number.is_none() && text.is_none() && unit.is_empty() {
        return;
    }
    let null = if number.is_none() && text.is_none() { "NI" } else { "" };
    let attributes =
        [("nullFlavor", null), ("unit", unit), ("value", number.as_deref().unwrap_or_default()), ("xsi:type", "PQ")];
    related(xml, fields::REMAINING, |xml| match text {
        Some(text) => xml.element("value", &attributes, |xml| {
            xml.element("translation", &[], |xml| xml.text("originalText", &[], text));
        }),
        None => xml.empty("value", &attributes),
    });
}

fn supply(xml: &mut Xml, made: &Dispensation) {
    xml.element("supply", &[("classCode", "SPLY"), ("moodCode", "EVN")], |xml| {
        xml.empty("repeatNumber", &[("value", &made.packages.to_string())]);
        xml.empty("quantity", &[("unit", made.package_size.unit.as_str()), ("value", &plain(made.package_size.value))]);
        package(xml, &made.product);
        holder(xml, &made.product);
        if let Some(form) = said(&made.product.form) {
            related(xml, fields::FORM, text(form));
        }
        related(xml, fields::PART_PACKAGE, truth(made.part_package));
        related(xml, fields::COMPOUNDED, truth(made.compounded));
        related(xml, fields::PACKAGE_FACTOR, whole(made.package_factor));
        if let Some(size) = said(&made.package_text) {
            related(xml, fields::PACKAGE_TEXT, text(size));
        }
        related(xml, fields::KIND, |xml| {
            coded_value(xml, "CD", PRODUCT_KINDS, made.product.kind.code(), made.product.kind.name());
        });
    });
}

fn others(xml: &mut Xml, made: &Dispensation) {
    component(xml, fields::DOSE_DISPENSING, truth(made.dose_dispensing));
    component(xml, fields::SUBSTITUTED, truth(made.substituted));
    if let Some(remark) = said(&made.remark) {
        component(xml, fields::REMARK, text(remark));
    }
    if let Some(report) = said(&made.report_to_kela) {
        component(xml, fields::REPORT_TO_KELA, text(report));
    }
    if let Some(price) = made.price {
        component(xml, fields::PRICE, |xml| {
            xml.empty("value", &[("currency", "EUR"), ("value", &plain(price)), ("xsi:type", "MO")]);
        });
    }
    if let Some((reason, words)) = &made.substitution_reason {
        component(xml, fields::SUBSTITUTION_REASON, |xml| {
            if let Some(words) = said(words) {
                xml.text("text", &[("xsi:type", "ST")], words);
            }
            let known = reason.system == SUBSTITUTION_REASONS.oid;
            xml.empty(
                "value",
                &[
                    ("code", &reason.code),
                    ("codeSystem", &reason.system),
                    ("codeSystemName", if known { SUBSTITUTION_REASONS.name } else { "" }),
                    ("displayName", reason.name.as_deref().unwrap_or_default()),
                    ("xsi:type", "CE"),
                ],
            );
        });
    }
    if let Some(copayments) = made.copayments {
        component(xml, fields::COPAYMENTS, whole(copayments));
    }
    if let Some(class) = &made.control {
        component(xml, fields::CONTROL, |xml| {
            coded_value(xml, "CE", CONTROL_CLASSES, class.code(), class.name());
        });
    }
    component(xml, fields::FULLY_DISPENSED, truth(made.fully_dispensed));
    component(xml, fields::NARCOTIC, truth(made.narcotic));
    if let Some(dosage) = said(&Some(made.label_dosage.clone())) {
        component(xml, fields::LABEL_DOSAGE, text(dosage));
    }
}
