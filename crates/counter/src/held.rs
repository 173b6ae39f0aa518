//! What the reader holds, as far as it can be told without a PIN: where the way to a card ends, whose card it is, what its
//! PINs and certificates are worth. It needs no counter, so that `tiski doctor` sees the same.

use card::{CardAccess, CardError, CardIdentity, CardSession, PinSlot, PinStatus, ReaderId};
use chrono::{DateTime, Utc};
use trust::{Distrust, Holder, Purpose, TrustStore};

/// What the reader holds.
#[derive(Debug, Clone, Default)]
pub enum CardHeld {
    /// Not looked yet.
    #[default]
    Unknown,
    /// The way to a card ends before one: no service, no reader, no card.
    Missing(MissingCard),
    /// A card that cannot be used.
    Unusable(ReaderId, CardProblem),
    /// A card that can.
    Ready(Box<ReadyCard>),
}

/// Where the way to a card ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingCard {
    /// The system's card service does not answer.
    Service,
    /// No reader.
    Reader,
    /// No card in any reader.
    Card,
}

/// Why a card cannot be used.
#[derive(Debug, Clone)]
pub enum CardProblem {
    /// It could not be read.
    Card(CardError),
    /// Its certificate for logging in is not believed.
    Distrust(Distrust),
}

/// A card that can be used.
#[derive(Debug, Clone)]
pub struct ReadyCard {
    /// In which reader.
    pub reader: ReaderId,
    /// Its number and certificates.
    pub identity: CardIdentity,
    /// Whose it is.
    pub holder: Holder,
    /// Tries of PIN1.
    pub pin1: PinStatus,
    /// Tries of PIN2.
    pub pin2: PinStatus,
    /// Whose the certificate for signing is, or why nothing that it signs would be believed: its holder may log in and
    /// look, and cannot sign.
    pub signature: Result<Holder, Distrust>,
}

/// Looks at readers and card, without a PIN. `service` is whether the card service answers, where that is known: a service
/// that is down has no readers either.
pub fn read_card(cards: &dyn CardAccess, service: bool, trust: &TrustStore, now: DateTime<Utc>) -> CardHeld {
    let readers = cards.readers();
    if readers.is_empty() {
        return CardHeld::Missing(if service { MissingCard::Reader } else { MissingCard::Service });
    }
    let mut held = CardHeld::Missing(MissingCard::Card);
    for reader in readers.iter().filter(|state| state.atr.is_some()).map(|state| &state.reader) {
        held = match cards.open(reader) {
            Ok(session) => read_one(reader, session, trust, now),
            Err(CardError::ServiceDown) => CardHeld::Missing(MissingCard::Service),
            Err(CardError::NoCard | CardError::CardRemoved) => CardHeld::Missing(MissingCard::Card),
            Err(error) => CardHeld::Unusable(reader.clone(), CardProblem::Card(error)),
        };
        if matches!(held, CardHeld::Ready(_)) {
            break;
        }
    }
    held
}

fn read_one(reader: &ReaderId, mut session: Box<dyn CardSession>, trust: &TrustStore, now: DateTime<Utc>) -> CardHeld {
    let mut read = || -> Result<(CardIdentity, PinStatus, PinStatus), CardError> {
        Ok((session.identity()?, session.pin_status(PinSlot::Pin1)?, session.pin_status(PinSlot::Pin2)?))
    };
    match read() {
        Err(CardError::NoCard | CardError::CardRemoved) => CardHeld::Missing(MissingCard::Card),
        Err(error) => CardHeld::Unusable(reader.clone(), CardProblem::Card(error)),
        Ok((identity, pin1, pin2)) => {
            let signature = trust.judge(&identity.signature_certificate, Purpose::ProfessionalSignature, now);
            match trust.judge(&identity.authentication_certificate, Purpose::ProfessionalAuthentication, now) {
                Ok(holder) => {
                    let reader = reader.clone();
                    CardHeld::Ready(Box::new(ReadyCard { reader, identity, holder, pin1, pin2, signature }))
                }
                Err(why) => CardHeld::Unusable(reader.clone(), CardProblem::Distrust(why)),
            }
        }
    }
}
