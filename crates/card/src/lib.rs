//! The professional card (ammattikortti): which readers and cards are there, whose card it is, PINs, signatures.
//! It serves the rules of FINEID S4-2 (the organisational profile) and our own: a PIN is sent once, the person is warned
//! before the last try, nothing leaves that the card's own certificate does not verify.
//! It leaves to `trust` whether a certificate is good, to `signing` what is signed, and to the window how to ask.
//!
//! From the outside in: [`CardAccess`] tells of readers and cards ([`PcscAccess`] through PC/SC), [`CardSession`] works
//! with one card in one reader ([`FineidSession`]), [`Transport`] carries commands to it.
//!
//! What it does not do: unblock or change a PIN (that is DigiSign's work), decrypt, speak contactless, keep a PIN.

mod access;
mod apdu;
mod error;
mod fineid;
mod keypad;
mod pcsc_transport;
mod pin;
mod public_key;
mod script;
mod signer;
mod software;
mod tlv;
mod transport;

pub use access::PcscAccess;
pub use error::CardError;
pub use fineid::FineidSession;
pub use keypad::KeypadEntry;
pub use pcsc_transport::PcscTransport;
pub use pin::{Pin, PinSlot, PinStatus};
pub use public_key::{authentication_hash, verify_authentication, verify_signature};
pub use script::{Recorder, Script};
pub use signer::CardSigner;
pub use software::SoftwareCard;
pub use transport::{Ending, Exchange, Transport};

use std::sync::mpsc::Receiver;

/// Readers and what is in them.
pub trait CardAccess: Send + Sync {
    /// What happens from now on; begins with the present state as if it had just come about, so that a card which was
    /// there before the program is seen. A receiver that lets 256 events wait is disconnected.
    fn events(&self) -> Receiver<CardEvent>;
    /// The readers at this moment.
    fn readers(&self) -> Vec<ReaderState>;
    /// Connects to the card in a reader. The session ends for good when that card is pulled.
    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError>;
}

/// Work with one card that is in a reader.
pub trait CardSession: Send {
    /// Whether [`CardSession::identity`] would ask the person something: then it waits until somebody wants to log in.
    fn identity_asks(&self) -> bool {
        false
    }
    /// Serial number and certificates; needs no PIN. Read once, then remembered.
    fn identity(&mut self) -> Result<CardIdentity, CardError>;
    /// State of a PIN; costs no try.
    fn pin_status(&mut self, slot: PinSlot) -> Result<PinStatus, CardError>;
    /// Whether the reader has a keypad, so that [`Pin::entered_elsewhere`] can be used.
    fn has_keypad(&mut self) -> Result<bool, CardError> {
        Ok(false)
    }
    /// The keyed hash with which a simulated card signs; no card has one (see [`signing::KeyedHash`]).
    fn keyed_hash(&self) -> Option<signing::KeyedHash> {
        None
    }
    /// Permits the next use of this PIN to spend its last try; without it that use ends in [`CardError::LastTry`].
    fn allow_last_try(&mut self, slot: PinSlot);
    /// Signs a challenge with the authentication key after PIN1, with the hash that [`authentication_hash`] names.
    /// The form of the value is that of [`CardSession::sign`]; [`verify_authentication`] checks it.
    fn authenticate(&mut self, pin1: &Pin, challenge: &[u8]) -> Result<Vec<u8>, CardError>;
    /// Signs digests with the signature key after PIN2, all in one transaction, then resets the card.
    /// RSA: PKCS#1 v1.5; P-384: raw r||s. Every value was verified against the card's certificate.
    fn sign(&mut self, pin2: &Pin, digests: &[signing::DigestToSign]) -> Result<Vec<Vec<u8>>, CardError>;
}

/// The name of a reader as the PC/SC service gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReaderId(pub String);

/// A reader and whether a card is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderState {
    /// Which reader.
    pub reader: ReaderId,
    /// The card's answer to reset; `None` without a card, empty when a card is there and does not answer.
    pub atr: Option<Vec<u8>>,
}

/// Something that happened at the readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEvent {
    /// A reader was plugged in.
    ReaderAdded(ReaderId),
    /// A reader was unplugged; its card was reported removed before.
    ReaderRemoved(ReaderId),
    /// A card was put in.
    CardInserted {
        /// Where.
        reader: ReaderId,
        /// Its answer to reset: a hint about the kind of card, never a reason to trust it. Empty: it does not answer.
        atr: Vec<u8>,
    },
    /// A card was pulled out: whoever was logged in with it is not any more.
    CardRemoved {
        /// Where.
        reader: ReaderId,
    },
    /// The PC/SC service does not answer; every reader and card was reported removed before.
    ServiceDown,
    /// The PC/SC service answers (again).
    ServiceUp,
}

/// What a card says of itself without a PIN. Whether to believe it is `trust`'s to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardIdentity {
    /// The card's serial number in hexadecimal.
    pub serial: String,
    /// Todentamisvarmenne: the certificate of the key behind PIN1 (DER).
    pub authentication_certificate: Vec<u8>,
    /// Allekirjoitusvarmenne: the certificate of the key behind PIN2 (DER).
    pub signature_certificate: Vec<u8>,
}
