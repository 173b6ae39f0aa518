//! Handing over when the Prescription Centre cannot be reached and no prescription was fetched (OU-1, OU-2, OU-6): the
//! entry is durable before anybody says "saved", it needs no network, and its identifier is the one that its document
//! will have. When the Centre answers again, the same person writes the document of it, with the real time of hand-over.

use chrono::{DateTime, Utc};
use kanta::metadata::{Metadata, Query};
use kanta::{Basis as BehalfBasis, OnBehalf};
use medicines::Package;
use prescription::outage::{self, Basis, Class};
use prescription::{Finding, Oid, PersonIdentityCode, Prescription, Vnr, time};
use record::{Batch, NewOutageEntry, OutageEntry, OutageFilter, OutageState};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::goods::MOST_UNITS;
use crate::{Acting, Counter, CounterError, Identifiers, Session, Visit};

/// A text of an entry has at most so many characters.
const LONGEST_TEXT: usize = 1_000;

/// A name or a number of an entry has at most so many.
const LONGEST_NAME: usize = 120;

/// So many hand-overs that wait for their documents are listed at a time: an outage of a day at a large pharmacy.
const MOST_WAITING: usize = 2_000;

/// What is asked of a person who hands over in an outage; kept as the entry's content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// On what.
    pub basis: Basis,
    /// For whom, where the code is known.
    pub identity_code: Option<PersonIdentityCode>,
    /// For whom, by name.
    pub customer: String,
    /// How whoever is here was identified, as [`Acting::identified`].
    pub identified: String,
    /// With what right somebody else acts for the customer, as `kanta::Basis` codes it; nobody else where absent.
    pub on_behalf: Option<String>,
    /// The prescription's identifier, from the bar code of an instruction or a summary.
    pub prescription: Option<Oid>,
    /// What was read: the instruction's text, the label, the words of a telephone or paper prescription.
    pub read: String,
    /// Who prescribed, with the prescriber's number, by telephone or on paper.
    pub prescriber: String,
    /// The package.
    pub vnr: Option<Vnr>,
    /// The product in words, where the package is not in the database.
    pub product: String,
    /// How many units.
    pub amount: Decimal,
    /// Of what, where the package does not say.
    pub unit: String,
    /// Whether the need was immediate (OU-3).
    pub immediate: bool,
    /// A person's reason, for what a rule opens with one.
    pub reason: Option<String>,
    /// When it was handed over; now where absent.
    pub handed_over_at: Option<DateTime<Utc>>,
    /// The name of who hands over; the counter writes it.
    pub person: String,
}

/// A hand-over as the record has it.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedOver {
    /// Its identifier, which is that of its document.
    pub entry_id: String,
    /// Registration number of who handed over.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// All that was asked.
    pub said: HandOver,
    /// Where it stands.
    pub state: OutageState,
}

impl HandedOver {
    fn of(entry: OutageEntry) -> Result<Self, CounterError> {
        let content = entry.content.ok_or(CounterError::UnknownHandOver)?;
        // What another version of the program wrote and this one cannot read is told, and never passed over.
        let said = serde_json::from_value(content).map_err(|_| CounterError::Document("outage-entry-unreadable"))?;
        Ok(Self {
            entry_id: entry.entry_id,
            by: entry.actor.unwrap_or_default(),
            at: entry.handed_over_at,
            said,
            state: entry.state,
        })
    }
}

impl Counter {
    /// What the rules say of a hand-over, for whoever is logged in. `centre_answers` is whether the Centre was reached the
    /// last time. Asks nobody.
    pub fn check_hand_over(&self, with: &HandOver, centre_answers: bool) -> Result<Vec<Finding>, CounterError> {
        let session = self.open_session()?;
        Ok(self.hand_over_findings(&session, with, centre_answers))
    }

