//! A world for one test: a test authority (made once for all), a Centre over a store, a clock that the test turns, and
//! pharmacies that speak Kanta's messages.

use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use centre::pki::Pki;
use centre::register::{BUILT_IN, Register};
use centre::store::{MemoryStore, Store};
use centre::{Caller, Centre, Settings};
use chrono::{DateTime, Duration, Utc};
use kanta::http::{Request, Response};
use kanta::mr::{StoreAnswer, StoreRequest};
use kanta::{Frame, Issue, MessageId, Party, Requester, User, metadata, mr};
use prescription::rules::samples;
use prescription::{
    Dispensation, DocumentReference, DocumentType, Oid, PersonIdentityCode, Prescription, Professional, QueryReason,
    time,
};
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};
use test_authority::{Authority, who};
use trust::TrustStore;

/// The artificial world of trust, made around now, so that TLS works too. Its keys take long to make, so that all tests
/// of a day share one: each test may run in a process of its own. No test changes it.
pub static AUTHORITY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let whole = folder.join(format!("authority-{}", Utc::now().format("%Y%m%d")));
    let lock = std::fs::File::create(folder.join("authority.lock")).unwrap();
    lock.lock().unwrap();
    let same_people = |made: &Path| std::fs::read_to_string(made.join("people.toml")).is_ok_and(|p| p == BUILT_IN);
    if !same_people(&whole) {
        let _ = std::fs::remove_dir_all(&whole);
        let new = tempfile::tempdir_in(folder).unwrap().keep();
        Authority::create(&new, Utc::now()).unwrap();
        std::fs::write(new.join("people.toml"), BUILT_IN).unwrap();
        std::fs::rename(&new, &whole).unwrap();
    }
    whole
});

pub const KUUSI: &str = "1.2.246.10.99999901.10.1";
pub const LAHDE: &str = "1.2.246.10.99999902.10.1";
pub const AINO: &str = "010181-900C";

pub fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

pub fn pki() -> Pki {
    Pki::at(&AUTHORITY)
}

pub fn centre_over<S: Store>(store: S) -> Centre<S> {
    centre_with(store, Settings::default())
}

pub fn centre_with<S: Store>(store: S, settings: Settings) -> Centre<S> {
    let counter = Mutex::new(0_u64);
    let randomness = move |bytes: &mut [u8]| {
        let mut counter = counter.lock().unwrap();
        *counter += 1;
        bytes.iter_mut().zip(counter.to_be_bytes().iter().rev().cycle()).for_each(|(byte, of)| *byte = *of);
    };
    Centre::new(
        store,
        TrustStore::load(&AUTHORITY).unwrap(),
        Register::built_in().unwrap(),
        Box::new(pki().centre().unwrap()),
        Box::new(randomness),
        settings,
    )
}

/// A Centre, and the day of the story.
pub struct World<S> {
    pub centre: Centre<S>,
    pub now: DateTime<Utc>,
    pub serial: u64,
}

impl World<MemoryStore> {
    pub fn new() -> Self {
        Self::over(MemoryStore::new())
    }
}

impl<S: Store> World<S> {
    pub fn over(store: S) -> Self {
        Self { centre: centre_over(store), now: Utc::now(), serial: 0 }
    }

    pub fn days_pass(&mut self, days: i64) {
        self.now += Duration::days(days);
    }

    /// A prescription of an hour ago, 21 fol of diazepam with three repeats a week apart; `change` makes it another one.
    pub fn prescribed(&self, change: impl FnOnce(&mut Prescription)) -> Prescription {
        let mut prescription = samples::iterated_diazepam();
        prescription.prescriber = professional(who::LAURI_PRESCRIBER);
        prescription.prescribed_at = time::finnish(self.now - Duration::hours(1));
        prescription.valid_until = Some(prescription.prescribed_at.date() + chrono::Days::new(150));
        prescription.reference = reference("1.2.246.10.99999903.93.2026.1", DocumentType::Prescription);
        change(&mut prescription);
        prescription
    }

