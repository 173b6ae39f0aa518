//! The life of a prescription at the Centre, against both stores: every document of its chain, who may send it, and what it
//! does. Each refusal is told by its rule.

mod holds;
mod marks;
mod outage;
mod renewals;
mod versions;

use centre::answer::Answer;
use centre::store::{MemoryStore, Store};
use centre::verify::verify;
use kanta::mr::{self, FetchQuery, StoreAnswer, StoreRequest};
use prescription::{
    CancellationKind, ChangeReason, Code, Consent, DocumentReference, DocumentType, Explanation, Mark, MarkKind, Next,
    Oid, Organisation, Prescription, Professional, RenewalRequest, RenewalState, Requester, State, time,
};
use test_authority::who;

use crate::world::*;

pub const CLINIC: &str = "1.2.246.10.99999903.10.1";

/// Tests of these stories, each of a Centre that keeps everything in memory and of one that keeps it in a file; at the end
/// the projection is what the documents say.
macro_rules! over_both_stores {
    ($($story:ident),* $(,)?) => {
        mod in_memory {
            $(#[test] fn $story() { super::super::told(centre::store::MemoryStore::new(), super::$story); })*
        }
        mod in_a_file {
            $(#[test] fn $story() {
                let folder = tempfile::tempdir().unwrap();
                let store = centre::store::SqliteStore::open(&folder.path().join("centre.db")).unwrap();
                super::super::told(store, super::$story);
            })*
        }
    };
}
use over_both_stores;

fn told<S: Store>(store: S, story: impl FnOnce(&mut Life<S>)) {
    let mut life = Life { world: World::over(store) };
    story(&mut life);
    let report = verify(life.world.centre.store()).unwrap();
    assert!(report.is_sound(), "{:?}", report.faults);
}

struct Life<S> {
    world: World<S>,
}

impl<S: Store> Life<S> {
    fn id(&mut self, organisation: &str) -> Oid {
        self.world.serial += 1;
        let number = organisation.split('.').nth(4).unwrap();
        oid(&format!("1.2.246.10.{number}.93.2026.{}", 7000 + self.world.serial))
    }

    fn local(&self) -> chrono::NaiveDateTime {
        time::finnish(self.world.now)
    }

    fn days_pass(&mut self, days: i64) {
        self.world.days_pass(days);
    }

    fn send(&self, reference: &DocumentReference, version: u32, document: Vec<u8>, sending: &Sending) -> StoreAnswer {
        let request = StoreRequest {
            frame: frame(self.world.now),
            requester: requester(sending.user, sending.stated_pharmacy),
            reference: reference.clone(),
            version,
            document,
            late: sending.late,
        };
        let response = self.world.ask(&mr::store_request(&request).unwrap(), sending.caller);
        mr::parse_store_response(&response, request.frame.message_id).unwrap()
    }

    /// A version of a prescription, signed and sent by that person of that organisation.
    fn send_version(&self, version: &Prescription, by: &'static str, from: &'static str) -> StoreAnswer {
        let signed = sign(&written(version), &mut pki().professional(by).unwrap(), self.world.now);
        self.send(&version.reference, version.version, signed, &Sending::of(by, from))
    }

    fn corrected(
        &mut self,
        held: &Prescription,
        by: &str,
        reason: ChangeReason,
        change: impl FnOnce(&mut Prescription),
    ) -> Prescription {
        let by = professional(by);
        let id = self.id(by.organisation.as_ref().unwrap().id.as_str());
        let mut next = held.next(id, Next::Correction { by, reason, at: self.local() }).unwrap();
        change(&mut next);
        next
    }

    fn cancelled(
        &mut self,
        held: &Prescription,
        by: &str,
        kind: CancellationKind,
        consent: Option<Consent>,
    ) -> Prescription {
        let by = professional(by);
        let id = self.id(by.organisation.as_ref().unwrap().id.as_str());
        let party = Code { code: "2".into(), system: "1.2.246.537.5.40102.2006".into(), name: Some("Apteekki".into()) };
        let reason = reason("2", Some("Hoito päättyi."));
        held.next(id, Next::Cancellation { by, reason, kind, party, consent, at: self.local() }).unwrap()
    }