    /// Makes a hand-over durable: after this, and not earlier, it is saved. Needs no network.
    pub fn hand_over(&self, with: HandOver, centre_answers: bool) -> Result<HandedOver, CounterError> {
        let session = self.who_may_still_practise(self.open_session()?)?;
        let said = with.within_limits();
        if said.amount <= Decimal::ZERO || said.amount > Decimal::from(MOST_UNITS) {
            return Err(CounterError::NotAnAmount);
        }
        if said.vnr.as_ref().is_some_and(|vnr| self.deps.shelf().edition().package(vnr).is_none()) {
            return Err(CounterError::UnknownPackage);
        }
        if said.vnr.is_none() && said.product.is_empty() {
            return Err(CounterError::UnknownPackage);
        }
        let findings = self.hand_over_findings(&session, &said, centre_answers);
        if let Some(finding) = findings.iter().find(|finding| finding.hinders()) {
            return Err(CounterError::Rule(Box::new(finding.clone())));
        }
        let now = self.deps.clock.now();
        let at = said.handed_over_at.unwrap_or(now);
        let person = session.professional().name.given_first();
        let said = HandOver { handed_over_at: Some(at), person, ..said };
        let entry_id =
            Identifiers { record: &self.deps.record, pharmacy: &self.deps.pharmacy.id }.next(now)?.to_string();
        let entry = NewOutageEntry { entry_id: entry_id.clone(), handed_over_at: at, content: json!(said) };
        let by = session.registration.as_str().to_owned();
        self.deps.record.commit(Batch::new(now).by(by.as_str()).handing_over(entry))?;
        // As the record has it, which keeps less of a moment than the clock tells.
        let entry = self.deps.record.outage_entry(&entry_id)?.ok_or(CounterError::UnknownHandOver)?;
        HandedOver::of(entry)
    }

    /// What was handed over and has no document yet, oldest first.
    pub fn handed_over(&self) -> Result<Vec<HandedOver>, CounterError> {
        let states = vec![OutageState::Waiting];
        let filter = OutageFilter { states, limit: Some(MOST_WAITING), ..OutageFilter::default() };
        self.deps.record.outage_entries(filter)?.into_iter().map(HandedOver::of).collect()
    }

