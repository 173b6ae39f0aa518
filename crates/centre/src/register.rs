//! The role and attribute service (rooli- ja attribuuttipalvelu), simulated: which right a registration number gives on
//! a day. It serves promise 8: a certificate's title is not the truth, the register is. The data are artificial people
//! of a file that can be read anew while the Centre runs.

use chrono::NaiveDate;
use prescription::{Address, Oid, Organisation, PersonName, Professional, RegistrationNumber, Right};
use serde::Deserialize;

/// The artificial professionals of this project.
pub const BUILT_IN: &str = include_str!("../../../fixtures/people/professionals.toml");

/// Professionals and organisations as the register has them.
#[derive(Debug, Clone, Deserialize)]
pub struct Register {
    #[serde(rename = "organisation", default)]
    organisations: Vec<Unit>,
    #[serde(rename = "professional", default)]
    professionals: Vec<Person>,
}

#[derive(Debug, Clone, Deserialize)]
struct Unit {
    slug: String,
    name: String,
    oid: Oid,
    number: String,
    telephone: Option<String>,
    #[serde(default)]
    street: String,
    #[serde(default)]
    postal_code: String,
    #[serde(default)]
    city: String,
}

#[derive(Clone, Deserialize)]
struct Person {
    slug: String,
    given: Vec<String>,
    family: String,
    registration_number: RegistrationNumber,
    prescriber_id: Option<String>,
    right_code: String,
    right_until: Option<NaiveDate>,
    degree: Option<String>,
    organisation: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.slug)
    }
}

/// Why a register cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Not the form of the file.
    #[error("the register cannot be read (line {line})")]
    Unreadable {
        /// Where, counted from 1; 0 where that is not known.
        line: usize,
    },
    /// Two people with one registration number: whose right it is cannot be known.
    #[error("two people of the register have one registration number")]
    Twice,
}

impl RegisterError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "register-unreadable",
            Self::Twice => "register-twice",
        }
    }
}

impl Register {
    /// The register of this project's artificial people.
    pub fn built_in() -> Result<Self, RegisterError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a register in the form of `fixtures/people/professionals.toml`.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        let register: Self = toml::from_str(text).map_err(|error| RegisterError::Unreadable {
            line: error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(0, |before| before.lines().count().max(1)),
        })?;
        let mut numbers: Vec<_> = register.professionals.iter().map(|p| &p.registration_number).collect();
        numbers.sort();
        if numbers.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(RegisterError::Twice);
        }
        Ok(register)
    }

    /// The right that the number gives on that day, if it gives one.
    pub fn right_of(&self, number: &RegistrationNumber, on: NaiveDate) -> Option<Right> {
        let person = self.professionals.iter().find(|p| p.registration_number == *number)?;
        let holds = person.right_until.is_none_or(|until| on <= until);
        holds.then(|| Right::new(&person.right_code))
    }

    /// The person of a slug as documents name one, with the unit.
    pub fn professional(&self, slug: &str) -> Option<Professional> {
        let person = self.professionals.iter().find(|p| p.slug == slug)?;
        Some(Professional {
            registration: Some(person.registration_number.clone()),
            prescriber_id: person.prescriber_id.clone(),
            name: PersonName {
                given: person.given.clone(),
                call_name: None,
                family: person.family.clone(),
                suffix: person.degree.clone(),
            },
            right: Some(Right::new(&person.right_code)),
            organisation: self.organisation(&person.organisation),
            ..Professional::default()
        })
    }

    /// The organisation of a slug.
    pub fn organisation(&self, slug: &str) -> Option<Organisation> {
        let unit = self.organisations.iter().find(|o| o.slug == slug)?;
        Some(Organisation {
            id: unit.oid.clone(),
            name: unit.name.clone(),
            phone: unit.telephone.clone(),
            address: Some(Address {
                street: unit.street.clone(),
                postal_code: unit.postal_code.clone(),
                city: unit.city.clone(),
            }),
            part_of: None,
        })
    }

    /// The digits that stand for an organisation in the identifiers of its documents.
    pub fn organisation_number(&self, id: &Oid) -> Option<&str> {
        self.organisations.iter().find(|o| o.oid == *id).map(|o| o.number.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    #[test]
    fn a_right_holds_until_its_last_day_and_not_after() {
        let register = Register::built_in().unwrap();
        let siri = RegistrationNumber::parse("99900000011").unwrap();
        let rauni = RegistrationNumber::parse("99900000078").unwrap();
        let nobody = RegistrationNumber::parse("99900000999").unwrap();
        assert_eq!(register.right_of(&siri, on("2026-11-22")).unwrap().code(), "005");
        assert!(register.right_of(&rauni, on("2020-12-31")).is_some());
        assert!(register.right_of(&rauni, on("2021-01-01")).is_none());
        assert!(register.right_of(&nobody, on("2026-11-22")).is_none());
    }

    #[test]
    fn a_register_with_one_number_twice_is_refused() {
        let text = BUILT_IN.replace("99900000029", "99900000011");
        assert_eq!(Register::parse(&text).unwrap_err(), RegisterError::Twice);
        assert_eq!(Register::parse("[[professional]]").unwrap_err().code(), "register-unreadable");
    }
}
