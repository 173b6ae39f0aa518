//! Everything that can go wrong between a person's card and the program. No PIN, name or certificate is ever in it.

use crate::PinSlot;

/// What happened, in words that a person at the counter can act on; `code` is for programs and translations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// No such reader any more.
    #[error("the card reader is not connected")]
    NoReader,
    /// The reader is empty.
    #[error("there is no card in the reader")]
    NoCard,
    /// The card was pulled, perhaps in the middle of a command. The session is over.
    #[error("the card was removed")]
    CardRemoved,
    /// Another program reset the card while this one was working; nothing was sent again.
    #[error("another program reset the card")]
    CardReset,
    /// A card is in the reader and gives no answer (often: put in the wrong way round).
    #[error("the card does not answer; is it the right way round?")]
    Mute,
    /// Not a card with the FINEID application, or of an unknown profile.
    #[error("this is not a professional card")]
    UnknownCard,
    /// The card's certificates cannot be read or are of a kind that cannot sign here.
    #[error("the certificates on the card cannot be read")]
    CertificateUnreadable,
    /// The holder has not set the PINs yet (aktivointi, with the card issuer's program).
    #[error("the card has not been activated; activate it with DigiSign")]
    NotActivated,
    /// The PIN was wrong.
    #[error("the PIN is wrong")]
    PinWrong {
        /// Tries left, if the card tells.
        left: Option<u8>,
    },
    /// The PIN is blocked; it is unblocked with DigiSign and the activation code.
    #[error("{0} is blocked; unblock it with DigiSign and the activation code")]
    PinBlocked(PinSlot),
    /// Not 4 to 8 digits; nothing was sent to the card.
    #[error("a PIN has 4 to 8 digits")]
    PinLength,
    /// One try is left and its use was not allowed; nothing was sent to the card.
    #[error("only one try of {0} is left")]
    LastTry(PinSlot),
    /// The reader has no keypad on which a PIN could be entered.
    #[error("the card reader has no keypad")]
    NoKeypad,
    /// The PIN is entered in the window of the program that holds the card; digits cannot be given to it.
    #[error("the PIN is entered in the card program's own window")]
    PinElsewhere,
    /// The holder ended the entry on the reader's keypad; no PIN reached the card.
    #[error("the entry of the PIN was cancelled")]
    PinCancelled,
    /// Nobody entered a PIN on the reader's keypad in time; no PIN reached the card.
    #[error("the PIN was not entered in time")]
    PinTimeout,
    /// The PC/SC service is not running or was stopped.
    #[error("the smart card service does not answer")]
    ServiceDown,
    /// Another program holds the card for itself.
    #[error("another program is using the card")]
    Busy,
    /// The digest's length is not that of its hash, there is none, or there are more than the limit.
    #[error("there is nothing that this card could sign")]
    Unsignable,
    /// The card's signature does not verify against its own certificate: nothing was signed.
    #[error("the card made a signature that does not fit its certificate")]
    SignatureInvalid,
    /// A status word of the card that has no place in the conversation.
    #[error("the card answered {0:04X}")]
    Protocol(u16),
    /// An error of the PC/SC service that has no name above.
    #[error("the smart card service reports {0:08X}")]
    Service(u32),
}

impl CardError {
    /// A word for programs and translations that stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoReader => "card-no-reader",
            Self::NoCard => "card-none",
            Self::CardRemoved => "card-removed",
            Self::CardReset => "card-reset",
            Self::Mute => "card-mute",
            Self::UnknownCard => "card-unknown",
            Self::CertificateUnreadable => "card-certificate-unreadable",
            Self::NotActivated => "card-not-activated",
            Self::PinWrong { .. } => "pin-wrong",
            Self::PinBlocked(PinSlot::Pin1) => "pin1-blocked",
            Self::PinBlocked(PinSlot::Pin2) => "pin2-blocked",
            Self::PinLength => "pin-length",
            Self::LastTry(PinSlot::Pin1) => "pin1-last-try",
            Self::LastTry(PinSlot::Pin2) => "pin2-last-try",
            Self::NoKeypad => "card-no-keypad",
            Self::PinElsewhere => "pin-elsewhere",
            Self::PinCancelled => "pin-cancelled",
            Self::PinTimeout => "pin-timeout",
            Self::ServiceDown => "card-service-down",
            Self::Busy => "card-busy",
            Self::Unsignable => "card-unsignable",
            Self::SignatureInvalid => "card-signature-invalid",
            Self::Protocol(_) => "card-protocol",
            Self::Service(_) => "card-service-error",
        }
    }
}
