//! The documents of a scenario: made as each program should make them, with what the scenario says is wrong. What remains
//! is stated as the maker's own history says, so that an honest document is right and a dishonest one is told by name.

mod prescriptions;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use cda::{Definition, Software, Writing};
use chrono::{Datelike, NaiveDateTime};
use prescription::{
    Amount, Cancellation, Change, ChangeReason, Code, Correction, Dispensation, DocumentReference, DocumentType,
    Explanation, Item, LockReference, Mark, MarkKind, Next, Oid, Patient, Prescription, Professional,
    RemainingStatement, RenewalRequest, RenewalState, Requester, Unit, remaining,
};
use rust_decimal::Decimal;

use super::cast::Cast;
use super::deed::{How, Lot, MarkDeed, Much, What, Wrong};
use super::held::{Held, Made};
use super::shelf::Shelf;
use prescriptions::paper_of_prescription;

/// A document that is not signed yet.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Identifier, set and type.
    pub reference: DocumentReference,
    /// Its version.
    pub version: u32,
    /// What it is.
    pub made: Made,
    /// The document.
    pub bytes: Vec<u8>,
}

/// Who makes papers, from which one's prescriptions, at which moment.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Slug of who makes it.
    pub by: &'a str,
    /// When it is done, Finnish time.
    pub at: NaiveDateTime,
    /// Why, in words.
    pub because: Option<&'a str>,
    /// With what wrong.
    pub how: &'a How,
    /// The last document that was sent.
    pub last: Option<&'a DocumentReference>,
}

/// The writer of all documents.
pub struct Papers {
    /// Who takes part.
    pub cast: Cast,
    shelf: Shelf,
    serials: BTreeMap<String, u64>,
}

impl Papers {
    /// The writer for this cast.
    pub fn new(cast: Cast) -> Result<Self> {
        Ok(Self { cast, shelf: Shelf::open()?, serials: BTreeMap::new() })
    }

    /// Makes a document.
    pub fn make(&mut self, what: &What, held: Option<&Held>, on: Occasion<'_>) -> Result<Paper> {
        let of = || held.context("no prescription was written yet");
        match what {
            What::Prescription(order) => self.first(order, None, held, on),
            What::Stored(kind, reason, order) => self.first(order, Some((kind, reason.as_deref())), held, on),
            What::Dispensation(lot) => self.dispensation(lot, of()?, on),
            What::Correction { changes, reason } => self.correction(changes, reason, of()?, on),
            What::Cancellation { kind, consent, reason } => {
                let next = Next::Cancellation {
                    by: self.cast.professional(on.by)?,
                    reason: change_reason(reason, on.because)?,
                    kind: kind.clone(),
                    party: party(&self.cast.professional(on.by)?),
                    consent: consent.clone(),
                    at: on.at,
                };
                let id = self.identifier(on)?;
                let version = of()?.version(on.how.version)?.next(id, next)?;
                paper_of_prescription(version, false)
            }
            What::DispensationCorrection(number, lot) => self.changed_lot(*number, Some(lot), of()?, on),
            What::DispensationCancellation(number) => self.changed_lot(*number, None, of()?, on),
            What::Mark(deed) => self.mark(*deed, of()?, on),
            What::RenewalRequest { unit, consent } => {
                let request = self.request(unit, consent, of()?, on)?;
                let bytes = cda::write_renewal_request(&request, &writing(Definition::dispensation_2014()?))?;
                Ok(Paper {
                    reference: request.reference.clone(),
                    version: 1,
                    made: Made::Request(Box::new(request)),
                    bytes,
                })
            }
            What::Same(_) => bail!("the same again is not made anew"),
            What::RenewalAnswer(state) => self.answer(state, of()?, on),
        }
    }

    fn identifier(&mut self, on: Occasion<'_>) -> Result<Oid> {
        if on.how.wrong == Some(Wrong::UsedIdentifier) {
            return Ok(on.last.context("nothing was sent yet")?.id.clone());
        }
        let root = self.cast.identifiers(self.cast.workplace(on.by)?, on.at.year())?;
        let serial = self.serials.entry(root.clone()).or_insert(0);
        *serial += 1;
        Ok(Oid::parse(&format!("{root}.{serial}"))?)
    }

