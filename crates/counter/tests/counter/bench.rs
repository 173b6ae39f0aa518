//! One pharmacy on a workbench: a counter, one reader, and a Centre that holds one prescription and answers as it is told.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use card::{CardAccess, CardError, CardEvent, CardSession, Pin, ReaderId, ReaderState, SoftwareCard};
use chrono::{DateTime, Duration, Utc};
use counter::{Acting, Clock, Counter, Deps, Round};
use kanta::http::{Request, Response};
use kanta::metadata::{self, Answer, DispenseStatus, Medicine, Metadata};
use kanta::mr::{self, FetchedDocument, StoreAnswer, StoreRequest};
use kanta::{Frame, Incoming, Issue, MessageId};
use kanta_client::{CentreClient, Transport, TransportError};
use medicines::{Edition, InForce};
use prescription::rules::samples;
use prescription::{
    Address, Oid, Organisation, PersonName, Prescription, Professional, RegistrationNumber, Right, SignatureTrust, time,
};
use record::{Batch, Key, NewDocument, OutboxState, Record};
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};
use test_authority::{Authority, Pair, People, place, who};
use trust::TrustStore;

/// Certificates of a few people, made once a day for all tests: each test runs in a process of its own.
pub static AUTHORITY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let whole = folder.join(format!("counter-authority-3-{}", Utc::now().format("%Y%m%d")));
    let lock = std::fs::File::create(folder.join("counter-authority.lock")).unwrap();
    lock.lock().unwrap();
    if !whole.exists() {
        let new = tempfile::tempdir_in(folder).unwrap().keep();
        let people = People::built_in().unwrap().only(&[
            who::SIRI,
            who::PETRI,
            who::SOFIA,
            who::ONNI,
            who::KAISA_REVOKED,
            who::VESA_EXPIRED,
            who::TUULA_UNKNOWN_ISSUER,
            who::LAURI_PRESCRIBER,
        ]);
        Authority::create_for(&new, Utc::now(), people).unwrap();
        std::fs::rename(&new, &whole).unwrap();
    }
    whole
});

/// A person's certificates and keys.
pub fn pairs(slug: &str) -> [Pair; 2] {
    let authority = Authority::open(&AUTHORITY).unwrap();
    [authority.authentication(slug).unwrap(), authority.signature(slug).unwrap()]
}

/// The patient of the one prescription.
pub const AINO: &str = "010181-900C";

/// How a request is answered out of the ordinary.
type Answerer = Box<dyn FnMut(&Request) -> Option<Result<Response, TransportError>> + Send>;

/// The Centre: one prescription, perhaps another, what was stored, and a tester's wish.
pub struct Centre {
    pub prescription: Prescription,
    pub document: Vec<u8>,
    pub another: Option<(Prescription, Vec<u8>)>,
    pub stored: Vec<StoreRequest>,
    pub asked: u32,
    pub wish: Option<Answerer>,
    /// Called before each answer, several at once: a Centre that lets wait.
    pub slow: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// A pharmacy on a workbench.
pub struct Bench {
    pub counter: Counter,
    pub centre: Arc<Mutex<Centre>>,
    pub clock: Arc<TestClock>,
    reader: Arc<Reader>,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let now = Utc::now();
        let clock = Arc::new(TestClock(Mutex::new(now)));
        let folder = tempfile::tempdir().unwrap();
        let prescription = prescribed(now);
        let document = signed_twice(&prescription, now);
        let centre = Centre { prescription, document, another: None, stored: vec![], asked: 0, wish: None, slow: None };
        let centre = Arc::new(Mutex::new(centre));
        let transport: Arc<dyn Transport> = Arc::new(Wire { centre: centre.clone(), clock: clock.clone() });
        let reader = Arc::new(Reader(Mutex::new(None)));
        let record =
            Record::open(&folder.path().join("record.db"), &Key::new([7; 32]), record::Options::new(1, now)).unwrap();
        let counter = Counter::new(Deps {
            clock: clock.clone(),
            randomness: Arc::new(|bytes| {
                bytes.fill(0);
                Ok(())
            }),
            cards: reader.clone(),
            trust: Arc::new(TrustStore::load(&AUTHORITY).unwrap()),
            centre: Arc::new(CentreClient::new(transport)),
            centre_organisation: centre_organisation(),
            record,
            medicines: Arc::new(InForce::always(Edition::parse(medicines::ARTIFICIAL).unwrap()).unwrap()),
            pharmacy: pharmacy(),
            definition: cda::Definition::dispensation_2014().unwrap(),
            software: software(),
            signers: prescription::Signers::default(),
            visit_signing: counter::VisitSigning::default(),
        });
        Self { counter, centre, clock, reader, _folder: folder }
    }

