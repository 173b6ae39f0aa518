//! The artificial professionals and organisations, read from `fixtures/people/professionals.toml`.
//!
//! The file is compiled in, so that a test needs no path; [`People::parse`] reads any other file of the same
//! form. Numbers are checked here (Luhn, length), because everything else relies on them.

use serde::{Deserialize, Serialize};

use crate::AuthorityError;

const BUILT_IN: &str = include_str!("../../../fixtures/people/professionals.toml");

/// Everybody and every organisation of the artificial world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Organisations (pharmacies, a health centre, the Centre).
    #[serde(rename = "organisation")]
    pub organisations: Vec<Organisation>,
    /// Professionals (ammattihenkilöt).
    #[serde(rename = "professional")]
    pub professionals: Vec<Professional>,
}

/// An organisation's unit (palveluyksikkö) and the whole it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Name in paths and in `Professional::organisation`.
    pub slug: String,
    /// What kind of organisation it is.
    pub kind: OrganisationKind,
    /// The unit's name.
    pub name: String,
    /// The unit's OID; also the subject serialNumber of its certificates.
    pub oid: String,
    /// The whole organisation's OID.
    pub whole_oid: String,
    /// The whole organisation's name.
    pub whole_name: String,
    /// The digits that stand for a Y-tunnus in OIDs: `1.2.246.10.<number>.93.<year>.<running>`.
    pub number: String,
    /// The pharmacy number (apteekkinumero), four digits; pharmacies only.
    #[serde(default)]
    pub pharmacy_number: Option<String>,
    /// Telephone as a CDA telecom value, `tel:` and digits without spaces.
    pub telephone: String,
    /// Street address.
    pub street: String,
    /// Postal code, five digits.
    pub postal_code: String,
    /// City.
    pub city: String,
}

/// What kind of organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationKind {
    /// A pharmacy (apteekki).
    Pharmacy,
    /// A health centre (terveyskeskus): where prescribers work.
    HealthCentre,
    /// The Prescription Centre (Reseptikeskus).
    PrescriptionCentre,
}

/// A professional (terveydenhuollon ammattihenkilö).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Professional {
    /// Name in paths, see [`crate::who`].
    pub slug: String,
    /// Given names, the call name first.
    pub given: Vec<String>,
    /// Family name.
    pub family: String,
    /// Registration number (rekisteröintinumero), 11 digits, Luhn.
    pub registration_number: String,
    /// Prescriber identifier (yksilöintitunnus), 6 digits, Luhn; prescribers only.
    #[serde(default)]
    pub prescriber_id: Option<String>,
    /// Professional right (ammattioikeus), code of 1.2.246.537.6.140.2008; empty where the person has none.
    pub right_code: String,
    /// The right's name in that code set.
    pub right_name: String,
    /// The day after which the register no longer gives the right, `YYYY-MM-DD`.
    #[serde(default)]
    pub right_until: Option<String>,
    /// The certificate's title without the code: Finnish, Swedish.
    pub title: String,
    /// Specialty, code of 1.2.246.537.6.148.2008; prescribers only.
    #[serde(default)]
    pub specialty_code: Option<String>,
    /// The specialty's name.
    #[serde(default)]
    pub specialty_name: Option<String>,
    /// Degree (oppiarvo); prescribers only.
    #[serde(default)]
    pub degree: Option<String>,
    /// Post (virkanimike); prescribers only.
    #[serde(default)]
    pub post: Option<String>,
    /// Slug of the organisation.
    pub organisation: String,
    /// Kind of both keys.
    pub key: KeyKind,
    /// What is wrong with the certificates, if anything.
    pub certificate: CertificateState,
    /// May sign; a student may not.
    pub can_sign: bool,
    /// The virtual card; prescribers here have software keys only.
    #[serde(default)]
    pub card: Option<Card>,
}

impl Professional {
    /// The title of a professional certificate: right code, then the names (`005 farmaseutti, farmaceut`); the names alone of
    /// a person without a right.
    #[must_use]
    pub fn certificate_title(&self) -> String {
        format!("{} {}", self.right_code, self.title).trim_start().to_owned()
    }

    /// The common name of a professional certificate: family name, given names, registration number.
    #[must_use]
    pub fn common_name(&self) -> String {
        format!("{} {} {}", self.family, self.given.join(" "), self.registration_number)
    }
}

