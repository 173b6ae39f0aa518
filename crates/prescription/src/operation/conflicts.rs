//! Conflicts of a late dispensation (prescriptions notes, section 4): the medicine was handed over in an outage, and
//! meanwhile something happened that would have hindered it. The record of fact is never lost: such a document is stored,
//! and what it conflicts with is kept beside it for a person to settle.

use serde::{Deserialize, Serialize};

/// What a late dispensation conflicts with. Case h of the notes, a denial of consent, hinders fetching and never storing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conflict {
    /// a: the prescription was cancelled.
    Cancelled,
    /// b: it was fully dispensed elsewhere.
    FullyDispensed,
    /// c: less remained than was given, or the interval had not passed.
    LessRemained,
    /// d: it was locked.
    Locked,
    /// e: another pharmacy has reserved it, or was dispensing it.
    Reserved,
    /// f: it had expired.
    Expired,
    /// g: there was a newer version.
    NewerVersion,
    /// i: the signer's professional right ended after signing, or the certificate was revoked or expired.
    RightEnded,
}

impl Conflict {
    /// Every conflict with its letter in the notes and a stable code.
    pub const ALL: [(Self, char, &'static str); 8] = [
        (Self::Cancelled, 'a', "late-cancelled"),
        (Self::FullyDispensed, 'b', "late-fully-dispensed"),
        (Self::LessRemained, 'c', "late-less-remained"),
        (Self::Locked, 'd', "late-locked"),
        (Self::Reserved, 'e', "late-reserved"),
        (Self::Expired, 'f', "late-expired"),
        (Self::NewerVersion, 'g', "late-newer-version"),
        (Self::RightEnded, 'i', "late-right-ended"),
    ];

    /// The conflict that a rule's refusal comes down to when the medicine is handed over already. Other rules are about
    /// the document itself, and no outage opens them.
    pub fn of_rule(id: &str) -> Option<Self> {
        Some(match id {
            "LC-11" => Self::Cancelled,
            "LC-1" => Self::FullyDispensed,
            "DI-7" | "DI-7b" | "DI-7d" | "DI-7e" => Self::LessRemained,
            "LC-10" => Self::Locked,
            "RE-1" | "RE-2" => Self::Reserved,
            "LC-5" | "LC-6" => Self::Expired,
            "DI-18" => Self::NewerVersion,
            _ => return None,
        })
    }

    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(known, ..)| *known == self).map_or("", |(.., code)| code)
    }

    /// The conflict of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(.., known)| *known == code).map(|(conflict, ..)| *conflict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{all, by_id};

    #[test]
    fn each_conflict_has_its_letter_and_what_is_the_documents_own_fault_is_none() {
        for (conflict, letter, code) in Conflict::ALL {
            assert_eq!((Conflict::parse(code), conflict.code()), (Some(conflict), code), "{letter}");
        }
        let meanwhile: Vec<&str> =
            all().filter(|rule| Conflict::of_rule(rule.id).is_some()).map(|rule| rule.id).collect();
        let expected =
            ["LC-11", "DI-18", "LC-10", "RE-1", "RE-2", "LC-5", "LC-6", "LC-1", "DI-7", "DI-7b", "DI-7d", "DI-7e"];
        assert_eq!(meanwhile, expected);
        for own in ["SI-1", "DI-3", "DI-2", "SU-1", "DI-6", "DI-8", "DI-9", "DI-15", "DI-20", "DI-21", "UK-1"] {
            assert!(by_id(own).is_some() && Conflict::of_rule(own).is_none(), "{own}");
        }
    }
}
