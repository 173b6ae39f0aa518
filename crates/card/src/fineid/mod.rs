//! A session with one FINEID card: identity, PINs, signatures. Every use of a PIN is one transaction that looks at the
//! tries first, sends the PIN once, signs, and resets the card; every signature is verified before it is given out.

mod files;
mod scheme;
#[cfg(test)]
mod tests;

use crate::apdu::{self, Command, send};
use crate::public_key::{self, PublicKey, challenge_digest};
use crate::transport::transact;
use crate::{CardError, CardIdentity, CardSession, Ending, Exchange, Pin, PinSlot, PinStatus, Transport};
use scheme::Scheme;
use signing::DigestToSign;

/// The most digests in one transaction. A visit has a few; a card must not be held for minutes.
const DIGESTS_LIMIT: usize = 32;

/// Work with one FINEID card over some transport.
pub struct FineidSession {
    transport: Box<dyn Transport>,
    known: Option<Known>,
    last_try_allowed: Option<PinSlot>,
}

/// What was read from the card.
#[derive(Clone)]
struct Known {
    scheme: Scheme,
    identity: CardIdentity,
}

impl FineidSession {
    /// A session with the card behind `transport`; nothing is sent yet.
    pub fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, known: None, last_try_allowed: None }
    }

    fn known(&mut self) -> Result<Known, CardError> {
        if let Some(known) = &self.known {
            return Ok(known.clone());
        }
        let known = transact(self.transport.as_mut(), Ending::Leave, |exchange| {
            files::select_application(exchange)?;
            let scheme = Scheme::probe(exchange)?;
            Ok(Known { scheme, identity: files::identity(exchange)? })
        })?;
        self.known = Some(known.clone());
        Ok(known)
    }

    /// Uses the key behind a PIN, and checks what came of it.
    fn use_key(
        &mut self,
        slot: PinSlot,
        pin: &Pin,
        key: &PublicKey,
        digests: &[DigestToSign],
    ) -> Result<Vec<Vec<u8>>, CardError> {
        if digests.is_empty() || digests.len() > DIGESTS_LIMIT {
            return Err(CardError::Unsignable);
        }
        digests.iter().try_for_each(public_key::check_length)?;
        let scheme = self.known()?.scheme;
        let last_try_allowed = self.last_try_allowed.take_if(|allowed| *allowed == slot).is_some();
        let signatures = transact(self.transport.as_mut(), Ending::Reset, |exchange| {
            scheme.select_folder(exchange, slot)?;
            check_tries(scheme.pin_status(exchange, slot)?, slot, last_try_allowed)?;
            verify(exchange, scheme, slot, pin)?;
            let mut signatures = Vec::with_capacity(digests.len());
            for digest in digests {
                let again = (!signatures.is_empty()).then_some(pin);
                signatures.push(sign_one(exchange, scheme, slot, key, digest, again)?);
            }
            Ok(signatures)
        })?;
        for (digest, signature) in digests.iter().zip(&signatures) {
            key.verify(digest, signature)?;
        }
        Ok(signatures)
    }
}

impl CardSession for FineidSession {
    fn identity(&mut self) -> Result<CardIdentity, CardError> {
        Ok(self.known()?.identity)
    }

    fn pin_status(&mut self, slot: PinSlot) -> Result<PinStatus, CardError> {
        let scheme = self.known()?.scheme;
        transact(self.transport.as_mut(), Ending::Leave, |exchange| {
            scheme.select_folder(exchange, slot)?;
            scheme.pin_status(exchange, slot)
        })
    }

    fn has_keypad(&mut self) -> Result<bool, CardError> {
        transact(self.transport.as_mut(), Ending::Leave, |exchange| Ok(exchange.has_keypad()))
    }

    fn allow_last_try(&mut self, slot: PinSlot) {
        self.last_try_allowed = Some(slot);
    }

    fn authenticate(&mut self, pin1: &Pin, challenge: &[u8]) -> Result<Vec<u8>, CardError> {
        let key = PublicKey::from_certificate(&self.known()?.identity.authentication_certificate)?;
        let digest = challenge_digest(&key, challenge);
        let signatures = self.use_key(PinSlot::Pin1, pin1, &key, &[digest])?;
        signatures.into_iter().next().ok_or(CardError::SignatureInvalid)
    }