    pub fn centre(&self) -> MutexGuard<'_, Centre> {
        self.centre.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything from now on is answered so; `None` is the ordinary answer.
    pub fn centre_answers(
        &self,
        wish: impl FnMut(&Request) -> Option<Result<Response, TransportError>> + Send + 'static,
    ) {
        self.centre().wish = Some(Box::new(wish));
    }

    /// Every document is refused with these issues.
    pub fn centre_refuses(&self, issues: Vec<Issue>) {
        self.centre_answers(move |request| {
            matches!(Incoming::read(request), Ok(Incoming::Store(_)))
                .then(|| Ok(kanta::incoming::refuse(request, &issues, &frame(Utc::now()))))
        });
    }

    /// Where the record's backups of this test lie.
    pub fn backup_file(&self) -> PathBuf {
        self._folder.path().join("backup.db")
    }

    /// The program was shut, its record restored from the backup, and the program started again.
    pub fn restored(&mut self) -> record::Restored {
        let (file, key) = (self._folder.path().join("record.db"), Key::new([7; 32]));
        let options = || record::Options::new(1, self.clock.now());
        let mut deps = self.counter.deps().clone();
        // Another record meanwhile, so that nobody holds this one.
        deps.record = Record::open(&self._folder.path().join("meanwhile.db"), &key, options()).unwrap();
        self.counter = Counter::new(deps.clone());
        let restored = Record::restore(&file, &key, options(), &self.backup_file(), true).unwrap();
        deps.record = Record::open(&file, &key, options()).unwrap();
        self.counter = Counter::new(deps);
        restored
    }

    /// A person's card in the reader, the way a person does it: the old one leaves first.
    pub fn card_of(&self, slug: &str) {
        self.pull();
        let pin = |digits| Pin::new(digits).unwrap();
        let card = SoftwareCard::load(&AUTHORITY.join("people").join(slug), pin("1234"), pin("5678")).unwrap();
        self.put(Arc::new(card));
    }

    /// Any card in the reader.
    pub fn put(&self, card: Arc<dyn CardAccess>) {
        *self.reader.0.lock().unwrap() = Some(card);
    }

    pub fn pull(&self) {
        let readers = self.reader.readers();
        *self.reader.0.lock().unwrap() = None;
        for ReaderState { reader, .. } in readers {
            self.counter.card_removed(&reader);
        }
    }

    /// That person at the counter, logged in.
    pub fn log_in(&self, slug: &str) {
        self.card_of(slug);
        self.counter.log_in(&Pin::new("1234").unwrap(), false).unwrap();
    }

    pub fn search(&self) -> Result<counter::Visit, counter::CounterError> {
        self.counter.search(AINO, Acting { on_behalf: None, identified: "identity-card".into() })
    }

    /// The one prescription's set.
    pub fn set_id(&self) -> Oid {
        self.centre().prescription.reference.set_id.clone()
    }

    /// A search, and the one prescription in the basket.
    pub fn prepare(&self) {
        self.search().unwrap();
        self.counter.open_prescription(&self.set_id()).unwrap();
        self.counter.add_to_basket(&self.set_id()).unwrap();
    }

