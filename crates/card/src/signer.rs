//! A card as `signing` wants a signer: it knows digests and a certificate, and nothing of cards.

use crate::{CardError, CardSession, Pin};
use signing::{DigestToSign, KeyedHash, Signer, SignerError};

/// Signs documents with the card of one session after one PIN2.
pub struct CardSigner<'a> {
    session: &'a mut dyn CardSession,
    pin2: &'a Pin,
    certificate: Vec<u8>,
    keyed: Option<KeyedHash>,
    failure: Option<CardError>,
}

impl<'a> CardSigner<'a> {
    /// The certificate is that of the session's card.
    pub fn new(session: &'a mut dyn CardSession, pin2: &'a Pin) -> Result<Self, CardError> {
        let certificate = session.identity()?.signature_certificate;
        let keyed = session.keyed_hash();
        Ok(Self { session, pin2, certificate, keyed, failure: None })
    }

    /// The card's own error behind the last failed call, in full.
    pub fn failure(&self) -> Option<&CardError> {
        self.failure.as_ref()
    }
}

impl Signer for CardSigner<'_> {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        self.session.sign(self.pin2, requests).map_err(|error| {
            let told = signer_error(&error);
            self.failure = Some(error);
            told
        })
    }

    fn keyed_hash(&self) -> Option<&KeyedHash> {
        self.keyed.as_ref()
    }
}

fn signer_error(error: &CardError) -> SignerError {
    match error {
        CardError::CardRemoved => SignerError::CardRemoved,
        CardError::PinWrong { left } => SignerError::PinWrong { left: *left },
        CardError::PinBlocked(_) => SignerError::PinBlocked,
        other => SignerError::Custom { code: other.code() },
    }
}
