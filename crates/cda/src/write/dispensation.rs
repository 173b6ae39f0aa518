//! A dispensation, its correction or its cancellation. Type 10 has its fields in the places of Kela's public sample of
//! definition 2014.29/2014.30; types 11 and 12 are built by analogy with corrections and cancellations of prescriptions,
//! and so is whatever 4.00 adds (docs/assumptions.md).

use prescription::amount::plain;
use prescription::{
    Amount, Change, Code, Dispensation, DocumentReference, DocumentType, Explained, Professional, RemainingStatement,
};

use super::carried::{ADMINISTRATION, ALIKE, Carried, SUPPLY, all_fit};
use super::header::{HeaderFacts, RequestFacts, document};
use super::others::{change, value_with_text};
use super::parts::{
    author, code, coded_value, component, consumable, holder, organizer, own, package, performer, reference, related,
    said, strength, subject, text, time, truth, whole,
};
use super::xml::Xml;
use super::{not_negative, there, titled};
use crate::fields::{
    self, CANCELLER, CONTROL_CLASSES, CORRECTOR, DISPENSER, FIELDS, PRODUCT_KINDS, SUBSTITUTION_REASONS,
};
use crate::time::show_date;
use crate::{DeviationPlace, DispensationOrganizer, Shape, WriteError, Writing};

/// The function of an author: code and name.
type Function = (&'static str, &'static str);

/// Writes a dispensation (type 10), its correction (12) or its cancellation (11). An author without an organisation acts
/// for the pharmacy. The container of the product is written in version 4.00, and where a document is replaced that may
/// have had one: the definition of 2014 has no place for it in a new dispensation.
pub fn write_dispensation(dispensation: &Dispensation, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    let made = dispensation;
    check(made, writing)?;
    let signer = Professional { organisation: Some(made.pharmacy.clone()), ..made.author.clone() };
    let replaces = replaced(made);
    let mut authors = vec![(Some(DISPENSER), &signer)];
    authors.extend(changer(made).map(|(function, by)| (Some(function), by)));
    let mut documents: Vec<_> = replaces.map(|replaced| ("RPLC", replaced)).into_iter().collect();
    if replaces.is_none() || writing.definition.dispensation.change_names_prescription {
        documents.push(("APND", &made.prescription));
    }
    let facts = HeaderFacts {
        reference: &made.reference,
        version: made.version,
        made_at: made.made_at,
        encounter_at: made.dispensed_at,
        encounter_organisation: Some(&made.pharmacy),
        patient: &made.patient,
        authors: &authors,
        related: &documents,
        request: RequestFacts::default(),
    };
    let place = [made.pharmacy.name.clone(), show_date(made.dispensed_at.date()), titled(&signer)];
    let written = Written { made, signer: &signer, replaces, writing };
    document(&facts, writing, (&place, &narrative(made)), |xml| {
        organizer(xml, fields::DISPENSED_PRODUCT, |xml| {
            xml.element("component", &[], |xml| {
                xml.element("substanceAdministration", &[("classCode", "SBADM"), ("moodCode", "EVN")], |xml| {
                    written.administration(xml);
                });
            });
        });
        organizer(xml, fields::OTHER_OF_DISPENSATION, |xml| written.others(xml));
        Carried::of(&made.unknown, "entry", ALIKE).rest(xml);
    })
}

/// Who corrected or cancelled, and in which function.
fn changer(made: &Dispensation) -> Option<(Function, &Professional)> {
    match made.change.as_ref()? {
        Change::Correction(correction) => Some((CORRECTOR, &correction.by)),
        Change::Cancellation(cancellation) => cancellation.by.as_ref().map(|by| (CANCELLER, by)),
        Change::Unclear => None,
    }
}

/// The version that is replaced.
fn replaced(made: &Dispensation) -> Option<&DocumentReference> {
    match made.change.as_ref()? {
        Change::Correction(correction) => Some(&correction.replaces),
        Change::Cancellation(cancellation) => Some(&cancellation.replaces),
        Change::Unclear => None,
    }
}

