//! The Centre itself: what is handed to it, and the door through which every request comes. What is asked is answered
//! in `searching`, `fetching` and `storing`; every use leaves an entry of the log (LO-1).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use kanta::errors::Known;
use kanta::http::{Request, Response};
use kanta::{Frame, Incoming, Issue, MessageId, Requester, incoming, metadata, mr};
use prescription::{Oid, Signers};
use signing::{DigestToSign, HashAlgorithm, KeyedHash, Signer, SignerError, Verifier};
use trust::TrustStore;

use crate::log::{Event, NewEntry, Use};
use crate::register::Register;
use crate::store::{Decision, Lagging, Store, StoreError};
use crate::wishes::Wishes;

/// Fills bytes with randomness: salts of the log and identifiers of messages. Handed in, so that a simulation can be
/// repeated.
pub type Randomness = Box<dyn Fn(&mut [u8]) + Send + Sync>;

/// Who is at the other end of the connection, by its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The organisation.
    pub organisation: Oid,
    /// Serial number of the certificate, hexadecimal.
    pub certificate: String,
}

/// What may be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Accept identity codes outside the artificial series 900–999 (promise 9: never unless told so).
    pub any_identity_code: bool,
    /// How far times may lie from the Centre's clock, in seconds (promise 8: five minutes).
    pub clock_tolerance_s: u32,
    /// How long a dispensing reservation (toimitusvaraus) lasts that nobody gives back, in seconds.
    pub hold_s: u32,
    /// Who signs documents of which type.
    pub signers: Signers,
}

impl Default for Settings {
    fn default() -> Self {
        Self { any_identity_code: false, clock_tolerance_s: 300, hold_s: 30 * 60, signers: Signers::default() }
    }
}

/// The kinds of exchange, for faults that are meant for one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// A search for prescriptions' data.
    Search,
    /// A fetch of documents.
    Fetch,
    /// A document to be stored.
    Store,
}

/// Which exchange a request is, if it can be read.
pub fn exchange(request: &Request) -> Option<Exchange> {
    Some(match Incoming::read(request).ok()? {
        Incoming::Metadata { .. } | Incoming::Uses { .. } | Incoming::Settle { .. } => Exchange::Search,
        Incoming::Fetch { .. } => Exchange::Fetch,
        Incoming::Store(_) => Exchange::Store,
    })
}

/// A Prescription Centre.
pub struct Centre<S> {
    pub(crate) store: S,
    pub(crate) settings: Settings,
    pub(crate) verifier: Verifier,
    trust: RwLock<Arc<TrustStore>>,
    register: RwLock<Arc<Register>>,
    wishes: RwLock<Arc<Wishes>>,
    signer: Arc<OwnSigner>,
    randomness: Arc<Randomness>,
}

/// The Centre's own signer, one value at a time: what is around a value is made beside the others' work.
pub(crate) struct OwnSigner {
    certificate: Vec<u8>,
    vouches: bool,
    keyed: Option<KeyedHash>,
    key: Mutex<Box<dyn Signer + Send>>,
}

impl Signer for &OwnSigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        self.key().sign(requests)
    }

    fn sign_messages(&mut self, hash: HashAlgorithm, messages: &[&[u8]]) -> Result<Vec<Vec<u8>>, SignerError> {
        self.key().sign_messages(hash, messages)
    }

    fn vouches_for_values(&self) -> bool {
        self.vouches
    }

    fn keyed_hash(&self) -> Option<&KeyedHash> {
        self.keyed.as_ref()
    }
}

impl OwnSigner {
    fn new(key: Box<dyn Signer + Send>) -> Self {
        Self {
            certificate: key.certificate().to_vec(),
            vouches: key.vouches_for_values(),
            keyed: key.keyed_hash().cloned(),
            key: Mutex::new(key),
        }
    }

