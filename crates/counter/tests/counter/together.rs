//! DI-4: the documents of one visit are signed with one PIN2 in one transaction of the card: by one signature over their
//! list (type 2) or by one each. All of them are saved or none, and each stands for itself afterwards.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use card::{
    CardAccess, CardError, CardEvent, CardIdentity, CardSession, Pin, PinSlot, PinStatus, ReaderId, ReaderState,
};
use chrono::Datelike;
use counter::{CounterError, Deps, Identifiers, Sent, VisitSigning};
use direct_card::DirectReader;
use kanta::{Issue, errors::Known};
use record::{Batch, NewDocument, OutboxState};
use signing::{Covered, DigestToSign, SignatureKind, Verified};
use test_authority::who;
use virtual_card::{Card, Person, Profile, ShortMemory};

use crate::bench::{AUTHORITY, Bench};

/// A visit with so many prescriptions, and a card that counts what it is asked.
fn ready_to_sign(signing: VisitSigning, many: usize) -> (Bench, DirectReader) {
    let mut bench = Bench::new();
    let deps = Deps { visit_signing: signing, ..bench.counter.deps().clone() };
    bench.counter = counter::Counter::new(deps);
    let person = Person::load(&AUTHORITY.join("people").join(who::SIRI)).unwrap();
    let profile = Profile { pin2: "5678".to_owned(), ..Profile::default() };
    let reader = DirectReader::new(Card::new(profile, person, Box::new(ShortMemory::default())).unwrap());
    bench.put(Arc::new(reader.clone()));
    bench.counter.log_in(&Pin::new("1234").unwrap(), false).unwrap();
    if many == 1 {
        bench.prepare()
    } else {
        bench.prepare_two()
    }
    reader.forget();
    (bench, reader)
}

/// The identifiers and bytes of what is signed, as the record has them.
fn saved(bench: &Bench) -> Vec<(String, Vec<u8>)> {
    let record = &bench.counter.deps().record;
    let ids = bench.counter.visit().unwrap().signed.into_iter().map(|one| one.document_id.to_string());
    ids.map(|id| (id.clone(), record.document(&id).unwrap().unwrap().bytes.unwrap())).collect()
}

