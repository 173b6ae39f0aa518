//! What the reader holds, as far as it can be told without a PIN: where the way to a card ends, whose card it is, what its
//! PINs and certificates are worth. It needs no counter, so that `tiski doctor` sees the same. Where several readers hold
//! cards, the certificates choose (smartcard notes, 1.8): a professional's card that can be used comes before any other.

use card::{CardAccess, CardError, CardIdentity, CardSession, PinSlot, PinStatus, ReaderId, ReaderState};
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
    /// A card whose holder is learnt by asking the person: not before somebody logs in.
    Unread(ReaderId),
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
    /// Whether its PINs can be entered outside this program ([`card::Pin::entered_elsewhere`]).
    pub keypad: bool,
    /// Whether a card in another reader could be used as well.
    pub others: bool,
}

/// How to look at readers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look<'a> {
    /// Whether the card service answers, where that is known: a service that is down has no readers either.
    pub service: bool,
    /// The reader whose card is taken where several can be used: that of this workstation's last log-in.
    pub first: Option<&'a ReaderId>,
    /// Whether the person may be asked whose card it is.
    pub may_ask: bool,
}

/// Looks at readers and cards, without a PIN, and takes the card that can do most.
pub fn read_card(cards: &dyn CardAccess, look: Look<'_>, trust: &TrustStore, now: DateTime<Utc>) -> CardHeld {
    let mut readers = cards.readers();
    if readers.is_empty() {
        return CardHeld::Missing(if look.service { MissingCard::Reader } else { MissingCard::Service });
    }
    readers.sort_by_key(|state| Some(&state.reader) != look.first); // stable: the others keep their order
    let held: Vec<CardHeld> = readers
        .iter()
        .filter(|state| state.atr.is_some())
        .map(|ReaderState { reader, .. }| match cards.open(reader) {
            Ok(session) => read_one(reader, session, look.may_ask, trust, now),
            Err(error) => unread(reader, error),
        })
        .collect();
    let usable = held.iter().filter(|held| held.worth() == Worth::Usable).count();
    // Of equals the last is taken, hence from the end.
    match held.into_iter().rev().max_by_key(CardHeld::worth) {
        Some(CardHeld::Ready(card)) => CardHeld::Ready(Box::new(ReadyCard { others: usable > 1, ..*card })),
        Some(held) => held,
        None => CardHeld::Missing(MissingCard::Card),
    }
}

/// What can be done with what a reader holds; the better comes later.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Nothing,
    Unusable,
    Unread,
    NoLogIn,
    Usable,
}

impl CardHeld {
    fn worth(&self) -> Worth {
        match self {
            Self::Unknown | Self::Missing(_) => Worth::Nothing,
            Self::Unusable(..) => Worth::Unusable,
            Self::Unread(_) => Worth::Unread,
            Self::Ready(card) if matches!(card.pin1, PinStatus::Blocked | PinStatus::NotActivated) => Worth::NoLogIn,
            Self::Ready(_) => Worth::Usable,
        }
    }
}

/// Why a card was not read.
fn unread(reader: &ReaderId, error: CardError) -> CardHeld {
    match error {
        CardError::NoCard | CardError::CardRemoved => CardHeld::Missing(MissingCard::Card),
        CardError::ServiceDown => CardHeld::Missing(MissingCard::Service),
        error => CardHeld::Unusable(reader.clone(), CardProblem::Card(error)),
    }
}

fn read_one(
    reader: &ReaderId,
    mut session: Box<dyn CardSession>,
    may_ask: bool,
    trust: &TrustStore,
    now: DateTime<Utc>,
) -> CardHeld {
    if session.identity_asks() && !may_ask {
        return CardHeld::Unread(reader.clone());
    }
    let mut read = || -> Result<_, CardError> {
        let identity = session.identity()?;
        let pins = (session.pin_status(PinSlot::Pin1)?, session.pin_status(PinSlot::Pin2)?);
        Ok((identity, pins, session.has_keypad()?))
    };
    let (identity, (pin1, pin2), keypad) = match read() {
        Ok(read) => read,
        Err(error) => return unread(reader, error),
    };
    let signature = trust.judge(&identity.signature_certificate, Purpose::ProfessionalSignature, now);
    match trust.judge(&identity.authentication_certificate, Purpose::ProfessionalAuthentication, now) {
        Ok(holder) => {
            let (reader, others) = (reader.clone(), false);
            CardHeld::Ready(Box::new(ReadyCard { reader, identity, holder, pin1, pin2, signature, keypad, others }))
        }
        Err(why) => CardHeld::Unusable(reader.clone(), CardProblem::Distrust(why)),
    }
}
