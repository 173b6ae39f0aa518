//! A card without a card: certificates and keys from files, PINs in memory. It lets the program work headless, and
//! behaves towards it as a real card does: tries, blocking, removal. It protects nothing and is never a person's own card.

use crate::public_key::{PublicKey, challenge_digest, check_length};
use crate::{
    CardAccess, CardError, CardEvent, CardIdentity, CardSession, Pin, PinSlot, PinStatus, ReaderId, ReaderState,
};
use signing::software::SoftwareSigner;
use signing::{DigestToSign, Signer};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tries of each PIN.
const TRIES: u8 = 5;
/// A certificate or key file is refused above this.
const FILE_LIMIT: usize = 16 * 1024;
const WAITING_EVENTS: usize = 256;

/// A card made of key files in a reader that is always there.
#[derive(Clone)]
pub struct SoftwareCard {
    state: Arc<Mutex<State>>,
}

struct State {
    identity: CardIdentity,
    authentication: SoftwareSigner,
    signature: SoftwareSigner,
    pin1: Secret,
    pin2: Secret,
    inserted: bool,
    /// Grows with each removal: a session belongs to one stay in the reader.
    removals: u64,
    receivers: Vec<SyncSender<CardEvent>>,
}

struct Secret {
    pin: Pin,
    left: u8,
}

impl SoftwareCard {
    /// Reads `auth.cert.der`, `auth.key.der`, `sign.cert.der` and `sign.key.der` (PKCS#8) from a folder. The card is in.
    pub fn load(folder: &Path, pin1: Pin, pin2: Pin) -> Result<Self, CardError> {
        let read = |name: &str| match std::fs::read(folder.join(name)) {
            Ok(bytes) if bytes.len() <= FILE_LIMIT => Ok(zeroize::Zeroizing::new(bytes)),
            _ => Err(CardError::CertificateUnreadable),
        };
        let (authentication, signature) = (read("auth.cert.der")?, read("sign.cert.der")?);
        let signer = |certificate: &[u8], key: &[u8]| {
            SoftwareSigner::from_pkcs8(certificate, key).map_err(|_| CardError::CertificateUnreadable)
        };
        let state = State {
            authentication: signer(&authentication, &read("auth.key.der")?)?,
            signature: signer(&signature, &read("sign.key.der")?)?,
            identity: CardIdentity {
                serial: "software".to_owned(),
                authentication_certificate: authentication.to_vec(),
                signature_certificate: signature.to_vec(),
            },
            pin1: Secret { pin: pin1, left: TRIES },
            pin2: Secret { pin: pin2, left: TRIES },
            inserted: true,
            removals: 0,
            receivers: Vec::new(),
        };
        Ok(Self { state: Arc::new(Mutex::new(state)) })
    }

    /// The one reader's name.
    pub fn reader() -> ReaderId {
        ReaderId("Software card".to_owned())
    }

    /// Puts the card in.
    pub fn insert(&self) {
        let mut state = self.lock();
        if !state.inserted {
            state.inserted = true;
            state.tell(&CardEvent::CardInserted { reader: Self::reader(), atr: Vec::new() });
        }
    }

