//! The real core of the Centre behind the bench's wire, and another pharmacy that uses it while this one cannot.

use std::sync::{Arc, Mutex};

use centre::pki::Pki;
use centre::register::{BUILT_IN, Register};
use centre::store::{MemoryStore, Store};
use centre::wishes::Wishes;
use centre::{Caller, Chain, Settings};
use chrono::{DateTime, Utc};
use counter::Clock;
use kanta::errors::Known;
use kanta::http::{Request, Response};
use kanta::incoming::Incoming;
use kanta::mr::{self, FetchQuery, StoreAnswer, StoreRequest};
use kanta::{Issue, Party, Requester, User};
use kanta_client::TransportError;
use prescription::rules::samples;
use prescription::{
    CancellationKind, ChangeReason, Code, Consent, Dispensation, DocumentReference, DocumentType, Mark, MarkKind, Next,
    Oid, Prescription, Professional, QueryReason, time,
};
use signing::SignatureKind;
use test_authority::{Authority, who};
use trust::TrustStore;

use crate::bench::{AUTHORITY, Bench, frame, sign, writing};

const KUUSI: &str = "1.2.246.10.99999901.10.1";
const LAHDE: &str = "1.2.246.10.99999902.10.1";

/// A bench whose Centre is the real core, with one prescription of 21 tablets in it.
pub struct Elsewhere {
    pub bench: Bench,
    pub prescription: Prescription,
    centre: Arc<centre::Centre<MemoryStore>>,
    serial: Mutex<u64>,
}

impl Elsewhere {
    /// `change` makes it another prescription.
    pub fn new(change: impl FnOnce(&mut Prescription)) -> Self {
        let bench = Bench::new();
        let mut prescription = bench.centre().prescription.clone();
        prescription.iteration = None;
        change(&mut prescription);
        let now = bench.clock.now();
        let version = cda::Writing { definition: cda::Definition::version_3_30().unwrap(), ..writing() };
        let document = cda::write_prescription(&prescription, &version).unwrap();
        let pair = format!("people/{}/sign", who::LAURI_PRESCRIBER);
        let signed = sign(&document, &pair, SignatureKind::Professional, now);
        let random = Mutex::new(0_u8);
        let randomness = move |bytes: &mut [u8]| {
            let mut last = random.lock().unwrap();
            *last = last.wrapping_add(1);
            bytes.fill(*last);
        };
        let centre = Arc::new(centre::Centre::new(
            MemoryStore::new(),
            TrustStore::load(&AUTHORITY).unwrap(),
            Register::built_in().unwrap(),
            Box::new(Pki::at(&AUTHORITY).centre().unwrap()),
            Box::new(randomness),
            Settings::default(),
        ));
        centre.load(&signed, now).unwrap();
        let elsewhere = Self { bench, prescription, centre, serial: Mutex::new(0) };
        elsewhere.centre_answers();
        elsewhere
    }

    /// The Centre answers the counter.
    pub fn centre_answers(&self) {
        let (centre, clock) = (self.centre.clone(), self.bench.clock.clone());
        self.bench.centre_answers(move |request| Some(Ok(centre.handle(request, &caller(KUUSI), clock.now()))));
    }

    /// Nobody answers the counter.
    pub fn centre_is_silent(&self) {
        self.bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
    }

    /// The Centre gets what the counter sends, and its answers are lost; later the same request comes once more, as
    /// from a network that held it back.
    pub fn answers_are_lost(&self) -> Arc<Mutex<Vec<Request>>> {
        let kept = Arc::new(Mutex::new(vec![]));
        let held_back = kept.clone();
        self.bench.centre_answers(move |request| {
            held_back.lock().unwrap().push(request.clone());
            Some(Err(TransportError::TimedOut))
        });
        kept
    }

    /// What was held back arrives now.
    pub fn arrives(&self, request: &Request) -> Response {
        self.centre.handle(request, &caller(KUUSI), self.now())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.bench.clock.now()
    }

    pub fn later(&self, by: chrono::Duration) {
        self.bench.clock.turn_to(self.now() + by);
    }

    pub fn chain(&self) -> Chain {
        self.centre.store().chain(&self.prescription.reference.set_id).unwrap().unwrap()
    }

