//! Prescriptions and their corrections, as their prescriber writes them or a pharmacy stores them.

use anyhow::{Context, Result};
use cda::Definition;
use chrono::{Days, Months, NaiveDateTime};
use prescription::{
    Amount, Bounds, Code, ControlClass, DocumentReference, DocumentType, Dosage, Dose, DoseAmount, End, Explained,
    Iteration, Length, Next, Prescription, Professional, Quantity, Range, Recording, RenewalProhibition, Season, Span,
    StoredByPharmacy, StoredKind, Structure, TimeUnit,
};

use super::super::deed::{Changed, Much, Order};
use super::super::held::{Held, Made};
use super::{Occasion, Paper, Papers, change_reason, writing};

impl Papers {
    /// The first version of a prescription, by its prescriber or stored by a pharmacy.
    pub(super) fn first(
        &mut self,
        order: &Order,
        stored: Option<(&StoredKind, Option<&str>)>,
        held: Option<&Held>,
        on: Occasion<'_>,
    ) -> Result<Paper> {
        let by = self.cast.professional(on.by)?;
        let at = on.at;
        let id = self.identifier(on)?;
        let size = match &order.much {
            Much::Packages(_, size, _) | Much::Total(size, _) => Some(*size),
            Much::Months(_) | Much::Nothing => None,
        };
        let package = self.shelf.package(&order.product, size)?;
        let control = order.control.as_deref().map(ControlClass::from).or(package.control());
        let months = if control.is_some() { 12 } else { 24 };
        let usual = at.date().checked_add_months(Months::new(months)).context("the end of time")?;
        let valid_until = match order.valid_for {
            None => usual,
            Some(days) => on_day(at + on.how.ago, days)?,
        };
        let (prescriber, recording) = match stored {
            None => (Professional { logged_in_at: Some(at), ..by }, Recording::ByPrescriber),
            Some((kind, reason)) => {
                let code = Code {
                    code: reason.unwrap_or("1").into(),
                    system: "1.2.246.537.5.40302.201501".into(),
                    name: None,
                };
                let reason = Explained { code, text: on.because.map(str::to_owned) };
                let prescriber = self.cast.professional(test_authority::who::LAURI_PRESCRIBER)?;
                (prescriber, Recording::AtPharmacy(StoredByPharmacy { recorder: by, kind: kind.clone(), reason }))
            }
        };
        let renews = order.renews.then(|| held.and_then(|held| held.request.clone())).flatten();
        anyhow::ensure!(order.renews == renews.is_some(), "no renewal was asked for");
        let iteration = order.iterated.and_then(|(repeats, days)| {
            let text = days.map(|days| format!("iter {repeats} {days} pv"));
            Iteration::new(repeats, days.and_then(Length::days), text)
        });
        let prescription = Prescription {
            reference: DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Prescription },
            version: 1,
            change: None,
            definition: definition(order.tablets_a_day.is_some())?.header,
            made_at: at,
            patient: self.cast.patient(&order.patient)?.clone(),
            minor_disclosure: order.disclosure.clone(),
            prescriber,
            recording,
            prescribed_at: at,
            service_event: None,
            valid_until: (!order.endless).then_some(valid_until),
            renews,
            medicine: None,
            kind: order.kind.clone(),
            hospital_pharmacy: None,
            product: self.shelf.prescribed(package)?,
            quantity: quantity(&order.much, at)?,
            iteration,
            dosage: match order.tablets_a_day {
                None => Dosage { text: order.dosage.clone(), only_text: true, ..Dosage::default() },
                Some(number) => tablets_a_day(number)?,
            },
            narcotic: control == Some(ControlClass::Narcotic),
            control,
            identification: None,
            purpose: Some("Oireiden hoitoon.".to_owned()),
            care_types: vec![Code {
                code: "S".to_owned(),
                system: "1.2.246.537.5.40101.2006".to_owned(),
                name: Some("Sairauden hoito".to_owned()),
            }],
            employer: None,
            insurer: None,
            special_report: None,
            message_to_pharmacy: None,
            substitution_prohibited: order.substitution_prohibited,
            renewal_prohibited: order.renewal_prohibited.then(RenewalProhibition::default),
            permanent: order.permanent,
            dose_dispensing: false,
            dose_dispensing_text: None,
            first_use: false,
            weight: None,
            fee: None,
            fee_as_specialist: None,
            communicable_disease: None,
            monitored: None,
            biological: None,
            blood_product: None,
            details: vec![],
            unknown: vec![],
        };
        paper_of_prescription(prescription, true)
    }

    /// A correction of one.
    pub(super) fn correction(
        &mut self,
        changes: &[Changed],
        reason: &str,
        held: &Held,
        on: Occasion<'_>,
    ) -> Result<Paper> {
        let by = self.cast.professional(on.by)?;
        let next = Next::Correction { by, reason: change_reason(reason, on.because)?, at: on.at };
        let id = self.identifier(on)?;
        let mut version = held.version(on.how.version)?.next(id, next)?;
        version.patient = self.patient(held, on.how)?;
        for change in changes {
            match change {
                Changed::Dosage(text) => version.dosage.text.clone_from(text),
                Changed::Amount(much) => version.quantity = quantity(much, on.at)?,
                Changed::Product(name) => version.product = self.shelf.prescribed(self.shelf.package(name, None)?)?,
            }
        }
        paper_of_prescription(version, false)
    }
}