    /// That prescription, signed and held by the Centre.
    pub fn held(&self, change: impl FnOnce(&mut Prescription)) -> Prescription {
        let prescription = self.prescribed(change);
        let document = written(&prescription);
        let signed = sign(&document, &mut pki().professional(who::LAURI_PRESCRIBER).unwrap(), self.now);
        let loaded = self.centre.load(&signed, self.now).unwrap();
        assert_eq!(loaded.trust, prescription::SignatureTrust::Trusted);
        prescription
    }

    /// A dispensation of so many units now, by Siri at Kuusen apteekki, rightly stated after `history`.
    pub fn lot(&mut self, prescription: &Prescription, history: &[Dispensation], units: u32) -> Dispensation {
        self.serial += 1;
        let mut lot = samples::lot(prescription, units, "2026-01-01T00:00:00");
        let id = format!("{}.{}", "1.2.246.10.99999901.93.2026", self.serial);
        lot.reference = reference(&id, DocumentType::Dispensation);
        lot.author = professional(who::SIRI);
        lot.pharmacy = lot.author.organisation.clone().unwrap();
        lot.dispensed_at = time::finnish(self.now);
        lot.made_at = lot.dispensed_at;
        samples::restate(prescription, history, &mut lot);
        // A document cannot say that less than nothing remains.
        lot.remaining.value = lot.remaining.value.map(|value| value.max(0.into()));
        lot
    }

    /// Sends a dispensation as Siri's pharmacy does when nothing is wrong.
    pub fn send(&self, lot: &Dispensation) -> StoreAnswer {
        self.send_document(lot, signed_by(lot, who::SIRI, self.now))
    }

    pub fn send_document(&self, lot: &Dispensation, document: Vec<u8>) -> StoreAnswer {
        self.send_as(lot, document, &Sending::of(who::SIRI, KUUSI))
    }

    pub fn send_as(&self, lot: &Dispensation, document: Vec<u8>, sending: &Sending) -> StoreAnswer {
        let request = store_request(lot, document, sending, self.now);
        let response = self.ask(&mr::store_request(&request).unwrap(), sending.caller);
        mr::parse_store_response(&response, request.frame.message_id).unwrap()
    }

    /// One exchange with the Centre's core.
    pub fn ask(&self, request: &Request, caller: &str) -> Response {
        self.centre.handle(request, &Caller { organisation: oid(caller), certificate: "01".into() }, self.now)
    }

    pub fn search(&self, codes: &[&str]) -> Result<metadata::Answer, Vec<Issue>> {
        let patients = codes.iter().map(|code| PersonIdentityCode::as_stated(code)).collect();
        let query = metadata::Query { patients, ..metadata::Query::default() };
        self.search_as(&query, &requester(Some(who::SIRI), KUUSI), KUUSI)
    }

    pub fn search_as(
        &self,
        query: &metadata::Query,
        requester: &Requester,
        caller: &str,
    ) -> Result<metadata::Answer, Vec<Issue>> {
        let response = self.ask(&metadata::request(query, requester).unwrap(), caller);
        match metadata::parse_response(&response) {
            Ok(answer) => Ok(answer),
            Err(kanta::KantaError::Refused(issues)) => Err(issues),
            Err(other) => panic!("{other}"),
        }
    }

    pub fn dispensations(&self) -> u64 {
        self.centre.store().counts().unwrap().dispensations
    }

    /// Every answer in the log: event and error.
    pub fn logged(&self) -> Vec<(String, Option<String>)> {
        let entries = self.centre.store().log(0, 1000).unwrap();
        entries.iter().map(|entry| (entry.event.clone(), entry.told().unwrap().error)).collect()
    }
}

/// How a document is sent.
pub struct Sending {
    pub user: Option<&'static str>,
    pub stated_pharmacy: &'static str,
    pub caller: &'static str,
    pub late: bool,
}