    fn key(&self) -> MutexGuard<'_, Box<dyn Signer + Send>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> Centre<S> {
    /// A Centre over a store. `signer` makes its system signatures.
    pub fn new(
        store: S,
        trust: impl Into<Arc<TrustStore>>,
        register: impl Into<Arc<Register>>,
        signer: Box<dyn Signer + Send>,
        randomness: Randomness,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            settings,
            verifier: Verifier::default(),
            trust: RwLock::new(trust.into()),
            register: RwLock::new(register.into()),
            wishes: RwLock::default(),
            signer: Arc::new(OwnSigner::new(signer)),
            randomness: Arc::new(randomness),
        }
    }

    /// The same Centre, which has signatures checked by this verifier: a simulation's.
    #[must_use]
    pub fn with_verifier(mut self, verifier: Verifier) -> Self {
        self.verifier = verifier;
        self
    }

    /// The store, for who verifies or counts.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Uses another register from now on.
    pub fn replace_register(&self, register: Register) {
        *self.register.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(register);
    }

    /// Uses other wishes of citizens from now on; nobody has any at first.
    pub fn replace_wishes(&self, wishes: Wishes) {
        *self.wishes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(wishes);
    }

    /// Uses other anchors and revocation lists from now on.
    pub fn replace_trust(&self, trust: TrustStore) {
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(trust);
    }

    /// Answers one request. Blocks on the store; never panics on what it is sent.
    pub fn handle(&self, request: &Request, caller: &Caller, now: DateTime<Utc>) -> Response {
        let frame = self.frame(now);
        let incoming = match Incoming::read(request) {
            Ok(incoming) => incoming,
            Err(error) => {
                let issues = error.issues();
                let mut told = Use::of(Event::Unreadable);
                told.refused(&issues);
                return match self.note(told, caller, now) {
                    Ok(()) => incoming::refuse(request, &issues, &frame),
                    Err(error) => incoming::refuse(request, &[failed(&error)], &frame),
                };
            }
        };
        match &incoming {
            Incoming::Metadata { query, requester } => match self.search(query, requester, caller, now) {
                Ok(answer) => metadata::response(&answer),
                Err(issues) => metadata::error_response(&issues),
            },
            Incoming::Uses { query, requester } => match self.uses(query, requester, caller, now) {
                Ok(answer) => metadata::uses::response(&answer),
                Err(issues) => metadata::error_response(&issues),
            },
            Incoming::Settle { document, requester } => match self.settle(document, requester, caller, now) {
                Ok(answer) => metadata::uses::response(&answer),
                Err(issues) => metadata::error_response(&issues),
            },
            Incoming::Fetch { query, requester, frame: asked } => match self.fetch(query, requester, caller, now) {
                Ok(documents) => mr::fetch_response(&documents, &frame, asked.message_id),
                Err(issues) => mr::error_response(&issues, &frame, Some(asked.message_id)),
            },
            Incoming::Store(store) => {
                mr::store_response(&self.take(store, caller, now), &frame, store.frame.message_id)
            }
        }
    }

    /// Answers one request as [`Self::handle`] does, but what is searched and fetched is what `then` sees; the log is of
    /// now: a fault for tests.
    pub fn handle_seeing(&self, then: &dyn Store, request: &Request, caller: &Caller, now: DateTime<Utc>) -> Response {
        let lagging = Centre {
            store: Lagging { then, now: &self.store },
            settings: self.settings.clone(),
            verifier: self.verifier.clone(),
            trust: RwLock::new(self.trust()),
            register: RwLock::new(self.register()),
            wishes: RwLock::new(self.wishes()),
            signer: self.signer.clone(),
            randomness: self.randomness.clone(),
        };
        lagging.handle(request, caller, now)
    }

    /// Refuses a request with an issue, without looking at it further: a fault for tests.
    pub fn refuse(&self, request: &Request, issue: Issue, now: DateTime<Utc>) -> Response {
        incoming::refuse(request, &[issue], &self.frame(now))
    }

    pub(crate) fn trust(&self) -> Arc<TrustStore> {
        self.trust.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The register that counts now.
    pub fn register(&self) -> Arc<Register> {
        self.register.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn wishes(&self) -> Arc<Wishes> {
        self.wishes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn signer(&self) -> &OwnSigner {
        &self.signer
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.randomness)(&mut bytes);
        bytes
    }

    fn frame(&self, now: DateTime<Utc>) -> Frame {
        Frame { message_id: MessageId::from_random(self.random()), created_at: now }
    }

    /// The log entry of a use.
    pub(crate) fn entry(&self, told: &Use, now: DateTime<Utc>) -> NewEntry {
        // A use is made of texts and numbers only: it always has a JSON form.
        let payload = serde_json::to_string(told).unwrap_or_default();
        NewEntry { at: now, event: told.event, payload, salt: self.random() }
    }

    /// Writes a use into the log; nothing is answered before that is on disk.
    pub(crate) fn note(&self, mut told: Use, caller: &Caller, now: DateTime<Utc>) -> Result<(), StoreError> {
        told.organisation = Some(caller.organisation.clone());
        told.certificate = told.certificate.or_else(|| Some(caller.certificate.clone()));
        self.store.commit(Decision::only_log(self.entry(&told, now))).map(|_| ())
    }
}

impl Use {
    /// Notes a refusal.
    pub(crate) fn refused(&mut self, issues: &[Issue]) {
        self.error = issues.first().map(|issue| issue.code.clone());
        let details: Vec<&str> = issues.iter().filter_map(|issue| issue.detail.as_deref()).collect();
        self.detail = (!details.is_empty()).then(|| details.join(" "));
    }
}

/// Notes what a requester states of itself.
pub(crate) fn stated(requester: &Requester, told: &mut Use) {
    told.system = Some(requester.system.id.clone());
    told.user = requester.user.as_ref().map(|user| user.registration.as_str().to_owned());
    told.reason = Some(requester.reason.code().to_owned());
    told.reason_text = requester.reason_text.clone();
    told.on_behalf = requester.on_behalf.as_ref().map(|behalf| behalf.basis.code().to_owned());
}

/// What a pharmacy hears of a store that failed.
pub(crate) fn failed(error: &StoreError) -> Issue {
    tracing::error!(code = error.code(), "the store failed");
    match error {
        StoreError::Busy => Issue::of(Known::Busy),
        _ => Issue::of(Known::Unavailable).about(error.code()),
    }
}