    fn sign(&mut self, pin2: &Pin, digests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, CardError> {
        let key = PublicKey::from_certificate(&self.known()?.identity.signature_certificate)?;
        self.use_key(PinSlot::Pin2, pin2, &key, digests)
    }
}

/// Refuses before a PIN is sent that could not help, or could block the card without the person knowing.
fn check_tries(status: PinStatus, slot: PinSlot, last_try_allowed: bool) -> Result<(), CardError> {
    match status {
        PinStatus::Blocked | PinStatus::Ready { left: Some(0) } => Err(CardError::PinBlocked(slot)),
        PinStatus::NotActivated => Err(CardError::NotActivated),
        PinStatus::Ready { left: Some(1) } if !last_try_allowed => Err(CardError::LastTry(slot)),
        PinStatus::Ready { .. } | PinStatus::Verified => Ok(()),
    }
}

/// Sends the PIN, or has it entered on the reader's keypad; also when the card says that it is still verified: the person's
/// consent is for this signature.
fn verify(exchange: &mut dyn Exchange, scheme: Scheme, slot: PinSlot, pin: &Pin) -> Result<(), CardError> {
    let sw = match pin.digits() {
        Some(digits) => send(exchange, &scheme.verify(slot, digits))?.sw,
        None => match apdu::take_apart(exchange.enter_on_keypad(&scheme.keypad_entry(slot))?)?.sw {
            apdu::KEYPAD_TIMEOUT => return Err(CardError::PinTimeout),
            apdu::KEYPAD_CANCELLED => return Err(CardError::PinCancelled),
            apdu::KEYPAD_LENGTH => return Err(CardError::PinLength),
            sw => sw,
        },
    };
    match sw {
        apdu::OK => Ok(()),
        0x63C0 | apdu::PIN_BLOCKED => Err(CardError::PinBlocked(slot)),
        0x63C1..=0x63CF => Err(CardError::PinWrong { left: u8::try_from(sw & 0x0F).ok() }),
        0x6300 | apdu::SECURITY_NOT_SATISFIED => Err(CardError::PinWrong { left: None }),
        apdu::REFERENCE_NOT_USABLE => Err(CardError::NotActivated),
        sw => Err(CardError::Protocol(sw)),
    }
}

/// Chooses algorithm and key, and signs one digest.
///
/// A card that wants PIN2 for each signature refuses the second digest with 6982. `again` is the PIN that this same
/// card accepted earlier in this same transaction: it may be given anew without a risk to the tries, and the person's
/// one consent was for the whole list.
fn sign_one(
    exchange: &mut dyn Exchange,
    scheme: Scheme,
    slot: PinSlot,
    key: &PublicKey,
    digest: &DigestToSign,
    again: Option<&Pin>,
) -> Result<Vec<u8>, CardError> {
    let environment = [0x80, 1, key.algorithm_reference(digest.hash), 0x84, 1, scheme.key_reference(slot)];
    let choose = Command::with_data(0x22, 0x41, 0xB6, &environment);
    send(exchange, &choose)?.ok()?;
    let answer = scheme.compute(exchange, &digest.digest, key.expected_length())?;
    match again {
        Some(pin) if answer.sw == apdu::SECURITY_NOT_SATISFIED => {
            verify(exchange, scheme, slot, pin)?;
            send(exchange, &choose)?.ok()?;
            scheme.compute(exchange, &digest.digest, key.expected_length())?.ok()
        }
        _ => answer.ok(),
    }
}

/// What the answer to VERIFY without data says.
fn tell_status(sw: u16) -> Option<PinStatus> {
    Some(match sw {
        apdu::OK => PinStatus::Verified,
        0x63C0 | apdu::PIN_BLOCKED => PinStatus::Blocked,
        0x63C1..=0x63CF => PinStatus::Ready { left: u8::try_from(sw & 0x0F).ok() },
        0x6300 => PinStatus::Ready { left: None },
        _ => return None,
    })
}
