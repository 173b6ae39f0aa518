//! A visit: who is served, on what basis, identified how, and which of the customer's prescriptions are in hand. What was
//! fetched is a working copy and goes when the visit ends (promise 6 of the house).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kanta::metadata::{Metadata, Query};
use kanta::{Basis, OnBehalf, Party, Requester, User};
use prescription::{InvalidIdentifier, Oid, Patient, PersonIdentityCode, Professional, QueryReason};
use record::NewEvent;
use serde_json::json;

use crate::{Counter, CounterError, Fetched, Hand, HandedOver, KelaSaid, Proposal, Session, Signed, lock};

/// Who stands at the counter (OB-1, OB-2, OB-6). The names are this program's; no national code set was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// With what right somebody else acts for the patient; nobody else where the patient is here in person. The Centre is
    /// told with every question of the visit, and tells less.
    pub on_behalf: Option<OnBehalf>,
    /// How the person was identified: "identity-card", "driving-licence", "passport", "kela-card", "instruction",
    /// "known".
    pub identified: String,
}

/// A visit.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Who may see and change it: the one who opened it, or took it over.
    pub keeper: Professional,
    /// Who is served, as the first prescription names the patient; nobody when nothing was found.
    pub patient: Option<Patient>,
    /// On what basis.
    pub acting: Acting,
    /// Why the Centre was asked.
    pub reason: QueryReason,
    /// When the list was fetched.
    pub fetched_at: DateTime<Utc>,
    /// What the Centre lists, as it lists it.
    pub listed: Vec<Metadata>,
    /// Fetched whole, by set identifier.
    pub fetched: BTreeMap<Oid, Fetched>,
    /// Proposals, by set identifier.
    pub proposals: BTreeMap<Oid, Proposal>,
    /// Packages that were scanned, by set identifier.
    pub hands: BTreeMap<Oid, Hand>,
    /// The prescription in hand.
    pub open: Option<Oid>,
    /// What will be signed, in the order in which it was added.
    pub basket: Vec<Oid>,
    /// What was signed.
    pub signed: Vec<Signed>,
    /// The hand-over of an outage whose document is written in this visit.
    pub handed_over: Option<HandedOver>,
    /// What Kela's purchase query has said.
    pub kela: KelaSaid,
}

/// A visit signs at most this many documents with one PIN.
pub(crate) const MOST_IN_BASKET: usize = 20;

/// What becomes of a visit when somebody logs in (DI-3; promise 6 of the house).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Succession {
    /// The same person is back.
    Stays,
    /// A student prepared it, and one who may sign goes on with it.
    TakenOver,
    /// It is none of the newcomer's business.
    Ends,
}

impl Counter {
    /// A copy of the visit as it is now.
    pub fn visit(&self) -> Result<Visit, CounterError> {
        lock(&self.visit).clone().ok_or(CounterError::NoVisit)
    }

