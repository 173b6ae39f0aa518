//! Marks on a prescription (merkinnät): lock, reservation, dose dispensing, and what takes each of them away again.
//!
//! A mark is a document of its own that says one thing of one prescription. What kind it is and what that kind needs
//! are one value, so that an unlock without its lock or without an explanation (K-COR, Kela's validator) cannot be built.

use std::fmt;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::{DocumentReference, DocumentType, Oid, Organisation, Patient, Professional, UnknownPart};

/// A mark (merkintä) on a prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its own identifier.
    pub id: Oid,
    /// The identifier of its first version, which is its own in a first version.
    pub set_id: Oid,
    /// 1 in a first version.
    pub version: u32,
    /// What it says, with whatever that needs.
    pub kind: MarkKind,
    /// The prescription that is marked, in the version that the maker saw.
    pub prescription: DocumentReference,
    /// Whose the prescription is.
    pub patient: Patient,
    /// Who marks. Marks state no function of their author.
    pub author: Professional,
    /// For whom: the pharmacy, or the care unit of a prescriber who unlocks. It owns the lock or reservation.
    pub unit: Organisation,
    /// When the prescription was marked, Finnish local time, to the second.
    pub at: NaiveDateTime,
    /// When the document was made.
    pub made_at: NaiveDateTime,
    /// Parts that this program does not understand; shown, never dropped.
    #[serde(default)]
    pub unknown: Vec<UnknownPart>,
}

impl Mark {
    /// How other documents name this one.
    pub fn reference(&self) -> DocumentReference {
        let document_type = self.kind.document_type();
        DocumentReference { id: self.id.clone(), set_id: self.set_id.clone(), document_type }
    }
}

/// What a mark says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum MarkKind {
    /// Type 4, lukitus: nobody dispenses until a question is settled.
    Lock {
        /// Which question.
        explanation: Option<Explanation>,
    },
    /// Type 5, lukituksen purku.
    Unlock {
        /// The lock that is taken away.
        lock: LockReference,
        /// How the question was settled.
        explanation: Explanation,
    },
    /// Type 6, varaus: only this pharmacy dispenses, as while a medicine is on order.
    Reservation {
        /// Why.
        explanation: Option<Explanation>,
    },
    /// Type 7, varauksen purku. By analogy with 5 (docs/assumptions.md).
    Release {
        /// The reservation that is taken away, where it is named.
        mark: Option<DocumentReference>,
        /// Why.
        explanation: Option<Explanation>,
    },
    /// Type 16, annosjakelu: this pharmacy dispenses it in pouches, time after time.
    DoseDispensing {
        /// What there is to say of it.
        explanation: Option<Explanation>,
    },
    /// Type 17, annosjakelun purku. By analogy with 5 (docs/assumptions.md).
    DoseDispensingEnd {
        /// The mark that is taken away, where it is named.
        mark: Option<DocumentReference>,
        /// Why.
        explanation: Option<Explanation>,
    },
    /// Type 18, toimitusvarauksen purku: a pharmacist who had begun to dispense gives it up. By analogy with 5
    /// (docs/assumptions.md); the dispensing reservation itself is no document.
    DispensingReservationRelease {
        /// Why.
        explanation: Option<Explanation>,
    },
}

impl MarkKind {
    /// The type of document that says it.
    pub fn document_type(&self) -> DocumentType {
        match self {
            Self::Lock { .. } => DocumentType::Lock,
            Self::Unlock { .. } => DocumentType::Unlock,
            Self::Reservation { .. } => DocumentType::Reservation,
            Self::Release { .. } => DocumentType::Release,
            Self::DoseDispensing { .. } => DocumentType::DoseDispensing,
            Self::DoseDispensingEnd { .. } => DocumentType::DoseDispensingEnd,
            Self::DispensingReservationRelease { .. } => DocumentType::DispensingReservationRelease,
        }
    }

    /// The explanation (selitys), where there is one.
    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Unlock { explanation, .. } => Some(explanation),
            Self::Lock { explanation }
            | Self::Reservation { explanation }
            | Self::Release { explanation, .. }
            | Self::DoseDispensing { explanation }
            | Self::DoseDispensingEnd { explanation, .. }
            | Self::DispensingReservationRelease { explanation } => explanation.as_ref(),
        }
    }

    /// The mark that it takes away, where one is named.
    pub fn replaces(&self) -> Option<DocumentReference> {
        match self {
            Self::Unlock { lock, .. } => Some(lock.reference()),
            Self::Release { mark, .. } | Self::DoseDispensingEnd { mark, .. } => mark.clone(),
            Self::Lock { .. }
            | Self::Reservation { .. }
            | Self::DoseDispensing { .. }
            | Self::DispensingReservationRelease { .. } => None,
        }
    }
}

/// A lock, as an unlock names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockReference {
    /// The lock document's identifier.
    pub id: Oid,
    /// Its set.
    pub set_id: Oid,
}

impl LockReference {
    /// The same as any document is named.
    pub fn reference(&self) -> DocumentReference {
        DocumentReference { id: self.id.clone(), set_id: self.set_id.clone(), document_type: DocumentType::Lock }
    }
}

/// An explanation (selitys): some words, never none, without white space around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Explanation(String);

/// A text that was to explain something and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an explanation has no words")]
pub struct NoExplanation;

impl NoExplanation {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        "explanation-empty"
    }
}

impl Explanation {
    /// Keeps a text that has words.
    pub fn new(text: &str) -> Result<Self, NoExplanation> {
        let text = text.trim();
        if text.is_empty() { Err(NoExplanation) } else { Ok(Self(text.to_owned())) }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Explanation {
    type Error = NoExplanation;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<Explanation> for String {
    fn from(explanation: Explanation) -> Self {
        explanation.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unlock_needs_words_and_names_a_lock() {
        assert_eq!(Explanation::new(" \n "), Err(NoExplanation));
        assert_eq!(Explanation::try_from("   ".to_owned()), Err(NoExplanation), "nor does one come in from a store");
        let oid = |text: &str| Oid::parse(text).unwrap();
        let lock = LockReference { id: oid("1.2.3"), set_id: oid("1.2.4") };
        let unlock = MarkKind::Unlock { lock, explanation: Explanation::new(" selvisi ").unwrap() };
        assert_eq!(unlock.document_type(), DocumentType::Unlock);
        assert_eq!(unlock.explanation().map(Explanation::as_str), Some("selvisi"));
        let replaced = unlock.replaces().unwrap();
        assert_eq!((replaced.id.as_str(), replaced.set_id.as_str()), ("1.2.3", "1.2.4"));
        assert_eq!(replaced.document_type, DocumentType::Lock);
        assert_eq!(MarkKind::Lock { explanation: None }.replaces(), None);
    }
}
