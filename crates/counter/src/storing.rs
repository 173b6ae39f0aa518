//! Storing a telephone or paper prescription that a medicine was handed over on in an outage (OU-2): the person who handed
//! over makes the prescription's document and its dispensation's, signs both with one PIN, and both are durable in one
//! batch, the prescription first. The outbox sends what belongs to one prescription in that order, and holds the
//! dispensation back as long as the prescription is not stored.

use std::num::NonZeroU32;

use card::Pin;
use cda::{Definition, Writing};
use chrono::{NaiveDate, NaiveDateTime};
use medicines::Package;
use prescription::codes::{PrescriptionKind, StoredKind};
use prescription::outage::Basis;
use prescription::product::NamedKind;
use prescription::rules::State;
use prescription::storing::Lack;
use prescription::{
    Amount, Code, Dispensation, DocumentReference, DocumentType, Dosage, Explained, Finding, Item, Oid, Patient,
    PersonIdentityCode, PersonName, PositiveAmount, PrescribedProduct, Prescription, ProductKind, Professional,
    Quantity, Recording, RegistrationNumber, Right, Sex, SignatureTrust, StoredByPharmacy, Substance, Summary, Vnr,
    storing, time,
};
use record::{Batch, NewDocument, NewEvent};
use rust_decimal::Decimal;
use serde_json::json;

use crate::goods::{MOST_UNITS, Stock, whole_packages};
use crate::lot::{HandOverTime, Lot, label_dosage};
use crate::outage::class_of;
use crate::self_check::Shown;
use crate::signing_desk::{Beside, Unsigned, kept};
use crate::{Counter, CounterError, Fetched, HandedOver, Identifiers, KelaSaid, PersonSaid, Session, Signed};

/// A text of a prescription that is stored has at most so many characters.
const LONGEST_TEXT: usize = 2_000;

/// A name has at most so many.
const LONGEST_NAME: usize = 120;

/// Hoitolaji "sairauden hoito": what a pharmacy is told of nothing else (docs/assumptions.md).
const CARE_OF_ILLNESS: (&str, &str, &str) = ("S", "1.2.246.537.5.40101.2006", "Sairauden hoito");

/// Why a pharmacy stored it (field 213), with the names that documents carry.
const REASONS: (&str, [(&str, &str); 4]) = (
    "1.2.246.537.5.40302.201501",
    [("1", "Tekninen häiriö"), ("2", "Kiireellinen lääkehoito"), ("3", "Muu syy"), ("4", "Erityislupavalmiste")],
);

/// What a person reads from the paper, or from the notes of the call, beside what the hand-over says already.
#[derive(Debug, Clone)]
pub struct ToStore {
    /// The patient's code, where the hand-over has none.
    pub identity_code: Option<PersonIdentityCode>,
    /// The patient's name.
    pub patient: PersonName,
    /// The prescriber's name.
    pub prescriber: PersonName,
    /// The prescriber's registration number.
    pub registration: Option<RegistrationNumber>,
    /// The prescriber's identifier of six digits, which stands on paper.
    pub prescriber_id: Option<String>,
    /// The prescriber's right.
    pub right: Right,
    /// When it was prescribed, Finnish time; of a paper the beginning of its day.
    pub prescribed_at: Option<NaiveDateTime>,
    /// The prescribed package, where the database has it.
    pub vnr: Option<Vnr>,
    /// The product as written, where it has not.
    pub product: String,
    /// How many units are prescribed in all.
    pub amount: Decimal,
    /// Of what, where no package says.
    pub unit: String,
    /// How to take it.
    pub dosage: String,
    /// What it is for, where that is said.
    pub purpose: String,
    /// Why it was not made electronically: a code of field 213.
    pub why: String,
    /// The words beside the code.
    pub why_words: String,
    /// The last day of validity; as long as the act allows where absent.
    pub valid_until: Option<NaiveDate>,
    /// A person's reason, for what a rule opens with one.
    pub reason: Option<String>,
}

/// What the rules say of a prescription that is about to be stored, and of its dispensation.
#[derive(Debug, Clone)]
pub struct StoringChecks {
    /// Every rule's answer.
    pub findings: Vec<Finding>,
    /// What it lacks.
    pub lacks: Vec<Lack>,
    /// The last day of validity that it would have; nothing where too little is known.
    pub valid_until: Option<NaiveDate>,
}

impl StoringChecks {
    /// Whether nothing hinders.
    pub fn may_sign(&self) -> bool {
        !self.findings.iter().any(Finding::hinders)
    }
}

/// A stored prescription with its dispensation: signed and saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The prescription.
    pub prescription: Signed,
    /// The dispensation.
    pub dispensation: Signed,
}