    /// Opens a visit by an identity code or a prescription's identifier. The Centre is told the reason: dispensing.
    pub fn search(&self, text: &str, acting: Acting) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        self.visit_of(&session, understand(text)?, acting, None)
    }

    /// Asks the Centre, and opens a visit with what it lists.
    pub(crate) fn visit_of(
        &self,
        session: &Session,
        query: Query,
        acting: Acting,
        handed_over: Option<HandedOver>,
    ) -> Result<Visit, CounterError> {
        may_ask(&acting, &query)?;
        let requester = self.requester(session, &acting)?;
        let now = self.deps.clock.now();
        let answer = self.deps.centre.search(&query, &requester);
        self.deps.record.append(vec![
            NewEvent::new(
                "visit.searched",
                now,
                json!({
                    "by": if query.patients.is_empty() { "identifier" } else { "identity-code" },
                    "reason": requester.reason.code(),
                    "in_person": acting.on_behalf.is_none(),
                    "basis": acting.on_behalf.as_ref().map(|behalf| behalf.basis.code()),
                    "identified": acting.identified,
                    "found": answer.as_ref().map(|found| found.total).ok(),
                    "hand_over": handed_over.as_ref().map(|entry| entry.entry_id.as_str()),
                }),
            )
            .by(session.registration.as_str()),
        ])?;
        let listed = answer?.prescriptions;
        let visit = Visit {
            keeper: session.professional(),
            patient: listed.first().map(|metadata| metadata.patient.clone()),
            acting,
            reason: requester.reason,
            fetched_at: now,
            listed,
            fetched: BTreeMap::new(),
            proposals: BTreeMap::new(),
            hands: BTreeMap::new(),
            open: None,
            basket: Vec::new(),
            signed: Vec::new(),
            handed_over,
            kela: KelaSaid::NotAsked,
        };
        let mut slot = lock(&self.visit);
        // While the Centre was asked, somebody else may have logged in.
        if self.session().is_none_or(|now| now.registration != session.registration) {
            return Err(CounterError::NoSession);
        }
        *slot = Some(visit.clone());
        // What the visit before had in hand and did not dispense.
        self.give_back();
        Ok(visit)
    }

    /// Ends the visit, forgets its working copies, and gives back what was not dispensed.
    pub fn close_visit(&self) {
        let mut slot = lock(&self.visit);
        *slot = None;
        self.give_back();
    }

    /// Takes one of the visit's prescriptions in hand: fetches it, and proposes what may be dispensed.
    pub fn open_prescription(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        let requester = self.requester(&session, &visit.acting)?;
        let metadata = visit.metadata(set_id)?.clone();
        self.take_in_hand(&session, &metadata.reference, &metadata.patient)?;
        let fetched = self.fetch(set_id, &requester)?;
        if !visit.proposals.contains_key(set_id) || !visit.basket.contains(set_id) {
            let proposal = self.first_proposal(&session, &metadata, &fetched, visit);
            match proposal {
                Some(proposal) => visit.proposals.insert(set_id.clone(), proposal),
                None => visit.proposals.remove(set_id),
            };
        }
        visit.fetched.insert(set_id.clone(), fetched);
        visit.open = Some(set_id.clone());
        self.ask_checks(visit);
        Ok(visit.clone())
    }

    /// Puts a proposal in the basket if every rule allows it. What a student puts there bears the student's name from
    /// then on (DI-3).
    pub fn add_to_basket(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        self.ask_checks(visit);
        let proposal = visit.proposals.get_mut(set_id).ok_or(CounterError::UnknownPrescription)?;
        if let Some(finding) = proposal.hindrance(&session.right) {
            return Err(CounterError::Rule(Box::new(finding.clone())));
        }
        if visit.basket.contains(set_id) {
            return Ok(visit.clone());
        }
        // A hand-over has one document.
        let is_full = match visit.handed_over {
            Some(_) => !(visit.basket.is_empty() && visit.signed.is_empty()),
            None => visit.basket.len() >= MOST_IN_BASKET,
        };
        if is_full {
            return Err(CounterError::FullBasket);
        }
        if !session.right.may_dispense() {
            let amount = proposal.dispensation.delivered.to_string();
            let payload = json!({ "prescription": set_id, "amount": amount });
            let event = NewEvent::new("dispensation.prepared", self.deps.clock.now(), payload);
            self.deps.record.append(vec![event.by(session.registration.as_str())])?;
            // As Kela's sample names a student: number, right and name, no time and no unit.
            proposal.preparer = Some(Professional { logged_in_at: None, ..session.professional() });
        }
        visit.basket.push(set_id.clone());
        self.ask_checks(visit);
        Ok(visit.clone())
    }

    /// Takes a proposal out of the basket; whoever puts it there again is the one who prepared it.
    pub fn remove_from_basket(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        visit.basket.retain(|other| other != set_id);
        if let Some(proposal) = visit.proposals.get_mut(set_id) {
            proposal.preparer = None;
            proposal.dispensation.preparer = None;
        }
        self.ask_checks(visit);
        Ok(visit.clone())
    }

    /// Asks every rule of every proposal again, for who is logged in now.
    pub(crate) fn ask_again(&self, session: &Session, visit: &mut Visit) {
        let renewed: Vec<(Oid, Proposal)> = visit
            .proposals
            .iter()
            .filter_map(|(set_id, old)| {
                let metadata = visit.metadata(set_id).ok()?;
                let fetched = visit.fetched.get(set_id)?;
                Some((set_id.clone(), self.renewed(session, metadata, fetched, old, &visit.kela).ok()?))
            })
            .collect();
        visit.proposals.extend(renewed);
        self.ask_checks(visit);
    }

    pub(crate) fn requester(&self, session: &Session, acting: &Acting) -> Result<Requester, CounterError> {
        let pharmacy = Party::from(&self.deps.pharmacy);
        Ok(Requester {
            system: Party { id: pharmacy.id.clone(), name: self.deps.software.product.clone() },
            pharmacy,
            user: User::with_card(&session.professional()),
            reason: QueryReason::Dispensing,
            reason_text: None,
            on_behalf: acting.on_behalf.clone(),
        })
    }
}