fn check(made: &Dispensation, writing: &Writing) -> Result<(), WriteError> {
    let matches = match (&made.reference.document_type, &made.change) {
        (DocumentType::Dispensation, None) => true,
        (DocumentType::DispensationCorrection, Some(Change::Correction(change))) => continues(made, &change.replaces),
        (DocumentType::DispensationCancellation, Some(Change::Cancellation(change))) => {
            there("canceller", change.by.is_some())?;
            continues(made, &change.replaces)
        }
        (DocumentType::DispensationCorrection | DocumentType::DispensationCancellation, _) => {
            return Err(WriteError::Missing { fact: "change of the dispensation" });
        }
        _ => return Err(WriteError::DocumentType),
    };
    if !matches {
        return Err(WriteError::Contradiction { fact: "replaced document" });
    }
    if made.author.organisation.as_ref().is_some_and(|unit| *unit != made.pharmacy) {
        return Err(WriteError::Contradiction { fact: "pharmacy" });
    }
    if made.deviation.is_some() && writing.definition.dispensation.deviation.is_none() {
        return Err(WriteError::NoPlace { fact: "the reason for a deviating dispensation" });
    }
    there("an understood part", all_fit(&made.unknown, &["entry", "100", "100/supply", "104"]))?;
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

/// Whether a change is of another version of the same dispensation.
fn continues(made: &Dispensation, replaced: &DocumentReference) -> bool {
    let of_its_kind =
        matches!(replaced.document_type, DocumentType::Dispensation | DocumentType::DispensationCorrection);
    of_its_kind && replaced.set_id == made.reference.set_id && replaced.id != made.reference.id && made.version > 1
}

/// What a person reads, from the same values.
fn narrative(made: &Dispensation) -> Vec<String> {
    let mut lines = vec![format!("Kauppanimi: {}", made.product.name)];
    let mut line = |label: &str, text: Option<&str>| lines.extend(text.map(|text| format!("{label}: {text}")));
    line("Vahvuus", said(&made.product.strength));
    line("Lääkemuoto", said(&made.product.form));
    line("Koostumus", said(&made.composition));
    line("Toimitettu määrä", Some(&made.delivered.to_string()));
    line("Jäljellä oleva määrä", said(&Some(made.remaining.shown())));
    line("Annostusohje", said(&Some(made.label_dosage.clone())));
    line("Apteekin huomautus", said(&made.remark));
    lines
}

/// What is written, and how.
struct Written<'a> {
    made: &'a Dispensation,
    signer: &'a Professional,
    replaces: Option<&'a DocumentReference>,
    writing: &'a Writing,
}

impl Written<'_> {
    /// The substance administration of organizer 100.
    fn administration(&self, xml: &mut Xml) {
        let made = self.made;
        let mut carried = Carried::of(&made.unknown, "100", ADMINISTRATION);
        carried.before(xml, "text");
        if let Some(composition) = said(&made.composition) {
            xml.text("text", &[], composition);
        }
        carried.before(xml, "effectiveTime");
        time(xml, "effectiveTime", made.dispensed_at);
        carried.before(xml, "doseQuantity");
        strength(xml, &made.product);
        carried.before(xml, "subject");
        subject(xml, &made.patient);
        carried.before(xml, "consumable");
        consumable(xml, &made.product);
        if let Some(preparer) = &made.preparer {
            performer(xml, preparer);
        }
        carried.before(xml, "author");
        author(xml, None, self.signer);
        carried.before(xml, "entryRelationship");
        delivered(xml, made);
        remaining(xml, &made.remaining);
        self.deviation(xml, DispensationOrganizer::Product);
        xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| self.supply(xml));
        carried.before(xml, "reference");
        reference(xml, "SPRT", &made.reference);
        reference(xml, "REFR", &made.prescription);
        if let Some(replaced) = self.replaces {
            reference(xml, "RPLC", replaced);
        }
        carried.rest(xml);
    }

    fn supply(&self, xml: &mut Xml) {
        let made = self.made;
        let size = &made.package_size;
        let mut carried = Carried::of(&made.unknown, "100/supply", SUPPLY);
        xml.element("supply", &[("classCode", "SPLY"), ("moodCode", "EVN")], |xml| {
            carried.before(xml, "repeatNumber");
            xml.empty("repeatNumber", &[("value", &made.packages.to_string())]);
            carried.before(xml, "quantity");
            xml.empty("quantity", &[("unit", size.unit.as_str()), ("value", &plain(size.value))]);
            carried.before(xml, "product");
            package(xml, &made.product);
            carried.before(xml, "participant");
            holder(xml, &made.product);
            carried.before(xml, "entryRelationship");
            if let Some(form) = said(&made.product.form) {
                related(xml, fields::FORM, text(form));
            }
            related(xml, fields::PART_PACKAGE, truth(made.part_package));
            related(xml, fields::COMPOUNDED, truth(made.compounded));
            related(xml, fields::PACKAGE_FACTOR, whole(made.package_factor));
            if let Some(size) = said(&made.package_text) {
                related(xml, fields::PACKAGE_TEXT, text(size));
            }
            let has_container = self.writing.definition.shape == Shape::Structured || self.replaces.is_some();
            if let Some(container) = said(&made.product.container).filter(|_| has_container) {
                related(xml, fields::CONTAINER, |xml| xml.text("value", &[("xsi:type", "SC")], container));
            }
            related(xml, fields::KIND, |xml| {
                coded_value(xml, "CD", PRODUCT_KINDS, made.product.kind.code(), made.product.kind.name());
            });
            carried.rest(xml);
        });
    }

    /// Organizer 104.
    fn others(&self, xml: &mut Xml) {
        let made = self.made;
        component(xml, fields::DOSE_DISPENSING, |xml| {
            words(xml, &made.dose_dispensing_text);
            truth(made.dose_dispensing)(xml);
        });
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
        if let Some((reason, said)) = &made.substitution_reason {
            component(xml, fields::SUBSTITUTION_REASON, |xml| substitution_reason(xml, reason, said));
        }
        if let Some(copayments) = made.copayments {
            component(xml, fields::COPAYMENTS, whole(copayments));
        }
        if let Some(Explained { code, text }) = &made.identification {
            component(xml, fields::IDENTIFICATION, |xml| value_with_text(xml, code, said(text)));
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
        change(xml, made.change.as_ref());
        self.deviation(xml, DispensationOrganizer::Other);
        Carried::of(&made.unknown, "104", ALIKE).rest(xml);
    }

    /// The reason for a deviating dispensation, where the configuration says that it stands here.
    fn deviation(&self, xml: &mut Xml, here: DispensationOrganizer) {
        let place = self.writing.definition.dispensation.deviation.as_ref().filter(|place| place.organizer == here);
        let (Some(place), Some(reason)) = (place, &self.made.deviation) else { return };
        let inside = |xml: &mut Xml| field(xml, place, reason);
        match here {
            DispensationOrganizer::Product => xml.element("entryRelationship", &[("typeCode", "COMP")], inside),
            DispensationOrganizer::Other => xml.element("component", &[], inside),
        }
    }
}