    /// Opens a visit in which the document of a hand-over is written: by the person who handed over, from what the Centre
    /// has. The one prescription that it can only be is taken in hand; where several can be meant, the person chooses.
    pub fn write_up(&self, entry_id: &str) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        if !session.right.may_dispense() {
            return Err(CounterError::Right);
        }
        let entry = self.own_hand_over(&session, entry_id)?;
        let acting = entry.said.acting();
        let mut visit = Err(CounterError::NotUnderstood(None));
        for query in entry.said.queries() {
            visit = self.visit_of(&session, query, acting.clone(), Some(entry.clone()));
            if visit.as_ref().is_ok_and(|visit| !visit.listed.is_empty()) {
                break;
            }
        }
        let visit = visit?;
        match self.meant(&entry.said, &visit.listed) {
            Some(set_id) => self.open_prescription(&set_id),
            None => Ok(visit),
        }
    }

    /// A hand-over that waits, of the person who is logged in.
    pub(crate) fn own_hand_over(&self, session: &Session, entry_id: &str) -> Result<HandedOver, CounterError> {
        let entry = self.deps.record.outage_entry(entry_id)?.ok_or(CounterError::UnknownHandOver)?;
        let entry = HandedOver::of(entry)?;
        if entry.state != OutageState::Waiting {
            return Err(CounterError::UnknownHandOver);
        }
        if entry.by != session.registration.as_str() {
            return Err(CounterError::AnothersHandOver);
        }
        Ok(entry)
    }

    /// A person who may dispense settles a hand-over without its document, and says how: where its own person is gone, or
    /// no prescription is found.
    pub fn settle_hand_over(&self, entry_id: &str, note: &str) -> Result<(), CounterError> {
        let by = self.one_who_may_settle()?;
        let note = note.trim();
        if note.is_empty() {
            return Err(CounterError::NoNote);
        }
        self.deps.record.settle_outage_entry(entry_id, note, by.as_str(), self.deps.clock.now())?;
        Ok(())
    }

    /// OU-6b: what of this medicine was handed over to this patient and is not entered yet, but for the hand-over that is
    /// just being written.
    pub(crate) fn unwritten_of(
        &self,
        prescription: &Prescription,
        but: Option<&str>,
        reason: Option<&str>,
    ) -> Vec<Finding> {
        let Ok(waiting) = self.handed_over() else { return vec![] };
        let same = |entry: &&HandedOver| Some(entry.entry_id.as_str()) != but && self.is_of(&entry.said, prescription);
        let Some(entry) = waiting.iter().find(same) else { return vec![] };
        let amount = format!("{} {}", prescription::amount::plain(entry.said.amount), self.unit_of(&entry.said));
        outage::not_entered_yet(time::finnish(entry.at), amount.trim(), reason)
    }

    /// The unit of what was handed over.
    pub fn unit_of(&self, said: &HandOver) -> String {
        self.package_of(said).map_or_else(|| said.unit.clone(), |package| package.unit.to_string())
    }

    /// The package that was handed over, where the database has it.
    pub fn package_of(&self, said: &HandOver) -> Option<Package> {
        said.vnr.as_ref().and_then(|vnr| self.deps.shelf().edition().package(vnr).cloned())
    }

    fn is_of(&self, said: &HandOver, prescription: &Prescription) -> bool {
        let reference = &prescription.reference;
        if let Some(read) = &said.prescription {
            return *read == reference.id || *read == reference.set_id;
        }
        let same_person = said.identity_code.is_some() && said.identity_code == prescription.patient.identity_code;
        let package = self.package_of(said);
        let atc = package.as_ref().map(|package| package.atc.as_str());
        let same_medicine = atc.is_none() || atc == prescription.product.atc().map(|atc| atc.code.as_str());
        same_person && same_medicine
    }

    /// The one listed prescription that a hand-over can only be of: the one whose identifier was read, or else the only one
    /// of the same substance and strength.
    fn meant(&self, said: &HandOver, listed: &[Metadata]) -> Option<Oid> {
        let is_read = |metadata: &&Metadata| {
            said.prescription
                .as_ref()
                .is_some_and(|id| *id == metadata.reference.id || *id == metadata.reference.set_id)
        };
        if let Some(read) = listed.iter().find(is_read) {
            return Some(read.reference.set_id.clone());
        }
        let package = self.package_of(said)?;
        let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
        let same = |metadata: &&Metadata| {
            let medicine = &metadata.medicine;
            medicine.atc.as_ref().is_some_and(|atc| atc.code == package.atc)
                && medicine.strength.as_deref().is_none_or(|strength| plain(strength) == plain(&package.strength))
        };
        let mut same = listed.iter().filter(same);
        let only = same.next().filter(|_| same.next().is_none())?;
        Some(only.reference.set_id.clone())
    }

    fn hand_over_findings(&self, session: &Session, with: &HandOver, centre_answers: bool) -> Vec<Finding> {
        let now = self.deps.clock.now();
        let class = class_of(self.package_of(with).as_ref());
        let by_name = !with.customer.trim().is_empty() && with.prescription.is_some();
        outage::check(&outage::HandOver {
            basis: with.basis,
            customer_known: with.identity_code.is_some() || by_name,
            identified: !with.identified.trim().is_empty(),
            identifier_read: with.prescription.is_some(),
            read: &with.read,
            prescriber: &with.prescriber,
            class,
            immediate: with.immediate,
            centre_answers,
            handed_over_at: time::finnish(with.handed_over_at.unwrap_or(now)),
            acting: &session.right,
            now: time::finnish(now),
            reason: with.reason.as_deref(),
        })
    }
}

/// The class of a package, as far as it is known.
pub(crate) fn class_of(package: Option<&Package>) -> Class {
    match package {
        Some(package) if package.control.is_some() => Class::Controlled,
        Some(_) => Class::Free,
        None => Class::Unknown,
    }
}

impl HandOver {
    /// The same with every text cut to its limit.
    fn within_limits(mut self) -> Self {
        let cut = |text: &mut String, most: usize| *text = text.trim().chars().take(most).collect();
        for text in [&mut self.read, &mut self.prescriber] {
            cut(text, LONGEST_TEXT);
        }
        for text in [&mut self.customer, &mut self.identified, &mut self.product, &mut self.unit] {
            cut(text, LONGEST_NAME);
        }
        for text in [&mut self.reason, &mut self.on_behalf].into_iter().flatten() {
            cut(text, LONGEST_TEXT);
        }
        self
    }

    fn acting(&self) -> Acting {
        let on_behalf =
            self.on_behalf.as_ref().map(|code| OnBehalf { basis: BehalfBasis::from(code.clone()), medicine: None });
        Acting { on_behalf, identified: self.identified.clone() }
    }

    /// How the prescription is looked for: by the identifier that was read, then by the person.
    fn queries(&self) -> Vec<Query> {
        let by_identifier =
            self.prescription.iter().map(|id| Query { identifiers: vec![id.clone()], ..Query::default() });
        let by_person =
            self.identity_code.iter().map(|code| Query { patients: vec![code.clone()], ..Query::default() });
        by_identifier.chain(by_person).collect()
    }
}