    fn mark(&mut self, prescription: &Prescription, by: &str, kind: MarkKind) -> Mark {
        let author = professional(by);
        let unit = author.organisation.clone().unwrap();
        let id = self.id(unit.id.as_str());
        let at = self.local();
        Mark {
            set_id: id.clone(),
            id,
            version: 1,
            kind,
            prescription: prescription.reference.clone(),
            patient: prescription.patient.clone(),
            author,
            unit,
            at,
            made_at: at,
            unknown: vec![],
        }
    }

    fn send_mark(&self, mark: &Mark, by: &'static str, from: &'static str) -> StoreAnswer {
        let document = cda::write_mark(mark, &marking()).unwrap();
        self.send(&mark.reference(), 1, document, &Sending::of(by, from))
    }

    fn request(&mut self, prescription: &Prescription, by: &str, recipient: &str) -> RenewalRequest {
        let person = professional(by);
        let unit = person.organisation.clone().unwrap();
        let id = self.id(unit.id.as_str());
        let at = self.local();
        let clinic = professional(who::LAURI_PRESCRIBER).organisation.unwrap();
        RenewalRequest {
            reference: DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::RenewalRequest },
            version: 1,
            patient: prescription.patient.clone(),
            mobile: Some("+358 40 0000000".into()),
            requester: Requester::Professional { person: Box::new(person), unit },
            asked_at: at,
            made_at: at,
            recipient: Organisation { id: oid(recipient), ..clinic },
            prescription: prescription.reference.clone(),
            prescribed_at: Some(prescription.prescribed_at),
            prescriber: prescription.prescriber.clone(),
            product_name: prescription.product.name().to_owned(),
            consent: Some(Consent::Oral),
            message: None,
            state: None,
            unknown: vec![],
        }
    }

    fn send_request(&self, request: &RenewalRequest, by: &'static str, from: &'static str) -> StoreAnswer {
        let document = cda::write_renewal_request(request, &marking()).unwrap();
        self.send(&request.reference, 1, document, &Sending::of(by, from))
    }

    fn send_answer(&mut self, request: &RenewalRequest, state: &RenewalState) -> StoreAnswer {
        let author = professional(who::LAURI_PRESCRIBER);
        let unit = author.organisation.clone().unwrap();
        let id = self.id(CLINIC);
        let answer = Answer {
            id: &id,
            state,
            request: &request.reference,
            prescription: &request.prescription,
            patient: &request.patient,
            author: &author,
            unit: &unit,
            at: self.local(),
            reasons: "Sovitaan vastaanotolla.",
        };
        let reference = reference(id.as_str(), DocumentType::RenewalAnswer);
        self.send(&reference, 1, answer.write(), &Sending::of(who::LAURI_PRESCRIBER, CLINIC))
    }

    /// What a search tells of the prescription's state.
    fn state(&self) -> State {
        self.found().state
    }

    fn found(&self) -> kanta::metadata::Metadata {
        self.world.search(&[AINO]).unwrap().prescriptions.remove(0)
    }

    /// Fetches the one prescription for dispensing, as a person of that pharmacy.
    fn fetch(&self, prescription: &Prescription, by: &'static str, from: &'static str) -> usize {
        let query = FetchQuery { identifiers: vec![prescription.reference.set_id.clone()], document: None };
        let frame = frame(self.world.now);
        let request = mr::fetch_request(&query, &requester(Some(by), from), &frame).unwrap();
        mr::parse_fetch_response(&self.world.ask(&request, from), frame.message_id).unwrap().len()
    }
}

fn marking() -> cda::Writing {
    let software = cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() };
    cda::Writing { definition: cda::Definition::dispensation_2014().unwrap(), software }
}

fn reason(code: &str, text: Option<&str>) -> ChangeReason {
    let code = Code { code: code.into(), system: "1.2.246.537.6.600.2013".into(), name: Some("Syy".into()) };
    ChangeReason::new(code, text.map(str::to_owned)).unwrap()
}

fn because(text: &str) -> Option<Explanation> {
    Explanation::new(text).ok()
}

fn takes(answer: StoreAnswer) {
    accepted(answer);
}

/// A pharmacist of the other pharmacy.
fn elsewhere() -> (&'static str, Professional) {
    (who::SOFIA, professional(who::SOFIA))
}
