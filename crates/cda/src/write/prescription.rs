//! A prescription (type 1), its correction (3) and its cancellation (2), in the shape of version 3.30 or of 4.00. A pharmacy
//! writes corrections, cancellations, and prescriptions that it stores from paper or telephone.
//!
//! Corrections and cancellations carry on what this program does not understand of the version that they replace (Kela's
//! library calls it "eteenpäin yhteensopivuus"): each unknown part stands again where it stood. Assumed
//! (docs/assumptions.md): the shape of a cancellation in 4.00, of which no sample is public, is the one of 3.30.

use prescription::{Change, DocumentType, Item, Prescription, PrescriptionKind, Quantity, Structure, UnknownPart};

use super::carried::{ALIKE, Carried, all_fit};
use super::header::{HeaderFacts, RequestFacts, document};
use super::others::others;
use super::parts::{organizer, said};
use super::product::{ingredients, product};
use super::xml::Xml;
use super::{dosage, not_negative, there, titled};
use crate::document::Shape;
use crate::fields::{self, CANCELLER, CORRECTOR, PRESCRIBER, RECORDER};
use crate::time::show_date;
use crate::{WriteError, Writing};

/// Writes a prescription, its correction or its cancellation, in the shape of the definition. Refused is what would lose or
/// bend something: an amount or a change that is not understood, an unknown part that cannot stand in a document, and a
/// structured dosage in a definition that has none.
pub fn write_prescription(prescription: &Prescription, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    let shape = writing.definition.shape;
    let written = Written { prescription, shape, parts: parts_of(prescription) };
    written.check()?;
    let mut authors = vec![(Some(PRESCRIBER), &prescription.prescriber)];
    authors.extend(prescription.recording.recorder().map(|recorder| (Some(RECORDER), recorder)));
    let mut documents = Vec::new();
    match &prescription.change {
        Some(Change::Correction(correction)) => {
            authors.push((Some(CORRECTOR), &correction.by));
            documents.push(("RPLC", &correction.replaces));
        }
        Some(Change::Cancellation(cancellation)) => {
            authors.extend(cancellation.by.as_ref().map(|by| (Some(CANCELLER), by)));
            documents.push(("RPLC", &cancellation.replaces));
        }
        Some(Change::Unclear) | None => {}
    }
    documents.extend(prescription.renews.as_ref().map(|request| ("APND", request)));
    let facts = HeaderFacts {
        reference: &prescription.reference,
        version: prescription.version,
        made_at: prescription.made_at,
        encounter_at: prescription.prescribed_at,
        encounter_organisation: prescription.prescribing_unit(),
        patient: &prescription.patient,
        authors: &authors,
        related: &documents,
        request: RequestFacts {
            service_event: prescription.service_event.as_ref(),
            minor_disclosure: prescription.minor_disclosure.as_ref(),
            ..RequestFacts::default()
        },
    };
    document(&facts, writing, (&place(prescription), &narrative(prescription)), |xml| written.entries(xml))
}

/// What is written, in which shape, and the parts that are carried on.
pub(super) struct Written<'a> {
    pub(super) prescription: &'a Prescription,
    pub(super) shape: Shape,
    parts: Vec<UnknownPart>,
}

/// Unknown parts, and those that are only known by name.
fn parts_of(prescription: &Prescription) -> Vec<UnknownPart> {
    let details = prescription.details.iter();
    let details =
        details.map(|part| UnknownPart { place: part.place.clone(), text: String::new(), xml: part.xml.clone() });
    prescription.unknown.iter().cloned().chain(details).collect()
}

/// The containers in which an unknown part can stand again.
const CONTAINERS: &[&str] = &["entry", "83", "83/supply", "4", "10", "32", "88"];