    fn patient(&self, held: &Held, how: &How) -> Result<Patient> {
        let own = held.newest()?.patient.clone();
        if how.wrong != Some(Wrong::OtherPatient) {
            return Ok(own);
        }
        let other = if own == *self.cast.patient("Aino")? { "Pekka" } else { "Aino" };
        self.cast.patient(other).cloned()
    }

    fn dispensation(&mut self, lot: &Lot, held: &Held, on: Occasion<'_>) -> Result<Paper> {
        let prescription = held.version(on.how.version)?.clone();
        let author = self.cast.professional(on.by)?;
        let pharmacy = author.organisation.clone().context("where?")?;
        let id = self.identifier(on)?;
        let mut made = Dispensation {
            reference: DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Dispensation },
            version: 1,
            change: None,
            prescription: prescription.reference.clone(),
            patient: self.patient(held, on.how)?,
            author: Professional { logged_in_at: Some(on.at), ..author },
            pharmacy,
            preparer: lot.preparer.map(|slug| self.cast.professional(slug)).transpose()?,
            dispensed_at: on.at,
            made_at: on.at,
            product: prescription.product.as_dispensed(),
            packages: 1,
            package_size: Amount::new(1, ""),
            package_factor: 1,
            package_text: None,
            part_package: false,
            compounded: false,
            delivered: Amount::new(1, ""),
            delivered_text: None,
            delivered_words: None,
            remaining: RemainingStatement {
                value: Some(Decimal::ZERO),
                text: None,
                unit: Unit::new("fol"),
                words: None,
            },
            fully_dispensed: false,
            dose_dispensing: false,
            dose_dispensing_text: None,
            substituted: false,
            remark: lot.reason.clone(),
            report_to_kela: None,
            price: None,
            substitution_reason: None,
            deviation: None,
            copayments: Some(1),
            identification: None,
            composition: None,
            control: prescription.control.clone(),
            narcotic: prescription.narcotic,
            label_dosage: prescription.dosage.text.clone(),
            unknown: vec![],
        };
        self.give(lot, &prescription, &held.live(), &mut made)?;
        if on.how.wrong == Some(Wrong::UnknownPrescription) {
            let nobodys = Oid::parse("1.2.246.10.99999903.93.2026.999999")?;
            made.prescription = DocumentReference { id: nobodys.clone(), set_id: nobodys, ..made.prescription };
        }
        paper_of_lot(made)
    }

    /// What is given, and what its maker says of it.
    fn give(&self, lot: &Lot, of: &Prescription, history: &[Dispensation], made: &mut Dispensation) -> Result<()> {
        let (packages, size, unit) = match &lot.much {
            Much::Packages(count, size, unit) => (*count, *size, unit),
            Much::Total(amount, unit) => (1, *amount, unit),
            Much::Months(_) | Much::Nothing => bail!("how much is given?"),
        };
        let name = match &lot.product {
            Some(product) => product.clone(),
            None => format!("{} {}", of.product.name(), of.product.strength.as_deref().unwrap_or_default()),
        };
        if lot.product.is_some() {
            let package = self.shelf.package(&name, Some(size))?;
            made.product = self.shelf.prescribed(package)?.as_dispensed();
        }
        made.part_package = !self.shelf.packages(&name).any(|one| one.size == size && one.unit == *unit);
        made.packages = packages;
        made.package_size = Amount::new(size, unit);
        made.package_text = Some(format!("{packages}X{} {unit}", size.normalize()));
        made.delivered = Amount::new(size.saturating_mul(packages.into()), unit);
        made.price = Some(self.shelf.package(&name, Some(size))?.price);
        made.substituted = lot.substituted.unwrap_or_else(|| {
            let prescribed = of.product.name();
            matches!(of.product.item, Item::Authorised { .. }) && made.product.name != prescribed
        });
        let after = remaining(of, history.iter().chain([&*made]));
        made.fully_dispensed = lot.stated_over.unwrap_or_else(|| after.is_over());
        if let Some(statement) = after.statement() {
            made.remaining = statement;
        }
        // No document can say that less than nothing remains.
        made.remaining.value = made.remaining.value.map(|value| value.max(Decimal::ZERO));
        if let Some(stated) = &lot.stated_left {
            let (amount, unit) = stated.rsplit_once(' ').context("an amount has a unit")?;
            let value = amount.parse().ok();
            let text = value.is_none().then(|| amount.to_owned());
            made.remaining = RemainingStatement { value, text, unit: Unit::new(unit), words: None };
        }
        Ok(())
    }

    fn changed_lot(&mut self, number: usize, lot: Option<&Lot>, held: &Held, on: Occasion<'_>) -> Result<Paper> {
        let before = held.lot(number)?.clone();
        let by = self.cast.professional(on.by)?;
        let own = by.organisation.clone().context("where?")?;
        let reason = change_reason("5", on.because.or(Some("Virheellinen kirjaus")))?;
        let (replaces, party) = (before.reference.clone(), party(&by));
        let (document_type, change) = match lot {
            Some(_) => (DocumentType::DispensationCorrection, Change::Correction(Correction { replaces, by, reason })),
            None => {
                let kind = prescription::CancellationKind::Technical;
                let cancellation = Cancellation { replaces, by: Some(by), reason, kind, party, consent: None };
                (DocumentType::DispensationCancellation, Change::Cancellation(cancellation))
            }
        };
        let mut made = Dispensation {
            reference: DocumentReference {
                id: self.identifier(on)?,
                set_id: before.reference.set_id.clone(),
                document_type,
            },
            version: before.version + 1,
            change: Some(change),
            made_at: on.at,
            // A pharmacy that changes another one's says that it is its own: nothing else would come so far.
            author: Professional { organisation: Some(own.clone()), ..before.author },
            pharmacy: own,
            ..before
        };
        if let Some(lot) = lot {
            let others: Vec<Dispensation> =
                held.live().into_iter().filter(|one| one.reference.set_id != made.reference.set_id).collect();
            self.give(lot, held.newest()?, &others, &mut made)?;
        }
        paper_of_lot(made)
    }

    fn mark(&mut self, deed: MarkDeed, held: &Held, on: Occasion<'_>) -> Result<Paper> {
        let author = self.cast.professional(on.by)?;
        let explanation = on.because.map(Explanation::new).transpose()?;
        let needed = || explanation.clone().context("why? `because \"…\"`");
        let lock = || -> Result<LockReference> {
            let lock = held.lock.clone().context("nobody has locked it")?;
            Ok(LockReference { id: lock.id, set_id: lock.set_id })
        };
        let kind = match deed {
            MarkDeed::Lock => MarkKind::Lock { explanation },
            MarkDeed::Unlock => MarkKind::Unlock { lock: lock()?, explanation: needed()? },
            MarkDeed::Reserve => MarkKind::Reservation { explanation },
            MarkDeed::Release => MarkKind::Release { mark: held.mark.clone(), explanation },
            MarkDeed::DoseDispensing => MarkKind::DoseDispensing { explanation },
            MarkDeed::DoseDispensingEnd => MarkKind::DoseDispensingEnd { mark: held.mark.clone(), explanation },
            MarkDeed::GiveBack => MarkKind::DispensingReservationRelease { explanation },
        };
        let id = self.identifier(on)?;
        let mark = Mark {
            set_id: id.clone(),
            id,
            version: 1,
            kind,
            prescription: held.version(on.how.version)?.reference.clone(),
            patient: self.patient(held, on.how)?,
            unit: author.organisation.clone().context("where?")?,
            author,
            at: on.at,
            made_at: on.at,
            unknown: vec![],
        };
        let bytes = cda::write_mark(&mark, &writing(Definition::dispensation_2014()?))?;
        Ok(Paper { reference: mark.reference(), version: 1, made: Made::Mark(Box::new(mark)), bytes })
    }

    /// An answer to a renewal request. No public document shows one, so that `cda` reads it by analogy and writes none: this
    /// is a mark's document with another type, which names the request and states field 111.
    fn answer(&mut self, state: &RenewalState, held: &Held, on: Occasion<'_>) -> Result<Paper> {
        let author = self.cast.professional(on.by)?;
        let id = self.identifier(on)?;
        let request = held.request.clone().context("no renewal was asked for")?;
        let field = format!(
            "<entry xmlns=\"urn:hl7-org:v3\"><observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"111\" \
             codeSystem=\"{FIELDS}\"/><value xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CE\" \
             code=\"{}\" codeSystem=\"1.2.246.537.5.40106.2006\"/></observation></entry>",
            state.code()
        );
        let mark = Mark {
            set_id: id.clone(),
            id,
            version: 1,
            kind: MarkKind::Release { mark: Some(request), explanation: None },
            prescription: held.newest()?.reference.clone(),
            patient: held.newest()?.patient.clone(),
            unit: author.organisation.clone().context("where?")?,
            author,
            at: on.at,
            made_at: on.at,
            unknown: vec![],
        };
        let written = String::from_utf8(cda::write_mark(&mark, &writing(Definition::dispensation_2014()?))?)?;
        let types = "codeSystem=\"1.2.246.537.5.40105.2006\"";
        let (release, answer) = (DocumentType::Release, DocumentType::RenewalAnswer);
        let typed = written
            .replace(&format!("code=\"{}\" {types}", release.code()), &format!("code=\"{}\" {types}", answer.code()))
            .replace(release.title(), answer.title());
        let last = typed.rfind("</section>").context("the document has no section")?;
        let (before, after) = typed.split_at(last);
        let reference = DocumentReference { document_type: answer, ..mark.reference() };
        Ok(Paper {
            reference,
            version: 1,
            made: Made::Mark(Box::new(mark)),
            bytes: format!("{before}{field}{after}").into_bytes(),
        })
    }

    fn request(
        &mut self,
        unit: &str,
        consent: &prescription::Consent,
        held: &Held,
        on: Occasion<'_>,
    ) -> Result<RenewalRequest> {
        let person = self.cast.professional(on.by)?;
        let id = self.identifier(on)?;
        let of = held.newest()?;
        let reference = DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::RenewalRequest };
        Ok(RenewalRequest {
            reference,
            version: 1,
            patient: self.patient(held, on.how)?,
            mobile: Some("0400000000".to_owned()),
            requester: Requester::Professional {
                unit: person.organisation.clone().context("where?")?,
                person: Box::new(person),
            },
            asked_at: on.at,
            made_at: on.at,
            recipient: self.cast.organisation(unit)?,
            prescription: of.reference.clone(),
            prescribed_at: Some(of.prescribed_at),
            prescriber: of.prescriber.clone(),
            product_name: of.product.name().to_owned(),
            consent: Some(consent.clone()),
            message: on.because.map(str::to_owned),
            state: None,
            unknown: vec![],
        })
    }
}