    /// The Centre has a second prescription of the patient's, which differs from the one so; its set.
    pub fn prescribe_another(&self, change: impl FnOnce(&mut Prescription)) -> Oid {
        let mut another = self.centre().prescription.clone();
        let id = Oid::parse("1.2.246.10.99999902.93.2026.1002").unwrap();
        (another.reference.id, another.reference.set_id) = (id.clone(), id.clone());
        change(&mut another);
        let document = signed_twice(&another, self.clock.now());
        self.centre().another = Some((another, document));
        id
    }

    /// The same with a second prescription, in this order.
    pub fn prepare_two(&self) {
        let id = self.prescribe_another(|_| {});
        self.prepare();
        self.counter.open_prescription(&id).unwrap();
        self.counter.add_to_basket(&id).unwrap();
    }

    pub fn sign(&self) -> Result<counter::Visit, counter::CounterError> {
        self.counter.sign(&Pin::new("5678").unwrap(), false)
    }

    /// A document in the outbox, without a visit.
    pub fn saved(&self) -> String {
        let now = self.clock.now();
        let lot = samples::lot(&self.centre().prescription, 21, &time::finnish(now).to_string());
        let bytes = cda::write_dispensation(&lot, &writing()).unwrap();
        self.save(bytes)
    }

    /// These bytes in the outbox.
    pub fn save(&self, bytes: Vec<u8>) -> String {
        let id = "1.2.246.10.99999901.93.2026.1".to_owned();
        let document = NewDocument {
            document_id: id.clone(),
            set_id: id.clone(),
            prescription_set_id: self.set_id().to_string(),
            kind_code: "10".into(),
            bytes,
            summary: serde_json::json!({}),
        };
        self.counter.deps().record.commit(Batch::new(self.clock.now()).document(document)).unwrap();
        id
    }

    /// One round of sending, ordinary pace.
    pub fn send(&self) -> Vec<counter::Sent> {
        self.counter.send_due(self.round()).unwrap()
    }

    /// The ordinary pace.
    pub fn round(&self) -> Round {
        Round { most: 16, retry: Duration::milliseconds(500), retry_most: Duration::minutes(1) }
    }

    /// So many documents in the outbox, each of a prescription of its own; their identifiers.
    pub fn save_many(&self, many: usize) -> Vec<String> {
        let now = self.clock.now();
        let lot = samples::lot(&self.centre().prescription, 21, &time::finnish(now).to_string());
        let bytes = cda::write_dispensation(&lot, &writing()).unwrap();
        let ids: Vec<String> = (1..=many).map(|n| format!("1.2.246.10.99999901.93.2026.{n}")).collect();
        for (n, id) in ids.iter().enumerate() {
            let document = NewDocument {
                document_id: id.clone(),
                set_id: id.clone(),
                prescription_set_id: format!("1.2.246.10.99999902.93.2026.{n}"),
                kind_code: "10".into(),
                bytes: bytes.clone(),
                summary: serde_json::json!({}),
            };
            self.counter.deps().record.commit(Batch::new(now).document(document)).unwrap();
        }
        ids
    }

    /// Where a document stands, and the last code.
    pub fn stands(&self, id: &str) -> (OutboxState, Option<String>) {
        let stored = self.counter.deps().record.document(id).unwrap().unwrap();
        (stored.item.state, stored.item.last_code)
    }

    /// Kinds and actors of the journal, without the record's own.
    pub fn journal(&self) -> Vec<(String, Option<String>, serde_json::Value)> {
        let events = self.counter.deps().record.events(record::EventFilter::default()).unwrap();
        events
            .into_iter()
            .filter(|event| !event.kind.starts_with("record.") && !event.kind.starts_with("outbox."))
            .map(|event| (event.kind, event.actor, event.payload.unwrap_or_default()))
            .collect()
    }
}

/// A clock that a test turns.
pub struct TestClock(Mutex<DateTime<Utc>>);

