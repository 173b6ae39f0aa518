//! Who asks, for which pharmacy, through which system and why. The Centre believes none of it by itself (promise 8):
//! it compares the pharmacy with the certificate, and in a signed document the user with the signer.

use std::fmt;

use prescription::{Oid, Organisation, Professional, QueryReason, RegistrationNumber, Right};
use serde::{Deserialize, Serialize};

/// An organisation, unit or system by identifier and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Its OID.
    pub id: Oid,
    /// Its name.
    pub name: String,
}

impl From<&Organisation> for Party {
    fn from(organisation: &Organisation) -> Self {
        Self { id: organisation.id.clone(), name: organisation.name.clone() }
    }
}

/// The person who uses the system, as the system states it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct User {
    /// Registration number (rekisteröintinumero).
    pub registration: RegistrationNumber,
    /// "Siri Salminen".
    pub name: String,
    /// In which right the person acts.
    pub right: Right,
    /// How the person logged in; a code of `authentication-*` in the table of identifiers.
    pub authentication: String,
}

impl User {
    /// The user that a professional is, logged in with a card. `None` where registration number or right is missing.
    pub fn with_card(professional: &Professional) -> Option<Self> {
        Some(Self {
            registration: professional.registration.clone()?,
            name: professional.name.given_first(),
            right: professional.right.clone()?,
            authentication: crate::identifiers::get(crate::identifiers::Key::AuthenticationCard).to_owned(),
        })
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User(•••, right {})", self.right.code())
    }
}

/// Who asks and why; goes with every message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Requester {
    /// The pharmacy's system.
    pub system: Party,
    /// The pharmacy.
    pub pharmacy: Party,
    /// The person; absent when the system asks by itself.
    pub user: Option<User>,
    /// Why (kyselyn syy).
    pub reason: QueryReason,
    /// The same in words, which the reason "other" (99) needs; at most 200 characters. No national place is public.
    pub reason_text: Option<String>,
    /// Who is served, where it is not the patient (puolesta asiointi, section 2.4). No national place is public.
    pub on_behalf: Option<OnBehalf>,
}

/// Somebody else than the patient stands at the counter. It narrows what may be told; it never widens it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OnBehalf {
    /// With what right.
    pub basis: Basis,
    /// The medicine that the person names, at most 200 characters; needed with a Kela card.
    pub medicine: Option<String>,
}

impl Requester {
    /// The most characters of a reason in words.
    pub const REASON_CHARS_AT_MOST: usize = 200;

    /// Whether a reason in words is not longer than it may be.
    pub(crate) fn fits(reason_text: Option<&str>) -> bool {
        reason_text.is_none_or(|text| text.chars().count() <= Self::REASON_CHARS_AT_MOST)
    }
}

impl OnBehalf {
    /// The most characters of a named medicine.
    pub const MEDICINE_CHARS_AT_MOST: usize = 200;

    /// Somebody who acts with that right and names no medicine.
    pub fn with(basis: Basis) -> Self {
        Self { basis, medicine: None }
    }
}

impl fmt::Debug for OnBehalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OnBehalf({:?})", self.basis)
    }
}

/// The right with which somebody acts for a patient (OB-2, OB-3, OB-6). No national code set is known: codes are ours.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Basis {
    /// Guardian of a child (huoltaja).
    Guardian,
    /// Brings the patient instruction or a summary.
    Instruction,
    /// Brings the patient's Kela card, and knows which medicine to ask for.
    KelaCard,
    /// Authorised in Suomi.fi (apteekkiasiointi).
    ElectronicAuthorisation,
    /// A signed form of authorisation.
    PaperAuthorisation,
    /// Home care or service housing, authorised as an organisation.
    Organisation,
    /// One that this program does not know: it hinders.
    Unknown(String),
}

impl Basis {
    const CODES: &'static [(&'static str, Self)] = &[
        ("guardian", Self::Guardian),
        ("instruction", Self::Instruction),
        ("kela-card", Self::KelaCard),
        ("electronic-authorisation", Self::ElectronicAuthorisation),
        ("paper-authorisation", Self::PaperAuthorisation),
        ("organisation", Self::Organisation),
    ];

    /// The code as messages carry it.
    pub fn code(&self) -> &str {
        match self {
            Self::Unknown(code) => code,
            known => Self::CODES.iter().find(|(_, basis)| basis == known).map_or("", |(code, _)| code),
        }
    }
}

impl From<String> for Basis {
    fn from(code: String) -> Self {
        let known = Self::CODES.iter().find(|(known, _)| *known == code).map(|(_, basis)| basis.clone());
        known.unwrap_or(Self::Unknown(code))
    }
}

impl From<Basis> for String {
    fn from(basis: Basis) -> Self {
        basis.code().to_owned()
    }
}
