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
}