impl TestClock {
    pub fn turn_to(&self, at: DateTime<Utc>) {
        *self.0.lock().unwrap() = at;
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// One reader in which one card after another lies.
struct Reader(Mutex<Option<Arc<dyn CardAccess>>>);

impl Reader {
    fn card(&self) -> Option<Arc<dyn CardAccess>> {
        self.0.lock().unwrap().clone()
    }
}

impl CardAccess for Reader {
    fn events(&self) -> Receiver<CardEvent> {
        std::sync::mpsc::channel().1
    }

    fn readers(&self) -> Vec<ReaderState> {
        let empty = || vec![ReaderState { reader: SoftwareCard::reader(), atr: None }];
        self.card().map_or_else(empty, |card| card.readers())
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        self.card().ok_or(CardError::NoCard)?.open(reader)
    }
}

struct Wire {
    centre: Arc<Mutex<Centre>>,
    clock: Arc<TestClock>,
}

impl Transport for Wire {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let slow = self.centre.lock().unwrap_or_else(PoisonError::into_inner).slow.clone();
        if let Some(slow) = slow {
            slow();
        }
        let mut centre = self.centre.lock().unwrap_or_else(PoisonError::into_inner);
        centre.asked += 1;
        if let Some(answer) = centre.wish.as_mut().and_then(|wish| wish(request)) {
            return answer;
        }
        Ok(centre.answer(request, self.clock.now()))
    }
}

impl Centre {
    /// The ordinary answer: everything is found and accepted.
    pub fn answer(&mut self, request: &Request, now: DateTime<Utc>) -> Response {
        match Incoming::read(request).unwrap() {
            Incoming::Metadata { .. } => {
                let another = self.another.as_ref().map(|(prescription, _)| prescription);
                let prescriptions: Vec<_> = std::iter::once(&self.prescription).chain(another).map(line).collect();
                let total = u32::try_from(prescriptions.len()).unwrap();
                metadata::response(&Answer { total, prescriptions, next: None })
            }
            Incoming::Uses { .. } | Incoming::Settle { .. } => {
                metadata::uses::response(&metadata::uses::UsesAnswer::default())
            }
            Incoming::Fetch { frame: asked, query, .. } => {
                let another = self.another.iter().find(|(one, _)| query.identifiers.contains(&one.reference.set_id));
                let (prescription, document) =
                    another.map_or((&self.prescription, &self.document), |(one, document)| (one, document));
                let reference = prescription.reference.clone();
                let found = FetchedDocument { reference, version: 1, bytes: document.clone() };
                mr::fetch_response(&[found], &frame(now), asked.message_id)
            }
            Incoming::Store(store) => {
                let answer = StoreAnswer::Accepted {
                    document_id: store.reference.id.clone(),
                    stored_at: now,
                    document: store.document.clone(),
                    repeated: false,
                    conflicts: vec![],
                };
                let response = mr::store_response(&answer, &frame(now), store.frame.message_id);
                self.stored.push(store);
                response
            }
        }
    }
}

pub fn frame(now: DateTime<Utc>) -> Frame {
    Frame { message_id: MessageId::from_random([9; 16]), created_at: now }
}

fn prescribed(now: DateTime<Utc>) -> Prescription {
    let mut prescription = samples::iterated_diazepam();
    prescription.prescribed_at = time::finnish(now - Duration::hours(1));
    prescription.valid_until = Some(prescription.prescribed_at.date() + chrono::Days::new(150));
    prescription.prescriber = prescriber();
    prescription
}

fn prescriber() -> Professional {
    let authority = Authority::open(&AUTHORITY).unwrap();
    let person = authority.people().professional(who::LAURI_PRESCRIBER).unwrap().clone();
    let unit = authority.people().organisation(&person.organisation).unwrap().clone();
    Professional {
        registration: RegistrationNumber::parse(&person.registration_number).ok(),
        prescriber_id: person.prescriber_id,
        name: PersonName { given: person.given, call_name: None, family: person.family, suffix: person.degree },
        right: Some(Right::new(&person.right_code)),
        organisation: Some(Organisation {
            id: Oid::parse(&unit.oid).unwrap(),
            name: unit.name,
            phone: None,
            address: None,
            part_of: None,
        }),
        specialty: None,
        post: None,
        degree: None,
        logged_in_at: None,
    }
}

fn centre_organisation() -> Oid {
    let authority = Authority::open(&AUTHORITY).unwrap();
    Oid::parse(&authority.people().organisation(place::CENTRE).unwrap().oid).unwrap()
}

fn pharmacy() -> Organisation {
    let authority = Authority::open(&AUTHORITY).unwrap();
    let unit = authority.people().organisation(place::KUUSI).unwrap().clone();
    Organisation {
        id: Oid::parse(&unit.oid).unwrap(),
        name: unit.name,
        phone: Some(unit.telephone.trim_start_matches("tel:").to_owned()),
        address: Some(Address { street: unit.street, postal_code: unit.postal_code, city: unit.city }),
        part_of: None,
    }
}

fn software() -> cda::Software {
    cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() }
}