fn only(document: &[u8]) -> Verified {
    let mut all = signing::verify(document).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn xmlsec1_accepts(folder: &Path, document: &[u8]) -> bool {
    let file = folder.join("judged.xml");
    std::fs::write(&file, document).unwrap();
    let mut command = Command::new("xmlsec1");
    command.args(["--verify", "--enabled-key-data", "x509", "--trusted-pem"]).arg(AUTHORITY.join("root.pem"));
    command.arg("--untrusted-pem").arg(AUTHORITY.join("ca/professionals.pem"));
    for element in ["signatureTimestamp", "multipleDocumentSignature"] {
        command.args(["--id-attr:ID", &format!("urn:hl7finland:{element}")]);
    }
    command.args(["--id-attr:ID", "urn:hl7-org:v3:structuredBody"]);
    command.args(["--node-xpath", "(//*[local-name()='Signature'])[1]"]).arg(file).output().unwrap().status.success()
}

#[test]
fn di_4_two_dispensations_of_a_visit_carry_one_signature_over_both_made_with_one_pin() {
    let (bench, reader) = ready_to_sign(VisitSigning::Together, 2);
    bench.sign().unwrap();
    assert_eq!((reader.pins_sent(), reader.signatures()), (1, 1));
    let saved = saved(&bench);
    let ids: Vec<&str> = saved.iter().map(|(id, _)| id.as_str()).collect();
    let folder = tempfile::tempdir().unwrap();
    for (_, document) in &saved {
        let one = only(document);
        assert_eq!(one.kind, Some(SignatureKind::ProfessionalMulti));
        let Ok(Covered::List { refs, covers_this: true }) = one.outcome else { panic!("{:?}", one.outcome) };
        assert_eq!(refs.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ids);
        assert!(xmlsec1_accepts(folder.path(), document));
        let text = String::from_utf8(document.clone()).unwrap();
        let other = text.replace(&format!("OID=\"{}\"", ids[0]), "OID=\"1.2.246.10.99999901.93.2026.9\"");
        assert_ne!(other, text);
        assert!(!xmlsec1_accepts(folder.path(), other.as_bytes()), "the judge can say no");
    }
    assert_eq!(bench.send().len(), 2);
    let stored: Vec<Vec<u8>> = bench.centre().stored.iter().map(|one| one.document.clone()).collect();
    assert_eq!(stored, saved.into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>());
}

#[test]
fn di_4_where_a_list_is_not_taken_each_has_its_own_signature_in_the_same_transaction() {
    let (bench, reader) = ready_to_sign(VisitSigning::Each, 2);
    bench.sign().unwrap();
    assert_eq!((reader.pins_sent(), reader.signatures()), (1, 2));
    for (_, document) in saved(&bench) {
        let one = only(&document);
        assert_eq!((one.kind, one.outcome), (Some(SignatureKind::Professional), Ok(Covered::Body)));
    }
}

#[test]
fn di_4_one_document_alone_has_an_ordinary_signature() {
    for signing in [VisitSigning::Together, VisitSigning::Each] {
        let (bench, reader) = ready_to_sign(signing, 1);
        bench.sign().unwrap();
        assert_eq!((reader.pins_sent(), reader.signatures()), (1, 1));
        let one = only(&saved(&bench)[0].1);
        assert_eq!((one.kind, one.outcome), (Some(SignatureKind::Professional), Ok(Covered::Body)));
    }
}

#[test]
fn a_document_of_a_list_is_refused_and_sent_again_alone_with_the_same_bytes() {
    let (bench, _) = ready_to_sign(VisitSigning::Together, 2);
    bench.sign().unwrap();
    let saved = saved(&bench);
    let (first, bytes) = &saved[0];
    let refused = first.clone();
    bench.centre_answers(move |request| match kanta::Incoming::read(request) {
        Ok(kanta::Incoming::Store(store)) if store.reference.id.as_str() == refused => {
            let issues = [Issue::of(Known::SignerMismatch)];
            Some(Ok(kanta::incoming::refuse(request, &issues, &crate::bench::frame(chrono::Utc::now()))))
        }
        _ => None,
    });
    bench.send();
    assert_eq!(bench.stands(first).0, OutboxState::Refused);
    assert_eq!(bench.stands(&saved[1].0).0, OutboxState::Accepted, "the other one went its way");
    bench.centre().wish = None;
    bench.counter.resend(first).unwrap();
    assert_eq!(bench.send(), [Sent::Accepted { document_id: first.clone() }]);
    let sent = bench.centre().stored.last().unwrap().document.clone();
    assert_eq!(&sent, bytes);
    assert!(only(&sent).covers_this_document(), "alone as well");
    // A document that is not on the list, or another body under a listed identifier, is not covered by it.
    let text = String::from_utf8(sent).unwrap();
    let other = text.replace("<given>Siri</given>", "<given>Sirpa</given>");
    assert_ne!(other, text);
    assert!(!only(other.as_bytes()).covers_this_document());
}

#[test]
fn a_visit_of_which_one_document_cannot_be_saved_leaves_none_in_the_record() {
    let (bench, _) = ready_to_sign(VisitSigning::Together, 2);
    let deps = bench.counter.deps();
    let now = deps.clock.now();
    let next = Identifiers { record: &deps.record, pharmacy: &deps.pharmacy.id }.next(now).unwrap();
    let (before, number) = next.as_str().rsplit_once('.').unwrap();
    let of = |more: u64| format!("{before}.{}", number.parse::<u64>().unwrap() + more);
    assert!(before.ends_with(&prescription::time::finnish(now).year().to_string()));
    // The identifier of the second is taken.
    let taken = NewDocument {
        document_id: of(2),
        set_id: of(2),
        prescription_set_id: "1.2.246.10.99999902.93.2026.9".into(),
        kind_code: "10".into(),
        bytes: b"<ClinicalDocument/>".to_vec(),
        summary: serde_json::json!({}),
    };
    deps.record.commit(Batch::new(now).document(taken)).unwrap();
    assert!(matches!(bench.sign().unwrap_err(), CounterError::Record(_)));
    assert!(deps.record.document(&of(1)).unwrap().is_none(), "nor the first");
    assert!(bench.journal().iter().all(|(kind, ..)| kind != "dispensation.signed"));
    let visit = bench.counter.visit().unwrap();
    assert_eq!((visit.basket.len(), visit.signed.len()), (2, 0));
    // Signed anew with new identifiers.
    assert_eq!(bench.sign().unwrap().signed.len(), 2);
}

#[test]
fn after_a_visit_was_signed_no_other_program_finds_the_pin_still_entered() {
    for signing in [VisitSigning::Together, VisitSigning::Each] {
        let (bench, reader) = ready_to_sign(signing, 2);
        bench.sign().unwrap();
        // As another program of the same workstation sees the card; one whose PIN counts has no number of tries to tell.
        assert_eq!(reader.session().pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(5) }));
    }
}

