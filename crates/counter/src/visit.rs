//! A visit: who is served, on what basis, identified how, and which of the customer's prescriptions are in hand. What was
//! fetched is a working copy and goes when the visit ends (promise 6 of the house).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kanta::metadata::{Metadata, Query};
use kanta::{Party, Requester, User};
use prescription::{InvalidIdentifier, Oid, Patient, PersonIdentityCode, QueryReason};
use record::NewEvent;
use serde_json::json;

use crate::{Counter, CounterError, Fetched, Proposal, Signed, lock};

/// Who stands at the counter (OB-1, OB-2). The names are this program's; no national code set was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// The patient in person.
    pub in_person: bool,
    /// How the person was identified: "identity-card", "driving-licence", "passport", "kela-card", "instruction",
    /// "known".
    pub identified: String,
}

/// A visit.
#[derive(Debug, Clone)]
pub struct Visit {
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
    /// The prescription in hand.
    pub open: Option<Oid>,
    /// What will be signed, in the order in which it was added.
    pub basket: Vec<Oid>,
    /// What was signed.
    pub signed: Vec<Signed>,
}

/// A visit signs at most this many documents with one PIN.
pub(crate) const MOST_IN_BASKET: usize = 20;

impl Counter {
    /// A copy of the visit as it is now.
    pub fn visit(&self) -> Result<Visit, CounterError> {
        lock(&self.visit).clone().ok_or(CounterError::NoVisit)
    }

    /// Opens a visit by an identity code or a prescription's identifier. The Centre is told the reason: dispensing.
    pub fn search(&self, text: &str, acting: Acting) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let query = understand(text)?;
        let requester = self.requester(&session)?;
        let now = self.deps.clock.now();
        let answer = self.deps.centre.search(&query, &requester);
        self.deps.record.append(vec![
            NewEvent::new(
                "visit.searched",
                now,
                json!({
                    "by": if query.patients.is_empty() { "identifier" } else { "identity-code" },
                    "reason": requester.reason.code(),
                    "in_person": acting.in_person,
                    "identified": acting.identified,
                    "found": answer.as_ref().map(|found| found.total).ok(),
                }),
            )
            .by(session.registration.as_str()),
        ])?;
        let listed = answer?.prescriptions;
        let visit = Visit {
            patient: listed.first().map(|metadata| metadata.patient.clone()),
            acting,
            reason: requester.reason,
            fetched_at: now,
            listed,
            fetched: BTreeMap::new(),
            proposals: BTreeMap::new(),
            open: None,
            basket: Vec::new(),
            signed: Vec::new(),
        };
        *lock(&self.visit) = Some(visit.clone());
        Ok(visit)
    }

    /// Ends the visit and forgets its working copies.
    pub fn close_visit(&self) {
        *lock(&self.visit) = None;
    }

    /// Takes one of the visit's prescriptions in hand: fetches it, and proposes what may be dispensed.
    pub fn open_prescription(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let requester = self.requester(&session)?;
        let mut slot = lock(&self.visit);
        let visit = slot.as_mut().ok_or(CounterError::NoVisit)?;
        let metadata = visit.metadata(set_id)?.clone();
        let fetched = self.fetch(set_id, &requester)?;
        if !visit.proposals.contains_key(set_id) || !visit.basket.contains(set_id) {
            let proposal = self.first_proposal(&session, &metadata, &fetched);
            match proposal {
                Some(proposal) => visit.proposals.insert(set_id.clone(), proposal),
                None => visit.proposals.remove(set_id),
            };
        }
        visit.fetched.insert(set_id.clone(), fetched);
        visit.open = Some(set_id.clone());
        Ok(visit.clone())
    }

    /// Puts a proposal in the basket if every rule allows it.
    pub fn add_to_basket(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = slot.as_mut().ok_or(CounterError::NoVisit)?;
        let proposal = visit.proposals.get(set_id).ok_or(CounterError::UnknownPrescription)?;
        // DI-3 is asked again at signing: a student prepares, and the pharmacist who signs is another session.
        let student_prepares = !session.right.may_dispense();
        let hindrance = proposal
            .findings
            .iter()
            .find(|finding| finding.hinders() && !(student_prepares && finding.rule.id == "DI-3"));
        if let Some(finding) = hindrance {
            return Err(CounterError::Rule(Box::new(finding.clone())));
        }
        if !visit.basket.contains(set_id) {
            if visit.basket.len() >= MOST_IN_BASKET {
                return Err(CounterError::FullBasket);
            }
            visit.basket.push(set_id.clone());
        }
        Ok(visit.clone())
    }

    /// Takes a proposal out of the basket.
    pub fn remove_from_basket(&self, set_id: &Oid) -> Result<Visit, CounterError> {
        self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = slot.as_mut().ok_or(CounterError::NoVisit)?;
        visit.basket.retain(|other| other != set_id);
        Ok(visit.clone())
    }

    pub(crate) fn requester(&self, session: &crate::Session) -> Result<Requester, CounterError> {
        let pharmacy = Party::from(&self.deps.pharmacy);
        Ok(Requester {
            system: Party { id: pharmacy.id.clone(), name: self.deps.software.product.clone() },
            pharmacy,
            user: User::with_card(&session.professional()),
            reason: QueryReason::Dispensing,
        })
    }
}

impl Visit {
    /// The Centre's line on one prescription.
    pub fn metadata(&self, set_id: &Oid) -> Result<&Metadata, CounterError> {
        self.listed
            .iter()
            .find(|metadata| metadata.reference.set_id == *set_id)
            .ok_or(CounterError::UnknownPrescription)
    }
}

/// Reads what was typed or scanned: an identity code, or a prescription's identifier, alone or inside the text of a bar
/// code. A code whose check character is wrong is refused: it was typed by a person.
fn understand(text: &str) -> Result<Query, CounterError> {
    let text = text.trim();
    match PersonIdentityCode::parse(text) {
        Ok(code) => return Ok(Query { patients: vec![code], identifiers: vec![] }),
        Err(why @ InvalidIdentifier::IdentityCodeCheck) => return Err(CounterError::NotUnderstood(Some(why))),
        Err(_) => {}
    }
    let identifier = text
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .find_map(|word| Oid::parse(word).ok().filter(|oid| oid.as_str().matches('.').count() >= 4));
    match identifier {
        Some(identifier) => Ok(Query { patients: vec![], identifiers: vec![identifier] }),
        None if text.len() == 11 => Err(CounterError::NotUnderstood(Some(InvalidIdentifier::IdentityCodeForm))),
        None => Err(CounterError::NotUnderstood(None)),
    }
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