impl Written<'_> {
    /// Whether the definition is 4.00 or like it.
    pub(super) fn is_structured(&self) -> bool {
        self.shape == Shape::Structured
    }

    /// The parts of a container that wait to be written.
    pub(super) fn carried(&self, container: &str, order: &'static [&'static str]) -> Carried<'_> {
        Carried::of(&self.parts, container, order)
    }

    /// Whether a field or element of that place is carried on as it stood, so that it must not be written again.
    pub(super) fn is_carried(&self, container: &str, name: &str) -> bool {
        let place = |part: &UnknownPart| part.place.strip_prefix(container)?.strip_prefix('/').map(|last| last == name);
        self.parts.iter().any(|part| place(part) == Some(true))
    }

    fn entries(&self, xml: &mut Xml) {
        let written = self.prescription;
        if let Some(medicine) = written.medicine.as_ref().filter(|_| self.is_structured()) {
            super::others::medicine(xml, medicine);
        }
        organizer(xml, fields::PRODUCT, |xml| product(xml, self));
        ingredients(xml, self);
        organizer(xml, fields::DOSAGE, |xml| {
            dosage::dosage(xml, self);
            self.carried("32", ALIKE).rest(xml);
        });
        let others_of = match written.change {
            Some(Change::Cancellation(_)) => fields::OTHER_OF_CANCELLATION,
            Some(Change::Correction(_)) => fields::OTHER_OF_CORRECTION,
            Some(Change::Unclear) | None => fields::OTHER,
        };
        organizer(xml, others_of, |xml| {
            others(xml, self);
            self.carried("88", ALIKE).rest(xml);
        });
        self.carried("entry", ALIKE).rest(xml);
    }

    fn check(&self) -> Result<(), WriteError> {
        let written = self.prescription;
        let fits = match (&written.reference.document_type, &written.change) {
            (DocumentType::Prescription, None) => true,
            (DocumentType::Correction, Some(Change::Correction(change))) => self.continues(&change.replaces),
            (DocumentType::Cancellation, Some(Change::Cancellation(change))) => self.continues(&change.replaces),
            (DocumentType::Correction | DocumentType::Cancellation, Some(Change::Unclear) | None) => {
                return Err(WriteError::Missing { fact: "reason of the change" });
            }
            (DocumentType::Prescription | DocumentType::Correction | DocumentType::Cancellation, _) => false,
            _ => return Err(WriteError::DocumentType),
        };
        if !fits {
            return Err(WriteError::Contradiction { fact: "change of the prescription" });
        }
        there("an understood part", all_fit(&self.parts, CONTAINERS))?;
        let kind = written.product.kind();
        // A kind before field 164 came has no code that could be written.
        there("kind of the product", !kind.code().is_empty() && !kind.code().contains('/'))?;
        if let Item::Named { name, .. } | Item::Authorised { name, .. } = &written.product.item {
            there("name of the product", !name.trim().is_empty())?;
        }
        if let Quantity::Unknown { .. } = &written.quantity {
            there("form of the amount", self.is_carried("83/supply", "code"))?;
        }
        let at_hospital = written.kind == PrescriptionKind::HospitalPharmacy;
        if written.hospital_pharmacy.is_some() && !at_hospital {
            return Err(WriteError::Contradiction { fact: "hospital pharmacy" });
        }
        there("answer about disclosure", written.minor_disclosure.as_ref().is_none_or(|d| !d.code().is_empty()))?;
        not_negative("fee", written.fee.unwrap_or_default())?;
        if written.dosage.structure == Structure::Unclear {
            there("an understood dosage", self.is_carried("32", fields::SEASON.code))?;
        }
        self.has_place()
    }

    /// A change continues the same prescription, and is another document.
    fn continues(&self, replaced: &prescription::DocumentReference) -> bool {
        let own = &self.prescription.reference;
        replaced.set_id == own.set_id && replaced.id != own.id && self.prescription.version > 1
    }

    /// What only 4.00 has a place for must not be lost in an older definition.
    fn has_place(&self) -> Result<(), WriteError> {
        if self.is_structured() {
            return Ok(());
        }
        let written = self.prescription;
        let dosage = &written.dosage;
        let homeless = [
            ("structured dosage", dosage.structure != Structure::Absent),
            ("route of administration", dosage.route.is_some() || dosage.instruction.is_some()),
            ("identity of the medicine", written.medicine.is_some()),
            ("biological medicine", written.biological.is_some()),
            ("additional monitoring", written.monitored.is_some()),
            ("blood product", written.blood_product.is_some()),
        ];
        match homeless.into_iter().find(|(_, there)| *there) {
            Some((fact, _)) => Err(WriteError::NoPlace { fact }),
            None => Ok(()),
        }
    }
}

/// Where, when and by whom; of a correction or cancellation also who made it.
fn place(written: &Prescription) -> Vec<String> {
    let unit = written.prescribing_unit().map(|unit| unit.name.clone()).unwrap_or_default();
    let mut lines = vec![unit, show_date(written.prescribed_at.date()), titled(&written.prescriber)];
    let by = match &written.change {
        Some(Change::Correction(correction)) => Some(("Lääkemääräyksen korjaaja:", &correction.by)),
        Some(Change::Cancellation(cancellation)) => {
            cancellation.by.as_ref().map(|by| ("Lääkemääräyksen mitätöijä:", by))
        }
        Some(Change::Unclear) | None => None,
    };
    if let Some((label, by)) = by {
        lines.extend([label.to_owned(), show_date(written.made_at.date()), titled(by)]);
    }
    lines
}

fn narrative(written: &Prescription) -> Vec<String> {
    let mut lines = vec![format!("Kauppanimi: {}", written.product.name())];
    let mut line = |label: &str, text: Option<&str>| lines.extend(text.map(|text| format!("{label}: {text}")));
    line("Vahvuus", said(&written.product.strength));
    line("Lääkemuoto", said(&written.product.form));
    line("Annostus", Some(written.dosage.text.trim()).filter(|text| !text.is_empty()));
    lines
}
