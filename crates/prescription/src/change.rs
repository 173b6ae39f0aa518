//! What makes a version of a prescription a correction (korjaus, type 3) or a cancellation (mitätöinti, type 2), why
//! medication changes, and who typed in a prescription that was not made in a program of health care.

use serde::{Deserialize, Serialize};

use crate::amount::kept_by_parts;
use crate::codes::{CancellationKind, Consent, StoredKind};
use crate::{Code, DocumentReference, Professional};

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