/// Both documents as they would be signed, and what the rules say of them.
struct Pair {
    prescription: Prescription,
    dispensation: Dispensation,
    findings: Vec<Finding>,
    lacks: Vec<Lack>,
}

impl Counter {
    /// A hand-over on a telephone or paper prescription that whoever is logged in may store, with its package.
    pub fn storable(&self, entry_id: &str) -> Result<(HandedOver, Package), CounterError> {
        let session = self.open_session()?;
        let entry = self.own_hand_over(&session, entry_id)?;
        let package = self.package_of(&entry.said).filter(|_| entry.said.basis.is_new_prescription());
        let package = package.ok_or(CounterError::NotStorable)?;
        Ok((entry, package))
    }

    /// What the rules say of storing it so. Asks nobody.
    pub fn check_storing(&self, entry_id: &str, with: &ToStore) -> Result<StoringChecks, CounterError> {
        let session = self.open_session()?;
        let (entry, package) = self.storable(entry_id)?;
        let placeholder = Oid::parse(&entry.entry_id).map_err(|_| CounterError::UnknownHandOver)?;
        Ok(match self.pair(&session, (&entry, &package), with, &placeholder)? {
            Ok(pair) => {
                StoringChecks { findings: pair.findings, lacks: pair.lacks, valid_until: pair.prescription.valid_until }
            }
            Err(lacks) => StoringChecks { findings: storing::incomplete(), lacks, valid_until: None },
        })
    }

    /// Signs the prescription and its dispensation with PIN2 and makes both durable, with the hand-over as written. After
    /// this the outbox has the rest.
    pub fn store_prescription(
        &self,
        entry_id: &str,
        with: &ToStore,
        (pin, allow_last_try): (&Pin, bool),
    ) -> Result<Stored, CounterError> {
        let session = self.who_may_still_practise(self.open_session()?)?;
        let (entry, package) = self.storable(entry_id)?;
        let now = self.deps.clock.now();
        let identifiers = Identifiers { record: &self.deps.record, pharmacy: &self.deps.pharmacy.id };
        let pair = self.pair(&session, (&entry, &package), with, &identifiers.next(now)?)?;
        let Ok(Pair { prescription, dispensation, findings, .. }) = pair else {
            let finding = storing::incomplete().into_iter().find(Finding::hinders);
            return Err(finding.map_or(CounterError::NotStorable, |finding| CounterError::Rule(Box::new(finding))));
        };
        if let Some(finding) = findings.into_iter().find(Finding::hinders) {
            return Err(CounterError::Rule(Box::new(finding)));
        }
        let unsigned = [self.unsigned_prescription(&prescription)?, self.unsigned(&dispensation)?];
        fail_point::at!(AppBeforeSigning);
        let documents = self.signed_by_card(&session, (pin, allow_last_try), &unsigned)?;
        let listed: Vec<&Oid> = unsigned.iter().map(|one| &one.id).collect();
        let [order, lot] =
            <[Vec<u8>; 2]>::try_from(documents).map_err(|_| CounterError::SelfCheck("not-two-documents"))?;
        self.check_before_it_leaves(&session, &order, Shown::Prescription(&prescription), &listed)?;
        self.check_before_it_leaves(&session, &lot, Shown::Dispensation(&dispensation), &listed)?;
        fail_point::at!(AppSigned);
        let (line, given) = (Summary::of_prescription(&prescription), Summary::of(&dispensation));
        let id = &prescription.reference.id;
        let payload = json!({ "entry": entry.entry_id, "reason": with.reason });
        let event = NewEvent::new("prescription.stored", now, payload).by(session.registration.as_str());
        let batch = Batch::new(now).by(session.registration.as_str());
        let batch = batch.event(event.about(id.as_str())).document(NewDocument {
            document_id: id.to_string(),
            set_id: id.to_string(),
            prescription_set_id: id.to_string(),
            kind_code: prescription.reference.document_type.code().to_owned(),
            bytes: order,
            summary: json!(line),
        });
        let beside = Beside { reason: with.reason.as_deref(), ..Beside::default() };
        // The order of the batch is that of the outbox: first the prescription, then what was given on it.
        let batch = kept(batch, &session, (&dispensation, beside), lot, now);
        let written = dispensation.reference.id.as_str();
        self.deps.record.commit(batch.writing(entry.entry_id.as_str(), written))?;
        fail_point::at!(AppSaved);
        let signed = |document_id: &Oid, summary| Signed {
            document_id: document_id.clone(),
            prescription_set_id: id.clone(),
            summary,
            unlisted: None,
        };
        Ok(Stored { prescription: signed(id, line), dispensation: signed(&dispensation.reference.id, given) })
    }

