//! The two profiles of FINEID cards and what differs between them: PIN references, padding, keys, how a digest travels.
//! Code written from the citizen's documentation blocks a professional's card, so nothing here is shared by guess.

use crate::apdu::{self, Command, send};
use crate::fineid::{files, tell_status};
use crate::{CardError, Exchange, KeypadEntry, PinSlot, PinStatus};
use zeroize::Zeroizing;

/// A FINEID profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// S4-2: professional and other organisation cards.
    Organisational,
    /// S4-1: identity cards of citizens. Known so that such a card is told from a broken one.
    Citizen,
}

/// Length to which a citizen card's PIN is padded with zeros.
const CITIZEN_BLOCK: usize = 12;

impl Scheme {
    /// Finds the profile by asking for PIN references without data, which costs no try. The application is selected.
    pub(crate) fn probe(exchange: &mut dyn Exchange) -> Result<Self, CardError> {
        for scheme in [Self::Citizen, Self::Organisational] {
            let answer = send(exchange, &Command::plain(0x20, 0x00, scheme.pin_reference(PinSlot::Pin1)))?;
            match answer.sw {
                apdu::REFERENCE_NOT_FOUND | apdu::WRONG_P1_P2 | 0x6A80..=0x6A82 => {}
                sw if tell_status(sw).is_some() || sw == apdu::REFERENCE_NOT_USABLE => return Ok(scheme),
                sw => return Err(CardError::Protocol(sw)),
            }
        }
        Err(CardError::UnknownCard)
    }

    /// VERIFY's reference of a PIN.
    pub(crate) fn pin_reference(self, slot: PinSlot) -> u8 {
        match (self, slot) {
            (Self::Organisational, PinSlot::Pin1) => 0x03,
            (Self::Organisational, PinSlot::Pin2) => 0x04,
            (Self::Citizen, PinSlot::Pin1) => 0x11,
            (Self::Citizen, PinSlot::Pin2) => 0x82,
        }
    }

    /// MSE's reference of the key behind a PIN.
    pub(crate) fn key_reference(self, slot: PinSlot) -> u8 {
        match (self, slot) {
            (_, PinSlot::Pin1) => 0x01,
            (Self::Organisational, PinSlot::Pin2) => 0x82,
            (Self::Citizen, PinSlot::Pin2) => 0x02,
        }
    }

    /// VERIFY with the PIN: bare digits for organisation cards, where padding would be a wrong PIN and cost a try.
    pub(crate) fn verify(self, slot: PinSlot, digits: &[u8]) -> Command {
        let reference = self.pin_reference(slot);
        match self {
            Self::Organisational => Command::with_data(0x20, 0x00, reference, digits),
            Self::Citizen => {
                let mut block = Zeroizing::new([0; CITIZEN_BLOCK]);
                block.iter_mut().zip(digits).for_each(|(to, from)| *to = *from);
                Command::with_data(0x20, 0x00, reference, &*block)
            }
        }
    }

    /// The same VERIFY for a reader that takes the PIN from its holder.
    pub(crate) fn keypad_entry(self, slot: PinSlot) -> KeypadEntry {
        let block = match self {
            Self::Organisational => 0,
            Self::Citizen => u8::try_from(CITIZEN_BLOCK).unwrap_or_default(),
        };
        KeypadEntry { reference: self.pin_reference(slot), block }
    }

    /// Selects the folder in which the key behind a PIN can be used.
    pub(crate) fn select_folder(self, exchange: &mut dyn Exchange, slot: PinSlot) -> Result<(), CardError> {
        match (self, slot) {
            (Self::Organisational, PinSlot::Pin2) => files::select_esign(exchange),
            _ => files::select_application(exchange),
        }
    }

    /// One signature with the chosen key: PSO with the digest inside, or PSO:HASH first on citizen cards.
    pub(crate) fn compute(self, exchange: &mut dyn Exchange, digest: &[u8], le: u8) -> Result<apdu::Answer, CardError> {
        match self {
            Self::Organisational => send(exchange, &Command::with_data(0x2A, 0x9E, 0x9A, digest).answered(le)),
            Self::Citizen => {
                let length = u8::try_from(digest.len()).map_err(|_| CardError::Unsignable)?;
                let hash = [&[0x90, length], digest].concat();
                send(exchange, &Command::with_data(0x2A, 0x90, 0xA0, &hash))?.ok()?;
                send(exchange, &Command::read(0x2A, 0x9E, 0x9A, le))
            }
        }
    }

    /// The state of a PIN: VERIFY without data.
    pub(crate) fn pin_status(self, exchange: &mut dyn Exchange, slot: PinSlot) -> Result<PinStatus, CardError> {
        let reference = self.pin_reference(slot);
        let answer = send(exchange, &Command::plain(0x20, 0x00, reference))?;
        if answer.sw == apdu::REFERENCE_NOT_USABLE {
            return Ok(if never_set(exchange, reference)? { PinStatus::NotActivated } else { PinStatus::Blocked });
        }
        tell_status(answer.sw).ok_or(CardError::Protocol(answer.sw))
    }
}

/// Whether the PIN is still the factory's: GET DATA gives DF2F 01 00 (FINEID S1 3.15). A card that does not know the
/// question has said nothing.
fn never_set(exchange: &mut dyn Exchange, reference: u8) -> Result<bool, CardError> {
    let question = Command::with_data(0xCB, 0x00, 0xFF, &[0xA0, 0x03, 0x83, 0x01, reference]).answered(0);
    let answer = send(exchange, &question)?;
    Ok(answer.sw == apdu::OK && answer.data.windows(4).any(|window| window == [0xDF, 0x2F, 0x01, 0x00]))
}