fn field(xml: &mut Xml, place: &DeviationPlace, reason: &Explained) {
    xml.element("observation", &[("classCode", "OBS"), ("moodCode", "EVN")], |xml| {
        code(xml, "code", FIELDS, &place.field, &place.name);
        value_with_text(xml, &reason.code, said(&reason.text));
    });
}

/// The words beside a value.
fn words(xml: &mut Xml, words: &Option<String>) {
    if let Some(words) = said(words) {
        xml.text("text", &[("xsi:type", "ST")], words);
    }
}

/// Field 102: a number, with a formula and words where there are some.
fn delivered(xml: &mut Xml, made: &Dispensation) {
    related(xml, fields::DELIVERED, |xml| {
        words(xml, &made.delivered_words);
        let Amount { value, unit } = &made.delivered;
        quantity(
            xml,
            &[("unit", unit.as_str()), ("value", &plain(*value)), ("xsi:type", "PQ")],
            said(&made.delivered_text),
        );
    });
}

/// A quantity with the formula in which it is written beside its number.
fn quantity(xml: &mut Xml, attributes: &[(&'static str, &str)], formula: Option<&str>) {
    match formula {
        Some(formula) => xml.element("value", attributes, |xml| {
            xml.element("translation", &[], |xml| xml.text("originalText", &[], formula));
        }),
        None => xml.empty("value", attributes),
    }
}

/// Field 103: a number, a formula such as "3X21", words, or nothing at all (a length of treatment has no remaining
/// amount).
fn remaining(xml: &mut Xml, stated: &RemainingStatement) {
    let number = stated.value.map(plain);
    let unit = stated.unit.as_str();
    let formula = said(&stated.text);
    if number.is_none() && formula.is_none() && unit.is_empty() && said(&stated.words).is_none() {
        return;
    }
    let null = if number.is_none() && formula.is_none() { "NI" } else { "" };
    let attributes =
        [("nullFlavor", null), ("unit", unit), ("value", number.as_deref().unwrap_or_default()), ("xsi:type", "PQ")];
    related(xml, fields::REMAINING, |xml| {
        words(xml, &stated.words);
        quantity(xml, &attributes, formula);
    });
}

fn substitution_reason(xml: &mut Xml, reason: &Code, said: &Option<String>) {
    words(xml, said);
    let [code, system, name, shown] = own(reason);
    let known = reason.system == SUBSTITUTION_REASONS.oid;
    let name = if known { (name.0, SUBSTITUTION_REASONS.name) } else { name };
    xml.empty("value", &[code, system, name, shown, ("xsi:type", "CE")]);
}