    /// Both documents under these identifiers, or without what there is no prescription yet.
    fn pair(
        &self,
        session: &Session,
        (entry, package): (&HandedOver, &Package),
        with: &ToStore,
        id: &Oid,
    ) -> Result<Result<Pair, Vec<Lack>>, CounterError> {
        let prescription = match self.ordered(session, (entry, package), with, id)? {
            Ok(prescription) => prescription,
            Err(lacks) => return Ok(Err(lacks)),
        };
        let (label, shelf) = (label_dosage(&prescription), self.deps.shelf());
        // It is signed by the one who asks, with what is given on it; nothing else was ever given.
        let fetched = Fetched { prescription, trust: SignatureTrust::Trusted, signatures: vec![], history: vec![] };
        let lot = Lot {
            shelf: &shelf,
            stock: Stock::Package(package),
            amount: entry.said.amount,
            label: &label,
            reason: with.reason.as_deref(),
            preparer: None,
            handed_over: Some(HandOverTime::from(entry)),
            said: PersonSaid::default(),
            deviation: None,
            kela: &KelaSaid::NotAsked,
        };
        let proposal = self.proposal_in(session, &State::default(), &fetched, &lot);
        let case = storing::Storing {
            prescription: &fetched.prescription,
            class: class_of(Some(package)),
            handed_over_at: time::finnish(entry.at),
            acting: &session.right,
            now: time::finnish(self.deps.clock.now()),
            reason: with.reason.as_deref(),
        };
        let (mut findings, lacks) = (storing::check(&case), storing::lacks(&case));
        let told = |one: &Finding| findings.iter().any(|said| said.rule == one.rule);
        let of_the_lot: Vec<Finding> = proposal.findings.into_iter().filter(|one| !told(one)).collect();
        findings.extend(of_the_lot);
        let written = Oid::parse(&entry.entry_id).map_err(|_| CounterError::UnknownHandOver)?;
        let reference =
            DocumentReference { set_id: written.clone(), id: written, document_type: DocumentType::Dispensation };
        let dispensation = Dispensation { reference, ..proposal.dispensation };
        Ok(Ok(Pair { prescription: fetched.prescription, dispensation, findings, lacks }))
    }

