//! What every transport does, and how it can fail. Failures are told apart by what the caller must know next: whether
//! anything may have arrived, and whose fault it looks like.

use kanta::http::{Request, Response};
use prescription::rules::Text;

use crate::TlsRefusal;

/// Carries one request to the Prescription Centre and brings its answer back. Blocks until then.
pub trait Transport: Send + Sync {
    /// Sends a request once; never again by itself.
    fn exchange(&self, request: &Request) -> Result<Response, TransportError>;

    /// Closes connections that are kept open: one of them brought an answer to another question, so what comes next on it
    /// is not to be believed either. Nothing where none is kept.
    fn let_go(&self) {}
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        (**self).exchange(request)
    }

    fn let_go(&self) {
        (**self).let_go();
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        (**self).exchange(request)
    }

    fn let_go(&self) {
        (**self).let_go();
    }
}

/// Whether a request may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It did not: nothing was sent.
    No,
    /// It may have: only asking the Centre tells.
    Perhaps,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: refused, no such host, no network. Nothing was sent.
    #[error("the Prescription Centre could not be reached")]
    NotReached,
    /// No connection within the time for one. Nothing was sent.
    #[error("the Prescription Centre could not be reached in time")]
    ConnectTimedOut,
    /// One side's certificate was not accepted by the other, or TLS failed otherwise.
    #[error("no trusted connection to the Prescription Centre ({})", .0.code())]
    TlsRefused(TlsRefusal),
    /// Sent, and the connection ended before a whole answer came.
    #[error("the connection ended before the whole answer came")]
    LostAnswer,
    /// Sent, and no whole answer came in time.
    #[error("the Prescription Centre did not answer in time")]
    TimedOut,
    /// The answer is larger than allowed and was not read to its end.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// The request is not one that this transport can send (a broken header or path). Nothing was sent.
    #[error("the request cannot be sent")]
    Unsendable,
}

impl TransportError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotReached => "not-reached",
            Self::ConnectTimedOut => "connect-timed-out",
            Self::TlsRefused(refusal) => refusal.code(),
            Self::LostAnswer => "answer-lost",
            Self::TimedOut => "answer-timed-out",
            Self::TooLarge { .. } => "answer-too-large",
            Self::Unsendable => "unsendable",
        }
    }

    /// The failure of a code, as a record may keep only the code.
    pub fn of_code(code: &str) -> Option<Self> {
        let refused = TlsRefusal::ALL.iter().map(|refusal| Self::TlsRefused(*refusal));
        let others = [
            Self::NotReached,
            Self::ConnectTimedOut,
            Self::LostAnswer,
            Self::TimedOut,
            Self::TooLarge { limit: kanta::MESSAGE_BYTES_AT_MOST },
            Self::Unsendable,
        ];
        refused.chain(others).find(|error| error.code() == code)
    }

    /// Whether the request may have arrived.
    ///
    /// A refused TLS connection is `No`: in TLS 1.3 a client whose certificate is refused may already have sent its
    /// request, but a server that refuses the certificate never reads it.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::NotReached | Self::ConnectTimedOut | Self::TlsRefused(_) | Self::Unsendable => Delivery::No,
            Self::LostAnswer | Self::TimedOut | Self::TooLarge { .. } => Delivery::Perhaps,
        }
    }

    /// What is wrong, for a person.
    pub fn meaning(&self) -> &'static Text {
        match self {
            Self::NotReached | Self::ConnectTimedOut => &NOT_REACHED,
            Self::TlsRefused(refusal) => refusal.meaning(),
            Self::LostAnswer => &LOST,
            Self::TimedOut => &TIMED_OUT,
            Self::TooLarge { .. } => &TOO_LARGE,
            Self::Unsendable => &UNSENDABLE,
        }
    }

    /// What to do next.
    pub fn advice(&self) -> &'static Text {
        match self {
            Self::TlsRefused(refusal) => refusal.advice(),
            Self::Unsendable => &UNSENDABLE_ADVICE,
            error if error.delivery() == Delivery::No => &NOTHING_SENT_ADVICE,
            _ => &PERHAPS_ADVICE,
        }
    }
}

static NOT_REACHED: Text = Text {
    fi: "Reseptikeskukseen ei saada yhteyttä.",
    sv: "Receptcentret kan inte nås.",
    en: "The Prescription Centre cannot be reached.",
};
static LOST: Text = Text {
    fi: "Yhteys katkesi, ennen kuin Reseptikeskuksen vastaus oli kokonaan perillä.",
    sv: "Förbindelsen bröts innan Receptcentrets svar hade kommit fram i sin helhet.",
    en: "The connection ended before the Prescription Centre's whole answer had come.",
};
static TIMED_OUT: Text = Text {
    fi: "Reseptikeskus ei vastannut ajoissa.",
    sv: "Receptcentret svarade inte i tid.",
    en: "The Prescription Centre did not answer in time.",
};
static TOO_LARGE: Text = Text {
    fi: "Reseptikeskuksen vastaus on liian suuri luettavaksi.",
    sv: "Receptcentrets svar är för stort för att läsas.",
    en: "The Prescription Centre's answer is too large to be read.",
};
static UNSENDABLE: Text = Text {
    fi: "Sanomaa ei voi lähettää: se on tehty väärin.",
    sv: "Meddelandet kan inte skickas: det är fel uppbyggt.",
    en: "The message cannot be sent: it is made wrongly.",
};
static UNSENDABLE_ADVICE: Text = Text {
    fi: "Ilmoita vika järjestelmän toimittajalle; mitään ei ole hävinnyt.",
    sv: "Anmäl felet till systemleverantören; inget har gått förlorat.",
    en: "Report it to the system's vendor; nothing is lost.",
};
static NOTHING_SENT_ADVICE: Text = Text {
    fi: "Mitään ei lähtenyt. Tallennettu toimitus lähtee itsestään, kun yhteys palaa.",
    sv: "Inget skickades. En sparad expedition skickas av sig själv när förbindelsen återkommer.",
    en: "Nothing was sent. A saved dispensation goes out by itself when the connection returns.",
};
static PERHAPS_ADVICE: Text = Text {
    fi: "Sanoma on voinut mennä perille. Ohjelma varmistaa asian lähettämällä saman uudelleen, eikä se haittaa.",
    sv: "Meddelandet kan ha kommit fram. Programmet säkerställer det genom att skicka samma på nytt, vilket är ofarligt.",
    en: "The message may have arrived. The program makes sure by sending the same again, which does no harm.",
};