/// Kanta's list of fields (Lääkityslista).
const FIELDS: &str = "1.2.246.537.6.12.2002.126";

fn paper_of_lot(made: Dispensation) -> Result<Paper> {
    let bytes = cda::write_dispensation(&made, &writing(Definition::dispensation_2014()?))?;
    Ok(Paper { reference: made.reference.clone(), version: made.version, made: Made::Lot(Box::new(made)), bytes })
}

fn change_reason(code: &str, text: Option<&str>) -> Result<ChangeReason> {
    let code = Code { code: code.to_owned(), system: "1.2.246.537.6.600.2013".to_owned(), name: None };
    ChangeReason::new(code, text.map(str::to_owned)).context("another reason is told in words: `because \"…\"`")
}

/// The cancelling party (1.2.246.537.5.40102.2006): a physician is 1, a pharmacy presumably 2.
fn party(by: &Professional) -> Code {
    let code = if by.prescriber_id.is_some() { "1" } else { "2" };
    Code { code: code.to_owned(), system: "1.2.246.537.5.40102.2006".to_owned(), name: None }
}

fn writing(definition: Definition) -> Writing {
    let software =
        Software { vendor: "Tiski".into(), product: "Tiski".into(), version: env!("CARGO_PKG_VERSION").into() };
    Writing { definition, software }
}