/// A virtual card's number and its first PINs. Test values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The card's serial number.
    pub serial: String,
    /// PIN1 (perustunnusluku).
    pub pin1: String,
    /// PIN2 (allekirjoitustunnusluku).
    pub pin2: String,
    /// PUK (aktivointitunnusluku).
    pub puk: String,
}

/// Kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum KeyKind {
    /// Elliptic curve P-384, as newer cards have.
    P384,
    /// RSA with 2048 bits, as older cards have.
    Rsa2048,
    /// RSA with 3072 bits, as some cards have.
    Rsa3072,
}

/// What is wrong with a professional's certificates, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateState {
    /// Nothing.
    Good,
    /// On the issuer's revocation list.
    Revoked,
    /// No longer valid when the authority was made.
    Expired,
    /// Issued by an authority that nobody trusts.
    UnknownIssuer,
}

impl People {
    /// The people of `fixtures/people/professionals.toml`, compiled in.
    pub fn built_in() -> Result<Self, AuthorityError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a people file and checks that its numbers and references hold.
    pub fn parse(text: &str) -> Result<Self, AuthorityError> {
        let people: Self = toml::from_str(text).map_err(|error| AuthorityError::People(error.to_string()))?;
        people.check()?;
        Ok(people)
    }

    /// The same world with these professionals only: a test that needs one need not wait for all keys.
    #[must_use]
    pub fn only(mut self, slugs: &[&str]) -> Self {
        self.professionals.retain(|one| slugs.contains(&one.slug.as_str()));
        self
    }

    /// The same world in which every professional has keys of this kind.
    #[must_use]
    pub fn with_keys(mut self, key: KeyKind) -> Self {
        self.professionals.iter_mut().for_each(|one| one.key = key);
        self
    }

    /// The professional of that slug.
    #[must_use]
    pub fn professional(&self, slug: &str) -> Option<&Professional> {
        self.professionals.iter().find(|one| one.slug == slug)
    }

    /// The organisation of that slug.
    #[must_use]
    pub fn organisation(&self, slug: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|one| one.slug == slug)
    }

    fn check(&self) -> Result<(), AuthorityError> {
        let wrong = |slug: &str, what: &str| AuthorityError::People(format!("{slug}: {what}"));
        for one in &self.professionals {
            if !digits_with_luhn(&one.registration_number, 11) {
                return Err(wrong(&one.slug, "registration number"));
            }
            if one.prescriber_id.as_ref().is_some_and(|id| !digits_with_luhn(id, 6)) {
                return Err(wrong(&one.slug, "prescriber identifier"));
            }
            if self.organisation(&one.organisation).is_none() {
                return Err(wrong(&one.slug, "organisation"));
            }
            if !plain_slug(&one.slug)
                || self
                    .professionals
                    .iter()
                    .filter(|other| other.slug == one.slug || other.registration_number == one.registration_number)
                    .count()
                    != 1
            {
                return Err(wrong(&one.slug, "not a slug, or twice"));
            }
        }
        for one in &self.organisations {
            if !plain_slug(&one.slug) || !one.oid.starts_with(&format!("1.2.246.10.{}.", one.number)) {
                return Err(wrong(&one.slug, "slug, or OID and number differ"));
            }
        }
        Ok(())
    }
}

fn plain_slug(slug: &str) -> bool {
    !slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn digits_with_luhn(text: &str, length: usize) -> bool {
    if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_people_are_in_order() {
        let people = People::built_in().unwrap();
        assert!(people.professional(crate::who::SIRI).is_some());
        assert_eq!(people.organisation(crate::place::KUUSI).unwrap().kind, OrganisationKind::Pharmacy);
    }

    #[test]
    fn a_wrong_registration_number_is_refused() {
        let text = BUILT_IN.replace("99900000011", "99900000012");
        assert!(matches!(People::parse(&text), Err(AuthorityError::People(_))));
    }

    #[test]
    fn no_organisation_number_can_be_a_real_one() {
        for one in People::built_in().unwrap().organisations {
            let digits: Vec<u32> = one.number.bytes().map(|byte| u32::from(byte - b'0')).collect();
            let sum: u32 = [7, 9, 10, 5, 8, 4, 2].iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
            let check = match sum % 11 {
                0 => Some(0),
                1 => None,
                rest => Some(11 - rest),
            };
            assert_ne!(check, digits.get(7).copied(), "{}", one.slug);
        }
    }
}