impl Visit {
    /// The open visit, if this session's person keeps it: a request that was on its way when somebody else logged in finds
    /// none.
    pub(crate) fn kept_by<'a>(slot: &'a mut Option<Self>, session: &Session) -> Result<&'a mut Self, CounterError> {
        let is_keeper = |visit: &&mut Self| visit.keeper.registration.as_ref() == Some(&session.registration);
        slot.as_mut().filter(is_keeper).ok_or(CounterError::NoVisit)
    }

    /// What becomes of it when this session begins.
    pub(crate) fn succession(&self, session: &Session) -> Succession {
        let prepared_only = self.keeper.right.as_ref().is_some_and(|right| !right.may_dispense());
        if self.keeper.registration.as_ref() == Some(&session.registration) {
            Succession::Stays
        } else if prepared_only && session.right.may_dispense() {
            Succession::TakenOver
        } else {
            Succession::Ends
        }
    }

    /// The Centre's line on one prescription.
    pub fn metadata(&self, set_id: &Oid) -> Result<&Metadata, CounterError> {
        self.listed
            .iter()
            .find(|metadata| metadata.reference.set_id == *set_id)
            .ok_or(CounterError::UnknownPrescription)
    }
}

/// Letters that a medicine which somebody names has at least: fewer would name many.
const NAMED_AT_LEAST: usize = 3;

/// Whether somebody else than the patient may ask like this; the Centre asks the same (OB-2). Whoever brings the
/// instruction asks by its identifier, and whoever brings the Kela card names the medicine.
fn may_ask(acting: &Acting, query: &Query) -> Result<(), CounterError> {
    let Some(behalf) = &acting.on_behalf else { return Ok(()) };
    match behalf.basis {
        Basis::Unknown(_) => Err(CounterError::NoBasis),
        Basis::Instruction if !query.patients.is_empty() => Err(CounterError::InstructionNotScanned),
        Basis::KelaCard
            if behalf.medicine.as_deref().is_none_or(|named| named.trim().chars().count() < NAMED_AT_LEAST) =>
        {
            Err(CounterError::MedicineNotNamed)
        }
        _ => Ok(()),
    }
}

/// Reads what was typed or scanned: an identity code, or a prescription's identifier, alone or inside the text of a bar
/// code. A code whose check character is wrong is refused: it was typed by a person.
fn understand(text: &str) -> Result<Query, CounterError> {
    let text = text.trim();
    match PersonIdentityCode::parse(text) {
        Ok(code) => return Ok(Query { patients: vec![code], ..Query::default() }),
        Err(why @ InvalidIdentifier::IdentityCodeCheck) => return Err(CounterError::NotUnderstood(Some(why))),
        Err(_) => {}
    }
    match identifier_in(text) {
        Some(identifier) => Ok(Query { identifiers: vec![identifier], ..Query::default() }),
        None if text.len() == 11 => Err(CounterError::NotUnderstood(Some(InvalidIdentifier::IdentityCodeForm))),
        None => Err(CounterError::NotUnderstood(None)),
    }
}

/// A prescription's identifier, alone or inside the text of a bar code.
pub fn identifier_in(text: &str) -> Option<Oid> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .find_map(|word| Oid::parse(word).ok().filter(|oid| oid.as_str().matches('.').count() >= 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_an_identity_code_or_an_identifier_and_the_pharmacist_never_says_which() {
        let kind = |text: &str| understand(text).map(|q| (q.patients.len(), q.identifiers.len())).map_err(|e| e.code());
        assert_eq!(kind(" 010181-900c "), Ok((1, 0)));
        assert_eq!(kind("1.2.246.10.99999903.93.2026.1001"), Ok((0, 1)));
        assert_eq!(kind("urn:oid:1.2.246.10.99999903.93.2026.1001"), Ok((0, 1)));
        assert_eq!(kind("010181-900D"), Err("identity-code-check".into()));
        assert_eq!(kind("320181-900C"), Err("identity-code-form".into()));
        assert_eq!(kind("Potilas"), Err("search-not-understood".into()));
    }
}