/// One person's card that turns into another's after it was asked so often who it is.
#[derive(Clone)]
struct Turncoat {
    first: DirectReader,
    then: CardIdentity,
    after: usize,
}

struct TurncoatSession {
    inner: Box<dyn CardSession>,
    with: Turncoat,
    asked: usize,
    another: Box<dyn CardSession>,
}

impl CardAccess for Turncoat {
    fn events(&self) -> std::sync::mpsc::Receiver<CardEvent> {
        self.first.events()
    }
    fn readers(&self) -> Vec<ReaderState> {
        self.first.readers()
    }
    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        let another = petris().open(&DirectReader::reader())?;
        let inner = self.first.open(reader)?;
        Ok(Box::new(TurncoatSession { inner, with: self.clone(), asked: 0, another }))
    }
}

impl CardSession for TurncoatSession {
    fn identity(&mut self) -> Result<CardIdentity, CardError> {
        self.asked += 1;
        let first = self.inner.identity()?;
        let turned = CardIdentity { serial: first.serial.clone(), ..self.with.then.clone() };
        Ok(if self.asked > self.with.after { turned } else { first })
    }
    fn pin_status(&mut self, slot: PinSlot) -> Result<PinStatus, CardError> {
        self.inner.pin_status(slot)
    }
    fn allow_last_try(&mut self, slot: PinSlot) {
        self.inner.allow_last_try(slot);
    }
    fn authenticate(&mut self, pin1: &Pin, challenge: &[u8]) -> Result<Vec<u8>, CardError> {
        self.inner.authenticate(pin1, challenge)
    }
    fn sign(&mut self, pin2: &Pin, digests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, CardError> {
        self.another.sign(pin2, digests)
    }
}

fn petris() -> DirectReader {
    let person = Person::load(&AUTHORITY.join("people").join(who::PETRI)).unwrap();
    let profile = Profile { pin2: "5678".to_owned(), ..Profile::default() };
    DirectReader::new(Card::new(profile, person, Box::new(ShortMemory::default())).unwrap())
}

#[test]
fn what_another_card_or_another_certificate_signed_under_the_sessions_serial_number_is_never_saved() {
    let of_another = || petris().session().identity().unwrap();
    // The same person's other certificate is not the one of the session either.
    let of_the_same = || CardIdentity {
        signature_certificate: std::fs::read(AUTHORITY.join("people").join(who::SIRI).join("auth.cert.der")).unwrap(),
        ..of_another()
    };
    // Turned before the card is compared with the session, and between that and the signature.
    for (then, after, code) in
        [(of_another(), 0, "another-card"), (of_the_same(), 0, "another-card"), (of_another(), 1, "self-check-failed")]
    {
        for many in [1, 2] {
            let (bench, first) = ready_to_sign(VisitSigning::Together, many);
            bench.put(Arc::new(Turncoat { first, then: then.clone(), after }));
            let error = bench.sign().unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            let visit = bench.counter.visit().unwrap();
            assert_eq!((visit.basket.len(), visit.signed.len()), (many, 0));
            assert!(bench.send().is_empty());
        }
    }
}
