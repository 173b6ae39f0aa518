//! Patients, professionals and the organisations that they act for.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::{Code, Oid, PersonIdentityCode, RegistrationNumber};

/// A person's name, each first name by itself.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct PersonName {
    /// First names in order.
    pub given: Vec<String>,
    /// The one that is used (kutsumanimi), where it is marked.
    pub call_name: Option<String>,
    /// Family name.
    pub family: String,
    /// Free-text title (suffix AC).
    pub suffix: Option<String>,
}

impl PersonName {
    /// "Potilas, Pekka Pietari", as a list shows it.
    pub fn family_first(&self) -> String {
        format!("{}, {}", self.family, self.given.join(" "))
    }

    /// "Siri Salminen", as a sentence shows it.
    pub fn given_first(&self) -> String {
        let given = self.call_name.clone().or_else(|| self.given.first().cloned()).unwrap_or_default();
        format!("{given} {}", self.family).trim().to_owned()
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(•••)")
    }
}

/// Sex, 1.2.246.537.5.1.1997.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// 0.
    Unknown,
    /// 1.
    Male,
    /// 2.
    Female,
    /// 9.
    NotSpecified,
}

impl Sex {
    /// The value in the code set.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "0",
            Self::Male => "1",
            Self::Female => "2",
            Self::NotSpecified => "9",
        }
    }

    /// The value's name as documents carry it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "tuntematon",
            Self::Male => "mies",
            Self::Female => "nainen",
            Self::NotSpecified => "määrittelemätön",
        }
    }

    /// Reads the code; anything else is unknown.
    pub fn from_code(code: &str) -> Self {
        match code {
            "1" => Self::Male,
            "2" => Self::Female,
            "9" => Self::NotSpecified,
            _ => Self::Unknown,
        }
    }
}

/// The patient (potilas) of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patient {
    /// Absent for a person who has none (SE-4).
    pub identity_code: Option<PersonIdentityCode>,
    /// Name.
    pub name: PersonName,
    /// Date of birth as the document states it.
    pub birth_date: Option<NaiveDate>,
    /// Sex as the header states it.
    pub sex: Sex,
}

/// A postal address as documents carry it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Five digits.
    pub postal_code: String,
    /// Post office.
    pub city: String,
}

/// An organisation or unit: a pharmacy, a health centre.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Organisation {
    /// Its OID.
    pub id: Oid,
    /// Name.
    pub name: String,
    /// Telephone without spaces.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<Address>,
    /// The organisation that it is part of (palvelunantaja), where the document says.
    #[serde(default)]
    pub part_of: Option<Box<Organisation>>,
}

/// A professional right (ammattioikeus), 1.2.246.537.6.140.2008.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Right(String);

impl Right {
    /// Laillistettu farmaseutti.
    pub const PHARMACIST: &'static str = "005";
    /// Laillistettu proviisori.
    pub const HEAD_PHARMACIST: &'static str = "006";
    /// Farmasian opiskelija.
    pub const STUDENT: &'static str = "907";

    /// Keeps a right's code (at most eight characters).
    pub fn new(code: &str) -> Self {
        Self(code.trim().chars().take(8).collect())
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The name of the rights that a pharmacy meets.
    pub fn name(&self) -> &'static str {
        match self.0.as_str() {
            "001" => "laillistettu lääkäri",
            "002" => "lääkäri (2 §)",
            "003" => "laillistettu hammaslääkäri",
            "005" => "laillistettu farmaseutti",
            "006" => "laillistettu proviisori",
            "031" => "yleislääkäri",
            "034" => "laillistettu erikoislääkäri",
            "907" => "farmasian opiskelija",
            _ => "",
        }
    }

    /// Whether a holder may use the Prescription Centre in a pharmacy (table 5.2).
    pub fn may_search(&self) -> bool {
        matches!(self.0.as_str(), Self::PHARMACIST | Self::HEAD_PHARMACIST | Self::STUDENT)
    }

    /// Whether a holder may sign a dispensation (DI-3, table 5.2): a student prepares and does not sign.
    pub fn may_dispense(&self) -> bool {
        matches!(self.0.as_str(), Self::PHARMACIST | Self::HEAD_PHARMACIST)
    }
}

/// A professional (ammattihenkilö) as a document names one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Professional {
    /// Registration number, root 1.2.246.537.26.
    pub registration: Option<RegistrationNumber>,
    /// Prescriber identifier (yksilöintitunnus), six digits, root 1.2.246.537.25.
    pub prescriber_id: Option<String>,
    /// Name.
    pub name: PersonName,
    /// Right in which the person acts.
    pub right: Option<Right>,
    /// Specialty (Valvira – Koulutusluokitus), 1.2.246.537.6.148.2008.
    #[serde(default)]
    pub specialty: Option<Code>,
    /// Post (virkanimike), which students of medicine and nurses with a limited right to prescribe have.
    #[serde(default)]
    pub post: Option<String>,
    /// Degree (oppiarvo); definition 4.00 has it no more.
    #[serde(default)]
    pub degree: Option<String>,
    /// Whom the person acts for.
    pub organisation: Option<Organisation>,
    /// When the person logged in (`author/time`), never the time of the act itself.
    pub logged_in_at: Option<NaiveDateTime>,
}