    /// Pulls the card out; its sessions end.
    pub fn remove(&self) {
        let mut state = self.lock();
        if state.inserted {
            state.inserted = false;
            state.removals += 1;
            state.tell(&CardEvent::CardRemoved { reader: Self::reader() });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CardAccess for SoftwareCard {
    fn events(&self) -> Receiver<CardEvent> {
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        let mut state = self.lock();
        let inserted = state.inserted.then(|| CardEvent::CardInserted { reader: Self::reader(), atr: Vec::new() });
        for event in [CardEvent::ServiceUp, CardEvent::ReaderAdded(Self::reader())].into_iter().chain(inserted) {
            let _ = sender.try_send(event);
        }
        state.receivers.push(sender);
        receiver
    }

    fn readers(&self) -> Vec<ReaderState> {
        vec![ReaderState { reader: Self::reader(), atr: self.lock().inserted.then(Vec::new) }]
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        let state = self.lock();
        match (*reader == Self::reader(), state.inserted) {
            (false, _) => Err(CardError::NoReader),
            (_, false) => Err(CardError::NoCard),
            _ => Ok(Box::new(SoftwareSession { card: self.clone(), stay: state.removals, last_try_allowed: None })),
        }
    }
}

struct SoftwareSession {
    card: SoftwareCard,
    stay: u64,
    last_try_allowed: Option<PinSlot>,
}

impl SoftwareSession {
    fn state(&self) -> Result<MutexGuard<'_, State>, CardError> {
        let state = self.card.lock();
        if state.removals == self.stay { Ok(state) } else { Err(CardError::CardRemoved) }
    }

    fn use_key(&mut self, slot: PinSlot, pin: &Pin, digests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, CardError> {
        if digests.is_empty() {
            return Err(CardError::Unsignable);
        }
        digests.iter().try_for_each(check_length)?;
        let last_try_allowed = self.last_try_allowed.take_if(|allowed| *allowed == slot).is_some();
        let mut guard = self.state()?;
        let state = &mut *guard;
        let (secret, signer) = match slot {
            PinSlot::Pin1 => (&mut state.pin1, &mut state.authentication),
            PinSlot::Pin2 => (&mut state.pin2, &mut state.signature),
        };
        secret.check(slot, pin, last_try_allowed)?;
        let signatures = signer.sign(digests).map_err(|_| CardError::Unsignable)?;
        let key = PublicKey::from_certificate(signer.certificate())?;
        for (digest, signature) in digests.iter().zip(&signatures) {
            key.verify(digest, signature)?;
        }
        Ok(signatures)
    }
}

impl CardSession for SoftwareSession {
    fn identity(&mut self) -> Result<CardIdentity, CardError> {
        Ok(self.state()?.identity.clone())
    }

    fn pin_status(&mut self, slot: PinSlot) -> Result<PinStatus, CardError> {
        let state = self.state()?;
        let secret = match slot {
            PinSlot::Pin1 => &state.pin1,
            PinSlot::Pin2 => &state.pin2,
        };
        Ok(if secret.left == 0 { PinStatus::Blocked } else { PinStatus::Ready { left: Some(secret.left) } })
    }

    fn allow_last_try(&mut self, slot: PinSlot) {
        self.last_try_allowed = Some(slot);
    }

    fn authenticate(&mut self, pin1: &Pin, challenge: &[u8]) -> Result<Vec<u8>, CardError> {
        let key = PublicKey::from_certificate(self.state()?.authentication.certificate())?;
        let signatures = self.use_key(PinSlot::Pin1, pin1, &[challenge_digest(&key, challenge)])?;
        signatures.into_iter().next().ok_or(CardError::SignatureInvalid)
    }

    fn sign(&mut self, pin2: &Pin, digests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, CardError> {
        self.use_key(PinSlot::Pin2, pin2, digests)
    }
}

impl State {
    fn tell(&mut self, event: &CardEvent) {
        self.receivers.retain(|receiver| receiver.try_send(event.clone()).is_ok());
    }
}

impl Secret {
    /// As a card does it: one try less, compare, all tries back.
    fn check(&mut self, slot: PinSlot, pin: &Pin, last_try_allowed: bool) -> Result<(), CardError> {
        if pin.is_entered_elsewhere() {
            return Err(CardError::NoKeypad);
        }
        match self.left {
            0 => return Err(CardError::PinBlocked(slot)),
            1 if !last_try_allowed => return Err(CardError::LastTry(slot)),
            _ => self.left -= 1,
        }
        if self.pin.digits() == pin.digits() {
            self.left = TRIES;
            return Ok(());
        }
        Err(if self.left == 0 { CardError::PinBlocked(slot) } else { CardError::PinWrong { left: Some(self.left) } })
    }
}