impl Sending {
    pub fn of(user: &'static str, pharmacy: &'static str) -> Self {
        Self { user: Some(user), stated_pharmacy: pharmacy, caller: pharmacy, late: false }
    }
}

pub fn store_request(lot: &Dispensation, document: Vec<u8>, sending: &Sending, now: DateTime<Utc>) -> StoreRequest {
    StoreRequest {
        frame: frame(now),
        requester: requester(sending.user, sending.stated_pharmacy),
        reference: lot.reference.clone(),
        version: lot.version,
        document,
        late: sending.late,
    }
}

pub fn frame(now: DateTime<Utc>) -> Frame {
    Frame { message_id: MessageId::from_random([7; 16]), created_at: now }
}

pub fn requester(user: Option<&str>, pharmacy: &str) -> Requester {
    Requester {
        system: Party { id: oid("1.2.246.10.99999901.16.1"), name: "Tiski".into() },
        pharmacy: Party { id: oid(pharmacy), name: "Apteekki".into() },
        user: user.map(|slug| User::with_card(&professional(slug)).unwrap()),
        reason: QueryReason::Dispensing,
        reason_text: None,
        on_behalf: None,
    }
}

pub fn professional(slug: &str) -> Professional {
    Register::built_in().unwrap().professional(slug).unwrap()
}

pub fn reference(id: &str, document_type: DocumentType) -> DocumentReference {
    DocumentReference { id: oid(id), set_id: oid(id), document_type }
}

fn software() -> cda::Software {
    cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() }
}

pub fn written(prescription: &Prescription) -> Vec<u8> {
    let writing = cda::Writing { definition: cda::Definition::version_3_30().unwrap(), software: software() };
    cda::write_prescription(prescription, &writing).unwrap()
}

pub fn document(lot: &Dispensation) -> Vec<u8> {
    let writing = cda::Writing { definition: cda::Definition::dispensation_2014().unwrap(), software: software() };
    cda::write_dispensation(lot, &writing).unwrap()
}

pub fn signed_by(lot: &Dispensation, slug: &str, at: DateTime<Utc>) -> Vec<u8> {
    sign(&document(lot), &mut pki().professional(slug).unwrap(), at)
}

pub fn sign(document: &[u8], signer: &mut SoftwareSigner, at: DateTime<Utc>) -> Vec<u8> {
    let kind = SignatureKind::Professional;
    let signing = Signing { document, kind, signed_at: time::finnish_with_offset(at), id_seed: "siri" };
    signing::sign(&signing, signer).unwrap()
}

/// The codes of a refusal, with their details.
pub fn refused(answer: &StoreAnswer) -> Vec<(String, Option<String>)> {
    match answer {
        StoreAnswer::Refused(issues) => issues.iter().map(|i| (i.code.clone(), i.detail.clone())).collect(),
        StoreAnswer::Accepted { .. } => panic!("accepted"),
    }
}

/// The ids of the rules that refused.
pub fn rules(answer: &StoreAnswer) -> Vec<String> {
    refused(answer)
        .into_iter()
        .map(|(code, rule)| {
            assert_eq!(code, "TSK-rule-refused");
            rule.unwrap()
        })
        .collect()
}

pub fn accepted(answer: StoreAnswer) -> (Vec<u8>, bool) {
    match answer {
        StoreAnswer::Accepted { document, repeated, .. } => (document, repeated),
        StoreAnswer::Refused(issues) => panic!("refused: {issues:?}"),
    }
}

/// A document with one text changed, which must be there.
pub fn changed(document: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(document).unwrap();
    assert!(text.contains(from), "the document has no {from:?}");
    text.replacen(from, to, 1).into_bytes()
}

/// Kela's public documents, where they are; a test that needs them says that it was skipped where they are not.
pub fn kela_document(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"), std::path::PathBuf::from);
    let path = folder.join("documents").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("SKIPPED: Kela's document {name} is not there (TISKI_KELA_DOCUMENTS names its folder)");
    }
    bytes
}