/// A version of a prescription as a paper.
pub(super) fn paper_of_prescription(prescription: Prescription, new: bool) -> Result<Paper> {
    let structured = !prescription.dosage.structure.seasons().is_empty();
    let bytes = cda::write_prescription(&prescription, &writing(definition(structured)?))?;
    let (reference, version) = (prescription.reference.clone(), prescription.version);
    let made = if new { Made::New(Box::new(prescription)) } else { Made::Version(Box::new(prescription)) };
    Ok(Paper { reference, version, made, bytes })
}

/// The definition of prescriptions with a structured dosage, or that of those whose dosage is text.
fn definition(structured: bool) -> Result<Definition> {
    Ok(if structured { Definition::version_4_00()? } else { Definition::version_3_30()? })
}

fn tablets_a_day(number: u32) -> Result<Dosage> {
    let unit = Code {
        code: "18".to_owned(),
        system: "1.2.246.537.6.138.202001".to_owned(),
        name: Some("tabletti".to_owned()),
    };
    let amount = DoseAmount::Units { range: Range::exactly(number).context("no tablets")?, unit };
    let dose = Dose { id: None, amount, as_needed: None, time_of_day: None, clock: None, day: None };
    let season = Season {
        id: None,
        bounds: Bounds::new(None, End::Open).context("no bounds")?,
        pauses: vec![],
        as_needed: None,
        period: Span::exactly(1, TimeUnit::Day),
        doses: vec![dose],
    };
    let text = format!("{number} tablettia päivässä.");
    Ok(Dosage { text, structure: Structure::Seasons(vec![season]), ..Dosage::default() })
}

fn quantity(much: &Much, at: NaiveDateTime) -> Result<Quantity> {
    let quantity = match much {
        Much::Packages(count, size, unit) => {
            let text = format!("{count}X{} {unit}", size.normalize());
            Quantity::packages(*count, 1, Amount::new(*size, unit), Some(text))
        }
        Much::Total(amount, unit) => Quantity::total(Amount::new(*amount, unit)),
        Much::Months(months) => {
            let length = Length::new(*months, TimeUnit::parse("mo").context("months")?);
            length.map(|length| Quantity::Period { start: Some(at.date()), length })
        }
        Much::Nothing => Some(Quantity::Nothing),
    };
    quantity.context("an amount of nothing")
}

fn on_day(now: NaiveDateTime, days: i64) -> Result<chrono::NaiveDate> {
    let distance = Days::new(days.unsigned_abs());
    let day = if days < 0 { now.date().checked_sub_days(distance) } else { now.date().checked_add_days(distance) };
    day.context("no such day")
}
