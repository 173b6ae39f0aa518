//! Who takes part: the people and places of `fixtures/people`, called as a scenario calls them. A pharmacy that acts
//! without a name is its pharmacist.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use prescription::{
    Address, Oid, Organisation, Patient, PersonIdentityCode, PersonName, Professional, RegistrationNumber, Right, Sex,
};
use serde::Deserialize;
use test_authority::{People, place, who};

/// What a scenario calls somebody, and who that is.
const PEOPLE: &[(&str, &str)] = &[
    ("Kuusen apteekki", who::SIRI),
    ("Lähteen apteekki", who::SOFIA),
    ("Siri", who::SIRI),
    ("Petri", who::PETRI),
    ("Onni", who::ONNI),
    ("Kaisa", who::KAISA_REVOKED),
    ("Vesa", who::VESA_EXPIRED),
    ("Tuula", who::TUULA_UNKNOWN_ISSUER),
    ("Rauni", who::RAUNI_RIGHT_ENDED),
    ("Sofia", who::SOFIA),
    ("Lauri", who::LAURI_PRESCRIBER),
    ("Leena", who::LEENA_PRESCRIBER),
    ("Niina", who::NIINA_NURSE),
    ("Kalle", who::KALLE_MEDICAL_STUDENT),
    ("Lotta", who::LOTTA_WITHOUT_A_RIGHT),
    ("Teppo", who::TEPPO_TECHNICIAN),
];

/// Organisations by their names in a sentence.
const PLACES: &[(&str, &str)] = &[
    ("Kuusen apteekki", place::KUUSI),
    ("Lähteen apteekki", place::LAHDE),
    ("Mallilan terveyskeskus", "mallilan-terveyskeskus"),
    ("Esimerkkilän terveyskeskus", "esimerkkilan-terveyskeskus"),
];

/// The slug of who is called so.
pub fn person(name: &str) -> Result<&'static str> {
    let found = PEOPLE.iter().find(|(known, _)| *known == name).map(|(_, slug)| *slug);
    found.with_context(|| format!("nobody here is called {name}"))
}

/// The slug of the place that is called so.
pub fn place_called(name: &str) -> Result<&'static str> {
    let found = PLACES.iter().find(|(known, _)| *known == name).map(|(_, slug)| *slug);
    found.with_context(|| format!("no place is called {name}"))
}

/// The one who acts, at the beginning of a line, and the rest of it.
pub fn who_acts(line: &str) -> Option<(&'static str, &str)> {
    PEOPLE.iter().find_map(|(name, slug)| Some((*slug, line.strip_prefix(name)?.strip_prefix(' ')?)))
}

/// Everybody, as documents name them.
pub struct Cast {
    people: People,
    patients: BTreeMap<String, Patient>,
}

#[derive(Deserialize)]
struct PatientFile {
    patient: Vec<CastPatient>,
    /// Places that are only spoken of: they have no certificates.
    #[serde(default)]
    organisation: Vec<test_authority::Organisation>,
}

#[derive(Deserialize)]
struct CastPatient {
    identity_code: Option<String>,
    birth_date: Option<chrono::NaiveDate>,
    given: Vec<String>,
    call_name: String,
    family: String,
    sex: String,
}

impl Cast {
    /// The professionals of an authority, and the patients of `fixtures/prescriptions` and of the scenarios themselves.
    pub fn new(people: &People) -> Result<Self> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        let mut patients = BTreeMap::new();
        let mut people = people.clone();
        for file in ["prescriptions/patients.toml", "scenarios/centre/cast.toml"] {
            let read: PatientFile = toml::from_str(&std::fs::read_to_string(fixtures.join(file))?).context(file)?;
            for one in read.patient {
                patients.insert(one.call_name.clone(), one.patient()?);
            }
            people.organisations.extend(read.organisation);
        }
        Ok(Self { people, patients })
    }

    /// The patient of a call name.
    pub fn patient(&self, name: &str) -> Result<&Patient> {
        self.patients.get(name).with_context(|| format!("no patient is called {name}"))
    }

    /// A professional with the organisation that the person acts for.
    pub fn professional(&self, slug: &str) -> Result<Professional> {
        let one = self.people.professional(slug).with_context(|| format!("no professional is called {slug}"))?;
        Ok(Professional {
            registration: Some(RegistrationNumber::parse(&one.registration_number)?),
            prescriber_id: one.prescriber_id.clone(),
            name: PersonName {
                given: one.given.clone(),
                call_name: None,
                family: one.family.clone(),
                suffix: one.degree.clone(),
            },
            right: Some(Right::new(&one.right_code)),
            organisation: Some(self.organisation(&one.organisation)?),
            ..Professional::default()
        })
    }

    /// Where somebody works.
    pub fn workplace(&self, slug: &str) -> Result<&str> {
        let one = self.people.professional(slug).with_context(|| format!("no professional is called {slug}"))?;
        Ok(&one.organisation)
    }

    /// An organisation as documents name it.
    pub fn organisation(&self, slug: &str) -> Result<Organisation> {
        let one = self.people.organisation(slug).with_context(|| format!("no organisation is called {slug}"))?;
        Ok(Organisation {
            id: Oid::parse(&one.oid)?,
            name: one.name.clone(),
            phone: Some(one.telephone.clone()),
            address: Some(Address {
                street: one.street.clone(),
                postal_code: one.postal_code.clone(),
                city: one.city.clone(),
            }),
            part_of: None,
        })
    }

    /// The root of the identifiers of an organisation's documents of a year.
    pub fn identifiers(&self, slug: &str, year: i32) -> Result<String> {
        let one = self.people.organisation(slug).with_context(|| format!("no organisation is called {slug}"))?;
        Ok(format!("1.2.246.10.{}.93.{year}", one.number))
    }

    /// What an organisation of that identifier is called.
    pub fn name_of(&self, id: &Oid) -> String {
        let known = self.people.organisations.iter().find(|one| one.oid == id.as_str());
        known.map_or_else(|| id.to_string(), |one| one.name.clone())
    }
}

impl CastPatient {
    fn patient(&self) -> Result<Patient> {
        let code = self.identity_code.as_deref().map(PersonIdentityCode::parse).transpose()?;
        anyhow::ensure!(code.as_ref().is_none_or(PersonIdentityCode::is_artificial), "{} may be alive", self.call_name);
        Ok(Patient {
            birth_date: code.as_ref().and_then(PersonIdentityCode::birth_date).or(self.birth_date),
            identity_code: code,
            name: PersonName {
                given: self.given.clone(),
                call_name: Some(self.call_name.clone()),
                family: self.family.clone(),
                suffix: None,
            },
            sex: Sex::from_code(&self.sex),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_of_a_scenario_is_somebody_of_the_fixtures() {
        let cast = Cast::new(&People::built_in().unwrap()).unwrap();
        for (name, slug) in PEOPLE {
            assert!(cast.professional(slug).is_ok(), "{name}");
        }
        for (name, slug) in PLACES {
            assert!(cast.organisation(slug).is_ok(), "{name}");
        }
        assert!(cast.patient("Aino").is_ok());
    }
}