pub fn writing() -> cda::Writing {
    cda::Writing { definition: cda::Definition::dispensation_2014().unwrap(), software: software() }
}

/// The prescription as a Centre holds it: signed by its prescriber and by the Centre.
pub fn signed_twice(prescription: &Prescription, now: DateTime<Utc>) -> Vec<u8> {
    let writing = cda::Writing { definition: cda::Definition::version_3_30().unwrap(), software: software() };
    let document = cda::write_prescription(prescription, &writing).unwrap();
    let once = sign(&document, &format!("people/{}/sign", who::LAURI_PRESCRIBER), SignatureKind::Professional, now);
    sign(&once, "systems/centre/", SignatureKind::System, now)
}

/// Signs with the key of a pair of files, as `people/lauri-laakari/sign` or `systems/centre/`.
pub fn sign(document: &[u8], pair: &str, kind: SignatureKind, now: DateTime<Utc>) -> Vec<u8> {
    let dot = if pair.ends_with('/') { "" } else { "." };
    let read = |what: &str| std::fs::read(AUTHORITY.join(format!("{pair}{dot}{what}.der"))).unwrap();
    let mut signer = SoftwareSigner::from_pkcs8(&read("cert"), &read("key")).unwrap();
    let signed_at = time::finnish_with_offset(now - Duration::minutes(1));
    signing::sign(&Signing { document, kind, signed_at, id_seed: &format!("bench-{}", kind.code()) }, &mut signer)
        .unwrap()
}

fn line(prescription: &Prescription) -> Metadata {
    let product = &prescription.product;
    Metadata {
        reference: prescription.reference.clone(),
        version: prescription.version,
        patient: prescription.patient.clone(),
        medicine: Medicine {
            name: product.name().to_owned(),
            strength: product.strength.clone(),
            form: product.form.clone(),
            atc: product.atc().cloned(),
            vnr: product.vnr().cloned(),
            kind: product.kind(),
            control: prescription.control.clone(),
            narcotic: prescription.narcotic,
        },
        kind: prescription.kind.clone(),
        quantity_form: Some("2".into()),
        prescribed_at: prescription.prescribed_at,
        valid_until: prescription.valid_until,
        repeats: Some(3),
        interval_days: Some(7),
        prescribed_text: Some("4X21 fol".into()),
        remaining_text: Some("4X21 fol".into()),
        dispense_status: DispenseStatus::Not,
        last_dispensed_at: None,
        last_dispensed_text: None,
        state: prescription::rules::State::default(),
        renewal: None,
        dose_dispensing: prescription.dose_dispensing,
        dosage_text: None,
        purpose: None,
        prescriber: prescription.prescriber.name.clone(),
        unit_id: None,
        unit_name: None,
        expired: false,
        signature: SignatureTrust::Trusted,
    }
}
