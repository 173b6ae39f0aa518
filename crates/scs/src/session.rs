//! Work with the card that the service holds. It sends no PIN and knows no tries; what it can promise is that a value is
//! the known card's and verifies, or is not given out.

use crate::Shared;
use crate::message::{KeyUse, Made, SignRequest, ToSign};
use card::{
    CardError, CardIdentity, CardSession, Pin, PinSlot, PinStatus, authentication_hash, verify_authentication,
    verify_signature,
};
use sha2::{Digest, Sha256};
use signing::{DigestToSign, HashAlgorithm};
use std::sync::Arc;

/// What is signed to learn whose card it is; the person may see it. Nobody takes it for a log-in or a document.
const WHOSE: &[u8] = b"tiski: whose card is this? This signature is thrown away.";
/// The most digests for one consent.
const DIGESTS_LIMIT: usize = 32;

pub(crate) struct ScsSession {
    shared: Arc<Shared>,
    signs_digests: bool,
    known: Option<CardIdentity>,
}

impl ScsSession {
    pub(crate) fn new(shared: Arc<Shared>, signs_digests: bool) -> Self {
        let known = shared.state().identity.clone();
        Self { shared, signs_digests, known }
    }

    fn ask(&self, key: KeyUse, what: &ToSign<'_>, hash: HashAlgorithm) -> Result<Made, CardError> {
        self.shared.client.sign(&SignRequest::new(key, what, hash))?.made()
    }

    /// Learns a certificate by a signature of a harmless text.
    fn certificate(&self, key: KeyUse) -> Result<Vec<u8>, CardError> {
        let made = self.ask(key, &ToSign::Data(WHOSE), HashAlgorithm::Sha256)?;
        let digest = DigestToSign { hash: HashAlgorithm::Sha256, digest: Sha256::digest(WHOSE).to_vec() };
        verify_signature(&made.certificate, &digest, &made.signature)?;
        Ok(made.certificate)
    }

    /// The value, if the known card made it. Another card's is thrown away, and that card must log in first.
    fn of_the_known_card(&mut self, made: Made, certificate: &[u8]) -> Result<Vec<u8>, CardError> {
        if made.certificate == certificate {
            return Ok(made.signature);
        }
        self.known = None;
        self.shared.state().another_card();
        Err(CardError::CardRemoved)
    }
}

impl CardSession for ScsSession {
    fn identity_asks(&self) -> bool {
        self.known.is_none()
    }

    fn identity(&mut self) -> Result<CardIdentity, CardError> {
        if let Some(known) = &self.known {
            return Ok(known.clone());
        }
        let authentication_certificate = self.certificate(KeyUse::Authentication)?;
        let signature_certificate = self.certificate(KeyUse::Signature)?;
        // The service does not tell the card's number; the certificates stand for it.
        let hash =
            Sha256::new().chain_update(&authentication_certificate).chain_update(&signature_certificate).finalize();
        let serial = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let identity = CardIdentity { serial, authentication_certificate, signature_certificate };
        self.known = Some(identity.clone());
        self.shared.state().identity = Some(identity.clone());
        Ok(identity)
    }

    fn pin_status(&mut self, _slot: PinSlot) -> Result<PinStatus, CardError> {
        Ok(PinStatus::Ready { left: None })
    }

    fn has_keypad(&mut self) -> Result<bool, CardError> {
        Ok(true)
    }

    fn allow_last_try(&mut self, _slot: PinSlot) {
        // Tries are between the person and the service.
    }

    fn authenticate(&mut self, pin1: &Pin, challenge: &[u8]) -> Result<Vec<u8>, CardError> {
        elsewhere(pin1)?;
        let certificate = self.identity()?.authentication_certificate;
        let hash = authentication_hash(&certificate)?;
        let made = self.ask(KeyUse::Authentication, &ToSign::Data(challenge), hash)?;
        let signature = self.of_the_known_card(made, &certificate)?;
        verify_authentication(&certificate, challenge, &signature)?;
        Ok(signature)
    }

    fn sign(&mut self, pin2: &Pin, digests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, CardError> {
        elsewhere(pin2)?;
        if digests.is_empty() || digests.len() > DIGESTS_LIMIT || !self.signs_digests {
            return Err(CardError::Unsignable);
        }
        let certificate = self.identity()?.signature_certificate;
        let mut signatures = Vec::with_capacity(digests.len());
        for request in digests {
            let made = self.ask(KeyUse::Signature, &ToSign::Digest(&request.digest), request.hash)?;
            let signature = self.of_the_known_card(made, &certificate)?;
            verify_signature(&certificate, request, &signature)?;
            signatures.push(signature);
        }
        Ok(signatures)
    }
}

/// Digits that were typed here would help nobody.
fn elsewhere(pin: &Pin) -> Result<(), CardError> {
    if pin.is_entered_elsewhere() { Ok(()) } else { Err(CardError::PinElsewhere) }
}
