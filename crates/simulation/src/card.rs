//! A card and a signer that sign with the simulation's keyed hash, and the reader of a desk, from which a card is pulled.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use card::{
    CardAccess, CardError, CardEvent, CardIdentity, CardSession, Pin, PinSlot, PinStatus, ReaderId, ReaderState,
};
use signing::{DigestToSign, KeyedHash, Signer, SignerError};

/// A system's or prescriber's key that is a keyed hash.
pub struct KeyedSigner {
    certificate: Vec<u8>,
    keyed: KeyedHash,
}

impl KeyedSigner {
    /// A signer in the name of this certificate (DER).
    pub fn new(certificate: Vec<u8>, keyed: KeyedHash) -> Self {
        Self { certificate, keyed }
    }
}

impl Signer for KeyedSigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        Ok(requests.iter().map(|one| self.keyed.value(&self.certificate, &one.digest)).collect())
    }

    fn keyed_hash(&self) -> Option<&KeyedHash> {
        Some(&self.keyed)
    }
}

/// One reader of one desk, with its card, which can be pulled: also in the middle of signing.
#[derive(Clone)]
pub struct Reader(Arc<Mutex<Inside>>);

struct Inside {
    identity: CardIdentity,
    keyed: KeyedHash,
    in_place: bool,
    stay: u64,
    /// The card is pulled after so many more uses.
    pulled_after: Option<u64>,
}

impl Reader {
    /// A reader with this card in it.
    pub fn new(identity: CardIdentity, keyed: KeyedHash) -> Self {
        Self(Arc::new(Mutex::new(Inside { identity, keyed, in_place: true, stay: 0, pulled_after: None })))
    }

    /// The reader's name.
    pub fn name() -> ReaderId {
        ReaderId("Simulated reader".to_owned())
    }

    /// Puts the card (back) in.
    pub fn insert(&self) {
        let mut inside = self.inside();
        if !inside.in_place {
            inside.in_place = true;
            inside.stay = inside.stay.saturating_add(1);
        }
    }

    /// Whether the card is in.
    pub fn is_in_place(&self) -> bool {
        self.inside().in_place
    }

    /// Pulls the card: sessions with it end.
    pub fn pull(&self) {
        self.inside().in_place = false;
    }

    /// Has the card pulled after so many more uses.
    pub fn pull_after(&self, uses: u64) {
        self.inside().pulled_after = Some(uses);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CardAccess for Reader {
    fn events(&self) -> Receiver<CardEvent> {
        std::sync::mpsc::channel().1
    }

    fn readers(&self) -> Vec<ReaderState> {
        vec![ReaderState { reader: Self::name(), atr: self.is_in_place().then(Vec::new) }]
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        let inside = self.inside();
        match (*reader == Self::name(), inside.in_place) {
            (false, _) => Err(CardError::NoReader),
            (_, false) => Err(CardError::NoCard),
            _ => Ok(Box::new(Session { reader: self.clone(), stay: inside.stay })),
        }
    }
}

struct Session {
    reader: Reader,
    stay: u64,
}

impl Session {
    /// One use of the card, if it has not been pulled since the session began.
    fn used(&self) -> Result<MutexGuard<'_, Inside>, CardError> {
        let mut inside = self.reader.inside();
        match &mut inside.pulled_after {
            Some(0) => {
                inside.pulled_after = None;
                inside.in_place = false;
            }
            Some(left) => *left = left.saturating_sub(1),
            None => {}
        }
        if inside.in_place && inside.stay == self.stay { Ok(inside) } else { Err(CardError::CardRemoved) }
    }
}

impl CardSession for Session {
    fn identity(&mut self) -> Result<CardIdentity, CardError> {
        Ok(self.used()?.identity.clone())
    }

    fn pin_status(&mut self, _slot: PinSlot) -> Result<PinStatus, CardError> {
        drop(self.used()?);
        Ok(PinStatus::Ready { left: Some(5) })
    }

    fn keyed_hash(&self) -> Option<KeyedHash> {
        Some(self.reader.inside().keyed.clone())
    }

    fn allow_last_try(&mut self, _slot: PinSlot) {}

    fn authenticate(&mut self, _pin1: &Pin, challenge: &[u8]) -> Result<Vec<u8>, CardError> {
        let inside = self.used()?;
        Ok(inside.keyed.value(&inside.identity.authentication_certificate, challenge))
    }

    fn sign(&mut self, _pin2: &Pin, digests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, CardError> {
        let inside = self.used()?;
        let of = |one: &DigestToSign| inside.keyed.value(&inside.identity.signature_certificate, &one.digest);
        Ok(digests.iter().map(of).collect())
    }
}
