//! What makes a version of a prescription a correction (korjaus, type 3) or a cancellation (mitätöinti, type 2), why
//! medication changes, and who typed in a prescription that was not made in a program of health care.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::amount::kept_by_parts;
use crate::codes::{CancellationKind, Consent, StoredKind};
use crate::{Code, DocumentReference, DocumentType, Oid, Prescription, Professional};

/// What a version does to the one before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Type 3.
    Correction(Correction),
    /// Type 2.
    Cancellation(Cancellation),
    /// A correction or cancellation that lacks what it must have, or says what this program does not understand: the parts
    /// are among the unknown ones.
    Unclear,
}

/// A correction (korjaus).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The version that it replaces.
    pub replaces: DocumentReference,
    /// Who corrected (KOR).
    pub by: Professional,
    /// Why (field 97).
    pub reason: ChangeReason,
}

/// A cancellation (mitätöinti).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cancellation {
    /// The version that it replaces.
    pub replaces: DocumentReference,
    /// Who cancelled (MIT); nobody where the Centre itself did (LC-11).
    pub by: Option<Professional>,
    /// Why (field 95).
    pub reason: ChangeReason,
    /// Type of cancellation (field 96).
    pub kind: CancellationKind,
    /// Cancelling party (field 96.1), 1.2.246.537.5.40102.2006.
    pub party: Code,
    /// The patient's consent (field 96.2), 1.2.246.537.5.40119.2006.
    pub consent: Option<Consent>,
}

/// What a next version does, before it is known which version it replaces.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// It corrects, for that reason.
    Correction {
        /// Who corrects.
        by: Professional,
        /// Why.
        reason: ChangeReason,
        /// When.
        at: NaiveDateTime,
    },
    /// It cancels.
    Cancellation {
        /// Who cancels.
        by: Professional,
        /// Why.
        reason: ChangeReason,
        /// Type of cancellation.
        kind: CancellationKind,
        /// Cancelling party.
        party: Code,
        /// The patient's consent.
        consent: Option<Consent>,
        /// When.
        at: NaiveDateTime,
    },
}

/// Why a prescription can have no next version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unchangeable {
    /// It is cancelled: there is nothing after that.
    #[error("the prescription is cancelled")]
    Cancelled,
    /// It is on its last version number.
    #[error("the prescription has no version number left")]
    Versions,
}

impl Unchangeable {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "prescription-cancelled",
            Self::Versions => "prescription-versions",
        }
    }
}

impl Prescription {
    /// The version after this one, under its own identifier: everything is copied, parts that are not understood as well,
    /// but for what said why this version was made. What is to be corrected is changed in the copy.
    pub fn next(&self, id: Oid, next: Next) -> Result<Self, Unchangeable> {
        if self.reference.document_type == DocumentType::Cancellation {
            return Err(Unchangeable::Cancelled);
        }
        let replaces = self.reference.clone();
        let (change, document_type, made_at) = match next {
            Next::Correction { by, reason, at } => {
                (Change::Correction(Correction { replaces, by, reason }), DocumentType::Correction, at)
            }
            Next::Cancellation { by, reason, kind, party, consent, at } => {
                let cancellation = Cancellation { replaces, by: Some(by), reason, kind, party, consent };
                (Change::Cancellation(cancellation), DocumentType::Cancellation, at)
            }
        };
        let mut made = Self {
            reference: DocumentReference { id, set_id: self.reference.set_id.clone(), document_type },
            version: self.version.checked_add(1).ok_or(Unchangeable::Versions)?,
            change: Some(change),
            made_at,
            ..self.clone()
        };
        let of_this_version = |place: &str| matches!(place, "88/95" | "88/96" | "88/97");
        made.unknown.retain(|part| !of_this_version(&part.place));
        made.details.retain(|part| !of_this_version(&part.place));
        Ok(made)
    }
}

/// Why medication changes (Lääkehoidon muutoksen syy), 1.2.246.537.6.600.2013: of a correction (97), a cancellation (95)
/// or a renewal prohibition (194).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(Code, Option<String>)", into = "(Code, Option<String>)")]
pub struct ChangeReason {
    code: Code,
    text: Option<String>,
}