    /// A prescription that the counter stored, with all that the Centre made of it.
    pub fn chain_of(&self, set_id: &Oid) -> Option<Chain> {
        self.centre.store().chain(set_id).unwrap()
    }

    /// The Centre refuses new prescriptions, as if their prescriber were not known to it, and takes all else.
    pub fn prescriptions_are_refused(&self) {
        let (centre, clock) = (self.centre.clone(), self.bench.clock.clone());
        self.bench.centre_answers(move |request| {
            let is_one = matches!(Incoming::read(request), Ok(Incoming::Store(store))
                if store.reference.document_type == DocumentType::Prescription);
            let refused = || kanta::incoming::refuse(request, &[Issue::of(Known::Integrity)], &frame(clock.now()));
            Some(Ok(if is_one { refused() } else { centre.handle(request, &caller(KUUSI), clock.now()) }))
        });
    }

    /// What the Centre says is left, as any pharmacy would see it.
    pub fn left(&self) -> String {
        let visit = self.bench.search().unwrap();
        visit.listed.first().and_then(|line| line.remaining_text.clone()).unwrap_or_default()
    }

    /// Who holds the prescription for dispensing.
    pub fn held_by(&self) -> Option<Oid> {
        let local = time::finnish(self.now());
        self.chain().hold.filter(|hold| hold.until > local).map(|hold| hold.owner)
    }

    /// What Siri gave two hours ago without a fetched prescription, written and signed since: the document that waits.
    pub fn handed_over_without_a_look(&self) -> String {
        let mut lot = samples::lot(&self.prescription, 21, "2026-01-01T00:00:00");
        let id = Oid::parse(&format!("{}.93.2026.1", KUUSI.trim_end_matches(".10.1"))).unwrap();
        lot.reference = DocumentReference { id: id.clone(), set_id: id, document_type: DocumentType::Dispensation };
        lot.author = Register::built_in().unwrap().professional(who::SIRI).unwrap();
        lot.pharmacy = lot.author.organisation.clone().unwrap();
        lot.dispensed_at = time::finnish(self.now() - chrono::Duration::hours(2));
        lot.made_at = time::finnish(self.now());
        samples::restate(&self.prescription, &[], &mut lot);
        let document = cda::write_dispensation(&lot, &writing()).unwrap();
        let pair = format!("people/{}/sign", who::SIRI);
        self.bench.save(sign(&document, &pair, SignatureKind::Professional, self.now()))
    }

    // What the other pharmacy does.

    /// Fetches it for dispensing, and so holds it.
    pub fn takes_in_hand(&self) {
        let query = FetchQuery { identifiers: vec![self.prescription.reference.set_id.clone()], document: None };
        let frame = frame(self.now());
        let request = mr::fetch_request(&query, &requester(), &frame).unwrap();
        let answer = self.centre.handle(&request, &caller(LAHDE), self.now());
        assert_eq!(mr::parse_fetch_response(&answer, frame.message_id).unwrap().len(), 1);
    }

    pub fn dispenses(&self, units: u32) {
        let mut lot = samples::lot(&self.prescription, units, "2026-01-01T00:00:00");
        lot.reference = self.reference(DocumentType::Dispensation);
        lot.author = sofia();
        lot.pharmacy = lot.author.organisation.clone().unwrap();
        lot.dispensed_at = time::finnish(self.now());
        lot.made_at = lot.dispensed_at;
        samples::restate(&self.prescription, &[], &mut lot);
        self.store(&lot.reference, 1, self.signed(&lot));
    }

    pub fn marks(&self, kind: MarkKind) {
        let reference = self.reference(DocumentType::Lock);
        let author = sofia();
        let mark = Mark {
            id: reference.id.clone(),
            set_id: reference.id,
            version: 1,
            kind,
            prescription: self.prescription.reference.clone(),
            patient: self.prescription.patient.clone(),
            unit: author.organisation.clone().unwrap(),
            author,
            at: time::finnish(self.now()),
            made_at: time::finnish(self.now()),
            unknown: vec![],
        };
        self.store(&mark.reference(), 1, cda::write_mark(&mark, &writing()).unwrap());
    }

    pub fn cancels(&self) {
        let party = Code { code: "2".into(), system: "1.2.246.537.5.40102.2006".into(), name: Some("Apteekki".into()) };
        let (kind, consent) = (CancellationKind::Care, Some(Consent::Oral));
        let (by, reason, at) = (sofia(), reason("2"), time::finnish(self.now()));
        self.stores_version(Next::Cancellation { by, reason, kind, party, consent, at });
    }

