//! A FINEID card made of software: the organisational profile S4-2 (the professional card), and the citizen's S4-1, so
//! that the two are told apart.
//! It serves tests and demonstrations: the `card` crate and OpenSC talk to it through a real PC/SC
//! daemon and vsmartcard's reader driver ([`vpcd`]), or in-process through [`Card::transmit`].
//! It leaves to a real test card what only a real card can prove: that DVV's card answers the same.
//!
//! What it does not do: contactless channels and PACE, secure messaging, extended-length commands,
//! decryption, changing a PIN, writing files.

mod apdu;
mod card;
#[cfg(unix)]
pub mod control;
mod der;
mod files;
mod keys;
mod memory;
mod person;
mod profile;
pub mod trace;
#[cfg(unix)]
pub mod vpcd;

pub use card::{Card, Fault};
pub use keys::Key;
pub use memory::{Counters, FileMemory, Memory, ShortMemory};
pub use person::Person;
pub use profile::{NAMED, Pin2Mode, Profile, Scheme};

/// What can go wrong while a virtual card is being made or kept. No PIN and no name is ever in it.
#[derive(Debug, thiserror::Error)]
pub enum CardFileError {
    /// A file of the person, the profile or the state could not be read or written.
    #[error("cannot use {what}: {source}")]
    File {
        /// Which file, by its role.
        what: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The key file holds no PKCS#8 key of P-384 or RSA with 2048 to 4096 bits.
    #[error("the key file holds neither a P-384 nor an RSA key in PKCS#8 form")]
    Key,
    /// The certificate file is not one DER element, or larger than a card could hold.
    #[error("the certificate file is not DER")]
    Certificate,
    /// The profile or the state is not in the form that this program writes.
    #[error("cannot read {what}: {reason}")]
    Form {
        /// Which file, by its role.
        what: &'static str,
        /// What the reader of the format said.
        reason: String,
    },
    /// A PIN of the profile is not 4 to 8 digits (PUK: 4 to 8 too).
    #[error("a PIN must be 4 to 8 digits")]
    PinForm,
    /// The answer to reset is not hexadecimal or longer than 33 bytes.
    #[error("the ATR must be 2 to 33 bytes in hexadecimal")]
    Atr,
}

impl CardFileError {
    /// A word for programs that stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "virtual-card-file",
            Self::Key => "virtual-card-key",
            Self::Certificate => "virtual-card-certificate",
            Self::Form { .. } => "virtual-card-form",
            Self::PinForm => "virtual-card-pin-form",
            Self::Atr => "virtual-card-atr",
        }
    }
}