impl ChangeReason {
    /// The code that says nothing without words: muu syy.
    pub const OTHER: &'static str = "5";
    /// The code of a technical correction: tekninen syy.
    pub const TECHNICAL: &'static str = "7";
    /// The code of what a patient lied or forced: potilaan antamat virheelliset tiedot tai pakottaminen.
    pub const FALSE_INFORMATION: &'static str = "8";

    /// A reason; "other" must say which one in words.
    pub fn new(code: Code, text: Option<String>) -> Option<Self> {
        let text = text.filter(|text| !text.trim().is_empty());
        (code.code != Self::OTHER || text.is_some()).then_some(Self { code, text })
    }

    /// The code with its name.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// The words beside it.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

kept_by_parts!(ChangeReason, (Code, Option<String>), |(code, text)| Self::new(code, text), |kept| (
    kept.code, kept.text
));

/// A renewal prohibition (uudistamiskielto, field 75).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RenewalProhibition {
    /// Why (field 194); documents before 2016 do not say.
    pub reason: Option<ChangeReason>,
}

/// A coded value with the words beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// The code with its name.
    pub code: Code,
    /// The words.
    pub text: Option<String>,
}

/// Who entered a prescription.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Recording {
    /// The prescriber.
    #[default]
    ByPrescriber,
    /// Somebody else for the prescriber (KIR).
    By(Professional),
    /// A pharmacy, from paper or telephone.
    AtPharmacy(StoredByPharmacy),
}

impl Recording {
    /// The recorder, where it is not the prescriber.
    pub fn recorder(&self) -> Option<&Professional> {
        match self {
            Self::ByPrescriber => None,
            Self::By(recorder) => Some(recorder),
            Self::AtPharmacy(stored) => Some(&stored.recorder),
        }
    }
}

/// A prescription stored by a pharmacy (apteekissa tallennettu lääkemääräys).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredByPharmacy {
    /// Who typed it in (KIR) and signs it.
    pub recorder: Professional,
    /// Field 212: from what.
    pub kind: StoredKind,
    /// Field 213: why it was not made electronically, 1.2.246.537.5.40302.201501.
    pub reason: Explained,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnknownPart;
    use crate::rules::samples;

    #[test]
    fn a_correction_copies_all_but_why_the_version_before_was_made_and_a_cancellation_is_the_last() {
        let mut first = samples::iterated_diazepam();
        let part = |place: &str| UnknownPart { place: place.into(), text: "uutta".into(), xml: Some("<a/>".into()) };
        first.unknown = vec![part("88/97"), part("88/999")];
        let at = "2026-11-03T12:00:00".parse().unwrap();
        let code = Code { code: "7".into(), system: "1.2.246.537.6.600.2013".into(), name: None };
        let reason = ChangeReason::new(code.clone(), None).unwrap();
        let by = first.prescriber.clone();
        let id = |n: u32| Oid::parse(&format!("1.2.246.10.99999901.93.2026.{n}")).unwrap();
        let corrected = first.next(id(7), Next::Correction { by: by.clone(), reason: reason.clone(), at }).unwrap();
        assert_eq!((corrected.version, &corrected.reference.set_id), (2, &first.reference.set_id));
        assert_eq!(corrected.unknown, [part("88/999")]);
        assert_eq!((corrected.made_at, corrected.prescribed_at), (at, first.prescribed_at));
        let kind = CancellationKind::Care;
        let cancel =
            |reason| Next::Cancellation { by: by.clone(), reason, kind: kind.clone(), party: code, consent: None, at };
        let cancelled = corrected.next(id(8), cancel(reason.clone())).unwrap();
        assert!(matches!(&cancelled.change, Some(Change::Cancellation(c)) if c.replaces == corrected.reference));
        let after = cancelled.next(id(9), Next::Correction { by: by.clone(), reason, at });
        assert_eq!(after.unwrap_err().code(), "prescription-cancelled");
    }

    #[test]
    fn another_reason_says_which_one() {
        let reason = |code: &str, text: Option<&str>| {
            let code = Code { code: code.into(), system: "1.2.246.537.6.600.2013".into(), name: None };
            ChangeReason::new(code, text.map(str::to_owned))
        };
        assert!(reason("7", None).is_some());
        assert_eq!(reason(ChangeReason::OTHER, None), None);
        assert_eq!(reason(ChangeReason::OTHER, Some(" ")), None);
        assert_eq!(reason(ChangeReason::OTHER, Some("Annosmuutos")).unwrap().text(), Some("Annosmuutos"));
    }
}