    pub fn corrects(&self) {
        self.stores_version(Next::Correction { by: sofia(), reason: reason("7"), at: time::finnish(self.now()) });
    }

    fn stores_version(&self, next: Next) {
        let id = self.reference(DocumentType::Prescription).id;
        let version = self.prescription.next(id, next).unwrap();
        let of_prescription = cda::Writing { definition: cda::Definition::version_3_30().unwrap(), ..writing() };
        let document = cda::write_prescription(&version, &of_prescription).unwrap();
        let pair = format!("people/{}/sign", who::SOFIA);
        let signed = sign(&document, &pair, SignatureKind::Professional, self.now());
        self.store(&version.reference, version.version, signed);
    }

    // What befalls.

    /// The signer's right ends with this Finnish day.
    pub fn right_of_siri_ends_today(&self) {
        let today = time::finnish(self.now()).date();
        let person = BUILT_IN.find("slug = \"siri-salminen\"").unwrap();
        let (before, after) = BUILT_IN.split_at(person);
        let register = format!("{before}right_until = \"{today}\"\n{after}");
        self.centre.replace_register(Register::parse(&register).unwrap());
    }

    /// The signer's certificates are revoked now; `compromised`: because somebody else may have the keys.
    pub fn certificates_of_siri_are_revoked(&self, compromised: bool) {
        let folder = tempfile::tempdir().unwrap();
        copy(&AUTHORITY, folder.path());
        let mut authority = Authority::open(folder.path()).unwrap();
        if compromised {
            authority.revoke_compromised_professional(who::SIRI, self.now()).unwrap();
        } else {
            authority.revoke_professional(who::SIRI, self.now()).unwrap();
        }
        self.centre.replace_trust(TrustStore::load(folder.path()).unwrap());
    }

    pub fn patient_denies(&self) {
        let wishes = format!("[[denial]]\nperson = \"{}\"\n", crate::bench::AINO);
        self.centre.replace_wishes(Wishes::parse(&wishes).unwrap());
    }

    fn reference(&self, document_type: DocumentType) -> DocumentReference {
        let mut serial = self.serial.lock().unwrap();
        *serial += 1;
        let id = Oid::parse(&format!("1.2.246.10.99999902.93.2026.{}", 9000 + *serial)).unwrap();
        DocumentReference { id: id.clone(), set_id: id, document_type }
    }

    fn signed(&self, lot: &Dispensation) -> Vec<u8> {
        let document = cda::write_dispensation(lot, &writing()).unwrap();
        sign(&document, &format!("people/{}/sign", who::SOFIA), SignatureKind::Professional, self.now())
    }

    fn store(&self, reference: &DocumentReference, version: u32, document: Vec<u8>) {
        let frame = frame(self.now());
        let (requester, reference) = (requester(), reference.clone());
        let request = StoreRequest { frame, requester, reference, version, document, late: false };
        let response = self.centre.handle(&mr::store_request(&request).unwrap(), &caller(LAHDE), self.now());
        let answer = mr::parse_store_response(&response, frame.message_id).unwrap();
        assert!(matches!(answer, StoreAnswer::Accepted { .. }), "{answer:?}");
    }
}

fn caller(organisation: &str) -> Caller {
    Caller { organisation: Oid::parse(organisation).unwrap(), certificate: "01".into() }
}

fn sofia() -> Professional {
    Register::built_in().unwrap().professional(who::SOFIA).unwrap()
}

fn requester() -> Requester {
    let lahde = Oid::parse(LAHDE).unwrap();
    Requester {
        system: Party { id: lahde.clone(), name: "Tiski".into() },
        pharmacy: Party { id: lahde, name: "Lähteen apteekki".into() },
        user: User::with_card(&sofia()),
        reason: QueryReason::Dispensing,
        reason_text: None,
        on_behalf: None,
    }
}

fn reason(code: &str) -> ChangeReason {
    let code = Code { code: code.into(), system: "1.2.246.537.6.600.2013".into(), name: Some("Syy".into()) };
    ChangeReason::new(code, Some("Sovittu lääkärin kanssa.".into())).unwrap()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