    /// The prescription as it was given on paper or by telephone, or what it must have to be one.
    fn ordered(
        &self,
        session: &Session,
        (entry, package): (&HandedOver, &Package),
        with: &ToStore,
        id: &Oid,
    ) -> Result<Result<Prescription, Vec<Lack>>, CounterError> {
        let shelf = self.deps.shelf();
        let prescribed = match &with.vnr {
            Some(vnr) => Some(shelf.edition().package(vnr).ok_or(CounterError::UnknownPackage)?),
            None => None,
        };
        let (product, quantity) = (self.product(with, prescribed), quantity(with, prescribed));
        let (Some(prescribed_at), Some(product), Some(quantity)) = (with.prescribed_at, &product, &quantity) else {
            let parts = [
                (Lack::Time, with.prescribed_at.is_none()),
                (Lack::Product, product.is_none()),
                (Lack::Amount, quantity.is_none()),
            ];
            return Ok(Err(parts.into_iter().filter_map(|(lack, lacks)| lacks.then_some(lack)).collect()));
        };
        let definition = Definition::version_3_30().map_err(|_| CounterError::Settings("definition"))?;
        // What was handed over is of the class of what was prescribed.
        let control = prescribed.unwrap_or(package).control.clone();
        let identity_code = entry.said.identity_code.clone().or_else(|| with.identity_code.clone());
        let mut recorder = session.professional();
        recorder.organisation = Some(self.deps.pharmacy.clone());
        let kind = match entry.said.basis {
            Basis::Telephone => StoredKind::Telephone,
            _ => StoredKind::Paper,
        };
        let mut made = Prescription {
            reference: DocumentReference {
                id: id.clone(),
                set_id: id.clone(),
                document_type: DocumentType::Prescription,
            },
            version: 1,
            change: None,
            definition: definition.header,
            made_at: time::finnish(self.deps.clock.now()),
            patient: Patient {
                birth_date: identity_code.as_ref().and_then(PersonIdentityCode::birth_date),
                sex: identity_code.as_ref().and_then(PersonIdentityCode::sex).unwrap_or(Sex::Unknown),
                identity_code,
                name: named(&with.patient),
            },
            minor_disclosure: None,
            prescriber: Professional {
                registration: with.registration.clone(),
                prescriber_id: with.prescriber_id.clone(),
                name: named(&with.prescriber),
                right: Some(with.right.clone()),
                // Nobody at a pharmacy knows the identifier of the prescriber's unit (docs/assumptions.md).
                ..Professional::default()
            },
            recording: Recording::AtPharmacy(StoredByPharmacy { recorder, kind, reason: explained(with) }),
            prescribed_at,
            service_event: None,
            valid_until: with.valid_until,
            renews: None,
            medicine: None,
            kind: PrescriptionKind::Ordinary,
            hospital_pharmacy: None,
            product: product.clone(),
            quantity: quantity.clone(),
            iteration: None,
            dosage: Dosage { text: cut(&with.dosage, LONGEST_TEXT), only_text: true, ..Dosage::default() },
            narcotic: control == Some(prescription::ControlClass::Narcotic),
            control,
            identification: None,
            purpose: Some(cut(&with.purpose, LONGEST_TEXT)).filter(|text| !text.is_empty()),
            care_types: vec![coded(CARE_OF_ILLNESS)],
            employer: None,
            insurer: None,
            special_report: None,
            message_to_pharmacy: None,
            substitution_prohibited: false,
            renewal_prohibited: None,
            permanent: false,
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
        made.valid_until = made.valid_until.or_else(|| Some(storing::longest(&made)));
        Ok(Ok(made))
    }

    /// The package that was prescribed, or the product as it is written.
    fn product(&self, with: &ToStore, prescribed: Option<&Package>) -> Option<PrescribedProduct> {
        let Some(package) = prescribed else {
            let name = cut(&with.product, LONGEST_NAME);
            let kind = NamedKind::OutsideDatabase;
            let item = Item::Named { kind, name: name.clone(), vnr: None, atc: None, substances: vec![] };
            let product = PrescribedProduct {
                item,
                strength: None,
                form: None,
                holder: None,
                container: None,
                note: None,
                database_version: None,
            };
            return (!name.is_empty()).then_some(product);
        };
        let sold = package.product(self.deps.shelf().edition().name());
        let substances = package.substances.iter().map(|name| Substance::named(name)).collect();
        let (name, vnr, atc) = (sold.name, package.vnr.clone(), sold.atc);
        let item = match NamedKind::ALL.into_iter().find(|kind| kind.kind() == package.kind) {
            Some(kind) => Item::Named { kind, name, vnr: Some(vnr), atc, substances },
            None if package.kind == ProductKind::Authorised => Item::Authorised { vnr, name, atc, substances },
            None => return None,
        };
        Some(PrescribedProduct {
            item,
            strength: sold.strength,
            form: sold.form,
            holder: sold.holder,
            container: None,
            note: None,
            database_version: sold.database_version,
        })
    }

    fn unsigned_prescription(&self, prescription: &Prescription) -> Result<Unsigned, CounterError> {
        let definition = Definition::version_3_30().map_err(|_| CounterError::Settings("definition"))?;
        let writing = Writing { definition, software: self.deps.software.clone() };
        let bytes = cda::write_prescription(prescription, &writing)
            .map_err(|_| CounterError::SelfCheck("prescription-not-writable"))?;
        Ok(Unsigned { id: prescription.reference.id.clone(), bytes })
    }
}

/// Whole packages of the prescribed one, else a total amount.
fn quantity(with: &ToStore, prescribed: Option<&Package>) -> Option<Quantity> {
    if with.amount > Decimal::from(MOST_UNITS) {
        return None;
    }
    let Some(package) = prescribed else {
        return Quantity::total(Amount::new(with.amount, with.unit.trim()));
    };
    let unit = package.unit.as_str();
    match whole_packages(with.amount, package.size).and_then(NonZeroU32::new) {
        Some(count) => {
            let size = PositiveAmount::new(package.size, unit)?;
            let text = Some(format!("{count}X{size}"));
            Some(Quantity::Packages { count, factor: NonZeroU32::MIN, size, text })
        }
        None => Quantity::total(Amount::new(with.amount, unit)),
    }
}

fn explained(with: &ToStore) -> Explained {
    let (system, names) = REASONS;
    let name = names.iter().find(|(code, _)| *code == with.why).map(|(_, name)| (*name).to_owned());
    let words = cut(&with.why_words, LONGEST_TEXT);
    Explained {
        code: Code { code: cut(&with.why, 8), system: system.to_owned(), name },
        text: Some(words).filter(|words| !words.is_empty()),
    }
}

fn coded((code, system, name): (&str, &str, &str)) -> Code {
    Code { code: code.to_owned(), system: system.to_owned(), name: Some(name.to_owned()) }
}

/// A name without what stands around it, within its limits.
fn named(name: &PersonName) -> PersonName {
    let given = name.given.iter().map(|one| cut(one, LONGEST_NAME)).filter(|one| !one.is_empty()).take(8).collect();
    PersonName { given, family: cut(&name.family, LONGEST_NAME), ..PersonName::default() }
}

fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect::<String>().trim_end().to_owned()
}
