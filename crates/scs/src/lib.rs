//! The professional card through another program on this machine that holds it: DVV's signature creation service (SCS) on
//! `https://localhost:53952`, as DigiSign and Atostek ID offer it. It serves workstations where that program must hold the
//! card; it stands behind the same [`CardAccess`] as PC/SC, so that the rest of the program sees no difference but these:
//!
//! - The PIN is entered in the other program's window ([`card::Pin::entered_elsewhere`]), once for each signature or as
//!   that program sees fit; tries are not told.
//! - Whose card it is comes with a signature only. [`card::CardSession::identity`] therefore asks for two, of a text that
//!   says so, and remembers the answer until the service is gone or another card has signed.
//! - Nobody tells that a card was pulled. A card "is in the reader" while the service answers; another card is noticed
//!   at its first signature, which is thrown away.
//!
//! Every value is verified with the certificate that came with it before anybody gets it. Whether that certificate is good
//! is `trust`'s to judge.

mod http;
mod message;
mod session;

use card::{CardAccess, CardError, CardEvent, CardIdentity, CardSession, ReaderId, ReaderState};
use http::Client;
use message::Version;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use session::ScsSession;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The port on which the service listens.
pub const PORT: u16 = 53952;
/// How often the service is asked whether it is there.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Events that may wait for one receiver.
const WAITING_EVENTS: usize = 256;
/// Receivers at one time.
const RECEIVERS_LIMIT: usize = 16;

/// Where the service is and whom to believe that it is there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its port on this machine; [`PORT`].
    pub port: u16,
    /// The service's own certificate, or that of the authority that issued it (DER). Nothing else is believed.
    pub trusted: Vec<Vec<u8>>,
    /// What this program calls itself in the `Origin` header, by which the service decides whom it serves.
    pub origin: String,
    /// How long a person may take to enter a PIN.
    pub patience: Duration,
}

/// Why the access could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// No certificate to believe, or one that cannot be read.
    #[error("the certificate of the signature service is missing or cannot be read")]
    Trust,
    /// The origin is empty or holds what no header may.
    #[error("the origin is not one that a header could carry")]
    Origin,
    /// The system gives no thread.
    #[error("no thread could be started")]
    Thread,
}

/// Every certificate of a file, which is PEM or one certificate in DER.
pub fn certificates(file: &[u8]) -> Vec<Vec<u8>> {
    let pem: Vec<_> = CertificateDer::pem_slice_iter(file).filter_map(Result::ok).map(|one| one.to_vec()).collect();
    if pem.is_empty() { vec![file.to_vec()] } else { pem }
}

impl SetupError {
    /// A word for programs that stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trust => "scs-trust",
            Self::Origin => "scs-origin",
            Self::Thread => "scs-thread",
        }
    }
}

/// The card that the service holds.
pub struct ScsAccess {
    shared: Arc<Shared>,
    watcher: Option<JoinHandle<()>>,
}

/// What the watching thread, the sessions and their owner share.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) state: Mutex<State>,
    stop: AtomicBool,
}

#[derive(Default)]
pub(crate) struct State {
    /// `None`: not asked yet.
    up: Option<bool>,
    /// Whose card it was at the last signature.
    pub(crate) identity: Option<CardIdentity>,
    receivers: Vec<SyncSender<CardEvent>>,
}

impl ScsAccess {
    /// Starts watching; does not fail when the service is not there yet.
    pub fn start(settings: &Settings) -> Result<Self, SetupError> {
        let client = Client::new(settings)?;
        let shared = Arc::new(Shared { client, state: Mutex::default(), stop: AtomicBool::new(false) });
        let for_watcher = Arc::clone(&shared);
        let watcher = std::thread::Builder::new()
            .name("signature service".to_owned())
            .spawn(move || for_watcher.watch())
            .map_err(|_| SetupError::Thread)?;
        Ok(Self { shared, watcher: Some(watcher) })
    }

    /// The name of the one reader.
    pub fn reader() -> ReaderId {
        ReaderId("SCS".to_owned())
    }
}

impl CardAccess for ScsAccess {
    fn events(&self) -> Receiver<CardEvent> {
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        let mut state = self.shared.state();
        let present: &[CardEvent] = match state.up {
            None => &[],
            Some(false) => &[CardEvent::ServiceDown],
            Some(true) => &arrival(),
        };
        let kept = present.iter().all(|event| sender.try_send(event.clone()).is_ok());
        if kept && state.receivers.len() < RECEIVERS_LIMIT {
            state.receivers.push(sender);
        }
        receiver
    }

    fn readers(&self) -> Vec<ReaderState> {
        let up = self.shared.state().up == Some(true);
        up.then(|| ReaderState { reader: Self::reader(), atr: Some(Vec::new()) }).into_iter().collect()
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        if *reader != Self::reader() {
            return Err(CardError::NoReader);
        }
        let version: Version = self.shared.client.version()?;
        Ok(Box::new(ScsSession::new(Arc::clone(&self.shared), version.signs_digests())))
    }
}

impl Drop for ScsAccess {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(watcher) = self.watcher.take() {
            watcher.thread().unpark();
            let _ = watcher.join();
        }
    }
}

impl Shared {
    fn watch(&self) {
        while !self.stop.load(Ordering::Acquire) {
            let up = self.client.version().is_ok();
            self.state().seen(up);
            std::thread::park_timeout(LOOK_AGAIN);
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn seen(&mut self, up: bool) {
        let before = self.up.replace(up);
        let events = match (before, up) {
            (Some(true), true) | (Some(false), false) => return,
            (_, true) => arrival().to_vec(),
            (None, false) => vec![CardEvent::ServiceDown],
            (Some(true), false) => {
                self.identity = None; // whoever comes back may be somebody else
                let reader = ScsAccess::reader();
                let removed = CardEvent::CardRemoved { reader: reader.clone() };
                vec![removed, CardEvent::ReaderRemoved(reader), CardEvent::ServiceDown]
            }
        };
        self.receivers.retain(|receiver| events.iter().all(|event| receiver.try_send(event.clone()).is_ok()));
    }

    /// Another card has signed than the one that was known: that one is gone.
    pub(crate) fn another_card(&mut self) {
        self.identity = None;
        let reader = ScsAccess::reader();
        let events =
            [CardEvent::CardRemoved { reader: reader.clone() }, CardEvent::CardInserted { reader, atr: Vec::new() }];
        self.receivers.retain(|receiver| events.iter().all(|event| receiver.try_send(event.clone()).is_ok()));
    }
}

/// What is told when the service begins to answer.
fn arrival() -> [CardEvent; 3] {
    let reader = ScsAccess::reader();
    let inserted = CardEvent::CardInserted { reader: reader.clone(), atr: Vec::new() };
    [CardEvent::ServiceUp, CardEvent::ReaderAdded(reader), inserted]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_went_takes_the_known_card_with_it_and_tells_each_change_once() {
        let (sender, events) = sync_channel(WAITING_EVENTS);
        let mut state = State { receivers: vec![sender], ..State::default() };
        state.seen(true);
        state.identity = Some(CardIdentity {
            serial: "1".to_owned(),
            authentication_certificate: Vec::new(),
            signature_certificate: Vec::new(),
        });
        state.seen(true);
        assert!(state.identity.is_some());
        assert_eq!(events.try_iter().collect::<Vec<_>>(), arrival());
        state.seen(false);
        state.seen(false);
        assert!(state.identity.is_none(), "whoever comes back may be somebody else");
        assert_eq!(events.try_iter().last(), Some(CardEvent::ServiceDown));
        state.seen(true);
        assert_eq!(events.try_iter().count(), 3);
    }
}
